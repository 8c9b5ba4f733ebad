"""Android's database: what its rows say comes out complete, in order, and in the right chat."""

import re
import shutil
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stored_cases import ANDROID, FIXTURES, SAMPLES, START, android, make, message, read
from whatsapp_cases import zip_of

import wamigrate as wm
from wamigrate.database import reading_database
from wamigrate.errors import OptionError
from wamigrate.model import Message
from wamigrate.rich_answers import rich_answer
from wamigrate.source import open_source

needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the samples made by others are not beside the project"
)
DUMPS = ("2023-10", "2026-01", "2026-05")

BODIES = (
    "Messages and calls are end-to-end encrypted.",
    "<Media omitted>",
    "null",
    "This message was deleted",
    "25/03/2025, 21:04 - Ana: look",
    "[25/03/2025, 21:04:05] Ana: look",
    "IMG-20250115-WA0003.jpg (file attached)",
    "POLL:\nTea?\nOPTION: Yes (2 votes)\nOPTION: No (0 votes)",
    "a\u2028b\u2029c\x0bd\x85e\x0cf",
    "a\0b",
    "one\r\ntwo\rthree\n\nfour",
    "½ ﬁ ‑ 👨‍👩‍👧 \u200eleft \u202aembedded\u202c",
    "  indented\n\ttabbed  ",
    "hello \u200e<This message was edited>",
    "```\ncode\n",
    "x" * 70_000,
)


def load_dump(folder: Path, name: str) -> Path:
    """Load one of the published dumps, with its contacts, into a folder."""
    for part in ("msgstore", "wa"):
        dump = SAMPLES / "chat-history-manager" / f"whatsapp-android_{name}" / f"{part}.sql"
        make(folder / f"{part}.db", dump.read_text(encoding="utf-8"))
    return folder


def ask(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def shown(found: Message) -> tuple[object, ...]:
    return found.author, found.kind, found.text


@needs_samples
@pytest.mark.parametrize("name", DUMPS)
def test_a_published_dump_is_read_completely(name: str, tmp_path: Path) -> None:
    folder = load_dump(tmp_path, name)
    found = read(folder)
    rows = ask(
        folder / "msgstore.db",
        "SELECT m._id, m.key_id, m.timestamp, m.message_type, m.from_me, COALESCE(c.subject, j.raw_string),"
        " m.text_data FROM message m JOIN chat c ON c._id = m.chat_row_id JOIN jid j ON j._id = c.jid_row_id"
        " ORDER BY c._id, m.sort_id",
    )
    assert found.info.messages == len(rows) == len(found.messages)
    assert [(one.spans[0].line, one.id) for one in found.messages] == [(row, key) for row, key, *_ in rows]
    assert [one.timestamp for one in found.messages] == [
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(str(row[2]))) for row in rows
    ]
    for one, (_, _, _, number, own, _, text) in zip(found.messages, rows, strict=True):
        assert (one.role == "notice") == (number in (7, 99))
        assert one.role == "notice" or (one.role == "user") == bool(own)
        assert not text or text in (one.text, one.raw)
    subjects = Counter(row[5] for row in rows)
    assert [len(chat.messages) for chat in found.chats] == list(subjects.values())
    assert [chat.title for chat in found.chats if chat.title == "My Group"] == [
        subject for subject in subjects if subject == "My Group"
    ]


@needs_samples
def test_the_dump_of_2023_is_read_right(tmp_path: Path) -> None:
    group, personal = read(load_dump(tmp_path, "2023-10")).chats
    joining, last = group.messages
    assert shown(joining) == (None, "notice", "+11111 added you")
    assert shown(last) == ("Aaaaa Aaaaaaaaaaa", "text", "Last group message")
    assert (last.role, last.edited, last.forwarded, last.reply_to) == ("user", True, True, joining.id)
    place, deleted = personal.messages
    assert place.text == (
        "location: https://maps.google.com/?q=-8.703857,115.216737\nNew Bahari\n"
        "Jl. Gurita No.21x, Denpasar, Bali\nhttps://foursquare.com/v/51e14cff498e834f4f815e43"
    )
    assert (place.kind, place.flags, place.author) == ("location", ("live-location",), "+11111")
    assert (deleted.kind, deleted.flags) == ("deleted", ("deleted-by-you",))
    assert personal.title == "+11111"


