"""The folder of a migration is verified piece by piece: archives by rules, texts by their checksums."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner, Result

import wamigrate as wm
from wamigrate import migration
from wamigrate.cli import app
from wamigrate.destinations import Destination, find_destination, list_destinations
from wamigrate.errors import OptionError, SourceError, UnknownFormatError
from wamigrate.howto import NAME
from wamigrate.migrated import exporters_by_piece, pieces_in
from wamigrate.model import replace
from wamigrate.target import MARKER

CHATGPT: Final = Path(__file__).resolve().parent.parent / "fixtures/examples/WhatsApp Chat with ChatGPT.zip"
TEXTS: Final = ("chatgpt", "claude", "copilot", "grok", "meta-ai", "mistral", "obsidian", "perplexity")
CHAT: Final = "".join(
    f"{day:02}/03/2025, 20:10 - Mira: I live in Leeds. What about {day}?\n"
    f"{day:02}/03/2025, 20:11 - ChatGPT: *That* is {day}.\n"
    for day in range(1, 9)
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("chat.txt").write_text(CHAT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(place: Path) -> Callable[..., Result]:
    assert place == Path.cwd()
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_piece_has_the_same_exporter_wherever_it_goes() -> None:
    for destination in list_destinations():
        for piece in destination.pieces:
            assert exporters_by_piece()[piece.path] == piece.exporter


@pytest.mark.parametrize("key", [destination.key for destination in list_destinations()])
def test_what_a_migration_made_is_sound(key: str, run: Callable[..., Result]) -> None:
    wm.migrate("chat.txt", key, "out", date_order="dmy")
    found = wm.verify("out")
    assert (found.sound, found.as_written) == (True, True)
    assert {Path(piece.path).name for piece in found.pieces} == {
        piece.path for piece in find_destination(key).pieces
    }
    done = run("verify", "out")
    assert done.exit_code == 0
    assert f"out: {len(found.pieces)} piece" in done.stdout
    assert done.stdout.endswith("of a migration; nothing is wrong with it\n")
    assert found.is_archive == (key not in TEXTS)
    assert found.messages == (16 if found.is_archive else 0)


@pytest.mark.parametrize("key", ["sillytavern", "folder", "gemini", "openwebui"])
def test_it_is_complete_with_its_files(key: str, tmp_path: Path) -> None:
    wm.migrate(CHATGPT, key, tmp_path / "out", from_="whatsapp")
    found = wm.verify(tmp_path / "out", CHATGPT, from_="whatsapp")
    assert found.sound, found.findings
    assert found.compared + sum(found.left_out.values()) == 116
    assert found.against == str(CHATGPT)


def test_every_piece_has_a_line_and_the_last_one_sums_up(run: Callable[..., Result]) -> None:
    wm.migrate("chat.txt", "folder", "out", date_order="dmy")
    done = run("verify", "out", "--against", "chat.txt", "--date-order", "dmy")
    assert done.stdout == (
        "out/Conversations: markdown, text that no rule is about; as it was written\n"
        "out/archive.json: json, 16 messages in 8 conversations; every rule holds\n"
        "chat.txt: 16 messages found in it\n"
        "out: 2 pieces of a migration; nothing is wrong with it\n"
    )


def test_a_broken_piece_is_an_error_that_names_it(run: Callable[..., Result]) -> None:
    wm.migrate("chat.txt", "folder", "out", date_order="dmy")
    text = Path("out/archive.json").read_text(encoding="utf-8")
    Path("out/archive.json").write_text(text.replace('"kind":"text"', '"kind":"cake"', 1), encoding="utf-8")
    done = run("verify", "out")
    assert done.exit_code == 7
    assert done.stderr.startswith("error: out/archive.json: archive.json: ")
    assert "changed since it was written" in done.stdout
    assert done.stdout.endswith("out: 2 pieces of a migration; 2 findings\n")
    found = wm.verify("out")
    assert found.findings[0].where.startswith("archive.json: ")
    assert found.counts == found.pieces[1].counts


def test_text_may_be_changed_and_is_told_to_be(run: Callable[..., Result]) -> None:
    wm.migrate("chat.txt", "claude", "out", date_order="dmy")
    Path("out/memory.md").write_text("I live in Leeds.", encoding="utf-8")
    done = run("verify", "out")
    assert done.exit_code == 0
    assert (
        "out/memory.md: memory_pack, text that no rule is about; changed since it was written" in done.stdout
    )
    assert "out/context: context_pack, text that no rule is about; as it was written" in done.stdout


@pytest.mark.parametrize("gone", ["memory.md", "context/context.md", "context", "conversations.zip"])
def test_what_is_not_there_any_more_is_found(gone: str, run: Callable[..., Result]) -> None:
    wm.migrate("chat.txt", "gemini", "out", date_order="dmy")
    path = Path("out", gone)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    done = run("verify", "out")
    assert done.exit_code == 7
    top = gone.partition("/")[0]
    assert done.stderr == f"error: out/{top}: {gone}: was written here and is not there any more\n"


def test_parts_of_a_piece_are_verified_together(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = find_destination("librechat")
    small = replace(whole, pieces=(replace(whole.pieces[0], max_conversations=3),))

    def find_small(key: str) -> Destination:
        assert key == small.key
        return small

    monkeypatch.setattr(migration, "find_destination", find_small)
    wm.migrate("chat.txt", "librechat", "out", date_order="dmy", split="day")
    assert len(list(Path("out").glob("conversations-*.json"))) == 3
    found = wm.verify("out", "chat.txt", date_order="dmy", split="day")
    assert found.sound, found.findings
    assert (found.compared, found.conversations, len(found.pieces)) == (16, 8, 1)
    Path("out/conversations-2.json").unlink()
    assert wm.verify("out", "chat.txt", date_order="dmy", split="day").counts["missing-file"] == 1
    assert run("verify", "out").exit_code == 7


def test_texts_cannot_be_compared_with_their_source(run: Callable[..., Result]) -> None:
    wm.migrate("chat.txt", "claude", "out", date_order="dmy")
    with pytest.raises(OptionError, match=r"--against: out holds text for people \(memory.md, context\)"):
        wm.verify("out", "chat.txt")
    assert run("verify", "out", "--against", "chat.txt").exit_code == 2


def test_without_a_list_of_what_was_written_archives_are_verified_and_texts_are_not(
    run: Callable[..., Result],
) -> None:
    wm.migrate("chat.txt", "folder", "out", date_order="dmy")
    Path("out", MARKER).unlink()
    found = wm.verify("out")
    assert (found.sound, found.as_written, found.messages) == (True, None, 16)
    assert "nothing tells whether it was changed" in run("verify", "out").stdout
    wm.migrate("chat.txt", "claude", "texts", date_order="dmy")
    Path("texts", MARKER).unlink()
    with pytest.raises(UnknownFormatError):
        wm.verify("texts")


def test_a_format_can_be_chosen_among_the_pieces(run: Callable[..., Result]) -> None:
    wm.migrate("chat.txt", "folder", "out", date_order="dmy")
    assert [piece.format for piece in wm.verify("out", to="json").pieces] == ["json"]
    report = json.loads(run("verify", "out", "--json").stdout)
    assert [piece["format"] for piece in report["pieces"]] == ["markdown", "json"]


def test_other_folders_are_none_of_a_migration(place: Path) -> None:
    wm.migrate("chat.txt", "folder", "out", date_order="dmy")
    assert pieces_in(Path("chat.txt")) == pieces_in(Path("nowhere")) == pieces_in(place) == ()
    Path("out", NAME).rename("out/other.md")
    assert [made.exporter for made in pieces_in(Path("out"))] == ["markdown", "json"]
    Path("out", MARKER).unlink()
    assert pieces_in(Path("out")) == ()
    assert wm.convert("chat.txt", "sillytavern", "tavern", date_order="dmy").messages_out == 16
    assert wm.verify("tavern").pieces == ()


def test_a_folder_that_cannot_be_read_is_an_error_that_names_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wm.migrate("chat.txt", "folder", "out", date_order="dmy")

    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(SourceError, match=r"out: cannot be read \(Permission denied\)"):
        wm.verify(place / "out")
