"""One thread to conversations, and back."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.errors import OptionError
from wamigrate.model import Conversation, Message, Participant, Role
from wamigrate.split import DEFAULT, PATIENCE, chat_title, join, parse_mode, split

START = datetime(2025, 3, 3)  # noqa: DTZ001 - the phone's wall clock
PEOPLE = (Participant("Mira", "user"), Participant("ChatGPT", "assistant", "chatgpt"))
AUTHORS: dict[str, Role] = {"u": "user", "a": "assistant", "n": "notice", "o": "other"}


def chat(messages: list[Message], service: str | None = "chatgpt") -> Conversation:
    return Conversation("c", "Title", service, PEOPLE, None, None, tuple(messages), "source")


def thread(*lines: str) -> Conversation:
    """Make a chat of lines such as ``u 1 23:50``: who, day of March, time."""
    messages: list[Message] = []
    for number, line in enumerate(lines):
        who, *when = line.split()
        time = datetime.fromisoformat(f"2025-03-{int(when[0]):02}T{when[1]:0>5}") if when else None
        messages.append(Message(str(number), AUTHORS[who], None, time, "text", line))
    return chat(messages)


def pieces(conversation: Conversation, mode: str) -> list[str]:
    """Return the numbers of the messages of each conversation."""
    return ["".join(message.id for message in piece.messages) for piece in split(conversation, mode)]


def test_a_new_day_starts_a_new_conversation() -> None:
    assert pieces(thread("u 1 9:00", "a 1 9:01", "u 2 9:00", "a 2 9:01"), "day") == ["01", "23"]


def test_an_answer_after_midnight_stays_with_its_question() -> None:
    assert pieces(thread("u 1 23:59", "a 2 00:00", "u 2 09:00", "a 2 09:01"), "day") == ["01", "23"]


def test_an_answer_stays_with_its_question_however_late_it_comes() -> None:
    assert pieces(thread("u 1 9:00", "a 5 9:01", "u 5 9:05"), "gap=1h") == ["012"]
    assert pieces(thread("u 1 9:00", "a 5 9:01", "u 6 9:05"), "day") == ["01", "2"]


def test_the_parts_of_one_answer_stay_together_over_midnight() -> None:
    assert pieces(thread("u 1 23:58", "a 1 23:59", "a 2 00:00", "u 2 08:00"), "day") == ["012", "3"]


def test_what_is_added_to_an_open_question_stays_with_it_for_a_while() -> None:
    assert pieces(thread("u 1 23:58", "u 2 00:01", "a 2 00:02"), "day") == ["012"]
    assert pieces(thread("u 1 12:00", "u 2 12:00", "a 2 12:01"), "day") == ["0", "12"]


def test_an_assistant_that_speaks_up_by_itself_starts_a_conversation() -> None:
    assert pieces(thread("u 1 9:00", "a 1 9:01", "a 2 7:00", "a 3 7:00"), "day") == ["01", "2", "3"]


def test_notices_go_with_what_is_nearer() -> None:
    late = thread("u 1 9:00", "a 1 9:01", "n 1 9:02", "n 2 8:59", "u 2 9:00", "n 2 9:01")
    assert pieces(late, "day") == ["012", "345"]
    assert pieces(thread("n 1 9:00", "n 2 9:00", "u 3 9:00"), "day") == ["012"]
    assert pieces(thread("u 1 9:00", "a 1 9:00", "n", "u 2 9:00"), "day") == ["01", "23"]


def test_messages_without_a_time_stay_with_those_before() -> None:
    assert pieces(thread("u 1 9:00", "a", "u 2 9:00", "a"), "day") == ["01", "23"]
    assert pieces(thread("u", "a", "u"), "day") == ["012"]


def test_a_pause_starts_a_new_conversation() -> None:
    day = thread("u 1 9:00", "a 1 9:01", "u 1 14:59", "a 1 15:00", "u 1 21:00", "a 2 03:00")
    assert pieces(day, "gap=6h") == ["0123", "45"]
    assert pieces(day, "gap=350m") == ["01", "23", "45"]
    assert pieces(thread("u 1 9:00", "a 1 9:01", "u 1 9:07"), "gap=5m") == ["01", "2"]


def test_a_step_back_in_time_counts_as_a_pause() -> None:
    assert pieces(thread("u 9 9:00", "a 9 9:01", "u 1 9:00", "a 1 9:01"), "gap=2d") == ["01", "23"]


def test_titles_say_when() -> None:
    day = thread("u 1 9:00", "a 1 9:01", "u 25 21:04")
    assert [piece.title for piece in split(day, "day")] == ["ChatGPT, 1 March 2025", "ChatGPT, 25 March 2025"]
    assert [piece.title for piece in split(day, "gap=6h")][1] == "ChatGPT, 25 March 2025, 21:04"
    assert [piece.title for piece in split(day, "none")] == ["ChatGPT"]
    assert split(thread("u"), "day")[0].title == "ChatGPT"


def test_a_chat_is_called_after_its_assistant_its_title_or_its_people() -> None:
    assert chat_title(chat([])) == "ChatGPT"
    assert chat_title(chat([], service=None)) == "Title"
    nameless = Conversation("", None, None, PEOPLE, None, None, (), "s")
    assert chat_title(nameless) == "Mira, ChatGPT"
    assert chat_title(Conversation("", None, None, (), None, None, (), "s")) == "Chat"


def test_ids_stay_when_messages_follow() -> None:
    lines = ["u 1 9:00", "a 1 9:01", "u 2 9:00", "a 2 9:01"]
    before = [piece.id for piece in split(thread(*lines[:3]), "day")]
    after = [piece.id for piece in split(thread(*lines), "day")]
    assert before == after
    assert len(set(after)) == 2


WRONG = ["", "weekly", "gap", "gap=", "gap=6", "gap=0h", "gap=-1h", "gap=1w", "gap=٦h", "gap=9e9d"]


@pytest.mark.parametrize("text", [*WRONG, f"gap={'9' * 30}d"])
def test_other_modes_are_errors(text: str) -> None:
    with pytest.raises(OptionError, match="gap=6h"):
        parse_mode(text)


@pytest.mark.parametrize(("text", "gap"), [("gap=90m", 1.5), ("gap=1.5h", 1.5), ("gap=2d", 48)])
def test_a_pause_is_minutes_hours_or_days(text: str, gap: float) -> None:
    assert parse_mode(text).gap == timedelta(hours=gap)


def test_the_default_is_a_mode() -> None:
    assert parse_mode(DEFAULT).name in ("none", "day", "gap")


def test_nothing_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="nothing to join"):
        join([])


@st.composite
def chats(draw: st.DrawFn) -> Conversation:
    time = START
    messages: list[Message] = []
    for number in range(draw(st.integers(0, 40))):
        time += timedelta(minutes=draw(st.sampled_from([0, 1, 5, 50, 70, 400, 2000, -1, -300])))
        stamp = draw(st.sampled_from([time, time, time, None]))
        role = draw(st.sampled_from(get_args(Role)))
        messages.append(Message(str(number), role, None, stamp, "text", ""))
    return chat(messages)


MODES = st.sampled_from(["none", "day", "gap=5m", "gap=6h", "gap=1d"])


@given(chats(), MODES)
def test_joining_the_pieces_gives_the_thread_back(conversation: Conversation, mode: str) -> None:
    found = split(conversation, mode)
    assert join(found).messages == conversation.messages
    assert len({piece.id for piece in found}) == len(found)
    assert all(piece.messages for piece in found) or not conversation.messages


@given(chats(), MODES)
def test_an_answer_is_never_separated_from_its_question(conversation: Conversation, mode: str) -> None:
    found = split(conversation, mode)
    for piece, following in pairwise(found):
        before = [message for message in piece.messages if message.role != "notice"]
        after = next(message for message in following.messages if message.role != "notice")
        if after.role == "assistant":
            assert before[-1].role == "assistant" or before[-1].timestamp is None
            assert after.timestamp is not None


@given(chats())
def test_messages_of_one_hour_are_never_parted_within_an_answer(conversation: Conversation) -> None:
    found = split(conversation, "day")
    for piece, following in pairwise(found):
        last, first = piece.messages[-1], following.messages[0]
        if last.role == first.role == "assistant" and last.timestamp and first.timestamp:
            assert abs(first.timestamp - last.timestamp) >= PATIENCE
