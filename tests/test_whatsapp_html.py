"""Saved pages of WhatsApp Web: both looks, what pages do to text, and what is no such page."""

import re
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_pages import PREVIEW, Dom, Page, Said, bare, day, emoji, marked, notice, written

import wamigrate as wm
from wamigrate.errors import NoChatError, ParseError, UnknownFormatError, WamigrateError
from wamigrate.formats import Confidence, configure, detect, find_parser
from wamigrate.inputs import find_inputs
from wamigrate.model import Conversation, Message
from wamigrate.notes import Notes
from wamigrate.page_list import read_chat_page
from wamigrate.page_text import shown_text, written_text
from wamigrate.page_times import Line, find_times, read_stamp
from wamigrate.pipeline import prepare
from wamigrate.settings import Settings
from wamigrate.source import open_source
from wamigrate.web_page import parse

FIXTURES: Final = Path(__file__).resolve().parent.parent / "fixtures" / "parsers" / "whatsapp_html"
DOMS: Final[Sequence[Dom]] = ("2020", "2026")
ENCRYPTED: Final = (
    "Messages and calls are end-to-end encrypted. "
    "Only people in this chat can read, listen to, or share them."
)
PNG: Final = b"\x89PNG\r\n\x1a\n" + bytes(50)


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - the browser's wall clock


def read_file(path: Path, **options: str) -> tuple[Conversation, Notes]:
    notes = Notes()
    parser = configure(find_parser("whatsapp_html"), options)
    with closing(open_source(path)) as source:
        (chat,) = parser.parse(source, notes)
    return chat, notes


def read(tmp_path: Path, page: Page | str, **options: str) -> tuple[Conversation, Notes]:
    path = tmp_path / "WhatsApp.html"
    path.write_text(page if isinstance(page, str) else page.draw(), encoding="utf-8", newline="")
    return read_file(path, **options)


def messages(
    tmp_path: Path, *rows: Said | str, dom: Dom = "2026", title: str = "ChatGPT"
) -> tuple[Message, ...]:
    return read(tmp_path, Page(rows, dom=dom, title=title))[0].messages


def text_of(html: str) -> str:
    return written_text(parse(html))


def nora(html: str, stamp: str = "21:04, 25/03/2025") -> Said:
    return Said(stamp, "Nora", html, out=True)


def bot(html: str, stamp: str = "21:05, 25/03/2025") -> Said:
    return Said(stamp, "ChatGPT", html)


# What is on a page


@pytest.mark.parametrize("dom", DOMS)
def test_who_wrote_what_and_when_is_read_from_both_looks(tmp_path: Path, dom: Dom) -> None:
    chat, _ = read(tmp_path, Page([nora(written("Hi")), bot(written("Hello\n\nthere"))], dom=dom))
    assert [(one.author, one.timestamp, one.text) for one in chat.messages] == [
        ("Nora", at(2025, 3, 25, 21, 4), "Hi"),
        ("ChatGPT", at(2025, 3, 25, 21, 5), "Hello\n\nthere"),
    ]
    assert chat.title == "ChatGPT"
    assert [(one.name, one.role) for one in chat.participants] == [("Nora", "user"), ("ChatGPT", "other")]


def test_the_list_of_chats_and_the_unsent_message_are_not_read(tmp_path: Path) -> None:
    chat, _ = read(tmp_path, Page([nora(written("Hi")), bot(written("Hello"))]))
    assert [one.text for one in chat.messages] == ["Hi", "Hello"]


def test_a_page_becomes_a_chat_with_an_assistant(tmp_path: Path) -> None:
    found, notes = read(tmp_path, Page([nora(written("Hi")), bot(written("Hello"))]))
    chat = prepare(found, Settings(), notes)[0]
    assert chat.service == "chatgpt"
    assert [one.role for one in chat.messages] == ["user", "assistant"]
    assert chat.participants[0].reason == "the page shows these messages as sent"


def test_an_assistant_under_another_name_is_told_by_the_address_in_the_ids(tmp_path: Path) -> None:
    renamed = replace(bot(written("Hello")), name="My helper")
    found, notes = read(tmp_path, Page([nora(written("Hi")), renamed], dom="2020", title="My helper"))
    assert found.participants[1].phone == "+18002428478"
    assert prepare(found, Settings(), notes)[0].service == "chatgpt"


# Text


def test_formatting_becomes_the_marks_that_were_typed() -> None:
    page = " ".join(
        marked(tag, mark, tag)
        for tag, mark in (("strong", "*"), ("em", "_"), ("del", "~"), ("code", "`"), ("code", "```"))
    )
    assert text_of(page) == "*strong* _em_ ~del~ `code` ```code```"


def test_formatting_inside_formatting_keeps_its_order() -> None:
    inner = marked("em", "_", "both")
    page = marked("strong", "*", "@").replace("@", f"all {inner}")
    assert text_of(page) == "*all _both_*"


def test_formatting_without_templates_is_read_from_the_elements() -> None:
    assert text_of("<b>a</b> <i>b</i> <s>c</s> <pre><code>d\ne</code></pre>") == "*a* _b_ ~c~ \n```d\ne```"


def test_blank_lines_and_blanks_between_formatted_texts_stay() -> None:
    bold = marked("strong", "*", "a")
    assert text_of(f"<span>{bold}\n\n\n{bold}   {bold}\t{bold}</span>") == "*a*\n\n\n*a*   *a*\t*a*"


def test_lists_get_the_marks_that_are_copied_with_them() -> None:
    items = "".join(
        f'<li value="{number}"><span class="a selectable-text" data-pre-plain-text="{number}. ">'
        f"{text}</span></li>"
        for number, text in ((3, "mill"), (4, "lake"))
    )
    assert text_of(f"<span>Go:\n</span><ol>{items}</ol><span>Done</span>") == "Go:\n3. mill\n4. lake\nDone"


