"""Lines that readers of WhatsApp exports are known to fall into: who wrote what, and when.

The numbers are those of the project's survey of such traps; 17 to 34 stand in test_trap_bodies.py.
"""

from pathlib import Path

import pytest
from whatsapp_cases import (
    BOM,
    NBSP,
    NNBSP,
    OPENING,
    RLM,
    at,
    authors,
    bodies,
    body,
    clock,
    read_between,
    read_text,
)

# Traps 1-9: where a message begins, and who wrote it


def test_trap_01_a_change_of_subject_with_colons_is_a_notice(tmp_path: Path) -> None:
    line = 'Ana changed the subject from "Plan: A" to "Plan: B"'
    [message] = read_between(tmp_path, f"25/03/2025, 21:04 - {line}\n")
    assert (message.kind, message.role, message.author) == ("notice", "notice", None)
    assert body(message) == line
    assert message.timestamp == at(25, 21, 4)


def test_trap_02_log_lines_of_another_shape_stay_in_the_message(tmp_path: Path) -> None:
    text = (
        "Here is the log:\n2024-01-02 10:00:00 - ERROR: disk full\n"
        "2024-01-02 10:00:01 - INFO: retrying\n2024-01-02 10:00:09 - ERROR: gave up\nThat is all."
    )
    [message] = read_between(tmp_path, f"25/03/2025, 21:05 - Meta AI: {text}\n")
    assert message.author == "Meta AI"
    assert body(message) == text


def test_trap_02_a_log_longer_than_the_chat_does_not_become_the_shape(tmp_path: Path) -> None:
    log = "\n".join(f"2024-01-02 10:{minute:02}:00 - ERROR: disk full" for minute in range(40))
    messages = read_text(
        tmp_path,
        "25/03/2025, 21:04 - Ana: show the log\n25/03/2025, 21:05 - ChatGPT: Here:\n"
        f"{log}\n25/03/2025, 21:06 - Ana: thanks\n",
    ).messages
    assert authors(messages) == ["Ana", "ChatGPT", "Ana"]
    assert body(messages[1]) == f"Here:\n{log}"


PLAN = """Your plan:
26/03/2025, 10:00 - Meeting: agenda
27/03/2025, 11:30 - Lunch: Ana"""


def test_trap_03_an_agenda_in_header_style_stays_in_the_message(tmp_path: Path) -> None:
    messages = read_text(
        tmp_path, f"25/03/2025, 21:04 - ChatGPT: {PLAN}\n26/03/2025, 09:06 - Bob: bye\n"
    ).messages
    assert authors(messages) == ["ChatGPT", "Bob"]
    assert bodies(messages) == [PLAN, "bye"]


def test_trap_03_an_agenda_in_a_longer_chat_stays_in_the_message(tmp_path: Path) -> None:
    messages = read_between(tmp_path, f"25/03/2025, 21:04 - Meta AI: {PLAN}\n26/03/2025, 09:06 - Bob: good\n")
    assert authors(messages) == ["Meta AI", "Bob"]
    assert bodies(messages) == [PLAN, "good"]


def test_trap_04_a_bracket_header_in_a_dash_file_is_text(tmp_path: Path) -> None:
    text = "From the other phone:\n[24/03/2025, 18:04] Meta AI: ok\n[24/03/2025, 18:05:10] Ana: fine"
    [message] = read_between(tmp_path, f"25/03/2025, 21:04 - Ana: {text}\n")
    assert body(message) == text


def test_trap_05_a_quoted_header_after_a_bare_line_feed_is_text_on_ios(tmp_path: Path) -> None:
    text = (
        "[25/03/2025, 21:04:00] Ana: what did I say?\r\n"
        "[25/03/2025, 21:04:05] Bob: look:\n[25/03/2025, 20:00:00] Ana: old text\r\n"
        "[25/03/2025, 21:05:00] Ana: right\r\n"
    )
    messages = read_text(tmp_path, text, "_chat.txt").messages
    assert authors(messages) == ["Ana", "Bob", "Ana"]
    assert body(messages[1]) == "look:\n[25/03/2025, 20:00:00] Ana: old text"


def test_trap_05_line_ends_tell_even_where_time_and_name_would_fit(tmp_path: Path) -> None:
    text = (
        "[25/03/2025, 21:04:00] Ana: what comes next?\r\n"
        "[25/03/2025, 21:04:05] Bob: this:\n[25/03/2025, 21:04:30] Ana: a line I made up\r\n"
        "[25/03/2025, 21:05:00] Ana: funny\r\n"
    )
    messages = read_text(tmp_path, text, "_chat.txt").messages
    assert authors(messages) == ["Ana", "Bob", "Ana"]
    assert body(messages[1]) == "this:\n[25/03/2025, 21:04:30] Ana: a line I made up"


