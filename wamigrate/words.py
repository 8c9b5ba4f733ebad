"""Words for parts of the day and for months, in every language of CLDR and as WhatsApp prints them.

The words of CLDR are in ``cldr.toml``, which ``tools/cldr.py`` makes; what phones print beyond it is in
``dialects.toml``.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final

from wamigrate.tables import read_table

NOON: Final = 12
DAY: Final = 24 * 60

Ranges = tuple[tuple[int, int], ...]

BIDI: Final = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff"
"""Invisible marks that WhatsApp, phones and editors leave around words."""
SPACES: Final = "\u00a0\u202f\u2002\u2003\u2007\u2008\u2009\u200a\u3000"
"""Spaces other than the plain one."""
_MARK: Final = re.compile(f"[{BIDI}]")
_PLAIN: Final = str.maketrans({**dict.fromkeys(BIDI), **dict.fromkeys(SPACES, " ")})
_SKELETON: Final = str.maketrans({**dict.fromkeys(BIDI + SPACES + " .\u200c")})


def plain(word: str) -> str:
    r"""Return a word casefolded, without bidi marks, with every space as a plain one and none outside.

    >>> plain("\u200ep.\u00a0m. ")
    'p. m.'
    """
    return unfolded(word).casefold()


def unfolded(word: str) -> str:
    """Return a word as :func:`plain` does, in its own case."""
    return word.translate(_PLAIN).strip()


def unmarked(text: str) -> str:
    r"""Return a text without the marks of :data:`BIDI`.

    >>> unmarked("\u200e2 pages\ufeff")
    '2 pages'
    """
    # Only the first two are frequent; translating would take ten times as long.
    return _MARK.sub("", text.replace("\u200e", "").replace("\u200f", ""))


@lru_cache(maxsize=1 << 8)  # a chat has two of them in all its headers
def day_period(word: str) -> Ranges | None:
    """Tell which part of the day a word names.

    Upper and lower case, dots, spaces and bidi marks make no difference.

    Args:
        word: as printed: ``PM``, ``p. m.``, ``下午``, ``in the afternoon``.

    Returns:
        Ranges of minutes since midnight, the end not included; several where languages differ, the one
        that more languages mean first. None if no table knows the word.

    >>> day_period("p.\u00a0m.")
    ((720, 1440),)
    >>> day_period("maths") is None
    True

    """
    return _periods().get(_skeleton(word))


def day_period_words() -> frozenset[str]:
    """Return every known day period word in the form of :func:`plain`, with its dots and without.

    >>> {"pm", "p.m.", "p. m.", "下午", "in the evening"} <= day_period_words()
    True
    """
    words = {word for _, group in _groups("day_periods") for word in _words(group)}
    return frozenset(words | {word.replace(".", "").strip() for word in words if "." in word})


def hour24(hour: int, minute: int, word: str | None) -> int | None:
    """Turn an hour as printed into the hour of the day.

    An hour with a word is on a 12-hour clock, so two hours of the day are possible (0 and 12 are the same
    hour there); the one in or closest to the part of the day that the word names is right.

    Args:
        hour: as printed, 0 to 23.
        minute: as printed, 0 to 59.
        word: the day period word beside it, or None.

    Returns:
        Hour of the day, or None if no table knows the word.

    >>> hour24(12, 4, "AM"), hour24(12, 5, "PM"), hour24(0, 30, "午後"), hour24(1, 10, "中午")
    (0, 12, 12, 13)

    """
    if word is None:
        return hour
    ranges = day_period(word)
    if ranges is None or hour > NOON:
        return hour if ranges else None
    early = hour % NOON
    first, second = early * 60 + minute, (early + NOON) * 60 + minute
    for start, end in ranges:
        if (start <= first < end) != (start <= second < end):
            return early if start <= first < end else early + NOON
    return early if _distance(first, ranges) <= _distance(second, ranges) else early + NOON


def month(word: str) -> tuple[int, ...]:
    """Tell which months a name or abbreviation means.

    Args:
        word: as printed, with or without dots, in any case.

    Returns:
        Numbers from 1 to 12; several where languages differ, the one that more languages mean first; none
        if it is no month.

    >>> month("Sept."), month("listopad"), month("noon")
    ((9,), (11, 10), ())

    """
    return _month_numbers().get(_skeleton(word), ())


def _distance(minute: int, ranges: Ranges) -> int:
    """Minutes between a time and the nearest end of the ranges, around the clock."""
    ends = [edge for start, end in ranges for edge in (start, end - 1)]
    return min(min(abs(minute - end), DAY - abs(minute - end)) for end in ends)


def _skeleton(word: str) -> str:
    """Return what is compared: casefolded, without spaces, dots and invisible marks."""
    return word.translate(_SKELETON).casefold()


@cache
def _periods() -> dict[str, Ranges]:
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for group, words in _groups("day_periods"):
        ranges = [(start, end) for start, end in group["ranges"]]
        for word in _words(_bare(words)):
            found[word] += ranges
    return {word: tuple(dict.fromkeys(ranges)) for word, ranges in found.items()}


@cache
def _month_numbers() -> dict[str, tuple[int, ...]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for group, words in _groups("months"):
        for word in _words(_bare(words)):
            found[word] += group["numbers"]
    # PM is July in Nheengatu; in a header such a word always tells the time.
    return {word: tuple(dict.fromkeys(numbers)) for word, numbers in found.items() if word not in _periods()}


def _groups(key: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the groups of both tables with their words, those of WhatsApp first."""
    for table in ("dialects.toml", "cldr.toml"):
        for group in read_table(table).get(key, ()):
            yield group, group["words"]


def _words(block: str) -> list[str]:
    return block.replace("\n", "|").split("|")


def _bare(block: str) -> str:
    """Turn the words of a table, which are :func:`plain`, into their skeletons, all at once."""
    return block.replace(" ", "").replace(".", "").replace("\u200c", "")
