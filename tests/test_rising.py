"""Times for applications that need one of each message, or sort by them."""

from datetime import datetime
from itertools import pairwise

import pytest
from archive_checks import chat, say
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.model import Conversation, Message
from wamigrate.notes import Notes
from wamigrate.rising import Calendar, filled, iso_milliseconds, rising


def conversation(*messages: Message) -> Conversation:
    return chat(*messages).conversations[0]


@given(st.lists(st.none() | st.integers(-(10**13), 10**13)))
def test_filling_keeps_what_is_known_and_leaves_no_gap(times: list[int | None]) -> None:
    found = filled(times)
    assert len(found) == len(times)
    assert all(old in (None, new) for old, new in zip(times, found, strict=True))


@given(st.lists(st.integers(-(10**13), 10**13)))
def test_rising_times_rise_and_are_never_earlier(times: list[int]) -> None:
    found = rising(times)
    assert all(before < after for before, after in pairwise(found))
    assert all(new >= old for old, new in zip(times, found, strict=True))


@given(st.sets(st.integers(0, 10**13)))
def test_times_that_rise_stay(times: set[int]) -> None:
    assert rising(sorted(times)) == sorted(times)


def test_a_conversation_without_any_time_is_dated_and_noted_once() -> None:
    notes = Notes()
    calendar = Calendar(notes)
    for _ in range(2):
        assert calendar.moments(conversation(say("a"), say("b"))) == [86_400_000, 86_400_000]
    calendar.report()
    (note,) = notes.items
    assert (note.code, note.text) == ("undated", "2 conversations without any time: dated 1970-01-02")


def test_times_that_go_back_are_noted_and_ties_are_not() -> None:
    notes = Notes()
    calendar = Calendar(notes)
    messages = (say(text, time=f"2025-03-25T{time}+00:00") for text, time in
                (("a", "21:04"), ("b", "21:04"), ("c", "20:00")))  # fmt: skip
    times = calendar.moments(conversation(*messages))
    found = calendar.in_order(times)
    assert [time - times[0] for time in found] == [0, 1, 2]
    calendar.report()
    (note,) = notes.items
    assert note.code == "moved-time"
    assert note.text.startswith("1 message of chats that go back in time was given a later one")


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (10**18, "9999-12-31T23:59:59.999Z"),
        (-(10**18), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_every_number_has_a_date(milliseconds: int, text: str) -> None:
    assert iso_milliseconds(milliseconds) == text


@given(st.datetimes())
def test_a_date_keeps_its_milliseconds(time: datetime) -> None:
    (found,) = Calendar(Notes()).moments(conversation(say("a", time=time.isoformat())))
    moment = datetime.fromisoformat(iso_milliseconds(found)).replace(tzinfo=None)
    assert abs((moment - time).total_seconds()) <= 0.001
