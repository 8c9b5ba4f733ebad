"""Messages copied out of WhatsApp: every shape of header, what editors do to them, and what is no chat.

Tests called after a trap are about the project's survey of lines that readers fall into.
"""

import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whatsapp_cases import NBSP, NNBSP, RLM, Chat, authors, bodies, clock

from wamigrate import copied_chat, pasted_text
from wamigrate.bots import assign_roles
from wamigrate.errors import ParseError, SourceError, UnknownFormatError, WamigrateError
from wamigrate.formats import Confidence, configure, detect, find_parser
from wamigrate.notes import Notes
from wamigrate.source import open_source

FIXTURES: Final = Path(__file__).resolve().parent.parent / "fixtures" / "parsers" / "pasted"
WRITTEN: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def write(folder: Path, text: str | bytes, written: datetime = WRITTEN) -> Path:
    """Write a text as people keep it, with the time at which they did."""
    path = folder / "note.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, (written.timestamp(), written.timestamp()))
    return path


def read_path(path: Path, **options: str) -> Chat:
    """Read a text of copied messages."""
    notes = Notes()
    with closing(open_source(path)) as source:
        conversations = tuple(configure(find_parser("pasted"), options).parse(source, notes))
    messages = tuple(message for conversation in conversations for message in conversation.messages)
    return Chat(conversations, messages, notes.sources[0], notes)


def read(folder: Path, text: str | bytes, **options: str) -> Chat:
    return read_path(write(folder, text), **options)


def sniff(path: Path, parser: str) -> Confidence:
    with closing(open_source(path)) as source:
        return find_parser(parser).sniff(source)


def assert_tiled(chat: Chat, data: bytes) -> None:
    """Check that the spans of all messages, put together, are the text."""
    spans = [span for message in chat.messages for span in message.spans]
    assert [span.start for span in spans] == [0, *(span.end for span in spans[:-1])]
    assert b"".join(data[span.start : span.end] for span in spans) == data
    assert [span.line for span in spans] == [data.count(b"\n", 0, span.start) + 1 for span in spans]


class Style(NamedTuple):
    """How a client copies three messages: by Ana, by Bob (two lines), by Ana the next morning."""

    name: str
    headers: tuple[str, str, str]
    order: str
    year: str | None = None

    @property
    def text(self) -> str:
        first, second, third = self.headers
        return f"{first}Ana: hi\n{second}Bob: sure: here\n10:30 - not a header\n{third}Ana: good  morning\n"


