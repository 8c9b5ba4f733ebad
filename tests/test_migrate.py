"""Migrating: a folder for a destination, whole or not at all, split where a limit needs it, with steps."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
import typer
from open_webui_server import TOKEN, serving
from typer.testing import CliRunner, Result

from wamigrate.archived import is_verifiable
from wamigrate.branch import Branch
from wamigrate.cli_migrate import destinations
from wamigrate.cli_migrate import migrate as command
from wamigrate.destinations import Destination, Piece, find_destination, list_destinations
from wamigrate.direct_import import DirectImport, import_directly
from wamigrate.errors import (
    ExportError,
    NothingToExportError,
    OptionError,
    SourceError,
    TargetExistsError,
    UnknownFormatError,
)
from wamigrate.formats import find_exporter
from wamigrate.howto import NAME
from wamigrate.library import read
from wamigrate.migration import Migration, migrate
from wamigrate.parcels import Delivery, write_pieces
from wamigrate.pipeline import reading
from wamigrate.settings import Settings
from wamigrate.target import MARKER, FolderTarget, MemoryTarget, Target
from wamigrate.verification import verify

EXAMPLES: Final = Path(__file__).resolve().parent.parent / "fixtures" / "examples"
CHAT: Final = "".join(
    f"{day:02}/03/2025, 21:04 - Mira: Question {day}?\n{day:02}/03/2025, 21:05 - ChatGPT: Answer {day}.\n"
    for day in range(1, 13)
)
PERSONAL: Final = "13/03/2025, 08:00 - Mira: I live in Leeds.\n13/03/2025, 08:01 - ChatGPT: Lovely.\n"
ALL: Final = [destination.key for destination in list_destinations()]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chat.txt").write_text(CHAT, encoding="utf-8")
    (tmp_path / "personal.txt").write_text(CHAT + PERSONAL, encoding="utf-8")
    return tmp_path


def files(folder: Path) -> set[str]:
    """Return the files of a result; the marker is not counted."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return found - {MARKER}


def deliver(pieces: list[Piece], target: Target, source: str = "chat.txt", split: str = "day") -> Delivery:
    settings = Settings(split=split)
    with reading(source, settings) as read_:
        return write_pieces(read_, pieces, target, settings)


@pytest.mark.parametrize("key", ALL)
def test_every_destination_gets_its_files_and_steps_of_a_real_export(key: str, tmp_path: Path) -> None:
    found = migrate(
        EXAMPLES / "WhatsApp Chat with ChatGPT.zip", key, tmp_path / "out", time_zone="Europe/London"
    )
    destination = find_destination(key)
    assert isinstance(found, Migration)
    assert (found.destination, found.chats, found.output) == (key, destination.chats, tmp_path / "out")
    assert [parcel.path.rstrip("/") for parcel in found.parcels] == [
        piece.path for piece in destination.pieces
    ]
    assert all(parcel.size > 0 and not parcel.too_large for parcel in found.parcels)
    written = files(tmp_path / "out")
    assert NAME in written
    for parcel in found.parcels:
        inside = {name for name in written if name == parcel.path or name.startswith(parcel.path)}
        assert len(inside) == parcel.files
        assert sum((tmp_path / "out" / name).stat().st_size for name in inside) == parcel.size
        written -= inside
    assert written == {NAME}
    assert [result.output for result in found.results] == [
        tmp_path / "out" / one.path for one in found.parcels
    ]


@pytest.mark.parametrize("key", ALL)
def test_the_steps_are_numbered_name_what_is_there_and_keep_no_placeholder(key: str, tmp_path: Path) -> None:
    migrate(EXAMPLES / "WhatsApp Chat with ChatGPT.zip", key, tmp_path / "out")
    text = (tmp_path / "out" / NAME).read_text(encoding="utf-8")
    steps = text.partition("## What to do")[2].partition("\n## ")[0]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", steps, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert not re.search(r"\{\d\}", text)
    assert f"As of {find_destination(key).as_of}" in text
    assert "115 messages in 24 conversations" in text
    where = " (`Conversations/`)" if key == "folder" else ""
    assert f"1 of WhatsApp's own notices was left out{where}." in text
    assert "loss: 1 answer shows code that lost dollar signs" in text


