"""JSON and pages of WhatsApp-Chat-Exporter."""

import json
import re
import shutil
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.errors import NoChatError, OptionError, ParseError, WamigrateError
from wamigrate.formats import Confidence, configure, detect, find_parser
from wamigrate.inputs import find_inputs
from wamigrate.model import Conversation, Message
from wamigrate.notes import Notes
from wamigrate.pipeline import prepare
from wamigrate.settings import Settings
from wamigrate.source import open_source

FIXTURES: Final = Path(__file__).resolve().parent.parent / "fixtures" / "parsers" / "chat_exporter"
NEW: Final = FIXTURES / "page-with-media" / "input" / "18002428478-ChatGPT.html"
OLD: Final = FIXTURES / "old-page" / "input" / "18002428478-ChatGPT.html"
START: Final = 1742932800
"""25 March 2025, 20:00 UTC."""
MESSAGE: Final[Mapping[str, object]] = {
    "from_me": False,
    "timestamp": START,
    "time": "21:00",
    "media": False,
    "key_id": "K",
    "meta": False,
    "data": "Hi",
    "sender": None,
    "safe": False,
    "mime": None,
    "message_type": 0,
    "received_timestamp": None,
    "read_timestamp": None,
    "reply": None,
    "quoted_data": None,
    "caption": None,
    "thumb": None,
    "sticker": False,
    "reactions": {},
}


def exported(
    *rows: Mapping[str, object], type_: str = "android", name: str | None = "ChatGPT"
) -> dict[str, Any]:
    keys = ("my_avatar", "their_avatar", "their_avatar_thumb", "status")
    messages = {
        str(place): {**MESSAGE, "timestamp": START + place, "key_id": f"K{place}", **row}
        for place, row in enumerate(rows, 1)
    }
    return {"name": name, "type": type_, **dict.fromkeys(keys), "media_base": "", "messages": messages}


def read_file(path: Path, **options: str) -> tuple[list[Conversation], Notes]:
    notes = Notes()
    with closing(open_source(path)) as source:
        return list(configure(find_parser("chat_exporter"), options).parse(source, notes)), notes


def read_json(
    tmp_path: Path, chats: Mapping[str, object], **options: str
) -> tuple[list[Conversation], Notes]:
    path = tmp_path / "result.json"
    path.write_text(json.dumps(chats), encoding="utf-8")
    return read_file(path, **options)


def messages(tmp_path: Path, *rows: Mapping[str, object], **chat: str) -> tuple[Message, ...]:
    ((found,), _) = read_json(tmp_path, {"18002428478@s.whatsapp.net": exported(*rows, **chat)})
    return found.messages


def sniff(path: Path) -> Confidence:
    with closing(open_source(path)) as source:
        return find_parser("chat_exporter").sniff(source)


def page_with(tmp_path: Path, old: str, new: str, page: Path = NEW) -> Path:
    """Copy a page with some words replaced."""
    text = page.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / page.name
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


# JSON


def test_every_chat_is_a_conversation_with_its_people_by_number(tmp_path: Path) -> None:
    chats, notes = read_json(
        tmp_path,
        {
            "18002428478@s.whatsapp.net": exported({"from_me": True}, {}, name=None),
            "491700000001@s.whatsapp.net": exported({}, name="Ana Lima"),
        },
    )
    assert [chat.title for chat in chats] == ["ChatGPT", "Ana Lima"]
    assert [(one.name, one.role, one.phone) for one in chats[0].participants] == [
        ("ChatGPT", "other", "+18002428478"),
        ("You", "user", None),
    ]
    assert prepare(chats[0], Settings(), notes)[0].service == "chatgpt"
    assert [info.messages for info in notes.sources] == [3]


def test_one_chat_is_chosen_by_name_number_or_service(tmp_path: Path) -> None:
    chats = {
        "18002428478@s.whatsapp.net": exported({}),
        "491700000001@s.whatsapp.net": exported({}, name="Ana"),
    }
    for wanted in ("ChatGPT", "+1 800 242 8478", "chatgpt"):
        assert [chat.title for chat in read_json(tmp_path, chats, chat=wanted)[0]] == ["ChatGPT"]
    with pytest.raises(OptionError, match="there are: ChatGPT, Ana"):
        read_json(tmp_path, chats, chat="Ben")


def test_times_are_moments_in_utc(tmp_path: Path) -> None:
    seconds, milliseconds, nothing = messages(
        tmp_path, {"timestamp": START + 0.5}, {"timestamp": START * 1000}, {"timestamp": 0}
    )
    assert seconds.timestamp == datetime(2025, 3, 25, 20, 0, 0, 500_000, UTC)
    assert milliseconds.timestamp == datetime(2025, 3, 25, 20, 0, tzinfo=UTC)
    assert nothing.timestamp is None