STYLES: Final = (
    Style("web_24", ("[21:04, 25/03/2025] ", "[21:05, 25/03/2025] ", "[09:06, 26/03/2025] "), "dmy"),
    Style("web_us", ("[9:04 PM, 3/25/2025] ", "[9:05 PM, 3/25/2025] ", "[9:06 AM, 3/26/2025] "), "mdy"),
    Style("web_lower", ("[9:04 pm, 25/03/2025] ", "[9:05 pm, 25/03/2025] ", "[9:06 am, 26/03/2025] "), "dmy"),
    Style("web_de", ("[21:04, 25.3.2025] ", "[21:05, 25.3.2025] ", "[09:06, 26.3.2025] "), "dmy"),
    Style("web_fi", ("[21.04, 25.3.2025] ", "[21.05, 25.3.2025] ", "[9.06, 26.3.2025] "), "dmy"),
    Style("web_sv", ("[21:04, 2025-03-25] ", "[21:05, 2025-03-25] ", "[09:06, 2025-03-26] "), "ymd"),
    Style("web_ja", ("[21:04, 2025/3/25] ", "[21:05, 2025/3/25] ", "[9:06, 2025/3/26] "), "ymd"),
    Style("web_zh", ("[下午9:04, 2025/3/25] ", "[下午9:05, 2025/3/25] ", "[上午9:06, 2025/3/26] "), "ymd"),
    Style(
        "web_ko",
        ("[오후 9:04, 2025. 3. 25.] ", "[오후 9:05, 2025. 3. 25.] ", "[오전 9:06, 2025. 3. 26.] "),
        "ymd",
    ),
    Style(
        "web_es",
        (
            f"[9:04 p.{NBSP}m., 25/3/2025] ",
            f"[9:05 p.{NBSP}m., 25/3/2025] ",
            f"[9:06 a.{NBSP}m., 26/3/2025] ",
        ),
        "dmy",
    ),
    Style(
        "web_ar",
        (
            f"[٩:٠٤ م، ٢٥{RLM}/٣{RLM}/٢٠٢٥] ",
            f"[٩:٠٥ م، ٢٥{RLM}/٣{RLM}/٢٠٢٥] ",
            f"[٩:٠٦ ص، ٢٦{RLM}/٣{RLM}/٢٠٢٥] ",
        ),
        "dmy",
    ),
    Style("windows", ("[25-Mar-25 9:04 PM] ", "[25-Mar-25 9:05 PM] ", "[26-Mar-25 9:06 AM] "), "dmy"),
    Style("windows_24", ("[25-mars-25 21:04] ", "[25-mars-25 21:05] ", "[26-mars-25 09:06] "), "dmy"),
    Style("phone_24", ("[25/03, 21:04] ", "[25/03, 21:05] ", "[26/03, 09:06] "), "dmy", "2025"),
    Style("phone_lower", ("[25/03, 9:04 pm] ", "[25/03, 9:05 pm] ", "[26/03, 9:06 am] "), "dmy", "2025"),
    Style(
        "phone_nnbsp",
        (f"[3/25, 9:04{NNBSP}PM] ", f"[3/25, 9:05{NNBSP}PM] ", f"[3/26, 9:06{NNBSP}AM] "),
        "mdy",
        "2025",
    ),
    Style("phone_us", ("[3/25, 9:04 PM] ", "[3/25, 9:05 PM] ", "[3/26, 9:06 AM] "), "mdy", "2025"),
    Style("phone_de", ("[25.3., 21:04] ", "[25.3., 21:05] ", "[26.3., 09:06] "), "dmy", "2025"),
    Style("phone_nl", ("[25-03 21:04] ", "[25-03 21:05] ", "[26-03 09:06] "), "dmy", "2025"),
    Style("phone_named", ("[25 Mar, 21:04] ", "[25 Mar, 21:05] ", "[26 Mar, 09:06] "), "dmy", "2025"),
    Style("phone_zh", ("[3月25日 下午9:04] ", "[3月25日 下午9:05] ", "[3月26日 上午9:06] "), "dmy", "2025"),
)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("lead", ["", "> ", ">", "  ", "\t", "> > "])
def test_a_copy_is_read_whatever_its_header_and_whatever_an_editor_put_before_it(
    style: Style, ends: str, lead: str, tmp_path: Path
) -> None:
    lines = style.text.removesuffix("\n").split("\n")
    text = "".join(f"{lead}{line}{ends}" for line in lines)
    chat = read(tmp_path, text, **({"year": style.year} if style.year else {}))
    assert authors(chat.messages) == ["Ana", "Bob", "Ana"]
    assert bodies(chat.messages) == ["hi", "sure: here\n10:30 - not a header", "good  morning"]
    assert [message.timestamp for message in chat.messages] == [
        clock(2025, 3, 25, 21, 4),
        clock(2025, 3, 25, 21, 5),
        clock(2025, 3, 26, 9, 6),
    ]
    assert chat.info.date_order == style.order
    assert not chat.info.ambiguous
    assert not chat.notes.items
    assert_tiled(chat, text.encode())


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
@pytest.mark.parametrize("lead", ["", "> "])
def test_a_copy_is_recognised_by_its_own_parser_alone(style: Style, lead: str, tmp_path: Path) -> None:
    path = write(tmp_path, "".join(f"{lead}{line}\n" for line in style.text.split("\n")))
    found = {name for name in ("pasted", "whatsapp", "whatsapp_web") if sniff(path, name)}
    assert found == {"pasted"}
    with closing(open_source(path)) as source:
        assert detect(source).name == "pasted"