def test_lists_without_marks_get_those_that_people_type() -> None:
    assert text_of("<ul> <li>a</li>\n <li>b</li> </ul>") == "- a\n- b"
    assert text_of("<ol><li>a</li><li>b</li></ol>") == "1. a\n2. b"


def test_quotations_that_were_typed_keep_their_mark() -> None:
    assert text_of("<blockquote>one<br>two</blockquote>mine") == "> one\n> two\nmine"
    prefixed = '<blockquote><span data-pre-plain-text="> ">one</span></blockquote>'
    assert text_of(prefixed) == "> one"


def test_a_prefix_in_a_list_is_no_message_of_its_own(tmp_path: Path) -> None:
    item = '<ul><li><span class="selectable-text" data-pre-plain-text="- ">bread</span></li></ul>'
    found = messages(tmp_path, nora(f"<span>Buy:</span>{item}"), bot(written("ok")))
    assert [one.text for one in found] == ["Buy:\n- bread", "ok"]


def test_emoji_pictures_become_characters(tmp_path: Path) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    found = messages(tmp_path, nora(f"<span>{emoji('🥕')} and {emoji(family)}</span>"), bot(emoji("👍🏽")))
    assert [one.text for one in found] == [f"🥕 and {family}", "👍🏽"]
    assert not any(one.attachments for one in found)


def test_mentions_become_the_name_that_is_shown(tmp_path: Path) -> None:
    mention = (
        '<span role="button"><span data-jid="867051314767696@bot" data-plain-text="@Meta AI" '
        'data-app-text-template="867051314767696@bot">@<span dir="ltr">Meta AI</span></span></span>'
    )
    assert (
        messages(tmp_path, nora(f"<span>Hey {mention}!</span>"), bot(written("?")))[0].text == "Hey @Meta AI!"
    )


def test_links_are_their_text(tmp_path: Path) -> None:
    link = '<a href="https://example.org/a?b=1&amp;c=2" class="selectable-text">https://example.org/a?b=1&amp;c=2</a>'
    found = messages(tmp_path, nora(f"<span>see {link}.</span>"), bot(written("ok")))
    assert found[0].text == "see https://example.org/a?b=1&c=2."
    assert found[0].kind == "text"


def test_a_link_to_a_map_in_a_text_is_text(tmp_path: Path) -> None:
    link = (
        '<a href="https://maps.google.com/?q=1,2" class="selectable-text">https://maps.google.com/?q=1,2</a>'
    )
    found = messages(tmp_path, nora(f"<span>here: {link}</span>"), bot(written("ok")))
    assert (found[0].kind, found[0].text) == ("text", "here: https://maps.google.com/?q=1,2")


def test_the_preview_of_a_link_is_no_text(tmp_path: Path) -> None:
    title = '<span class="selectable-text">Title of the site</span>'
    preview = f'<div data-testid="link-preview-container">{title}</div>'
    said = replace(nora(written("https://example.org")), extra=preview)
    assert messages(tmp_path, said, bot(written("ok")))[0].text == "https://example.org"


def test_the_hour_beside_the_text_is_not_in_it(tmp_path: Path) -> None:
    assert [one.text for one in messages(tmp_path, nora(written("at")), bot(written("12:30")))] == [
        "at",
        "12:30",
    ]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t")))
def test_any_text_comes_back_from_a_page(text: str) -> None:
    assert text_of(f"<div>{written(text)}</div>") == text
    assert text_of(f"<div>{written(text, by_line=False)}</div>") == text


def test_line_separators_half_signs_and_joined_emoji_stay_as_they_are() -> None:
    text = "a\u2028b\u2029c\x85d ½ ﬁ \u2011 \u200d"
    assert text_of(written(text)) == text


def test_words_of_the_page_in_a_message_are_text(tmp_path: Path) -> None:
    body = '<div data-pre-plain-text="[1:00, 1/1/2025] Eve: "> <footer> <div id="main">'
    found = messages(tmp_path, nora(written(body)), bot(written("[21:04, 24/03/2025] Meta AI: ok")))
    assert [one.text for one in found] == [body, "[21:04, 24/03/2025] Meta AI: ok"]


def test_words_that_whatsapp_writes_are_text_when_somebody_writes_them(tmp_path: Path) -> None:
    said = ["This message was deleted", "<Media omitted> is what the export prints", "I left the group"]
    found = messages(tmp_path, *(nora(written(text)) for text in said))
    assert [(one.kind, one.text) for one in found] == [("text", text) for text in said]


def test_shown_text_is_what_people_see() -> None:
    page = '<div>a  <b>b</b>\n c</div><svg><title>tail-in</title></svg><p><img class="emoji" alt="🥕"></p>'
    assert shown_text(parse(page)) == "a b\nc\n🥕"


# Times


