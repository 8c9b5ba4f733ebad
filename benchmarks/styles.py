"""Phone styles: how one phone in one region writes the head of a message."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Final, Literal

from msgspec import Struct, convert

from benchmarks.tables import read_table

Ends = Literal["crlf", "lf", "all-crlf"]

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TWO_EARLY: Final = 2029
_FIRST_HOURS: Final[Mapping[int, tuple[int, ...]]] = {
    2: (0, 12),
    5: (0, 6, 12, 18, 21),
    6: (0, 5, 8, 12, 13, 19),
}
"""First hour of each day period, by how many periods a style tells apart; CLDR's limits for en and zh."""


class Style(Struct, frozen=True):
    """One row of ``styles.toml``, which explains the fields."""

    name: str
    header: str
    order: Literal["dmy", "mdy", "ymd"]
    language: str = "en"
    periods: str = ""
    digits: str = "0"
    calendar: Literal["", "buddhist", "jalali"] = ""
    ends: Ends | None = None
    bom: Literal["", "first", "each"] = ""
    user: str = ""
    assistant: str = ""

    @property
    def ios(self) -> bool:
        """Whether an iPhone wrote it."""
        return self.name.startswith("ios")

    @property
    def ending(self) -> Ends:
        """How lines end."""
        return self.ends or ("crlf" if self.ios else "lf")

    @property
    def seconds(self) -> bool:
        """Whether the head tells seconds."""
        return "{s}" in self.header

    def head(self, time: datetime) -> str:
        """Write the head of a message, up to the author.

        >>> find_styles()["ios-us-12h"].head(datetime(2025, 3, 25, 0, 4, 5)).replace(chr(0x202F), " ")
        '[3/25/25, 12:04:05 AM] '
        >>> find_styles()["ios-th-be"].head(datetime(2025, 3, 25, 21, 4, 5))
        '[3/25/2568 BE, 21:04:05] '
        """
        return self.day(time.date()).format(**self._clock(time))

    def day(self, when: date) -> str:
        """Fill the date into the head and leave the fields of the clock open."""
        year, month, day = self._calendar(when)
        numbers = {
            "D": f"{day}",
            "DD": f"{day:02}",
            "M": f"{month}",
            "MM": f"{month:02}",
            "Y": f"{year}",
            "YY": f"{year % 100:02}",
            "E": f"{year - 2018}",
            "b": _MONTHS[month - 1],
        }
        clock = {field: f"{{{field}}}" for field in ("H", "HH", "h", "m", "s", "p")}
        return self.header.format(**{key: self._localise(text) for key, text in numbers.items()}, **clock)

    def _clock(self, time: datetime) -> dict[str, str]:
        numbers = {
            "H": f"{time.hour}",
            "HH": f"{time.hour:02}",
            "h": f"{time.hour % 12 or 12}",
            "m": f"{time.minute:02}",
            "s": f"{time.second:02}",
        }
        return {key: self._localise(text) for key, text in numbers.items()} | {"p": self._period(time.hour)}

    def _period(self, hour: int) -> str:
        words = read_table("styles.toml")["periods"].get(self.periods)
        if not words:
            return ""
        first = _FIRST_HOURS[len(words)]
        return str(words[max(index for index, start in enumerate(first) if start <= hour)])

    def _calendar(self, when: date) -> tuple[int, int, int]:
        if self.calendar == "jalali":
            return jalali(when)
        return when.year + (543 if self.calendar == "buddhist" else 0), when.month, when.day

    def _localise(self, text: str) -> str:
        if self.digits == "0":
            return text
        return "".join(chr(ord(self.digits) + int(char)) if char.isdigit() else char for char in text)


def jalali(when: date) -> tuple[int, int, int]:
    """Turn a date between 2000 and 2032 into year, month and day of the Solar Hijri calendar.

    The year starts on 20 March in leap years, from 2029 on also in the years after them; else on 21 March.

    >>> jalali(date(2025, 3, 20)), jalali(date(2025, 3, 21))
    ((1403, 12, 30), (1404, 1, 1))
    """
    start = _new_year(when.year)
    year = when.year - 621
    if when < start:
        year -= 1
        start = _new_year(when.year - 1)
    passed = (when - start).days
    if passed < 6 * 31:
        return year, passed // 31 + 1, passed % 31 + 1
    return year, (passed - 186) // 30 + 7, (passed - 186) % 30 + 1


def _new_year(year: int) -> date:
    return date(year, 3, 20 if year % 4 == 0 or (year >= _TWO_EARLY and year % 4 == 1) else 21)


@cache
def find_styles() -> dict[str, Style]:
    """Return every style by name, in the order of the table."""
    rows: dict[str, dict[str, str]] = read_table("styles.toml")["styles"]
    return {name: convert({"name": name, **row}, Style) for name, row in rows.items()}


@cache
def find_words(language: str) -> dict[str, str]:
    """Return WhatsApp's own words in a language of ``words.toml``; what is missing is English."""
    table: dict[str, dict[str, str]] = read_table("words.toml")
    return table["en"] | table[language]