@pytest.mark.parametrize(
    ("header", "platform"),
    [("[21:04, 25/03/2025]", "web"), ("[25-Mar-25 9:04 PM]", "web"), ("[25/03, 21:04]", None)],
)
def test_the_shape_of_headers_tells_the_client(header: str, platform: str | None, tmp_path: Path) -> None:
    assert read(tmp_path, f"{header} Ana: hi\n").info.platform == platform


# The first message


def test_text_before_the_first_header_is_a_message_that_nobody_is_said_to_have_written(
    tmp_path: Path,
) -> None:
    text = "rest of an answer:\n```\nx = 1\n[21:04, 25/03/2025] Ana: thanks\n"
    chat = read(tmp_path, text)
    first = chat.messages[0]
    assert (first.author, first.timestamp, first.kind, first.role) == (None, None, "text", "other")
    assert first.text == "rest of an answer:\n```\nx = 1"
    assert first.flags == ("preamble",)
    [note] = chat.notes.items
    assert (note.code, note.text) == (
        "preamble",
        "3 lines before the first header were kept as a message without name and time",
    )
    assert_tiled(chat, text.encode())


def test_text_before_the_first_header_is_freed_from_quotation_marks_like_all_else(tmp_path: Path) -> None:
    chat = read(tmp_path, "> rest\n>\n> end\n> [21:04, 25/03/2025] Ana: hi\n")
    assert bodies(chat.messages) == ["rest\n\nend", "hi"]


def test_text_before_the_first_header_that_is_not_quoted_stays_as_it_is(tmp_path: Path) -> None:
    chat = read(tmp_path, "Look what it said:\n> [21:04, 25/03/2025] Ana: hi\n> there\n")
    assert bodies(chat.messages) == ["Look what it said:", "hi\nthere"]


# Editors


def test_a_quotation_inside_a_quoted_message_stays(tmp_path: Path) -> None:
    chat = read(tmp_path, "> [21:04, 25/03/2025] Ana: a\n> > b\n>\n> c\n")
    assert bodies(chat.messages) == ["a\n> b\n\nc"]


def test_a_message_whose_lines_are_not_all_indented_keeps_its_indentation(tmp_path: Path) -> None:
    text = "  [21:04, 25/03/2025] Ana: code\n  a\n      b\nc\n[21:05, 25/03/2025] Bob: x\n  y\n"
    assert bodies(read(tmp_path, text).messages) == ["code\n  a\n      b\nc", "x\n  y"]


def test_a_header_that_an_editor_moved_into_a_list_is_a_header(tmp_path: Path) -> None:
    text = (
        "[21:04, 25/03/2025] Ana: which?\n[21:05, 25/03/2025] ChatGPT: 1. one\n"
        "  [21:05, 25/03/2025] ChatGPT: two\n[21:06, 25/03/2025] Ana: ok\n"
    )
    chat = read(tmp_path, text)
    assert authors(chat.messages) == ["Ana", "ChatGPT", "ChatGPT", "Ana"]
    assert_tiled(chat, text.encode())


@pytest.mark.parametrize(
    "line", ["  [20:00, 25/03/2025] root: boot", "    [20:00, 25/03/2025] Ana: an older message"]
)
def test_an_indented_line_that_does_not_belong_is_text_and_keeps_its_indentation(
    line: str, tmp_path: Path
) -> None:
    text = (
        f"[21:04, 25/03/2025] Ana: what is this?\n[21:05, 25/03/2025] ChatGPT: You sent\n{line}\nno more\n"
        "[21:06, 25/03/2025] Ana: ok\n"
    )
    chat = read(tmp_path, text)
    assert bodies(chat.messages)[1] == f"You sent\n{line}\nno more"
    assert_tiled(chat, text.encode())


@pytest.mark.parametrize("passes", [1, 3])
def test_lines_that_turn_out_to_be_text_are_so_after_one_pass_too(
    passes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copied_chat, "_PASSES", passes)
    text = (
        "[21:04, 25/03/2025] Ana: what is this?\n[21:05, 25/03/2025] ChatGPT: You sent\n"
        "  [20:00, 25/03/2025] root: boot\n  [20:01, 25/03/2025] root: halt\n[21:06, 25/03/2025] Ana: ok\n"
    )
    chat = read(tmp_path, text)
    assert authors(chat.messages) == ["Ana", "ChatGPT", "Ana"]
    assert_tiled(chat, text.encode())


