"""What holds for every exporter that writes for an application: nothing is lost, no rule broken."""

import tempfile
from pathlib import Path
from typing import Final

import pytest
from archive_checks import (
    broken_rules,
    chat,
    common,
    differences,
    read_back,
    say,
    with_options,
    without_empty,
    write_into,
)
from hypothesis import HealthCheck, given, settings
from strategies import archives

import wamigrate as wm
from wamigrate.model import Archive, Attachment
from wamigrate.settings import Settings
from wamigrate.verification import verify

EXAMPLE: Final = Path(__file__).parent.parent / "fixtures/examples/WhatsApp Chat with ChatGPT.zip"
APPLICATIONS: Final = ("librechat", "llm", "lobehub", "openwebui", "sillytavern")
HARD: Final = (
    say("Hello first 👋", "assistant", "2025-03-01T09:30:15.250+01:00"),
    say("cafe\u0301 and café", time="2025-03-01T09:30:15.250+01:00"),
    say("a family 👨‍👩‍👧‍👦, مرحبا \u200fRTL\u200e", time="2025-03-01T09:30:15.250+01:00"),
    say("```py\nif x:\n    y = 1\n\n\n    z\n```", "assistant", "2025-03-01T09:31+01:00"),
    say("| a | b |\n|---|---|\n| c \\| d | e |", "assistant", "2025-03-01T09:29+01:00"),
    say('back\\slash "quotes" \u2028\u2029\x0b\x07 <b> &amp; \r\n end', time="2025-03-01T09:33+01:00"),
    say("no time at all"),
    say("   "),
    say("\\u0000 is no NUL", "assistant", "2025-03-02T09:00+01:00"),
)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_everything_of_the_common_archive_comes_back(name: str, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, name, common())
    assert broken_rules(name, path) == []
    assert differences(common().conversations, read_back(name, path)) == []


@pytest.mark.parametrize("name", APPLICATIONS)
def test_hard_texts_and_times_come_back(name: str, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, name, chat(*HARD))
    assert broken_rules(name, path) == []
    (archived,) = read_back(name, path)
    assert differences(chat(*HARD).conversations, [archived]) == []
    texts = [message.text for message in HARD]
    texts[texts.index("   ")] = "*empty message*"
    assert [message.text for message in archived.messages] == texts


@pytest.mark.parametrize("name", APPLICATIONS)
def test_nul_comes_back(name: str, tmp_path: Path) -> None:
    archive = chat(say("a\0b", time="2025-03-01T09:00"), say("\\\0", "assistant", "2025-03-01T09:01"))
    path, _ = write_into(tmp_path, name, archive)
    assert broken_rules(name, path) == []
    assert [message.text for message in read_back(name, path)[0].messages] == ["a\0b", "\\\0"]


@pytest.mark.parametrize("name", APPLICATIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(archives().map(without_empty).filter(lambda archive: archive.conversations))
def test_whatever_is_written_keeps_all_rules(name: str, archive: Archive) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, _ = write_into(Path(folder), name, archive, media_from=None)
        assert broken_rules(name, path) == []
        found = [len(conversation.messages) for conversation in read_back(name, path)]
    assert found == [len(conversation.messages) for conversation in archive.conversations]


@pytest.mark.parametrize("name", APPLICATIONS)
def test_what_was_written_is_recognised_by_its_exporter_alone(name: str, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, name, common())
    assert verify(path).format == name
    assert verify(path).sound


@pytest.mark.parametrize("name", APPLICATIONS)
def test_notices_stay_out_unless_they_are_asked_for(name: str) -> None:
    exporter = with_options(name, {})
    assert not Settings().filter_for(exporter).notices
    assert Settings(notices=True).filter_for(exporter).notices


@pytest.mark.parametrize("name", APPLICATIONS)
def test_a_file_that_does_not_come_along_has_a_line(name: str, tmp_path: Path) -> None:
    files = (Attachment("notes.pdf", "application/pdf", 3, None, "notes.pdf"), Attachment(None, "video"))
    archive = chat(say("look", attachments=files, kind="media"))
    path, _ = write_into(tmp_path, name, archive)
    lines = "📎 notes.pdf (not in the export)\n\n📎 video (not in the export)\n\nlook"
    assert read_back(name, path)[0].messages[0].text == lines


@pytest.mark.parametrize("name", APPLICATIONS)
def test_a_conversation_without_title_is_called_by_its_people(name: str, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, name, chat(say("hi"), title=None))
    assert read_back(name, path)[0].title == "Nora, ChatGPT"


@pytest.mark.parametrize("to", ["librechat", "lobehub", "openai_jsonl", "sharegpt"])
def test_files_that_a_format_has_no_place_for_are_counted(to: str, tmp_path: Path) -> None:
    result = wm.convert(EXAMPLE, to, tmp_path / "result")
    (note,) = (note for note in result.notes if note.code == "media-unwritten")
    assert note.text == f"5 files were not written: {to} has no place for files"
