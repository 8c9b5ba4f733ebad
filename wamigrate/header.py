"""The grammar of message headers: what WhatsApp prints before each message, on every phone.

A header holds a date, a time and marks between them. Wording, order, digits and punctuation follow the
phone's region, so the grammar accepts all families of phone exports and reports the *shape* that a line
has; a file has one shape, to which :mod:`wamigrate.lines` locks.

Families (``[date, time] Name: text`` on iOS, ``date, time - Name: text`` on Android, and the older ones)
are collected from real exports of 428 chats and from the test suites of other parsers.

The clipboard writes other headers, in brackets and without seconds: ``[21:04, 25/03/2025] Name: text`` in
WhatsApp Web, ``[25/03, 21:04] Name: text`` on phones, ``[25-Mar-25 9:04 PM] Name: text`` on Windows; they
are collected from copies that people published.
"""

import re
from functools import cache
from typing import Final, Literal, NamedTuple

from wamigrate.words import day_period, month

Family = Literal["bracket", "dash", "colon", "copy"]

MARKS: Final = "\u200b\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff"
"""Invisible characters that steer direction, or byte order marks: anywhere in a header."""
SPACES: Final = "\\u0020\u00a0\u2000-\u200a\u202f\u3000"

_M: Final = f"[{MARKS}]*"
_S: Final = f"[{SPACES}]"
_WORD: Final = r"[^\W\d_][^\d\n\[\]:]{0,24}?"
_SEPARATOR: Final = rf"{_M}{_S}?[./\-\u2010-\u2015／．－]{_S}?{_M}"
_TAIL: Final = rf"(?:{_S}?\.|{_S}?[гр]\b\.?|{_S}BE\b|{_S}?พ\.ศ\.?)*"
_NUMERIC: Final = (
    rf"(?P<a>\d{{1,4}}){_SEPARATOR}(?P<b>\d{{1,2}}){_SEPARATOR}"
    rf"(?P<era>[RHSTM]|令和|平成|昭和)?(?P<c>\d{{1,4}}){_M}{_TAIL}"
)
_CJK: Final = rf"(?P<y>\d{{2,4}}){_S}?[年년]{_S}?(?P<m>\d{{1,2}}){_S}?[月월]{_S}?(?P<d>\d{{1,2}}){_S}?[日일]"
_NAMED: Final = (
    rf"(?P<day>\d{{1,2}})\.?(?:{_S}|-)(?:de{_S})?(?P<month>[^\W\d_]{{2,12}})\.?(?:(?:{_S}|-)(?:de{_S})?(?P<year>\d{{4}}))?"
    rf"|(?P<month2>[^\W\d_]{{3,12}})\.?{_S}(?P<day2>\d{{1,2}})(?:,{_S}(?P<year2>\d{{4}}))?"
)
_WEEKDAY: Final = rf"(?:(?P<weekday>[^\W\d_]{{2,10}})\.?,?{_S})?"
DATE: Final = rf"(?P<date>{_WEEKDAY}(?:{_NUMERIC}|{_CJK}|{_NAMED})(?!\d))"
_COPIED_NUMERIC: Final = (
    rf"(?P<a>\d{{1,4}}){_SEPARATOR}(?P<b>\d{{1,2}})"
    rf"(?:{_SEPARATOR}(?P<era>[RHSTM]|令和|平成|昭和)?(?P<c>\d{{1,4}}))?{_M}{_TAIL}"
)
_COPIED_CJK: Final = _CJK.replace(r"(?P<y>\d{2,4})", r"(?:(?P<y>\d{2,4})", 1).replace("[年년]", "[年년])?", 1)
_COPIED_NAMED: Final = _NAMED.replace(r"(?P<year>\d{4})", r"(?P<year>\d{4}|(?<=-)\d{2})")
_COPIED_DATE: Final = rf"(?P<date>{_WEEKDAY}(?:{_COPIED_NUMERIC}|{_COPIED_CJK}|{_COPIED_NAMED})(?!\d))"
"""Beside all that exports print: dates without a year, and years of two digits after a month's name."""
TIME: Final = (
    rf"(?P<time>(?:(?P<before>{_WORD}){_S}?)?(?P<hour>\d{{1,2}})[:.：](?P<minute>\d{{2}})"
    rf"(?:[:.：](?P<second>\d{{2}}))?(?:{_S}{{0,2}}(?P<after>{_WORD}))??)"
)
_GLUE: Final = (
    rf"{_M}(?:{_S}?[,،，、;])?{_M}{_S}?(?:(?:à|klo|a{_S}las?|às|um|kl\.?|о|об|в|у|at|alle|-){_S})?{_M}"
)
_BRACKET_END: Final = rf"{_M}\](?:{_S}|(?={_M}\S))"
_ENDS: Final[dict[Family, str]] = {
    "bracket": _BRACKET_END,
    "dash": rf"{_S}[-–—]{_S}",
    "colon": rf":{_S}",
    "copy": _BRACKET_END,
}


# Each takes some milliseconds to compile, and most files need one of them: so when they are asked for.
@cache
def _pattern(family: Family, *, time_first: bool) -> re.Pattern[str]:
    opening = rf"\[{_M}" if family == "bracket" else ""
    body = f"{TIME},{_S}{DATE}" if time_first else f"{DATE}{_GLUE}{TIME}"
    return re.compile(f"{_M}{opening}{body}{_ENDS[family]}")


@cache
def _copied_pattern(*, time_first: bool) -> re.Pattern[str]:
    """Return what the clipboard writes."""
    if time_first:
        return re.compile(rf"{_M}\[{_M}{TIME}{_M}[,،，、]{_M}{_S}?{_M}{_COPIED_DATE}{_BRACKET_END}")
    return re.compile(rf"{_M}\[{_M}{_COPIED_DATE}{_GLUE}{TIME}{_BRACKET_END}")