def test_blank_lines_that_editors_put_between_messages_belong_to_none(tmp_path: Path) -> None:
    text = "[21:04, 25/03/2025] Ana: one\n\n\n[21:05, 25/03/2025] Bob: two\n\nlines\n\n"
    chat = read(tmp_path, text)
    assert bodies(chat.messages) == ["one", "two\n\nlines"]
    assert_tiled(chat, text.encode())


def test_a_byte_order_mark_and_utf_16_make_no_difference(tmp_path: Path) -> None:
    text = "\ufeff[21:04, 25/03/2025] Ana: ¿qué?\n[21:05, 25/03/2025] Bob: nada\n"
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert bodies(read(tmp_path, text.encode(encoding)).messages) == ["¿qué?", "nada"]


# Several copies in one text

WEB: Final = "[9:04 PM, 3/25/2025] Ana: web\n[9:05 PM, 3/25/2025] ChatGPT: yes\n"
PHONE: Final = "[4/30, 6:02 PM] Ana: phone\n[4/30, 6:03 PM] ChatGPT: yes\nof course\n"


def test_copies_of_different_clients_in_one_text_are_all_read(tmp_path: Path) -> None:
    text = f"{WEB}\n{PHONE}\n[9:04 AM, 5/3/2025] Ana: web again\n[9:05 AM, 5/3/2025] ChatGPT: yes\n"
    chat = read(tmp_path, text)
    assert bodies(chat.messages) == ["web", "yes", "phone", "yes\nof course", "web again", "yes"]
    assert [message.timestamp for message in chat.messages[::2]] == [
        clock(2025, 3, 25, 21, 4),
        clock(2025, 4, 30, 18, 2),
        clock(2025, 5, 3, 9, 4),
    ]
    assert chat.notes.count()["second-shape"] == 2
    assert [participant.name for participant in chat.conversations[0].participants] == ["Ana", "ChatGPT"]
    assert_tiled(chat, text.encode())


def test_a_copy_without_years_goes_on_after_one_with_years(tmp_path: Path) -> None:
    before = "[9:04 PM, 12/30/2023] Ana: web\n[9:05 PM, 12/30/2023] Bob: yes\n"
    chat = read(tmp_path, f"{before}[1/2, 6:02 PM] Ana: phone\n[1/2, 6:03 PM] Bob: yes\n")
    assert chat.messages[2].timestamp == clock(2024, 1, 2, 18, 2)
    assert "they go on" in next(note.text for note in chat.notes.items if note.code == "assumed-year")


@pytest.mark.parametrize(
    "quotation",
    [
        "[4/30, 6:02 PM] Ana: one line alone\n",
        "You wrote:\n" + PHONE,
        "```\n" + PHONE + "```\n",
        "[4/30, 6:02 PM] kernel: boot\n[4/30, 6:03 PM] init: up\n",
    ],
    ids=["one", "announced", "code", "strangers"],
)
def test_headers_of_another_shape_that_are_quoted_are_text(quotation: str, tmp_path: Path) -> None:
    text = f"{WEB}{quotation}[9:06 PM, 3/25/2025] Ana: bye\n"
    chat = read(tmp_path, text)
    assert bodies(chat.messages) == ["web", ("yes\n" + quotation).rstrip("\n"), "bye"]
    assert_tiled(chat, text.encode())


# Years


def year_of(folder: Path, text: str, written: datetime = WRITTEN, **options: str) -> int | None:
    stamp = read_path(write(folder, text, written), **options).messages[0].timestamp
    return stamp.year if stamp else None


def test_the_year_is_the_newest_that_is_not_after_the_file(tmp_path: Path) -> None:
    assert year_of(tmp_path, "[21/11, 18:02] Ana: hi\n") == 2026
    assert year_of(tmp_path, "[25/11, 18:02] Ana: hi\n") == 2025
    assert year_of(tmp_path, "[25/11, 18:02] Ana: hi\n", datetime(2019, 12, 1, tzinfo=UTC)) == 2019


