"""The Markdown exporter: what it writes has the structure that was meant, as independent readers see it."""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pathvalidate import validate_filename
from strategies import conversations, messages, notes, sources

from wamigrate.formats import configure, find_exporter
from wamigrate.model import (
    Attachment,
    Conversation,
    Message,
    Note,
    Part,
    Participant,
    Role,
    SourceInfo,
    Span,
    replace,
)
from wamigrate.notes import Notes
from wamigrate.source import open_source
from wamigrate.target import MemoryTarget

GFM: Final = MarkdownIt("gfm-like", {"linkify": False})
MORNING: Final = datetime(2025, 3, 25, 9, 0)  # noqa: DTZ001 - a wall clock
ANA: Final = Participant("Ana", "user")
BOT: Final = Participant("ChatGPT", "assistant", "chatgpt")
INFO: Final = SourceInfo("s", "chat.zip", "chat.txt", "whatsapp", "0" * 64, 1, "android")


def at(minutes: float) -> datetime:
    return MORNING + timedelta(minutes=minutes)


def said(name: str, minutes: float | None, text: str, **fields: Any) -> Message:
    role: Role = "assistant" if name == "ChatGPT" else "user"
    time = None if minutes is None else at(minutes)
    message = Message("", role, name, time, "text", text, spans=(Span("s", 1, 0, 1),))
    return replace(message, **fields)


def chat(
    *said_: Message, title: str | None = "A title", people: Iterable[Participant] = (ANA, BOT)
) -> Conversation:
    times = [message.timestamp for message in said_ if message.timestamp]
    return Conversation(
        "c",
        title,
        "chatgpt",
        tuple(people),
        times[0] if times else None,
        times[-1] if times else None,
        said_,
        "s",
    )


def export(*chats: Conversation, notes_: Notes | None = None, **options: str) -> dict[str, str]:
    target = MemoryTarget()
    given_ = notes_ or Notes()
    if not given_.sources:
        given_.add_source(INFO)
    configure(find_exporter("markdown"), options).export(iter(chats), target, given_)
    return {name: content.decode() for name, content in target.files.items()}


def page(*said_: Message, **fields: Any) -> str:
    """Return the note of a conversation without its front matter and title."""
    files = export(chat(*said_, **fields), front_matter="false")
    (name,) = files.keys() - {"index.md"}
    title, _, body = files[name].partition("\n\n")
    assert title.startswith("# ")
    return body.removesuffix("\n")


def split_note(text: str) -> tuple[dict[str, Any], str]:
    """Separate the front matter of a note from its Markdown."""
    lines = text.split("\n")
    assert lines[0] == "---"
    end = lines.index("---", 1)
    return yaml.safe_load("\n".join(lines[1:end])), "\n".join(lines[end + 1 :])


def headings(markdown: str) -> Iterator[tuple[int, str]]:
    """Yield level and words of the headings that belong to the note itself."""
    tokens = GFM.parse(markdown)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and opening.level == 0:
            words = (
                child.content for child in inline.children or [] if child.type in ("text", "text_special")
            )
            yield int(opening.tag[1]), "".join(words)


def links(markdown: str) -> list[str]:
    found = (child for token in GFM.parse(markdown) for child in token.children or [])
    addresses = [str(child.attrs.get("href") or child.attrs.get("src") or "") for child in found]
    return [unquote(address) for address in addresses if address]


def test_a_conversation_reads_as_days_and_turns() -> None:
    assert page(
        said("Ana", 0, "Good morning"),
        said("ChatGPT", 1, "Hello!\n\n- tea\n- coffee"),
        said("Ana", 24 * 60, "Next day"),
    ).split("\n\n") == [
        *("## Tuesday, 25 March 2025", "### Ana · 09:00", "> Good morning"),
        *("### ChatGPT · 09:01", "Hello!", "- tea\n- coffee"),
        *("## Wednesday, 26 March 2025", "### Ana · 09:00", "> Next day"),
    ]


def test_messages_of_one_author_in_one_minute_share_a_heading() -> None:
    assert page(said("Ana", 0, "one"), said("Ana", 0.9, "two"), said("Ana", 1, "three")).split("\n\n")[
        1:
    ] == [*("### Ana · 09:00", "> one", "> two", "### Ana · 09:01", "> three")]


