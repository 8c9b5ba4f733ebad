"""Times in UTC: exact where the offset is known, said to be assumed where not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from strategies import clocks, conversations

from wamigrate.epoch import UNDATED, Clock, as_utc, from_seconds, iso_utc
from wamigrate.model import Conversation, Message
from wamigrate.notes import Notes

NAIVE = datetime.fromisoformat("2025-03-25T21:04:00")
AWARE = datetime.fromisoformat("2025-10-26T02:30:00.125+01:00")


def chat(*times: datetime | None, start: datetime | None = None, end: datetime | None = None) -> Conversation:
    messages = tuple(Message("", "user", None, time, "text", "hi") for time in times)
    return Conversation("", None, None, (), start, end, messages, "")


def test_a_time_with_an_offset_is_exact() -> None:
    notes = Notes()
    assert Clock(notes).seconds(AWARE) == AWARE.timestamp() == 1761442200.125
    assert Clock(notes).utc(AWARE) == AWARE
    assert notes.items == []


def test_a_wall_clock_is_taken_for_utc_and_noted_once() -> None:
    notes = Notes()
    clock = Clock(notes)
    assert clock.seconds(NAIVE) == NAIVE.replace(tzinfo=UTC).timestamp()
    assert clock.utc(NAIVE) == NAIVE.replace(tzinfo=UTC)
    assert [note.code for note in notes.items] == ["assumed-zone"]


@pytest.mark.parametrize(
    ("time", "offset"), [("0001-01-01T00:30:00", "+01:00"), ("9999-12-31T23:30:00", "-01:00")]
)
def test_within_a_day_of_the_first_or_last_time_that_there_is_the_offset_does_not_count(
    time: str, offset: str
) -> None:
    assert as_utc(datetime.fromisoformat(time + offset)) == datetime.fromisoformat(time).replace(tzinfo=UTC)


def test_a_span_goes_from_the_start_to_the_end() -> None:
    later = AWARE + timedelta(hours=1)
    assert Clock(Notes()).span(chat(AWARE, start=AWARE, end=later)) == (AWARE, later)


def test_a_span_never_ends_before_it_starts() -> None:
    earlier = AWARE - timedelta(hours=1)
    assert Clock(Notes()).span(chat(AWARE, start=AWARE, end=earlier)) == (AWARE, AWARE)


def test_a_conversation_that_says_no_times_has_those_of_its_messages() -> None:
    assert Clock(Notes()).span(chat(None, AWARE)) == (AWARE, AWARE)


def test_a_conversation_without_any_time_is_dated_like_the_one_before_and_counted() -> None:
    notes = Notes()
    clock = Clock(notes)
    assert clock.span(chat(None)) == (UNDATED, UNDATED)
    clock.span(chat(AWARE))
    assert clock.span(chat(None)) == (AWARE, AWARE)
    clock.report()
    assert [(note.code, note.text.split(" ")[0]) for note in notes.items] == [("undated", "2")]


@pytest.mark.parametrize("hours", range(-12, 15))
def test_the_date_of_what_has_none_is_after_1970_in_every_zone(hours: int) -> None:
    assert (UNDATED + timedelta(hours=hours)).year == 1970
    assert UNDATED.timestamp()


@given(clocks())
def test_seconds_lead_back_to_the_moment(time: datetime) -> None:
    moment = from_seconds(Clock(Notes()).seconds(as_utc(time)))
    assert abs(moment - as_utc(time)) < timedelta(milliseconds=1)


@given(clocks())
def test_iso_8601_leads_back_to_the_moment(time: datetime) -> None:
    text = iso_utc(as_utc(time))
    assert len(text) == len("2025-03-25T21:04:00.000000Z")
    assert datetime.fromisoformat(text) == as_utc(time)


@given(conversations())
def test_any_conversation_has_a_span(conversation: Conversation) -> None:
    start, end = Clock(Notes()).span(conversation)
    assert start <= end
    assert start.tzinfo is UTC
