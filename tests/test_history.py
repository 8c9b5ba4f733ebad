"""The history of one chat: what its copies tell together."""

from collections.abc import Sequence
from datetime import UTC

import pytest
from merge_cases import PEOPLE, chat_of, line

from wamigrate.history import History, in_order
from wamigrate.model import Conversation, Message, Participant, replace

MIRA, CHATGPT = PEOPLE
QUESTION = line("How long does the dough have to rest?", 7)
ANSWER = line("About twelve hours in a cool room.", 907, "ChatGPT")
THANKS = line("Thanks, I am going to try that!", 1007)
TALK = (QUESTION, ANSWER, THANKS)


def named(messages: Sequence[Message], ids: str) -> list[Message]:
    """Give the messages the letters of a text as ids."""
    return [replace(message, id=name) for message, name in zip(messages, ids, strict=True)]


def in_utc(chat: Conversation) -> Conversation:
    rows = (
        replace(one, timestamp=one.timestamp and one.timestamp.replace(tzinfo=UTC)) for one in chat.messages
    )
    return replace(chat, messages=tuple(rows))


def test_copies_with_offsets_come_first_then_with_seconds_then_with_more_messages_then_by_source() -> None:
    minutes = [replace(one, timestamp=one.timestamp and one.timestamp.replace(second=0)) for one in TALK]
    copies = [
        in_utc(chat_of(minutes[:2], "z")),
        chat_of(TALK[:2], "y"),
        chat_of(minutes, "x"),
        chat_of(minutes[:2], "v"),
        chat_of(minutes[:2], "w"),
    ]
    for order in (copies, copies[::-1], copies[2:] + copies[:2]):
        assert in_order(order) == copies
        assert in_order([*order, *copies]) == copies
        assert History.of(order).copies == tuple(copies)


def test_two_copies_of_one_source_have_an_order_of_their_own() -> None:
    copies = [
        chat_of(TALK[:2], "a"),
        chat_of(TALK[1:], "a"),
        chat_of((TALK[0], TALK[2]), "a"),
        chat_of(TALK[1:], "b"),
    ]
    assert in_order(copies) == in_order(copies[::-1]) == in_order(copies[2:] + copies[:2])


def test_a_history_of_one_copy_is_the_copy() -> None:
    chat = chat_of(TALK, title="As it was")
    assert History.of([chat, chat]).conversation() is chat


def test_the_service_is_that_of_the_assistant_whichever_copy_knows_it() -> None:
    unknown = (Participant("Mira", "other"), Participant("ChatGPT", "other"))
    first = chat_of([replace(one, role="other") for one in TALK], "a", None, unknown)
    history = (History.of([first]) | History.of([chat_of(TALK[:2], "b")])).conversation()
    assert (history.service, history.title) == ("chatgpt", "ChatGPT")
    assert [one.role for one in history.participants] == ["user", "assistant"]
    assert [message.role for message in history.messages] == ["user", "assistant", "user"]
    between = (Participant("Ana", "other"), Participant("Ben", "other"))
    people = [replace(one, author="Ana", role="other") for one in TALK]
    twice = History.of([chat_of(people, "a", "poke", between), chat_of(people[:2], "b", "poke", between)])
    assert twice.conversation().service == "poke"


def test_authors_have_the_names_and_roles_of_the_participants() -> None:
    renamed = [replace(one, author="You") if one.author == "Mira" else one for one in TALK]
    mine = chat_of(renamed, "a", people=(Participant("You", "user"), CHATGPT))
    history = History.of([mine, chat_of(TALK[:2], "b")]).conversation()
    assert [message.author for message in history.messages] == ["Mira", "ChatGPT", "Mira"]
    assert [one.name for one in history.participants] == ["Mira", "ChatGPT"]


def test_notices_stay_notices_without_an_author() -> None:
    notice = line("Mira blocked this contact.", 500, None)
    rows = [QUESTION, notice, ANSWER]
    history = History.of([chat_of(rows, "a"), chat_of(rows[:2], "b")]).conversation()
    assert [(one.role, one.author) for one in history.messages] == [
        ("user", "Mira"),
        ("notice", None),
        ("assistant", "ChatGPT"),
    ]