def test_trap_06_a_timetable_line_is_text(tmp_path: Path) -> None:
    text = "Score:\n10/12/2025, 10:00 - 11:00: maths"
    [message] = read_between(tmp_path, f"25/03/2025, 21:04 - Meta AI: {text}\n")
    assert message.author == "Meta AI"
    assert body(message) == text


def test_trap_07_a_name_with_nothing_behind_the_colon_is_an_empty_message(tmp_path: Path) -> None:
    [message] = read_between(tmp_path, "25/03/2025, 21:05 - Bob:\n")
    assert (message.author, body(message), message.kind) == ("Bob", "", "empty")


def test_trap_08_a_body_may_begin_on_the_next_line_and_keeps_its_blank_lines(tmp_path: Path) -> None:
    [message] = read_between(tmp_path, "25/03/2025, 21:05 - Bob: \nfirst real line\n\nthird\n")
    assert message.author == "Bob"
    assert body(message) == "\nfirst real line\n\nthird"
    assert message.text.endswith("first real line\n\nthird")


def test_trap_09_a_name_with_a_colon_is_found_by_its_repetition(tmp_path: Path) -> None:
    messages = read_text(
        tmp_path,
        "25/03/2025, 21:05 - Dr: Who: hi\n25/03/2025, 21:06 - Ana: hello doctor: any news\n"
        "25/03/2025, 21:07 - Dr: Who: none\n25/03/2025, 21:08 - Dr: Who: truly: none\n",
    ).messages
    assert authors(messages) == ["Dr: Who", "Ana", "Dr: Who", "Dr: Who"]
    assert bodies(messages) == ["hi", "hello doctor: any news", "none", "truly: none"]


def test_trap_09_texts_that_begin_alike_do_not_make_a_name(tmp_path: Path) -> None:
    messages = read_text(
        tmp_path,
        "25/03/2025, 21:05 - Ana: PS: milk\n25/03/2025, 21:06 - Bob: ok\n"
        "25/03/2025, 21:07 - Ana: PS: bread\n25/03/2025, 21:08 - Ana: that is it\n",
    ).messages
    assert authors(messages) == ["Ana", "Bob", "Ana", "Ana"]
    assert bodies(messages) == ["PS: milk", "ok", "PS: bread", "that is it"]


# Traps 10-16: dates and clocks


@pytest.mark.parametrize(
    "header",
    [
        "2025/3/25 下午9:04",
        "2025. 3. 25. 오후 9:04",
        "25.03.2025 ÖS 9:04",
        "25/3/25, 9:04 μ.μ.",
        "2025. 03. 25. du. 9:04",
    ],
)
def test_trap_10_an_afternoon_in_another_script_is_the_afternoon(header: str, tmp_path: Path) -> None:
    [message] = read_text(tmp_path, f"{header} - Ana: x\n").messages
    assert message.timestamp == at(25, 21, 4)
    assert message.author == "Ana"


def test_trap_11_p_m_with_dots_after_an_iso_date_is_the_afternoon(tmp_path: Path) -> None:
    [message] = read_text(tmp_path, "2025-03-25, 9:04 p.m. - Ana: x\n").messages
    assert message.timestamp == at(25, 21, 4)


def test_trap_12_twelve_o_clock_is_midnight_in_the_am_and_noon_in_the_pm(tmp_path: Path) -> None:
    messages = read_text(
        tmp_path, f"3/25/25, 12:04{NNBSP}AM - Ana: night\n3/25/25, 12:05{NNBSP}PM - Ana: noon\n"
    ).messages
    assert [message.timestamp for message in messages] == [at(25, 0, 4), at(25, 12, 5)]


@pytest.mark.parametrize(("printed", "hour"), [("午後0:30", 12), ("午前0:30", 0), ("午後9:30", 21)])
def test_trap_12_the_japanese_clock_starts_at_zero(printed: str, hour: int, tmp_path: Path) -> None:
    [message] = read_text(tmp_path, f"2025/03/25 {printed} - Ana: x\n").messages
    assert message.timestamp == at(25, hour, 30)


