"""What is said of a chat that was read: lines in doubt, and chats that a phone cut off."""

from pathlib import Path

import pytest
from whatsapp_cases import read_text


def ordinary(number: int) -> str:
    lines = (
        f"25/03/2025, {20 + n % 60 // 30}:{n % 30:02} - {'Ana' if n % 2 else 'Bob'}: {n}\n" for n in range(60)
    )
    return "".join(sorted(lines)) + "".join(
        f"25/03/2025, 22:00 - Ana: line {n}\n" for n in range(number - 60)
    )


@pytest.mark.parametrize(
    ("count", "warned"), [(9_989, False), (9_990, True), (10_000, True), (10_011, False)]
)
def test_a_chat_as_long_as_phones_export_at_most_may_have_been_longer(
    count: int, warned: bool, tmp_path: Path
) -> None:
    chat = read_text(tmp_path, ordinary(count))
    assert len(chat.messages) == count
    found = [note.text for note in chat.notes.items if note.code == "export-cap"]
    words = f"{count:,} messages are what phones export at most with media; older ones may be missing"
    assert found == ([words] if warned else [])


def test_of_many_lines_that_look_like_headers_the_first_hundred_are_named(tmp_path: Path) -> None:
    log = "".join(f"25/03/2025, 20:00 - worker{n}: started\n" for n in range(130))
    text = ordinary(100) + f"25/03/2025, 22:10 - Ana: look:\n```\n{log}```\n25/03/2025, 22:11 - Bob: ok\n"
    chat = read_text(tmp_path, text)
    assert len(chat.messages) == 102
    found = [note for note in chat.notes.items if note.code == "suspect-boundary"]
    assert [note.line for note in found] == [*range(103, 203), 203]
    assert found[0].text.startswith("looks like a header, taken for text: ")
    assert found[-1].text == "30 more lines that look like headers were taken for text"