def test_the_year_option_says_the_year_of_the_first_date_and_is_no_assumption(tmp_path: Path) -> None:
    text = "[31/12, 23:59] Ana: one\n[01/01, 00:01] Ana: two\n"
    chat = read(tmp_path, text, year="2023")
    assert [message.timestamp for message in chat.messages] == [
        clock(2023, 12, 31, 23, 59),
        clock(2024, 1, 1, 0, 1),
    ]
    assert not chat.notes.items


def test_an_assumed_year_is_said_with_its_reason_and_the_way_out(tmp_path: Path) -> None:
    [note] = read(tmp_path, "[25/11, 18:02] Ana: hi\n").notes.items
    assert note.severity == "warning"
    assert note.text == (
        "dates without a year were completed: none of them is after the file was written; "
        "--option pasted.year=YYYY overrules"
    )


def test_weekdays_tell_the_year(tmp_path: Path) -> None:
    assert year_of(tmp_path, "[Mon, 25/11, 18:02] Ana: hi\n") == 2024
    assert year_of(tmp_path, "[Mo., 25.11., 18:02] Ana: hi\n") == 2024
    assert year_of(tmp_path, "[Sat, 25/11, 18:02] Ana: hi\n") == 2023


def test_an_assistant_that_was_not_there_tells_the_year(tmp_path: Path) -> None:
    assert year_of(tmp_path, "[12/5, 18:02] ChatGPT: hi\n") == 2025
    assert year_of(tmp_path, "[12/8, 18:02] ChatGPT: hi\n") == 2026


def test_the_year_changes_where_the_dates_fall_back_and_not_for_a_late_message(tmp_path: Path) -> None:
    text = "[30/12, 20:00] Ana: a\n[02/01, 20:00] Ana: b\n[01/01, 20:00] Ana: late\n[03/01, 20:00] Ana: c\n"
    stamps = [message.timestamp for message in read(tmp_path, text).messages]
    assert [stamp.year for stamp in stamps if stamp] == [2025, 2026, 2026, 2026]


def test_a_quoted_older_header_does_not_move_the_year(tmp_path: Path) -> None:
    text = "[05/01, 20:00] Ana: a\n[28/12, 20:00] Ana: quoted\n[06/01, 20:00] Ana: b\n[07/01, 20:00] Bob: c\n"
    stamps = [message.timestamp for message in read(tmp_path, text).messages if message.text in "abc"]
    assert {stamp.year for stamp in stamps if stamp} == {2026}


def test_the_29th_of_february_is_in_a_leap_year(tmp_path: Path) -> None:
    assert year_of(tmp_path, "[29/02, 18:02] Ana: hi\n") == 2024


def test_dates_without_a_year_are_voted_on_by_the_whole_text(tmp_path: Path) -> None:
    text = "".join(f"[3/{day}, 9:{day:02} PM] Ana: {day}\n" for day in range(5, 15))
    assert read(tmp_path, text).info.date_order == "mdy"
    text = "".join(f"[{day}/3, 21:{day:02}] Ana: {day}\n" for day in range(2, 9))
    chat = read(tmp_path, text)
    assert (chat.info.date_order, chat.info.ambiguous) == ("dmy", True)


def test_the_date_order_option_overrules(tmp_path: Path) -> None:
    chat = read(tmp_path, "[3/4, 21:04] Ana: hi\n", date_order="mdy", year="2025")
    assert chat.messages[0].timestamp == clock(2025, 3, 4, 21, 4)


# Traps


def test_trap_2_a_log_in_an_answer_is_text(tmp_path: Path) -> None:
    log = "2024-01-02 10:00:00 - ERROR: disk full\n[2024-01-02 10:00:01] WARN: retry"
    chat = read(tmp_path, f"[21:04, 25/03/2025] Ana: log?\n[21:05, 25/03/2025] ChatGPT: Here:\n{log}\n")
    assert bodies(chat.messages) == ["log?", f"Here:\n{log}"]