@pytest.mark.parametrize(
    ("printed", "hour"),
    [("凌晨12:10", 0), ("中午12:10", 12), ("中午1:10", 13), ("晚上8:10", 20), ("早上8:10", 8)],
)
def test_trap_12_chinese_names_five_parts_of_the_day(printed: str, hour: int, tmp_path: Path) -> None:
    [message] = read_text(tmp_path, f"2025/3/25 {printed} - Ana: x\n").messages
    assert message.timestamp == at(25, hour, 10)


def test_trap_13_buddhist_years_become_common_ones(tmp_path: Path) -> None:
    [message] = read_text(tmp_path, "[3/25/2568 BE, 21:04:05] Ana: x\r\n", "_chat.txt").messages
    assert message.timestamp == at(25, 21, 4, 5)


def test_trap_14_arabic_digits_and_marks_in_the_date_are_read(tmp_path: Path) -> None:
    header = f"[٢٥{RLM}/٣{RLM}/٢٠٢٥، ٩:٠٤:٠٥{NBSP}م] "
    [message] = read_text(tmp_path, f"{header}Ana: مرحبا\r\n", "_chat.txt").messages
    assert (message.timestamp, message.author, body(message)) == (at(25, 21, 4, 5), "Ana", "مرحبا")


def test_trap_15_a_byte_order_mark_costs_no_message(tmp_path: Path) -> None:
    assert len(read_text(tmp_path, BOM + OPENING).messages) == 6
    doubled = read_text(tmp_path, BOM + BOM + OPENING).messages
    assert authors(doubled) == ["Ana", "Bob", "Meta AI"] * 2


def test_trap_15_a_byte_order_mark_on_every_line_costs_no_message(tmp_path: Path) -> None:
    text = "".join(f"{BOM}{line}\n" for line in OPENING.rstrip("\n").split("\n"))
    messages = read_text(tmp_path, text).messages
    assert authors(messages) == ["Ana", "Bob", "Meta AI"] * 2
    assert messages[0].text == "are you there?"


def test_trap_16_an_american_date_without_large_parts_is_told_by_its_print(tmp_path: Path) -> None:
    chat = read_text(
        tmp_path,
        f"3/5/25, 9:04{NNBSP}PM - Ana: a\n3/5/25, 9:05{NNBSP}PM - Bob: b\n3/6/25, 9:05{NNBSP}AM - Ana: c\n",
    )
    assert chat.info.date_order == "mdy"
    assert chat.info.ambiguous
    assert "ambiguous-date-order" in chat.notes.count()
    assert chat.messages[0].timestamp == at(5, 21, 4)


def test_trap_16_lower_case_pm_is_printed_where_the_day_comes_first(tmp_path: Path) -> None:
    chat = read_text(tmp_path, "05/03/2025, 9:04 pm - Ana: a\n05/03/2025, 9:05 pm - Bob: b\n")
    assert chat.info.date_order == "dmy"
    assert chat.info.ambiguous
    assert chat.messages[0].timestamp == at(5, 21, 4)


def test_trap_16_the_option_overrules_and_ends_the_doubt(tmp_path: Path) -> None:
    text = f"3/5/25, 9:04{NNBSP}PM - Ana: a\n"
    chat = read_text(tmp_path, text, date_order="dmy")
    assert (chat.info.date_order, chat.info.ambiguous) == ("dmy", False)
    assert chat.messages[0].timestamp == clock(2025, 5, 3, 21, 4)


def test_trap_16_a_large_part_anywhere_in_the_file_decides_for_all(tmp_path: Path) -> None:
    lines = [f"3/{day}/25, 9:04{NNBSP}PM - Ana: day {day}\n" for day in range(1, 14)]
    chat = read_text(tmp_path, "".join(lines))
    assert (chat.info.date_order, chat.info.ambiguous) == ("mdy", False)
    assert chat.messages[0].timestamp == at(1, 21, 4)


@pytest.mark.parametrize(
    ("picture", "order", "stamp"),
    [("IMG-20250305-WA0003.jpg", "mdy", (3, 5)), ("IMG-20250503-WA0003.jpg", "dmy", (5, 3))],
)
def test_trap_16_the_date_in_a_picture_name_decides(
    picture: str, order: str, stamp: tuple[int, int], tmp_path: Path
) -> None:
    chat = read_text(
        tmp_path, f"3/5/2025, 21:04 - Ana: look\n3/5/2025, 21:04 - Ana: {picture} (file attached)\n"
    )
    assert chat.info.date_order == order
    assert chat.messages[1].timestamp == clock(2025, *stamp, 21, 4)
