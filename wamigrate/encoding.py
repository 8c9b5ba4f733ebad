"""Bytes of a chat file to UTF-8, the form in which the rest reads it.

Phones write UTF-8 without a byte order mark. Editors and mail programs make other things of it; what is
assumed or damaged is said.
"""

import codecs
import re
from typing import Final, NamedTuple

from wamigrate.errors import OptionError

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MULTIBYTE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SAMPLE: Final = 1 << 20


class Decoded(NamedTuple):
    """A chat text as UTF-8."""

    data: bytes
    """UTF-8; the stored bytes themselves where they are UTF-8. May hold stray bytes if ``damaged``."""
    encoding: str
    """Python name of the encoding that was read."""
    assumed: bool
    """Whether nothing in the file says so."""
    damaged: bool
    """Whether there are bytes that are no text in this encoding."""


def is_marked(data: bytes) -> bool:
    """Tell whether a text begins with a byte order mark."""
    return data.startswith((codecs.BOM_UTF8, *(mark for mark, _ in _MARKS)))


def to_utf8(data: bytes, encoding: str | None = None, *, check: bool = True) -> Decoded:
    r"""Bring the bytes of a chat file to UTF-8.

    Args:
        data: the file.
        encoding: Python name of its encoding, where the user knows it; else it is found out.
        check: whether to look at every byte; a caller that decodes all of them anyway can do without, and
            come back when one does not decode.

    Raises:
        OptionError: there is no such encoding.

    >>> to_utf8("25/03/2025, 21:04 - Ana: ¡olé!".encode("utf-16")).data.decode()
    '25/03/2025, 21:04 - Ana: ¡olé!'
    >>> to_utf8("Zürich".encode("cp1252"))
    Decoded(data=b'Z\xc3\xbcrich', encoding='cp1252', assumed=True, damaged=False)

    """
    if encoding:
        return _decode_as(data, encoding, assumed=False)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data, name, assumed=False)
    if not check:
        return Decoded(data, "utf-8", assumed=False, damaged=False)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if _MULTIBYTE.search(data, 0, error.start) or _is_mostly_utf8(
            data[error.start : error.start + _SAMPLE]
        ):
            return Decoded(data, "utf-8", assumed=False, damaged=True)
        return _decode_as(data, "cp1252", assumed=True)
    return Decoded(data, "utf-8", assumed=False, damaged=False)


def _decode_as(data: bytes, encoding: str, *, assumed: bool) -> Decoded:
    try:
        text = data.decode(encoding, "replace")
    except LookupError:
        raise OptionError(f"there is no encoding {encoding!r}") from None
    return Decoded(text.encode("utf-8", "replace"), encoding, assumed, "\N{REPLACEMENT CHARACTER}" in text)


def _is_mostly_utf8(data: bytes) -> bool:
    """Tell a UTF-8 file with damage from one of another encoding: by what most of its high bytes form."""
    high = sum(byte > 0x7F for byte in data)  # noqa: PLR2004 - ASCII ends here
    formed = sum(len(match) for match in _MULTIBYTE.findall(data))
    return formed * 2 > high