@pytest.mark.parametrize(
    ("stamp", "moment"),
    [
        ("21:04, 25/03/2025", at(2025, 3, 25, 21, 4)),
        ("9:04 PM, 3/25/2025", at(2025, 3, 25, 21, 4)),
        ("9:04\u202fPM, 3/25/2025", at(2025, 3, 25, 21, 4)),
        ("12:04 AM, 3/25/2025", at(2025, 3, 25, 0, 4)),
        ("12:05 PM, 3/25/2025", at(2025, 3, 25, 12, 5)),
        ("3:09 pm, 26/07/2024", at(2024, 7, 26, 15, 9)),
        ("12:33 a. m., 26/8/2026", at(2026, 8, 26, 0, 33)),
        ("21:04, 25.3.2025", at(2025, 3, 25, 21, 4)),
        ("21.04, 25.3.2025", at(2025, 3, 25, 21, 4)),
        ("21:04, 2025-03-25", at(2025, 3, 25, 21, 4)),
        ("오후 9:04, 2025. 3. 25.", at(2025, 3, 25, 21, 4)),
        ("下午9:04, 2025/3/25", at(2025, 3, 25, 21, 4)),
        ("21:04, 25/3/2568", at(2025, 3, 25, 21, 4)),
        ("٩:٠٤ م، ٢٥\u200f/٣\u200f/٢٠٢٥", at(2025, 3, 25, 21, 4)),
    ],
)
def test_times_are_read_in_every_region(tmp_path: Path, stamp: str, moment: datetime) -> None:
    assert messages(tmp_path, nora(written("Hi"), stamp), bot(written("Hello"), stamp))[1].timestamp == moment


def test_one_day_above_12_settles_the_order_for_all(tmp_path: Path) -> None:
    chat, notes = read(
        tmp_path,
        Page([nora(written("a"), "9:04 PM, 3/4/2025"), bot(written("b"), "9:05 PM, 3/25/2025")]),
    )
    assert chat.messages[0].timestamp == at(2025, 3, 4, 21, 4)
    assert (notes.sources[0].date_order, notes.sources[0].ambiguous) == ("mdy", False)


def test_an_open_order_of_day_and_month_is_said_and_can_be_given(tmp_path: Path) -> None:
    page = Page([nora(written("a"), "21:04, 03/05/2025"), bot(written("b"), "21:05, 03/05/2025")])
    chat, notes = read(tmp_path, page)
    assert chat.messages[0].timestamp == at(2025, 5, 3, 21, 4)
    assert "ambiguous-date-order" in notes.count()
    chat, notes = read(tmp_path, page, date_order="mdy")
    assert chat.messages[0].timestamp == at(2025, 3, 5, 21, 4)
    assert "ambiguous-date-order" not in notes.count()


def test_a_picture_without_a_date_has_that_of_the_messages_around_it(tmp_path: Path) -> None:
    picture = '<div data-testid="image-thumb"><img src="blob:x"></div>'
    found = messages(
        tmp_path,
        bare("25/03/2025"),
        replace(nora(""), stamp="20:00, 25/03/2025", extra=picture),
        nora(written("a"), "21:04, 25/03/2025"),
        replace(nora(""), stamp="21:05, 25/03/2025", extra=picture),
        bare("26/03/2025"),
        replace(nora(""), stamp="07:00, 26/03/2025", extra=picture),
        bot(written("b"), "08:00, 26/03/2025"),
    )
    assert [one.timestamp for one in found] == [
        at(2025, 3, 25, 20, 0),
        at(2025, 3, 25, 21, 4),
        at(2025, 3, 25, 21, 5),
        at(2025, 3, 26, 7, 0),
        at(2025, 3, 26, 8, 0),
    ]


def test_midnight_without_a_line_for_the_day_is_noticed() -> None:
    lines = [Line("[23:59, 25/03/2025] ", ""), Line("", "0:05"), Line("[00:10, 26/03/2025] ", "")]
    assert find_times(lines, None, None).moments[1] == at(2025, 3, 26, 0, 5)


def test_a_row_that_nothing_dates_has_no_time(tmp_path: Path) -> None:
    chat, notes = read(tmp_path, Page([nora(written("a"), "x, y")]))
    assert chat.messages[0].timestamp is None
    assert chat.messages[0].author == "Nora"
    assert "bad-date" in notes.count()


@pytest.mark.parametrize(
    ("stamp", "name"),
    [
        ("[21:04, 25/03/2025] Dr: Who: ", "Dr: Who"),
        ("[21:04, 25/03/2025] a] b: ", "a] b"),
        ("[21:04, 25/03/2025] ", ""),
        ("[what] Nora: ", "Nora"),
        (
            "[21:04, 25/03/2025] \u202a+1\u00a0(800)\u00a0242\u20118478\u202c: ",
            "\u202a+1\u00a0(800)\u00a0242\u20118478\u202c",
        ),
    ],
)
def test_names_in_front_of_messages_may_hold_anything(stamp: str, name: str) -> None:
    assert read_stamp(stamp).name == name


# Sides


def ways(said: Said) -> dict[str, Said]:
    """Return a message that shows its side in one way only."""
    tail = "tail-out" if said.out else "tail-in"
    plain = replace(said, side=False, label="")
    return {
        "tail": replace(plain, extra=f'<span data-icon="{tail}"></span>'),
        "ticks": replace(plain, meta='<span data-icon="msg-dblcheck"></span>' if said.out else ""),
        "drawing": replace(plain, meta="<svg><title>wds-ic-delivered</title></svg>" if said.out else ""),
        "class": replace(plain, extra=f'<i class="message-{"out" if said.out else "in"}"></i>'),
        "id": replace(
            plain, key=f"{'true' if said.out else 'false'}_18002428478@c.us_{said.stamp[:5]}{said.name}"
        ),
        "label": replace(plain, extra=f'<span aria-label="{"Du" if said.out else said.name}:"></span>'),
    }


@pytest.mark.parametrize("way", ["tail", "ticks", "drawing", "class", "id", "label"])
def test_each_way_to_show_a_side_is_enough(tmp_path: Path, way: str) -> None:
    rows = [ways(nora(written("Hi")))[way], ways(bot(written("Hello")))[way]]
    chat, _ = read(tmp_path, Page(rows, title="Somebody else"))
    assert [(one.name, one.role) for one in chat.participants] == [("Nora", "user"), ("ChatGPT", "other")]


