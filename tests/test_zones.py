"""From the phone's wall clock to times with an offset."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.errors import OptionError
from wamigrate.model import Conversation, Message
from wamigrate.zones import find_zone, local_times, localize

BERLIN = find_zone("Europe/Berlin")


def night(*times: str) -> list[str]:
    """Read times of the night in which the clock goes back, and return their offsets."""
    stamps = [datetime.fromisoformat(f"2025-10-26T{time}") for time in times]
    return [str(time)[-6:] for time in local_times(stamps, BERLIN)]


def test_the_hour_that_happens_twice_follows_the_order_of_the_file() -> None:
    assert night("01:59", "02:10", "02:50", "02:05", "02:40", "03:00") == [
        "+02:00",
        "+02:00",
        "+02:00",
        "+01:00",
        "+01:00",
        "+01:00",
    ]


def test_without_a_step_back_the_hour_is_taken_for_its_first_turn() -> None:
    assert night("02:10", "02:50", "03:00") == ["+02:00", "+02:00", "+01:00"]


def test_a_step_back_of_a_minute_is_no_change_of_the_clock() -> None:
    assert night("02:11", "02:10", "02:12") == ["+02:00"] * 3


def test_the_second_turn_ends_with_the_hour() -> None:
    stamps = [datetime.fromisoformat(f"{year}-10-{day}T02:{minute}") for year, day, minute in (
        (2024, 27, 50), (2024, 27, 10), (2025, 26, 10))]  # fmt: skip
    assert [str(time)[-6:] for time in local_times(stamps, BERLIN)] == ["+02:00", "+01:00", "+02:00"]


def test_times_with_an_offset_are_converted() -> None:
    (time,) = local_times([datetime(2025, 7, 1, 12, tzinfo=UTC)], BERLIN)
    assert time is not None
    assert time.isoformat() == "2025-07-01T14:00:00+02:00"


@given(st.lists(st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2037, 1, 1))))  # noqa: DTZ001 - wall clock
def test_the_wall_clock_never_changes(stamps: list[datetime | None]) -> None:
    for stamp, time in zip(stamps, local_times(stamps, BERLIN), strict=True):
        assert (time and time.replace(tzinfo=None, fold=0)) == stamp


@given(st.datetimes(datetime(2025, 10, 25), datetime(2025, 10, 26, 1)), st.lists(st.integers(1, 45)))  # noqa: DTZ001 - wall clock
def test_a_chat_that_goes_on_all_night_comes_out_in_order(start: datetime, pauses: list[int]) -> None:
    moments = [start.replace(tzinfo=BERLIN).astimezone(UTC)]
    for pause in pauses:
        moments.append(moments[-1] + timedelta(minutes=pause))
    printed = [moment.astimezone(BERLIN).replace(tzinfo=None, fold=0) for moment in moments]
    found = local_times(printed, BERLIN)
    assert [time and time.astimezone(UTC) for time in found] == moments


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe", "a\0b"])
def test_an_unknown_zone_is_an_error(name: str) -> None:
    with pytest.raises(OptionError, match="no time zone"):
        find_zone(name)


def test_a_conversation_gets_its_offset_as_a_whole() -> None:
    stamp = datetime(2025, 3, 3, 12)  # noqa: DTZ001 - the phone's wall clock
    messages = tuple(Message("", "user", "Mira", time, "text", "x") for time in (None, stamp))
    found = localize(Conversation("", None, None, (), stamp, stamp, messages, "s"), BERLIN)
    assert found.started_at == found.ended_at == found.messages[1].timestamp == stamp.replace(tzinfo=BERLIN)
    assert localize(Conversation("", None, None, (), None, None, (), "s"), BERLIN).started_at is None
