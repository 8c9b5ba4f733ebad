"""When each message of a file was written."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from wamigrate.clock import (
    DateText,
    Evidence,
    Order,
    complete_years,
    find_order,
    read_date,
    read_time,
    resolve,
)
from wamigrate.header import marker, match_time
from wamigrate.lines import Pieces
from wamigrate.model import DateOrder

_SECONDS: Final = re.compile(rb"([0-9]{2})([^0-9]*)", re.DOTALL)
_ATTACHMENT_DAY: Final = re.compile(
    rb"-(20\d\d)(\d\d)(\d\d)-WA\d|-[A-Z]{3,8}-(20\d\d)-(\d\d)-(\d\d)-\d\d-\d\d-\d\d\b"
)


@dataclass
class Dating:
    """The times of a file's messages, and how they were read."""

    moments: list[datetime | None]
    order: Order
    completed_years: bool
    """Whether years that are not printed were found from the rest."""
    calendars: frozenset[str]
    """Calendars other than the Gregorian."""
    odd_style: frozenset[int]
    """Headers whose date is printed unlike most: with another width of the year or another separator."""


class _Times(dict[bytes, time | None]):
    """Reads each distinct time once.

    On iOS nearly every message has its own: hour and minute, and what follows the last colon, repeat.
    """

    def __init__(self, colon: bytes) -> None:
        super().__init__()
        self._colon = colon
        self._minutes: dict[tuple[bytes, bytes], time | None] = {}
        self._tails: dict[bytes, tuple[int, bytes] | None] = {}

    def __missing__(self, raw: bytes) -> time | None:
        head, _, tail = raw.rpartition(self._colon)
        if tail not in self._tails:
            match = _SECONDS.fullmatch(tail) if self._colon in head else None
            self._tails[tail] = (int(match[1]), match[2]) if match and int(match[1]) < 60 else None  # noqa: PLR2004 - seconds
        found = self._tails[tail]
        if found is None:
            self[raw] = read = _read_time(raw)
            return read
        second, rest = found
        key = head, rest
        if key not in self._minutes:
            self._minutes[key] = _read_time(head + rest)
        minute = self._minutes[key]
        self[raw] = read = None if minute is None else time(minute.hour, minute.minute, second)
        return read


def _read_time(raw: bytes) -> time | None:
    found = read_time(raw.decode("utf-8", "replace"))
    return None if found is None else time(*found)


def date_pieces(
    pieces: Pieces,
    *,
    time_first: bool,
    date_order: DateOrder | None,
    year: int | None,
    latest: datetime | None,
) -> Dating:
    """Read date and time of every candidate.

    Args:
        pieces: the file, cut at its headers.
        time_first: whether the time stands before the date.
        date_order: the order of day and month, where the user gave it.
        year: year of the first date without one, where the user gave it.
        latest: when the file was written, as far as known.

    """
    raw_dates, raw_times = (pieces.second, pieces.first) if time_first else (pieces.first, pieces.second)
    counts = Counter(raw_dates)
    texts = {raw: read_date(raw.decode("utf-8", "replace")) for raw in counts}
    times = _Times(b"." if raw_times[0].count(b":") == 0 else b":")
    evidence = Evidence(
        rows=lambda: [(texts[raw], times[clock]) for raw, clock in zip(raw_dates, raw_times, strict=True)],
        attachment_days=lambda: _attachment_days(pieces.body),
        latest=latest,
        marker=_marker(raw_times),
    )
    orders = _orders(texts, counts, evidence, date_order)
    main = (
        orders[_styles(texts, counts)[0]] if orders else Order("dmy", "no date can be read", ambiguous=True)
    )
    bare = any(text and text.numbers is None and text.year is None for text in texts.values())
    years = complete_years([texts[raw] for raw in raw_dates], latest, year) if bare else ()
    moments = _moments(raw_dates, raw_times, texts, times, orders, years)
    calendars = frozenset(
        str(text.calendar) for text in texts.values() if text and text.calendar != "gregorian"
    )
    styles = _styles(texts, counts)
    odd = frozenset[int]()
    if len(styles) > 1:
        odd = frozenset(
            i for i, raw in enumerate(raw_dates) if (text := texts[raw]) and text.style != styles[0]
        )
    return Dating(moments, main, bare, calendars, odd)