def test_a_list_does_not_run_on_into_the_next_message() -> None:
    markdown = page(said("ChatGPT", 0, "- a"), said("ChatGPT", 0, "- b"), said("ChatGPT", 0, "    c"))
    assert markdown.count("### ChatGPT · 09:00") == 3
    assert [token.type for token in GFM.parse(markdown)].count("bullet_list_open") == 2


def test_a_message_without_a_time_stays_in_its_day() -> None:
    markdown = page(said("Ana", 0, "a"), said("Ana", None, "b"), said("Ana", 0, "c"))
    assert markdown.startswith("*Tuesday, 25 March 2025*\n\n")
    assert [words for _, words in headings(markdown)] == [
        "Ana · 09:00",
        "Ana",
        "Ana · 09:00",
    ]


def test_wall_clocks_are_shown_as_the_zone_has_them() -> None:
    zone = timezone(timedelta(hours=-11))
    time = datetime(2025, 3, 25, 23, 30, tzinfo=zone)
    markdown = page(said("Ana", None, "a", timestamp=time))
    assert markdown.startswith("*Tuesday, 25 March 2025*\n\n### Ana · 23:30")


def test_without_an_assistant_nobody_is_quoted() -> None:
    assert page(said("Ana", None, "hello"), people=(ANA,)) == "### Ana\n\nhello"


def test_a_notice_is_a_call_out() -> None:
    notice = said("", 5, "You blocked\n\nthis contact", role="notice", kind="notice", author=None)
    assert page(said("Ana", 0, "a"), notice, said("Ana", 0, "b")).split("\n\n")[3:] == [
        "> [!NOTE]\n> 09:05 · You blocked\n>\n> this contact",
        *("### Ana · 09:00", "> b"),
    ]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"kind": "empty", "text": ""}, "*empty message*"),
        ({"kind": "text", "text": "\n\n"}, "*empty message*"),
        ({"kind": "deleted", "text": "This message was deleted"}, "*This message was deleted*"),
        ({"kind": "deleted", "text": ""}, "*message deleted*"),
        ({"kind": "call", "text": "Missed call"}, "*Missed call*"),
        ({"kind": "call", "text": "a_b*"}, "a_b*"),
        ({"kind": "unsupported", "text": "null"}, "*WhatsApp exported no content for this message:* null"),
        ({"kind": "unsupported", "text": ""}, "*WhatsApp exported no content for this message*"),
        ({"kind": "location", "text": "https://maps.example/?q=1,2"}, "https://maps.example/?q=1,2"),
        ({"kind": "poll", "text": "Tea?\n\n- yes\n- no"}, "Tea?\n\n- yes\n- no"),
        ({"edited": True}, "hi\n\n*(edited)*"),
        ({"forwarded": True}, "*forwarded*\n\nhi"),
        ({"reply_to": "gone"}, "*in reply to an earlier message*\n\nhi"),
        ({"text": "a\rb\r\nc"}, "a\nb\nc"),
    ],
)
def test_every_kind_of_message_is_a_readable_line(fields: dict[str, Any], shown: str) -> None:
    message = replace(said("ChatGPT", None, "hi"), **fields)
    assert page(message) == f"### ChatGPT\n\n{shown}"


def test_a_reply_names_what_it_answers() -> None:
    first = said("Ana", 0, "When?", id="one")
    markdown = page(first, said("ChatGPT", 1, "Now.", reply_to="one"))
    assert markdown.endswith("### ChatGPT · 09:01\n\n*in reply to* Ana, 25 March 2025, 09:00\n\nNow.")


@pytest.mark.parametrize(
    ("attachment", "shown"),
    [
        (Attachment(media_type="image"), "*image not in the export*"),
        (Attachment(), "*file not in the export*"),
        (Attachment("a_b [1].mp4", "video/mp4"), "*a_b \\[1\\].mp4 (video): not in the export*"),
        (Attachment("x.jpg", "image/jpeg", 3, None, "x.jpg", True), "*x.jpg (image): not in what was read*"),
    ],
)
def test_a_file_that_is_not_there_is_named(attachment: Attachment, shown: str) -> None:
    message = said("ChatGPT", None, "", kind="media", attachments=(attachment,))
    assert page(message) == f"### ChatGPT\n\n{shown}"


