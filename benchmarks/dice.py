"""Chance that falls the same way on every machine and every Python."""

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Seeded chance, built on ``random.random`` alone: the one method whose sequence Python promises to keep.

    >>> Dice("a", 1).below(1000), Dice("a", 1).pick("xyz")
    (775, 'z')
    """

    def __init__(self, *key: object) -> None:
        digest = hashlib.sha256("/".join(map(str, key)).encode()).digest()
        self._next = random.Random(int.from_bytes(digest[:8], "big")).random

    def below(self, limit: int) -> int:
        """Return a number from 0 to ``limit - 1``."""
        return int(self._next() * limit)

    def between(self, low: int, high: int) -> int:
        """Return a number from ``low`` to ``high``, both included."""
        return low + int(self._next() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[int(self._next() * len(items))]

    def chance(self, in_thousand: float) -> bool:
        """Return True that many times in a thousand."""
        return self._next() * 1000 < in_thousand
