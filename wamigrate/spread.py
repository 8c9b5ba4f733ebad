"""How numbers are spread, from a stream of them: median and the like in little memory.

Numbers below 256 are counted one by one, larger ones to eight binary digits, so that what comes out is
right to one part in 128 however many there were.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Annotated, Final

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0)]
_EXACT: Final = 256
_DIGITS: Final = 8


class Bin(Struct, frozen=True):
    """How many numbers lie in a range."""

    start: Count
    """The first number of the range."""
    end: Count | None
    """The first one above it; null for the last range, which is open."""
    count: Count


class Spread(Struct, frozen=True):
    """How numbers are spread."""

    count: Count
    """How many numbers there are."""
    median: Count | None
    """Half of them are no larger; null where there are none."""
    p90: Count | None
    """Nine of ten are no larger."""
    largest: Count | None
    bins: tuple[Bin, ...]
    """All of them by range, ranges without any included."""


class Histogram:
    """Counts numbers that are not negative.

    >>> lengths = Histogram()
    >>> for length in (3, 5, 5, 80):
    ...     lengths.add(length)
    >>> found = lengths.spread((0, 10, 50))
    >>> found.median, found.p90, [bin.count for bin in found.bins]
    (5, 80, [3, 0, 1])
    """

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._largest: int | None = None

    def add(self, number: int) -> None:
        """Count a number."""
        if self._largest is None or number > self._largest:
            self._largest = number
        if number >= _EXACT:
            shift = number.bit_length() - _DIGITS
            number = number >> shift << shift
        self._counts[number] += 1

    def spread(self, edges: Sequence[int]) -> Spread:
        """Sum up what was counted.

        Args:
            edges: where ranges begin, rising; the first is the smallest number there can be.

        """
        total = self._counts.total()
        return Spread(
            count=total,
            median=self._below(ceil(total / 2)),
            p90=self._below(ceil(total * 9 / 10)),
            largest=self._largest,
            bins=tuple(self._bins(edges)),
        )

    def _below(self, rank: int) -> int | None:
        """Return the number at a place, counted from 1 in rising order."""
        for number in sorted(self._counts):
            rank -= self._counts[number]
            if rank <= 0:
                return number
        return None

    def _bins(self, edges: Sequence[int]) -> Iterator[Bin]:
        counts = [0] * len(edges)
        for number, count in self._counts.items():
            counts[max(bisect_right(edges, number) - 1, 0)] += count
        for start, end, count in zip(edges, [*edges[1:], None], counts, strict=True):
            yield Bin(start, end, count)