@pytest.mark.parametrize(
    ("printed", "wall"),
    [("21:00", "2025-03-25T21:00:00"), ("07:00", "2025-03-26T07:00:00"), ("13:00", "2025-03-25T13:00:00")],
)
def test_of_a_phone_export_the_printed_hour_gives_the_wall_clock(
    tmp_path: Path, printed: str, wall: str
) -> None:
    chats = {"ExportedChat": exported({"timestamp": START, "time": printed}, type_="exported")}
    stamp = read_json(tmp_path, chats)[0][0].messages[0].timestamp
    assert stamp is not None
    assert stamp.isoformat() == wall


def test_line_breaks_of_android_are_those_with_a_blank_before(tmp_path: Path) -> None:
    found = messages(
        tmp_path, {"data": "one <br>two <br> <br>four"}, *[{"data": "a <br>b"}] * 9, {"data": "use <br>"}
    )
    assert found[0].text == "one\ntwo\n\nfour"
    typed = messages(tmp_path, *[{"data": "a <br>b"}] * 10, {"data": "the tag<br>breaks"})[-1]
    assert typed.text == "the tag<br>breaks"


@pytest.mark.parametrize("type_", ["android", "ios"])
def test_line_breaks_of_older_versions_and_iphones_have_none(tmp_path: Path, type_: str) -> None:
    found = messages(tmp_path, {"data": "one<br>two <br>three"}, {"data": "a<br>b"}, type_=type_)
    assert found[0].text == "one\ntwo \nthree"


def test_signs_of_html_in_a_text_are_text(tmp_path: Path) -> None:
    assert messages(tmp_path, {"data": "a < b & <b>c</b>"})[0].text == "a < b & <b>c</b>"


def test_replies_reactions_and_captions_are_kept(tmp_path: Path) -> None:
    found = messages(
        tmp_path,
        {"from_me": True, "data": "Hello"},
        {"reply": "K1", "reactions": {"You": "👍", "Ben": "❤", "Eve": None}},
        {"media": True, "data": "WhatsApp/Media/a/IMG.jpg", "mime": "image/jpeg", "caption": "Look"},
    )
    assert found[1].reply_to == found[0].id
    assert found[1].flags == ("reaction:👍:You", "reaction:❤:Ben")
    assert (found[2].text, found[2].attachments[0].caption) == ("Look", "Look")


BINARY: Final = 'The message is binary data and its base64 is <a href="x">AAAA</a>'
PLACE: Final = "https://maps.google.com/?q=47.1,-8.5"
CALL: Final = "A video call from Ana was missed."


@pytest.mark.parametrize(
    ("data", "kind", "text", "role"),
    [
        ("Message deleted", "deleted", "Message deleted", "other"),
        ("The media is missing", "media", "", "other"),
        ("Location shared: (47.1, -8.5)", "location", PLACE, "other"),
        ("A voice call was missed", "call", "A voice call was missed", "notice"),
        (CALL, "call", CALL, "notice"),
        ("Ana left the group", "notice", "Ana left the group", "notice"),
        ("x changed to:<br>a &amp; b", "notice", "x changed to:\na & b", "notice"),
        (None, "unsupported", "", "notice"),
        (BINARY, "unsupported", "", "other"),
    ],
)
def test_the_exporters_sentences_are_understood_where_it_says_that_they_are_its_own(
    tmp_path: Path, data: str | None, kind: str, text: str, role: str
) -> None:
    own, typed = messages(tmp_path, {"data": data, "meta": True, "safe": True}, {"data": data})
    assert (own.kind, own.text, own.role) == (kind, text, role)
    assert (typed.kind, typed.role) == ("unsupported" if data is None else "text", "other")


def test_shared_contacts_are_files_with_names(tmp_path: Path) -> None:
    data = (
        'This media include the following vCard file(s):<br><a href="WhatsApp/vCards/Ana.vcf">'
        'Ana &amp; Co</a> | <a href="WhatsApp/vCards/Ben.vcf">Ben</a>'
    )
    (message,) = messages(tmp_path, {"data": data, "meta": True, "safe": True, "mime": "text/x-vcard"})
    assert (message.kind, message.text) == ("contact", "Ana & Co, Ben")
    assert [one.name for one in message.attachments] == ["Ana.vcf", "Ben.vcf"]