def test_without_any_sign_a_chat_between_two_is_named_after_the_other(tmp_path: Path) -> None:
    rows = [replace(nora(written("Hi")), side=False), replace(bot(written("Hello")), side=False)]
    assert [one.role for one in read(tmp_path, Page(rows))[0].participants] == ["user", "other"]
    assert {one.role for one in read(tmp_path, Page(rows, title="Ben"))[0].participants} == {"other"}


def test_the_side_of_one_message_holds_for_the_name(tmp_path: Path) -> None:
    later = replace(nora(written("again"), "21:09, 25/03/2025"), side=False)
    found = messages(tmp_path, nora(written("Hi")), bot(written("Hello")), later, title="Other")
    assert [one.role for one in found] == ["user", "other", "user"]


def test_a_bubble_without_a_tail_belongs_to_the_run_before_it(tmp_path: Path) -> None:
    picture = '<div data-testid="image-thumb"><img src="blob:x"></div>'
    run = Said("21:06, 25/03/2025", "", extra=picture, side=False)
    found = messages(tmp_path, nora(written("Hi")), bot(written("Look")), run)
    assert found[2].author == "ChatGPT"


def test_a_picture_of_ones_own_has_ones_own_name(tmp_path: Path) -> None:
    picture = '<div data-testid="image-thumb"><img src="blob:x"></div>'
    found = messages(tmp_path, replace(nora(""), extra=picture), bot(written("Nice")), nora(written("Yes")))
    assert found[0].author == "Nora"
    found = messages(tmp_path, replace(nora(""), extra=picture), bot(written("Nice")))
    assert found[0].author == "You"


def test_in_a_group_everybody_has_a_name_and_an_address(tmp_path: Path) -> None:
    page = Page(
        [Said("21:04, 25/03/2025", "Ana", written("a")), Said("21:05, 25/03/2025", "Ben", written("b"))],
        title="Kitchen",
        dom="2020",
        chat="120363000000000000@g.us",
    )
    people = read(tmp_path, page)[0].participants
    assert [(one.name, bool(one.phone)) for one in people] == [("Ana", True), ("Ben", True)]


def test_a_long_page_of_pictures_alone_is_read_in_time(tmp_path: Path) -> None:
    picture = '<div data-testid="image-thumb"><img src="blob:x"></div>'
    rows = [replace(nora("" if index else written("a")), extra=picture) for index in range(1500)]
    start = time.process_time()
    assert len(messages(tmp_path, *rows)) == 1500
    assert time.process_time() - start < 20, "3 s on a slow machine"


# Quotations


@pytest.mark.parametrize("dom", DOMS)
def test_a_quotation_is_no_text_but_says_what_is_answered(tmp_path: Path, dom: Dom) -> None:
    found = messages(
        tmp_path,
        nora(written("How *long*?")),
        bot(written("Ten minutes.")),
        replace(nora(written("Really?")), quote=("ChatGPT", "Ten minutes.")),
        replace(bot(written("Yes.")), quote=("You", "How long?")),
        dom=dom,
    )
    assert [one.text for one in found] == ["How *long*?", "Ten minutes.", "Really?", "Yes."]
    assert [one.reply_to for one in found] == [None, None, found[1].id, found[0].id]


def test_a_quotation_in_a_box_with_a_name_is_read(tmp_path: Path) -> None:
    box = (
        '<div data-testid="quoted-message"><span data-testid="author">ChatGPT</span><span '
        'data-testid="selectable-text" class="quoted-mention">Hello there</span></div>'
    )
    found = messages(tmp_path, bot(written("Hello there")), replace(nora(written("Hi")), extra=box))
    assert (found[1].text, found[1].reply_to) == ("Hi", found[0].id)


def test_a_quotation_that_is_cut_finds_its_message(tmp_path: Path) -> None:
    answer = replace(nora(written("And then?")), quote=("ChatGPT", "A very long answer that…"))
    found = messages(tmp_path, bot(written("A very long answer that goes on")), answer)
    assert found[1].reply_to == found[0].id


def test_of_equal_messages_the_latest_is_answered_and_only_of_that_author(tmp_path: Path) -> None:
    found = messages(
        tmp_path,
        bot(written("ok")),
        bot(written("ok"), "21:06, 25/03/2025"),
        nora(written("ok"), "21:07, 25/03/2025"),
        replace(nora(written("what?"), "21:08, 25/03/2025"), quote=("ChatGPT", "ok")),
    )
    assert found[3].reply_to == found[1].id


def test_an_answer_to_what_the_page_does_not_hold_stays_an_answer(tmp_path: Path) -> None:
    page = Page([bot(written("a")), replace(nora(written("b")), quote=("ChatGPT", "long ago"))])
    found, notes = read(tmp_path, page)
    chat = prepare(found, Settings(), notes)[0]
    assert chat.messages[1].reply_to not in {None, *(one.id for one in chat.messages)}


def test_replies_point_to_final_ids_in_the_end(tmp_path: Path) -> None:
    page = Page([bot(written("a question")), replace(nora(written("b")), quote=("ChatGPT", "a question"))])
    found, notes = read(tmp_path, page)
    chat = prepare(found, Settings(), notes)[0]
    assert chat.messages[1].reply_to == chat.messages[0].id != found.messages[0].id


# What else messages are