def test_trap_4_a_phone_export_that_holds_a_copied_line_is_a_phone_export(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "25/03/2025, 21:04 - Ana: you said\n[24/03/2025, 18:04] Meta AI: ok\n[18:05, 24/03/2025] Ana: no\n"
        "25/03/2025, 21:05 - Meta AI: I did\n",
    )
    assert (sniff(path, "whatsapp"), sniff(path, "pasted")) == (Confidence.SIGNATURE, Confidence.NO)


def test_trap_4_a_copy_that_holds_a_line_of_an_export_is_a_copy(tmp_path: Path) -> None:
    text = (
        "[21:04, 25/03/2025] Ana: I have\n25/03/2025, 21:04 - Ana: x\n[25/03/2025, 21:04:05] Ana: y\n"
        "[21:05, 25/03/2025] ChatGPT: An export.\n"
    )
    path = write(tmp_path, text)
    assert (sniff(path, "whatsapp"), sniff(path, "pasted")) == (Confidence.NO, Confidence.SIGNATURE)
    assert len(read_path(path).messages) == 2


def test_trap_7_a_colon_at_the_end_of_the_line_makes_an_empty_message(tmp_path: Path) -> None:
    chat = read(tmp_path, "[21:04, 25/03/2025] Ana:\n[21:05, 25/03/2025] Bob: \n[21:06, 25/03/2025] Ana: x\n")
    assert [message.kind for message in chat.messages] == ["empty", "empty", "text"]


def test_trap_8_blank_lines_in_a_message_stay(tmp_path: Path) -> None:
    chat = read(tmp_path, "[21:04, 25/03/2025] Bob: \nfirst\n\nthird\n[21:05, 25/03/2025] Ana: x\n")
    assert chat.messages[0].text.strip("\n") == "first\n\nthird"


def test_trap_12_twelve_o_clock_is_midnight_or_noon(tmp_path: Path) -> None:
    text = f"[12:04{NNBSP}AM, 3/25/2025] Ana: a\n[12:05{NNBSP}PM, 3/25/2025] Ana: b\n"
    hours = [message.timestamp.hour for message in read(tmp_path, text).messages if message.timestamp]
    assert hours == [0, 12]


@pytest.mark.parametrize("text", ["<Media omitted>", "null", "IMG-20250325-WA0001.jpg (file attached)"])
def test_trap_17_what_exports_print_is_text_in_a_copy(text: str, tmp_path: Path) -> None:
    chat = read(tmp_path, f"[21:04, 25/03/2025] Ana: {text}\n[21:05, 25/03/2025] Bob: ?\n")
    assert (chat.messages[0].kind, chat.messages[0].text, chat.messages[0].attachments) == ("text", text, ())


def test_trap_23_other_line_separators_do_not_end_a_line(tmp_path: Path) -> None:
    text = "a\u2028b\vc\u0085d\u2029e\fg\x1ch\0i\r[21:05, 25/03/2025] Ana: no"
    chat = read(tmp_path, f"[21:04, 25/03/2025] Bob: {text}\n[21:06, 25/03/2025] Ana: x\n")
    assert bodies(chat.messages)[0] == text


def test_trap_24_a_number_wrapped_in_marks_is_an_assistant(tmp_path: Path) -> None:
    number = f"\u202a+1{NBSP}(800){NBSP}242\u20118478\u202c"
    chat = read(tmp_path, f"[9:04 PM, 3/25/2025] {number}: hi\n[9:05 PM, 3/25/2025] Ana: hi\n")
    assert assign_roles(chat.conversations[0]).service == "chatgpt"


def test_trap_31_nothing_in_a_body_is_normalised(tmp_path: Path) -> None:
    text = "½ ﬁ 👨\u200d👩\u200d👧 a\u2011b  c"
    assert bodies(read(tmp_path, f"[21:04, 25/03/2025] Ana: {text}\n").messages) == [text]


