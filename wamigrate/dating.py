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
    find_order,
    given_order,
    read_date,
    resolve,
)
from wamigrate.header import marker, match_time
from wamigrate.lines import Pieces
from wamigrate.model import DateOrder
from wamigrate.register import NAMED, clean_name, match_name
from wamigrate.times import TimeColumn
from wamigrate.years import Years, complete_years, month_day

_ATTACHMENT_DAY: Final = re.compile(
    rb"(?:\xe2\x80[\x8e\x8f])?(?:<[^:\n<>]{1,60}: ?)?(?:[A-Z]{3}-(20\d\d)(\d\d)(\d\d)-WA\d"
    rb"|\d{8}-[A-Z]{3,8}-(20\d\d)-(\d\d)-(\d\d)-\d\d-\d\d-\d\d\b)"
)
"""Bodies that are an attachment; a name in the middle of a text proves nothing."""


@dataclass
class Dating:
    """The times of a file's messages, and how they were read."""

    moments: list[datetime | None]
    order: Order
    completed_years: str
    """What told the years that are not printed, in words; empty where all are."""
    calendars: frozenset[str]
    """Calendars other than the Gregorian."""
    odd_style: frozenset[int]
    """Headers whose date is printed unlike most: with another width of the year or another separator."""


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
    raw_dates, heads = (pieces.second, pieces.first) if time_first else (pieces.first, pieces.second)
    times = TimeColumn(heads, pieces.third)
    counts = Counter(raw_dates)
    texts = {raw: read_date(raw.decode("utf-8", "replace")) for raw in counts}
    evidence = Evidence(
        rows=lambda: list(zip(map(texts.__getitem__, raw_dates), times.each(), strict=True)),
        attachment_days=lambda: _attachment_days(pieces.body),
        latest=latest,
        marker=_marker(heads[0] + pieces.third[0]),
    )
    orders = _orders(texts, counts, evidence, date_order)
    styles = _styles(texts, counts)
    main = orders[styles[0]] if orders else Order("dmy", "no date can be read", ambiguous=True)
    years = Years([], "")
    if any(text and text.is_bare for text in texts.values()):
        days = {raw: month_day(text, orders[text.style].order) for raw, text in texts.items() if text}
        years = complete_years(
            [days.get(raw) for raw in raw_dates],
            latest=latest,
            year=year,
            services=lambda: _services(pieces.author),
        )
    moments = _moments(raw_dates, times, texts, orders, years.each)
    calendars = frozenset(
        str(text.calendar)
        for text in texts.values()
        if text and text.calendar != "gregorian" and _resolved(text, orders)
    )
    odd = frozenset[int]()
    if len(styles) > 1:
        odd = frozenset(
            i for i, raw in enumerate(raw_dates) if (text := texts[raw]) and text.style != styles[0]
        )
    return Dating(moments, main, years.evidence, calendars, odd)


def _services(authors: Sequence[bytes]) -> list[str | None]:
    """Return the assistant that each message is from, as far as the name proves it."""
    found: dict[bytes, str | None] = {}
    for author in dict.fromkeys(authors):
        match = match_name(clean_name(author.decode("utf-8", "replace").rstrip(": ")))
        found[author] = match.bot.key if match and match.rank <= NAMED else None
    return [found[author] for author in authors]


def _moments(
    raw_dates: Sequence[bytes],
    times: TimeColumn,
    texts: dict[bytes, DateText | None],
    orders: dict[tuple[int, str], Order],
    years: Sequence[int | None],
) -> list[datetime | None]:
    days = {raw: _day(_resolved(text, orders)) for raw, text in texts.items()}
    if not years and None not in days.values():
        midnights = {raw: datetime.combine(day, time()) for raw, day in days.items() if day is not None}
        quick = times.on(map(midnights.__getitem__, raw_dates))
        if quick is not None:
            return quick
    moments: list[datetime | None] = []
    for index, (raw, clock) in enumerate(zip(raw_dates, times.each(), strict=True)):
        text, day = texts[raw], days[raw]
        if day is None and years and text is not None:
            day = _day(resolve(text, orders[text.style].order, years[index]))
        moments.append(None if day is None or clock is None else datetime.combine(day, clock))
    return moments


def _resolved(text: DateText | None, orders: dict[tuple[int, str], Order]) -> tuple[int, int, int] | None:
    """Resolve a date in its style's order; where it does not exist in this, the other one must be meant."""
    if text is None:
        return None
    order = orders[text.style].order
    other: DateOrder = "mdy" if order == "dmy" else "dmy"
    return resolve(text, order) or resolve(text, other)


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
        return {style: given_order(group, given) for style, group in groups.items()}
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
        match = _ATTACHMENT_DAY.match(body)
        if match:
            year, month, day = (int(part) for part in match.groups() if part is not None)
            try:
                found.append((index, date(year, month, day)))
            except ValueError:
                continue
    return found


def _marker(raw_time: bytes) -> str | None:
    match = match_time(raw_time.decode("utf-8", "replace"))
    return marker(match) if match else None