def test_people_are_listed_as_the_best_copies_name_them() -> None:
    zoe = Participant("Zoe", "other")
    larger, smaller = (
        chat_of(TALK, "a", people=(CHATGPT, MIRA)),
        chat_of(TALK[:2], "b", people=(zoe, MIRA, CHATGPT)),
    )
    assert [one.name for one in History.of([smaller, larger]).conversation().participants] == [
        "ChatGPT",
        "Mira",
        "Zoe",
    ]


def test_beginning_and_end_are_those_of_all_copies() -> None:
    history = History.of([chat_of(TALK[:2], "a"), chat_of(TALK[1:], "b")]).conversation()
    assert (history.started_at, history.ended_at) == (QUESTION.timestamp, THANKS.timestamp)
    assert [message.text for message in history.messages] == [one.text for one in TALK]
    assert len({message.id for message in history.messages}) == 3
    assert history.id == History.of([chat_of(TALK, "c"), chat_of(TALK[:2], "a")]).conversation().id


def test_the_best_copy_decides_also_where_a_lesser_one_was_added_before_it() -> None:
    def talk(*numbers: int) -> list[Message]:
        return [line(f"A long text with the number {n}", 7 + 1000 * n) for n in numbers]

    def said_by(name: str, text: str) -> Message:
        return line(text, 9507, name)

    def people(name: str) -> tuple[Participant, ...]:
        return (MIRA, CHATGPT, Participant(name, "other"))

    best = chat_of(talk(*range(10)), "a")
    good = chat_of(
        [*talk(9), said_by("Zoe Z.", "Look at  this"), *talk(*range(20, 26))], "b", people=people("Zoe Z.")
    )
    alike = chat_of([*talk(5, 6, 7, 8, 9), said_by("Zoe", "Look at this")], "c", people=people("Zoe"))
    history = History.of([best, good, alike]).conversation()
    (message,) = (one for one in history.messages if one.text.startswith("Look"))
    assert (message.text, message.author) == ("Look at  this", "Zoe Z.")
    assert len(history.messages) == 17


@pytest.mark.parametrize("ids", ["xyz", "abc", "zxy"])
def test_answers_name_the_message_by_its_new_id(ids: str) -> None:
    one = named(TALK, "abc")
    one[2] = replace(one[2], reply_to="a")
    other = named(TALK[:2], ids[:2])
    history = History.of([chat_of(one, "a"), chat_of(other, "b")]).conversation()
    assert history.messages[2].reply_to == history.messages[0].id
    assert [message.reply_to for message in history.messages[:2]] == [None, None]


def test_each_copys_answers_are_read_with_its_own_ids() -> None:
    one, other = named(TALK, "abc"), named(TALK, "bca")
    other[2] = replace(other[2], reply_to="b")
    history = History.of([chat_of(one, "a"), chat_of(other, "b")]).conversation()
    assert history.messages[2].reply_to == history.messages[0].id
    one[2] = replace(one[2], reply_to="nobody")
    history = History.of([chat_of(one, "a"), chat_of(other, "b")]).conversation()
    assert history.messages[2].reply_to == history.messages[0].id
    other[2] = replace(other[2], reply_to="elsewhere")
    history = History.of([chat_of(one, "a"), chat_of(other, "b")]).conversation()
    assert history.messages[2].reply_to == "nobody"


def test_of_two_copies_that_know_an_answer_the_best_is_believed() -> None:
    one, other = named(TALK, "abc"), named(TALK[:3], "xyz")
    one[2], other[2] = replace(one[2], reply_to="b"), replace(other[2], reply_to="x")
    extra = replace(line("one more to be the best", 3007), id="q")
    for copies in (
        [chat_of([*one, extra], "b"), chat_of(other, "a")],
        [chat_of(other, "a"), chat_of([*one, extra], "b")],
    ):
        history = History.of(copies).conversation()
        assert history.messages[2].reply_to == history.messages[1].id