def test_in_groups_names_and_numbers_are_authors(tmp_path: Path) -> None:
    group = exported(
        {"sender": "Ana"}, {"sender": "491701234567"}, {"sender": None}, {"from_me": True}, name="Kitchen"
    )
    ((chat,), _) = read_json(tmp_path, {"120363000000000000@g.us": group})
    assert [one.author for one in chat.messages] == ["Ana", "+491701234567", None, "You"]


def test_media_beside_the_file_is_found(tmp_path: Path) -> None:
    row = {"media": True, "data": "WhatsApp/Media/WhatsApp Images/IMG.jpg", "mime": "image/jpeg"}
    chats = {"18002428478@s.whatsapp.net": exported(row)}
    folder = tmp_path / "result"
    (folder / "Media" / "WhatsApp Images").mkdir(parents=True)
    (folder / "Media" / "WhatsApp Images" / "IMG.jpg").write_bytes(b"12345")
    (folder / "result.json").write_text(json.dumps(chats), encoding="utf-8")
    ((chat,), notes) = read_file(folder)
    (found,) = chat.messages[0].attachments
    assert (found.present, found.size, found.member) == (True, 5, "Media/WhatsApp Images/IMG.jpg")
    assert not notes.items


def test_media_that_is_not_there_is_said(tmp_path: Path) -> None:
    row = {"media": True, "data": "WhatsApp/Media/IMG.jpg", "mime": "image/jpeg"}
    _, notes = read_json(tmp_path, {"1@s.whatsapp.net": exported(row)})
    assert [note.text for note in notes.items] == ["1 file did not come with the JSON"]


def test_fields_of_other_versions_do_not_matter(tmp_path: Path) -> None:
    chat = exported({})
    chat["new_key"] = [1]
    for key in ("quoted_data", "thumb", "sticker", "reactions", "safe", "mime", "message_type"):
        del chat["messages"]["1"][key]
    chat["messages"]["1"]["newer"] = {"x": 1}
    assert read_json(tmp_path, {"18002428478@s.whatsapp.net": chat})[0][0].messages[0].text == "Hi"


def test_a_chat_without_messages_is_left_out(tmp_path: Path) -> None:
    chats, _ = read_json(
        tmp_path, {"1@s.whatsapp.net": exported(), "2@s.whatsapp.net": exported({}, name="Ana")}
    )
    assert [chat.title for chat in chats] == ["Ana"]


def test_pretty_printed_json_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    path.write_text(json.dumps({"1@s.whatsapp.net": exported({})}, indent=4), encoding="utf-8")
    with closing(open_source(path)) as source:
        assert detect(source).name == "chat_exporter"


def test_json_for_readers_of_telegram_tells_who_sent_what(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "telegram-json" / "input" / "18002428478.json", tmp_path)
    ((chat,), _) = read_file(tmp_path / "18002428478.json")
    assert [(one.author, one.kind) for one in chat.messages] == [
        ("You", "text"),
        ("ChatGPT", "text"),
        ("You", "media"),
    ]
    assert chat.messages[0].text == "Plan a walk.\nNo hills."
    assert chat.messages[1].reply_to == chat.messages[0].id


def test_json_of_telegram_itself_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    row = {
        "id": 1,
        "type": "message",
        "date": "2025-03-25T21:00:05",
        "date_unixtime": "1742932805",
        "from": "Ana",
    }
    chat = {"name": "Ana", "type": "personal_chat", "id": 1, "messages": [row]}
    path.write_text(json.dumps(chat), encoding="utf-8")
    assert sniff(path) is Confidence.NO


@pytest.mark.parametrize(
    "content",
    [
        b'{"1@s.whatsapp.net": {"name": "x", "type": "ios", "my_avatar": null, "messages": {"1": {"from_me"',
        b'{"1@s.whatsapp.net": {"name": "x", "type": "ios", "my_avatar": ' + b"[" * 100_000,
        b'{"1@s.whatsapp.net": {"name": "x", "type": "ios", "my_avatar": null, "messages": []}}',
        b'{"1@s.whatsapp.net": {"name": "\xff", "type": "ios", "my_avatar": null, "messages": {}}}',
    ],
    ids=["cut off", "deep", "no object", "no text"],
)
def test_broken_json_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(content)
    assert sniff(path) is Confidence.SIGNATURE
    with pytest.raises(
        ParseError, match=r"result\.json: is no complete JSON of WhatsApp-Chat-Exporter"
    ) as caught:
        read_file(path)
    assert "\n" not in str(caught.value)


