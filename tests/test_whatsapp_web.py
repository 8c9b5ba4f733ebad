"""Exports from WhatsApp Web: chat.txt, what chat.md adds, media, and what is no such export.

Tests called after a trap are about the project's survey of lines that readers fall into.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whatsapp_cases import NNBSP, Chat, authors, bodies, clock, zip_of

from wamigrate.bots import assign_roles
from wamigrate.errors import AmbiguousFormatError, NoChatError, ParseError, WamigrateError
from wamigrate.formats import Confidence, configure, detect, find_parser
from wamigrate.model import Message
from wamigrate.notes import Notes
from wamigrate.pipeline import prepare
from wamigrate.settings import Settings
from wamigrate.source import open_source
from wamigrate.tables import read_table

E2E: Final = (
    "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read "
    "or listen to them."
)
DAY: Final = clock(2026, 1, 2, 9, 5, 12)


class Sent(NamedTuple):
    """A message as both files print it."""

    name: str | None
    text: str
    markdown: str | None = None
    """As chat.md has it; None: the same."""
    quote: str | None = None


def stamp(when: datetime) -> str:
    return f"{when.month}/{when.day}/{when:%y}, {when.hour % 12 or 12}:{when:%M:%S} {when:%p}"


def text_of(messages: Sequence[Sent], opening: str = E2E) -> str:
    """Write chat.txt, a minute between messages."""
    lines = [opening]
    for index, sent in enumerate(messages):
        name = "- " if sent.name is None else f"{sent.name}: "
        lines.append(f"[{stamp(DAY + timedelta(minutes=index))}] {name}{sent.text}")
    return "\n".join(lines) + "\n"


def markdown_of(messages: Sequence[Sent], title: str = "ChatGPT") -> str:
    """Write chat.md of messages of one day."""
    lines = [
        f"# WhatsApp Chat Export: {title}",
        "Export date: today",
        "",
        "---",
        "",
        "## January 2, 2026",
        "",
    ]
    for index, sent in enumerate(messages):
        when = DAY + timedelta(minutes=index)
        time = f"[{when.hour % 12 or 12}:{when:%M} {when:%p}]"
        body = sent.text if sent.markdown is None else sent.markdown
        if sent.name is None:
            lines += [f"{time} __{body}__", ""]
        elif sent.quote is None:
            lines += [f"{time} **{sent.name}:** {body}", ""]
        else:
            lines += [f"{time} **{sent.name}:**", f"> _{sent.quote}_", body, ""]
    return "\n".join(lines)


def read_path(path: Path, **options: str) -> Chat:
    """Read an export from WhatsApp Web."""
    notes = Notes()
    with closing(open_source(path)) as source:
        conversations = tuple(configure(find_parser("whatsapp_web"), options).parse(source, notes))
    messages = tuple(message for conversation in conversations for message in conversation.messages)
    return Chat(conversations, messages, notes.sources[0], notes)


def read(
    folder: Path,
    messages: Sequence[Sent],
    *,
    markdown: bool = True,
    title: str = "ChatGPT",
    media: Mapping[str, bytes] | None = None,
) -> Chat:
    """Write an archive as WhatsApp Web does, and read it."""
    members = {"chat.txt": text_of(messages).encode()}
    if markdown:
        members["chat.md"] = markdown_of(messages, title).encode()
    members |= {f"media/{name}": data for name, data in (media or {}).items()}
    chat = read_path(zip_of(folder / f"{title}.zip", members))
    assert_tiled(chat, members["chat.txt"])
    return chat


def one(folder: Path, text: str, markdown: str | None, media: str | None = None) -> Message:
    """Read a single message between two others; ``markdown`` None leaves chat.md out."""
    messages = [Sent("You", "before"), Sent("You", text, markdown), Sent("ChatGPT", "after")]
    chat = read(folder, messages, markdown=markdown is not None, media={media: b"x"} if media else None)
    assert bodies(chat.messages[1::2]) == ["before", "after"]
    return chat.messages[2]


def sniff(path: Path, parser: str) -> Confidence:
    with closing(open_source(path)) as source:
        return find_parser(parser).sniff(source)


def assert_tiled(chat: Chat, data: bytes) -> None:
    spans = [span for message in chat.messages for span in message.spans]
    assert [span.start for span in spans] == [0, *(span.end for span in spans[:-1])]
    assert b"".join(data[span.start : span.end] for span in spans) == data
    assert [span.line for span in spans] == [data.count(b"\n", 0, span.start) + 1 for span in spans]


TALK: Final = [Sent("You", "hello\ntwo lines"), Sent("ChatGPT", "*Hi!*\n\n1. one"), Sent("You", "bye")]


# Order, seconds, roles


def test_order_and_seconds_come_from_the_text(tmp_path: Path) -> None:
    chat = read(tmp_path, TALK)
    assert authors(chat.messages) == [None, "You", "ChatGPT", "You"]
    assert bodies(chat.messages[1:]) == ["hello\ntwo lines", "*Hi!*\n\n1. one", "bye"]
    assert [message.timestamp for message in chat.messages] == [
        None,
        *(DAY + timedelta(minutes=index) for index in range(3)),
    ]
    assert (chat.info.platform, chat.info.member, chat.info.format) == ("web", "chat.txt", "whatsapp_web")


def test_whoever_made_the_export_is_the_user(tmp_path: Path) -> None:
    chat = assign_roles(read(tmp_path, TALK).conversations[0])
    assert {one.name: one.role for one in chat.participants} == {"You": "user", "ChatGPT": "assistant"}
    assert [message.role for message in chat.messages] == ["notice", "user", "assistant", "user"]


@pytest.mark.parametrize("language", sorted(read_table("web.toml")["you"]))
def test_you_is_the_user_in_every_language(language: str, tmp_path: Path) -> None:
    for word in read_table("web.toml")["you"][language]:
        chat = read(tmp_path, [Sent("Ana", "hi"), Sent(word, "hello"), Sent("Bob", "hi")], title="Plans")
        owners = [one.name for one in chat.conversations[0].participants if one.role == "user"]
        assert owners == [word]


def test_in_a_language_without_a_table_the_title_tells_who_made_the_export(tmp_path: Path) -> None:
    chat = read(tmp_path, [Sent("Þú", "hæ"), Sent("Meta AI", "hæ")], title="Meta AI")
    assert [(one.name, one.role) for one in chat.conversations[0].participants] == [
        ("Þú", "user"),
        ("Meta AI", "other"),
    ]


def test_in_a_group_of_others_nobody_is_said_to_have_made_the_export(tmp_path: Path) -> None:
    chat = read(tmp_path, [Sent("Ana", "hi"), Sent("Bob", "hi"), Sent("Carl", "hi")], title="Plans")
    assert {one.role for one in chat.conversations[0].participants} == {"other"}


def test_trap_9_a_name_with_a_colon_is_known_from_the_markdown(tmp_path: Path) -> None:
    messages = [
        Sent("Plan: B", "hi: there"),
        Sent("Plan: B", "bye"),
        Sent("Plan", "A: hi"),
        Sent("You", "x: y"),
    ]
    chat = read(tmp_path, messages, title="Group")
    assert authors(chat.messages[1:]) == ["Plan: B", "Plan: B", "Plan", "You"]
    assert bodies(chat.messages[1:]) == ["hi: there", "bye", "A: hi", "x: y"]


def test_a_contact_whom_the_chat_is_named_after_is_not_you(tmp_path: Path) -> None:
    chat = read(tmp_path, [Sent("Ty", "hi"), Sent("Du", "hallo")], title="Ty")
    assert [(one.name, one.role) for one in chat.conversations[0].participants] == [
        ("Ty", "other"),
        ("Du", "user"),
    ]


def test_the_title_comes_from_the_markdown_and_else_from_the_archive(tmp_path: Path) -> None:
    members = {"chat.txt": text_of(TALK).encode(), "chat.md": markdown_of(TALK, "Plan: B / C").encode()}
    assert (
        read_path(zip_of(tmp_path / "Plan_ B _ C (1).zip", members)).conversations[0].title == "Plan: B / C"
    )
    del members["chat.md"]
    assert read_path(zip_of(tmp_path / "Ana & Bob (2).zip", members)).conversations[0].title == "Ana & Bob"


# Trap 25: what others drop


@pytest.mark.parametrize("markdown", [True, False])
def test_trap_25_lines_without_a_time_at_the_beginning_are_a_notice(
    tmp_path: Path, *, markdown: bool
) -> None:
    first = read(tmp_path, TALK, markdown=markdown).messages[0]
    assert (first.role, first.kind, first.timestamp, first.text) == ("notice", "notice", None, E2E)


@pytest.mark.parametrize("markdown", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "Bob added Carl",
        "Bob changed the group name to 'Plan: B'",
        "[Call: missed]",
        "words of another time: x",
    ],
)
def test_trap_25_what_follows_a_dash_is_a_notice(text: str, tmp_path: Path, *, markdown: bool) -> None:
    chat = read(tmp_path, [*TALK, Sent(None, text), Sent("Bob", "hi")], markdown=markdown)
    notice = chat.messages[4]
    assert (notice.role, notice.author, notice.text, notice.raw) == ("notice", None, text, f"- {text}")
    assert notice.kind == ("call" if text.startswith("[Call") else "notice")
    assert notice.timestamp == DAY + timedelta(minutes=3)
    assert [one.name for one in chat.conversations[0].participants] == ["You", "ChatGPT", "Bob"]


@pytest.mark.parametrize("markdown", [True, False])
def test_trap_25_a_message_that_could_not_be_exported_is_a_loss_that_is_said(
    tmp_path: Path, *, markdown: bool
) -> None:
    lost = "This message could not be exported"
    text = text_of(TALK) + f"[{stamp(DAY + timedelta(minutes=3))}] <{lost}>\n<{lost}>\n<{lost}>\n"
    text += f"[{stamp(DAY + timedelta(minutes=4))}] You: after\n"
    members = {"chat.txt": text.encode()}
    if markdown:
        shown = f"[9:08 AM] [{lost}]\n\n[{lost}]\n\n[{lost}]\n\n[9:09 AM] **You:** after\n"
        members["chat.md"] = (markdown_of(TALK) + "\n" + shown).encode()
    chat = read_path(zip_of(tmp_path / "ChatGPT.zip", members))
    assert [(message.kind, message.timestamp is None) for message in chat.messages[4:]] == [
        ("unsupported", False),
        ("unsupported", True),
        ("unsupported", True),
        ("text", False),
    ]
    assert [note.line for note in chat.notes.items if note.code == "unsupported"] == [8, 9, 10]
    assert "bad-date" not in chat.notes.count()
    assert_tiled(chat, members["chat.txt"])


def test_what_was_taken_for_text_is_noted_where_it_stands_also_after_what_could_not_be_exported(
    tmp_path: Path,
) -> None:
    lost, old = "<This message could not be exported>", "[12/31/25, 11:00:00 PM] Bob: happy new year"
    text = text_of(
        [Sent("You", "ask"), Sent("You", f"again\n{lost}\n{lost}"), Sent("ChatGPT", f"Here:\n{old}")]
    )
    path = tmp_path / "chat.txt"
    path.write_text(text, encoding="utf-8")
    chat = read_path(path)
    assert bodies(chat.messages[1:]) == ["ask", "again", lost, lost, f"Here:\n{old}"]
    lines = text.split("\n")
    assert {(note.code, note.line) for note in chat.notes.items if note.line != 1} == {
        *(("unsupported", number) for number, line in enumerate(lines, 1) if line == lost),
        ("suspect-boundary", lines.index(old) + 1),
    }


def test_the_line_about_older_messages_is_said(tmp_path: Path) -> None:
    opening = f"{E2E}\nEinige ältere Nachrichten fehlen."
    path = tmp_path / "chat.txt"
    path.write_text(text_of(TALK, opening), encoding="utf-8")
    [note] = [note for note in read_path(path).notes.items if note.code == "export-cap"]
    assert (note.severity, note.line) == ("info", 2)


# Bodies: with chat.md in any language, without it by the words

OMITTED: Final = [
    ("<image omitted>", "[Image]", "image"),
    ("<video omitted>", "[Video]", "video"),
    ("<audio omitted>", "[Audio]", "audio"),
    ("<voice message omitted>", "[Voice message]", "audio"),
    ("<video message omitted>", "[Video message]", "video"),
    ("<document omitted>", "[Document]", None),
    ("<sticker omitted>", "[Sticker]", "image/webp"),
    ("<GIF omitted>", "[GIF]", "video"),
    ("<Bild weggelassen>", "[Bild]", "image"),
]


@pytest.mark.parametrize("caption", ["", " what is\nthis?"])
@pytest.mark.parametrize(("text", "markdown", "kind"), OMITTED)
def test_a_file_that_was_left_out_is_media(
    text: str, markdown: str, kind: str | None, caption: str, tmp_path: Path
) -> None:
    for shown in (markdown + caption, None):
        message = one(tmp_path, text + caption, shown)
        assert (message.kind, message.text) == ("media", caption.strip())
        assert [found.media_type for found in message.attachments] == [kind]
        assert message.attachments[0].caption == (caption.strip() or None)


def test_a_file_that_was_left_out_in_an_unknown_language_is_media_if_the_markdown_says_so(
    tmp_path: Path,
) -> None:
    message = one(tmp_path, "<mynd ekki með> hæ", "[Mynd] hæ")
    assert (message.kind, message.text, message.attachments[0].media_type) == ("media", "hæ", None)
    assert one(tmp_path, "<mynd ekki með> hæ", None).kind == "text"


@pytest.mark.parametrize(
    "text",
    ["<image omitted>", "Plan.pdf (file attached)", "This message was deleted", "<AI message>",
     "GIF attached",
     "Contact: Bob", "Poll: tea?\n    - yes\n    - no", "3 contacts shared", "<order message>"],
)  # fmt: skip
def test_trap_17_what_both_files_print_alike_is_somebodys_words(text: str, tmp_path: Path) -> None:
    message = one(tmp_path, text, text)
    assert (message.kind, message.text, message.attachments) == ("text", text, ())


@pytest.mark.parametrize(
    "text",
    [
        "<image omitted> is what it prints",
        "see <image omitted>",
        "I said: Poll: tea?",
        "the plan of the kitchen (file attached)",
    ],
)
def test_trap_17_a_placeholder_within_a_sentence_is_text(text: str, tmp_path: Path) -> None:
    message = one(tmp_path, "it prints " + text, None)
    assert message.kind == "text"


PICTURE: Final = "WhatsApp Image 2026-01-02 at 9.06.12 AM.jpeg"


@pytest.mark.parametrize("shown", ["[Image](media/image) look", None])
def test_a_picture_without_a_name_is_found_by_its_time(shown: str | None, tmp_path: Path) -> None:
    message = one(tmp_path, "image (file attached) look", shown, PICTURE)
    [found] = message.attachments
    assert (found.member, found.present, found.caption, message.text) == (
        f"media/{PICTURE}",
        True,
        "look",
        "look",
    )


@pytest.mark.parametrize(
    "name",
    [
        PICTURE.replace("06.12", "06.13"),
        PICTURE.replace("01-02", "02-30"),
        PICTURE.replace("Image", "Video")[:-4] + "mp4",
    ],
)
def test_a_file_of_another_time_or_type_is_not_taken(name: str, tmp_path: Path) -> None:
    message = one(tmp_path, "image (file attached)", "[Image](media/image)", name)
    [found] = message.attachments
    assert (found.name, found.media_type, found.present) == (None, "image", False)


def test_two_pictures_of_the_same_second_are_taken_in_turn(tmp_path: Path) -> None:
    text = f"{E2E}\n" + f"[{stamp(DAY)}] You: image (file attached)\n" * 2
    name = PICTURE.replace("9.06.12", "09.05.12").replace(" AM", "")
    members = {"chat.txt": text.encode(), f"media/{name}": b"1", f"media/{name[:-5]} (1).jpeg": b"2"}
    chat = read_path(zip_of(tmp_path / "Ana.zip", members))
    assert [found.size for message in chat.messages for found in message.attachments] == [1, 1]
    assert len({found.member for message in chat.messages for found in message.attachments}) == 2


@pytest.mark.parametrize(
    ("name", "caption"),
    [
        ("Plan (final).pdf", ""),
        ("a) b.pdf", " (file attached) twice"),
        ("Ölpreis.xlsx", " see (2)"),
        ("notes", ""),
    ],
)
def test_a_document_is_found_by_its_name(name: str, caption: str, tmp_path: Path) -> None:
    for shown in (f"[Document](media/{name}){caption}", None):
        message = one(tmp_path, f"{name} (file attached){caption}", shown, name)
        assert (message.kind, message.text) == ("media", caption.strip())
        assert message.attachments[0].member == f"media/{name}"


def test_a_gif_is_found_by_its_time(tmp_path: Path) -> None:
    name = "WhatsApp Video 2026-01-02 at 09.06.12.mp4"
    for shown in ("[GIF](media/gif)", None):
        [found] = one(tmp_path, "GIF attached", shown, name).attachments
        assert (found.member, found.media_type) == (f"media/{name}", "video/mp4")


def test_files_that_no_message_mentions_are_counted_without_the_markdown(tmp_path: Path) -> None:
    chat = read(tmp_path, TALK, media={"a.jpg": b"x", "b.jpg": b"x"})
    assert [note.text for note in chat.notes.items if note.code == "ignored-member"] == [
        "2 files of the export that no message mentions"
    ]
    assert "ignored-member" not in read(tmp_path, TALK).notes.count()


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("You deleted this message", ("deleted-by-you",)),
        ("This message was deleted", ()),
        ("This message was deleted by admin Ana", ("deleted-by-admin",)),
        ("This message was deleted by an admin", ("deleted-by-admin",)),
        ("Du hast diese Nachricht gelöscht", ("deleted-by-you",)),
    ],
)
def test_a_deleted_message_is_deleted(text: str, flags: tuple[str, ...], tmp_path: Path) -> None:
    for shown in (f"_{text}_", None):
        message = one(tmp_path, text, shown)
        assert (message.kind, message.text, message.flags) == ("deleted", text, flags)


def test_a_message_that_has_not_arrived_is_unsupported(tmp_path: Path) -> None:
    text = "Waiting for this message. This may take a while."
    message = one(tmp_path, text, f"_{text}_")
    assert (message.kind, message.flags) == ("unsupported", ("waiting",))


@pytest.mark.parametrize(
    ("mark", "flags"), [("Forwarded", ()), ("Forwarded many times", ("forwarded-many-times",))]
)
def test_a_forward_is_marked_and_its_text_freed_from_the_mark(
    mark: str, flags: tuple[str, ...], tmp_path: Path
) -> None:
    for markdown in ("", None):
        message = one(tmp_path, f"[{mark}] a\nb", None if markdown is None else f"[{mark}] a\nb")
        assert (message.forwarded, message.text, message.flags) == (True, "a\nb", flags)
        assert message.raw == f"[{mark}] a\nb"


def test_a_forwarded_picture_is_both(tmp_path: Path) -> None:
    message = one(tmp_path, "[Forwarded] <image omitted> x", "[Forwarded] [Image] x")
    assert (message.forwarded, message.kind, message.text) == (True, "media", "x")


def test_other_words_in_brackets_stay(tmp_path: Path) -> None:
    message = one(tmp_path, "[x] done", "[x] done")
    assert (message.forwarded, message.text) == (False, "[x] done")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("<AI message>", "[AI message]"),
        ("<rich_response message>", "[rich_response message]"),
        ("<KI-Nachricht>", "[KI-Nachricht]"),
    ],
)
def test_an_answer_of_which_a_placeholder_is_left_is_noted_as_a_loss(
    text: str, markdown: str, tmp_path: Path
) -> None:
    messages = [Sent("You", "draw"), Sent("Meta AI", text, markdown), Sent("You", "nice")]
    chat = read(tmp_path, messages, title="Meta AI")
    assert (chat.messages[2].kind, chat.messages[2].text) == ("unsupported", text)
    [note] = [note for note in chat.notes.items if note.severity == "loss"]
    assert (note.code, note.line) == ("placeholder", 3)


def test_a_placeholder_is_noted_once_in_the_whole_pipeline(tmp_path: Path) -> None:
    messages = [Sent("You", "draw"), Sent("Meta AI", "<AI message>", "[AI message]"), Sent("You", "nice")]
    chat = read(tmp_path, messages, title="Meta AI")
    done = prepare(chat.conversations[0], Settings(), chat.notes)[0]
    assert chat.notes.count()["placeholder"] == 1
    assert done.messages[2].flags == ("placeholder",)


@pytest.mark.parametrize("markdown", ["[order message]", None])
def test_a_kind_that_the_export_does_not_know_is_unsupported(markdown: str | None, tmp_path: Path) -> None:
    message = one(tmp_path, "<order message>", markdown)
    assert (message.kind, message.flags) == ("unsupported", ())


@pytest.mark.parametrize("lead", ["", "The lake: ", "A: b\nStreet 1: "])
def test_a_place_is_a_location(lead: str, tmp_path: Path) -> None:
    text = f"{lead}Location: -1.5, 2.25 - https://maps.google.com/?q=-1.5,2.25"
    for shown in (text.replace(" - http", " \N{EM DASH} http"), None):
        assert one(tmp_path, text, shown).kind == "location"


def test_a_live_place_is_flagged(tmp_path: Path) -> None:
    text = "Live location: 1.5, 2.25 - https://maps.google.com/?q=1.5,2.25"
    assert one(tmp_path, text, None).flags == ("live-location",)
    message = one(tmp_path, "<Live location omitted>", "[Live location]")
    assert (message.kind, message.flags) == ("location", ("live-location",))


def test_a_link_to_a_map_is_text(tmp_path: Path) -> None:
    text = "Location: here - https://maps.google.com/?q=1.5,2.25"
    assert one(tmp_path, text, text).kind == "text"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Contact: Bob", "[Contact: Bob]"),
        ("Contact: BEGIN:VCARD\nFN:Bob\nEND:VCARD", "[Contact: BEGIN:VCARD\nFN:Bob\nEND:VCARD]"),
        ("1 contact shared", "[1 contact]"),
        ("12 contacts shared", "[12 contacts]"),
        ("<Contact card omitted>", "[Contact card]"),
    ],
)
def test_contacts_are_contacts(text: str, markdown: str, tmp_path: Path) -> None:
    assert one(tmp_path, text, markdown).kind == "contact"
    assert one(tmp_path, text, None).kind == "contact"


def test_a_poll_is_a_poll(tmp_path: Path) -> None:
    text = "Poll: tea?\n    - yes\n    - no: never"
    for shown in ("**Poll: tea?**\n- yes\n- no: never", None):
        message = one(tmp_path, text, shown)
        assert (message.kind, message.text) == ("poll", text)


@pytest.mark.parametrize("markdown", ["", None])
def test_an_empty_message_is_empty(markdown: str | None, tmp_path: Path) -> None:
    assert one(tmp_path, "", markdown).kind == "empty"


# Answers to messages


def test_an_answer_knows_what_it_answers(tmp_path: Path) -> None:
    chat = read(
        tmp_path,
        [
            Sent("You", "two: wishes\nof mine"),
            Sent("ChatGPT", "yes"),
            Sent("ChatGPT", "<image omitted> a bike", "[Image] a bike"),
            Sent("ChatGPT", "yes"),
            Sent("You", "the second", quote="ChatGPT: yes"),
            Sent("ChatGPT", "fine", quote="You: two: wishes\nof mine"),
            Sent("You", "<image omitted> mine", "[Image] mine", quote="ChatGPT: Image: a bike"),
            Sent("You", "gone", quote="[Original message not available]"),
            Sent("You", "gone too", quote="ChatGPT: what it never said"),
        ],
    )
    done = prepare(chat.conversations[0], Settings(), chat.notes)[0].messages
    assert [message.reply_to for message in done[:5]] == [None] * 5
    assert [message.reply_to for message in done[5:8]] == [done[4].id, done[1].id, done[3].id]
    assert done[8].reply_to not in {None, *(message.id for message in done)}
    assert done[9].reply_to not in {None, done[8].reply_to}
    assert done[7].kind == "media"


def test_you_is_quoted_in_english_whatever_the_language(tmp_path: Path) -> None:
    chat = read(tmp_path, [Sent("Du", "Frage"), Sent("ChatGPT", "Antwort", quote="You: Frage")])
    assert chat.messages[2].reply_to == chat.messages[1].id != ""


def test_a_body_that_begins_like_a_quotation_is_none(tmp_path: Path) -> None:
    chat = read(tmp_path, [Sent("ChatGPT", "yes"), Sent("You", "> _ChatGPT: yes_\nno")])
    assert (chat.messages[2].reply_to, chat.messages[2].text) == (None, "> _ChatGPT: yes_\nno")


def test_without_the_markdown_nothing_is_an_answer(tmp_path: Path) -> None:
    chat = read(tmp_path, [Sent("ChatGPT", "yes"), Sent("You", "no", quote="ChatGPT: yes")], markdown=False)
    assert {message.reply_to for message in chat.messages} == {None}
    assert {message.id for message in chat.messages} == {""}


# Lines that look like headers

QUOTED: Final = (
    f"Look:\n[{stamp(DAY)}] You: ask\n[1/2/26, 9:06:30 AM] Bob: hi\n[1/2/26, 9:06:31 AM] - Bob left"
)


def test_trap_3_lines_of_another_chat_in_an_answer_are_text(tmp_path: Path) -> None:
    chat = read(tmp_path, [Sent("You", "ask"), Sent("ChatGPT", QUOTED), Sent("You", "thanks")])
    assert bodies(chat.messages[1:]) == ["ask", QUOTED, "thanks"]
    assert chat.notes.count()["suspect-boundary"] == 3


def test_trap_3_a_message_that_stands_again_in_an_answer_is_kept_once_each(tmp_path: Path) -> None:
    again = f"You wrote\n[{stamp(DAY)}] You: ask\nat five past nine"
    chat = read(tmp_path, [Sent("You", "ask"), Sent("ChatGPT", again), Sent("You", "right")])
    assert bodies(chat.messages[1:]) == ["ask", again, "right"]
    assert chat.notes.count()["suspect-boundary"] == 1


def test_trap_3_headings_of_the_markdown_in_an_answer_are_text(tmp_path: Path) -> None:
    spoof = (
        "So:\n\n---\n\n## January 2, 2026\n\n[9:06 AM] **ChatGPT:** what?\n\n[9:07 AM] **You:** why\n\nend"
    )
    chat = read(
        tmp_path, [Sent("You", "ask"), Sent("ChatGPT", spoof), Sent("You", "<image omitted>", "[Image]")]
    )
    assert bodies(chat.messages[1:3]) == ["ask", spoof]
    assert chat.messages[3].kind == "media"


def test_without_the_markdown_an_older_line_is_text(tmp_path: Path) -> None:
    old = "Here:\n[12/31/25, 11:00:00 PM] Bob: happy new year\nend"
    chat = read(tmp_path, [Sent("You", "ask"), Sent("ChatGPT", old), Sent("You", "thanks")], markdown=False)
    assert bodies(chat.messages[1:]) == ["ask", old, "thanks"]


def test_a_markdown_that_lacks_most_messages_is_not_trusted_about_them(tmp_path: Path) -> None:
    old = "Here:\n[12/31/25, 11:00:00 PM] Bob: happy new year\nend"
    messages = [Sent("You", "ask"), Sent("ChatGPT", old), Sent("You", "thanks")]
    members = {"chat.txt": text_of(messages).encode(), "chat.md": markdown_of(messages[:1]).encode()}
    chat = read_path(zip_of(tmp_path / "ChatGPT.zip", members))
    assert bodies(chat.messages[1:]) == ["ask", old, "thanks"]


def test_trap_23_other_line_separators_and_returns_stay(tmp_path: Path) -> None:
    text = "a\u2028b\vc\u0085d\re\r\nf\fg"
    chat = read(tmp_path, [Sent("You", "ask"), Sent("ChatGPT", text), Sent("You", "thanks")])
    assert bodies(chat.messages[1:]) == ["ask", text, "thanks"]


def test_trap_27_a_text_that_an_editor_saved_with_crlf_is_read_the_same(tmp_path: Path) -> None:
    members = {
        "chat.txt": text_of(TALK).replace("\n", "\r\n").encode(),
        "chat.md": markdown_of(TALK).replace("\n", "\r\n").encode(),
    }
    chat = read_path(zip_of(tmp_path / "ChatGPT.zip", members))
    assert bodies(chat.messages[1:]) == [sent.text for sent in TALK]
    assert_tiled(chat, members["chat.txt"])


# Dates


def test_dates_are_american_and_the_markdown_proves_it(tmp_path: Path) -> None:
    assert read(tmp_path, TALK).info.date_order_evidence == (
        "WhatsApp Web writes American dates, and chat.md has the same days"
    )
    info = read(tmp_path, TALK, markdown=False).info
    assert (info.date_order, info.ambiguous) == ("mdy", False)


def test_if_the_markdown_shows_other_days_the_dates_are_not_american(tmp_path: Path) -> None:
    markdown = markdown_of(TALK).replace("January 2", "1 February")
    members = {"chat.txt": text_of(TALK).encode(), "chat.md": markdown.encode()}
    chat = read_path(zip_of(tmp_path / "ChatGPT.zip", members))
    assert (chat.info.date_order, chat.messages[1].timestamp) == ("dmy", clock(2026, 2, 1, 9, 5, 12))


def test_the_date_order_option_overrules(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "ChatGPT.zip", {"chat.txt": text_of(TALK).encode()})
    chat = read_path(path, date_order="dmy")
    assert (chat.info.date_order_evidence, chat.messages[1].timestamp) == (
        "given with --date-order",
        clock(2026, 2, 1, 9, 5, 12),
    )


def test_trap_12_twelve_o_clock_is_midnight_or_noon(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text(f"{E2E}\n[1/2/26, 12:00:03 AM] You: a\n[1/2/26, 12:00:04 PM] You: b\n", encoding="utf-8")
    assert [message.timestamp for message in read_path(path).messages[1:]] == [
        clock(2026, 1, 2, 0, 0, 3),
        clock(2026, 1, 2, 12, 0, 4),
    ]


# Detection


def test_the_archive_its_folder_and_its_text_are_recognised_by_this_parser_alone(tmp_path: Path) -> None:
    folder = tmp_path / "ChatGPT"
    folder.mkdir()
    members = {"chat.txt": text_of(TALK).encode(), "chat.md": markdown_of(TALK).encode()}
    for name, data in members.items():
        (folder / name).write_bytes(data)
    for path in (zip_of(tmp_path / "ChatGPT.zip", members), folder, folder / "chat.txt"):
        assert {name for name in ("whatsapp", "whatsapp_web", "pasted") if sniff(path, name)} == {
            "whatsapp_web"
        }
        with closing(open_source(path)) as source:
            assert detect(source).name == "whatsapp_web"


def test_a_text_with_notices_is_recognised_without_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "saved.txt"
    path.write_text(text_of([*TALK, Sent(None, "Bob left")]).partition("\n")[2], encoding="utf-8")
    assert (sniff(path, "whatsapp_web"), sniff(path, "whatsapp")) == (Confidence.SIGNATURE, Confidence.NO)


@pytest.mark.parametrize(
    "text",
    [
        "[3/25/25, 9:04:05 PM] Ana: hi\r\n[3/25/25, 9:05:05 PM] Bob: hi\r\n",
        "[3/25/25, 9:04:05 PM] Ana: hi\n[3/25/25, 9:05:05 PM] Bob: hi\n",
        f"[3/25/25, 9:04:05{NNBSP}PM] Ana: \u200e{E2E}\r\n[3/25/25, 9:05:05{NNBSP}PM] Bob: hi\r\n",
    ],
    ids=["ios", "ios-lf", "ios-2023"],
)
def test_an_american_iphone_export_is_no_web_export(text: str, tmp_path: Path) -> None:
    path = tmp_path / "_chat.txt"
    path.write_bytes(text.encode())
    assert (sniff(path, "whatsapp_web"), sniff(path, "whatsapp")) == (Confidence.NO, Confidence.SIGNATURE)


def test_a_repacked_archive_and_one_inside_another_are_found(tmp_path: Path) -> None:
    members = {"ChatGPT/chat.txt": text_of(TALK).encode(), "ChatGPT/chat.md": markdown_of(TALK).encode()}
    inner = zip_of(tmp_path / "ChatGPT.zip", members)
    outer = zip_of(tmp_path / "mail.zip", {"ChatGPT.zip": inner.read_bytes(), "readme.txt": b"the chat"})
    for path in (inner, outer):
        chat = read_path(path)
        assert len(chat.messages) == 4
        assert chat.info.member == "ChatGPT/chat.txt"


def test_a_damaged_archive_beside_one_inside_another_is_passed_over(tmp_path: Path) -> None:
    inner = zip_of(tmp_path / "ChatGPT.zip", {"chat.txt": text_of(TALK).encode()}).read_bytes()
    outer = zip_of(tmp_path / "mail.zip", {"a.zip": inner[:-30], "b.zip": inner})
    assert len(read_path(outer).messages) == 4
    alone = zip_of(tmp_path / "alone.zip", {"a.zip": inner[:-30]})
    assert sniff(alone, "whatsapp_web") is Confidence.NO


def test_several_exports_in_one_folder_are_several_chats(tmp_path: Path) -> None:
    members: dict[str, bytes] = {}
    for title in ("ChatGPT", "Copilot"):
        members[f"{title}/chat.txt"] = text_of(TALK).replace("ChatGPT", title).encode()
        members[f"{title}/chat.md"] = markdown_of(TALK, title).replace("**ChatGPT", f"**{title}").encode()
        members[f"{title}/media/a.jpg"] = b"x"
    chat = read_path(zip_of(tmp_path / "all.zip", members))
    assert [one.title for one in chat.conversations] == ["ChatGPT", "Copilot"]
    assert [note.text for note in chat.notes.items if note.code == "ignored-member"] == [
        "1 file of the export that no message mentions"
    ] * 2


def test_a_folder_with_exports_of_both_kinds_is_a_tie_that_names_both(tmp_path: Path) -> None:
    members = {
        "chat.txt": text_of(TALK).encode(),
        "chat.md": markdown_of(TALK).encode(),
        "_chat.txt": b"[25/03/2025, 21:04:05] Ana: hi\r\n",
    }
    with (
        closing(open_source(zip_of(tmp_path / "both.zip", members))) as source,
        pytest.raises(AmbiguousFormatError) as caught,
    ):
        detect(source)
    assert caught.value.candidates == ("whatsapp", "whatsapp_web")


def test_what_is_no_web_export_gets_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text("Dear all,\n", encoding="utf-8")
    with pytest.raises(ParseError, match="no line that begins like a message of WhatsApp Web"):
        read_path(path)
    with pytest.raises(NoChatError):
        read_path(zip_of(tmp_path / "x.zip", {"readme.txt": b"hi"}))


def test_other_files_called_chat_txt_are_not_taken(tmp_path: Path) -> None:
    path = zip_of(
        tmp_path / "x.zip", {"chat.txt": b"25/03/2025, 21:04 - Ana: hi\n", "chat.md": b"# Notes\n\nhi\n"}
    )
    assert (sniff(path, "whatsapp_web"), sniff(path, "whatsapp")) == (Confidence.NO, Confidence.SIGNATURE)


# Properties

NAMES: Final = st.sampled_from(["You", "ChatGPT"])
BODIES: Final = st.lists(
    st.sampled_from([
        "hello", "x", "", "```", "> _You: x_", "a: b", "- item", "---", "## January 2, 2026",
        "[9:06 AM] **You:** x",
        "[1/2/26, 9:05:12 AM] You: hello", "[1/2/26, 9:06:12 AM] Bob: x", "[12/31/25, 9:06:12 AM] - Bob left",
        "[x] y", "½ 👨‍👩‍👧", "**bold**", "_x_", "__x__",
    ]),
    min_size=1, max_size=4,
).map("\n".join)  # fmt: skip
OWN: Final = st.sampled_from([
    ("<image omitted>", "[Image]"), ("<image omitted> x", "[Image] x"), ("<AI message>", "[AI message]"),
    ("You deleted this message", "_You deleted this message_"),
    ("a.pdf (file attached)", "[Document](media/a.pdf)"),
])  # fmt: skip
KINDS: Final = {"<ima": "media", "<AI ": "unsupported", "You ": "deleted", "a.pd": "media"}


@st.composite
def exports(draw: st.DrawFn) -> list[Sent]:
    """Draw a chat as people and WhatsApp write it, with answers to earlier messages."""
    messages: list[Sent] = []
    for index in range(draw(st.integers(1, 8))):
        if draw(st.integers(0, 4)) == 0:
            text, markdown = draw(OWN)
            messages.append(Sent(draw(NAMES), text, markdown))
            continue
        quote = None
        if messages and draw(st.integers(0, 3)) == 0:
            earlier = messages[draw(st.integers(0, index - 1))]
            quote = f"{earlier.name}: {earlier.text}" if earlier.markdown is None and earlier.text else None
        messages.append(Sent(draw(NAMES), draw(BODIES), None, quote))
    return messages


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exports())
def test_any_export_is_read_as_it_was_written(tmp_path: Path, messages: list[Sent]) -> None:
    chat = read(tmp_path, messages)
    found = chat.messages[1:]
    assert [message.author for message in found] == [sent.name for sent in messages]
    for message, sent in zip(found, messages, strict=True):
        raw = message.text if message.raw is None else message.raw
        assert raw == sent.text
        expected = "text" if sent.text else "empty"
        assert message.kind == (expected if sent.markdown is None else KINDS[sent.text[:4]])
        assert (message.reply_to is not None) == (sent.quote is not None)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exports(), st.binary(max_size=40), st.integers(0, 400), st.sampled_from(["chat.txt", "chat.md"]))
def test_damage_to_either_file_gives_messages_that_tile_the_text_or_one_clear_error(
    tmp_path: Path, messages: list[Sent], noise: bytes, place: int, name: str
) -> None:
    files = {"chat.txt": text_of(messages).encode(), "chat.md": markdown_of(messages).encode()}
    files[name] = files[name][:place] + noise + files[name][place + len(noise) // 2 :]
    try:
        chat = read_path(zip_of(tmp_path / "x.zip", files))
    except WamigrateError as error:
        assert "\n" not in str(error)  # noqa: PT017 - a text may be damaged beyond reading
        return
    if chat.info.encoding == "utf-8":
        spans = [span for message in chat.messages for span in message.spans]
        assert b"".join(files["chat.txt"][span.start : span.end] for span in spans) == files["chat.txt"]
