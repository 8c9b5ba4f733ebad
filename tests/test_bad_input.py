"""What is no chat is refused: with the right error, in one line, at once."""

import random
import struct
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whatsapp_cases import BOM, LRM, NNBSP, body, zip_of

from wamigrate.errors import (
    NoChatError,
    ParseError,
    SourceError,
    UnknownFormatError,
    UnsafeArchiveError,
    WamigrateError,
)
from wamigrate.formats import detect, find_parser
from wamigrate.notes import Notes
from wamigrate.source import open_source

CHAT = b"25/03/2025, 21:04 - Ana: hi\n25/03/2025, 21:05 - Bob: hello\n" * 50

MAIL = """From: Ana <ana@example.org>
To: Bob <bob@example.org>
Date: Tue, 25 Mar 2025 21:04:05 +0100
Subject: Re: Meeting at 10:00 - agenda

Hello Bob,

On 25/03/2025 at 20:15, Bob wrote:
> 1. Budget: open
> 2. Plan: see 26/03/2025
Fine with me.

Ana
"""


def read(path: Path) -> int:
    """Read an input the way a command does, and say how many messages it holds."""
    source = open_source(path)
    try:
        return sum(len(conversation.messages) for conversation in detect(source).parse(source, Notes()))
    finally:
        source.close()


def read_as_whatsapp(path: Path) -> list[str]:
    """Read an input whose format the user names."""
    source = open_source(path)
    try:
        conversations = list(find_parser("whatsapp").parse(source, Notes()))
    finally:
        source.close()
    return [body(message) for conversation in conversations for message in conversation.messages]


