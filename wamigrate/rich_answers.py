"""Answers of Meta AI that Android stores as structure instead of text.

Newer versions keep an answer with headings, code or tables as JSON in a binary column
(``ai_rich_response_message_core_info.ai_rich_response_core_blob``): two bytes of length, then the JSON in
Java's modified UTF-8, as ``DataOutputStream.writeUTF`` writes it. Its parts stand in ``subMessages``; their
names are those of WhatsApp's protocol (``messageText``, ``codeBlocks``, ``tableMetadata``). No such database
was at hand, so everything else in them is passed over.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

_LENGTH: Final = 2
_TEXT: Final = frozenset({"messagetext", "text"})


def rich_answer(stored: bytes) -> str | None:
    r"""Return an answer as Markdown; None where nothing readable is in it.

    Args:
        stored: the column's value.

    >>> rich_answer(b'\x00\x2e{"subMessages":[{"messageText":"**Hi** there"}]}')
    '**Hi** there'
    >>> rich_answer(b"\x00\x02{}") is None
    True

    """
    body = stored[_LENGTH:].replace(b"\xc0\x80", b"\0")
    try:
        pairs = body.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        parts = _list(_fields(json.loads(pairs.decode("utf-16-le"))).get("submessages"))
        return "\n\n".join(block for part in parts for block in _blocks(part)) or None
    except (ValueError, RecursionError):
        return None


def _blocks(part: object) -> Iterator[str]:
    """Yield what a part of an answer shows."""
    fields = _fields(part)
    for key, value in fields.items():
        if key in _TEXT and isinstance(value, str) and value:
            yield value
        elif key == "codeblocks":
            pieces = (_fields(block).get("codecontent") for block in _list(value))
            code = "".join(piece for piece in pieces if isinstance(piece, str))
            yield f"```{_word(fields.get('codelanguage'))}\n{code.rstrip(chr(10))}\n```"
        elif key == "rows":
            yield "\n".join(_table(_list(value)))
        else:
            yield from _blocks(value)


def _word(value: object) -> str:
    return value if isinstance(value, str) and value.isalnum() else ""


def _table(rows: list[object]) -> Iterator[str]:
    """Write rows of cells; the first is the heading."""
    for index, row in enumerate(rows):
        cells = [
            str(cell).replace("|", "\\|").replace("\n", " ") for cell in _list(_fields(row).get("items"))
        ]
        yield f"| {' | '.join(cells)} |"
        if index == 0:
            yield f"|{' --- |' * len(cells)}"


def _fields(value: object) -> dict[str, object]:
    """Return an object's members, by their names without regard to case and underscores."""
    members: Mapping[str, object] = cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
    return {key.casefold().replace("_", ""): member for key, member in members.items()}


def _list(value: object) -> list[object]:
    return list(cast("Iterable[object]", value)) if isinstance(value, list) else []
