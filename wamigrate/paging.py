"""Distributing text over files of limited size, with breaks only where they are allowed."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Section(NamedTuple):
    """Text that is best kept in one file."""

    head: str
    """Begins it in every file."""
    pieces: Sequence[str]
    """Between any two of them it may be broken."""


def paginate(sections: Iterable[Section], limit: int, preface: str = "") -> list[str]:
    """Return the texts of as few files as keep sections together where that is possible.

    A section that is larger than a file is broken between its pieces; a piece never is, so that a file with
    one large piece may be larger than the limit.

    Args:
        sections: in the order they are to stand.
        limit: largest size of a file, in bytes of UTF-8.
        preface: begins the first file.

    >>> paginate([Section("a:", ["1", "2"]), Section("b:", ["3", "4", "5"])], 4)
    ['a:12', 'b:34', 'b:5']

    """
    files = [preface]
    used = _size(preface)
    for head, pieces in sections:
        sizes = [_size(piece) for piece in pieces]
        whole = _size(head) + sum(sizes)
        if used + whole > limit and used > (_size(preface) if len(files) == 1 else 0):
            files.append("")
            used = 0
        files[-1] += head
        used += _size(head)
        begun: list[str] = []
        for piece, size in zip(pieces, sizes, strict=True):
            if begun and used + size > limit:
                files[-1] += "".join(begun)
                files.append(head)
                begun, used = [], _size(head)
            begun.append(piece)
            used += size
        files[-1] += "".join(begun)
    return files


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
