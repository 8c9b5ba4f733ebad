"""Every header style of a phone export that was ever seen: right time, author and text, byte for byte."""

from pathlib import Path

import pytest
from whatsapp_cases import AUTHORS, BOM, VARIANTS, Chat, Variant, authors, bodies, body, read_chat, zip_of

from wamigrate.formats import Confidence, detect, find_parser
from wamigrate.source import open_source

each_variant = pytest.mark.parametrize("variant", VARIANTS, ids=[variant.name for variant in VARIANTS])


def read_bytes(folder: Path, variant: Variant, data: bytes) -> Chat:
    path = folder / variant.file_name
    path.write_bytes(data)
    return read_chat(path)


def assert_same_messages(chat: Chat, variant: Variant) -> None:
    assert [message.timestamp for message in chat.messages] == variant.stamps
    assert authors(chat.messages) == AUTHORS
    assert [text.replace("\r\n", "\n") for text in bodies(chat.messages)] == list(variant.bodies)


def test_every_style_of_the_survey_is_here_once() -> None:
    names = [variant.name for variant in VARIANTS]
    assert len(names) == 55
    assert len(set(names)) == 55


@each_variant
def test_a_style_gives_time_author_and_text_byte_for_byte(variant: Variant, tmp_path: Path) -> None:
    chat = read_bytes(tmp_path, variant, variant.text.encode())
    assert [message.timestamp for message in chat.messages] == variant.stamps
    assert authors(chat.messages) == AUTHORS
    assert bodies(chat.messages) == list(variant.bodies)
    assert chat.messages[1].text == variant.bodies[1]


@each_variant
def test_a_style_tells_phone_and_date_order(variant: Variant, tmp_path: Path) -> None:
    info = read_bytes(tmp_path, variant, variant.text.encode()).info
    assert info.platform == variant.platform
    assert info.date_order == variant.order
    assert info.date_order_evidence
    assert not info.ambiguous
    assert info.messages == 3


@each_variant
def test_a_style_is_recognised_as_a_phone_export(variant: Variant, tmp_path: Path) -> None:
    path = tmp_path / variant.file_name
    path.write_bytes(variant.text.encode())
    source = open_source(path)
    assert find_parser("whatsapp").sniff(source) > Confidence.NO
    assert detect(source).name == "whatsapp"


@each_variant
def test_a_style_survives_windows_line_ends(variant: Variant, tmp_path: Path) -> None:
    text = variant.text.replace("\r\n", "\n").replace("\n", "\r\n")
    chat = read_bytes(tmp_path, variant, text.encode())
    assert_same_messages(chat, variant)
    assert chat.messages[1].text == variant.bodies[1]


@each_variant
def test_a_style_survives_unix_line_ends(variant: Variant, tmp_path: Path) -> None:
    chat = read_bytes(tmp_path, variant, variant.text.replace("\r\n", "\n").encode())
    assert_same_messages(chat, variant)


@each_variant
def test_a_style_survives_a_byte_order_mark(variant: Variant, tmp_path: Path) -> None:
    chat = read_bytes(tmp_path, variant, (BOM + variant.text).encode())
    assert_same_messages(chat, variant)


@each_variant
def test_a_style_survives_a_missing_last_line_end(variant: Variant, tmp_path: Path) -> None:
    chat = read_bytes(tmp_path, variant, variant.text.rstrip("\r\n").encode())
    assert_same_messages(chat, variant)


@each_variant
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_style_survives_utf_16(variant: Variant, encoding: str, tmp_path: Path) -> None:
    text = variant.text.removeprefix(BOM)
    chat = read_bytes(tmp_path, variant, (BOM + text).encode(encoding))
    assert_same_messages(chat, variant)
    assert chat.info.encoding.lower().replace("_", "-").startswith("utf-16")


@each_variant
def test_a_style_is_read_inside_a_zip(variant: Variant, tmp_path: Path) -> None:
    chat = read_chat(zip_of(tmp_path / "chat.zip", {variant.file_name: variant.text.encode()}))
    assert_same_messages(chat, variant)
    assert chat.info.member == variant.file_name
    assert chat.info.name == "chat.zip"


@each_variant
def test_a_style_is_read_from_an_unpacked_folder(variant: Variant, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    (folder / variant.file_name).write_bytes(variant.text.encode())
    chat = read_chat(folder)
    assert_same_messages(chat, variant)
    assert chat.info.member == variant.file_name


@each_variant
def test_the_first_message_alone_keeps_author_and_text(variant: Variant, tmp_path: Path) -> None:
    chat = read_bytes(tmp_path, variant, (variant.headers[0] + variant.bodies[0] + "\n").encode())
    assert authors(chat.messages) == ["Ana"]
    assert body(chat.messages[0]) == variant.bodies[0]
    stamp = chat.messages[0].timestamp
    assert stamp is not None
    assert (stamp.hour, stamp.minute) == (21, 4)
