"""Blocks of another shape inside a chat: another part of it, or words of a message."""

from pathlib import Path
from typing import Final

import wamigrate as wm
from wamigrate.model import Archive

PHONE: Final = [f"25/03/2025, 10:{n:02} - {('Ana', 'ChatGPT')[n % 2]}: text {n}" for n in range(30)]
OTHER: Final = [f"[26/03/2025, 10:{n:02}:00] {('Ana', 'ChatGPT')[n % 2]}: later {n}" for n in range(40)]


def read(tmp_path: Path, *lines: str) -> Archive:
    path = tmp_path / "WhatsApp Chat with ChatGPT.txt"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return wm.read(path, split="none", rejoin=False, text="raw")


def notes(archive: Archive) -> list[tuple[str, int | None]]:
    return [(note.code, note.line) for note in archive.notes]


def test_a_part_of_another_shape_becomes_messages_and_what_is_text_in_it_stays_text(tmp_path: Path) -> None:
    log = "[13/03/2019, 09:00:00] Error: disk full"
    archive = read(tmp_path, *PHONE, *OTHER[:21], log, *OTHER[21:])
    (chat,) = archive.conversations
    assert [message.spans[0].line for message in chat.messages] == [*range(1, 52), *range(53, 72)]
    assert [message.text for message in chat.messages[49:52]] == ["later 19", f"later 20\n{log}", "later 21"]
    assert notes(archive) == [("second-shape", 31), ("suspect-boundary", 52)]


def test_a_long_list_in_an_answer_is_no_part_of_another_shape(tmp_path: Path) -> None:
    answer = "\n".join(["Here:", *(f"Weekday{n}, eggs and tea" for n in range(30))])
    archive = read(
        tmp_path, *PHONE, f"26/03/2025, 11:00 - ChatGPT: {answer}", "26/03/2025, 11:01 - Ana: thanks"
    )
    (chat,) = archive.conversations
    assert [message.text for message in chat.messages[30:]] == [answer, "thanks"]
    assert notes(archive) == []