SIMPLE: Final = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
KEYS: Final = st.sampled_from([*MESSAGE]) | st.text()
VALUES: Final = st.recursive(SIMPLE, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner))


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_any_values_give_messages_or_one_clear_error(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("json") / "result.json"
    chats = {"1@s.whatsapp.net": exported(values)}
    path.write_text(json.dumps(chats), encoding="utf-8", errors="replace")
    try:
        found, _ = read_file(path)
    except WamigrateError as error:
        said = str(error)
    else:
        said = "" if all(chat.messages for chat in found) else "\n"
    assert "\n" not in said


def test_100_000_messages_are_quick(tmp_path: Path) -> None:
    chat = exported(*({"data": f"Message {index} <br>and more"} for index in range(100_000)))
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"18002428478@s.whatsapp.net": chat}), encoding="utf-8")
    start = time.process_time()
    ((found,), _) = read_file(path)
    assert time.process_time() - start < 8, "1.4 s on a slow machine"
    assert len(found.messages) == 100_000


# Pages


@pytest.mark.parametrize("page", [NEW, OLD], ids=["new", "old"])
def test_both_looks_hold_the_same(page: Path) -> None:
    ((chat,), _) = read_file(page)
    assert [(one.kind, one.author) for one in chat.messages] == [
        ("notice", None),
        ("text", "You"),
        ("text", "ChatGPT"),
        ("media", "You"),
        ("media", "ChatGPT"),
        ("media", "You"),
        ("deleted", "ChatGPT"),
        ("location", "You"),
        ("contact", "ChatGPT"),
        ("call", None),
        ("unsupported", None),
        ("text", "You"),
    ]
    assert chat.messages[1].text == "Plan a *walk*.\n\nNo hills, a < b & c: https://example.org/?a=1&b=2"
    assert chat.messages[2].reply_to == chat.messages[1].id
    assert [one.timestamp.isoformat() for one in chat.messages if one.timestamp][::11] == [
        "2025-03-25T21:00:00",
        "2025-03-26T22:00:00",
    ]


def test_a_page_and_the_json_it_was_made_from_have_the_same_words() -> None:
    chats, _ = read_file(FIXTURES / "json-of-android" / "input" / "result.json")
    ((page,), _) = read_file(NEW)
    assert [(one.id, one.text, one.kind) for one in page.messages] == [
        (one.id, one.text, one.kind) for one in chats[0].messages
    ]


def test_the_number_in_the_name_of_the_file_is_the_others() -> None:
    ((chat,), notes) = read_file(NEW)
    assert chat.participants[0].phone == "+18002428478"
    assert prepare(chat, Settings(), notes)[0].service == "chatgpt"


def test_a_page_under_another_name_is_read_by_its_title(tmp_path: Path) -> None:
    shutil.copy(NEW, tmp_path / "chat.html")
    ((chat,), _) = read_file(tmp_path / "chat.html")
    assert [(one.name, one.phone) for one in chat.participants] == [("You", None), ("ChatGPT", None)]


def test_pages_of_one_chat_are_put_together_in_the_order_of_their_links() -> None:
    ((chat,), notes) = read_file(FIXTURES / "several-pages" / "input")
    assert [one.text.split(" and")[0] for one in chat.messages] == [f"Message {index}" for index in range(13)]
    assert [info.member for info in notes.sources] == [f"18002428478-{index}.html" for index in range(1, 8)]
    assert {one.spans[0].source for one in chat.messages} == {info.id for info in notes.sources}
    assert not notes.items


def test_a_folder_of_pages_is_one_input() -> None:
    folder = FIXTURES / "several-pages" / "input"
    assert find_inputs([folder]).paths == (folder,)


def test_a_page_that_is_not_there_is_said(tmp_path: Path) -> None:
    for file in (FIXTURES / "several-pages" / "input").iterdir():
        if not file.name.endswith("-3.html"):
            shutil.copy(file, tmp_path)
    chats, notes = read_file(tmp_path)
    assert [len(chat.messages) for chat in chats] == [3, 8]
    assert [note.code for note in notes.items] == ["page-excerpt"]
    assert "18002428478-3.html" in notes.items[0].text


def test_pages_that_link_in_a_circle_are_read_once(tmp_path: Path) -> None:
    for file in (FIXTURES / "several-pages" / "input").iterdir():
        text = file.read_text(encoding="utf-8").replace("-4.html", "-1.html")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    chats, _ = read_file(tmp_path)
    assert sum(len(chat.messages) for chat in chats) == 13