@pytest.mark.parametrize("key", [key for key in ALL if find_destination(key).chats])
def test_nothing_of_the_source_is_missing_in_what_a_destination_imports(key: str, tmp_path: Path) -> None:
    source = EXAMPLES / "WhatsApp Chat with ChatGPT.zip"
    found = migrate(source, key, tmp_path / "out", time_zone="Europe/London")
    text = (tmp_path / "out" / NAME).read_text(encoding="utf-8")
    for parcel in found.parcels:
        if is_verifiable(find_exporter(parcel.exporter)):
            checked = verify(
                found.output / parcel.path, source, to=parcel.exporter, time_zone="Europe/London"
            )
            assert checked.sound, checked.findings
            assert checked.compared + sum(checked.left_out.values()) == 116
            assert f"`wamigrate verify {parcel.path} --against INPUT`" in text


def test_what_was_made_of_several_inputs_is_proven_against_each_of_them(tmp_path: Path) -> None:
    inputs = [EXAMPLES / "WhatsApp Chat with ChatGPT.zip", EXAMPLES / "WhatsApp Chat - Copilot.zip"]
    found = migrate(inputs, "llm", tmp_path / "out", time_zone="Europe/London")
    text = (found.output / NAME).read_text(encoding="utf-8")
    assert "`wamigrate verify logs.db --against INPUT`, `--against` for each input, with" in text
    assert verify(found.output / "logs.db", inputs, time_zone="Europe/London").sound
    assert not verify(found.output / "logs.db", inputs[0], time_zone="Europe/London").sound


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        migrate(EXAMPLES / "WhatsApp Chat - Copilot.zip", "gemini", tmp_path / name)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    for name in files(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.usefixtures("place")
class TestChoices:
    def test_without_statements_there_is_no_memory_file_and_no_step_for_it(self, place: Path) -> None:
        found = migrate("chat.txt", "claude", "out")
        assert files(place / "out") == {NAME, "context/context.md"}
        assert len(found.missing) == 1
        text = (place / "out" / NAME).read_text(encoding="utf-8")
        assert "memory.md was not written: no sentence in 24 messages says something lasting" in text
        assert "memory" not in text.partition("## What to do")[2].partition("\n## ")[0]
        assert "1. Put the files of `context/`" in text

    def test_with_statements_the_form_is_that_of_the_destination(self, place: Path) -> None:
        migrate("personal.txt", "claude", "claude")
        migrate("personal.txt", "grok", "grok")
        assert (
            (place / "claude" / "memory.md")
            .read_text(encoding="utf-8")
            .startswith("```\n[2025-03-13] - “I live")
        )
        assert (
            (place / "grok" / "memory.md")
            .read_text(encoding="utf-8")
            .startswith("Here is what I told ChatGPT")
        )

    def test_the_budget_and_the_subject_choose_what_goes_along(self, place: Path) -> None:
        found = migrate("chat.txt", "chatgpt", "out", budget="500 characters", about="question", split="day")
        text = (place / "out" / "context" / "context.md").read_text(encoding="utf-8")
        assert len(text) <= 500
        assert {note.severity for note in found.notes if note.code == "selected"} == {"info"}
        assert not any(result.lossless for result in found.results)
        assert "are in the context pack" in (place / "out" / NAME).read_text(encoding="utf-8")

    def test_a_budget_where_everything_goes_along_is_refused(self, place: Path) -> None:
        with pytest.raises(
            OptionError, match=r"--budget and --about: LobeHub .* gets all conversations whole"
        ):
            migrate("chat.txt", "lobehub", "out", budget="3k", about="x")
        assert not (place / "out").exists()

    def test_options_of_a_person_come_before_those_of_the_table(self, place: Path) -> None:
        found = migrate("personal.txt", "claude", "out", options={"memory_pack.form": "plain"})
        assert "Here is what I told" in (place / "out" / "memory.md").read_text(encoding="utf-8")
        assert found.evidence == "documented"

    def test_redaction_reaches_every_file_and_the_name_of_the_folder(self, place: Path) -> None:
        (place / "Chat with +49 170 1234567.txt").write_text(
            PERSONAL.replace("Leeds", "Leeds, call me at +49 170 1234567"), encoding="utf-8"
        )
        found = migrate("Chat with +49 170 1234567.txt", "claude", redact=True, assistant="ChatGPT")
        assert "1234567" not in str(found.output)
        for name in files(place / found.output):
            assert "1234567" not in (place / found.output / name).read_text(encoding="utf-8")

    def test_several_inputs_become_one_history_without_doubles(self, place: Path) -> None:
        found = migrate(["chat.txt", "personal.txt"], "folder")
        assert found.output == Path("merged-folder")
        archive = read(place / "merged-folder" / "archive.json")
        assert sum(len(one.messages) for one in archive.conversations) == 26

    def test_the_folder_is_named_after_input_and_destination(self, place: Path) -> None:
        assert migrate("chat.txt", "llm").output == Path("chat-llm")
        assert files(place / "chat-llm") == {NAME, "logs.db"}

    def test_progress_is_told(self) -> None:
        steps: set[str] = set()

        def watch(step: str, done: int, total: int) -> None:
            assert done <= total or not total
            steps.add(step)

        migrate("chat.txt", "folder", "out", watch=watch)
        assert {"reading", "writing"} <= steps


@pytest.mark.usefixtures("place")
class TestRefusals:
    def test_an_unknown_destination(self, place: Path) -> None:
        with pytest.raises(OptionError, match="there is no destination 'bing'; there are: chatgpt, copilot"):
            migrate("chat.txt", "bing")
        assert files(place) == {"chat.txt", "personal.txt"}

    def test_something_is_there_already(self, place: Path) -> None:
        migrate("chat.txt", "claude", "out")
        before = (place / "out" / NAME).read_bytes()
        with pytest.raises(TargetExistsError, match="exists already; add --overwrite"):
            migrate("chat.txt", "claude", "out")
        migrate("chat.txt", "claude", "out", overwrite=True)
        assert (place / "out" / NAME).read_bytes() == before

    def test_a_folder_of_somebody_else_is_left_alone(self, place: Path) -> None:
        (place / "out").mkdir()
        (place / "out" / "notes.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(TargetExistsError, match="was not written by wamigrate"):
            migrate("chat.txt", "claude", "out", overwrite=True)

    def test_the_input_itself_is_no_place(self) -> None:
        with pytest.raises(TargetExistsError, match="is the input itself"):
            migrate("chat.txt", "claude", "chat.txt", overwrite=True)

    def test_standard_output_is_no_folder(self) -> None:
        with pytest.raises(OptionError, match="a folder cannot go to standard output"):
            migrate("chat.txt", "claude", "-")

    @pytest.mark.parametrize("key", ALL)
    def test_nothing_to_export_leaves_nothing_behind(self, key: str, place: Path) -> None:
        with pytest.raises(NothingToExportError):
            migrate("chat.txt", key, "out", after="2030-01-01")
        assert [path.name for path in place.iterdir() if path.is_dir()] == []

    def test_a_missing_input_an_unknown_one_and_none_at_all(self, place: Path) -> None:
        (place / "letter.txt").write_text("Dear Ana,\n\nall well.\n", encoding="utf-8")
        with pytest.raises(SourceError):
            migrate("missing.zip", "claude", "out")
        with pytest.raises(UnknownFormatError):
            migrate("letter.txt", "claude", "out")
        with pytest.raises(OptionError, match="no input is given"):
            migrate([], "claude", "out")
        assert not (place / "out").exists()

    @pytest.mark.parametrize(
        "options",
        [{"split": "often"}, {"options": {"memory_pack.form": "bing"}}, {"options": {"nothing.x": "1"}}],
    )
    def test_options_that_do_not_fit_are_refused_before_anything_is_read(
        self, options: dict[str, str]
    ) -> None:
        with pytest.raises(OptionError):
            migrate("missing.zip", "claude", "out", **options)  # type: ignore[arg-type]  # wrong on purpose

    def test_a_full_disk_leaves_nothing_half_written(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened = FolderTarget.open

        def full(self: FolderTarget, name: str = "") -> object:
            if name == NAME:
                raise OSError(28, "No space left on device")
            return opened(self, name)

        monkeypatch.setattr(FolderTarget, "open", full)
        with pytest.raises(ExportError, match="No space left on device"):
            migrate("chat.txt", "folder", "out")
        assert files(place) == {"chat.txt", "personal.txt"}


@pytest.mark.usefixtures("place")
class TestSplitting:
    def test_a_file_that_is_too_large_becomes_several_of_whole_conversations(self) -> None:
        target = MemoryTarget()
        deliver([Piece("chatgpt", "all.json", "", {"file": "json"})], target)
        whole = json.loads(target.files["all.json"])
        limit = len(target.files["all.json"]) // 3
        target = MemoryTarget()
        delivery = deliver([Piece("chatgpt", "all.json", "", {"file": "json"}, max_bytes=limit)], target)
        paths = [parcel.path for parcel in delivery.parcels]
        assert paths == [f"all-{number}.json" for number in range(1, len(paths) + 1)]
        assert len(paths) >= 3
        assert set(target.files) == set(paths)
        assert all(len(content) <= limit for content in target.files.values())
        parts = [json.loads(target.files[path]) for path in paths]
        assert [chat for part in parts for chat in part] == whole
        assert sum(parcel.conversations for parcel in delivery.parcels) == 12
        assert not any(parcel.too_large for parcel in delivery.parcels)

    def test_a_long_conversation_at_the_end_is_parted_from_all_others(self, place: Path) -> None:
        last = "".join(f"20/03/2025, 21:{n:02} - Mira: And question {n}?\n" for n in range(60))
        (place / "long.txt").write_text(CHAT + last, encoding="utf-8")
        target = MemoryTarget()
        deliver([Piece("chatgpt", "all.json", "", {"file": "json"})], target, "long.txt")
        limit = len(target.files["all.json"]) - 1
        target = MemoryTarget()
        piece = Piece("chatgpt", "all.json", "", {"file": "json"}, max_bytes=limit)
        delivery = deliver([piece], target, "long.txt")
        assert [(parcel.path, parcel.conversations) for parcel in delivery.parcels] == [
            ("all-1.json", 12),
            ("all-2.json", 1),
        ]

    def test_an_archive_is_split_on_the_disk_too(self, place: Path) -> None:
        target = FolderTarget(place / "out")
        with target:
            delivery = deliver([Piece("chatgpt", "all.zip", "", max_bytes=4000)], target)
        found = files(place / "out")
        assert found == {parcel.path for parcel in delivery.parcels}
        assert len(found) > 1
        assert all((place / "out" / name).stat().st_size <= 4000 for name in found)
        chats = [
            json.loads(zipfile.ZipFile(place / "out" / parcel.path).read("conversations.json"))
            for parcel in delivery.parcels
        ]
        assert sum(map(len, chats)) == 12

    def test_a_single_conversation_that_is_too_large_stays_whole_and_that_is_said(self) -> None:
        target = MemoryTarget()
        delivery = deliver(
            [Piece("chatgpt", "all.json", "", {"file": "json"}, max_bytes=1000)], target, split="none"
        )
        (parcel,) = delivery.parcels
        assert (parcel.path, parcel.too_large) == ("all.json", True)
        delivery = deliver(
            [Piece("chatgpt", "all.json", "", {"file": "json"}, max_bytes=100)], target, split="day"
        )
        assert [parcel.too_large for parcel in delivery.parcels] == [True] * 12

    def test_more_conversations_than_a_file_may_hold_become_several_files(self) -> None:
        target = MemoryTarget()
        piece = Piece("openwebui", "chats.json", "", max_conversations=5)
        delivery = deliver([piece], target)
        assert [parcel.conversations for parcel in delivery.parcels] == [5, 5, 2]
        assert sorted(target.files) == ["chats-1.json", "chats-2.json", "chats-3.json"]
        target = MemoryTarget()
        deliver([Piece("openwebui", "chats.json", "", max_conversations=12)], target)
        assert list(target.files) == ["chats.json"]

    def test_an_optional_piece_without_content_leaves_no_file(self) -> None:
        target = MemoryTarget()
        delivery = deliver([Piece("memory_pack", "m.md", "", {"required": "true"}, optional=True)], target)
        assert target.files == {}
        assert delivery.parcels == []
        assert "says something lasting" in delivery.missing[0]

    def test_a_large_file_is_said_to_be_too_large_in_the_steps(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small = Destination(
            "librechat", "L", True, "proven", "R.", "2026-11",
            (Piece("chatgpt", "all.json", "w", {"file": "json"}, max_bytes=100),), (),
        )  # fmt: skip

        def find(key: str) -> Destination:
            assert key == "librechat"
            return small

        monkeypatch.setattr("wamigrate.migration.find_destination", find)
        migrate("chat.txt", "librechat", "out", split="none")
        assert "`all.json` is larger than that" in (place / "out" / NAME).read_text(encoding="utf-8")


def test_a_branch_measures_what_can_be_written_anywhere_in_a_file() -> None:
    outer = MemoryTarget()
    branch = Branch(outer, "part")
    with branch.writing("a.bin") as stream:
        assert stream.seekable()
        stream.write(b"0123456789")
        stream.seek(0)
        stream.write(b"ab")
        assert stream.tell() == 2
    assert outer.files == {"part/a.bin": b"ab23456789"}
    assert branch.sizes == {"part/a.bin": 10}
    branch.remove()
    assert outer.files == {}


def test_a_branch_says_where_a_file_could_not_be_written() -> None:
    class Full(MemoryTarget):
        def open(self, name: str = "") -> io.BytesIO:
            raise OSError(28, "No space left on device", name)

    with (
        pytest.raises(ExportError, match=r"part/x: cannot be written \(No space left on device\)"),
        Branch(Full(), "part").writing("x"),
    ):
        pass


@pytest.fixture
def run(place: Path) -> Callable[..., Result]:
    del place
    app = typer.Typer(rich_markup_mode=None)
    app.command()(command)
    app.command()(destinations)
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])


class TestCommand:
    def test_it_says_what_was_made_and_where(self, run: Callable[..., Result]) -> None:
        done = run("migrate", "personal.txt", "--into", "claude", "--tz", "Europe/London")
        assert done.exit_code == 0
        lines = done.stdout.split("\n")
        assert lines[0] == "personal.txt"
        assert lines[1] == "  for         Claude: imports no chats, takes text (documented)"
        assert any("memory.md" in line and "context/" in line for line in lines)
        assert lines[-2] == "personal-claude"

    def test_quiet_prints_the_place_alone(self, run: Callable[..., Result]) -> None:
        done = run("migrate", "chat.txt", "--into", "folder", "-q")
        assert (done.exit_code, done.stdout) == (0, "chat-folder\n")

    @pytest.mark.parametrize(
        ("arguments", "code", "words"),
        [
            (("chat.txt", "--into", "bing"), 2, "there is no destination 'bing'; there are: chatgpt"),
            (("chat.txt", "--into", "claude", "--budget", "much"), 2, "--budget much: must be a size"),
            (("chat.txt", "--into", "claude", "--about", "?"), 2, "--about ?: holds no word"),
            (("chat.txt", "--into", "folder", "--budget", "3k"), 2, "--budget: a plain folder gets all"),
            (
                ("chat.txt", "--into", "claude", "--url", "http://x", "--token", "t"),
                2,
                "cannot bring anything to Claude",
            ),
            (("chat.txt", "--into", "openwebui", "--url", "http://x"), 2, "--url: needs an API key"),
            (
                ("chat.txt", "--into", "openwebui", "--url", "http://x", "--token", "t", "-o", "y"),
                2,
                "-o: --url sends",
            ),
            (("chat.txt", "--into", "claude", "--option", "x"), 2, "must be FORMAT.KEY=VALUE"),
            (("chat.txt", "--into", "claude", "-o", "chat.txt"), 6, "is the input itself"),
            (("chat.txt", "--into", "claude", "--after", "2030-01-01"), 6, "no message of 24 is left"),
            (("missing.zip", "--into", "claude"), 3, "missing.zip: cannot be read"),
        ],
    )
    def test_an_error_is_one_line_with_its_code(
        self, run: Callable[..., Result], arguments: tuple[str, ...], code: int, words: str
    ) -> None:
        done = run("migrate", *arguments)
        assert done.exit_code == code
        assert done.stderr.startswith("error: ")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1

    def test_strict_tells_losses_by_its_code_and_writes_all_the_same(
        self, run: Callable[..., Result], place: Path
    ) -> None:
        example = EXAMPLES / "WhatsApp Chat with ChatGPT.zip"
        done = run("migrate", example, "--into", "claude", "-o", "out", "--strict")
        assert done.exit_code == 9
        assert (place / "out" / NAME).exists()

    def test_a_selection_is_told_and_is_no_loss(self, run: Callable[..., Result]) -> None:
        arguments = ("--into", "claude", "--budget", "600 characters", "--date-order", "dmy", "--strict")
        done = run("migrate", "chat.txt", *arguments)
        assert done.exit_code == 0
        assert "are in the context pack (" in done.stdout
        assert "loss:" not in done.stdout

    def test_programs_get_what_was_made_as_json(self, run: Callable[..., Result], place: Path) -> None:
        done = run("migrate", "chat.txt", "--into", "folder", "-o", "out", "--json")
        report = json.loads(done.stdout)
        assert (done.exit_code, done.stderr) == (0, "")
        assert (report["schema"], report["sent"]) == ("wamigrate-migration/1", None)
        made = report["made"]
        assert (made["destination"], made["output"]) == ("folder", "out")
        assert [parcel["path"] for parcel in made["parcels"]] == ["Conversations/", "archive.json"]
        assert [result["output"] for result in made["results"]] == ["out/Conversations", "out/archive.json"]
        assert (place / "out" / NAME).exists()
        again = run("migrate", "chat.txt", "--into", "folder", "-o", "out", "--json")
        assert (again.exit_code, again.stdout) == (6, "")

    def test_programs_get_what_was_sent_as_json(self, run: Callable[..., Result]) -> None:
        with serving() as state:
            server = ("--url", state.url, "--token", TOKEN)
            done = run("migrate", "chat.txt", "--into", "openwebui", *server, "--split", "day", "--json")
        report = json.loads(done.stdout)
        assert (report["made"], report["sent"]["sent"], report["sent"]["present"]) == (None, 12, 0)
        assert TOKEN not in done.output

    def test_media_reaches_every_exporter_that_has_that_option(
        self, run: Callable[..., Result], place: Path
    ) -> None:
        example = EXAMPLES / "WhatsApp Chat with ChatGPT.zip"
        done = run("migrate", example, "--into", "obsidian", "--media", "omit", "-o", "out")
        assert done.exit_code == 0
        assert not list((place / "out").rglob("*.jpg"))

    def test_media_is_left_to_exporters_that_have_that_option(
        self, run: Callable[..., Result], place: Path
    ) -> None:
        example = EXAMPLES / "WhatsApp Chat with ChatGPT.zip"
        assert run("migrate", example, "--into", "folder", "--media", "omit", "-o", "out").exit_code == 0
        assert not list((place / "out").rglob("*.jpg"))
        assert json.loads((place / "out" / "archive.json").read_bytes())["conversations"]

    def test_an_option_reaches_the_exporter_it_is_for(self, run: Callable[..., Result], place: Path) -> None:
        for value, begin in (("true", "---"), ("false", "# ")):
            flags = ("-o", value, "--option", f"markdown.front_matter={value}")
            assert run("migrate", "chat.txt", "--into", "folder", *flags).exit_code == 0
            notes = [path.read_text(encoding="utf-8") for path in (place / value).rglob("2025*.md")]
            assert notes
            assert all(note.startswith(begin) for note in notes)

    def test_a_key_that_others_can_read_on_its_way_is_warned_of(
        self, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving() as state:
            sent = import_directly(["chat.txt"], "openwebui", state.url, TOKEN)
        asked: list[str] = []

        def send(_: object, into: str, url: str, token: str, **_more: object) -> DirectImport:
            assert (into, token) == ("openwebui", TOKEN)
            asked.append(url)
            return sent

        monkeypatch.setattr("wamigrate.direct_import.import_directly", send)
        for url, warned in (("http://192.0.2.1:8080", True), ("https://192.0.2.1", False)):
            done = run("migrate", "chat.txt", "--into", "openwebui", "--url", url, "--token", TOKEN)
            assert done.exit_code == 0
            assert (f"{url}: the key and the chats go there unencrypted" in done.stderr) == warned
        assert asked == ["http://192.0.2.1:8080", "https://192.0.2.1"]

    def test_it_sends_to_a_server_and_says_so(self, run: Callable[..., Result]) -> None:
        with serving() as state:
            arguments = (
                "migrate",
                "chat.txt",
                "--into",
                "openwebui",
                "--url",
                state.url,
                "--token",
                TOKEN,
                "--split",
                "day",
            )
            first, second = run(*arguments), run(*arguments)
            assert len(state.chats) == 12
        assert (first.exit_code, second.exit_code) == (0, 0)
        assert "12 sent, 0 there before" in first.stdout
        assert "0 sent, 12 there before" in second.stdout
        assert first.stdout.endswith(f"\n{state.url}\n")
        assert TOKEN not in first.stdout + first.stderr

    def test_a_token_can_stand_in_the_environment(
        self, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WAMIGRATE_TOKEN", TOKEN)
        with serving() as state:
            assert run("migrate", "chat.txt", "--into", "openwebui", "--url", state.url).exit_code == 0
            assert state.chats

    def test_destinations_are_listed_with_what_they_import_and_the_evidence(
        self, run: Callable[..., Result]
    ) -> None:
        lines = run("destinations").stdout.split("\n")
        assert re.fullmatch(
            r"gemini +Google Gemini +chats +unproven",
            next(line for line in lines if line.startswith("gemini")),
        )
        assert re.fullmatch(
            r"copilot +Microsoft Copilot +text +documented",
            next(line for line in lines if line.startswith("copilot")),
        )

    def test_destinations_are_listed_as_json_for_programs(self, run: Callable[..., Result]) -> None:
        found = json.loads(run("destinations", "--json").stdout)
        assert [one["key"] for one in found] == ALL
        assert json.loads(run("destinations", "claude", "--json").stdout)["title"] == "Claude"

    def test_one_destination_is_told_whole(self, run: Callable[..., Result]) -> None:
        text = run("destinations", "gemini").stdout
        destination = find_destination("gemini")
        assert destination.remark in text
        assert all(limit in text for limit in destination.limits)
        assert "{" not in text
        assert run("destinations", "bing").exit_code == 2
