"""Values in Protocol Buffers messages whose schema is not public, by the numbers of their fields.

Encoding: https://protobuf.dev/programming-guides/encoding/.
"""

from collections.abc import Iterator
from typing import Final

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_FIXED: Final = {_FIXED64: 8, _FIXED32: 4}
_MORE: Final = 0x80
_LONGEST: Final = 70
"""Bits of the longest number."""


def fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of the fields that are texts, bytes or messages; others are passed over.

    What is no such message ends where it stops making sense; it never raises.

    Args:
        data: a message.

    >>> list(fields(bytes.fromhex("0802120548656c6c6f")))
    [(2, b'Hello')]
    >>> list(fields(b"no message"))
    []

    """
    at = 0
    while at < len(data):
        tag, at = _number(data, at)
        kind = tag & 7
        if kind == _LENGTH:
            size, at = _number(data, at)
            if at + size > len(data):
                return
            yield tag >> 3, data[at : at + size]
            at += size
        elif kind == _VARINT:
            _, at = _number(data, at)
        elif kind in _FIXED:
            at += _FIXED[kind]
        else:
            return


def contents(data: bytes, *path: int) -> list[bytes]:
    r"""Return the contents of all fields under a path of field numbers.

    >>> contents(bytes.fromhex("3a0512030a0141"), 7, 2)
    [b'\n\x01A']
    """
    found = [data]
    for number in path:
        found = [content for message in found for field, content in fields(message) if field == number]
    return found


def texts(data: bytes, *path: int) -> list[str]:
    """Return the texts under a path of field numbers; what is no text is left out.

    >>> texts(bytes.fromhex("3a0812060a045a26c3a4"), 7, 2, 1)
    ['Z&ä']
    """
    return [text for content in contents(data, *path) if (text := _text(content)) is not None]


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return a number and where it ends; behind the end of the data where it is cut off."""
    value = shift = 0
    while at < len(data) and shift < _LONGEST:
        byte = data[at]
        at += 1
        value |= (byte & ~_MORE) << shift
        if byte < _MORE:
            return value, at
        shift += 7
    return 0, len(data) + 1
