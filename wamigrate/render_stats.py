"""The figures of a history for a terminal: bars of signs that need no colour, in 40 columns and more.

Everything is cut to the width. Where the terminal has ASCII alone, bars are of ``#`` and ``-``, and signs
of other scripts are written out.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from wamigrate.history_stats import HistoryStats
from wamigrate.stats_figures import Figure, Row, figures, summary

NARROWEST: Final = 40
WIDEST: Final = 100
_INDENT: Final = "  "
_LABEL: Final = 12
_MOST_LABEL: Final = 40
_LONGEST: Final = 200
"""Characters of a text of which more is cut off unseen: no line has so many columns."""
_LATEST: Final = 24
"""Months that are printed; the years before are in ``--json``."""


class _Signs(NamedTuple):
    """What bars are made of."""

    first: str
    second: str
    levels: str
    """From nothing to most."""
    cut: str


_BLOCKS: Final = _Signs("█", "░", " ▁▂▃▄▅▆▇█", "…")
_ASCII: Final = _Signs("#", "-", " .:-=+*#@", "~")


def stats_lines(
    stats: HistoryStats, inputs: Sequence[str], width: int = 80, encoding: str = "utf-8"
) -> Iterator[str]:
    """Yield what a person reads about a history.

    Args:
        stats: what was counted.
        inputs: names of what was read.
        width: columns of the terminal.
        encoding: of the terminal.

    """
    page = _Page(max(NARROWEST, min(width, WIDEST)), encoding)
    yield page.fit(inputs[0] if len(inputs) == 1 else f"{len(inputs):,} inputs")
    for label, value in summary(stats):
        yield from page.fact(label, value)
    for figure in figures(stats):
        yield ""
        yield from page.heading(figure)
        yield from page.hours(figure) if figure.shape == "hours" else page.bars(figure)


class _Page:
    """A width and the signs of a terminal."""

    def __init__(self, width: int, encoding: str) -> None:
        self._width = width
        self._encoding = encoding
        self._signs = _BLOCKS if _can_print(encoding, _BLOCKS) else _ASCII

    def fit(self, text: str, width: int = 0) -> str:
        """Return a text as this terminal can print it, cut to a width in columns."""
        shown = text[:_LONGEST].encode(self._encoding, "backslashreplace").decode(self._encoding)
        room = width or self._width
        if len(text) <= _LONGEST and columns(shown) <= room:
            return shown
        while shown and columns(shown) > room - 1:
            shown = shown[:-1]
        return f"{shown.rstrip()}{self._signs.cut}"

    def fact(self, label: str, value: str) -> Iterator[str]:
        """Yield a value beside its label."""
        lines = self._wrapped(value.split(" "), self._width - _LABEL - len(_INDENT))
        for line in lines:
            yield f"{_INDENT}{label:<{_LABEL}}{line}"
            label = ""

    def heading(self, figure: Figure) -> Iterator[str]:
        """Yield the title of a figure with what it says in words."""
        yield self.fit(figure.title)
        words = figure.description.split(" ")
        yield from (_INDENT + line for line in self._wrapped(words, self._width - len(_INDENT)))

    def bars(self, figure: Figure) -> Iterator[str]:
        """Yield a line for each row: label, bar, numbers."""
        rows = figure.rows[-_LATEST:]
        if figure.shape == "columns":
            yield f"{_INDENT}{self._signs.first} questions  {self._signs.second} answers"
        if len(rows) < len(figure.rows):
            yield f"{_INDENT}{len(figure.rows) - len(rows):,} earlier, --json lists all"
        label = min(max(columns(str(row[0])) for row in rows), _MOST_LABEL, self._width // 3)
        number = max(len(_number(row, figure)) for row in rows)
        room = self._width - len(_INDENT) - label - number - 4
        most = max(_length(row, figure) for row in rows) or 1
        for row in rows:
            name = self.fit(str(row[0]), label)
            padded = name + " " * (label - columns(name))
            bar = self._bar(row, figure, room / most)
            yield f"{_INDENT}{padded}  {_number(row, figure):>{number}}  {bar}".rstrip()

    def hours(self, figure: Figure) -> Iterator[str]:
        """Yield a line for each day with a sign for each hour."""
        most = max(value for row in figure.rows for value in _values(row)) or 1
        last = len(self._signs.levels) - 1
        for row in figure.rows:
            cells = (self._signs.levels[-(-value * last // most)] for value in _values(row))
            yield f"{_INDENT}{str(row[0])[:3]}  {''.join(cells)}".rstrip()
        yield f"{_INDENT}     {''.join(f'{hour:<6}' for hour in range(0, 24, 6))}".rstrip()

    def _bar(self, row: Row, figure: Figure, scale: float) -> str:
        first, *others = _values(row)
        if figure.shape != "columns":
            return self._signs.first * _signs(first, scale)
        total = _signs(first + others[0], scale)
        part = min(_signs(first, scale), total)
        return self._signs.first * part + self._signs.second * (total - part)

    def _wrapped(self, words: Iterable[str], room: int) -> Iterator[str]:
        """Yield words in lines."""
        line = ""
        for word in words:
            if line and len(line) + 1 + len(word) > room:
                yield line
                line = word
            else:
                line = f"{line} {word}" if line else word
        yield self.fit(line, room)


def columns(text: str) -> int:
    r"""Return how many columns of a terminal a text takes.

    >>> columns("egg"), columns("卵"), columns("e\u0301")
    (3, 2, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _signs(value: int, scale: float) -> int:
    """Return how long a bar is; what is there is seen."""
    return max(round(value * scale), 1) if value else 0


def _values(row: Row) -> list[int]:
    return [value for value in row[1:] if isinstance(value, int)]


def _length(row: Row, figure: Figure) -> int:
    """Return the number that the bar of a row stands for."""
    return sum(_values(row)) if figure.shape == "columns" else _values(row)[0]


def _number(row: Row, figure: Figure) -> str:
    return f"{_length(row, figure):,}"


def _can_print(encoding: str, signs: _Signs) -> bool:
    try:
        "".join(signs).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
