"""When the messages of a WhatsApp Web page were written, and by whom.

What stands before a message when it is copied says both: ``[21:04, 25/03/2025] Ana: ``, as the page's
language and the computer's region print it. Pictures and calls have no such line but show the hour; their day
is that of the messages around them, which the page parts by a line for each day.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Final, NamedTuple

from wamigrate.clock import DateText, Evidence, Order, find_order, given_order, read_date, read_time, resolve
from wamigrate.header import marker, read_copied_header
from wamigrate.model import DateOrder

_END: Final = "]"
_NIGHT: Final = 6
"""Hours by which times of one day do not go back."""


class Stamp(NamedTuple):
    """What stands before a message."""

    day: DateText | None
    clock: time | None
    marker: str | None
    """Word for the half of the day."""
    name: str
    """Name as printed; empty where there is none."""


class Line(NamedTuple):
    """What is known about the time of a row."""

    stamp: str
    clock: str
    """The hour that it shows."""
    begins_day: bool = False
    """Whether it is no message but the line above a day."""


class Times(NamedTuple):
    """The times of a page."""

    moments: list[datetime | None]
    order: Order
    calendars: frozenset[str]
    """Calendars other than the Gregorian."""


def read_stamp(text: str) -> Stamp:
    """Read what stands before a message.

    >>> read_stamp("[9:04 PM, 3/25/2025] Dr: Who: ").name
    'Dr: Who'
    >>> read_stamp("[21:04, 25/03/2025] ").clock
    datetime.time(21, 4)
    """
    header = read_copied_header(text)
    if header is None:
        return Stamp(None, None, None, _name(text.partition(_END)[2]))
    clock = read_time(f"{header.match['time']}, ")
    return Stamp(
        read_date(header.match["date"]),
        None if clock is None else time(*clock),
        marker(header.match),
        _name(text[header.match.end() :]),
    )


def _name(rest: str) -> str:
    return rest.removesuffix(" ").removesuffix(":").strip(" ")


def find_times(lines: Sequence[Line], given: DateOrder | None, latest: datetime | None) -> Times:
    """Find the time of each row.

    Args:
        lines: all rows, in the order of the page.
        given: order of day and month, where the user gave it.
        latest: when the page was saved, as far as known.

    """
    read = cache(read_stamp)
    stamps = [read(line.stamp.partition(_END)[0] + "] ") if line.stamp else None for line in lines]
    texts = {stamp.day for stamp in stamps if stamp is not None and stamp.day is not None}
    evidence = Evidence(
        rows=lambda: [(None, None) if stamp is None else (stamp.day, stamp.clock) for stamp in stamps],
        latest=latest,
        marker=next((stamp.marker for stamp in stamps if stamp is not None and stamp.marker), None),
    )
    order = given_order(texts, given) if given else find_order(texts, evidence)
    days = {text: _day(text, order.order) for text in texts}
    found = [None if stamp is None or stamp.day is None else days[stamp.day] for stamp in stamps]
    clocks = [_clock(line, stamp) for line, stamp in zip(lines, stamps, strict=True)]
    calendars = {str(text.calendar) for text, day in days.items() if day and text.calendar != "gregorian"}
    filled = _fill(lines, found, clocks)
    moments = [
        None if day is None or clock is None else datetime.combine(day, clock)
        for day, clock in zip(filled, clocks, strict=True)
    ]
    return Times(moments, order, frozenset(calendars))


def _day(text: DateText, order: DateOrder) -> date | None:
    other: DateOrder = "mdy" if order == "dmy" else "dmy"
    found = resolve(text, order) or resolve(text, other)
    return None if found is None else date(*found)


def _clock(line: Line, stamp: Stamp | None) -> time | None:
    if stamp is not None:
        return stamp.clock
    found = read_time(f"{line.clock}, ") if line.clock else None
    return None if found is None else time(*found)


def _fill(
    lines: Sequence[Line], days: Sequence[date | None], clocks: Sequence[time | None]
) -> list[date | None]:
    """Give rows without a date that of the row before, or else after, under the same line for a day."""
    filled = list(days)
    for indices in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        day: date | None = None
        last: time | None = None
        for index in indices:
            if lines[index].begins_day:
                day = last = None
            elif lines[index].stamp:
                day, last = days[index], clocks[index]
            elif filled[index] is None and day is not None and (clock := clocks[index]) is not None:
                if last is not None and (last.hour - clock.hour) * indices.step > _NIGHT:
                    day = None  # midnight lies between, and no line said so: a row on the other side knows
                    continue
                filled[index], last = day, clock
    return filled
