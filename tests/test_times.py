"""The times of a whole file at once are those that each header has by itself."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.times import TimeColumn

MIDNIGHT = datetime(2025, 3, 25)  # noqa: DTZ001 - the phone's wall clock


def on_one_day(*rows: tuple[str, str]) -> list[datetime | None] | None:
    """Combine times, each cut before the sign in front of its seconds, with a day."""
    column = TimeColumn([head.encode() for head, _ in rows], [tail.encode() for _, tail in rows])
    return column.on([MIDNIGHT] * len(rows))


def each(*rows: tuple[str, str]) -> list[time | None]:
    return TimeColumn([head.encode() for head, _ in rows], [tail.encode() for _, tail in rows]).each()


def test_times_without_seconds_are_read() -> None:
    rows = [("21:04 - ", ""), ("0:00 - ", ""), ("21:04 - ", "")]
    assert each(*rows) == [time(21, 4), time(0), time(21, 4)]
    late = MIDNIGHT + timedelta(hours=21, minutes=4)
    assert on_one_day(*rows) == [late, MIDNIGHT, late]


def test_seconds_and_the_half_of_the_day_stand_behind() -> None:
    rows = [("9:04", ":05 PM] "), ("9:04", ":59 AM] "), ("12:00", ":00 AM] "), ("12:00", ":01 PM] ")]
    assert each(*rows) == [time(21, 4, 5), time(9, 4, 59), time(0), time(12, 0, 1)]
    assert on_one_day(*rows) == [datetime.combine(MIDNIGHT, clock) for clock in each(*rows) if clock]


@pytest.mark.parametrize(
    "rows",
    [
        [("21:99 - ", "")],
        [("21:04", ":05] "), ("21:04", ":60] ")],
        [("21:04", ":05] "), ("25:04", ":05] ")],
        [("21:04", ":05] "), ("21:04", "")],
        [("21:04", ":05 AM] "), ("21:04", ":05 words] ")],
        [("4:04", ":05 in the morning] "), ("9:04", ":05 at night] ")],
    ],
)
def test_times_that_follow_no_simple_rule_are_read_one_by_one(rows: list[tuple[str, str]]) -> None:
    together = on_one_day(*rows)
    assert together is None or together == [
        clock and datetime.combine(MIDNIGHT, clock) for clock in each(*rows)
    ]


def test_a_time_that_does_not_exist_is_none_by_itself_and_stops_the_quick_way() -> None:
    rows = [("21:04", ":05] "), ("21:04", ":60] ")]
    assert each(*rows) == [time(21, 4, 5), None]
    assert on_one_day(*rows) is None
    assert on_one_day(("21:04 - ", ""), ("21:99 - ", "")) is None


HEADS = st.sampled_from(
    ["9:04", "12:00", "12:59", "0:30", "21:04", "23:59", "1:10", "24:00", "٩:٠٤", "31:00"]
)
TAILS = st.sampled_from(
    [
        ":05] ",
        ":59 AM] ",
        ":00 PM] ",
        ".30 p. m.] ",
        ":61] ",
        ":07 下午] ",
        ":05 at night] ",
        ":05 noon] ",
        "",
    ]
)


@given(st.lists(st.tuples(HEADS, TAILS), min_size=1, max_size=8))
def test_the_quick_way_gives_what_each_time_is_by_itself(rows: list[tuple[str, str]]) -> None:
    together = on_one_day(*rows)
    if together is not None:
        assert together == [clock and datetime.combine(MIDNIGHT, clock) for clock in each(*rows)]