@pytest.mark.parametrize("number", [5, 16])
def test_a_place_that_was_shared_for_some_minutes_is_a_live_one_whatever_its_type(
    number: int, tmp_path: Path
) -> None:
    path = android(
        tmp_path / "msgstore.db",
        message(1, None, number=number),
        "CREATE TABLE message_location (message_row_id INTEGER PRIMARY KEY, latitude REAL, longitude REAL, "
        "live_location_share_duration INTEGER)",
        "INSERT INTO message_location VALUES (1, 45.5, -73.25, 900)",
    )
    [place] = read(path).messages
    assert (place.kind, place.flags) == ("location", ("live-location",))
    assert place.text == "location: https://maps.google.com/?q=45.5,-73.25"


@needs_samples
def test_the_buttons_in_the_dump_of_january_2026_are_read(tmp_path: Path) -> None:
    [chat] = read(load_dump(tmp_path, "2026-01")).chats
    [found] = chat.messages
    assert found.text == (
        "Line 1\nLine 2\n\nLine 3\nDoesn't matter: https://w.meta.me/s/SOMETHING\n"
        "location: https://maps.google.com/?q=-8.703857,115.216737\nNew Bahari\n"
        "Jl. Gurita No.21x, Denpasar, Bali"
    )
    assert (found.author, found.kind, chat.title) == ("WA Verified VName", "text", "WA Verified VName")


@needs_samples
def test_the_album_and_the_shop_in_the_dump_of_may_2026_are_read(tmp_path: Path) -> None:
    personal, group = read(load_dump(tmp_path, "2026-05")).chats
    assert [shown(one) for one in group.messages] == [
        (None, "notice", "Album of 2 pictures"),
        ("+11111", "media", "Multiline\n\nmessage"),
        ("+11111", "media", ""),
    ]
    names = [one.attachments[0].name for one in group.messages[1:]]
    assert names == ["album-2.jpg", "album-1.jpg"]
    cart, item = personal.messages
    assert (cart.role, cart.text, cart.attachments[0].name) == (
        "user",
        "Order Title",
        "sent-cart-real-name.jpeg",
    )
    assert (item.role, item.text) == ("other", "Item Title\nItem Description")


@pytest.mark.parametrize("text", BODIES, ids=lambda text: repr(text[:30]))
def test_a_text_stays_as_it_is_whatever_it_looks_like(text: str, tmp_path: Path) -> None:
    path = make(
        tmp_path / "msgstore.db",
        ANDROID,
        rows=[("INSERT INTO message VALUES (1, 1, 0, 'K', 0, ?, 0, ?, 0, 0, 1)", [(START, text)])],
    )
    [found] = read(path).messages
    assert (found.kind, found.text, found.raw, found.role) == ("text", text, None, "other")


def test_messages_come_in_the_order_of_the_phone_not_of_time_or_rows(tmp_path: Path) -> None:
    rows = [(5, 10, 30), (6, 30, 10), (7, 20, 20)]
    inserts = [
        f"INSERT INTO message VALUES ({row}, 1, 0, 'K{row}', 0, {START + late}, 0, 'm{row}', 0, 0, {sort})"
        for row, late, sort in rows
    ]
    assert read(android(tmp_path / "msgstore.db", *inserts)).texts == ["m6", "m7", "m5"]


