"""Two sequences lined up: as many pairs as can be without crossing, and of these, with most neighbours kept.

A sparse form of the longest common subsequence (after Hunt and Szymanski, CACM 20, 1977): only places that
can be paired at all are looked at, so long sequences with few choices cost little.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

_PAIR: Final = 1 << 32
"""What a pair is worth; a neighbour is worth 1, so that neighbours decide only between equally many pairs."""


class _Cell(NamedTuple):
    """The best way to line up everything before a pair, and the pair."""

    worth: int
    row: int
    column: int
    before: "_Cell | None"


class Border(NamedTuple):
    """What both sequences are known to have in common on either side of them."""

    before: int | None
    """The column of what stands right before the first row; None where nothing does."""
    after: int | None
    """The column of what stands right after the last row."""


ALONE: Final = Border(None, None)
"""Nothing in common on either side."""


def line_up(choices: Sequence[Sequence[int]], border: Border = ALONE) -> list[int | None]:
    """Choose a column for each row, in rising order.

    Args:
        choices: for each row, the columns that it may be paired with, rising.
        border: a first or last pair beside it counts as having a neighbour.

    Returns:
        for each row its column; None where it has none.

    >>> line_up([[2, 7], [5, 8]])
    [7, 8]
    >>> line_up([[1, 4]], Border(None, 5)), line_up([[1, 4]], Border(0, None))
    ([4], [1])

    """
    columns = sorted({column for row in choices for column in row})
    best = _Best(len(columns))
    above: dict[int, _Cell] = {}
    last: _Cell | None = None
    for row, allowed in enumerate(choices):
        cells: dict[int, _Cell] = {}
        for column in allowed:
            place = bisect_left(columns, column)
            cells[column] = _cell(row, column, best.up_to(place), above.get(column - 1), border)
        for column, cell in cells.items():
            best.put(bisect_left(columns, column), cell)
            ends = row == len(choices) - 1 and column + 1 == border.after
            final = cell._replace(worth=cell.worth + 1) if ends else cell
            if last is None or final.worth > last.worth:
                last = final
        above = cells
    found: list[int | None] = [None] * len(choices)
    while last is not None:
        found[last.row] = last.column
        last = last.before
    return found


def _cell(row: int, column: int, best: _Cell | None, neighbour: _Cell | None, border: Border) -> _Cell:
    before = best
    worth = best.worth if best is not None else 0
    if neighbour is not None and neighbour.worth + 1 > worth:
        before, worth = neighbour, neighbour.worth + 1
    elif row == 0 and border.before is not None and border.before + 1 == column:
        worth += 1
    return _Cell(worth + _PAIR, row, column, before)


class _Best:
    """Tells the best cell of all columns before one, while cells are put in (Fenwick, SPE 24, 1994)."""

    def __init__(self, size: int) -> None:
        self._tree: list[_Cell | None] = [None] * (size + 1)

    def up_to(self, place: int) -> _Cell | None:
        """Return the best cell left of a place."""
        found: _Cell | None = None
        while place > 0:
            cell = self._tree[place]
            if cell is not None and (found is None or cell.worth > found.worth):
                found = cell
            place -= place & -place
        return found

    def put(self, place: int, cell: _Cell) -> None:
        """Put a cell at a place."""
        place += 1
        while place < len(self._tree):
            old = self._tree[place]
            if old is None or cell.worth > old.worth:
                self._tree[place] = cell
            place += place & -place
