"""Targets that open bytes as an input: parsers, the archive under them, what commands do with both."""

import io
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Final
from zlib import crc32

from wamigrate.errors import NothingToExportError, SourceError
from wamigrate.formats import detect, find_exporter, find_parser, find_parsers
from wamigrate.joint import reading_together
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.pipeline import export, read_source
from wamigrate.settings import Settings
from wamigrate.source import Source, ZipSource
from wamigrate.target import MemoryTarget

from .memory import open_bytes, write
from .properties import allowed, check_parts, check_result, check_tiles, is_drawn, require

_OWN: Final = "json"
"""Reads what was checked when it was written."""
_PART: Final = 1 << 20
_DEEPEST: Final = 3
BETWEEN: Final = b"\n--the other copy--\n"
"""Parts the two chats of the target ``merge``."""
_SETTINGS: Final = (
    Settings(),
    Settings(redact=True, split="day"),
    Settings(text="raw", rejoin=False, split="none", notices=True),
    Settings(repair=True, time_zone="Europe/Berlin", split="gap=1h"),
)
_FORMATS: Final = ("json", "markdown", "chatgpt", "llm")


def parse(parser: str, file: str, data: bytes, *, tiled: bool) -> None:
    """Let a parser read bytes.

    Args:
        parser: its name.
        file: name of the file that holds the bytes.
        data: the bytes; an archive is opened as one.
        tiled: whether what it reads are texts, whose messages make up the whole text.

    """
    found = allowed(lambda: _parsed(parser, file, data, tiled=tiled))
    if found is not None and is_drawn(data):
        require(_parsed(parser, file, data, tiled=False) == found, "something else comes out the second time")


def _parsed(parser: str, file: str, data: bytes, *, tiled: bool) -> tuple[list[Conversation], object, object]:
    format_ = find_parser(parser)
    notes = Notes()
    with closing(open_bytes(file, data)) as source:
        format_.sniff(source)
        chats = list(format_.parse(source, notes))
        check_result(chats, notes)
        if parser != _OWN:
            check_parts(chats, notes)
        if tiled:
            check_tiles(chats, notes, dict(_sizes(source, notes)))
    return chats, notes.sources, notes.items


def _sizes(source: Source, notes: Notes) -> Iterator[tuple[str, int]]:
    """Yield how many bytes each text has as UTF-8."""
    for info in notes.sources:
        if info.encoding.startswith("utf-8"):
            yield info.id, info.size
        else:
            place = (
                source
                if info.name == source.name
                else source.nested(source.find(info.name.partition("/")[2]))
            )
            member = place.members[0] if info.member is None else place.find(info.member)
            yield info.id, len(place.read(member).decode(info.encoding, "replace").encode())


def open_archive(data: bytes) -> None:
    """Open an archive: list it, read every member, ask every parser, and look into archives inside."""
    allowed(lambda: _look(ZipSource(Path("chat.zip"), "chat.zip", io.BytesIO(data)), 0))


def _look(source: Source, depth: int) -> None:
    with closing(source):
        names = [member.name for member in source.members]
        require(len(names) == len(set(names)), "two members of one name")
        for member in source.members:
            require(source.find(member.name) is member, "a member that is not found")
            require(member.size >= 0, "a member of less than nothing")
            allowed(partial(source.head, member))
            allowed(partial(source.read, member, _PART))
        require(source.describe(), "no words for it")
        if not depth:
            for parser in find_parsers().values():
                parser.sniff(source)
            allowed(lambda: detect(source))
        for member in source.members:
            if depth < _DEEPEST and member.name.endswith(".zip"):
                inner = allowed(partial(source.nested, member))
                if inner is not None:
                    _look(inner, depth + 1)


def convert(data: bytes) -> None:
    """Do with a chat what ``wamigrate export`` does; which settings and format follows from the bytes."""
    allowed(lambda: _converted(data, crc32(data)))


def _converted(data: bytes, choice: int) -> None:
    settings = _SETTINGS[choice % len(_SETTINGS)]
    exporter = find_exporter(_FORMATS[choice // len(_SETTINGS) % len(_FORMATS)])
    with closing(open_bytes("_chat.txt", data)) as source:
        read = read_source(source, settings)
        check_result(read.conversations, read.notes)
        if read.messages:
            target = MemoryTarget()
            with suppress(NothingToExportError):  # of notices alone, which some formats leave out
                export(read, exporter, target, settings)
            require(all(target.files.values()), "an empty file is written")


def merge(data: bytes) -> None:
    """Merge two chats: nothing gets lost, and the order of the two changes nothing."""
    allowed(lambda: _merged(data))


def _merged(data: bytes) -> None:
    first, _, second = data.partition(BETWEEN)
    if not first or not second:
        raise SourceError("one copy is no copy")
    paths = [write("first.txt", first), write("second.txt", second)]
    with reading_together(paths, Settings(from_="whatsapp")) as found:
        check_result(found.chats, found.notes)
        total = found.messages + found.merged + found.joined
        counted = sum(info.messages for info in found.notes.sources)
        require(total >= counted, f"{counted} messages were read, {total} are told of")
