"""The times of all headers of a file, read without a step in Python for each.

On iOS nearly every time is another one, but hour and minute repeat, and so does what follows: the seconds
and the word for the half of the day.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from operator import add
from typing import Final

from wamigrate.clock import read_time

_TAIL: Final = re.compile(rb"[^0-9]{1,3}([0-9]{2})([^0-9]*)", re.DOTALL)
_MINUTE: Final = 60
_MINUTE_DIGITS: Final = 2
"""Bytes of a minute; digits of other scripts take more, then minutes count as hours, which does no harm."""


class TimeColumn:
    """Times as printed, cut before the sign in front of the seconds.

    Args:
        heads: hour and minute of each header with what stands around them.
        tails: sign, seconds and what follows; empty where there are none.

    """

    def __init__(self, heads: Sequence[bytes], tails: Sequence[bytes]) -> None:
        self._heads = heads
        self._tails = tails
        self._distinct = set(heads)

    def each(self) -> list[time | None]:
        """Return the time of each header, None where there is no such time."""
        raws = [head + tail for head, tail in zip(self._heads, self._tails, strict=True)]
        read = {raw: _read(raw) for raw in set(raws)}
        return list(map(read.__getitem__, raws))

    def on(self, midnights: Iterable[datetime]) -> list[datetime | None] | None:
        """Combine each time with its day.

        Args:
            midnights: the day of each, at its beginning.

        Returns:
            The moments; None if some time does not exist or follows no simple rule, so that each must be
            read by itself.

        """
        tails = {tail: _TAIL.fullmatch(tail) for tail in set(self._tails)}
        if tails.keys() == {b""}:
            shifts, first = {b"": timedelta()}, b""
        else:
            ends = {match[2] for match in tails.values() if match}
            valid = all(match and int(match[1]) < _MINUTE for match in tails.values())
            moved = self._shifts(ends) if valid else None
            if moved is None:
                return None
            first = next(iter(ends))
            shifts = {
                tail: moved[match[2]] + timedelta(seconds=int(match[1]))
                for tail, match in tails.items()
                if match
            }
        clocks = {head: _read(head + first) for head in self._distinct}
        if None in clocks.values():
            return None
        # Adding to midnight takes half the time of combining a day with a time.
        since = {head: _since_midnight(clock) for head, clock in clocks.items() if clock is not None}
        passed = map(since.__getitem__, self._heads)
        if first != b"":
            passed = map(add, passed, map(shifts.__getitem__, self._tails))
        return list(map(add, midnights, passed))

    def _shifts(self, ends: set[bytes]) -> dict[bytes, timedelta] | None:
        """Return by how much each ending moves a time against the first, if it is the same for all hours.

        Parts of the day begin and end with the hour, so one time of each hour is enough.
        """
        first = next(iter(ends))
        hours = {head[:-_MINUTE_DIGITS]: head for head in self._distinct}
        moved: dict[bytes, timedelta] = {}
        for end in ends:
            found = {_difference(head, first, end) for head in hours.values()}
            if len(found) != 1 or None in found:
                return None
            moved[end] = timedelta(minutes=found.pop() or 0)
        return moved


def _since_midnight(clock: time) -> timedelta:
    return timedelta(0, (clock.hour * _MINUTE + clock.minute) * _MINUTE + clock.second)


def _difference(head: bytes, first: bytes, end: bytes) -> int | None:
    """Return how many minutes later a time is with another ending."""
    one, other = _read(head + first), _read(head + end)
    if one is None or other is None:
        return None
    return (other.hour - one.hour) * _MINUTE + other.minute - one.minute


def _read(raw: bytes) -> time | None:
    found = read_time(raw.decode("utf-8", "replace"))
    return None if found is None else time(*found)