def test_a_folder_with_both_forms_is_read_from_the_json_alone(tmp_path: Path) -> None:
    shutil.copy(NEW, tmp_path)
    shutil.copy(FIXTURES / "json-of-ios" / "input" / "result.json", tmp_path)
    assert [chat.title for chat in read_file(tmp_path)[0]] == ["Meta AI"]


def test_the_days_of_a_page_change_with_the_line_above_them(tmp_path: Path) -> None:
    path = page_with(tmp_path, "2025-03-26", "2025-02-30")
    assert read_file(path)[0][0].messages[-1].timestamp == datetime(2025, 3, 25, 22, 0)  # noqa: DTZ001 - wall clock


@pytest.mark.parametrize("page", [NEW, OLD], ids=["new", "old"])
def test_a_line_break_that_the_exporter_itself_shows_as_a_tag_is_one(tmp_path: Path, page: Path) -> None:
    path = page_with(tmp_path, "Around the lake. <br>Two", "if a&lt;b: &lt;br&gt;Two", page)
    assert read_file(path)[0][0].messages[2].text == "if a<b:\nTwo hours."


def test_the_message_above_a_quotation_is_not_in_the_text(tmp_path: Path) -> None:
    path = page_with(tmp_path, "Plan a *walk*.\n", "Something long\n")
    assert read_file(path)[0][0].messages[2].text == "Around the lake.\nTwo hours."


def test_a_page_that_is_cut_off_says_so(tmp_path: Path) -> None:
    text = NEW.read_text(encoding="utf-8")
    (tmp_path / "a.html").write_text(text[: text.index('id="3EB0000008"')], encoding="utf-8")
    chats, notes = read_file(tmp_path / "a.html")
    assert len(chats[0].messages) == 7
    assert "page-excerpt" in notes.count()


def test_a_page_without_messages_is_an_error(tmp_path: Path) -> None:
    text = NEW.read_text(encoding="utf-8")
    (tmp_path / "a.html").write_text(text[: text.index("</head>")], encoding="utf-8")
    with pytest.raises(NoChatError, match=r"a\.html: the pages hold no messages"):
        read_file(tmp_path / "a.html")


def test_other_files_are_not_ours(tmp_path: Path) -> None:
    for name, text in (
        ("a.html", "<html><title>Whatsapp</title></html>"),
        ("a.json", '{"a": {"name": "b"}}'),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert sniff(tmp_path / name) is Confidence.NO
        with pytest.raises(NoChatError):
            read_file(tmp_path / name)


@pytest.mark.parametrize(
    "inside",
    ["<div>" * 20_000, '<a href="./x">' * 5_000, '<source src="x">' * 5_000, "<p>" * 20_000, "<", "<!--"],
    ids=lambda text: f"{len(text)} {text[:12]!r}",
)
@pytest.mark.parametrize("page", [NEW, OLD], ids=["new", "old"])
def test_hostile_pages_are_read_in_time(tmp_path: Path, page: Path, inside: str) -> None:
    start = time.process_time()
    assert read_file(page_with(tmp_path, "Around", inside, page))[0][0].messages
    assert time.process_time() - start < 15, "below 1 s on a slow machine"


def test_the_oldest_pages_have_no_ids_and_are_read(tmp_path: Path) -> None:
    row = (
        '<div class="w3-row" style="padding-bottom: 10px">{day}<div class="w3-row">{head}</div>'
        '<div class="w3-row"><div class="w3-col m10 l10"><div style="text-align: right;">\n\t\t'
        "{text}\n\t</div></div></div></div>"
    )
    day = '<div class="w3-center" style="color:#70777c;">2021-05-03</div>'
    own = '<div style="float: left;">10:00</div><div style="text-align: right;">You</div>'
    theirs = '<div style="float: left;">Ana</div><div style="text-align: right;">10:01</div>'
    body = row.format(day=day, head=own, text="Hi &amp; bye") + row.format(day="", head=theirs, text="Bye")
    path = tmp_path / "Ana.html"
    path.write_text(
        f"<!DOCTYPE html><html><head><title>Whatsapp - Ana</title></head>{body}</html>", encoding="utf-8"
    )
    ((chat,), _) = read_file(path)
    assert [(one.author, one.text, str(one.timestamp)) for one in chat.messages] == [
        ("You", "Hi & bye", "2021-05-03 10:00:00"),
        ("Ana", "Bye", "2021-05-03 10:01:00"),
    ]


def test_fixtures_are_what_the_exporter_writes() -> None:
    for page in FIXTURES.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert re.search(r"<title>Whatsapp - .+</title>", text)
        assert "End of History" in text or "-7.html" in text or "arrow-right" in text
