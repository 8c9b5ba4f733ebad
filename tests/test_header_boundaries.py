"""Does a line that looks like a header begin a message? Time, names, line ends and fences tell."""

from pathlib import Path

from whatsapp_cases import (
    CLOSING,
    OPENING,
    authors,
    bodies,
    body,
    clock,
    only_between,
    read_between,
    read_text,
)


def test_log_lines_of_the_files_own_style_inside_a_fence_are_text(tmp_path: Path) -> None:
    text = (
        "The service printed:\n```\n25/03/2025, 21:04 - INFO: started\n25/03/2025, 21:04 - WARN: slow\n"
        "25/03/2025, 21:05 - INFO: stopped\n```\nLooks fine."
    )
    [message] = read_between(tmp_path, f"25/03/2025, 21:04 - Meta AI: {text}\n")
    assert body(message) == text


def test_a_fence_that_never_closes_does_not_swallow_the_chat(tmp_path: Path) -> None:
    messages = read_between(
        tmp_path,
        "25/03/2025, 21:04 - Meta AI: Part one:\n```python\nprint(1)\n"
        "25/03/2025, 21:04 - Meta AI: print(2)\n```\n25/03/2025, 21:09 - Ana: thanks\n",
    )
    assert authors(messages) == ["Meta AI", "Meta AI", "Ana"]
    assert body(messages[0]) == "Part one:\n```python\nprint(1)"


def test_a_fence_that_somebody_forgot_to_close_does_not_swallow_a_new_voice(tmp_path: Path) -> None:
    messages = read_text(
        tmp_path,
        "25/03/2025, 21:00 - Ana: ```x = 1\n25/03/2025, 21:01 - Bob: what?\n25/03/2025, 21:02 - Ana: code\n",
    ).messages
    assert authors(messages) == ["Ana", "Bob", "Ana"]


def test_older_messages_of_the_same_chat_that_are_quoted_are_text(tmp_path: Path) -> None:
    text = (
        "You wrote:\n25/03/2025, 20:50 - Ana: are you there?\n25/03/2025, 20:50 - Bob: yes, always\n"
        "Shall I go on?"
    )
    end = (
        f"30/03/2025, 18:00 - Meta AI: {text}\n30/03/2025, 18:01 - Ana: go on\n30/03/2025, 18:01 - Bob: ok\n"
    )
    messages = read_text(tmp_path, OPENING + CLOSING + end).messages
    assert bodies(messages[9:]) == [text, "go on", "ok"]


def test_strangers_in_a_chat_of_two_that_is_named_after_one_are_text(tmp_path: Path) -> None:
    ordinary = "".join(
        f"25/03/2025, 20:{minute:02} - {name}: line {minute}\n"
        for minute, name in enumerate(["Ana", "ChatGPT"] * 10)
    )
    text = "Your evening:\n25/03/2025, 21:06 - Dinner: pasta\n25/03/2025, 21:07 - Film: your choice\nEnjoy!"
    messages = read_text(
        tmp_path,
        f"{ordinary}25/03/2025, 21:05 - ChatGPT: {text}\n25/03/2025, 21:08 - Ana: nice\n",
        "WhatsApp Chat with ChatGPT.txt",
    ).messages
    assert authors(messages[-2:]) == ["ChatGPT", "Ana"]
    assert body(messages[-2]) == text


def test_a_genuine_third_person_in_a_group_stays(tmp_path: Path) -> None:
    group = (
        OPENING + "25/03/2025, 21:04 - Carl: sorry, only now\n26/03/2025, 10:00 - Dora: hi all\n" + CLOSING
    )
    messages = only_between(read_text(tmp_path, group, "WhatsApp Chat with Family.txt").messages)
    assert authors(messages) == ["Carl", "Dora"]


def test_a_message_after_the_clock_went_back_an_hour_stays(tmp_path: Path) -> None:
    night = (
        "26/10/2025, 02:50 - Ana: still awake\n26/10/2025, 02:58 - Bob: me\n26/10/2025, 02:01 - Ana: it is "
        "winter\n26/10/2025, 02:05 - Bob: oh\n26/10/2025, 08:00 - Ana: morning\n"
    )
    messages = read_text(tmp_path, OPENING + night).messages
    assert len(messages) == 11
    assert messages[8].timestamp == clock(2025, 10, 26, 2, 1)
    assert authors(messages[6:]) == ["Ana", "Bob", "Ana", "Bob", "Ana"]


def test_a_known_name_that_answers_late_by_months_stays(tmp_path: Path) -> None:
    messages = read_text(
        tmp_path, OPENING + "25/09/2025, 09:00 - Bob: back again\n25/09/2025, 09:01 - Ana: at last\n"
    ).messages
    assert authors(messages[6:]) == ["Bob", "Ana"]


def test_a_date_that_does_not_exist_is_kept_without_a_time(tmp_path: Path) -> None:
    messages = read_text(
        tmp_path, OPENING + "25/03/2025, 20:55 - Ana: a\n31/02/2025, 10:00 - Ana: b\n" + CLOSING
    ).messages
    assert "b" in "".join(bodies(messages))
    assert all(message.timestamp is None or message.timestamp.year == 2025 for message in messages)


def test_lines_before_the_first_header_are_kept_as_a_notice(tmp_path: Path) -> None:
    chat = read_text(tmp_path, "Group Chat: Family\nexported for you\n" + OPENING)
    assert (chat.messages[0].role, chat.messages[0].timestamp) == ("notice", None)
    assert body(chat.messages[0]) == "Group Chat: Family\nexported for you"
    assert len(chat.messages) == 7
    assert "preamble" in chat.notes.count()


def test_names_keep_what_people_put_into_them(tmp_path: Path) -> None:
    names = ["Ana - French", "7 of 9", "\U0001f916 Bot", "سارة", "+39 02 1234567", "Zoë O'Neil (work)"]
    text = "".join(
        f"25/03/2025, 21:{minute:02} - {name}: hi {minute}\n" for minute, name in enumerate(names * 2)
    )
    assert authors(read_text(tmp_path, text).messages) == names * 2


def test_a_link_or_time_at_the_start_of_a_text_is_no_name(tmp_path: Path) -> None:
    messages = read_between(
        tmp_path, "25/03/2025, 21:04 - Ana: https://example.org: see\n25/03/2025, 21:05 - Bob: 10:30: ok\n"
    )
    assert authors(messages) == ["Ana", "Bob"]
    assert bodies(messages) == ["https://example.org: see", "10:30: ok"]
