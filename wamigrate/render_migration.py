"""What ``migrate`` and ``destinations`` print, line by line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from wamigrate.destinations import Destination
from wamigrate.direct_import import DirectImport
from wamigrate.filters import left_out_words
from wamigrate.howto import NAME, main_notes
from wamigrate.migration import Migration
from wamigrate.model import Note
from wamigrate.parcels import Parcel
from wamigrate.report import BETWEEN
from wamigrate.wording import count_words, size_words

_LABEL: Final = 12
_MANY: Final = 5
"""Findings that are printed in words."""


def migration_lines(migration: Migration) -> Iterator[str]:
    """Yield what a person reads after a migration into files."""
    first = migration.results[0]
    yield _names(first.input)
    takes = "imports chats" if migration.chats else "imports no chats, takes text"
    yield _line("for", f"{migration.title}: {takes} ({migration.evidence})")
    yield _line(
        "messages",
        f"{count_words(first.messages_out, 'message')} in {count_words(first.conversations, 'conversation')}",
    )
    yield from _left_out(first.left_out)
    yield _line("files", ", ".join(_parcel(parcel) for parcel in migration.parcels))
    for reason in migration.missing:
        yield _line("", reason)
    yield from _findings(migration.notes)
    yield _line("next", f"{NAME} in the folder says what to do")


def import_lines(found: DirectImport) -> Iterator[str]:
    """Yield what a person reads after conversations were sent to a server."""
    yield _names(found.input)
    yield _line("to", f"{found.title}, {found.url}")
    yield _line(
        "there now",
        f"{count_words(found.messages, 'message')} in {count_words(found.conversations, 'conversation')}",
    )
    yield _line("", f"{found.sent:,} sent, {found.present:,} there before")
    yield from _left_out(found.left_out)
    yield from _findings(found.notes)


def destination_lines(destinations: Sequence[Destination]) -> Iterator[str]:
    """Yield a table of destinations."""
    width = max(len(destination.key) for destination in destinations)
    titles = max(len(destination.title) for destination in destinations)
    yield f"{'Destination':<{width}}  {'What it is':<{titles}}  Imports  Evidence"
    for destination in destinations:
        takes = "chats" if destination.chats else "text"
        yield (
            f"{destination.key:<{width}}  {destination.title:<{titles}}  {takes:<7}  {destination.evidence}"
            f"{', also over the network' if destination.direct else ''}"
        )


def details(destination: Destination) -> Iterator[str]:
    """Yield all that is known about a destination."""
    yield f"{destination.title} ({destination.key})"
    yield _line("imports", "chats" if destination.chats else "no chats; text is pasted or attached")
    yield _line("evidence", f"{destination.evidence}. {destination.remark}")
    for piece in destination.pieces:
        yield _line("gets", f"{piece.path}: {piece.what}")
    for label, texts in (("limits", destination.limits), ("notes", destination.notes)):
        for text in texts:
            yield _line(label, text)
    paths = {f"{{{number}}}": piece.path for number, piece in enumerate(destination.pieces)}
    for number, step in enumerate(destination.steps, 1):
        text = step.text
        for mark, path in paths.items():
            text = text.replace(mark, path)
        yield _line(f"step {number}", text)
    yield _line("as of", destination.as_of)


def _names(inputs: str) -> str:
    return BETWEEN.join(Path(name).name or name for name in inputs.split(BETWEEN))


def _line(label: str, text: str) -> str:
    return f"  {label:<{_LABEL}}{text}"


def _parcel(parcel: Parcel) -> str:
    return f"{parcel.path} ({size_words(parcel.size)})"


def _left_out(left_out: Mapping[str, int]) -> Iterator[str]:
    for reason, number in left_out.items():
        yield _line("left out", left_out_words(reason, number))


def _findings(notes: Iterable[Note]) -> Iterator[str]:
    label = "notes"
    for count, words in enumerate(main_notes(notes)):
        if count == _MANY:
            yield _line("", "and more")
            return
        yield _line(label, words)
        label = ""
