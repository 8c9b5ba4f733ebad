"""The figures of a history as small tables with words: what terminals print and charts draw."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple

from wamigrate.history_stats import HistoryStats, Month
from wamigrate.languages import UNKNOWN, language_name
from wamigrate.spread import Bin, Spread
from wamigrate.wording import count_words, date_words, month_words

Shape = Literal["columns", "bars", "hours"]
"""How it is drawn: columns in time, bars one below the other, or a week of hours."""
Row = tuple[str | int, ...]

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_MONTHS: Final = 72
"""Months that have a column each; of a longer history each year has one."""
_MOST_BARS: Final = 12
_FILES: Final = {
    "image": "pictures",
    "video": "videos",
    "audio": "recordings",
    "contact": "contacts",
    "document": "documents",
    "unknown": "files of unknown type",
}
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


class Figure(NamedTuple):
    """A table of numbers."""

    key: str
    """Names it in addresses and classes: ``months``."""
    title: str
    description: str
    """What it shows, in a sentence or two: the text for those who do not see it."""
    shape: Shape
    columns: tuple[str, ...]
    """Headings: of the labels, then of the numbers."""
    rows: tuple[Row, ...]
    """A label and its numbers."""


def figures(stats: HistoryStats) -> tuple[Figure, ...]:
    """Return what there is to show of a history; nothing without numbers.

    >>> from wamigrate.history_stats import Gatherer
    >>> figures(Gatherer().result())
    ()
    """
    made = (
        _by_month(stats),
        _by_hour(stats),
        _lengths(stats.answers),
        _delays(stats),
        _longest(stats),
        _languages(stats),
        _code(stats),
        _files(stats),
        _services(stats),
    )
    return tuple(figure for figure in made if any(any(numbers) for _, *numbers in figure.rows))


def seconds_words(seconds: int) -> str:
    """Write a time that something took.

    >>> [seconds_words(seconds) for seconds in (0, 45, 60, 200, 7200, 200_000)]
    ['0 s', '45 s', '1 min', '3 min', '2 h', '2 days']
    """
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    return f"{seconds // _HOUR} h" if seconds < _DAY else count_words(seconds // _DAY, "day")


def _by_month(stats: HistoryStats) -> Figure:
    rows, unit = _periods(stats.months)
    most = max(rows, key=lambda row: sum(row[1:]), default=("", 0, 0))
    text = (
        f"Messages of people and of assistants for each {unit}. "
        f"Most in {most[0]}: {count_words(most[1], 'question')} and {count_words(most[2], 'answer')}."
    )
    columns = (unit.capitalize(), "Questions", "Answers")
    return Figure("months", f"Messages by {unit}", text, "columns", columns, tuple(rows))


def _periods(months: Sequence[Month]) -> tuple[list[tuple[str, int, int]], str]:
    if len(months) <= _MOST_MONTHS:
        return [(_month(month.month), month.questions, month.answers) for month in months], "month"
    years: dict[str, list[Month]] = {}
    for month in months:
        years.setdefault(month.month[:4], []).append(month)
    rows = [
        (year, sum(m.questions for m in them), sum(m.answers for m in them)) for year, them in years.items()
    ]
    return rows, "year"


def _month(key: str) -> str:
    return month_words(date.fromisoformat(f"{key}-01"))


def _by_hour(stats: HistoryStats) -> Figure:
    hours = [sum(day[hour] for day in stats.hours) for hour in range(24)]
    days = [sum(day) for day in stats.hours]
    text = (
        f"Messages by day of the week and hour of the day. Most on {DAYS[days.index(max(days))]}s, and "
        f"between {_clock(hours.index(max(hours)))}.{' Some times are UTC.' if stats.utc else ''}"
    )
    columns = ("Day", *(f"{hour:02}" for hour in range(24)))
    rows: tuple[Row, ...] = tuple((name, *counts) for name, counts in zip(DAYS, stats.hours, strict=True))
    return Figure("hours", "Days and hours", text, "hours", columns, rows)


def _clock(hour: int) -> str:
    return f"{hour}:00 and {hour + 1}:00"


def _lengths(spread: Spread) -> Figure:
    most = f"Half have no more than {spread.median or 0:,}, nine of ten no more than {spread.p90 or 0:,}."
    text = f"Words of each answer. {most}"
    rows = tuple((_range(bin_), bin_.count) for bin_ in spread.bins)
    return Figure("lengths", "Length of answers", text, "bars", ("Words", "Answers"), rows)


def _range(bin_: Bin) -> str:
    return f"{bin_.start} and more" if bin_.end is None else f"{bin_.start} to {bin_.end - 1}"


def _delays(stats: HistoryStats) -> Figure:
    spread = stats.delays
    coarse = " Times are whole minutes." if stats.resolution == "minute" else ""
    text = (
        f"Time from a question to its answer. Half came within {seconds_words(spread.median or 0)}, "
        f"nine of ten within {seconds_words(spread.p90 or 0)}.{coarse}"
    )
    if stats.resolution == "minute":
        text = text.replace("within 0 s", "in the same minute")
    rows = tuple((_delay_range(bin_, coarse=bool(coarse)), bin_.count) for bin_ in spread.bins)
    return Figure("delays", "Waiting for answers", text, "bars", ("Time", "Answers"), rows)


def _delay_range(bin_: Bin, *, coarse: bool) -> str:
    if bin_.end is None:
        return f"{seconds_words(bin_.start)} and more"
    if bin_.start == 0 and bin_.end == _MINUTE:
        return "same minute" if coarse else "under 1 min"
    first, last = seconds_words(bin_.start), seconds_words(bin_.end - 1)
    unit = last.rpartition(" ")[2]
    return first if first == last else f"{first.removesuffix(f' {unit}')} to {last}"


def _longest(stats: HistoryStats) -> Figure:
    rows = tuple((talk.title, talk.messages, talk.words) for talk in stats.longest)
    first = f" The longest has {count_words(int(rows[0][1]), 'message')}." if rows else ""
    text = f"The conversations with most messages.{first}"
    return Figure(
        "longest", "Longest conversations", text, "bars", ("Conversation", "Messages", "Words"), rows
    )


def _languages(stats: HistoryStats) -> Figure:
    named = [(language_name(tag), count) for tag, count in stats.languages.items() if tag != UNKNOWN]
    unknown = stats.languages.get(UNKNOWN, 0)
    text = (
        "Messages by language: an estimate from common words and scripts. "
        f"{count_words(unknown, 'message')} too short, or of another language."
    )
    rows = tuple(_cut(named))
    return Figure("languages", "Languages", text, "bars", ("Language", "Messages"), rows)


def _code(stats: HistoryStats) -> Figure:
    code = stats.code
    blocks, messages = count_words(code.blocks, "block"), count_words(code.messages, "message")
    text = f"{blocks} of code in {messages}, by language."
    rows = tuple(_cut([(name or "not named", count) for name, count in code.languages.items()]))
    return Figure("code", "Code", text, "bars", ("Language", "Blocks"), rows)


def _files(stats: HistoryStats) -> Figure:
    total = sum(found.files for found in stats.files)
    present = sum(found.present for found in stats.files)
    text = f"{count_words(total, 'file')} in messages, {present:,} of them in the export."
    rows = tuple((_FILES[found.type], found.files, found.present) for found in stats.files)
    columns = ("Type", "Files", "In the export")
    return Figure("files", "Pictures and files", text, "bars", columns, rows)


def _services(stats: HistoryStats) -> Figure:
    rows = tuple((found.title, found.messages, found.conversations) for found in stats.services)
    text = "Messages by assistant."
    rows = rows if len(rows) > 1 else ()
    columns = ("Assistant", "Messages", "Conversations")
    return Figure("assistants", "Assistants", text, "bars", columns, rows)


def _cut(rows: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Yield the first rows, and the sum of the others as one."""
    few = rows if len(rows) <= _MOST_BARS else rows[: _MOST_BARS - 1]
    yield from few
    if len(few) < len(rows):
        yield "others", sum(count for _, count in rows[len(few) :])


def summary(stats: HistoryStats) -> Iterator[tuple[str, str]]:
    """Yield the first things to know of a history, each with its label."""
    yield "dates", _dates(stats)
    talks = count_words(stats.conversations, "conversation")
    yield "messages", f"{count_words(stats.messages, 'message')} in {talks}"
    for role, words in (("user", "yours"), ("assistant", "assistants'"), ("other", "others'")):
        amount = stats.roles.get(role)
        if amount is not None:
            yield words, f"{count_words(amount.messages, 'message')}, {count_words(amount.words, 'word')}"
    if stats.undated:
        yield "undated", count_words(stats.undated, "message")


def _dates(stats: HistoryStats) -> str:
    if stats.started_at is None or stats.ended_at is None:
        return "none readable"
    first, last = date_words(stats.started_at), date_words(stats.ended_at)
    return first if first == last else f"{first} to {last}"