def test_images_are_shown_and_other_files_linked(tmp_path: Path) -> None:
    for name in ("photo #1.jpg", "photo.heic", "voice.opus"):
        (tmp_path / name).write_bytes(b"12345")
    attachments = (
        Attachment("photo #1.jpg", "image/jpeg", 5, None, "photo #1.jpg", True, "Look *here*"),
        Attachment("photo.heic", "image/heic", 5, None, "photo.heic", True),
        Attachment("voice.opus", "audio/ogg", None, None, "voice.opus", True),
    )
    target = MemoryTarget()
    target.sources = {"s": open_source(tmp_path)}
    message = said("ChatGPT", None, "Look *here*", kind="media", attachments=attachments)
    find_exporter("markdown").export([chat(message)], target, Notes())
    note = target.files["A title.md"].decode()
    assert note.endswith(
        "![photo \\#1.jpg](<media/photo %231.jpg>)\n\n"
        "[photo.heic](<media/photo.heic>) · image/heic · 5 bytes\n\n"
        "[voice.opus](<media/voice.opus>) · audio/ogg\n\n"
        "Look *here*\n"
    )
    assert links(note) == [name for name in target.files if name.startswith("media/")]


def test_files_that_cannot_be_read_are_noted_in_the_index() -> None:
    attachment = Attachment("x.jpg", "image/jpeg", 3, None, "x.jpg", True)
    given_ = Notes()
    files = export(chat(said("Ana", 0, "", kind="media", attachments=(attachment,))), notes_=given_)
    (note,) = given_.items
    assert (note.code, note.severity) == ("media-unwritten", "warning")
    assert note.text.endswith("convert the export of WhatsApp itself, or use --media omit")
    assert "- warning: 1 file was not written: not in what was read" in files["index.md"]


def test_front_matter_says_what_the_note_is() -> None:
    files = export(chat(said("Ana", 0, "a"), said("ChatGPT", 1.5, "b"), title='--- "yes": #1\n---'))
    fields, _ = split_note(files["2025-03-25 --- yes 1.md"])
    generator = fields.pop("generator")
    assert re.fullmatch(r"wamigrate \S+", generator)
    assert fields == {
        "title": '--- "yes": #1\n---',
        "service": "chatgpt",
        "assistant": "ChatGPT",
        "created": at(0),
        "updated": at(1.5),
        "participants": ["Ana", "ChatGPT"],
        "source": "chat.zip",
        "platform": "android",
        "messages": 2,
        "attachments": 0,
        "tags": ["whatsapp", "chatgpt"],
    }


@pytest.mark.parametrize(("name", "tags"), [("msgstore", ["whatsapp", "chatgpt"]), ("signal", ["chatgpt"])])
def test_a_note_is_tagged_with_the_messenger_that_it_is_from(name: str, tags: list[str]) -> None:
    notes_ = Notes()
    notes_.add_source(replace(INFO, format=name))
    files = export(chat(said("Ana", 0, "a")), notes_=notes_)
    fields, _ = split_note(files["2025-03-25 A title.md"])
    assert fields["tags"] == tags


def test_front_matter_can_be_left_out() -> None:
    files = export(chat(said("Ana", 0, "a")), front_matter="false")
    assert {text[:2] for text in files.values()} == {"# "}


def test_notes_are_named_after_day_and_title() -> None:
    def named(title: str | None, minutes: float | None = 0) -> str:
        files = export(chat(said("Ana", minutes, "a"), title=title))
        (name,) = files.keys() - {"index.md"}
        return name

    assert named("Baking: 1st try") == "2025-03-25 Baking 1st try.md"
    assert named("C# [a|b] ^x") == "2025-03-25 C (a-b) x.md"
    assert named("ChatGPT, 25 March 2025") == "2025-03-25 ChatGPT.md"
    assert named("ChatGPT, 25 March 2025, 21:04") == "2025-03-25 ChatGPT, 21.04.md"
    assert named(None) == "2025-03-25 Ana, ChatGPT.md"
    assert named(" \u200e", None) == "Ana, ChatGPT.md"
    assert named("???", None) == "conversation.md"
    assert named("index", None) == "index (2).md"
    assert named("../../etc/passwd", None) == "etc-passwd.md"


def test_the_index_names_assistants_where_there_is_more_than_one() -> None:
    other = Participant("Copilot", "assistant", "copilot")
    index = export(
        chat(said("Ana", 0, "a"), title="One"), chat(said("Ana", 1, "b"), title="Two", people=(ANA, other))
    )["index.md"]
    assert "09:00 · ChatGPT · 1 message" in index
    assert "09:01 · Copilot · 1 message" in index