def test_trap_33_a_second_copy_that_begins_earlier_is_kept_in_its_place(tmp_path: Path) -> None:
    later = "".join(f"[21:{m:02}, 25/03/2025] {'Ana' if m % 2 else 'Bob'}: late {m}\n" for m in range(30))
    earlier = "".join(f"[21:{m:02}, 20/03/2025] {'Ana' if m % 2 else 'Bob'}: early {m}\n" for m in range(30))
    chat = read(tmp_path, later + earlier)
    assert [body.split()[0] for body in bodies(chat.messages)] == ["late"] * 30 + ["early"] * 30
    assert chat.notes.count()["time-jump"] == 1


def test_trap_34_a_date_without_a_year_takes_nothing_of_the_hour(tmp_path: Path) -> None:
    chat = read(tmp_path, "[18 Mar 12:14] Bob: hi\n", year="2025")
    assert chat.messages[0].timestamp == clock(2025, 3, 18, 12, 14)


# What is no chat

MAIL: Final = (
    "From: Ana Lima <ana@example.org>\nSent: Tuesday, 25 March 2025 21:04\nTo: Bob <bob@example.org>\n"
    "Subject: [25/03] 21:04, as agreed\n\nDear Bob,\n\nat 21:04, 25/03/2025: fine.\n\nAna\n"
)
HEADLESS: Final = "How long do eggs boil?\nSeven minutes.\n\n@Ana and quail eggs?\n"


def explanation(folder: Path, text: str) -> str:
    path = write(folder, text)
    assert not any(sniff(path, name) for name in ("pasted", "whatsapp", "whatsapp_web"))
    with closing(open_source(path)) as source, pytest.raises(UnknownFormatError):
        detect(source)
    with pytest.raises(ParseError) as caught:
        read_path(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_e_mail_is_no_chat(tmp_path: Path) -> None:
    assert (
        explanation(tmp_path, MAIL)
        == "note.txt: looks like an e-mail, not like messages copied from WhatsApp"
    )


def test_an_e_mail_in_german_is_no_chat(tmp_path: Path) -> None:
    text = (
        "> Von: Ana <ana@example.org>\n> Gesendet: 25.03.2025 21:04\n> An: Bob\n> Betreff: Eier\n>\n> Hallo\n"
    )
    assert "e-mail" in explanation(tmp_path, text)


def test_bodies_without_any_header_are_explained_and_not_guessed(tmp_path: Path) -> None:
    text = explanation(tmp_path, HEADLESS)
    assert "nothing says who wrote what" in text
    assert "'Export chat'" in text


@pytest.mark.parametrize(
    "text",
    [
        "[12:30] lunch\n[13:30] walk: 2 km\n",
        "[25/03/2025] Ana: no time\n",
        "- [ ] 21:04, 25/03/2025 buy eggs: ten\n",
        "[21:04, 25/03/2025] https://example.org/eggs\n",
        "[21:04, 25/03/2025] a note without a name\n",
        "[21:04 25/03/2025]\nAna: hi\n",
    ],
)
def test_times_in_brackets_alone_make_no_chat(text: str, tmp_path: Path) -> None:
    assert sniff(write(tmp_path, text), "pasted") is Confidence.NO


def test_a_folder_and_an_archive_are_not_copied_messages(tmp_path: Path) -> None:
    write(tmp_path, STYLES[0].text)
    assert sniff(tmp_path, "pasted") is Confidence.NO
    with pytest.raises(ParseError, match="one text file each"):
        read_path(tmp_path)


# Properties

LINES: Final = st.sampled_from([
    "hello", "", "  ", "null", "```\nx\n```", "> quoted", "  - item", "a: b", "10:30 - 11:00: maths",
    "½ 👨‍👩‍👧", "\v\u2028",
    "[x] done: yes", "[25/03, 21:04]", "é" * 60,
])  # fmt: skip


@st.composite
def copies(draw: st.DrawFn) -> tuple[str, list[tuple[str, str]]]:
    """Draw a copy of one shape, and what it holds."""
    start = clock(2025, 3, 13, 9, 0)
    shape = draw(
        st.sampled_from(
            ["[{0:%H:%M}, {0:%d/%m/%Y}] ", "[{0:%d/%m}, {0:%H:%M}] ", "[{0:%d-%b-%y} {0:%H:%M}] "]
        )
    )
    held: list[tuple[str, str]] = []
    text = ""
    for index in range(draw(st.integers(1, 10))):
        name = draw(st.sampled_from(["Ana", "Bob"]))
        body = "\n".join(draw(st.lists(LINES, min_size=1, max_size=4)))
        text += f"{shape.format(start + timedelta(minutes=7 * index))}{name}: {body}\n"
        held.append((name, body.rstrip("\n")))
    return text, held


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(copies(), st.sampled_from(["", "> ", "\t"]))
def test_any_copy_is_read_as_it_was_written(
    tmp_path: Path, copy: tuple[str, list[tuple[str, str]]], lead: str
) -> None:
    text, held = copy
    text = "".join(f"{lead}{line}\n" for line in text.removesuffix("\n").split("\n"))
    chat = read(tmp_path, text, year="2025")
    assert [(message.author, message.text) for message in chat.messages] == [
        (name, body if body.strip(" \n") else "") for name, body in held
    ]
    assert_tiled(chat, text.encode())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(st.sampled_from([style.text for style in STYLES]), st.text(max_size=40)), max_size=6),
    st.binary(max_size=30),
    st.integers(0, 300),
)
def test_any_text_gives_messages_that_tile_it_or_one_clear_error(
    tmp_path: Path, parts: list[str], noise: bytes, place: int
) -> None:
    data = "\n".join(parts).encode("utf-8", "replace")
    path = write(tmp_path, data[:place] + noise + data[place:])
    try:
        chat = read_path(path)
    except WamigrateError as error:
        assert "\n" not in str(error)  # noqa: PT017 - most texts are no chat, and that is fine
        return
    if chat.info.encoding == "utf-8":
        spans = [span for message in chat.messages for span in message.spans]
        whole = path.read_bytes()
        assert b"".join(whole[span.start : span.end] for span in spans) == whole


