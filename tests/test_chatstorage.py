"""The iPhone's database: compared with SQL written by hand, and with what its binary columns hold."""

import sqlite3
import time
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stored_cases import IOS, SAMPLES, make, read
from test_msgstore import BODIES
from whatsapp_cases import zip_of

import wamigrate as wm
from wamigrate.errors import OptionError
from wamigrate.protobuf import contents, fields, texts

APPLE: datetime = datetime(2001, 1, 1, tzinfo=UTC)


def field(number: int, content: bytes | str) -> bytes:
    """Write a field of a Protocol Buffers message."""
    data = content.encode() if isinstance(content, str) else content
    return _number(number << 3 | 2) + _number(len(data)) + data


def _number(value: int) -> bytes:
    more, low = value >> 7, value & 0x7F
    return bytes([low | 0x80]) + _number(more) if more else bytes([low])


def ios(path: Path, *rows: tuple[object, ...]) -> Path:
    """Make a database with messages: row, chat, own, key, seconds since 2001, type, text, order, to."""
    return make(path, IOS, rows=[("INSERT INTO ZWAMESSAGE VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)])


def row(number: int, text: str | None, *, chat: int = 1, own: int = 0, kind: int = 0) -> tuple[object, ...]:
    """Return a message's values."""
    return number, chat, own, f"3A{number:018}", 763_000_000 + number * 60, kind, text, number, None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples made by others are not beside the project")
def test_the_published_iphone_is_read_completely(tmp_path: Path) -> None:
    [archive] = (SAMPLES / "ileapp").glob("*.zip")
    found = read(archive)
    with zipfile.ZipFile(archive) as unpacked:
        [name] = [one for one in unpacked.namelist() if one.endswith("ChatStorage.sqlite")]
        (tmp_path / "database").write_bytes(unpacked.read(name))
    with closing(sqlite3.connect(tmp_path / "database")) as connection:
        rows = connection.execute(
            "SELECT m.Z_PK, m.ZSTANZAID, m.ZMESSAGEDATE, m.ZMESSAGETYPE, m.ZISFROMME, m.ZTEXT,"
            " s.ZPARTNERNAME, i.ZLATITUDE, i.ZLONGITUDE, i.ZMEDIALOCALPATH"
            " FROM ZWAMESSAGE m JOIN ZWACHATSESSION s ON s.Z_PK = m.ZCHATSESSION"
            " LEFT JOIN ZWAMEDIAITEM i ON i.ZMESSAGE = m.Z_PK"
            " ORDER BY s.Z_PK, m.ZSORT"
        ).fetchall()
    assert len(rows) == len(found.messages) == found.info.messages == 32
    assert [len(chat.messages) for chat in found.chats] == [3, 2, 2, 3, 22]
    pairs = [(chat.title, one) for chat in found.chats for one in chat.messages]
    for (title, one), (pk, key, date, number, own, text, partner, latitude, longitude, media) in zip(
        pairs, rows, strict=True
    ):
        assert (one.spans[0].line, one.id, title) == (pk, key, partner)
        assert one.timestamp is not None
        assert abs(one.timestamp - (APPLE + timedelta(seconds=date))) < timedelta(milliseconds=1)
        assert (one.role == "notice") == (number in (6, 10))
        if number == 0:
            assert (one.kind, one.text, one.role) == ("text", text, "user" if own else "other")
        if number == 1:
            assert [attached.name for attached in one.attachments] == [media.rpartition("/")[2]]
        if number == 5:
            assert one.text == f"location: https://maps.google.com/?q={latitude:.6f},{longitude:.6f}"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples made by others are not beside the project")
def test_the_reply_and_the_reaction_of_the_published_iphone_are_found() -> None:
    [archive] = (SAMPLES / "ileapp").glob("*.zip")
    found = read(archive)
    [reply] = [one for one in found.messages if one.reply_to]
    [original] = [one for one in found.messages if one.id == reply.reply_to]
    assert original.text == "Makes sense with all the test data you generate."
    assert reply.text == "I do generate quite a bit. I need to up my storage. A lot."
    assert original.flags == ("reaction:👍:You",)
    assert [one.flags for one in found.messages if one.flags] == [original.flags]
    people = {one.name: (one.role, one.phone) for one in found.chats[-1].participants}
    assert people == {"This Is DFIR Two": ("other", "+19198887386"), "You": ("user", "+19195794674")}


@pytest.mark.parametrize("text", BODIES, ids=lambda text: repr(text[:30]))
def test_a_text_stays_as_it_is_whatever_it_looks_like(text: str, tmp_path: Path) -> None:
    [found] = read(ios(tmp_path / "ChatStorage.sqlite", row(1, text))).messages
    assert (found.kind, found.text, found.raw) == ("text", text, None)


def test_messages_come_in_the_order_of_the_phone(tmp_path: Path) -> None:
    rows = [(*row(number, f"m{number}")[:7], order, None) for number, order in ((1, 3), (2, 1), (3, 2))]
    assert read(ios(tmp_path / "ChatStorage.sqlite", *rows)).texts == ["m2", "m3", "m1"]


def test_tenths_of_seconds_survive_and_zero_is_no_time(tmp_path: Path) -> None:
    rows = [(1, 1, 0, "A" * 20, 763_000_000.512, 0, "x", 1, None), (2, 1, 0, "B" * 20, 0, 0, "y", 2, None)]
    first, second = read(ios(tmp_path / "ChatStorage.sqlite", *rows)).messages
    assert first.timestamp == APPLE + timedelta(seconds=763_000_000, milliseconds=512)
    assert second.timestamp is None


def test_the_database_of_a_mac_beside_its_media_is_read(tmp_path: Path) -> None:
    group = tmp_path / "group.net.whatsapp.WhatsApp.shared"
    path = ios(group / "ChatStorage.sqlite", row(1, None, kind=1))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO ZWAMEDIAITEM VALUES (1, 1, 'Media/a@b/1.jpg', 'Look', 'image/jpeg', NULL)"
        )
        connection.commit()
    picture = group / "Message" / "Media" / "a@b" / "1.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"picture")
    [found] = read(group).messages
    [attachment] = found.attachments
    assert (found.text, attachment.member, attachment.present) == ("Look", "Message/Media/a@b/1.jpg", True)


def test_one_chat_is_chosen_and_a_missing_one_lists_the_others(tmp_path: Path) -> None:
    path = ios(tmp_path / "ChatStorage.sqlite", row(1, "a"), row(2, "b", chat=2))
    assert read(path, chat="ana lima").texts == ["b"]
    with pytest.raises(
        OptionError, match=r"there is no such chat in ChatStorage\.sqlite; there are: ChatGPT, Ana"
    ):
        read(path, chat="Bo")


def test_the_assistant_is_known_and_a_reply_points_to_the_final_id(tmp_path: Path) -> None:
    path = ios(tmp_path / "ChatStorage.sqlite", row(1, "hi", own=1), row(2, "Hello!"))
    with closing(sqlite3.connect(path)) as connection:
        metadata = field(5, "3A" + "1".rjust(18, "0"))
        connection.execute("INSERT INTO ZWAMEDIAITEM VALUES (1, 2, NULL, NULL, NULL, ?)", (metadata,))
        connection.commit()
    [chat] = wm.read(path).conversations
    assert chat.service == "chatgpt"
    assert chat.messages[1].reply_to == chat.messages[0].id


def test_a_database_in_an_archive_under_another_name_is_found(tmp_path: Path) -> None:
    data = ios(tmp_path / "ChatStorage.sqlite", row(1, "a")).read_bytes()
    for name in (
        "backup/ChatStorage.sqlite",
        "x/7c7fba66680ef796b916b067077cc246adacf01d",
        "ChatStorage (1).sqlite",
    ):
        assert read(zip_of(tmp_path / "a.zip", {name: data})).texts == ["a"]


def test_a_hundred_thousand_messages_take_ten_seconds_at_most(tmp_path: Path) -> None:
    count = 100_000
    path = ios(
        tmp_path / "ChatStorage.sqlite",
        *(row(one, "words " * 30, chat=one % 2 + 1) for one in range(1, count + 1)),
    )
    start = time.process_time()
    found = read(path)
    assert time.process_time() - start < 10
    assert len(found.messages) == count


@given(st.lists(st.tuples(st.integers(1, 500), st.binary(max_size=300)), max_size=5))
def test_fields_that_were_written_are_read_back(written: list[tuple[int, bytes]]) -> None:
    data = b"".join(field(number, content) for number, content in written)
    assert list(fields(data)) == written
    for number, _ in written:
        assert contents(data, number) == [content for other, content in written if other == number]


@given(st.binary(max_size=100), st.lists(st.integers(1, 20), max_size=3))
def test_no_bytes_make_the_reader_of_fields_fail(data: bytes, path: list[int]) -> None:
    assert sum(len(content) for _, content in fields(data)) <= len(data)
    assert all(isinstance(text, str) for text in texts(data, *path))
