"""``conversations.json``: the list of conversations in archives of ChatGPT and of Claude, read back.

It stands in a ZIP archive, in a folder, or alone under any name. It is read conversation by conversation.
"""

import re
from collections.abc import Iterator
from typing import Any, Final, cast

import msgspec

from wamigrate.archived import Finding
from wamigrate.errors import ParseError, SourceError
from wamigrate.reader_rules import Rules
from wamigrate.source import Member, Source

NAME: Final = "conversations.json"
_PART: Final = re.compile(r"conversations-\d+\.json")
_BOM: Final = b"\xef\xbb\xbf"
_CHUNK: Final = 1 << 20
_rows: Final = msgspec.json.Decoder(list[msgspec.Raw])


def find_conversations(source: Source) -> list[Member]:
    """Return the file with the conversations, or its numbered parts (``conversations-000.json``) in order."""
    if source.kind == "file":
        return list(source.members)
    whole = [member for member in source.members if member.basename == NAME]
    if whole:
        return [min(whole, key=lambda member: (member.name.count("/"), member.name))]
    return sorted(
        (member for member in source.members if _PART.fullmatch(member.basename)),
        key=lambda member: member.name,
    )


def looks_like(source: Source, *keys: str) -> bool:
    """Tell from the beginning whether a source holds conversations whose first one has all these keys."""
    try:
        found = find_conversations(source)
        head = source.head(found[0]).removeprefix(_BOM) if found else b""
    except SourceError:
        return False
    return head.lstrip()[:1] in (b"[", b"{") and all(b'"%b"' % key.encode() in head for key in keys)


def read_rows(source: Source) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the conversations, each with its place in words; a file is held, but only one is decoded.

    Raises:
        ParseError: there is none, or it is no list of objects.
        SourceError: it cannot be read.

    """
    found = find_conversations(source)
    if not found:
        raise ParseError(f"{source.name}: holds no {NAME}")
    for member in found:
        yield from _rows_of(source, member)


def check_place(source: Source, rules: Rules) -> Iterator[Finding]:
    """Yield what is wrong with where the file is and how it begins.

    Args:
        source: of the archive.
        rules: of the format, with ``root-file``, ``list`` and ``classic``.

    """
    for member in find_conversations(source):
        if source.kind != "file" and "/" in member.name:
            yield rules.broken("root-file", member.name)
        if source.kind != "file" and member.basename != NAME:
            yield rules.broken("classic", member.name)
            return
        if source.head(member, len(_BOM)) == _BOM:
            yield rules.broken("list", NAME)


def _rows_of(source: Source, member: Member) -> Iterator[tuple[str, dict[str, Any]]]:
    where = source.where(member)
    try:
        rows = _rows.decode(_content(source, member))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError(f"{where}: is no list of conversations ({error})") from error
    for index, row in enumerate(rows):
        yield f"{member.basename}[{index}]", _object(row, f"{where}[{index}]")


def _content(source: Source, member: Member) -> bytearray:
    """Read a file in chunks: reading a member of an archive at once takes twice its size."""
    data = bytearray()
    with source.reading(member) as stream:
        while chunk := stream.read(_CHUNK):
            data += chunk
    if data.startswith(_BOM):
        del data[: len(_BOM)]
    return data


def _object(row: msgspec.Raw, where: str) -> dict[str, Any]:
    try:
        found: object = msgspec.json.decode(row)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError(f"{where}: is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise ParseError(f"{where}: is no object")
    return cast("dict[str, Any]", found)
