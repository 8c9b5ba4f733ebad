"""One order out of several: every copy's own order where copies agree, time where nothing else tells."""

from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final, NamedTuple

_ENDLESS: Final = 1 << 62


class Place(NamedTuple):
    """What decides between messages that no copy has one after the other."""

    time: int
    """Seconds."""
    turn: int
    """0 for those who ask, 1 for those who answer: of two in the same minute, a question comes first."""


def weave(chains: Sequence[Sequence[int]], places: Sequence[Place]) -> list[int]:
    """Return all numbers in an order that keeps the order of every chain, as far as they agree.

    Args:
        chains: numbers in the order of each copy, none twice in a chain.
        places: where each number belongs in time; all numbers from 0 on.

    >>> weave([[0, 1, 3], [2, 3]], [Place(10, 0), Place(30, 0), Place(20, 0), Place(40, 0)])
    [0, 2, 1, 3]
    >>> weave([[0, 1], [1, 0]], [Place(10, 0), Place(20, 0)])
    [0, 1]

    """
    return _Loom(chains, places).run()


class _Loom:
    """Takes numbers whose predecessors are all taken, the earliest first (Kahn's algorithm, CACM 5, 1962)."""

    def __init__(self, chains: Sequence[Sequence[int]], places: Sequence[Place]) -> None:
        self._places = places
        self._waiting = [0] * len(places)
        self._following: list[list[int]] = [[] for _ in places]
        for chain in chains:
            for one, other in pairwise(chain):
                self._following[one].append(other)
                self._waiting[other] += 1
        self._done = [False] * len(places)
        self._ready: list[tuple[Place, int]] = []
        for number, waiting in enumerate(self._waiting):
            if not waiting:
                heappush(self._ready, (places[number], number))

    def run(self) -> list[int]:
        """Return the order."""
        order: list[int] = []
        by_time: list[int] | None = None
        at = 0
        while len(order) < len(self._places):
            if self._ready:
                _, number = heappop(self._ready)
            else:  # the copies contradict each other: the earliest goes first
                if by_time is None:
                    by_time = sorted(range(len(self._places)), key=lambda one: (self._places[one], one))
                while self._done[by_time[at]]:
                    at += 1
                number = by_time[at]
            while number >= 0 and not self._done[number]:
                order.append(number)
                number = self._take(number)
        return order

    def _take(self, number: int) -> int:
        """Release what follows a number; return which of it goes on at once, -1 for none."""
        self._done[number] = True
        released: list[tuple[Place, int]] = []
        for other in self._following[number]:
            self._waiting[other] -= 1
            if not self._waiting[other] and not self._done[other]:
                released.append((self._places[other], other))
        if not released:
            return -1
        first = min(released)
        for entry in released:
            if entry is not first:
                heappush(self._ready, entry)
        if self._goes_on(number, first[1]):
            return first[1]
        heappush(self._ready, first)
        return -1

    def _goes_on(self, number: int, other: int) -> bool:
        """Say whether a copy's next message comes before the first of the other copies."""
        place = self._places[other]
        rival = self._ready[0][0] if self._ready else Place(_ENDLESS, 0)
        if place.time != rival.time:
            return place.time < rival.time
        return place.turn <= rival.turn or self._places[number].turn == 0
