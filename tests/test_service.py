"""Linking steps, terms and automatic replies are notices; genuine answers are not."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.model import Conversation, Message, Participant, Role, Span
from wamigrate.notes import Notes
from wamigrate.service import REPEATS, service_notices

ALIVE = datetime(2025, 3, 25, 21, 4)  # noqa: DTZ001 - the phone's wall clock
ENDED = datetime(2026, 2, 2, 9, 30)  # noqa: DTZ001 - the same, after the service's end
OVER = "This service has left WhatsApp. You can go on in its app or on its website."
TERMS = "Hi! By chatting you accept the Terms of Use and the Privacy Statement."


def chat(*lines: tuple[str, str], service: str = "copilot", start: datetime = ALIVE) -> Conversation:
    roles: dict[str, Role] = {"Ana": "user", "Bot": "assistant", "": "notice"}
    messages = tuple(
        Message(
            str(index),
            roles[author],
            author or None,
            start + timedelta(hours=index),
            "text" if author else "notice",
            text,
            spans=(Span("s", index + 1, index, index + 1),),
        )
        for index, (author, text) in enumerate(lines)
    )
    people = (Participant("Ana", "user"), Participant("Bot", "assistant", service))
    return Conversation("", None, service, people, None, None, messages, "s")


def turns(*answers: str) -> list[tuple[str, str]]:
    return [
        line for index, text in enumerate(answers) for line in (("Ana", f"question {index}"), ("Bot", text))
    ]


def noticed(conversation: Conversation) -> list[str]:
    return [message.text for message in conversation.messages if "service-notice" in message.flags]


def test_the_text_that_a_link_fills_in_is_a_notice_and_stays_in_place() -> None:
    asked = chat(("Ana", "Hi Copilot (code: AB12CD34)"), ("Bot", "Hello!"), ("Ana", "Bread?"))
    found = service_notices(asked)
    assert noticed(found) == ["Hi Copilot (code: AB12CD34)"]
    assert [message.role for message in found.messages] == ["notice", "assistant", "user"]
    assert [message.kind for message in found.messages] == ["text"] * 3


@pytest.mark.parametrize(
    "text",
    [
        "Hi Copilot (code: AB12CD34), how do I bake bread?",
        "Hi Copilot",
        "what is Hi Copilot (code: AB12CD34)",
    ],
)
def test_a_question_around_the_filled_in_text_stays_a_question(text: str) -> None:
    asked = chat(("Ana", text), ("Bot", "Hello!"))
    assert service_notices(asked) is asked


def test_a_linking_address_is_a_notice_with_its_service_alone() -> None:
    link = "https://api.whatsapp.com/send?phone=18002428478&text=link"
    assert noticed(service_notices(chat(("Ana", link), service="chatgpt"))) == [link]
    assert noticed(service_notices(chat(("Ana", link), service="copilot"))) == []
    question = ("Ana", f"why does {link} not open?")
    assert noticed(service_notices(chat(question, service="chatgpt"))) == []


def test_terms_that_nobody_asked_for_are_a_notice() -> None:
    assert noticed(service_notices(chat(("Bot", TERMS), ("Ana", "Hi")))) == [TERMS]
    linked = chat(("Ana", "Hi Copilot (code: AB12CD34)"), ("Bot", TERMS), ("Ana", "Hi"))
    assert noticed(service_notices(linked)) == ["Hi Copilot (code: AB12CD34)", TERMS]


def test_an_answer_about_terms_and_a_plain_greeting_are_none() -> None:
    assert noticed(service_notices(chat(("Ana", "What are your terms?"), ("Bot", TERMS)))) == []
    assert noticed(service_notices(chat(("Bot", "Hi! How can I help?"), ("Ana", "Bread?")))) == []


def test_the_same_reply_to_different_lines_three_times_in_a_row_is_automatic() -> None:
    found = service_notices(chat(*turns("Bake it.", OVER, OVER, OVER, OVER)))
    assert noticed(found) == [OVER] * 4
    assert found.messages[1].role == "assistant"


def test_twice_is_not_enough_and_neither_is_three_times_apart() -> None:
    for answers in (("a", OVER, OVER), (OVER, "a", OVER, "b", OVER), (OVER, OVER, "a", OVER)):
        asked = chat(*turns(*answers))
        assert service_notices(asked) is asked


def test_the_same_answer_to_the_same_question_is_an_answer() -> None:
    asked = chat(*[("Ana", "status?"), ("Bot", OVER)] * 4)
    assert service_notices(asked) is asked


def test_short_answers_may_repeat() -> None:
    asked = chat(*turns(*["You're welcome! 😊"] * 6))
    assert service_notices(asked) is asked


def test_after_the_end_of_a_service_replies_need_not_stand_in_a_row() -> None:
    answers = (OVER, "Something else went wrong here, sorry about that.", OVER, "Another one.", OVER)
    assert noticed(service_notices(chat(*turns(*answers), start=ENDED))) == [OVER] * 3
    assert noticed(service_notices(chat(*turns(*answers), start=ENDED, service="meta-ai"))) == []


def test_notices_between_the_replies_do_not_matter() -> None:
    lines = turns(OVER, OVER, OVER)
    lines.insert(3, ("", "This business works with others."))
    assert noticed(service_notices(chat(*lines))) == [OVER] * 3


def test_one_finding_sums_up() -> None:
    notes = Notes()
    service_notices(chat(*turns("Bake it.", OVER, OVER, OVER)), notes)
    (note,) = notes.items
    assert (note.code, note.line, note.text[:10]) == ("service-notice", 4, "3 lines of")


ANSWERS = st.sampled_from(
    [OVER, OVER + "!", "Yes.", "x" * 50, "Bake it for an hour, then let it rest for another."]
)


@given(st.lists(st.tuples(st.sampled_from(["Ana", "Bot", "Bot"]), ANSWERS), max_size=14), st.booleans())
def test_an_answer_that_comes_less_than_three_times_is_never_touched(
    lines: list[tuple[str, str]], late: bool
) -> None:
    asked = chat(*lines, start=ENDED if late else ALIVE)
    found = service_notices(asked)
    answers = [text for author, text in lines if author == "Bot"]
    for old, new in zip(asked.messages, found.messages, strict=True):
        if old.role != "assistant" or answers.count(old.text) < REPEATS:
            assert new == old
        assert new.text == old.text