def test_an_unreadable_file_is_nobodys_copy(tmp_path: Path) -> None:
    path = write(tmp_path, "[21:04, 25/03/2025] Ana: hi\n")
    with closing(open_source(path)) as source:
        _ = source.members
        path.unlink()
        assert find_parser("pasted").sniff(source) is Confidence.NO
        with pytest.raises(SourceError):
            list(find_parser("pasted").parse(source, Notes()))


def test_an_e_mail_that_quotes_a_time_without_a_name_is_no_chat(tmp_path: Path) -> None:
    text = "From: Ana\nSubject: when\n\nAnd then?\n\n> [25/03/2025, 21:04:00] was it then?\n> maybe\n"
    with closing(open_source(write(tmp_path, text))) as source, pytest.raises(UnknownFormatError):
        detect(source)


def test_parsers_that_look_at_one_file_share_what_they_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "chat.txt"
    path.write_text("25/03/2025, 21:04 - Ana: hello\n", encoding="utf-8")
    asked: list[bytes] = []
    find = pasted_text.find_copy_lock

    def counting(data: bytes) -> pasted_text.CopyLock | None:
        asked.append(data)
        return find(data)

    monkeypatch.setattr(pasted_text, "find_copy_lock", counting)
    with closing(open_source(path)) as source:
        assert detect(source).name == "whatsapp"
    assert len(asked) == 1
    with closing(open_source(path)) as source:
        detect(source)
    assert len(asked) == 2


def test_a_paste_that_leaves_day_and_month_open_is_read_as_the_others_of_its_client(tmp_path: Path) -> None:
    sure = "[21:04, 3/25/2025] Ana: web\n[21:05, 3/25/2025] ChatGPT: yes\n"
    doubtful = "[21:06, 5/3/2025] Ana: web again\n[21:07, 5/3/2025] ChatGPT: yes\n"
    alone = read(tmp_path, doubtful)
    assert alone.messages[0].timestamp == clock(2025, 3, 5, 21, 6)
    found = read(tmp_path, f"{sure}{PHONE}{doubtful}")
    assert [message.timestamp for message in found.messages[::2]] == [
        clock(2025, 3, 25, 21, 4),
        clock(2025, 4, 30, 18, 2),
        clock(2025, 5, 3, 21, 6),
    ]
