"""The common schema as JSON: written in a stream, read back to the same objects.

Two layouts hold the same archive, both with every key of every record present:

* a *document*, one JSON object with one message on each line, made for ``diff`` and for people;
* *lines* (JSONL): a header, one conversation on each line, and a closing line.

``schema`` is the first key, so that a reader knows the file from its first bytes. Sources and notes come
after the conversations, because they are complete only when the last conversation has been read. A
timestamp is written as ISO 8601, with an offset where it has one, and reads back to the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from typing import BinaryIO, Final, TypeVar

import msgspec
from msgspec import Struct

from wamigrate.errors import ParseError
from wamigrate.model import SCHEMA, Archive, Conversation, Generator, Note, SourceInfo, replace
from wamigrate.notes import Notes

_CHUNK: Final = 1000
"""Messages that are encoded at once."""
_BROKEN: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Everything that decoding raises."""
_BOM: Final = b"\xef\xbb\xbf"
_NO_MESSAGES: Final = b'"messages":[]'
"""Cannot occur inside an encoded string, where quotation marks are escaped."""


class _Header(Struct, frozen=True, forbid_unknown_fields=True):
    """First line of the JSONL layout."""

    schema: str
    generator: Generator


class _Footer(Struct, frozen=True, forbid_unknown_fields=True):
    """Last line of the JSONL layout."""

    sources: tuple[SourceInfo, ...]
    notes: tuple[Note, ...]


class _Version(Struct, frozen=True):
    """Only what tells the version."""

    schema: str


T = TypeVar("T")
Tail = Callable[[], tuple[Iterable[SourceInfo], Iterable[Note]]]
"""Sources and notes, asked for after the last conversation."""

# msgspec encodes and decodes its own structs three to five times as fast as any detour through built-in
# types and another JSON library, to the same bytes.
_encode: Final = msgspec.json.Encoder().encode
_encode_lines: Final = msgspec.json.Encoder().encode_lines
_archives: Final = msgspec.json.Decoder(Archive)
_headers: Final = msgspec.json.Decoder(_Header)
_conversations: Final = msgspec.json.Decoder(Conversation)
_footers: Final = msgspec.json.Decoder(_Footer)
_versions: Final = msgspec.json.Decoder(_Version)


def dumps(archive: Archive) -> bytes:
    """Encode an archive as a document.

    >>> dumps(Archive(SCHEMA, Generator("example", "1"), (), ())).decode().splitlines()[0]
    '{"schema":"wamigrate/1",'
    """
    tail = (archive.sources, archive.notes)
    return b"".join(_document(archive.generator, archive.conversations, lambda: tail))


def dumps_lines(archive: Archive) -> bytes:
    """Encode an archive as lines (JSONL)."""
    tail = (archive.sources, archive.notes)
    return b"".join(_lines(archive.generator, archive.conversations, lambda: tail))


def write_document(conversations: Iterable[Conversation], stream: BinaryIO, notes: Notes) -> None:
    """Write a document, holding no more than one conversation at a time.

    Args:
        conversations: consumed once.
        stream: written to, not closed.
        notes: its sources and items are written once the conversations are consumed.

    """
    stream.writelines(_document(generator(), conversations, lambda: (notes.sources, notes.items)))


def write_lines(conversations: Iterable[Conversation], stream: BinaryIO, notes: Notes) -> None:
    """Write lines (JSONL), with the arguments of :func:`write_document`."""
    stream.writelines(_lines(generator(), conversations, lambda: (notes.sources, notes.items)))


def loads(data: bytes, name: str = "input") -> Archive:
    """Decode an archive from either layout.

    Keys that this version does not know are skipped; missing keys take their defaults.

    Args:
        data: UTF-8, with or without a byte order mark.
        name: what to call the input in an error.

    Raises:
        ParseError: it is no JSON, does not fit the schema, is cut off, or is of another schema version;
            the message names the place.

    """
    data = data.removeprefix(_BOM)
    first = data[: data.find(b"\n") + 1] or data
    try:
        header = _headers.decode(first)
    except _BROKEN:
        return _decode(_archives, data, name)
    _check_version(header.schema, name)
    return _load_lines(header, data[len(first) :], name)


@cache
def generator() -> Generator:
    """Name the program that writes: this version of wamigrate."""
    from importlib.metadata import version  # noqa: PLC0415 - slow to import, and only writing needs it

    return Generator("wamigrate", version("wamigrate"))


def _document(maker: Generator, conversations: Iterable[Conversation], tail: Tail) -> Iterator[bytes]:
    yield b'{"schema":%b,\n"generator":%b,\n"conversations":[' % (_encode(SCHEMA), _encode(maker))
    between = b"\n"
    for conversation in conversations:
        yield between
        yield from _conversation(conversation)
        between = b",\n"
    sources, notes = tail()
    yield b'],\n"sources":[%b],\n"notes":[%b]}\n' % (_rows(sources), _rows(notes))


def _conversation(conversation: Conversation) -> Iterator[bytes]:
    before, _, after = _encode(replace(conversation, messages=())).rpartition(_NO_MESSAGES)
    yield before + b'"messages":['
    messages = conversation.messages
    for start in range(0, len(messages), _CHUNK):
        yield (b"," if start else b"") + _rows(messages[start : start + _CHUNK])
    yield b"]" + after


def _rows(records: Iterable[Struct]) -> bytes:
    """Encode records, each on a line of its own; an encoded string holds no line feed."""
    lines = _encode_lines(records)
    return b"\n" + lines[:-1].replace(b"\n", b",\n") if lines else b""


def _lines(maker: Generator, conversations: Iterable[Conversation], tail: Tail) -> Iterator[bytes]:
    yield _encode(_Header(SCHEMA, maker)) + b"\n"
    for conversation in conversations:
        yield _encode(conversation) + b"\n"
    sources, notes = tail()
    yield _encode(_Footer(tuple(sources), tuple(notes))) + b"\n"


def _load_lines(header: _Header, rest: bytes, name: str) -> Archive:
    rows = [(number, row) for number, row in enumerate(rest.split(b"\n"), 2) if row.strip()]
    try:
        footer = _footers.decode(rows[-1][1] if rows else b"")
    except _BROKEN:
        raise ParseError(f"{name}: the last line is missing or broken; the file was cut off") from None
    conversations = tuple(_decode(_conversations, row, f"{name}, line {number}") for number, row in rows[:-1])
    return Archive(SCHEMA, header.generator, footer.sources, conversations, footer.notes)


def _decode(decoder: msgspec.json.Decoder[T], data: bytes, name: str) -> T:
    try:
        return decoder.decode(data)
    except _BROKEN as error:
        with suppress(*_BROKEN):
            _check_version(_versions.decode(data).schema, name)
        raise ParseError(f"{name}: {_reason(error)}") from error


def _check_version(schema: str, name: str) -> None:
    if schema == SCHEMA:
        return
    family, _, version = schema.partition("/")
    if family == SCHEMA.partition("/")[0] and version.isdecimal():
        raise ParseError(
            f"{name}: is of schema {schema}, this wamigrate reads {SCHEMA}; install a newer version"
        )
    raise ParseError(f"{name}: its schema is not {SCHEMA}")


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"is not UTF-8 ({error.reason})"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    if isinstance(error, msgspec.ValidationError):
        return f"does not fit schema {SCHEMA}: {error}"
    return f"is no complete JSON: {error}"