@pytest.mark.parametrize("dom", DOMS)
def test_pictures_in_the_folder_of_the_page_are_attachments(tmp_path: Path, dom: Dom) -> None:
    box = f'<div data-testid="image-thumb"><img src="{PREVIEW}"><img src="./p_files/a%20b"></div>'
    rows = [replace(nora(written("*Look*")), extra=box), bot(written("Nice"))]
    (tmp_path / "in" / "p_files").mkdir(parents=True)
    (tmp_path / "in" / "p.html").write_text(Page(rows, dom=dom).draw(), encoding="utf-8")
    (tmp_path / "in" / "p_files" / "a b").write_bytes(PNG)
    (found,) = read_file(tmp_path / "in")[0].messages[0].attachments
    assert (found.name, found.media_type, found.size) == ("a b.png", "image/png", len(PNG))
    assert (found.member, found.present, found.caption) == ("p_files/a b", True, "*Look*")


def test_a_page_in_an_archive_finds_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "saved.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in (FIXTURES / "page-with-pictures" / "input").rglob("*"):
            if file.is_file():
                archive.write(file, f"chat/{file.relative_to(FIXTURES / 'page-with-pictures' / 'input')}")
    attachments = [one for message in read_file(path)[0].messages for one in message.attachments]
    assert [one.present for one in attachments] == [True, True, False, False]


def test_a_page_alone_says_that_its_pictures_are_beside_it(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "page-with-pictures" / "input" / "WhatsApp.html", tmp_path)
    chat, notes = read_file(tmp_path / "WhatsApp.html")
    assert not any(one.present for message in chat.messages for one in message.attachments)
    (text,) = (note.text for note in notes.items if note.code == "media-missing")
    assert text.startswith("4 of 4 attachments did not come with the page; to take")


def test_paths_that_lead_out_of_the_folder_find_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(PNG)
    (tmp_path / "in").mkdir()
    said = replace(nora(""), extra='<div data-testid="image-thumb"><img src="../secret.png"></div>')
    (tmp_path / "in" / "a.html").write_text(Page([said, bot(written("a"))]).draw(), encoding="utf-8")
    (tmp_path / "in" / "b.txt").write_text("x", encoding="utf-8")
    (found,) = read_file(tmp_path / "in")[0].messages[0].attachments
    assert (found.present, found.member) == (False, None)


def test_an_album_has_as_many_pictures_as_tiles(tmp_path: Path) -> None:
    tiles = '<div data-testid="image-thumb"><img src="blob:x"></div>' * 3
    said = replace(nora(""), extra=f'<div data-testid="media-album">{tiles}</div>')
    assert len(messages(tmp_path, said, bot(written("a")))[0].attachments) == 3


@pytest.mark.parametrize(
    ("extra", "kind", "media_type"),
    [
        ('<div data-testid="image-thumb"></div>', "media", "image"),
        ('<div data-testid="video-content"></div>', "media", "video"),
        ('<span data-icon="audio-play"></span>', "media", "audio"),
        ('<div data-testid="sticker"><img src="blob:x"></div>', "media", "image/webp"),
        (
            '<span data-icon="document-PDF-icon"></span><span title="Plan.pdf">Plan.pdf</span>',
            "media",
            "application/pdf",
        ),
        ('<div data-testid="vcard-msg">Ana</div>', "contact", "text/vcard"),
    ],
)
def test_files_are_told_by_icons_of_any_year(tmp_path: Path, extra: str, kind: str, media_type: str) -> None:
    message = messages(tmp_path, replace(nora(""), extra=extra), bot(written("a")))[0]
    assert (message.kind, message.attachments[0].media_type) == (kind, media_type)


def test_portraits_beside_messages_are_no_pictures_of_the_chat(tmp_path: Path) -> None:
    portrait = '<div><img src="./p_files/123_n.jpg"><span><i data-icon="default-user"></i></span></div>'
    remote = '<div><img src="https://pps.whatsapp.net/v/1_n.jpg"></div>'
    found = messages(
        tmp_path, replace(bot(written("a")), extra=portrait), replace(bot(written("b")), extra=remote)
    )
    assert [(one.kind, one.attachments) for one in found] == [("text", ()), ("text", ())]


def test_a_deleted_message_is_kept_as_one(tmp_path: Path) -> None:
    icon = '<span data-icon="recalled"></span>'
    mine, theirs = (replace(said, extra=icon) for said in (nora(written("gone")), bot(written("gone"))))
    found = messages(tmp_path, mine, theirs)
    assert [(one.kind, one.flags) for one in found] == [("deleted", ("deleted-by-you",)), ("deleted", ())]


def test_the_button_that_forwards_does_not_mean_forwarded(tmp_path: Path) -> None:
    button = '<div role="button"><span data-icon="forward-chat"></span></div>'
    label = '<div><span data-icon="forwarded"></span>Forwarded</div>'
    found = messages(
        tmp_path, replace(nora(written("a")), extra=button), replace(nora(written("b")), extra=label)
    )
    assert [one.forwarded for one in found] == [False, True]


def test_what_the_page_shows_nothing_of_is_kept_and_said(tmp_path: Path) -> None:
    said = replace(bot(""), extra="<div>Open this on your phone</div>")
    chat, notes = read(tmp_path, Page([nora(written("a")), said]))
    assert (chat.messages[1].kind, chat.messages[1].text) == ("unsupported", "Open this on your phone")
    assert "unsupported" in notes.count()


def test_a_text_without_the_line_that_is_copied_is_text_of_its_side(tmp_path: Path) -> None:
    said = replace(bot(""), extra='<div><span class="selectable-text copyable-text">Rich answer</span></div>')
    found = messages(tmp_path, nora(written("a")), bot(written("b")), said)[2]
    assert (found.kind, found.author, found.text) == ("text", "ChatGPT", "Rich answer")
    assert found.timestamp == at(2025, 3, 25, 21, 5)


