"""Chats in which the usual evidence misleads: nobody's message may be swallowed, no answer split."""

import zipfile
from pathlib import Path

from whatsapp_cases import Chat, body, read_chat, read_text

EXAMPLES = Path(__file__).parent.parent / "fixtures" / "examples"


def _line(minute: int, name: str, text: str = "", day: str = "25/03/2025") -> str:
    return f"{day}, 21:{minute:02d} - {name}: {text or f'm{minute}'}\n"


def _pair(count: int) -> str:
    return "".join(_line(i, "Ana" if i % 2 else "Bob") for i in range(count))


def _authors(chat: Chat) -> list[str | None]:
    return [message.author for message in chat.messages]


def test_two_exports_of_other_shapes_in_one_file_with_windows_line_ends_are_both_read(tmp_path: Path) -> None:
    second = "".join(f"[26/03/2025, 21:{i:02d}:00] {'Ana' if i % 2 else 'Bob'}: n{i}\n" for i in range(30))
    chat = read_text(tmp_path, (_pair(10) + second).replace("\n", "\r\n"), "chat.txt")
    assert len(chat.messages) == 40
    assert body(chat.messages[10]) == "n0"


def test_what_somebody_always_begins_with_is_no_part_of_the_name(tmp_path: Path) -> None:
    said = ["Ana: Translate: hello", "ChatGPT: Hola", "Ana: Translate: good bye", "ChatGPT: Adios"]
    text = "".join(f"25/03/2025, 21:0{minute} - {line}\n" for minute, line in enumerate(said))
    assert _authors(read_text(tmp_path, text, "chat.txt")) == ["Ana", "ChatGPT", "Ana", "ChatGPT"]


def test_dates_of_a_calendar_that_cannot_be_converted_keep_the_messages(tmp_path: Path) -> None:
    text = "".join(
        f"٢٥/٩/١٤٤٦، ٩:٠{i} م - {name}: hi\n" for i, name in zip("١٢٣٤", ["Ana", "Bob"] * 2, strict=True)
    )
    chat = read_text(tmp_path, text, "chat.txt")
    assert [message.timestamp for message in chat.messages] == [None] * 4
    assert "calendar" not in {note.code for note in chat.notes.items}


def test_a_wrong_date_order_moves_no_boundary(tmp_path: Path) -> None:
    assert len(read_text(tmp_path, _pair(10), "chat.txt", date_order="mdy").messages) == 10


def test_a_region_that_changes_in_the_middle_keeps_every_day(tmp_path: Path) -> None:
    june = "".join(_line(1, "Ana", day=f"6/{day}/2023") for day in range(20, 31))
    july = "".join(_line(1, "Bob", day=f"{day}/7/2023") for day in range(20, 31))
    chat = read_text(tmp_path, june + july, "chat.txt")
    assert [message.timestamp.month for message in chat.messages if message.timestamp] == [6] * 11 + [7] * 11


def test_a_message_that_arrived_late_stays(tmp_path: Path) -> None:
    text = _pair(24) + "25/03/2025, 20:20 - Ana: sent offline earlier\n25/03/2025, 22:00 - Bob: k\n"
    assert len(read_text(tmp_path, text, "chat.txt").messages) == 26


def test_older_messages_at_the_end_stay(tmp_path: Path) -> None:
    text = _pair(18) + "".join(_line(i, "Ana" if i % 2 else "Bob", day="20/01/2025") for i in range(6))
    assert len(read_text(tmp_path, text, "chat.txt").messages) == 24


def test_people_who_write_once_in_a_group_stay(tmp_path: Path) -> None:
    text = _pair(40) + "".join(_line(41 + i, name) for i, name in enumerate(["Cid", "Dee", "Ana"]))
    assert _authors(read_text(tmp_path, text, "chat.txt"))[-3:] == ["Cid", "Dee", "Ana"]


def test_a_short_number_is_a_name(tmp_path: Path) -> None:
    text = "".join(_line(i, name) for i, name in enumerate(["Ana", "112", "Ana", "112"]))
    assert _authors(read_text(tmp_path, text, "chat.txt")) == ["Ana", "112", "Ana", "112"]


def test_a_contact_and_somebody_else_of_that_name_are_two(tmp_path: Path) -> None:
    text = "".join(_line(i, name) for i, name in enumerate(["Ana", "~ Ana", "Bob"]))
    assert _authors(read_text(tmp_path, text, "chat.txt")) == ["Ana", "~ Ana", "Bob"]


def test_a_name_of_45_letters_in_any_script_is_a_name(tmp_path: Path) -> None:
    text = _line(1, "न" * 45) + _line(2, "Bob")
    assert _authors(read_text(tmp_path, text, "chat.txt")) == ["न" * 45, "Bob"]


def test_names_that_no_space_follows_are_names(tmp_path: Path) -> None:
    text = "".join(f"[2026/7/9 23:39:0{i}] Bob:Hi\n" for i in range(4))
    assert _authors(read_text(tmp_path, text, "chat.txt")) == ["Bob"] * 4


def test_a_notice_with_a_colon_that_comes_often_names_nobody(tmp_path: Path) -> None:
    notice = 'Ana changed the subject from "Plan: A" to "Plan: B"'
    text = "".join(f"25/03/2025, 21:0{i} - {notice}\n" for i in range(3)) + _line(9, "Ana")
    assert _authors(read_text(tmp_path, text, "chat.txt")) == [None, None, None, "Ana"]


def test_a_carriage_return_in_a_body_leaves_none_at_the_others_ends(tmp_path: Path) -> None:
    text = (
        "[25/03/2025, 21:04:05] Ana: a\r\n[25/03/2025, 21:04:06] Bob: l1\nl2\nl3\rx\ry\r\n"
        "[25/03/2025, 21:04:07] Ana: b\r\n[25/03/2025, 21:04:08] Bob: c\nd\r\n"
    )
    chat = read_text(tmp_path, text, "chat.txt")
    assert [body(message) for message in chat.messages] == ["a", "l1\nl2\nl3\rx\ry", "b", "c\nd"]


def test_a_chat_after_5000_other_lines_is_found(tmp_path: Path) -> None:
    assert len(read_text(tmp_path, "blah blah\n" * 5000 + _pair(3), "chat.txt").messages) == 4


def test_a_name_in_another_encoding_is_read_in_it(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes((_line(4, "José", "hello") + _line(5, "Bob", "Hola")).encode("latin-1"))
    chat = read_chat(path)
    assert (_authors(chat), chat.info.encoding) == (["José", "Bob"], "cp1252")


def test_every_chat_of_an_archive_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("WhatsApp Chat with Ana.txt", _line(1, "Ana"))
        archive.writestr("WhatsApp Chat with Bob.txt", _line(2, "Bob"))
    assert [chat.title for chat in read_chat(tmp_path / "two.zip").conversations] == ["Ana", "Bob"]


def test_every_archive_in_an_archive_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        for example in sorted(EXAMPLES.glob("*.zip")):
            archive.write(example, example.name)
    assert {chat.title for chat in read_chat(tmp_path / "outer.zip").conversations} == {"ChatGPT", "Copilot"}
