"""By how much the clock of one copy of a chat is ahead of another's, found out from texts that both have.

An export prints the wall clock of the zone that the phone is in when it exports, for all messages; a database
knows UTC. So two copies differ by multiples of a quarter of an hour (RFC 9557 and the IANA database know no
others today), by one amount, or by a few where one zone changes its clock for the summer and the other not.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

QUARTER: Final = 900
"""Seconds; differences between zones are multiples of it."""
FARTHEST: Final = 26 * 3600
"""Seconds between the zones that are farthest apart (UTC-12 and UTC+14)."""
JITTER: Final = 120
"""Seconds that clocks of two devices may be apart beside that."""
_SUMMER: Final = 2 * 3600
"""Seconds by which summer times change the difference of two zones at most: one on each half of the globe."""
_HALF: Final = 1800
_SURE_SHARE: Final = 0.6
_ENOUGH: Final = 3
_CROWD: Final = 4
_FEWEST_SHARE: Final = 0.3
_USUAL: Final = 0.95


class Moment(NamedTuple):
    """A time as exact as a copy tells it, in seconds: all moments from ``low`` to ``high``."""

    low: int
    high: int

    def apart(self, other: "Moment", shift: int = 0) -> int:
        """Return how many seconds lie between this moment, ``shift`` later, and another; 0 where they meet.

        >>> Moment(0, 59).apart(Moment(3630, 3630), 3600), Moment(0, 59).apart(Moment(62, 62))
        (0, 3)
        """
        return max(self.low + shift - other.high, other.low - self.high - shift, 0)


class Anchor(NamedTuple):
    """A text that two copies have once each."""

    here: Moment
    there: Moment
    long: bool = True
    """Whether it is so long that it is hardly two texts by chance."""

    def shift(self) -> int:
        """Return the multiple of a quarter of an hour that ``there`` is ahead of ``here``."""
        return round((self.there.low - self.here.low) / QUARTER) * QUARTER


class Clock:
    """What to add to the times of a copy to get those of another.

    Args:
        marks: times of the copy, sorted, each with what is to be added there.
        jitter: seconds by which times may miss each other even so.
        support: how many texts say so.

    """

    def __init__(self, marks: Sequence[tuple[int, int]], jitter: int = 0, support: int = 0) -> None:
        self.marks = marks
        self.jitter = jitter
        self.support = support
        self._times = [time for time, _ in marks]
        shifts = {shift for _, shift in marks}
        self._only = (shifts.pop(),) if len(shifts) == 1 else None if shifts else (0,)

    def shifts(self, time: int) -> tuple[int, ...]:
        """Return what may have to be added to a time: what the nearest texts before and after say."""
        if self._only is not None:
            return self._only
        at = bisect_left(self._times, time)
        after = self.marks[min(at, len(self.marks) - 1)]
        before = self.marks[max(at - 1, 0)]
        if after[1] == before[1]:
            return (before[1],)
        nearer, other = (before, after) if time - before[0] <= after[0] - time else (after, before)
        return (nearer[1], other[1])

    def shift(self, time: int) -> int:
        """Return what is to be added to a time, as the nearest text says."""
        return self.shifts(time)[0]

    def extremes(self) -> tuple[int, int]:
        """Return the smallest and the largest amount."""
        shifts = [shift for _, shift in self.marks] or [0]
        return min(shifts), max(shifts)


def find_clock(anchors: Iterable[Anchor]) -> Clock | None:
    """Compare the times of texts that two copies have in common.

    Any amount is believed that zones can be apart. More (a wrong year in one copy) only where nearly all
    texts agree.

    Args:
        anchors: in any order; some may be chance: a text that was sent twice, of which each copy has one.

    Returns:
        The clock; None where the texts tell no difference that two clocks can have.

    >>> day = 86400
    >>> anchors = [Anchor(Moment(at, at + 59), Moment(at + 3605, at + 3605)) for at in (0, day, 9 * day)]
    >>> find_clock(anchors).shifts(5 * day)
    (3600,)

    """
    found = [(anchor, shift) for anchor in anchors if _fits(anchor, shift := anchor.shift())]
    counts = Counter(shift for _, shift in found)
    if not counts:
        return None
    base = min(counts, key=lambda shift: (-counts[shift], abs(shift), shift))
    near = [
        (anchor, shift)
        for anchor, shift in found
        if _is_near(shift, base) and (shift == base or anchor.long or counts[shift] > 1)
    ]
    if abs(base) > FARTHEST and (len(near) < _ENOUGH or len(near) < _SURE_SHARE * len(found)):
        return None
    if len(found) >= _CROWD and len(near) < _FEWEST_SHARE * len(found):
        return None
    misses = sorted(anchor.here.apart(anchor.there, shift) for anchor, shift in near)
    marks = sorted((anchor.here.low, shift) for anchor, shift in near)
    return Clock(marks, misses[int(_USUAL * (len(misses) - 1))], len(near))


def _is_near(shift: int, base: int) -> bool:
    """Say whether summer time explains the difference of two amounts."""
    return abs(shift - base) <= _SUMMER and (shift - base) % _HALF == 0


def _fits(anchor: Anchor, shift: int) -> bool:
    return anchor.here.apart(anchor.there, shift) <= JITTER
