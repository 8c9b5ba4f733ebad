"""What must hold of whatever comes out, however strange what went in."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar
from zlib import crc32

from wamigrate.canon import dumps, dumps_lines, generator, loads
from wamigrate.errors import WamigrateError
from wamigrate.model import SCHEMA, Archive, Conversation
from wamigrate.notes import CODES, Notes

T = TypeVar("T")
_CODES: Final = frozenset((2, 3, 4, 5))
"""Exit codes of an input that is refused; 2 where it lacks what a setting names."""
_TWICE: Final = 8
"""One input of so many is read twice."""


class BrokenError(AssertionError):
    """A property does not hold."""


def require(holds: object, what: str) -> None:
    """Raise unless a property holds; unlike ``assert``, also under ``python -O``."""
    if not holds:
        raise BrokenError(what)


def allowed(work: Callable[[], T]) -> T | None:
    """Do some work that may refuse its input: with an error of ours, on one line, with a known exit code."""
    try:
        return work()
    except WamigrateError as error:
        text = str(error)
        require(text and "\n" not in text and "\r" not in text, f"an error of several lines: {text!r}")
        require(error.exit_code in _CODES, f"exit code {error.exit_code}: {text}")
        return None


def is_drawn(data: bytes) -> bool:
    """Tell whether an input is one of those that are read twice; which ones follows from their bytes."""
    return crc32(data) % _TWICE == 0


def check_result(chats: Iterable[Conversation], notes: Notes) -> None:
    """Check what a parser found: it fits the schema, comes back from JSON as it was, and its parts fit."""
    archive = Archive(SCHEMA, generator(), tuple(notes.sources), tuple(chats), tuple(notes.items))
    check_archive(archive)
    broken = [note for note in notes.items if "\n" in note.text]
    require(not broken, f"notes of several lines: {broken}")


def check_parts(chats: Iterable[Conversation], notes: Notes) -> None:
    """Check that the parts of what a parser found fit to each other, and that findings are of known kinds.

    JSON that somebody edited or another version wrote need not be so.
    """
    unknown = {note.code for note in notes.items} - CODES.keys()
    require(not unknown, f"unknown codes {unknown}")
    ids = {info.id for info in notes.sources}
    for chat in chats:
        people = {person.name for person in chat.participants}
        authors = {one.author for one in chat.messages if one.author is not None and one.role != "notice"}
        require(authors <= people, f"authors {authors - people!r} are no participants")
        strange = {span.source for message in chat.messages for span in message.spans} - ids
        require(not strange, f"spans of {strange}, which is no source")


def check_archive(archive: Archive) -> None:
    """Check that an archive comes back from both layouts of JSON as it was."""
    document = dumps(archive)
    require(loads(document) == archive, "another archive comes back from a document")
    require(dumps(loads(document)) == document, "a document is written otherwise the second time")
    require(loads(dumps_lines(archive)) == archive, "another archive comes back from lines")


def check_tiles(chats: Iterable[Conversation], notes: Notes, sizes: dict[str, int]) -> None:
    """Check that the spans of all messages tile each chat text.

    Args:
        chats: what was read.
        notes: with the sources.
        sizes: bytes of each text as UTF-8, by the ``id`` of its source.

    """
    spans = sorted(
        (span for chat in chats for message in chat.messages for span in message.spans),
        key=lambda span: (span.source, span.start, span.end),
    )
    for info in notes.sources:
        place = 0
        for span in (span for span in spans if span.source == info.id):
            require(span.start == place, f"bytes {place} to {span.start} are in no message, or in two")
            place = span.end
        require(place == sizes[info.id], f"bytes {place} to {sizes[info.id]} are in no message")