@cache
def _date_pattern() -> re.Pattern[str]:
    return re.compile(_COPIED_DATE)


@cache
def _time_pattern() -> re.Pattern[str]:
    return re.compile(rf"{TIME}(?:{_M}\]|{_ENDS['dash']}|:{_S}|{_M}[,،，、](?:{_M}{_S})?)")


_FAMILIES: Final[tuple[tuple[Family, bool], ...]] = (
    ("bracket", False),
    ("dash", False),
    ("bracket", True),
    ("dash", True),
    ("colon", False),
)
"""Families and whether the time comes first, in the order in which they are tried."""
_STARTS: Final = re.compile(rf"{_M}\[?{_M}(?:\d|[^\W_][^\n:]{{0,30}}?\d)(?<=\d)[^\n]{{0,40}}?[:.：]\d\d")
"""What every header has, cheaply: a digit near the beginning and something like a time soon after."""
_BRACKETED: Final = re.compile(rf"{_M}\[")
"""What headers of the other families never have, as they begin with a digit or letter."""
_SIGNS: Final[dict[tuple[Family, bool], re.Pattern[str]]] = {
    ("dash", False): re.compile(_ENDS["dash"]),
    ("dash", True): re.compile(rf",{_S}.*?{_ENDS['dash']}"),
    ("colon", False): re.compile(_ENDS["colon"]),
}
"""What headers of these families have somewhere: a list of hours in an answer need not wait for a grammar."""
HEADER_LENGTH: Final = 90
"""No header is longer, in characters."""
_NO_MARKER: Final = frozenset({"ч", "ч.", "h", "uhr", "น", "น.", "г", "г.", "kl", "kl."})
"""Words beside a time that say *hour*, not which half of the day."""


class Header(NamedTuple):
    """A line's header as the grammar reads it."""

    family: Family
    time_first: bool
    match: re.Match[str]

    @property
    def has_seconds(self) -> bool:
        """Whether the time shows seconds."""
        return self.match["second"] is not None

    @property
    def has_year(self) -> bool:
        """Whether the date shows a year."""
        groups = ("c", "y", "year", "year2")
        return any(self.match[group] is not None for group in groups)


def read_header(line: str) -> Header | None:
    r"""Read the header at the start of a line; null where there is none.

    Args:
        line: a line, or its first :data:`HEADER_LENGTH` characters, without its line end.

    >>> read_header("25/03/2025, 21:04 - Ana: hello").family
    'dash'
    >>> read_header("[٢٥\u200f/٣\u200f/٢٠٢٥، ٩:٠٤:٠٥ م] Ana: مرحبا").has_seconds
    True
    >>> read_header("2. Boil the water: 10:00 - 11:00") is None
    True

    """
    if not _STARTS.match(line):
        return None
    is_bracketed = _BRACKETED.match(line) is not None
    for family, time_first in _FAMILIES:
        sign = _SIGNS.get((family, time_first))
        if (family == "bracket") is not is_bracketed or (sign and not sign.search(line)):
            continue
        match = _pattern(family, time_first=time_first).match(line)
        if match and _is_phone_export(family, match, time_first=time_first):
            return Header(family, time_first, match)
    return None


def read_copied_header(line: str) -> Header | None:
    """Read the header at the start of a line of copied text; null where there is none.

    Exports' headers are headers of a copy too. What only the clipboard writes has the family ``copy``.

    Args:
        line: a line, or its first :data:`HEADER_LENGTH` characters, without its line end.

    >>> header = read_copied_header("[28/11, 18:02] Meta AI: hello")
    >>> header.family, header.has_year
    ('copy', False)
    >>> read_copied_header("[3:09 pm, 26/07/2024] Ana: hello").time_first
    True
    >>> read_copied_header("[22-Sep-25 2:06 PM] Ana: hello").has_year
    True
    >>> read_copied_header("[12:30] Lunch: rice, 10/12") is None
    True

    """
    header = read_header(line)
    if header is not None or not (_STARTS.match(line) and _BRACKETED.match(line)):
        return header
    for time_first in (False, True):
        match = _copied_pattern(time_first=time_first).match(line)
        if match and _is_date_and_time(match):
            return Header("copy", time_first, match)
    return None


def is_clock_word(word: str | None) -> bool:
    """Tell whether a word beside a time is one that stands there in some language.

    >>> is_clock_word("p. m."), is_clock_word("ч."), is_clock_word("with Ana")
    (True, True, False)
    """
    return word is None or word.casefold() in _NO_MARKER or day_period(word) is not None


def marker(match: re.Match[str]) -> str | None:
    """Return the word that says which half of the day a time is in, or null."""
    word: str | None = match["before"] or match["after"]
    return None if word is None or word.casefold() in _NO_MARKER else word


def match_date(text: str) -> re.Match[str] | None:
    """Find the date in a header's date part."""
    return _date_pattern().search(text)


def match_time(text: str) -> re.Match[str] | None:
    """Find the time in a header's time part."""
    return _time_pattern().search(text)


def _is_phone_export(family: Family, match: re.Match[str], *, time_first: bool) -> bool:
    """Leave out what only the clipboard or the desktop writes, and lines that merely begin with a date."""
    if not _is_date_and_time(match):
        return False
    if family == "dash":
        return True
    named = match["month"] or match["month2"]
    return match["second"] is not None or (family == "bracket" and not time_first and not named)


def _is_date_and_time(match: re.Match[str]) -> bool:
    """Tell whether the words in a header are those of dates and times."""
    named = match["month"] or match["month2"]
    return (
        is_clock_word(match["before"]) and is_clock_word(match["after"]) and (not named or bool(month(named)))
    )
