"""How messages read where a format knows nothing but user, assistant and text."""

from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from strategies import conversations

from wamigrate.model import Attachment, Conversation, Kind, Message, Participant, replace
from wamigrate.turns import Turns, conversation_title, file_line, first_of_role

NORA: Final = Participant("Nora", "user")
ANA: Final = Participant("Ana_*B*", "other")
BEN: Final = Participant("Ben", "other")
GPT: Final = Participant("ChatGPT", "assistant")
META: Final = Participant("Meta AI", "assistant")
PICTURE: Final = Attachment("IMG-1.jpg", "image/jpeg", present=True)


def turns(*people: Participant) -> Turns:
    return Turns(Conversation("", None, None, people, None, None, (), ""))


def message(author: Participant | None, text: str = "hi", **fields: Any) -> Message:
    role = "notice" if author is None else author.role
    made = Message("", role, None if author is None else author.name, None, "text", text)
    return replace(made, **fields)


@pytest.mark.parametrize(
    ("person", "role"), [(NORA, "user"), (ANA, "user"), (GPT, "assistant"), (None, "user")]
)
def test_everybody_but_the_assistant_is_the_user(person: Participant | None, role: str) -> None:
    assert turns(NORA, ANA, GPT).role(message(person)) == role


def test_a_notice_that_the_assistant_sent_is_the_assistants() -> None:
    notice = message(GPT, role="notice", kind="notice")
    assert turns(NORA, GPT).role(notice) == "assistant"
    assert turns(NORA, GPT).text(notice) == "hi"


def test_a_notice_of_nobody_is_whatsapps() -> None:
    assert turns(NORA, GPT).text(message(None, kind="notice")) == "WhatsApp: hi"


@pytest.mark.parametrize(
    ("people", "speaker", "expected"),
    [
        ((NORA, GPT), NORA, "hi"),
        ((NORA, GPT), GPT, "hi"),
        ((BEN, GPT), BEN, "hi"),
        ((NORA, BEN, GPT), BEN, "Ben: hi"),
        ((NORA, BEN, GPT), NORA, "hi"),
        ((NORA, BEN, GPT), GPT, "hi"),
        ((ANA, BEN), ANA, r"Ana\_\*B\*: hi"),
        ((NORA, GPT, META), META, "Meta AI: hi"),
        ((NORA, GPT, META), NORA, "hi"),
    ],
)
def test_a_name_stands_where_the_role_does_not_tell_who_speaks(
    people: tuple[Participant, ...], speaker: Participant, expected: str
) -> None:
    assert turns(*people).text(message(speaker)) == expected


@pytest.mark.parametrize(
    "text",
    ["```\nx\n```", "# a", "- a", "1. a", "> a", "    a", "| a |\n|---|", "~~~\na\n~~~", "---", "<b>a</b>"],
)
def test_a_name_does_not_break_what_begins_a_line(text: str) -> None:
    said = turns(NORA, BEN, GPT).text(message(BEN, text))
    html = MarkdownIt("gfm-like", {"linkify": False}).render(said)
    assert html == "<p>Ben:</p>\n" + MarkdownIt("gfm-like", {"linkify": False}).render(text)


def test_a_file_is_a_line_above_the_text() -> None:
    shown = message(NORA, "look", kind="media", attachments=(PICTURE,))
    assert turns(NORA, GPT).text(shown) == "📎 IMG-1.jpg\n\nlook"
    assert turns(NORA, GPT).text(shown, (PICTURE,)) == "look"


@pytest.mark.parametrize(
    ("attachment", "line"),
    [
        (PICTURE, "📎 IMG-1.jpg"),
        (Attachment("a_b.pdf"), "📎 a_b.pdf (not in the export)"),
        (Attachment(None, "image"), "📎 image (not in the export)"),
        (Attachment(None, "application/pdf", present=True), "📎 document"),
        (Attachment(None, "font/woff", present=True), "📎 file"),
        (Attachment(None, None, member="media/x\ny.bin", present=True), "📎 x y.bin"),
    ],
)
def test_the_line_for_a_file_names_it(attachment: Attachment, line: str) -> None:
    assert file_line(attachment) == line


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("text", ["", " \n"])
def test_no_message_is_without_words(kind: Kind, text: str) -> None:
    assert turns(NORA, GPT).text(message(NORA, text, kind=kind)).startswith("*")


def test_what_whatsapp_could_not_export_says_so() -> None:
    unsupported = message(NORA, "null", kind="unsupported")
    assert turns(NORA, GPT).text(unsupported) == "*WhatsApp exported no content for this message:* null"


@given(conversations(), st.booleans())
def test_the_text_of_a_message_is_always_in_its_turn(conversation: Conversation, shown: bool) -> None:
    told = Turns(conversation)
    for found in conversation.messages:
        text = told.text(found, found.attachments if shown else ())
        assert found.text in text or found.text.isspace()
        assert text.strip() or (shown and found.attachments)


def test_a_title_is_one_line_and_never_empty() -> None:
    conversation = Conversation("", " a\n b ", None, (NORA, GPT), None, None, (), "")
    assert conversation_title(conversation) == "a b"
    assert conversation_title(replace(conversation, title=" \n")) == "Nora, ChatGPT"
    assert conversation_title(replace(conversation, title=None, participants=())) == "Conversation"
    assert first_of_role(conversation, "assistant") == GPT
    assert first_of_role(conversation, "other") is None
