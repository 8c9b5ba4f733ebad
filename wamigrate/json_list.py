"""Lists in JSON that are written in pieces, so that they are never in memory as a whole."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

_CHUNK: Final = 500
"""Rows that are put together at once."""
_COMMA: Final = b",\n"


def write_list(items: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    r"""Yield a list in pieces.

    Args:
        items: the items, encoded, each in pieces.

    >>> b"".join(write_list([[b'{"a":', b"1}"], [b"2"]]))
    b'[\n{"a":1},\n2]\n'
    >>> b"".join(write_list([]))
    b'[]\n'

    """
    between = b"[\n"
    for item in items:
        yield between
        yield from item
        between = _COMMA
    yield b"]\n" if between == _COMMA else b"[]\n"


def join_rows(rows: Iterable[bytes]) -> Iterator[bytes]:
    r"""Yield rows with a comma and a line feed between them, many at once.

    >>> b"".join(join_rows([b"1", b"2"]))
    b'1,\n2'
    """
    left = iter(rows)
    between = b""
    while chunk := _COMMA.join(islice(left, _CHUNK)):
        yield between + chunk
        between = _COMMA
