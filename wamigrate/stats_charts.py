"""Charts of a history: each figure as a picture in SVG, with its words and its numbers as a table.

They need no plotting library, no style and no script. People who see no colours see solid and hatched
columns, circles of different size, and the numbers themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from typing import Final

from wamigrate.history_stats import HistoryStats
from wamigrate.stats_figures import Figure, Row, figures
from wamigrate.svg import character_data, element, picture, words

_WIDTH: Final = 480.0
"""Of every picture; letters of 13 in it are still read on a phone."""
_LETTER: Final = 7.4
"""Width of a letter, about."""
_LABELS: Final = 210.0
"""Most that labels beside bars take."""
_LONGEST: Final = 200
"""Characters of a label of which more is cut off unmeasured: no picture has room for so many."""
_NUMBERS: Final = 62.0
_BAR: Final = 24.0
"""Height of a bar with its gap."""
_PLOT: Final = 160.0
"""Height of columns."""
_COLUMN: Final = 64.0
"""Most that a column takes."""
_CELL: Final = 17.0
_MOST_LABELS: Final = 6
_HALF: Final = 0.5
_FEW: Final = 10
_STEPS: Final = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)
"""Where an axis may end, in tenths of the largest power of ten below it."""
_FILLS: Final = ("currentColor", "url(#{key}-hatch)")


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with everything that a page needs beside it."""

    key: str
    """Names it: ``months``; begins all ids in the picture."""
    title: str
    description: str
    """What it shows in words; the picture holds it, too."""
    svg: str
    """An ``svg`` element for the inside of a page, everything in it escaped."""
    columns: tuple[str, ...]
    """Headings of the same numbers as a table."""
    rows: tuple[Row, ...]
    """Lines of that table: a label, then numbers."""


def charts(stats: HistoryStats, *, prefix: str = "stats-") -> tuple[Chart, ...]:
    """Draw what is in a history.

    Args:
        stats: what was counted.
        prefix: begins the key of every chart, and so all ids.

    >>> from wamigrate.history_stats import Gatherer
    >>> charts(Gatherer().result())
    ()

    """
    return tuple(_chart(figure, prefix) for figure in figures(stats))


def _chart(figure: Figure, prefix: str) -> Chart:
    key = prefix + figure.key
    draw = {"columns": _columns, "bars": _bars, "hours": _hours}[figure.shape]
    *parts, height = draw(figure, key)
    svg = picture(key, figure.title, figure.description, (_WIDTH, float(height)), map(str, parts))
    return Chart(key, figure.title, figure.description, svg, figure.columns, figure.rows)


def _columns(figure: Figure, key: str) -> Iterator[str | float]:
    """Yield stacked columns from left to right, then the height of the whole."""
    rows = figure.rows
    most = _round_up(max(sum(_values(row)) for row in rows))
    left, top = _LETTER * len(f"{most:,}") + 8, 28.0
    step = min((_WIDTH - left) / len(rows), _COLUMN)
    yield from _legend(figure, key)
    for share in (0.0, _HALF, 1.0) if most > 1 else (0.0, 1.0):
        y = top + _PLOT * (1 - share)
        yield element(
            "path",
            d=f"M{left:.0f} {y:.1f}H{_WIDTH:.0f}",
            class_="chart-grid",
            stroke="currentColor",
            stroke_opacity=0.3,
        )
        yield words(f"{round(most * share):,}", left - 6, y + 4, anchor="end")
    for at, row in enumerate(rows):
        yield _column(row, figure, key, (left + at * step, top + _PLOT, step), most)
    yield from _ticks(rows, left, step, top + _PLOT + 18)
    yield top + _PLOT + 26


def _legend(figure: Figure, key: str) -> Iterator[str]:
    x = _WIDTH
    for place, name in reversed(list(enumerate(figure.columns[1:]))):
        x -= _LETTER * len(name) + 8
        yield words(name, x, 14)
        yield _block(x - 18, 3.0, 12.0, 12.0, key, place)
        x -= 30


def _column(row: Row, figure: Figure, key: str, box: tuple[float, float, float], most: int) -> str:
    left, bottom, step = box
    gap = min(step / 5, 6.0)
    values = _values(row)
    blocks = "".join(
        _block(left + gap / 2, bottom - _PLOT * top / most, step - gap, _PLOT * value / most, key, place)
        for place, (value, top) in enumerate(zip(values, accumulate(values), strict=True))
        if value
    )
    return _told(blocks, row, figure) if blocks else ""