def test_a_message_that_is_cut_off_is_flagged_and_said(tmp_path: Path) -> None:
    cut = f'{written("A long")}<span class="read-more-button" role="button">Read more</span>'
    chat, notes = read(tmp_path, Page([nora(written("a")), bot(cut)]))
    assert (chat.messages[1].text, chat.messages[1].flags) == ("A long", ("truncated",))
    assert notes.count()["truncated"] == 1


@pytest.mark.parametrize("draw", [bare, notice, day])
def test_days_are_no_messages_and_notices_are(tmp_path: Path, draw: Callable[[str], str]) -> None:
    rows: list[Said | str] = [
        draw(ENCRYPTED),
        draw("25/03/2025"),
        nora(written("a")),
        draw("YESTERDAY"),
        bot(written("b")),
    ]
    found = messages(tmp_path, *rows, draw("Ana changed the group description"))
    assert [(one.role, one.kind) for one in found] == [
        ("notice", "notice"),
        ("user", "text"),
        ("other", "text"),
        ("notice", "notice"),
    ]


def test_a_notice_in_unknown_words_is_kept_and_said(tmp_path: Path) -> None:
    chat, notes = read(
        tmp_path, Page([nora(written("a")), notice("Something quite new happened to this chat today")])
    )
    assert chat.messages[1].flags == ("unknown-notice",)
    assert "unknown-notice" in notes.count()


# Virtual scrolling


@pytest.mark.parametrize("dom", DOMS)
def test_messages_with_one_id_are_one_message(tmp_path: Path, dom: Dom) -> None:
    rows = [replace(nora(written(text)), key=text) for text in ("a", "b", "b", "a", "c")]
    chat, notes = read(tmp_path, Page(rows, dom=dom))
    assert [one.text for one in chat.messages] == ["a", "b", "c"]
    assert notes.count()["repeated"] == 1


def test_the_copy_that_was_opened_wins_over_the_one_that_is_cut(tmp_path: Path) -> None:
    cut = f'{written("A long")}<span class="read-more-button">Read more</span>'
    for first, second in ((cut, written("A long one")), (written("A long one"), cut)):
        rows = [nora(written("a")), replace(bot(first), key="K"), replace(bot(second), key="K")]
        (message,) = read(tmp_path, Page(rows))[0].messages[1:]
        assert (message.text, message.flags) == ("A long one", ())


def test_without_ids_what_goes_back_in_time_is_a_copy_and_what_is_said_twice_is_not(tmp_path: Path) -> None:
    rows = [
        nora(written("ok")),
        nora(written("ok")),
        bot(written("fine"), "21:05, 25/03/2025"),
        nora(written("ok")),
        bot(written("fine"), "21:05, 25/03/2025"),
        nora(written("ok"), "21:06, 25/03/2025"),
    ]
    page = Page(rows).draw()
    for number in range(1, 7):
        page = page.replace(f' data-id="3EB0{number:06X}"', "")
    found = read(tmp_path, page)[0].messages
    assert [one.text for one in found] == ["ok", "ok", "fine", "ok"]


def test_that_a_page_is_an_excerpt_is_said_unless_it_shows_the_beginning(tmp_path: Path) -> None:
    said = [nora(written("a")), bot(written("b"))]
    assert "page-excerpt" in read(tmp_path, Page(said))[1].count()
    assert "page-excerpt" not in read(tmp_path, Page([bare(ENCRYPTED), *said]))[1].count()


# Forms of pages


def test_a_page_of_firefox_has_no_comment(tmp_path: Path) -> None:
    page = replace(Page([nora(written("a")), bot(written("b"))]), saved="")
    assert len(read(tmp_path, page)[0].messages) == 2


def test_a_page_without_quotation_marks_around_attributes_is_read(tmp_path: Path) -> None:
    page = Page(
        [nora(written("a")), bot(written("b"))],
        saved="<!--\n Page saved with SingleFile \n url: https://web.whatsapp.com/ \n-->",
    )
    short = page.draw()
    for name in ('id="main"', 'role="row"', 'dir="auto"'):
        short = short.replace(name, name.replace('"', ""))
    assert [one.author for one in read(tmp_path, short)[0].messages] == ["Nora", "ChatGPT"]


def test_rows_may_be_messages_without_an_id_or_a_role(tmp_path: Path) -> None:
    page = Page([nora(written("a")), bot(written("b"))], dom="2020").draw().replace("data-id=", "data-x=")
    chat, _ = read(tmp_path, page)
    assert [(one.author, one.role) for one in chat.messages] == [("Nora", "user"), ("ChatGPT", "other")]


