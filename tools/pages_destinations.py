"""The page and the table of destinations, made from ``wamigrate/destinations.toml``."""

from collections.abc import Iterator

from wamigrate.destinations import Destination, list_destinations


def destinations_table() -> str:
    """Return a row for each destination: what it gets, and how sure that is."""
    rows = ["| destination | `--into` | gets | evidence |", "|---|---|---|---|"]
    for one in list_destinations():
        gets = ", ".join(f"`{piece.exporter}`" for piece in one.pieces)
        how = "conversations" if one.chats else "text to paste and attach"
        sent = "; or sent to its address" if one.direct else ""
        rows.append(f"| {one.title} | `{one.key}` | {how}: {gets}{sent} | {one.evidence} |")
    return "\n".join(rows) + "\n"


def destinations_page() -> str:
    """Return the page that says all about every destination."""
    return "".join(_page())


def _page() -> Iterator[str]:
    yield "# Destinations\n\nWhere `wamigrate migrate INPUT --into DESTINATION` brings conversations. "
    yield "*proven*: the application, or the code with which it imports, was run on an archive of ours and "
    yield "everything was read back; *documented*: its maker, several reports or its source say so; "
    yield f"*unproven*: nobody outside can tell.\n\n{destinations_table()}\n"
    for one in list_destinations():
        yield from _section(one)


def _section(one: Destination) -> Iterator[str]:
    yield f"## {one.title}\n\n`--into {one.key}` · {one.evidence}, as of {one.as_of}\n\n{one.remark}\n\n"
    for piece in one.pieces:
        yield f"* `{piece.path}`: {piece.what} (`{piece.exporter}`)\n"
    if one.pieces:
        yield "\n"
    for heading, texts in (("Limits", one.limits), ("Good to know", one.notes)):
        if texts:
            yield f"{heading}:\n\n" + "".join(f"* {text}\n" for text in texts) + "\n"