def _ticks(rows: Sequence[Row], left: float, step: float, y: float) -> Iterator[str]:
    """Yield labels below columns, as many as there is room for."""
    every = -(-len(rows) // _MOST_LABELS)
    for at in range(0, len(rows), every):
        text = _short(str(rows[at][0]))
        half = _LETTER * len(text) / 2
        middle = min(max(left + (at + _HALF) * step, half), _WIDTH - half)
        yield words(text, middle, y, anchor="middle")


def _short(label: str) -> str:
    """Shorten ``March 2025`` to ``Mar 2025``."""
    month, _, year = label.partition(" ")
    return f"{month[:3]} {year}" if year else label


def _bars(figure: Figure, key: str) -> Iterator[str | float]:
    """Yield bars from top to bottom with their first number, then the height of the whole."""
    most = max(_values(row)[0] for row in figure.rows) or 1
    left = min(max(_extent(str(row[0])) for row in figure.rows) + 14, _LABELS)
    for at, row in enumerate(figure.rows):
        y, value = at * _BAR, _values(row)[0]
        label = words(_clip(str(row[0]), left - 8), left - 8, y + 16, anchor="end")
        width = (_WIDTH - left - _NUMBERS) * value / most
        bar = _block(left, y + 3, max(width, 1.0), _BAR - 6, key, 0) if value else ""
        number = words(f"{value:,}", left + width + 6, y + 16, label="number")
        yield _told(label + bar + number, row, figure)
    yield len(figure.rows) * _BAR + 2


def _hours(figure: Figure, key: str) -> Iterator[str | float]:
    """Yield a circle for each hour of the week, the larger the more, then the height of the whole."""
    del key  # nothing in it is hatched
    most = max(max(_values(row)) for row in figure.rows)
    left = _WIDTH - 24 * _CELL
    for line, row in enumerate(figure.rows):
        y = (line + _HALF) * _CELL * 1.2 + 2
        yield words(str(row[0])[:3], left - 12, y + 4, anchor="end")
        for hour, value in enumerate(_values(row)):
            if value:
                radius = max(sqrt(value / most) * _CELL / 2, 1.2)
                text = f"{row[0]}, {figure.columns[hour + 1]}:00: {value:,}"
                yield element(
                    "circle",
                    _title(text),
                    cx=left + (hour + _HALF) * _CELL,
                    cy=y,
                    r=radius,
                    class_="chart-dot",
                    fill="currentColor",
                )
    bottom = len(figure.rows) * _CELL * 1.2
    for hour in range(0, 24, 3):
        yield words(f"{hour}", left + (hour + _HALF) * _CELL, bottom + 18, anchor="middle")
    yield bottom + 26


def _block(x: float, y: float, width: float, height: float, key: str, place: int) -> str:
    """Draw a rectangle of a series: the first is solid, the second hatched."""
    return element(
        "rect",
        x=x,
        y=y,
        width=width,
        height=height,
        class_=f"chart-series-{place + 1}",
        fill=_FILLS[min(place, 1)].format(key=key),
        stroke="currentColor",
    )


def _told(parts: str, row: Row, figure: Figure) -> str:
    """Group parts under the words that a pointer brings up."""
    numbers = ", ".join(
        f"{value:,} {name.lower()}" for name, value in zip(figure.columns[1:], _values(row), strict=True)
    )
    return element("g", _title(f"{row[0]}: {numbers}") + parts)


def _title(text: str) -> str:
    return element("title", character_data(text))


def _values(row: Row) -> list[int]:
    return [value for value in row[1:] if isinstance(value, int)]


def _extent(text: str) -> float:
    """Return about how wide a text is; signs of East Asia are twice as wide as letters."""
    return sum(_LETTER * (2 if char >= "\u1100" else 1) for char in text)


def _clip(text: str, width: float) -> str:
    """Shorten a label to a width; what is far too long is not measured letter by letter."""
    if len(text) <= _LONGEST and _extent(text) <= width:
        return text
    text = text[:_LONGEST]
    while text and _extent(text) > width - _LETTER:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _round_up(number: int) -> int:
    """Return the next number that looks good on an axis and has a whole half.

    >>> [_round_up(number) for number in (1, 3, 59, 120, 2001)]
    [1, 4, 60, 120, 2400]
    """
    if number <= _FEW:
        return number + number % 2 if number > 1 else 1
    scale: int = 10 ** (len(str(number)) - 2)
    return next(step * scale for step in _STEPS if step * scale >= number)
