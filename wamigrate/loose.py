"""JSON of which nothing is certain: look into it without asking at each step what it is.

Verification reads archives that may be broken in any way. What is missing or of another kind reads as
empty here, and the rule that needs it says so.
"""

from collections.abc import Iterator, Mapping
from typing import Final, cast

import msgspec

from wamigrate.errors import ParseError, SourceError
from wamigrate.source import Member, Source

Object = Mapping[str, object]
"""An object of which only the keys are known to be text."""
_BROKEN: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Everything that decoding raises."""
BOM: Final = b"\xef\xbb\xbf"
_decode: Final = msgspec.json.Decoder().decode
_rows: Final = msgspec.json.Decoder(list[msgspec.Raw])


def read_json(source: Source, member: Member) -> object:
    """Return what a member holds.

    Raises:
        ParseError: it is no JSON.
        SourceError: it cannot be read.

    """
    return parse_json(source.read(member).removeprefix(BOM), source.where(member))


def parse_json(data: bytes, where: str) -> object:
    """Return what a text holds.

    Args:
        data: UTF-8.
        where: name of the place, for the error.

    Raises:
        ParseError: it is no JSON.

    """
    try:
        return cast("object", _decode(data))
    except _BROKEN as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else f"is no JSON ({error})"
        raise ParseError(f"{where}: {reason}") from error


def read_rows(source: Source, member: Member) -> Iterator[tuple[str, object]]:
    """Yield the elements of a list, each with its place in words; all is held, but only one is decoded.

    Raises:
        ParseError: it is no JSON, or no list.
        SourceError: it cannot be read.

    """
    where = source.where(member)
    try:
        rows = _rows.decode(source.read(member).removeprefix(BOM))
    except _BROKEN as error:
        raise ParseError(f"{where}: is no list in JSON ({error})") from error
    for index, row in enumerate(rows):
        place = f"{member.basename}[{index}]"
        yield place, parse_json(bytes(row), place)


def files_named(source: Source, suffix: str) -> list[Member]:
    """Return the files of a folder or archive whose names end so; a single file whatever its name."""
    if source.kind == "file":
        return [*source.members]
    return [member for member in source.members if member.name.endswith(suffix)]


def begins_with(source: Source, first: bytes, *keys: str, suffix: str = ".json") -> bool:
    """Tell from the beginning of the first file whether it is JSON that starts so and has all these keys.

    Args:
        source: any.
        first: the signs that it may begin with, blanks aside.
        keys: of objects, anywhere near the beginning.
        suffix: of the files that are looked for in a folder or archive.

    """
    try:
        found = files_named(source, suffix)
        head = source.head(found[0]).removeprefix(BOM).lstrip() if found else b""
    except SourceError:
        return False
    return head[:1] in (bytes((sign,)) for sign in first) and all(
        b'"%b"' % key.encode() in head for key in keys
    )


def has_bom(source: Source, member: Member) -> bool:
    """Tell whether a file begins with a byte order mark, which ``JSON.parse`` refuses."""
    return source.head(member, len(BOM)) == BOM


def as_object(value: object) -> dict[str, object]:
    """Return an object; an empty one for anything else.

    >>> as_object({"a": 1}), as_object([1]), as_object(None)
    ({'a': 1}, {}, {})
    """
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Return a list; an empty one for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return a text; an empty one for anything else."""
    return value if isinstance(value, str) else ""


def objects(value: object) -> Iterator[dict[str, object]]:
    """Yield the elements of a list as objects."""
    return map(as_object, as_list(value))


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number.

    >>> is_whole(1), is_whole(1.0), is_whole(True)
    (True, False, False)
    """
    return isinstance(value, int) and not isinstance(value, bool)
