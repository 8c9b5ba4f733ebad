"""English words for dates, times, sizes and counts, the same on every machine.

Exporters write these words into files, so they follow no locale.
"""

from datetime import date, datetime
from typing import Final

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_KILO: Final = 1000
_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB")


def month_words(day: date) -> str:
    """Write a month.

    >>> month_words(date(2025, 3, 25))
    'March 2025'
    """
    return f"{_MONTHS[day.month - 1]} {day.year}"


def date_words(day: date) -> str:
    """Write a date.

    >>> date_words(date(2025, 3, 25))
    '25 March 2025'
    """
    return f"{anniversary_words(day)} {day.year}"


def anniversary_words(day: date) -> str:
    """Write a date without its year.

    >>> anniversary_words(date(2025, 3, 25))
    '25 March'
    """
    return f"{day.day} {_MONTHS[day.month - 1]}"


def day_words(day: date) -> str:
    """Write a date with its weekday.

    >>> day_words(date(2025, 3, 25))
    'Tuesday, 25 March 2025'
    """
    return f"{_WEEKDAYS[day.weekday()]}, {date_words(day)}"


def period_words(first: date, last: date) -> str:
    """Write the days from ``first`` to ``last``.

    >>> period_words(date(2025, 3, 25), date(2025, 3, 25)), period_words(date(2025, 3, 25), date(2025, 4, 2))
    ('25 March 2025', '25 March 2025 to 2 April 2025')
    """
    return date_words(first) if first == last else f"{date_words(first)} to {date_words(last)}"


def clock_words(time: datetime) -> str:
    """Write a time of day, to the minute.

    >>> clock_words(datetime(2025, 3, 25, 9, 4, 59))
    '09:04'
    """
    return f"{time.hour:02}:{time.minute:02}"


def count_words(count: int, singular: str) -> str:
    """Write a count of things whose plural ends in *s*.

    >>> count_words(1, "message"), count_words(1200, "file")
    ('1 message', '1,200 files')
    """
    return f"{count:,} {singular}" if count == 1 else f"{count:,} {singular}s"


def size_words(size: int) -> str:
    """Write a number of bytes, in powers of 1,000.

    >>> size_words(1), size_words(999), size_words(1000), size_words(2_345_678)
    ('1 byte', '999 bytes', '1.0 kB', '2.3 MB')
    """
    if size < _KILO:
        return count_words(size, "byte")
    value, unit = float(size), 0
    while round(value, 1) >= _KILO and unit < len(_UNITS) - 1:
        value /= _KILO
        unit += 1
    return f"{value:.1f} {_UNITS[unit]}"