def test_bare_blocks_without_anything_around_them_are_read(tmp_path: Path) -> None:
    blocks = "".join(
        f'<div class="copyable-text" data-pre-plain-text="[21:0{index}, 25/03/2025] {name}: "><span '
        f'class="selectable-text"><span>{index}</span></span></div>'
        for index, name in enumerate(("Nora", "ChatGPT", "Nora"))
    )
    chat, _ = read(tmp_path, f"<div>{blocks}</div>")
    assert [(one.author, one.text) for one in chat.messages] == [
        ("Nora", "0"),
        ("ChatGPT", "1"),
        ("Nora", "2"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    page = Page([nora(written("Grüße")), bot(written("Hallo"))]).draw()
    path = tmp_path / "p.html"
    path.write_bytes(page.encode(encoding))
    if encoding == "utf-16":
        with closing(open_source(path)) as source:
            assert find_parser("whatsapp_html").sniff(source) is Confidence.NO
        return
    assert read_file(path)[0].messages[0].text == "Grüße"


def test_a_page_that_says_its_encoding_is_read_in_it(tmp_path: Path) -> None:
    page = (
        Page([nora(written("Grüße")), bot(written("Hallo"))])
        .draw()
        .replace('charset="utf-8"', 'charset="windows-1252"')
    )
    path = tmp_path / "p.html"
    path.write_bytes(page.encode("windows-1252"))
    assert read_file(path)[0].messages[0].text == "Grüße"


def test_mhtml_without_a_page_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "p.mhtml"
    path.write_bytes(
        b"Snapshot-Content-Location: https://web.whatsapp.com/\r\nContent-Type: multipart/related;\r\n\t"
        b'boundary="b"\r\n\r\n--b\r\nContent-Type: text/css\r\n\r\n.x{}\r\n--b--\r\n'
    )
    with pytest.raises(ParseError, match=r"p\.mhtml: the saved page holds no HTML"):
        read_file(path)


def test_several_pages_in_a_folder_are_several_chats(tmp_path: Path) -> None:
    for title in ("ChatGPT", "Copilot"):
        page = Page([nora(written("a")), Said("21:05, 25/03/2025", title, written("b"))], title=title)
        (tmp_path / f"{title}.html").write_text(page.draw(), encoding="utf-8")
    notes = Notes()
    with closing(open_source(tmp_path)) as source:
        chats = list(find_parser("whatsapp_html").parse(source, notes))
    assert [chat.title for chat in chats] == ["ChatGPT", "Copilot"]
    assert [info.member for info in notes.sources] == ["ChatGPT.html", "Copilot.html"]
    assert find_inputs([tmp_path]).paths == (tmp_path,)


def test_spans_say_the_line_of_the_page(tmp_path: Path) -> None:
    found = messages(tmp_path, nora(written("a\nb")), "\n\n", bot(written("c")))
    assert [one.spans[0].line for one in found] == [3, 6]


# What is no such page


def test_a_page_without_an_open_chat_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp.html"
    path.write_text(Page([]).draw(), encoding="utf-8")
    with closing(open_source(path)) as source:
        assert detect(source).name == "whatsapp_html"
    with pytest.raises(
        NoChatError, match=r"WhatsApp\.html: shows no messages of WhatsApp Web; open the chat"
    ):
        read_file(path)


@pytest.mark.parametrize(
    "content",
    [
        "<!DOCTYPE html><html><head><title>News</title></head><body><p>Hello</p></body></html>",
        "<html><body>see https://web.whatsapp.com for more</body></html>",
        "<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        '25/03/2025, 21:04 - Nora: <div data-pre-plain-text="[21:04, 25/03/2025] Nora: ">\n',
    ],
)
def test_other_pages_and_chats_about_pages_are_nobodys_page(tmp_path: Path, content: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(content, encoding="utf-8")
    with closing(open_source(path)) as source:
        assert find_parser("whatsapp_html").sniff(source) is Confidence.NO
    with pytest.raises(NoChatError, match=r"page\.html: holds no page of WhatsApp Web; open the chat"):
        read_file(path)


def test_a_page_of_something_else_is_not_recognised(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("<html><body><p>Dear all</p></body></html>", encoding="utf-8")
    with closing(open_source(path)) as source, pytest.raises(UnknownFormatError):
        detect(source)


# Hostile and large pages


@pytest.mark.parametrize(
    "inside",
    [
        "<div>" * 20_000 + "deep",
        '<strong class="selectable-text">' * 20_000 + "deep",
        '<span class="quoted-mention">' * 20_000 + "deep",
        '<div class="focusable-list-item">' * 20_000,
        '<div role="button">' * 20_000 + '<span class="quoted-mention">q</span>',
        "<ol><li>" * 10_000,
        "<svg" * 50_000,
        "<" * 200_000,
        '<div a="' * 50_000,
        '<img src="./x.png">' * 5_000,
        "<!--" * 10_000,
        "\x00\x01\x0b\x0c",
        "<?xml?><![CDATA[",
    ],
    ids=lambda text: f"{len(text)} {text[:20]!r}",
)
def test_pages_that_are_nested_or_broken_without_end_are_read_in_time(tmp_path: Path, inside: str) -> None:
    start = time.process_time()
    page = Page([nora("@"), bot(written("b"))]).draw().replace("@", inside)
    assert len(read(tmp_path, page)[0].messages) >= 1
    assert time.process_time() - start < 15, "below 1 s on a slow machine"


PIECES: Final = [
    *'<>/"= \n&;-[]:1aé',
    "<div",
    "<p>",
    "data-id=",
    "</div>",
    "<footer",
    "<!--",
    "<svg",
    'class="',
    "<a ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_piece_of_html_gives_messages_or_one_clear_error(text: str) -> None:
    page = Page([nora("@"), bot(written("b"))]).draw().replace("@", text)
    assert read_chat_page(page).rows
    assert isinstance(written_text(parse(text)), str)


def test_the_time_grows_with_the_length_and_no_faster(tmp_path: Path) -> None:
    taken: list[float] = []
    for count in (200, 800):
        rows = [
            replace(nora(written(f"{index} " + "words " * 50)), key=f"K{index}") for index in range(count)
        ]
        start = time.process_time()
        assert len(messages(tmp_path, *rows)) == count
        taken.append(time.process_time() - start)
    assert taken[1] < 12 * taken[0], "four times as long, four times the time"


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_page_cut_off_anywhere_gives_messages_or_one_clear_error(tmp_path: Path, tenths: int) -> None:
    whole = (FIXTURES / "page-of-2026" / "input" / "WhatsApp.html").read_bytes()
    path = tmp_path / "WhatsApp.html"
    path.write_bytes(whole[: len(whole) * tenths // 10])
    try:
        chat, _ = read_file(path)
    except WamigrateError as error:
        said = str(error)
    else:
        said = "" if chat.messages else "\n"
    assert "\n" not in said


def test_a_page_that_is_cut_off_says_so(tmp_path: Path) -> None:
    folder = Path(__file__).resolve().parent.parent / "fixtures/parsers/whatsapp_html/page-of-2026/input"
    page = (folder / "WhatsApp.html").read_text(encoding="utf-8")
    path = tmp_path / "page.html"
    for text, expected in ((page, False), (page.rpartition("</body")[0], True)):
        path.write_text(text, encoding="utf-8")
        said = [note for note in wm.read(path).notes if "cut off" in note.text]
        assert bool(said) is expected


# Rare signs


PICTURE: Final = '<div><img src="./page_files/blob"></div>'


def test_a_message_for_one_look_is_kept_as_one_and_said(tmp_path: Path) -> None:
    row = replace(bot("", "21:06, 25/03/2025"), extra='<span data-icon="view-once-viewed"></span>')
    chat, notes = read(tmp_path, Page([nora(written("Hi")), row]))
    assert [(one.kind, one.flags) for one in chat.messages] == [
        ("text", ()),
        ("unsupported", ("view-once",)),
    ]
    assert [note.line for note in notes.items if note.code == "unsupported"] == [
        chat.messages[1].spans[0].line
    ]


def test_a_picture_that_no_sign_calls_one_is_a_picture(tmp_path: Path) -> None:
    (_, found) = messages(tmp_path, nora(written("Hi")), replace(bot(""), extra=PICTURE))
    assert (found.kind, [file.media_type for file in found.attachments]) == ("media", ["image"])


def test_a_file_without_a_suffix_that_cannot_be_read_keeps_its_name(tmp_path: Path) -> None:
    path = tmp_path / "page.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        page = Page([nora(written("Hi")), replace(bot(""), extra=PICTURE)])
        archive.writestr("page.html", page.draw())
        archive.writestr("page_files/blob", PNG)
    names: list[tuple[str | None, bool, str | None]] = []
    for damaged in (False, True):
        if damaged:
            data, packed = path.read_bytes(), _deflated(PNG)
            assert data.count(packed) == 1
            path.write_bytes(data.replace(packed, b"\xff" * len(packed)))
        chat, _ = read_file(path)
        (file,) = chat.messages[1].attachments
        names.append((file.name, file.present, file.media_type))
    assert names == [("blob.png", True, "image/png"), ("blob", True, "image")]


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def test_that_messages_with_ids_go_back_in_time_is_said_and_their_order_kept(tmp_path: Path) -> None:
    rows = [nora(written("Hi")), bot(written("Hello"), "21:05, 22/03/2025"), nora(written("Bye"))]
    chat, notes = read(tmp_path, Page(rows))
    assert [one.text for one in chat.messages] == ["Hi", "Hello", "Bye"]
    assert [note.text for note in notes.items if note.code == "time-jump"] == [
        "goes back in time by more than a day, 1 time; the page's order was kept"
    ]


def test_the_title_is_what_the_page_says_is_one_and_not_another_word_above_it(tmp_path: Path) -> None:
    page = Page([nora(written("Hi")), bot(written("Hello"))]).draw()
    title = '<span dir="auto" title="ChatGPT">'
    assert page.count(title) == 1
    named = '<span dir="auto">3 unread</span><span data-testid="conversation-info-header-chat-title">'
    chat, _ = read(tmp_path, page.replace(title, named))
    assert chat.title == "ChatGPT"


@pytest.mark.parametrize(("label", "author"), [("You", "Nora"), ("ChatGPT", "ChatGPT")])
def test_a_picture_that_only_a_screen_reader_ascribes_is_from_whom_it_says(
    tmp_path: Path, label: str, author: str
) -> None:
    picture = Said("21:06, 25/03/2025", "", tail=False, label=label, extra=PICTURE)
    found = messages(tmp_path, nora(written("Hi")), bot(written("Hello")), picture)[-1]
    assert (found.author, found.kind) == (author, "media")


def test_a_picture_that_nothing_ascribes_is_from_nobody(tmp_path: Path) -> None:
    rows = [
        replace(one, side=False)
        for one in (nora(written("Hi")), bot(written("Hello")), replace(nora(""), extra=PICTURE))
    ]
    chat, _ = read(tmp_path, Page(rows))
    assert [one.author for one in chat.messages] == ["Nora", "ChatGPT", None]
    assert [one.name for one in chat.participants] == ["Nora", "ChatGPT"]


def test_an_id_in_a_group_that_tells_no_author_tells_no_address(tmp_path: Path) -> None:
    rows = [nora(written("Hi")), Said("21:05, 25/03/2025", "Ben", written("Hello"))]
    page = Page(rows, dom="2020", chat="49170-160@g.us", title="Friends")
    for drawn, raw_names in (
        (page.draw(), ("Ben", "491706100000@s.whatsapp.net")),
        (re.sub(r"_[0-9]+@c\.us", "", page.draw()), ("Ben",)),
    ):
        chat, _ = read(tmp_path, drawn)
        assert chat.participants[1].raw_names == raw_names


def test_a_page_with_more_tags_than_are_allowed_is_refused_and_says_how_to_let_it_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page([nora(written("Hi")), bot(written("Hello"))]).draw()
    monkeypatch.setenv("WAMIGRATE_LIMITS", f"tags={page.count('<') - 1}")
    with pytest.raises(
        ParseError, match=r"WhatsApp\.html: has more than .* WAMIGRATE_LIMITS=tags=NUMBER lets"
    ):
        read(tmp_path, page)
