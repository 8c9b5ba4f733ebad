"""Chats that are read in parts become what they become when they are read at once."""

import codecs
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from wamigrate import phone_parts, streaming
from wamigrate.chatfile import find_chats
from wamigrate.errors import NothingToExportError, OptionError, SourceError
from wamigrate.formats import find_exporter, find_parser
from wamigrate.library import convert
from wamigrate.long_chat import in_parts
from wamigrate.notes import Notes
from wamigrate.phone_parts import survey_chat
from wamigrate.pipeline import export, reading
from wamigrate.settings import Settings
from wamigrate.source import open_source
from wamigrate.streaming import streaming as open_stream
from wamigrate.target import MemoryTarget
from wamigrate.transcript import Known

ASKED = (
    "How do I *bake* bread with a crisp crust?",
    "And with rye?",
    "Another question: which train goes to Lyon?",
    "Write me a function that adds two numbers",
    "thanks!",
    "Was kostet ein Visum für Japan, und wie lange dauert es?",
)
ANSWERED = (
    "Use a *hot* oven.\n\n- steam\n- patience",
    "Let it rest for longer; rye takes its time and needs more water than wheat.",
    "The 8:14 from Geneva, change at Bellegarde.",
    "```\ndef add(a, b):\n    return a + b\n```",
    "You are welcome.",
    "Drei Wochen, ungefähr.",
)


def write_chat(path: Path, days: int, *, ios: bool = False, pause: timedelta = timedelta(hours=9)) -> Path:
    """Write an invented chat with a few exchanges on each of so many days."""
    lines: list[str] = []
    moment = datetime(2025, 1, 13, 8, 0)  # noqa: DTZ001 - a phone's wall clock
    for day in range(days):
        for turn in range(3):
            number = (day * 3 + turn * 5) % len(ASKED)
            for name, text in (("Mira", ASKED[number]), ("ChatGPT", ANSWERED[number])):
                lines.append(_line(moment, name, f"{text} ({day})" if turn else text, ios=ios))
                moment += timedelta(minutes=1 + turn * 7)
        if day == days // 2:
            lines.append(_line(moment, "Mira", _MEDIA[ios], ios=ios))
        moment += pause
    path.write_bytes(("\r\n" if ios else "\n").join([*lines, ""]).encode())
    return path


_MEDIA = {False: "<Media omitted>", True: "\u200eimage omitted"}


