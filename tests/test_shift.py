"""By how much clocks differ."""

from random import Random
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from wamigrate.shift import Anchor, Clock, Moment, find_clock

HOUR: Final = 3600
DAY: Final = 86_400


def anchor(time: int, shift: int, *, minute: bool = False, miss: int = 0, long: bool = True) -> Anchor:
    """Make a text that one copy has at a time and another ``shift`` seconds later."""
    here = Moment(time - time % 60, time - time % 60 + 59) if minute else Moment(time, time)
    return Anchor(here, Moment(time + shift + miss, time + shift + miss), long)


@given(
    st.integers(-14 * 4, 14 * 4).map(lambda quarters: quarters * 900),
    st.lists(st.integers(0, 1000 * DAY), min_size=1, unique=True),
    st.booleans(),
)
def test_any_difference_of_zones_is_found(shift: int, times: list[int], minute: bool) -> None:
    clock = find_clock([anchor(time, shift, minute=minute) for time in times])
    assert clock is not None
    assert clock.support == len(times)
    assert {clock.shift(time) for time in times} == {shift}
    assert clock.jitter == 0


def test_texts_that_were_sent_twice_do_not_mislead() -> None:
    dice = Random(3)
    right = [anchor(day * DAY, 2 * HOUR) for day in range(20)]
    wrong = [anchor(day * DAY, dice.randrange(-9 * DAY, 9 * DAY)) for day in range(12)]
    clock = find_clock([*right, *wrong])
    assert clock is not None
    assert {clock.shift(day * DAY) for day in range(20)} == {2 * HOUR}


def test_summer_time_is_found_by_time() -> None:
    clock = find_clock([anchor(day * DAY, HOUR * (1 + (90 <= day < 300))) for day in range(0, 360, 10)])
    assert clock is not None
    assert [clock.shift(day * DAY) for day in (5, 200, 350)] == [HOUR, 2 * HOUR, HOUR]
    assert set(clock.shifts(88 * DAY)) == {HOUR, 2 * HOUR}
    assert clock.extremes() == (HOUR, 2 * HOUR)


def test_two_hemispheres_make_three_differences() -> None:
    differences = {0: 10, 100: 9, 120: 8, 270: 9, 290: 10}
    anchors = [anchor(day * DAY, hours * HOUR) for day, hours in differences.items() for _ in range(2)]
    clock = find_clock(anchors)
    assert clock is not None
    assert {day: clock.shift(day * DAY) // HOUR for day in differences} == differences


def test_differences_that_change_from_text_to_text_are_none() -> None:
    assert find_clock([anchor(day * DAY, day * day * HOUR * 5) for day in range(12)]) is None
    assert find_clock([]) is None


def test_more_than_zones_can_differ_is_believed_only_if_nearly_all_texts_say_so() -> None:
    year = 365 * DAY
    assert find_clock([anchor(0, year), anchor(DAY, year)]) is None
    clock = find_clock([anchor(day * DAY, year) for day in range(3)])
    assert clock is not None
    assert clock.shift(0) == year
    assert find_clock([*(anchor(day * DAY, year) for day in range(3)),
                       *(anchor(day * DAY, day * 40 * DAY) for day in range(1, 4))]) is None  # fmt: skip


def test_a_difference_that_no_zone_has_is_none() -> None:
    assert find_clock([anchor(day * DAY, 440) for day in range(5)]) is None


def test_devices_whose_clocks_are_not_quite_right_are_understood() -> None:
    clock = find_clock([anchor(day * DAY, HOUR, miss=7) for day in range(9)])
    assert clock is not None
    assert (clock.shift(0), clock.jitter) == (HOUR, 7)


def test_a_short_text_alone_is_no_summer_time() -> None:
    texts = [anchor(day * DAY, HOUR) for day in range(5)]
    clock = find_clock([*texts, anchor(6 * DAY, 2 * HOUR, long=False)])
    assert clock is not None
    assert clock.extremes() == (HOUR, HOUR)


def test_without_a_text_nothing_is_added() -> None:
    assert (Clock(()).shifts(77), Clock(()).extremes()) == ((0,), (0, 0))
