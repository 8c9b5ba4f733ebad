"""One thread to conversations, and back."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.segmentation import read_handwritten, score
from benchmarks.threads import make_threads
from wamigrate.errors import OptionError
from wamigrate.model import Conversation, Kind, Message, Participant, Role, replace
from wamigrate.segments import exchanges
from wamigrate.split import DEFAULT, PATIENCE, Splitter, chat_title, explain, join, parse_mode, split

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


def test_what_somebody_writes_right_after_an_answer_may_begin_a_new_day() -> None:
    assert pieces(thread("u 1 23:57", "a 1 23:58", "u 2 00:01", "a 2 00:02"), "day") == ["01", "23"]


def test_notices_go_with_what_is_nearer() -> None:
    late = thread("u 1 9:00", "a 1 9:01", "n 1 9:02", "n 2 8:59", "u 2 9:00", "n 2 9:01")
    assert pieces(late, "day") == ["012", "345"]
    night = thread("u 1 9:00", "a 1 9:01", "a 1 23:00", "n 2 5:00", "u 2 12:00")
    assert pieces(night, "day") == ["0123", "4"]
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


def test_a_group_with_an_assistant_keeps_its_own_name() -> None:
    people = (Participant("Mira", "user"), Participant("Bo", "other"))
    group = replace(chat([]), participants=(*people, Participant("Meta AI", "assistant", "meta-ai")))
    assert chat_title(group) == "Title"
    assert chat_title(replace(group, title=None)) == "ChatGPT"


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
    assert parse_mode(DEFAULT).name in ("auto", "none", "day", "gap")


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


MODES = st.sampled_from(["auto", "none", "day", "gap=5m", "gap=6h", "gap=1d"])


@given(chats(), MODES)
def test_joining_the_pieces_gives_the_thread_back(conversation: Conversation, mode: str) -> None:
    found = split(conversation, mode)
    assert join(found).messages == conversation.messages
    assert len({piece.id for piece in found}) == len(found)
    assert len({(piece.title or "").casefold() for piece in found}) == len(found)
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


def talk(*lines: str) -> Conversation:
    """Make a chat of lines such as ``u 3-01 9:00 text``: who (+ for a file), month and day, time, text."""
    messages: list[Message] = []
    for number, line in enumerate(lines):
        who, day, clock, text = [*line.split(" ", 3), ""][:4]
        month, date = day.split("-")
        time = datetime.fromisoformat(f"2025-{int(month):02}-{date}T{clock:0>5}")
        kind: Kind = "media" if who.endswith("+") else "text"
        messages.append(Message(str(number), AUTHORS[who[0]], None, time, kind, text))
    return chat(messages)


BREAD = (
    "u 3-01 18:00 Why does my sourdough bread come out so flat?",
    "a 3-01 18:00 A flat loaf mostly means a weak starter or too short a rise. How long does the dough rest?",
    "u 3-01 18:02 Four hours in a cold kitchen",
    "a 3-01 18:02 Give the dough eight hours, or put it into the oven with the lamp on.",
)
TAXES = (
    "u {} Which travel costs can I deduct in my tax return?",
    "a {} You can deduct the way to work, trips for your employer, and moving for a new job.",
)


def taxes(when: str, opening: str = "") -> list[str]:
    return [TAXES[0].format(f"{when} {opening}").replace("  ", " "), TAXES[1].format(when)]


def cuts(*lines: str) -> list[int]:
    """Return where ``auto`` cuts."""
    return [boundary.index for boundary in explain(talk(*lines), "auto")]


def test_auto_parts_two_subjects_days_apart() -> None:
    assert cuts(*BREAD, *taxes("3-03 9:00")) == [4]


def test_auto_lets_notices_go_with_what_is_nearer() -> None:
    assert cuts(*BREAD, "n 3-03 8:59 hello", *taxes("3-03 9:00")) == [4]
    assert cuts(*BREAD, "n 3-01 18:09 hello", *taxes("3-03 9:00")) == [5]


def test_each_conversation_has_its_own_beginning_and_end() -> None:
    first, second = split(talk(*BREAD, *taxes("3-03 9:00")))
    assert (first.started_at, first.ended_at) == (
        datetime(2025, 3, 1, 18, 0),  # noqa: DTZ001 - wall clocks
        datetime(2025, 3, 1, 18, 2),  # noqa: DTZ001
    )
    assert (second.started_at, second.ended_at) == (datetime(2025, 3, 3, 9),) * 2  # noqa: DTZ001
    assert split(chat([]))[0].started_at is None


@pytest.mark.parametrize(
    ("mode", "title"),
    [
        ("gap=1h", "ChatGPT, 9 March 2025, 09:00"),
        ("day", "ChatGPT, 9 March 2025"),
        ("auto", "Document, 9 March 2025"),
        ("none", "ChatGPT"),
    ],
)
def test_a_file_names_a_conversation_only_where_its_matter_does(mode: str, title: str) -> None:
    assert [piece.title for piece in split(talk("u+ 3-09 9:00", "a 3-09 9:00 Nice."), mode)] == [title]


def test_auto_parts_two_subjects_of_one_evening() -> None:
    assert cuts(*BREAD, *taxes("3-01 18:20")) == [4]
    assert cuts(*BREAD, *taxes("3-01 18:03", "Another question:")) == [4]


def test_auto_keeps_what_goes_on_after_hours() -> None:
    for text in ("and in winter?", "Thanks, it worked!", "Back to the bread: how hot is the oven?", "why?"):
        assert cuts(*BREAD, f"u 3-01 21:30 {text}", "a 3-01 21:30 Sure.") == []
    assert cuts(*BREAD, "u 3-01 20:30 The dough is in the oven with the lamp on") == []


def test_auto_keeps_what_picks_up_the_end_of_a_long_answer() -> None:
    answer = "Rise, shape, bake. " * 20 + "At the end brush it with linseed oil."
    lines = ("u 3-01 18:00 Why does my sourdough bread come out so flat?", f"a 3-01 18:01 {answer}")
    assert cuts(*lines, "u 3-01 18:30 Where does one buy linseed oil near Antwerp station?") == []
    assert cuts(*lines, "u 3-01 18:30 Where does one buy concert tickets near Antwerp station?") == [2]


@pytest.mark.parametrize(
    "text", ["/reset", "/reset-ai", "New chat", "Neuer Chat", "olvida todo", "nova conversa"]
)
def test_auto_cuts_before_a_reset_and_not_after_it(text: str) -> None:
    lines = (*BREAD, f"u 3-01 18:03 {text}", "a 3-01 18:03 Done.", *taxes("3-01 18:04"))
    assert cuts(*lines) == [4]
    assert explain(talk(*lines), "auto")[0].reasons == ("the chat was started anew",)


def test_a_place_called_new_is_no_reset() -> None:
    assert cuts(*BREAD, "u 3-01 18:03 New dough or old dough?", "a 3-01 18:03 Old dough.") == []


def test_auto_keeps_a_greeting_with_the_question_after_it() -> None:
    lines = ("u 3-05 9:00 Hi", "a 3-05 9:00 Hello! How can I help?", *taxes("3-05 9:10"))
    assert cuts(*BREAD, *lines) == [4]


def test_auto_keeps_a_file_with_what_is_said_about_it() -> None:
    photo = ("u+ 3-05 9:00", "u 3-05 9:01 What mushroom is this?", "a 3-05 9:01 A fly agaric.")
    assert cuts(*BREAD, *photo, "u+ 3-05 9:02", "a 3-05 9:02 That one is a boletus.") == [4]


def test_auto_keeps_automatic_answers_together() -> None:
    answer = "This assistant is no longer available here. Please go on in the app or on the website."
    lines = [
        line
        for day in (10, 11, 20)
        for line in (f"u 4-{day} 9:00 Which stars are up tonight in Oslo?", f"a 4-{day} 9:00 {answer}")
    ]
    assert cuts(*BREAD, *lines) == [4]


def test_auto_parts_two_eras_of_one_assistant() -> None:
    before = [Message("1", "user", None, datetime(2026, 1, 10), "text", "Why is my bread flat?")]  # noqa: DTZ001 - wall clock
    after = [Message("2", "user", None, datetime(2026, 7, 20), "text", "and the bread?")]  # noqa: DTZ001 - wall clock
    boundary = explain(chat([*before, *after]), "auto")[0]
    assert boundary.index == 1
    assert boundary.reasons == ("the assistant was away from WhatsApp in between",)


def test_every_cut_says_why() -> None:
    far = explain(talk(*BREAD, *taxes("3-03 9:00", "Hello,")), "auto")[0]
    assert {"a greeting", "a question about another subject", "a pause of 2 days, long for this chat"} <= {
        *far.reasons
    }
    assert explain(talk(*BREAD, *taxes("3-03 9:00")), "day")[0].reasons == ("a new day",)
    assert explain(talk(*BREAD, *taxes("3-03 9:00")), "gap=6h")[0].reasons == ("a pause of 2 days",)
    assert explain(talk(*BREAD), "none") == ()


def test_auto_names_conversations_after_their_questions() -> None:
    found = split(talk(*BREAD, *taxes("3-03 9:00"), "u+ 3-09 9:00", "a 3-09 9:00 Nice."), "auto")
    assert [piece.title for piece in found] == [
        "Why does my sourdough bread come out so flat?",
        "Which travel costs can I deduct in my tax return?",
        "Document, 9 March 2025",
    ]


def test_files_are_named_in_the_language_of_the_conversation() -> None:
    found = split(
        talk(
            "u 3-01 9:00 Wie lange muss der Teig im Kühlschrank bleiben?",
            "a 3-01 9:00 Acht Stunden.",
            "u+ 3-09 9:00",
            "a 3-09 9:00 Das ist ein Brot und kein Kuchen.",
        ),
        "auto",
    )
    assert [piece.title for piece in found][1] == "Dokument, 9. März 2025"


def test_two_conversations_with_the_same_question_are_told_apart_by_their_dates() -> None:
    found = split(talk(*taxes("3-01 9:00"), *taxes("4-30 9:00"), *taxes("6-29 9:00")), "gap=1d")
    question = "Which travel costs can I deduct in my tax return?"
    assert [piece.title for piece in found] == [
        question,
        f"{question}, 30 April 2025",
        f"{question}, 29 June 2025",
    ]
    daily = split(talk(*taxes("3-01 9:00"), *taxes("3-01 19:00")), "gap=1h")
    assert [piece.title for piece in daily] == [question, f"{question}, 1 March 2025"]


def test_the_date_that_tells_conversations_apart_is_in_their_language() -> None:
    lines = (
        "u {} Wie lange muss der Teig im Kühlschrank bleiben?",
        "a {} Das ist nicht so wichtig für das Brot.",
    )
    days = [line.format(f"{day} 9:00") for day in ("3-01", "4-30") for line in lines]
    assert [piece.title for piece in split(talk(*days), "gap=1d")][1] == (
        "Wie lange muss der Teig im Kühlschrank bleiben?, 30. April 2025"
    )


@pytest.mark.parametrize("mode", ["auto", "none", "day", "gap=2h", "gap=3d"])
@pytest.mark.parametrize("ends", [[4], [4, 6], [6], [4, 6, 8], [4, 4, 10], []])
def test_a_chat_that_comes_in_parts_is_split_as_in_one(mode: str, ends: list[int]) -> None:
    whole = talk(
        *BREAD,
        *taxes("3-01 22:00"),
        "u 3-02 9:00 and what about hotels?",
        "a 3-02 9:01 Those too.",
        "n 3-09 8:00 a notice",
        "u+ 3-09 9:00",
        "a 3-09 9:00 Nice.",
        *taxes("3-09 15:00"),
    )
    splitter = Splitter(whole, mode)
    places = [0, *ends, len(whole.messages)]
    found = [piece for one, end in pairwise(places) for piece in splitter.feed(whole.messages[one:end])]
    assert (*found, *splitter.finish()) == split(whole, mode)


WORDS = st.sampled_from(
    [
        *(line.split(" ", 3)[3] for line in (*BREAD, *taxes("3-01 9:00"))),
        "Thanks!",
        "/reset",
        "Hi",
        "and then?",
        "",
    ]
)
PAUSES = st.sampled_from([0, 0, 1, 3, 20, 59, 61, 200, 900, 3000, 50_000, -5])


SPEAKERS: tuple[Role, ...] = ("user", "assistant", "assistant", "notice")


@st.composite
def talks(draw: st.DrawFn) -> Conversation:
    time = START
    messages: list[Message] = []
    for number in range(draw(st.integers(1, 30))):
        time += timedelta(minutes=draw(PAUSES))
        role: Role = draw(st.sampled_from(SPEAKERS))
        messages.append(Message(str(number), role, None, time, "text", draw(WORDS)))
    return chat(messages)


@given(talks(), st.integers(1, 30))
def test_what_auto_decided_stays_when_messages_follow(conversation: Conversation, length: int) -> None:
    whole = conversation.messages
    prefix = chat(list(whole[:length]))
    before, after = split(prefix, "auto"), split(conversation, "auto")
    last = exchanges(prefix.messages)[-1:]
    decided = last[0].start if last else 0
    starts = [
        {boundary.index for boundary in explain(one, "auto") if boundary.index < decided - 3}
        for one in (prefix, conversation)
    ]
    assert starts[0] == starts[1]
    assert [piece.id for piece in before[:-1]] == [piece.id for piece in after[: len(before) - 1]]
    assert [piece.title for piece in before[:-2]] == [
        piece.title for piece in after[: max(0, len(before) - 2)]
    ]


@given(talks(), MODES, st.lists(st.integers(0, 30)))
def test_parts_may_end_anywhere(conversation: Conversation, mode: str, ends: list[int]) -> None:
    splitter = Splitter(conversation, mode)
    places = [0, *sorted(ends), 30]
    found = [
        piece for one, end in pairwise(places) for piece in splitter.feed(conversation.messages[one:end])
    ]
    assert (*found, *splitter.finish()) == split(conversation, mode)


@pytest.mark.parametrize("mode", ["none", "auto"])
def test_a_conversation_that_never_ends_is_not_gone_through_with_every_part(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = tuple(Message(str(number), "user", None, START, "text", "Hi") for number in range(4000))
    seen: list[int] = []

    def watched(found: tuple[Message, ...], _: int) -> int:
        seen.append(len(found))
        return 0

    monkeypatch.setattr("wamigrate.split._latest_turn", watched)
    splitter = Splitter(chat([]), mode)
    assert not [piece for at in range(0, 4000, 10) for piece in splitter.feed(messages[at : at + 10])]
    assert [len(piece.messages) for piece in splitter.finish()] == [4000]
    assert sum(seen) < 25 * len(messages)


@given(talks(), MODES)
def test_the_reasons_belong_to_the_cuts(conversation: Conversation, mode: str) -> None:
    found = explain(conversation, mode)
    sizes = [len(piece.messages) for piece in split(conversation, mode)]
    assert [boundary.index for boundary in found] == [sum(sizes[:number]) for number in range(1, len(sizes))]
    assert all(boundary.reasons for boundary in found)


def test_auto_beats_fixed_pauses_and_days_clearly() -> None:
    threads = make_threads("test", 30)
    auto, *others = (score(threads, mode) for mode in ("auto", "gap=30m", "gap=6h", "day"))
    assert auto.f1 > max(other.f1 for other in others) + 0.05
    assert auto.window_diff < min(other.window_diff for other in others) - 0.03


def test_auto_is_the_best_on_threads_written_by_hand() -> None:
    threads = read_handwritten()
    auto, *others = (score(threads, mode) for mode in ("auto", "gap=30m", "gap=6h", "day"))
    assert len(threads) >= 4
    assert auto.f1 > max(other.f1 for other in others) + 0.05
    assert auto.window_diff < min(other.window_diff for other in others)


@given(chats())
def test_messages_of_one_hour_are_never_parted_within_an_answer(conversation: Conversation) -> None:
    found = split(conversation, "day")
    for piece, following in pairwise(found):
        last, first = piece.messages[-1], following.messages[0]
        if last.role == first.role == "assistant" and last.timestamp and first.timestamp:
            assert abs(first.timestamp - last.timestamp) >= PATIENCE
