"""Which texts of an export are chats, and what they are called."""

import io
import zipfile
from pathlib import Path

import pytest

from wamigrate.chatfile import chat_title, find_chats
from wamigrate.errors import NoChatError
from wamigrate.source import open_source

CHAT = b"25/03/2025, 20:10 - Ana: How long?\n25/03/2025, 20:11 - ChatGPT: Ten minutes.\n"


def packed(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "."), content)
    return data.getvalue()


def test_an_archive_inside_that_is_broken_does_not_hide_the_chats_of_others(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(packed(a_zip=b"PK\x03\x04 and no more", b_zip=packed(chat_txt=CHAT)))
    [found] = find_chats(open_source(path))
    assert found.member.name.endswith("chat.txt")


def test_broken_archives_alone_hold_no_chat(tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    path.write_bytes(packed(a_zip=b"PK\x03\x04 and no more"))
    with pytest.raises(NoChatError):
        find_chats(open_source(path))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("WhatsApp Chat with Ana  Núñez.txt", "Ana Núñez"),
        ("WhatsApp Chat with \u200eAna.txt", "Ana"),
        ("WhatsApp Chat with Straße 5.txt", "Straße 5"),
        ("WhatsApp Chat with İzmir (2).zip", "İzmir"),
        ("WhatsApp-Chat mit ﬁ & Größe.txt", "ﬁ & Größe"),
        ("WhatsApp Chat with .txt", None),
    ],
)
def test_a_title_stands_as_in_the_name_of_the_file(name: str, title: str | None) -> None:
    assert chat_title(name) == title
