"""Ids that follow from the content."""

import time
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from wamigrate.ids import NAMESPACE, chat_key, conversation_id, final_replies, identify, message_ids
from wamigrate.model import Conversation, Message, Participant, Role, replace

NOON = datetime(2025, 3, 3, 12, 0, 30)  # noqa: DTZ001 - the phone's wall clock
PEOPLE = (Participant("Mira", "user"), Participant("ChatGPT", "assistant", "chatgpt"))


def say(text: str, author: str = "Mira", **fields: object) -> Message:
    role: Role = "user" if author == "Mira" else "assistant"
    return replace(Message("", role, author, NOON, "text", text), **fields)


def chat(*messages: Message, people: tuple[Participant, ...] = PEOPLE) -> Conversation:
    service = next((person.service for person in people if person.service), None)
    return Conversation("", None, service, people, None, None, messages, "source")


def ids(conversation: Conversation) -> list[str]:
    return [message.id for message in identify(conversation).messages]


@given(st.text())
def test_an_id_is_what_the_standard_library_makes(text: str) -> None:
    expected = uuid5(NAMESPACE, f"chatgpt\x1f0\x1fuser\x1f2025-03-03T12:00\x1ftext\x1f{text}")
    assert ids(chat(say(text))) == [str(expected)]


def test_the_name_space_and_the_version_are_those_of_the_standard() -> None:
    assert uuid5(NAMESPACE_URL, "urn:wamigrate:1") == NAMESPACE
    assert UUID(ids(chat(say("Hi")))[0]).version == 5


def test_equal_messages_of_one_minute_differ_and_keep_their_ids_when_others_follow() -> None:
    twice = ids(chat(say("ok"), say("ok")))
    assert len(set(twice)) == 2
    assert ids(chat(say("ok"), say("ok"), say("ok"), say("no")))[:2] == twice


def test_seconds_and_zones_do_not_count() -> None:
    android = ids(chat(say("Hi", timestamp=NOON.replace(second=0))))
    assert ids(chat(say("Hi", timestamp=NOON.replace(second=59)))) == android
    assert ids(chat(say("Hi", timestamp=NOON.replace(tzinfo=UTC)))) == android
    assert ids(chat(say("Hi", timestamp=NOON + timedelta(minutes=1)))) != android
    assert ids(chat(say("Hi", timestamp=None))) != android


def test_what_the_phone_calls_people_does_not_count_where_one_talks_to_an_assistant() -> None:
    saved = (Participant("Mira V.", "user"), Participant("My bot", "assistant", "chatgpt"))
    other = chat(say("Hi", author="Mira V.", role="user"), say("Hello", author="My bot"), people=saved)
    assert ids(other) == ids(chat(say("Hi"), say("Hello", author="ChatGPT")))


def test_authors_count() -> None:
    assert len(set(ids(chat(say("Hi"), say("Hi", author="ChatGPT"))))) == 2
    group = (*PEOPLE, Participant("Ana", "other"), Participant("Ben", "other"))
    both = chat(say("Hi", author="Ana", role="other"), say("Hi", author="Ben", role="other"), people=group)
    assert len(set(ids(both))) == 2


def test_words_that_whatsapp_writes_do_not_count() -> None:
    english = chat(say("This message was deleted", kind="deleted"), say("<Media omitted>", kind="call"))
    german = chat(say("Diese Nachricht wurde gelöscht", kind="deleted"), say("<Medien>", kind="call"))
    assert ids(english) == ids(german)
    assert ids(chat(say("a caption", kind="media"))) != ids(chat(say("another", kind="media")))


def test_the_keys_of_a_source_become_final_ids_in_replies() -> None:
    question = say("Hi", id="true_1@c.us_A")
    answer = say("Hello", author="ChatGPT", id="17", reply_to="true_1@c.us_A")
    first, second = identify(chat(question, answer)).messages
    assert (first.reply_to, second.reply_to) == (None, first.id)
    assert first.id == ids(chat(say("Hi")))[0], "a key of the source does not count"


def test_a_reply_to_what_is_not_in_the_chat_stays_a_reply() -> None:
    lost, again = (identify(chat(say("Hi"), say("You?", reply_to="gone"))).messages[1] for _ in "ab")
    assert UUID(lost.reply_to).version == 5
    assert lost.reply_to == again.reply_to
    assert lost.reply_to not in ids(chat(say("Hi"), say("You?", reply_to="gone")))


def test_of_two_messages_with_one_key_the_later_is_meant() -> None:
    messages = identify(chat(say("a", id="k"), say("b", id="k"), say("c", reply_to="k"))).messages
    assert messages[2].reply_to == messages[1].id


def test_without_replies_nothing_is_translated() -> None:
    assert final_replies("", (say("Hi", id="k"),), ["x"]) is None


def test_a_conversation_keeps_its_id_when_messages_follow() -> None:
    short, long = identify(chat(say("Hi"))), identify(chat(say("Hi"), say("Hello", author="ChatGPT")))
    assert short.id == long.id == conversation_id("chatgpt", short.messages[0].id)
    assert identify(chat(say("Hey"))).id != short.id


def test_a_chat_is_named_by_its_assistant_else_by_the_two_who_talk_and_a_group_by_nothing() -> None:
    people = [Participant(name, "other") for name in ("Ben", "Ana", "Cem")]
    assert chat_key(chat(people=PEOPLE)) == "chatgpt"
    assert chat_key(chat(people=tuple(people[:2]))) == chat_key(chat(people=(people[1], people[0])))
    assert chat_key(chat(people=tuple(people))) == ""


def test_a_chat_without_messages_has_an_id() -> None:
    assert UUID(identify(chat()).id).version == 5


def test_40_000_ids_are_quick() -> None:
    messages = [say(f"{index} {'text ' * 80}") for index in range(40_000)]
    roles: list[Role] = [message.role for message in messages]
    start = time.process_time()
    found = message_ids("chatgpt", PEOPLE, messages, roles)
    assert time.process_time() - start < 1, "0.12 s on a slow machine"
    assert len(set(found)) == 40_000
