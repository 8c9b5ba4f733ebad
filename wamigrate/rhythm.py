"""How long this person pauses: inside a conversation, and between two.

The pauses of a thread fall into two heaps, minutes and half days or more. Where one ends and the other begins
differs from person to person, so it is measured: Otsu's threshold ("A threshold selection method from
gray-level histograms", 1979) on the logarithms of the pauses. A few invented pauses stand in until there are
real ones.
"""

from math import log2
from typing import Final

_STEPS: Final = 2
"""Classes for each doubling of a pause."""
_CLASSES: Final = 44
"""The last one begins at some six years."""
_PRIOR: Final = {2: 2.0, 4: 2.0, 6: 2.0, 8: 1.0, 14: 1.0, 16: 1.0, 18: 1.5, 20: 2.0, 22: 1.5, 24: 1.0}
"""Pauses of somebody whose rhythm is unknown: class and how many."""
_SHORTEST, _LONGEST = 12.0, 4 * 60.0
"""Between what the threshold stays, in minutes: nobody stops after a shorter pause or goes on after a longer
one because of the pause alone."""
_MEMORY: Final = 600
"""Pauses after which older ones begin to count less: habits change."""
_FIRST_LOOKS: Final = 8
_SELDOM: Final = 1.15


class Rhythm:
    """Learns pauses in the order they were made; what comes later never changes what it said before.

    >>> rhythm = Rhythm()
    >>> for minutes in [1, 2, 1, 3, 60 * 20] * 20: rhythm.add(minutes)
    >>> 12 <= rhythm.usual < 120
    True
    """

    def __init__(self) -> None:
        self._counts = [_PRIOR.get(number, 0.0) for number in range(_CLASSES)]
        self._total = sum(self._counts)
        self._new: list[float] = []
        """Pauses since the last look."""
        self._seen = 0
        self._next_look = _FIRST_LOOKS
        self.usual: float = _threshold(self._counts, self._total)
        """Minutes that part the pauses inside conversations from those between them."""

    def add(self, minutes: float) -> None:
        """Learn a pause."""
        self._new.append(minutes)
        if self._seen + len(self._new) >= self._next_look:
            self._look()
            self._next_look = max(self._seen + _FIRST_LOOKS, int(self._seen * _SELDOM))

    def _look(self) -> None:
        for minutes in self._new:
            self._counts[min(_CLASSES - 1, int(log2(minutes + 1) * _STEPS))] += 1
        self._total += len(self._new)
        self._seen += len(self._new)
        self._new.clear()
        if self._total > _MEMORY:
            self._counts = [count / 2 for count in self._counts]
            self._total /= 2
        self.usual = _threshold(self._counts, self._total)


def _threshold(counts: list[float], total: float) -> float:
    """Return the pause, in minutes, that parts the counts into the two heaps furthest from each other."""
    mean = sum(number * count for number, count in enumerate(counts)) / total
    below = weight = 0.0
    best, where = -1.0, 0.0
    for number, count in enumerate(counts[:-1]):
        weight += count
        below += number * count
        rest = total - weight
        if not weight or not rest:
            continue
        distance = (mean * weight - below) ** 2 / (weight * rest)
        if distance > best:
            best, where = distance, float(number)
    return float(min(_LONGEST, max(_SHORTEST, 2 ** ((where + 1) / _STEPS) - 1)))