def _line(moment: datetime, name: str, text: str, *, ios: bool) -> str:
    return (
        f"[{moment:%d/%m/%Y, %H:%M:%S}] {name}: {text}"
        if ios
        else f"{moment:%d/%m/%Y, %H:%M} - {name}: {text}"
    )


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return a function that makes every chat long, and parts as small as it says."""

    def use(size: int) -> None:
        monkeypatch.setattr(streaming, "LONG", 1)
        monkeypatch.setattr(phone_parts, "PART", size)

    return use


def _at_once(path: Path, to: str, **options: Any) -> tuple[dict[str, bytes], list[str]]:
    settings, target = Settings(**options), MemoryTarget()
    with reading(path, settings) as found:
        result = export(found, find_exporter(to), target, settings)
    return target.files, sorted(f"{note.code}: {note.text} {note.line}" for note in result.notes)


def _in_parts(path: Path, to: str, **options: Any) -> tuple[dict[str, bytes], list[str]]:
    settings, target = Settings(**options), MemoryTarget()
    with open_stream(path, settings) as found:
        assert found.stream is not None
        result = export(found, find_exporter(to), target, settings)
    return target.files, sorted(f"{note.code}: {note.text} {note.line}" for note in result.notes)


def _conversations(files: dict[str, bytes]) -> list[Any]:
    found: list[Any] = json.loads(files[""])["conversations"]
    return found


@pytest.mark.parametrize("ios", [False, True])
@pytest.mark.parametrize("size", [2_000, 3_500, 9_000])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"split": "day"},
        {"split": "gap=2h"},
        {"time_zone": "Europe/Berlin"},
        {"notices": False, "after": "2025-01-20"},
        {"text": "raw", "rejoin": False},
    ],
)
def test_parts_change_nothing(
    tmp_path: Path, in_small_parts: Callable[[int], None], options: dict[str, Any], size: int, *, ios: bool
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 40, ios=ios)
    files, notes = _at_once(path, "json", **options)
    in_small_parts(size)
    parted, parted_notes = _in_parts(path, "json", **options)
    assert _conversations(parted) == _conversations(files)
    assert parted_notes == notes
    (source,), (whole,) = (json.loads(one[""])["sources"] for one in (parted, files))
    assert source | {"date_order_evidence": ""} == whole | {"date_order_evidence": ""}


@pytest.mark.parametrize("to", ["markdown", "openwebui", "sillytavern"])
def test_every_layout_can_be_written_in_parts(
    tmp_path: Path, in_small_parts: Callable[[int], None], to: str
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 30)
    files, _ = _at_once(path, to)
    in_small_parts(3_000)
    parted, _ = _in_parts(path, to)
    assert parted == files


def test_an_archive_is_read_in_parts_too(tmp_path: Path, in_small_parts: Callable[[int], None]) -> None:
    text = write_chat(tmp_path / "chat.txt", 30, ios=True)
    path = tmp_path / "WhatsApp Chat - ChatGPT.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.write(text, "_chat.txt")
        archive.writestr("00000001-PHOTO-2025-01-13-08-00-00.jpg", b"no picture")
    files, notes = _at_once(path, "json")
    in_small_parts(4_000)
    parted, parted_notes = _in_parts(path, "json")
    assert _conversations(parted) == _conversations(files)
    assert parted_notes == notes
    assert any(note.startswith("ignored-member") for note in notes)


def test_the_parts_are_small_and_tile_the_text(tmp_path: Path, in_small_parts: Callable[[int], None]) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 60)
    in_small_parts(3_000)
    (file,) = find_chats(open_source(path))
    chat = survey_chat(file, Known(), "whatsapp")
    assert chat is not None
    parts = list(chat.parts(Notes()))
    assert len(parts) > 5
    spans = [span for part in parts for message in part for span in message.spans]
    assert [span.start for span in spans] == [0, *(span.end for span in spans[:-1])]
    assert spans[-1].end == path.stat().st_size
    lines = path.read_bytes().split(b"\n")
    assert all(b"2025" in lines[span.line - 1] for span in spans)


def test_a_chat_without_pauses_is_parted_before_questions(
    tmp_path: Path, in_small_parts: Callable[[int], None]
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 40, pause=timedelta())
    files, _ = _at_once(path, "json")
    in_small_parts(2_500)
    parted, _ = _in_parts(path, "json")
    assert _conversations(parted) == _conversations(files)


def test_parts_that_go_back_in_time_do_not_give_one_id_twice(
    tmp_path: Path, in_small_parts: Callable[[int], None]
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 20)
    path.write_bytes(path.read_bytes() * 2)  # the phone's clock was set back, and all was said once more
    files, _ = _at_once(path, "json")
    in_small_parts(2_500)
    parted, _ = _in_parts(path, "json")
    ids = [message["id"] for one in _conversations(parted) for message in one["messages"]]
    assert len(ids) == len(set(ids)) == 242
    assert _conversations(parted) == _conversations(files)


def _to_utf16(text: bytes) -> bytes:
    return text.decode().encode("utf-16")


def _damaged(text: bytes) -> bytes:
    return text.replace("ü".encode(), b"\xfc")


def _without_years(text: bytes) -> bytes:
    return text.replace(b"/2025", b"")


def _partly_without_years(text: bytes) -> bytes:
    """Old Android prints no year in dates of the current one."""
    text = re.sub(rb"(1\d)/01/2025", rb"\1 Dec 2024", text)
    return re.sub(rb"(\d\d)/01/2025", rb"\1 Jan", text)


def _without_headers(text: bytes) -> bytes:
    return text.replace(b" - ", b" ")


@pytest.mark.parametrize(
    "change",
    [codecs.BOM_UTF8.__add__, _to_utf16, _damaged, _without_years, _partly_without_years, _without_headers],
)
def test_what_needs_a_look_at_the_whole_is_read_at_once(
    tmp_path: Path, in_small_parts: Callable[[int], None], change: Callable[[bytes], bytes]
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 30)
    path.write_bytes(change(path.read_bytes()))
    for size in (3_000, 20_000):
        in_small_parts(size)
        (file,) = find_chats(open_source(path))
        assert survey_chat(file, Known(), "whatsapp") is None


def test_dates_in_two_orders_are_read_at_once(tmp_path: Path, in_small_parts: Callable[[int], None]) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 30)
    american = path.read_text("utf-8").replace("ChatGPT: ", "ChatGPT: so, ")
    for day in range(13, 32):
        american = american.replace(f"{day}/01/2025", f"01/{day}/2025")
    path.write_text(path.read_text("utf-8") + american, "utf-8")
    in_small_parts(3_000)
    (file,) = find_chats(open_source(path))
    assert survey_chat(file, Known(), "whatsapp") is None


@pytest.mark.parametrize("options", [{"redact": True}, {"split": "none"}])
def test_what_needs_all_messages_is_done_with_all(
    tmp_path: Path, in_small_parts: Callable[[int], None], options: dict[str, Any]
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 20)
    in_small_parts(2_000)
    with open_stream(path, Settings(**options)) as found:
        assert found.stream is None
        assert found.conversations


def test_a_long_input_of_a_format_that_cannot_be_read_in_parts_is_read_at_once(
    tmp_path: Path, in_small_parts: Callable[[int], None]
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 20)
    convert(path, "json", tmp_path / "chat.json")
    in_small_parts(2_000)
    assert not in_parts(find_parser("json"))
    with open_stream(tmp_path / "chat.json", Settings()) as found:
        assert (found.stream, found.format) == (None, "json")
        assert sum(len(one.messages) for one in found.conversations) == 121


def test_the_format_that_was_said_holds_for_a_long_input_too(
    tmp_path: Path, in_small_parts: Callable[[int], None]
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 20)
    files, notes = _at_once(path, "json", from_="whatsapp")
    in_small_parts(2_000)
    parted, parted_notes = _in_parts(path, "json", from_="whatsapp")
    assert (_conversations(parted), parted_notes) == (_conversations(files), notes)


def test_short_chats_are_read_at_once(tmp_path: Path) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 20)
    with open_stream(path, Settings()) as found:
        assert found.stream is None
    parser = find_parser("whatsapp")
    assert in_parts(parser)
    assert parser.survey(open_source(path), path.stat().st_size + 1) is None


def test_each_format_gets_all_conversations(tmp_path: Path, in_small_parts: Callable[[int], None]) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 20)
    in_small_parts(2_000)
    settings = Settings()
    with open_stream(path, settings) as found:
        results = [export(found, find_exporter(to), MemoryTarget(), settings) for to in ("json", "jsonl")]
    assert results[0].conversations == results[1].conversations > 1
    assert results[0].messages_in == results[1].messages_in == results[0].messages_out


def test_nothing_left_is_an_error_and_writes_nothing(
    tmp_path: Path, in_small_parts: Callable[[int], None]
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 20)
    in_small_parts(2_000)
    with pytest.raises(NothingToExportError, match="no message of 121 is left to write"):
        convert(path, "json", tmp_path / "out.json", after="2030-01-01")
    assert not (tmp_path / "out.json").exists()


def test_a_name_that_nobody_has_is_an_error(tmp_path: Path, in_small_parts: Callable[[int], None]) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 20)
    in_small_parts(2_000)
    with pytest.raises(OptionError, match="nobody in the chat is called so"):
        convert(path, "json", tmp_path / "out.json", assistant="Copilot")


def test_a_file_that_shrinks_meanwhile_is_an_error_and_leaves_nothing(
    tmp_path: Path, in_small_parts: Callable[[int], None]
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 20)
    in_small_parts(2_000)
    settings = Settings()
    with open_stream(path, settings) as found:
        path.write_bytes(path.read_bytes()[:3_000])
        target = MemoryTarget()
        with pytest.raises(SourceError, match="changed while it was read; try again"):
            export(found, find_exporter("json"), target, settings)
    assert not target.files


ENCRYPTED = (
    "Messages and calls are end-to-end encrypted. No one outside of this chat, not even WhatsApp, can read "
    "or listen to them."
)
LONG_ANSWER = "\n".join(f"{number}. Let it rest for a while, then look at it again." for number in range(200))


@pytest.mark.parametrize("ios", [False, True])
def test_notices_deleted_messages_and_answers_longer_than_a_part_are_read_in_parts(
    tmp_path: Path, in_small_parts: Callable[[int], None], *, ios: bool
) -> None:
    path = write_chat(tmp_path / "WhatsApp Chat with ChatGPT.txt", 40, ios=ios)
    end, mark = ("\r\n", "\u200e") if ios else ("\n", "")
    lines = path.read_bytes().decode().split(end)
    for place, name, text in (
        (150, "ChatGPT", LONG_ANSWER),
        (60, "Mira", f"{mark}You deleted this message{'.' * ios}"),
        (0, "ChatGPT" if ios else "", f"{mark}{ENCRYPTED}"),  # iPhones name the other side before notices
    ):
        stamp = lines[place].partition(" Mira: " if " Mira: " in lines[place] else " ChatGPT: ")[0]
        lines.insert(place + bool(place), f"{stamp} {name}: {text}" if name else f"{stamp} {text}")
    path.write_bytes(end.join(lines).encode())
    files, notes = _at_once(path, "json")
    found = [message for one in _conversations(files) for message in one["messages"]]
    assert [message["flags"] for message in found if message["kind"] == "deleted"] == [["deleted-by-you"]]
    assert found[0]["role"] == "notice"
    assert any(message["text"] == LONG_ANSWER for message in found)
    in_small_parts(2_000)
    parted, parted_notes = _in_parts(path, "json")
    assert _conversations(parted) == _conversations(files)
    assert parted_notes == notes


def test_a_long_chat_with_impossible_dates_alone_is_read_without_times(
    tmp_path: Path, in_small_parts: Callable[[int], None]
) -> None:
    path = tmp_path / "WhatsApp Chat with ChatGPT.txt"
    path.write_text("".join(f"31/02/2025, 10:{n:02} - Mira: Question {n}?\n" for n in range(40)))
    files, notes = _at_once(path, "json")
    (chat,) = _conversations(files)
    assert {message["timestamp"] for message in chat["messages"]} == {None}
    in_small_parts(5_000)
    parted, parted_notes = _in_parts(path, "json")
    assert _conversations(parted) == _conversations(files)
    assert parted_notes == notes
