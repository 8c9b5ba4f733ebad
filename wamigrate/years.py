"""The years of dates that show none: copies from phones, and exports of old Android.

Within a file, the year goes up where the date falls back by more than half of one (31 December, 2 January).
Which year that is, the file's other dates tell, or the user, or else it is the newest that nothing speaks
against: the time when the file was written, weekdays beside the dates, and when the assistants that write
in the chat could be reached in WhatsApp.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from wamigrate.clock import ANY_YEAR, DateText
from wamigrate.model import DateOrder
from wamigrate.register import active
from wamigrate.tables import read_table

_FIRST: Final = 2009
"""WhatsApp began in this year."""
_LAST_ANDROID: Final = date(2016, 12, 31)
"""Android stopped to leave years out about then; for files that do not say when they were written."""
_HALF: Final = 183
"""Days; who goes back by less did not wait for most of a year."""
_EXCURSION: Final = 3
"""Dates of the end of a year, between dates of its beginning, that are quotations at most."""
_PAUSE: Final = 62
"""Days between what comes before such a quotation and what comes after."""


class MonthDay(NamedTuple):
    """A date as far as it is known."""

    year: int | None
    month: int
    day: int
    weekday: str | None = None
    """As printed."""

    @property
    def ordinal(self) -> int:
        """Number of the day in a leap year."""
        return date(ANY_YEAR, self.month, self.day).timetuple().tm_yday


class Years(NamedTuple):
    """The years of a file's dates."""

    each: list[int | None]
    """One for each date that shows none; else null."""
    evidence: str
    """What decided, in words; empty where nothing had to be assumed."""


class _Seen(NamedTuple):
    """A date, and who wrote on it."""

    offset: int
    """Years after that of the first date."""
    day: MonthDay
    service: str | None

    def on(self, first: int) -> date | None:
        """Return the date if the first one's year is ``first``; null where there is none."""
        try:
            return date(first + self.offset, self.day.month, self.day.day)
        except ValueError:
            return None


def month_day(text: DateText, order: DateOrder) -> MonthDay | None:
    """Return what a printed date says; null where no year has such a day, or the calendar is another.

    >>> from wamigrate.clock import read_date
    >>> month_day(read_date("28/11, "), "dmy")
    MonthDay(year=None, month=11, day=28, weekday=None)
    >>> month_day(read_date("28/11, "), "mdy") is None
    True
    """
    if text.numbers is None:
        month, day, year = text.months[0], text.day, text.year
    elif text.is_bare:
        day, month = text.numbers[:2] if order == "dmy" else text.numbers[1::-1]
        year = None
    else:
        return None
    try:
        date(ANY_YEAR, month, day)
    except ValueError:
        return None
    return MonthDay(year, month, day, text.weekday)


def complete_years(
    days: Sequence[MonthDay | None],
    *,
    latest: datetime | None = None,
    year: int | None = None,
    services: Callable[[], Sequence[str | None]] | None = None,
) -> Years:
    """Find the year of each date that shows none.

    Args:
        days: date of each header, in file order.
        latest: when the file was written, if known.
        year: year of the first date without one, where the user gave it.
        services: makes the assistant that wrote each message, where one did.

    >>> complete_years([MonthDay(None, 12, 31), MonthDay(None, 1, 1)], year=2024).each
    [2024, 2025]

    """
    each: list[int | None] = [None] * len(days)
    bare = [(index, day) for index, day in enumerate(days) if day is not None and day.year is None]
    if not bare:
        return Years(each, "")
    shown = [day for day in days[: bare[0][0]] if day is not None]
    known = shown[-1] if shown and year is None else None
    offsets = _offsets([*([known] if known else []), *(day for _, day in bare)])
    offsets = offsets[1:] if known else offsets
    if year is not None:
        first, evidence = year - offsets[0], ""
    elif known is not None:
        first, evidence = known.year or 0, "they go on after dates with a year"
    else:
        writers = services() if services else each
        seen = {
            _Seen(offset, day, str(who) if (who := writers[index]) else None)
            for (index, day), offset in zip(bare, offsets, strict=True)
        }
        first, evidence = _newest(seen, latest)
    for (index, _), offset in zip(bare, offsets, strict=True):
        each[index] = first + offset
    return Years(each, evidence)


def _offsets(days: Sequence[MonthDay]) -> list[int]:
    """Count how many years each date is after the first."""
    ordinals = [day.ordinal for day in days]
    offsets: list[int] = []
    offset, back = 0, -1
    for index, ordinal in enumerate(ordinals):
        step = ordinal - ordinals[index - 1] if index else 0
        if index == back or step < -_HALF:
            offset += 1
        elif step > _HALF:
            back = _end_of_excursion(ordinals, index)
            offset -= back > 0
        offsets.append(offset)
    return offsets


def _end_of_excursion(ordinals: Sequence[int], start: int) -> int:
    """Return where the dates come back to what was before ``start``; 0 where they do not, soon."""
    before = ordinals[start - 1]
    for index in range(start + 1, min(start + _EXCURSION, len(ordinals) - 1) + 1):
        if 0 <= ordinals[index] - before <= _PAUSE:
            return index
    return 0


def _newest(seen: Iterable[_Seen], latest: datetime | None) -> tuple[int, str]:
    """Return the newest year of the first date that nothing speaks against, and why it is that one."""
    written = latest.date() + timedelta(days=1) if latest and latest.year >= _FIRST else None
    end, seen = written or _LAST_ANDROID, sorted(seen, key=lambda one: (one.offset, one.day[1:3]))
    why = ["none of them is after the file was written" if written else "years are left out until 2016"]
    years = [year for year in range(end.year, _FIRST - 1, -1) if _is_past(seen, year, end)]
    if not years:
        return end.year - seen[-1].offset, why[0]
    for fits, words in (
        (_fits_weekdays, "the weekdays fit"),
        (_fits_services, "the assistant answered in WhatsApp then"),
    ):
        fitting = [year for year in years if fits(seen, year)]
        if fitting and fitting[0] != years[0]:
            why.append(words)
        years = fitting or years
    return years[0], " and ".join(why)


def _is_past(seen: Sequence[_Seen], first: int, end: date) -> bool:
    days = [one.on(first) for one in seen if one.offset == seen[-1].offset or one.day[1:3] == (2, 29)]
    return all(day is not None and day <= end for day in days)


def _fits_weekdays(seen: Sequence[_Seen], first: int) -> bool:
    named = [(one.on(first), weekdays(one.day.weekday)) for one in seen if one.day.weekday]
    return all(not numbers or (day is not None and day.weekday() in numbers) for day, numbers in named)


def _fits_services(seen: Sequence[_Seen], first: int) -> bool:
    days = [(one.service, one.on(first)) for one in seen if one.service]
    return all(day is None or active(service, day) is not False for service, day in days)


def weekdays(word: str) -> frozenset[int]:
    """Return the days of the week that a word means in some language, Monday as 0; none if it is no weekday.

    >>> weekdays("Tue"), weekdays("mar."), weekdays("noon")
    (frozenset({1}), frozenset({1}), frozenset())
    """
    return _weekdays().get(word.casefold().strip(" ."), frozenset())


@cache
def _weekdays() -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for number, words in enumerate(read_table("weekdays.toml")["words"]):
        for word in words.split("|"):
            found[word] = found.get(word, frozenset()) | {number}
    return found
