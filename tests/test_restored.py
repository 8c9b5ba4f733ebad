"""What was finished once becomes again the chat that was read."""

from pathlib import Path
from typing import Final

import pytest

import wamigrate as wm
from wamigrate.errors import OptionError
from wamigrate.model import Archive, Conversation, Message
from wamigrate.restored import check_restorable, restore

CHAT: Final = """\
25/03/2025, 21:04 - Ana: Hi Copilot (code: AB12CD34)
25/03/2025, 21:05 - Copilot: *Hello!* How can I help you?
25/03/2025, 21:06 - Ana: Is _this_ code? <This message was edited>
25/03/2025, 21:07 - Copilot: Yes:
```
print("*")
25/03/2025, 21:07 - Copilot: ```
25/03/2025, 21:08 - Ana: IMG-20250325-WA0001.jpg (file attached)
25/03/2025, 21:09 - Copilot: Nice _picture_
25/09/2025, 21:09 - Ana: Another question: which train goes to *Lyon*?
25/09/2025, 21:10 - Copilot: The 8:14.
"""


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    path = tmp_path / "WhatsApp Chat with Copilot.txt"
    path.write_text(CHAT, encoding="utf-8")
    return wm.read(path)


@pytest.fixture
def restored(archive: Archive) -> Conversation:
    (chat,) = restore(archive.conversations, archive.sources)
    return chat


def flagged(archive: Archive) -> set[str]:
    return {flag for chat in archive.conversations for one in chat.messages for flag in one.flags}


def said(message: Message) -> tuple[str | None, str, str]:
    return message.author, message.role, message.text


def test_pieces_answers_and_markup_are_undone(archive: Archive, restored: Conversation) -> None:
    assert len(archive.conversations) > 1
    assert {"rejoined", "service-notice"} <= flagged(archive)
    assert [said(message) for message in restored.messages] == [
        ("Ana", "user", "Hi Copilot (code: AB12CD34)"),
        ("Copilot", "assistant", "*Hello!* How can I help you?"),
        ("Ana", "user", "Is _this_ code?"),
        ("Copilot", "assistant", 'Yes:\n```\nprint("*")'),
        ("Copilot", "assistant", "```"),
        ("Ana", "user", ""),
        ("Copilot", "assistant", "Nice _picture_"),
        ("Ana", "user", "Another question: which train goes to *Lyon*?"),
        ("Copilot", "assistant", "The 8:14."),
    ]


def test_what_was_found_out_about_messages_is_forgotten_and_what_was_read_is_not(
    restored: Conversation,
) -> None:
    assert all(not message.flags for message in restored.messages)
    assert [message.edited for message in restored.messages].count(True) == 1
    (picture,) = (message for message in restored.messages if message.kind == "media")
    assert picture.attachments[0].name == "IMG-20250325-WA0001.jpg"


def test_a_notice_of_whatsapp_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp Chat with Copilot.txt"
    path.write_text(f"25/03/2025, 21:03 - Ana changed this chat's settings\n{CHAT}", encoding="utf-8")
    archive = wm.read(path)
    (chat,) = restore(archive.conversations, archive.sources)
    assert said(chat.messages[0])[:2] == (None, "notice")


def test_what_was_redacted_cannot_be_restored(archive: Archive, tmp_path: Path) -> None:
    check_restorable(archive.notes, "chat.json")
    path = tmp_path / "chat.txt"
    path.write_text(CHAT.replace("The 8:14.", "Write to a@example.com"), encoding="utf-8")
    with pytest.raises(OptionError, match=r"^chat\.json: was redacted, .* with --redact$"):
        check_restorable(wm.read(path, redact=True).notes, "chat.json")
