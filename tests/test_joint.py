"""Several files, read together."""

import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from chat_copies import FORMS, Form, Line, make_case, words
from chat_files import write_form
from test_merging import bakery
from typer.testing import CliRunner

import wamigrate as wm
from wamigrate.cli import app
from wamigrate.errors import OptionError, ParseError, SourceError, UnknownFormatError, VerificationError
from wamigrate.joint import reading_together
from wamigrate.model import Archive, Conversation
from wamigrate.settings import Settings

HOURS: dict[Form, float] = {"android": 1, "ios": 2, "web": -5, "paste": 1, "database": 0}
Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a form of the small chat, or of other lines, into a folder of its own."""

    def write(
        form: Form, held: range = range(8), lines: list[Line] | None = None, hours: float = 0, name: str = ""
    ) -> Path:
        return write_form(tmp_path / (name or form), lines or bakery(gap=21), form, held, hours)

    return write


def written(archive: Archive) -> list[str]:
    """Return what people and assistants wrote."""
    return [one.text for chat in archive.conversations for one in chat.messages if one.role != "notice"]


def codes(archive: Archive) -> list[str]:
    return [note.code for note in archive.notes]


TEXTS = [line.text for line in bakery()]


@pytest.mark.parametrize("seed", range(40))
def test_files_of_five_formats_each_with_another_part_missing_merge_to_the_chat(
    seed: int, tmp_path: Path
) -> None:
    case = make_case(seed)
    paths = [write_form(tmp_path / form, case.lines, form, case.held[form], HOURS[form]) for form in FORMS]
    archive = wm.merge(paths, split="none", text="raw", rejoin=False)
    (chat,) = archive.conversations
    messages = [message for message in chat.messages if message.role != "notice"]
    assert [(one.role, words(one.text)) for one in messages] == [
        (line.role, words(line.text)) for line in case.lines
    ]
    assert all(one.timestamp is not None and one.timestamp.utcoffset() is not None for one in messages)
    sources = {info.id: info.format for info in archive.sources}
    assert sorted(sources.values()) == ["msgstore", "pasted", "whatsapp", "whatsapp", "whatsapp_web"]
    assert {span.source for one in messages for span in one.spans} == set(sources)
    pictures = [file for one in messages for file in one.attachments]
    here = [n for n in case.held["android"] if case.lines[n].kind == "media"]
    assert sum(file.present for file in pictures) == len(here)


def test_what_follows_merging_sees_whole_chats(put: Put) -> None:
    archive = wm.merge([put("android", range(5)), put("ios", range(3, 8), hours=1)])
    (chat,) = archive.conversations
    assert chat.title == "How long does the dough have to rest?"
    assert written(archive) == TEXTS
    assert chat.service == "chatgpt"


def test_the_order_of_inputs_changes_nothing_but_the_list_of_sources(put: Put) -> None:
    paths = [put("android", range(5)), put("ios", range(2, 8), hours=1), put("database", range(7))]
    one, other = wm.merge(paths), wm.merge(reversed(paths))
    assert one.conversations == other.conversations
    assert sorted(info.id for info in one.sources) == sorted(info.id for info in other.sources)


def test_the_same_file_twice_is_read_once_and_that_is_said(put: Put) -> None:
    path = put("android")
    archive = wm.merge([path, path])
    assert archive.conversations == wm.read(path).conversations
    assert codes(archive).count("repeated-source") == 1
    with reading_together([path, path], Settings()) as found:
        assert (found.merged, found.messages) == (9, 9)


def test_the_same_chat_file_with_and_without_its_media_keeps_the_media(put: Put, tmp_path: Path) -> None:
    lines = [*bakery(gap=21), Line(bakery()[-1].time + timedelta(hours=1), "user", "media", "My loaf")]
    whole = put("android", range(9), lines)
    bare = tmp_path / "WhatsApp Chat with ChatGPT.txt"
    with zipfile.ZipFile(whole) as archive:
        bare.write_bytes(archive.read("WhatsApp Chat with ChatGPT.txt"))
    for paths in ([bare, whole], [whole, bare]):
        found = wm.merge(paths)
        files = [file for chat in found.conversations for one in chat.messages for file in one.attachments]
        assert [file.present for file in files] == [True]
        assert len(found.sources) == 1
        result = wm.write(
            found, "markdown", tmp_path / f"notes{len(paths)}", overwrite=True, media_from=[whole]
        )
        assert result.output is not None
        assert list(result.output.glob("media/*.jpg"))


def test_media_come_from_the_copy_that_has_them(put: Put, tmp_path: Path) -> None:
    lines = [*bakery(gap=21), Line(bakery()[-1].time + timedelta(hours=1), "user", "media", "")]
    paths = [put("android", range(3, 9), lines), put("ios", range(9), lines, hours=1)]
    for order in (paths, paths[::-1]):
        archive = wm.merge(order)
        (picture,) = (one for chat in archive.conversations for one in chat.messages if one.kind == "media")
        formats = {info.id: info.platform for info in archive.sources}
        assert formats[picture.spans[0].source] == "android"
        assert picture.attachments[0].present
        wm.write(archive, "markdown", tmp_path / "notes", overwrite=True, media_from=order)
        (file,) = (tmp_path / "notes" / "media").iterdir()
        assert file.read_bytes().startswith(b"\xff\xd8\xff")


def test_json_of_an_earlier_run_is_a_copy_like_any_other(put: Put, tmp_path: Path) -> None:
    first = [put("android", range(5)), put("ios", range(3, 6), hours=1)]
    for text in ("markdown", "raw"):
        earlier = wm.merge(first, text=text)
        wm.write(earlier, "json", tmp_path / f"{text}.json")
        again = wm.merge([tmp_path / f"{text}.json", put("paste", range(4, 8))], text=text)
        whole = wm.merge([*first, put("paste", range(4, 8))], text=text)
        assert written(again) == written(whole) == TEXTS
        alone = wm.merge([tmp_path / f"{text}.json"], text=text)
        assert written(alone) == written(earlier)


def test_json_and_the_export_it_was_made_from_are_one(put: Put, tmp_path: Path) -> None:
    export = put("android")
    wm.write(wm.read(export, split="day"), "jsonl", tmp_path / "chat.jsonl")
    archive = wm.merge([tmp_path / "chat.jsonl", export])
    assert written(archive) == TEXTS
    assert [len(one.spans) for chat in archive.conversations for one in chat.messages] == [1] * 9


def test_json_is_undone_before_it_is_merged(tmp_path: Path) -> None:
    long = "x" * 1290
    chat = (
        "25/03/2025, 21:04 - Mira: How?\n"
        f"25/03/2025, 21:04 - ChatGPT: *First* part {long}\n"
        "25/03/2025, 21:04 - ChatGPT: and the second part.\n"
        "25/03/2025, 21:06 - Mira: Thanks <This message was edited>\n"
    )
    path = tmp_path / "chat.txt"
    path.write_text(chat, encoding="utf-8")
    read = wm.read(path)
    assert len(read.conversations[0].messages) == 3
    wm.write(read, "json", tmp_path / "chat.json")
    again = wm.merge([tmp_path / "chat.json"])
    assert again.conversations[0].messages == read.conversations[0].messages
    assert [note for note in again.notes if note.code == "rejoined"] == [
        note for note in read.notes if note.code == "rejoined"
    ]


def test_redacted_json_is_refused_in_one_line(put: Put, tmp_path: Path) -> None:
    wm.write(wm.read(put("android"), redact=True), "json", tmp_path / "chat.json")
    with pytest.raises(OptionError, match=r"^\S*chat\.json: was redacted, .*--redact$"):
        wm.merge([tmp_path / "chat.json", put("ios")])


def test_redaction_comes_after_merging(put: Put) -> None:
    lines = bakery(gap=21)
    lines[0] = lines[0]._replace(text="Call me at +49 151 12345678, please")
    archive = wm.merge(
        [put("android", lines=lines), put("ios", lines=lines, hours=1)], redact=True, text="raw"
    )
    assert written(archive)[0] == "Call me at [phone 1], please"
    assert "12345678" not in json.dumps([note.text for note in archive.notes])
    assert {span.source for chat in archive.conversations for one in chat.messages for span in one.spans} == {
        info.id for info in archive.sources
    }


def test_a_time_zone_holds_for_all_copies(put: Put) -> None:
    archive = wm.merge([put("android", hours=1), put("database")], time_zone="Europe/Berlin")
    stamps = [one.timestamp for chat in archive.conversations for one in chat.messages]
    assert {str(stamp.tzinfo) for stamp in stamps if stamp} == {"Europe/Berlin"}
    assert written(archive) == TEXTS


def test_a_name_that_is_given_holds_for_json_of_an_earlier_run_too(put: Put, tmp_path: Path) -> None:
    wm.write(wm.merge([put("android", range(5))]), "json", tmp_path / "earlier.json")
    for zone in (None, "Europe/Berlin"):
        archive = wm.merge(
            [tmp_path / "earlier.json", put("paste", range(4, 8))], assistant="Mira", time_zone=zone
        )
        roles = {one.name: one.role for one in archive.conversations[0].participants}
        assert roles == {"Mira": "assistant", "ChatGPT": "user"}
        assert written(archive) == TEXTS


def test_a_name_must_be_that_of_somebody_in_one_of_the_copies_only(put: Put) -> None:
    paths = [put("android", range(6)), put("ios", range(2, 8), hours=1)]
    for name in ("Mira", "Mira K."):
        archive = wm.merge(paths, me=name)
        assert written(archive) == TEXTS
        assert [one.role for one in archive.conversations[0].participants] == ["user", "assistant"]
    with pytest.raises(OptionError, match="--me Nora: nobody"):
        wm.merge(paths, me="Nora")
    with pytest.raises(OptionError, match="--assistant Nora: nobody"):
        wm.merge(paths, assistant="Nora")


def test_different_chats_stay_different_conversations(put: Put, tmp_path: Path) -> None:
    other = tmp_path / "WhatsApp Chat with Copilot.txt"
    other.write_text(
        "25/03/2025, 12:00 - Mira: How long does the dough have to rest?\n"
        "25/03/2025, 12:01 - Copilot: That depends on the yeast.\n",
        encoding="utf-8",
    )
    archive = wm.merge([put("android", range(5)), other, put("ios", range(2, 8), hours=1)], split="none")
    assert sorted(chat.service or "" for chat in archive.conversations) == ["chatgpt", "copilot"]
    assert {chat.service: len(chat.messages) for chat in archive.conversations} == {
        "copilot": 2,
        "chatgpt": 9,
    }


def test_one_unreadable_input_is_one_line_that_names_it_as_given(put: Put, tmp_path: Path) -> None:
    good = put("android")
    half = tmp_path / "half.zip"
    half.write_bytes(put("ios").read_bytes()[:100])
    milk = tmp_path / "milk.txt"
    milk.write_text("milk\n", encoding="utf-8")
    newer = tmp_path / "newer.json"
    newer.write_text('{"schema":"wamigrate/99"}', encoding="utf-8")
    for bad, kind in (
        (half, SourceError),
        (milk, UnknownFormatError),
        (newer, ParseError),
        (tmp_path / "none.zip", SourceError),
    ):
        with pytest.raises(kind, match=f"^{bad}: ") as caught:
            wm.merge([good, bad])
        assert "\n" not in str(caught.value)


def test_a_message_that_gets_lost_is_noticed(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(copies: list[Conversation], notes: object) -> tuple[Conversation, ...]:
        del notes
        return tuple(wm.replace(copy, messages=copy.messages[1:]) for copy in copies)

    monkeypatch.setattr("wamigrate.merging.merge", forget)
    with pytest.raises(VerificationError, match="got lost"):
        wm.merge([put("android"), put("ios")])


def test_a_chat_of_a_database_can_be_chosen(put: Put) -> None:
    archive = wm.merge([put("database"), put("android", hours=1)], chat="ChatGPT")
    assert written(archive) == TEXTS
    with pytest.raises(OptionError, match="Nobody"):
        wm.merge([put("database"), put("android", hours=1)], chat="Nobody")


def test_a_year_completes_dates_that_show_none(tmp_path: Path) -> None:
    path = tmp_path / "pasted.txt"
    path.write_text("[25/11, 21:04] Mira: Hi\n[25/11, 21:05] ChatGPT: Hello\n", encoding="utf-8")
    (chat,) = wm.read(path, year=2019).conversations
    assert chat.started_at is not None
    assert chat.started_at.year == 2019
    with pytest.raises(OptionError, match="--year 19"):
        wm.read(path, year=19)


def test_many_inputs_are_not_all_named_on_the_screen(put: Put, tmp_path: Path) -> None:
    paths = [put("ios", range(n, n + 3), name=f"phone {n}") for n in range(6)]
    report = tmp_path / "report.json"
    arguments = ["merge", *map(str, paths), "-o", str(tmp_path / "out.json"), "--report", str(report)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0
    name = "WhatsApp Chat - ChatGPT.zip"
    assert done.output.split("\n")[0] == " + ".join([*[name] * 5, "1 more"])
    (outcome,) = json.loads(report.read_text(encoding="utf-8"))["outcomes"]
    assert outcome["input"] == " + ".join(map(str, paths))
    (result,) = outcome["results"]
    assert result["messages_in"] == result["messages_out"] + result["merged"]
