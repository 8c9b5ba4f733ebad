"""Plain pictures that carry text, as programs that keep their records inside pictures want them.

https://www.w3.org/TR/png-3/ describes the format. The picture is stored, not compressed, so that its bytes
do not depend on the version of a compressor.
"""

import struct
import zlib
from collections.abc import Mapping
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PALETTE: Final = 3
_LARGEST: Final = 0xFFFF
"""Bytes of a stored block (RFC 1951, section 3.2.4)."""


def plain_png(width: int, height: int, colour: tuple[int, int, int], texts: Mapping[str, str]) -> bytes:
    r"""Return a picture of one colour.

    Args:
        width: in pixels.
        height: in pixels; with a bit for each pixel, rows must not take more than 65,535 bytes.
        colour: red, green, blue, each 0 to 255.
        texts: Latin-1, by their keywords.

    Raises:
        ValueError: it would be too large.

    >>> plain_png(8, 8, (0, 0, 0), {"a": "b"})[:8]
    b'\x89PNG\r\n\x1a\n'

    """
    rows = bytes(1 + (width + 7) // 8) * height
    if len(rows) > _LARGEST:
        raise ValueError(f"{width} x {height} pixels are too many")
    header = struct.pack(">IIBBBBB", width, height, 1, _PALETTE, 0, 0, 0)
    chunks = [
        _chunk(b"IHDR", header),
        _chunk(b"PLTE", bytes(colour)),
        _chunk(b"IDAT", _stored(rows)),
        *(_chunk(b"tEXt", f"{key}\0{text}".encode("latin-1")) for key, text in texts.items()),
        _chunk(b"IEND", b""),
    ]
    return _SIGNATURE + b"".join(chunks)


def read_texts(picture: bytes) -> dict[str, str]:
    """Return the texts of a picture by their keywords; nothing for what is no picture.

    >>> read_texts(plain_png(8, 8, (0, 0, 0), {"a": "b"})), read_texts(b"no picture")
    ({'a': 'b'}, {})
    """
    found: dict[str, str] = {}
    place = len(_SIGNATURE)
    while picture.startswith(_SIGNATURE) and place + 12 <= len(picture):
        size = int.from_bytes(picture[place : place + 4], "big")
        if picture[place + 4 : place + 8] == b"tEXt":
            key, _, text = picture[place + 8 : place + 8 + size].decode("latin-1").partition("\0")
            found[key] = text
        place += size + 12
    return found


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def _stored(data: bytes) -> bytes:
    """Wrap data as zlib does without compressing it (RFC 1950, section 2.2)."""
    size = struct.pack("<HH", len(data), len(data) ^ _LARGEST)
    return b"\x78\x01\x01" + size + data + struct.pack(">I", zlib.adler32(data))