def test_the_owner_of_the_phone_is_the_user_and_says_why(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db", message(1, "hi", own=1), message(2, "Hello!"))
    [chat] = read(path).chats
    roles = {one.name: (one.role, one.phone, one.reason) for one in chat.participants}
    assert roles == {
        "ChatGPT": ("other", "+18002428478", None),
        "You": ("user", None, "the database says which messages were sent"),
    }
    assert [one.role for one in chat.messages] == ["user", "other"]


def test_whoever_writes_alone_is_not_taken_for_the_owner_of_the_phone(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db", message(1, "are you there?", chat=2))
    [chat] = wm.read(path).conversations
    [sender, owner] = chat.participants
    assert (sender.role, owner.role, owner.name) == ("other", "user", "You")
    assert [(one.author, one.role) for one in chat.messages] == [(sender.name, "other")]


def test_the_register_finds_the_assistant_by_its_number(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db", message(1, "hi", own=1), message(2, "Hello!"))
    [chat] = wm.read(path).conversations
    assert chat.service == "chatgpt"
    assert {one.name: one.role for one in chat.participants} == {"ChatGPT": "assistant", "You": "user"}


def test_meta_ai_is_known_by_its_address_alone(tmp_path: Path) -> None:
    path = android(
        tmp_path / "msgstore.db",
        "INSERT INTO jid VALUES (9, '867051314767696', 'bot', '867051314767696@bot')",
        "INSERT INTO chat VALUES (9, 9, NULL)",
        message(1, "hi", chat=9, own=1),
        message(2, "Hello!", chat=9),
    )
    [chat] = wm.read(path).conversations
    [assistant] = [one for one in chat.participants if one.role == "assistant"]
    assert (assistant.name, assistant.service) == ("Meta AI", "meta-ai")
    assert assistant.reason == "address 867051314767696@bot is Meta AI's"


def test_a_contact_of_the_owners_name_gets_another_name(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db", message(1, "a", chat=2), message(2, "b", chat=2, own=1))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO props VALUES (1, 'user_push_name', 'Ana')")
        connection.commit()
    make(
        tmp_path / "wa.db",
        "CREATE TABLE wa_contacts (jid TEXT, display_name TEXT)",
        "INSERT INTO wa_contacts VALUES ('4915112345678@s.whatsapp.net', 'Ana')",
    )
    [chat] = read(path).chats
    assert [one.author for one in chat.messages] == ["Ana", "Ana (me)"]


@pytest.mark.parametrize(
    ("wanted", "texts"),
    [
        ("chatgpt", ["c"]),
        ("ChatGPT", ["c"]),
        ("+1 (800) 242-8478", ["c"]),
        ("18002428478@s.whatsapp.net", ["c"]),
        ("allotment", ["g"]),
        ("120363000000000001@g.us", ["g"]),
        ("+4915112345678", ["p"]),
        ("004915112345678", ["p"]),
    ],
)
def test_one_chat_is_chosen_by_name_number_address_or_assistant(
    wanted: str, texts: list[str], tmp_path: Path
) -> None:
    path = android(
        tmp_path / "msgstore.db", message(1, "c"), message(2, "p", chat=2), message(3, "g", chat=3)
    )
    found = read(path, chat=wanted)
    assert found.texts == texts
    assert found.info.messages == len(texts)


def test_a_chat_that_does_not_exist_lists_those_that_do_assistants_first(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db", message(1, "p", chat=2), message(2, "c"))
    with pytest.raises(OptionError) as caught:
        read(path, chat="Copilot")
    assert str(caught.value) == (
        "chat 'Copilot': there is no such chat in msgstore.db; there are: ChatGPT, +4915112345678"
    )


def test_without_a_choice_every_chat_is_a_conversation(tmp_path: Path) -> None:
    path = android(
        tmp_path / "msgstore.db", message(1, "c"), message(2, "p", chat=2), message(3, "g", chat=3)
    )
    found = read(path)
    assert [chat.title for chat in found.chats] == ["ChatGPT", "+4915112345678", "Allotment"]
    assert len({chat.source for chat in found.chats}) == 1


def test_media_are_found_wherever_a_copy_puts_the_folder(tmp_path: Path) -> None:
    inserts = (
        message(1, "look", number=1),
        "INSERT INTO message_media VALUES (1, 'Media/WhatsApp Images/IMG-1.jpg', 'image/jpeg', NULL, NULL)",
    )
    data = android(tmp_path / "msgstore.db", *inserts).read_bytes()
    for place in ("", "WhatsApp/", "Android/media/com.whatsapp/WhatsApp/"):
        archive = zip_of(
            tmp_path / "phone.zip",
            {"databases/msgstore.db": data, f"{place}Media/WhatsApp Images/IMG-1.jpg": b"picture"},
        )
        [attachment] = read(archive).messages[0].attachments
        assert attachment.member == f"{place}Media/WhatsApp Images/IMG-1.jpg"
        assert (attachment.present, attachment.size, attachment.caption) == (True, 7, "look")
        wm.convert(archive, to="markdown", output=tmp_path / f"out-{len(place)}")
        assert list((tmp_path / f"out-{len(place)}").rglob("IMG-1.jpg"))


def test_a_reply_survives_until_the_final_ids() -> None:
    source = FIXTURES / "msgstore" / "chat-with-chatgpt" / "input" / "msgstore.db"
    [chat] = wm.read(source).conversations
    [answer] = [one for one in chat.messages if one.reply_to]
    [question] = [one for one in chat.messages if one.id == answer.reply_to]
    assert (question.text, question.edited) == ("And half of one, in foil?", True)
    assert answer.text == "A week at most."
    assert all(re.fullmatch(r"[0-9a-f-]{36}", one.id) for one in chat.messages)


def test_times_get_the_zone_that_a_person_names(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db", message(0, "x"))
    [chat] = wm.read(path, time_zone="Europe/Berlin").conversations
    stamp = chat.messages[0].timestamp
    assert stamp is not None
    assert stamp.isoformat() == "2025-03-13T11:00:00+01:00"


def test_both_schemas_in_one_database_give_each_message_once(tmp_path: Path) -> None:
    legacy = (
        "CREATE TABLE messages (_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER,"
        " key_id TEXT, timestamp INTEGER, media_wa_type TEXT, data TEXT, status INTEGER);"
        f"INSERT INTO messages VALUES (1, '4915112345678@s.whatsapp.net', 0, 'A', {START}, '0', 'one', 0);"
        f"INSERT INTO messages VALUES (2, '4915112345678@s.whatsapp.net', 1, 'B', {START}, '0', 'two', 4);"
    )
    moved = android(tmp_path / "moved.db", legacy, message(1, "one"), message(2, "two"), message(3, "three"))
    moving = android(tmp_path / "moving.db", legacy, message(1, "one"))
    assert read(moved).texts == ["one", "two", "three"]
    assert read(moving).texts == ["one", "two"]


def test_of_several_copies_only_the_one_with_the_apps_own_name_is_read(tmp_path: Path) -> None:
    android(tmp_path / "msgstore.db", message(1, "now"))
    android(tmp_path / "msgstore-2025-03-01.1.db", message(1, "then"))
    assert read(tmp_path).texts == ["now"]


def test_two_accounts_of_one_phone_are_two_sources(tmp_path: Path) -> None:
    android(tmp_path / "com.whatsapp" / "msgstore.db", message(1, "private"))
    android(tmp_path / "com.whatsapp.w4b" / "msgstore.db", message(1, "business"))
    found = read(tmp_path)
    assert found.texts == ["private", "business"]
    assert [info.member for info in found.notes.sources] == [
        "com.whatsapp/msgstore.db",
        "com.whatsapp.w4b/msgstore.db",
    ]


def test_a_hundred_thousand_messages_take_ten_seconds_at_most(tmp_path: Path) -> None:
    count = 100_000
    rows = (
        (row, row % 3 + 1, row % 2, f"K{row}", START + row * 1000, "some words of an answer " * 8, row)
        for row in range(1, count + 1)
    )
    path = make(
        tmp_path / "msgstore.db",
        ANDROID,
        rows=[("INSERT INTO message VALUES (?, ?, ?, ?, 0, ?, 0, ?, 0, 0, ?)", rows)],
    )
    start = time.process_time()
    found = read(path)
    assert time.process_time() - start < 10
    assert len(found.messages) == count


_CELLS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.binary(max_size=20),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(*[_CELLS] * 8), max_size=6),
    number=st.sampled_from([0, 1, 4, 5, 7, 10, 15, 66, 99]),
)
def test_any_values_in_any_column_are_read_without_loss(
    rows: list[tuple[object, ...]], number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    insert = (
        "INSERT INTO message (chat_row_id, from_me, key_id, sender_jid_row_id, timestamp, message_type,"
        f" text_data, starred, sort_id) VALUES (?, ?, ?, ?, ?, {number}, ?, ?, ?)"
    )
    kept = [tuple(_storable(cell) for cell in row) for row in rows if str(row[2]) != "-1"]
    folder = tmp_path_factory.mktemp("any")
    found = read(make(folder / "msgstore.db", ANDROID, rows=[(insert, kept)]))
    assert len(found.messages) == len(kept)
    assert all(len({one.id for one in chat.messages}) == len(chat.messages) for chat in found.chats)


def _storable(cell: object) -> object:
    return cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell


def test_a_structured_answer_with_signs_beyond_16_bits_is_read() -> None:
    body = b'{"subMessages":[{"messageText":"grow ' + b"\xed\xa0\xbc\xed\xbc\xb1" + b' \xc0\x80"}]}'
    assert rich_answer(len(body).to_bytes(2, "big") + body) is None, "NUL is not allowed in JSON texts"
    body = body.replace(b" \xc0\x80", b"")
    assert rich_answer(len(body).to_bytes(2, "big") + body) == "grow \U0001f331"


@given(st.binary(max_size=200))
def test_no_bytes_make_a_structured_answer_fail(stored: bytes) -> None:
    assert rich_answer(stored) is None or stored


def test_deep_nesting_in_a_structured_answer_is_no_answer() -> None:
    assert (
        rich_answer(b"\0\0" + b'{"subMessages":[' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"]}") is None
    )


def test_hidden_columns_of_the_database_are_never_asked_for(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db")
    with closing(open_source(path)) as source, reading_database(source, source.members[0]) as database:
        assert not database.has("sqlite_master")
        assert list(database.select("sqlite_master", "sql")) == []


def test_a_phone_export_beside_the_database_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parent.parent / "fixtures"
    folder = tmp_path / "phone"
    shutil.copytree(root / "parsers/msgstore/group-with-names-and-media/input", folder)
    shutil.copy(root / "examples/WhatsApp Chat with ChatGPT.zip", folder / "Media")
    notes = [note for note in wm.read(folder).notes if note.code == "ignored-member"]
    assert [note.text.partition(",")[0] for note in notes] == ["there is a WhatsApp phone export in it"]