def picture() -> bytes:
    """Return a PNG of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def encrypted(path: Path) -> Path:
    """Make a ZIP archive whose only member says that it is encrypted."""
    data = bytearray(zip_of(path, {"_chat.txt": CHAT}).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    return path


def assert_one_line(error: WamigrateError, name: str) -> None:
    """Check that an error is fit to be printed alone: one line that names the input."""
    text = str(error)
    assert text
    assert len(text.split("\n")) == 1
    assert name in text
    assert text.isprintable()


FILES = {
    "picture.png": picture(),
    "noise.bin": random.Random(7).randbytes(20_000),
    "noise.txt": random.Random(8).randbytes(100),
    "mail.eml": MAIL.encode(),
    "mail-16.txt": MAIL.encode("utf-16"),
    "data.json": b'{"date": "25/03/2025, 21:04", "messages": [{"from": "Ana", "text": "hi"}]}\n',
    "list.csv": b"date,time,name\n25/03/2025,21:04,Ana\n26/03/2025,21:04,Bob\n",
    "server.log": b"2025-03-25 21:04:05,123 INFO main: started\n2025-03-25 21:04:06,001 INFO main: ready\n"
    * 20,
    "subtitles.srt": b"1\n00:00:01,000 --> 00:00:02,000\nAna: hi\n\n2\n00:00:03,000 --> 00:00:04,000\n-\n",
    "letter.txt": b"Dear Ana,\n\nit was 21:04 - Bob: a friend - left at 25/03/2025.\n\nYours",
    "blank.txt": b"\n\n   \r\n\n",
    "nul.txt": b"\0" * 4096,
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_chat_is_an_unknown_format(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    with pytest.raises(UnknownFormatError) as caught:
        read(path)
    assert caught.value.exit_code == 4
    assert_one_line(caught.value, name)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_chat_is_refused_also_where_the_user_says_it_is_one(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name])
    with pytest.raises((SourceError, ParseError)) as caught:
        read_as_whatsapp(path)
    assert caught.value.exit_code in (3, 5)
    assert_one_line(caught.value, name)


def test_an_empty_file_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(b"")
    with pytest.raises(SourceError) as caught:
        read(path)
    assert caught.value.exit_code == 3
    assert_one_line(caught.value, "empty.txt")


def test_a_file_that_is_not_there_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path / "nowhere.zip")
    assert_one_line(caught.value, "nowhere.zip")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_zip_that_is_cut_off_cannot_be_opened(part: float, tmp_path: Path) -> None:
    data = zip_of(tmp_path / "whole.zip", {"_chat.txt": random.Random(3).randbytes(500) + CHAT}).read_bytes()
    path = tmp_path / "cut.zip"
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(SourceError) as caught:
        read(path)
    assert caught.value.exit_code == 3
    assert_one_line(caught.value, "cut.zip")


def test_a_zip_with_a_damaged_chat_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "damaged.zip", {"_chat.txt": CHAT + random.Random(5).randbytes(4000) + CHAT})
    data = bytearray(path.read_bytes())
    data[1000:1100] = bytes(100)
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read(path)
    assert caught.value.exit_code == 3
    assert_one_line(caught.value, "damaged.zip")


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"photo.png": picture()},
        {"letter.txt": FILES["letter.txt"]},
        {"__MACOSX/._chat.txt": b"\0\5\x16\7"},
        {"_chat.txt": b""},
    ],
    ids=["nothing", "a-picture", "a-letter", "an-apple-double", "an-empty-chat"],
)
def test_a_zip_without_a_chat_is_refused(members: dict[str, bytes], tmp_path: Path) -> None:
    path = zip_of(tmp_path / "other.zip", members)
    with pytest.raises(NoChatError) as caught:
        read(path)
    assert caught.value.exit_code == 3
    assert_one_line(caught.value, "other.zip")
    with pytest.raises(NoChatError) as named:
        read_as_whatsapp(path)
    assert_one_line(named.value, "other.zip")


def test_a_folder_without_a_chat_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "holiday"
    folder.mkdir()
    (folder / "photo.png").write_bytes(picture())
    with pytest.raises(NoChatError) as caught:
        read(folder)
    assert_one_line(caught.value, "holiday")
    with pytest.raises(NoChatError):
        read_as_whatsapp(folder)


def test_an_encrypted_zip_is_refused_and_says_so(tmp_path: Path) -> None:
    path = encrypted(tmp_path / "secret.zip")
    with pytest.raises(UnsafeArchiveError) as caught:
        read_as_whatsapp(path)
    assert caught.value.exit_code == 3
    assert "encrypted" in str(caught.value)
    assert_one_line(caught.value, "secret.zip")
    with pytest.raises(WamigrateError, match="encrypted") as detected:
        read(path)
    assert detected.value.exit_code == 3


def test_a_zip_that_would_grow_without_end_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "bomb.zip", {"_chat.txt": CHAT + bytes(20_000_000)})
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", 0xFFFFFFF0)
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_as_whatsapp(path)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("piece", [b"x", b"25/03/2025 ", b"a: b - ", b"[1/2/25 ", b"\xff\xfe", b"12:30 "])
def test_a_long_file_of_one_line_is_refused_at_once(piece: bytes, tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    path.write_bytes(b"_" + piece * (50_000_000 // len(piece)))
    start = time.process_time()
    with pytest.raises(UnknownFormatError):
        read(path)
    with pytest.raises((SourceError, ParseError)) as caught:
        read_as_whatsapp(path)
    assert time.process_time() - start < 5
    assert_one_line(caught.value, "line.txt")


def test_one_message_of_fifty_megabytes_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(b"25/03/2025, 21:04 - Ana: " + b"la " * 16_000_000 + b"\n25/03/2025, 21:05 - Bob: ok\n")
    start = time.process_time()
    first, second = read_as_whatsapp(path)
    assert time.process_time() - start < 10
    assert (len(first), second) == (48_000_000, "ok")


def test_a_stray_byte_before_the_first_header_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "stray.txt"
    path.write_bytes(b"\x80" + CHAT)
    assert len(read_as_whatsapp(path)) >= 99


def test_a_stray_byte_before_the_only_header_is_no_crash(tmp_path: Path) -> None:
    messages_or_error(tmp_path / "stray.txt", b"\x80" + "25/03/2025, 21:00 - Ana: \u200ehi\n".encode())


PIECES = st.sampled_from([
    "25/03/2025, 21:04 - ", "26/03/2025, 09:04 - ", "99/99/2025, 21:04 - ", "3/25/25, 9:04" + NNBSP + "PM - ",
    "[25/03/2025, 21:04:05] ", LRM + "[25.03.25, 21:04:05] ", "25/03/2025, 21:04:05: ",
    "[٢٥/٣/٢٠٢٥، ٩:٠٤:٠٥ م] ",
    "18 Mar 12:14 - ", "Ana: ", "Bob: ", "Ana:", "<Media omitted>", "IMG-20250115-WA0003.jpg (file attached)",
    LRM, BOM, "<attached: 00000001-PHOTO-2025-03-25-21-04-05.jpg>", "POLL:\n", "OPTION: a (1 vote)",
    "\n", "\r\n", "\n", "\r", "\u2028", "\0", " ", "text", ": ", " - ", "0/0/0, 00:00 - ", "[", "]", "½",
    "```",
    "null",
])  # fmt: skip


def messages_or_error(path: Path, data: bytes) -> None:
    """Check that bytes are read or refused, by what is found out and by what is named."""
    path.write_bytes(data)
    for reader in (read, read_as_whatsapp):
        refused: WamigrateError | None = None
        try:
            found: object = reader(path)
        except WamigrateError as error:
            found, refused = None, error
        assert found or refused
        if refused:
            assert refused.exit_code in (3, 4, 5)
            assert len(str(refused).split("\n")) == 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    messages_or_error(tmp_path / "any.txt", data)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pieces=st.lists(PIECES, max_size=40),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-16-be", "utf-8-sig"]),
)
def test_any_pieces_of_a_chat_are_read_or_refused(tmp_path: Path, pieces: list[str], encoding: str) -> None:
    messages_or_error(tmp_path / "pieces.txt", "".join(pieces).encode(encoding))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_zip_with_any_bytes_changed_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(
        zip_of(tmp_path / "whole.zip", {"_chat.txt": CHAT, "photo.png": picture()}).read_bytes()
    )
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    messages_or_error(tmp_path / "changed.zip", bytes(whole))