def _moments(
    raw_dates: Sequence[bytes],
    raw_times: Sequence[bytes],
    texts: dict[bytes, DateText | None],
    times: _Times,
    orders: dict[tuple[int, str], Order],
    years: Sequence[int | None],
) -> list[datetime | None]:
    days = {
        raw: _day(resolve(text, orders[text.style].order) if text else None) for raw, text in texts.items()
    }
    clocks = list(map(times.__getitem__, raw_times))
    if not years and None not in days.values() and None not in times.values():
        return list(map(datetime.combine, map(days.__getitem__, raw_dates), clocks))  # type: ignore[arg-type]  # no None
    moments: list[datetime | None] = []
    for index, (raw, clock) in enumerate(zip(raw_dates, clocks, strict=True)):
        text, day = texts[raw], days[raw]
        if day is None and years and text is not None:
            day = _day(resolve(text, orders[text.style].order, years[index]))
        moments.append(None if day is None or clock is None else datetime.combine(day, clock))
    return moments


def _day(resolved: tuple[int, int, int] | None) -> date | None:
    return None if resolved is None else date(*resolved)


def _styles(texts: dict[bytes, DateText | None], counts: Counter[bytes]) -> list[tuple[int, str]]:
    """Return the styles of dates in a file, the most frequent first."""
    styles: Counter[tuple[int, str]] = Counter()
    for raw, text in texts.items():
        if text is not None:
            styles[text.style] += counts[raw]
    return [style for style, _ in styles.most_common()]


def _orders(
    texts: dict[bytes, DateText | None], counts: Counter[bytes], evidence: Evidence, given: DateOrder | None
) -> dict[tuple[int, str], Order]:
    """Find the order of each style: a file whose phone changed its region in the middle has two."""
    groups: defaultdict[tuple[int, str], list[DateText]] = defaultdict(list)
    for text in texts.values():
        if text is not None:
            groups[text.style].append(text)
    if given is not None:
        return dict.fromkeys(groups, Order(given, "given with --date-order", ambiguous=False))
    orders: dict[tuple[int, str], Order] = {}
    for style in _styles(texts, counts):
        found = find_order(groups[style], _only(evidence, style, first=not orders))
        if orders and found.ambiguous:
            found = _fit(groups[style], evidence, orders) or found
        orders[style] = found
    return orders


def _only(evidence: Evidence, style: tuple[int, str], *, first: bool) -> Evidence:
    """Restrict the evidence to the headers of one style."""

    def rows() -> Sequence[tuple[DateText | None, time | None]]:
        return [row if row[0] is None or row[0].style == style else (None, row[1]) for row in evidence.rows()]

    latest: Callable[[], Sequence[tuple[int, date]]] = evidence.attachment_days if first else tuple
    return Evidence(rows, latest, evidence.latest, evidence.marker)


def _fit(group: list[DateText], evidence: Evidence, orders: dict[tuple[int, str], Order]) -> Order | None:
    """Choose the order in which a second style fits between the dates that are known."""
    style = group[0].style
    jumps: dict[DateOrder, int] = {}
    options: tuple[DateOrder, ...] = ("dmy", "mdy")
    for option in options:
        before: datetime | None = None
        jumps[option] = 0
        for text, clock in evidence.rows():
            if text is None or clock is None or (text.style != style and text.style not in orders):
                continue
            day = resolve(text, option if text.style == style else orders[text.style].order)
            if day is None:
                jumps[option] += 1
                continue
            moment = datetime.combine(date(*day), clock)
            jumps[option] += before is not None and moment < before
            before = moment
    if jumps["dmy"] == jumps["mdy"]:
        return None
    best: DateOrder = "dmy" if jumps["dmy"] < jumps["mdy"] else "mdy"
    return Order(best, "it fits between the other dates", ambiguous=False)


def _attachment_days(bodies: Sequence[bytes]) -> list[tuple[int, date]]:
    """Find the dates in names that phones give to media: the day of the message."""
    found: list[tuple[int, date]] = []
    for index, body in enumerate(bodies):
        match = _ATTACHMENT_DAY.search(body, 0, 400) if b"-" in body[:400] else None
        if match:
            year, month, day = (int(part) for part in match.groups() if part is not None)
            try:
                found.append((index, date(year, month, day)))
            except ValueError:
                continue
    return found


def _marker(raw_times: Sequence[bytes]) -> str | None:
    match = match_time(raw_times[0].decode("utf-8", "replace"))
    return marker(match) if match else None
