"""Two sequences lined up, against trying everything."""

from collections.abc import Sequence
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from wamigrate.alignment import Border, line_up

ROWS = st.lists(st.sets(st.integers(0, 7), max_size=4).map(sorted), max_size=6)


def most(choices: Sequence[Sequence[int]]) -> int:
    """Return how many pairs there can be without crossing, by trying everything."""

    @cache
    def best(row: int, above: int) -> int:
        if row == len(choices):
            return 0
        taken = [1 + best(row + 1, column) for column in choices[row] if column > above]
        return max([best(row + 1, above), *taken])

    return best(0, -1)


@given(ROWS)
def test_there_are_as_many_pairs_as_can_be_and_none_cross(choices: list[list[int]]) -> None:
    found = line_up(choices)
    chosen = [column for column in found if column is not None]
    assert chosen == sorted(set(chosen))
    assert len(chosen) == most(choices)
    assert all(column is None or column in row for column, row in zip(found, choices, strict=True))


@given(ROWS, st.integers(-1, 8), st.integers(-1, 8))
def test_borders_change_no_count(choices: list[list[int]], before: int, after: int) -> None:
    found = line_up(choices, Border(before, after))
    assert sum(column is not None for column in found) == most(choices)


def test_neighbours_decide_between_equally_many_pairs() -> None:
    assert line_up([[3, 8], [1, 9]]) == [8, 9]
    assert line_up([[0, 4, 8]], Border(None, 9)) == [8]
    assert line_up([[0, 4, 8]], Border(3, None)) == [4]
    assert line_up([[0, 5], [6]], Border(4, 7)) == [5, 6]


def test_nothing_is_lined_up_with_nothing() -> None:
    assert line_up([]) == []
    assert line_up([[], []]) == [None, None]


def test_long_sequences_with_few_choices_take_no_time() -> None:
    length = 20_000
    choices = [[number, number + 1] for number in range(length)]
    assert line_up(choices) == list(range(length))
