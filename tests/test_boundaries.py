"""Which lines that look like headers are text: line ends and clocks tell."""

from datetime import timedelta
from pathlib import Path

import pytest
from whatsapp_cases import authors, bodies, clock, read_text


def test_a_poll_that_a_phone_wrote_with_bare_line_ends_is_a_message(tmp_path: Path) -> None:
    poll = "POLL:\nTea?\nOPTION: Yes (2 votes)\nOPTION: No (0 votes)"
    lines = [
        f"[25/03/2025, 20:{minute}:00] {name}: line {minute}"
        for minute in range(10, 30)
        for name in ("Ana", "Bob")
    ]
    log = "[25/03/2025, 21:00:00] root: boot"
    text = "\r\n".join(
        [*lines, f"[25/03/2025, 20:40:00] Ana: see\n{log}\nok", "[25/03/2025, 20:41:00] Bob: a poll"]
    )
    end = f"\n[25/03/2025, 20:42:00] Ana: {poll}\n[25/03/2025, 20:43:00] Bob: yes\r\n"
    messages = read_text(tmp_path, text + end, "_chat.txt").messages
    assert authors(messages[-4:]) == ["Ana", "Bob", "Ana", "Bob"]
    assert bodies(messages[-4:]) == [f"see\n{log}\nok", "a poll", poll, "yes"]


@pytest.mark.parametrize("days", [0, 3, 400])
def test_somebody_whose_clock_is_wrong_still_writes_messages(days: int, tmp_path: Path) -> None:
    lines: list[str] = []
    for number in range(30):
        now = clock(2025, 3, 25, 8, 0) + timedelta(minutes=number)
        late = now - timedelta(days=days)
        lines.append(f"{now:%d/%m/%Y, %H:%M} - Ana: question {number}:")
        lines.append(f"{late:%d/%m/%Y, %H:%M} - Bob: answer {number}")
    messages = read_text(tmp_path, "\n".join([*lines, ""])).messages
    assert authors(messages) == ["Ana", "Bob"] * 30