def test_the_index_counts_parts_that_were_put_together() -> None:
    parts = tuple(Part(str(number), number, 0, 1) for number in range(3))
    index = export(chat(said("Ana", 0, "a"), said("ChatGPT", 1, "b", parts=parts)))["index.md"]
    assert "1 conversation, 2 messages, 2 parts of answers put together, 25 March 2025" in index


def test_a_service_notice_is_a_call_out() -> None:
    notice = said("ChatGPT", 0, "Link your account", role="notice", flags=("service-notice",))
    assert "> [!NOTE]\n> 09:00 · Link your account" in page(notice, said("Ana", 1, "a"))


def test_the_index_lists_conversations_by_month() -> None:
    zone = timezone(timedelta(hours=1))
    files = export(
        chat(said("Ana", 0, "a"), said("Ana", 0, "b"), title="Second"),
        chat(said("Ana", None, "a", timestamp=datetime(2024, 12, 31, 8, 5, tzinfo=zone)), title="First"),
        chat(said("Ana", None, "a"), title="Never *once*"),
    )
    fields, body = split_note(files["index.md"])
    assert (fields["conversations"], fields["messages"]) == (3, 4)
    assert body.split("\n\n")[1:] == [
        "3 conversations, 4 messages, 31 December 2024 to 25 March 2025",
        "## December 2024",
        "- [First](<2024-12-31 First.md>) · 31 December, 08:05 · 1 message",
        "## March 2025",
        "- [Second](<2025-03-25 Second.md>) · 25 March, 09:00 · 2 messages",
        "## Without a date",
        "- [Never \\*once\\*](<Never once.md>) · 1 message",
        "## Sources",
        "- **chat.zip** · Android · 0 messages\n",
    ]


def test_the_index_counts_findings_that_are_many() -> None:
    given_ = Notes()
    for line in range(1, 12):
        given_.add("suspect-boundary", "a line", line=line)
    given_.add("unsupported", "one *message*", line=1234)
    index = export(chat(said("Ana", 0, "a")), notes_=given_)["index.md"]
    assert index.endswith(
        "## Findings\n\n- loss: one \\*message\\* (line 1,234)\n"
        "- warning: a line that looks like a header was taken for text (11 times)\n"
    )


@given(said_=st.lists(messages(), max_size=4), title=st.none() | st.text(max_size=20))
@settings(max_examples=150)
def test_nothing_in_a_message_breaks_the_structure_of_its_note(
    said_: list[Message], title: str | None
) -> None:
    people = (Participant("*An_a* <b>", "user"), BOT)
    body = f"# t\n\n{page(*said_, title=title, people=people)}\n\n## sentinel"
    found = [(level, words) for level, words in headings(body) if level <= 3]
    turns = [words for level, words in found if level == 3]
    days = [words for level, words in found if level == 2]
    assert found[0] == (1, "t")
    assert found[-1] == (2, "sentinel")
    assert [level for level, _ in found].count(1) == 1
    assert len(days) - 1 <= len(said_)
    assert all(re.fullmatch(r"\w+day, \d+ \w+ \d+", day) for day in days[:-1])
    assert len(turns) <= sum(message.role != "notice" for message in said_)
    assert body.count("\n> [!NOTE]\n") >= sum(message.role == "notice" for message in said_)


@given(
    chats=st.lists(conversations(), max_size=3),
    infos=st.lists(sources(), max_size=2),
    findings=st.lists(notes(), max_size=3),
)
@settings(max_examples=60)
def test_any_archive_becomes_notes_that_the_index_links_to(
    chats: list[Conversation], infos: list[SourceInfo], findings: list[Note]
) -> None:
    given_ = Notes()
    given_.sources.extend([replace(INFO, id="other"), *infos])
    given_.items.extend(findings)
    files = export(*chats, notes_=given_)
    assert len(files) == len(chats) + 1
    for name, text in files.items():
        validate_filename(name, platform="universal")
        fields, markdown = split_note(text)
        assert [level for level, _ in headings(markdown)].count(1) == 1
        assert "generator" in fields
    _, index = split_note(files["index.md"])
    assert sorted(links(index)) == sorted(files.keys() - {"index.md"})
    assert {split_note(text)[0].get("title") for text in files.values()} == {
        *(conversation.title for conversation in chats),
        "Conversations",
    }


def test_the_options_are_fields() -> None:
    exporter = configure(find_exporter("markdown"), {"media": "omit", "front_matter": "false"})
    assert dataclasses.asdict(exporter)["media"] == "omit"  # type: ignore[call-overload] # a dataclass behind its protocol
