"""The times of a history: as exact as any copy tells, and with offsets if any copy has them."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final, NamedTuple

from wamigrate.strand import Strand
from wamigrate.thread import Entry, Member, Thread

_ZERO: Final = timedelta(0)
_DAY: Final = 24 * 60 * 60


class _Local(NamedTuple):
    """The offset of local time from UTC, found out from a copy that knows local time."""

    instants: list[int]
    """Seconds since 1970, UTC; sorted."""
    offsets: list[int]
    """Seconds."""

    def at(self, instant: datetime) -> timezone:
        """Return the offset that the message nearest in time has."""
        seconds = int(instant.timestamp())
        at = bisect_left(self.instants, seconds)
        if at == len(self.instants) or (
            at > 0 and seconds - self.instants[at - 1] <= self.instants[at] - seconds
        ):
            at -= 1
        offset = self.offsets[at]
        return timezone(timedelta(seconds=offset)) if abs(offset) < _DAY else UTC  # a wrong day is no zone


def merge_times(thread: Thread, standing: Sequence[int]) -> list[datetime | None]:
    """Return the time of each entry, in the order of ``thread.entries``.

    If all copies print a wall clock, or all have the same zone, that of the first copy. Else instants are
    known from copies with offsets, and they are told in local time where a copy knows it.

    Args:
        thread: the history.
        standing: of each copy in it, its rank among all copies; the best is 0.

    """
    zones = {stamp.tzinfo for strand in thread.strands for stamp in _stamps(strand)}
    uniform = len(zones) <= 1
    local = None if uniform else _local(thread, standing)
    found: list[datetime | None] = []
    for entry in thread.entries:
        teller = _teller(thread, entry, standing)
        if teller is None:
            found.append(None)
            continue
        stamp = thread.strands[teller.strand].messages[teller.place].timestamp
        assert stamp is not None
        try:
            found.append(_moved(stamp, teller.shift) if uniform else _told(stamp, teller.shift, local))
        except OverflowError:  # at the ends of the calendar, where no chat is
            found.append(stamp)
    return found


def _told(stamp: datetime, shift: int, local: _Local | None) -> datetime:
    instant = _instant(stamp, shift)
    return instant if local is None else instant.astimezone(local.at(instant))


def _stamps(strand: Strand) -> list[datetime]:
    return [message.timestamp for message in strand.messages if message.timestamp is not None]


def _teller(thread: Thread, entry: Entry, standing: Sequence[int]) -> Member | None:
    """Return the copy that tells the time of an entry most exactly."""
    if len(entry.members) == 1:
        only = entry.members[0]
        return None if thread.strands[only.strand].moments[only.place] is None else only
    best: tuple[int, bool, int] | None = None
    teller: Member | None = None
    for member in entry.members:
        strand = thread.strands[member.strand]
        moment, stamp = strand.moments[member.place], strand.messages[member.place].timestamp
        if moment is None or stamp is None:
            continue
        rank = (moment.high - moment.low, stamp.microsecond == 0, standing[member.strand])
        if best is None or rank < best:
            best, teller = rank, member
    return teller


def _moved(stamp: datetime, shift: int) -> datetime:
    if not shift:
        return stamp
    if stamp.tzinfo is None:
        return stamp + timedelta(seconds=shift)
    return _instant(stamp, shift).astimezone(stamp.tzinfo)


def _instant(stamp: datetime, shift: int) -> datetime:
    """Return the time in UTC; ``shift`` is what a wall clock lacks, or is wrong by."""
    aware = stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)
    return aware + timedelta(seconds=shift)


def _local(thread: Thread, standing: Sequence[int]) -> _Local | None:
    """Learn local time from the largest copy that prints it; None where all copies know UTC only."""
    knowing = [
        (-len(strand), standing[number], number)
        for number, strand in enumerate(thread.strands)
        if not strand.zoned or not all(_is_utc(stamp.tzinfo, stamp) for stamp in _stamps(strand))
    ]
    if not knowing:
        return None
    number = min(knowing)[2]
    strand = thread.strands[number]
    marks: list[tuple[int, int]] = []
    for entry in thread.entries:
        for member in entry.members:
            if member.strand != number:
                continue
            moment, stamp = strand.moments[member.place], strand.messages[member.place].timestamp
            if moment is not None and stamp is not None:
                offset = stamp.utcoffset()
                seconds = -member.shift if offset is None else int(offset.total_seconds())
                marks.append((moment.low + member.shift, seconds))
    marks.sort()
    return _Local([instant for instant, _ in marks], [offset for _, offset in marks]) if marks else None


def _is_utc(zone: tzinfo | None, stamp: datetime) -> bool:
    return zone is UTC or stamp.utcoffset() == _ZERO
