"""The command line in one process; ``test_commands.py`` runs it as people do."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from wamigrate import batch, cli, pipeline, progress, render, streaming
from wamigrate.errors import ExportError, ParseError, WamigrateError
from wamigrate.formats import find_exporters, find_parsers, names
from wamigrate.report import Outcome, failure
from wamigrate.settings import Settings
from wamigrate.source import Source
from wamigrate.split import DEFAULT

CHAT = "25/03/2025, 21:04 - Mira: Hi\n25/03/2025, 21:05 - ChatGPT: Hello\n26/03/2025, 21:06 - Mira: Bye\n"
FLAGS = (
    *(
        "--to",
        "--output",
        "--from",
        "--tz",
        "--date-order",
        "--assistant",
        "--me",
        "--split",
        "--text",
        "--after",
    ),
    *("--before", "--notices", "--no-notices", "--media", "--option", "--overwrite", "--strict", "--report"),
    *("--quiet", "--debug"),
)
STEERING = ["\x1b", "\x07", "\r", "\n", "\x7f", "\x9b", "\u202e", "\u2066", "\u200f", "\u2028", "\ud800"]
COMMANDS = ["export", "merge", "inspect", "migrate", "destinations", "verify", "formats", "schema", "stats"]
COMPLETIONS = [
    ("wamigrate export --to mar", "markdown"),
    ("wamigrate export --from past", "pasted"),
    ("wamigrate ins", "inspect"),
    ("wamigrate migrate --into lib", "librechat"),
    ("wamigrate destinations obs", "obsidian"),
]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    Path("chat.txt").write_text(CHAT, encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(cli.app, arguments, prog_name="wamigrate")


def wamigrate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wamigrate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class TestHelp:
    def test_it_names_every_format(self, run: Run) -> None:
        shown = " ".join(run("--help").output.split())
        assert f"Reads: {', '.join(names('parsers'))}." in shown
        assert f"Writes: {', '.join(names('exporters'))}." in shown

    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_has_help_that_fits_a_terminal(self, run: Run, command: str) -> None:
        shown = run(command, "--help")
        assert shown.exit_code == 0
        assert max(len(line) for line in shown.output.split("\n")) <= 80

    def test_the_flags_are_those_of_the_design(self, run: Run) -> None:
        shown = run("export", "--help").output
        for flag in FLAGS:
            assert f"{flag} " in shown, flag

    def test_the_default_it_names_for_split_is_the_default(self, run: Run) -> None:
        assert f"[default: {DEFAULT}]" in " ".join(run("export", "--help").output.split())

    def test_without_arguments_help_is_shown(self, run: Run) -> None:
        assert "Commands:" in run().output

    @pytest.mark.parametrize("arguments", [(), ("export", "--help"), ("--help",)])
    def test_help_goes_where_it_can_be_read(self, arguments: tuple[str, ...]) -> None:
        done = wamigrate(*arguments)
        shown, other = (done.stdout, done.stderr) if arguments else (done.stderr, done.stdout)
        assert (done.returncode, other) == (0 if arguments else 2, "")
        assert "Usage: wamigrate" in shown
        assert len(shown.split("\n")) > 10

    def test_streams_that_are_no_terminal_and_no_file_will_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        printed = io.StringIO()
        monkeypatch.setattr("sys.stdout", printed)
        monkeypatch.setattr("sys.argv", ["wamigrate", "formats"])
        with pytest.raises(SystemExit) as done:
            cli.main()
        assert done.value.code == 0
        assert "markdown" in printed.getvalue()

    def test_the_module_can_be_imported_without_running(self) -> None:
        assert import_module("wamigrate.__main__").main is cli.main

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the folder that a program is in")
    @pytest.mark.parametrize("more", [(), ("-o", "x.json"), ("-o", ".")])
    def test_a_current_folder_that_is_gone_is_one_line(self, tmp_path: Path, more: tuple[str, ...]) -> None:
        (tmp_path / "chat.txt").write_text(CHAT, encoding="utf-8")
        gone = tmp_path / "gone"
        gone.mkdir()
        leave = ("sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh")
        command = (sys.executable, "-P", "-m", "wamigrate", "export", str(tmp_path / "chat.txt"))
        done = subprocess.run(
            [*leave, *command, "--to", "json", *more],
            cwd=gone,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == "error: the current folder was removed; change to one that is there\n"
        assert done.returncode == 6
        assert [path.name for path in tmp_path.iterdir()] == ["chat.txt"]

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk of the system's own")
    def test_a_standard_output_without_room_is_one_line(self) -> None:
        with Path("/dev/full").open("wb") as full:
            command = [sys.executable, "-m", "wamigrate", "formats"]
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert done.stderr == "error: standard output: cannot be written (No space left on device)\n"
        assert done.returncode == ExportError.exit_code

    def test_it_loads_no_format_no_pipeline_and_no_rich(self) -> None:
        code = "import sys; from wamigrate import cli; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        heavy = {"wamigrate.pipeline", "wamigrate.bots", "rich.console", "phonenumbers", "zoneinfo"}
        formats = {"parsers": names("parsers"), "exporters": names("exporters")}
        heavy |= {f"wamigrate.{group}.{name}" for group, known in formats.items() for name in known}
        assert not heavy & set(done.stdout.split())

    def test_it_is_quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # to be counted takes time
        assert min(_spent_on_help() for _ in range(4)) < 0.5, "seconds of one processor"


def _spent_on_help() -> float:
    """Return the seconds of processor time that one start takes."""
    before = os.times()
    assert wamigrate("--help").returncode == 0
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


class TestCompletion:
    @pytest.mark.parametrize(("words", "expected"), COMPLETIONS)
    def test_commands_and_formats_are_completed(self, words: str, expected: str) -> None:
        environment = {
            **os.environ,
            "_WAMIGRATE_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        script = str(Path(sys.executable).parent / "wamigrate")
        done = subprocess.run([script], env=environment, capture_output=True, text=True, check=False)
        assert done.stdout.split() == [expected]


class TestExport:
    def test_the_last_line_is_where_the_result_is(self, run: Run) -> None:
        shown = run("export", "chat.txt", "--to", "json")
        assert shown.exit_code == 0
        assert shown.stdout.rstrip("\n").split("\n")[-1] == "chat.json"
        assert Path("chat.json").exists()

    def test_a_slash_makes_the_output_a_folder(self, run: Run) -> None:
        assert run("export", "chat.txt", "--to", "json", "-o", "out/", "-q").stdout == "out/chat.json\n"

    def test_a_format_given_twice_is_written_once(self, run: Run) -> None:
        assert run("export", "chat.txt", "--to", "json", "--to", "json", "-q").stdout == "chat.json\n"

    def test_all_places_are_checked_before_anything_is_written(self, run: Run) -> None:
        Path("chat-markdown").mkdir()
        Path("chat-markdown/mine.md").touch()
        assert run("export", "chat.txt", "--to", "json", "--to", "markdown").exit_code == 6
        assert not Path("chat.json").exists()

    def test_every_input_failing_says_so(self, run: Run) -> None:
        shown = run("export", "a.zip", "b.zip", "--to", "json")
        assert shown.exit_code == 10
        assert shown.stderr.endswith("error: 2 of 2 inputs failed; nothing was written\n")

    def test_media_is_for_the_formats_that_have_media(self, run: Run) -> None:
        shown = run("export", "chat.txt", "--to", "json", "--to", "markdown", "--media", "omit", "-q")
        assert shown.exit_code == 0

    @pytest.mark.parametrize("option", ["markdown", "markdown.media", "=x", "media=copy"])
    def test_an_option_of_another_shape_is_an_error(self, run: Run, option: str) -> None:
        shown = run("export", "chat.txt", "--to", "markdown", "--option", option)
        assert (shown.exit_code, "must be FORMAT.KEY=VALUE" in shown.stderr) == (2, True)

    def test_options_of_formats_are_checked(self, run: Run) -> None:
        shown = run("export", "chat.txt", "--to", "markdown", "--option", "docx.colour=red")
        assert (shown.exit_code, "there is no format 'docx'" in shown.stderr) == (2, True)

    def test_an_option_of_the_parser_holds(self, run: Run) -> None:
        Path("chat.txt").write_text(CHAT.replace("25/", "03/").replace("26/", "04/"))
        shown = run(
            "export", "chat.txt", "--to", "json", "-o", "-", "-q", "--option", "whatsapp.date_order=mdy"
        )
        assert '"2025-03-03T' in shown.stdout
        shown = run(
            "export", "chat.txt", "--to", "json", "-o", "-", "-q", "--option", "whatsapp.date_order=no"
        )
        assert shown.stderr == "error: --option whatsapp.date_order=no: must be dmy|mdy|ymd\n"

    def test_an_error_in_the_program_is_one_line(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError("by zero")

        monkeypatch.setattr(pipeline, "prepare", broken)
        shown = run("export", "chat.txt", "--to", "json")
        assert shown.exit_code == 1
        assert shown.stderr == "error: internal error: ZeroDivisionError: by zero; run again with --debug\n"
        assert "Traceback" in run("export", "chat.txt", "--to", "json", "--debug").stderr

    def test_an_error_in_the_program_does_not_stop_the_others(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Path("other.txt").write_text(CHAT)
        real = pipeline.read_source

        def broken(source: Source, settings: Settings, name: str, watch: pipeline.Watch) -> pipeline.Reading:
            if name == "chat.txt":
                raise ZeroDivisionError
            return real(source, settings, name, watch)

        monkeypatch.setattr(streaming, "read_source", broken)
        assert run("export", "chat.txt", "other.txt", "--to", "json").exit_code == 10
        assert Path("other.json").exists()

    def test_an_interrupt_is_one_line_and_leaves_nothing(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(pipeline.Tally, "check", interrupted)
        shown = run("export", "chat.txt", "--to", "markdown")
        assert shown.exit_code == 130
        assert shown.stderr == "error: interrupted; what was not finished is removed\n"
        assert [path.name for path in Path().iterdir()] == ["chat.txt"]

    def test_a_report_holds_counts_sources_notes_and_places(self, run: Run) -> None:
        run("export", "chat.txt", "--to", "json", "--report", "report.json")
        report = json.loads(Path("report.json").read_text())
        (outcome,) = report["outcomes"]
        (result,) = outcome["results"]
        assert (report["schema"], report["exit_code"]) == ("wamigrate-report/1", 0)
        assert (outcome["input"], result["output"], result["to"]) == ("chat.txt", "chat.json", "json")
        assert result["messages_in"] == result["messages_out"] == sum(result["kinds"].values()) == 3
        assert result["sources"][0]["sha256"]
        assert (
            run("export", "chat.txt", "--to", "json", "--overwrite", "--report", "report.json").exit_code == 0
        )

    @pytest.mark.skipif(sys.platform != "linux", reason="names of files are any bytes on Linux")
    def test_a_name_that_is_no_text_is_written_into_json_all_the_same(self, run: Run) -> None:
        name = os.fsdecode(b"caf\xe9.txt")
        Path("chat.txt").rename(name)
        for command in (("inspect",), ("stats",), ("migrate", "--into", "folder")):
            done = run(*command, name, "--json")
            assert done.exit_code == 0, done.output
            assert json.dumps(name) in json.dumps(json.loads(done.stdout))
        run("export", name, "--to", "json", "-o", "x.json", "--report", "r.json")
        assert json.loads(Path("r.json").read_text(encoding="utf-8"))["outcomes"][0]["input"] == name

    def test_folders_on_the_way_to_a_report_are_made_as_for_a_result(self, run: Run) -> None:
        for folder in ("a/b", "c/d"):
            output = "a/b/chat.json" if folder == "a/b" else "chat.json"
            done = run("export", "chat.txt", "--to", "json", "-o", output, "--report", f"{folder}/r.json")
            assert done.exit_code == 0, done.output
            assert json.loads(Path(folder, "r.json").read_bytes())["exit_code"] == 0
            assert Path(folder).stat().st_mode & 0o077 == 0

    def test_a_report_below_a_file_is_refused_before_anything_is_done(self, run: Run) -> None:
        done = run("export", "chat.txt", "--to", "json", "-o", "x.json", "--report", "chat.txt/r.json")
        assert done.exit_code == 6
        assert done.stderr.count("\n") == 1
        assert "choose another place with --report" in done.stderr
        assert not Path("x.json").exists()

    def test_a_report_that_cannot_be_written_is_an_error(self, run: Run) -> None:
        assert run("export", "chat.txt", "--to", "json", "--report", "chat.txt/report.json").exit_code == 6
        Path("folder").mkdir()
        assert run("export", "chat.txt", "--to", "json", "--report", "folder").exit_code == 6
        assert not Path("chat.json").exists()
        shown = run("export", "chat.txt", "--to", "json", "--report", "x" * 300)
        assert shown.exit_code == 6
        assert shown.stderr.endswith("choose another place with --report\n")
        assert not Path("chat.json").exists()

    @pytest.mark.parametrize("overwrite", [(), ("--overwrite",)])
    @pytest.mark.parametrize(
        ("report", "more"),
        [
            ("chat.txt", ("chat.txt",)),
            ("./chat.txt", ("*.txt",)),
            ("chat.json", ("chat.txt",)),
            ("new/out.json", ("chat.txt", "-o", "new/out.json")),
            ("new", ("chat.txt", "-o", "new/")),
            ("new", ("chat.txt", "-o", "new/deep/out.json")),
            ("-", ("chat.txt",)),
        ],
    )
    def test_a_report_never_takes_the_place_of_an_input_or_a_result(
        self, run: Run, report: str, more: tuple[str, ...], overwrite: tuple[str, ...]
    ) -> None:
        shown = run("export", *more, "--to", "json", "--report", report, *overwrite)
        assert shown.exit_code == (6 if "*.txt" in more and not overwrite else 2)
        assert shown.stderr.startswith("error: ")
        assert [path.name for path in Path().iterdir()] == ["chat.txt"]
        assert Path("chat.txt").read_text(encoding="utf-8") == CHAT

    def test_a_report_takes_the_place_of_no_file_of_an_input_folder(self, run: Run) -> None:
        Path("in").mkdir()
        Path("chat.txt").rename("in/_chat.txt")
        command = ("export", "in", "--to", "json", "--overwrite", "--report", "in/_chat.txt")
        assert run(*command).exit_code == 6
        assert Path("in/_chat.txt").read_text(encoding="utf-8") == CHAT

    def test_a_report_of_a_refusal_replaces_no_input(self, run: Run) -> None:
        command = ("export", "*.txt", "--to", "none", "--overwrite", "--report", "chat.txt")
        assert run(*command).exit_code == 2
        assert Path("chat.txt").read_text(encoding="utf-8") == CHAT

    @pytest.mark.skipif(sys.platform == "win32", reason="the longest names are those of POSIX")
    def test_a_name_that_is_too_long_is_no_internal_error(self, run: Run) -> None:
        for format_ in ("json", "markdown"):
            shown = run("export", "chat.txt", "--to", format_, "-o", "x" * 300)
            assert shown.exit_code == 6
            place = Path("x" * 300).absolute()
            assert shown.stderr.replace("\n", "").startswith(f"error: {place}: cannot be written (")


class TestInspect:
    def test_json_is_one_document_also_when_nothing_can_be_read(self, run: Run) -> None:
        shown = run("inspect", "chat.txt", "missing.txt", "--json")
        document = json.loads(shown.stdout)
        assert document["schema"] == "wamigrate-inspection/1"
        assert [found["input"] for found in document["inputs"]] == ["chat.txt"]
        assert document["failures"][0]["failure"]["error"] == "SourceError"
        assert shown.exit_code == 10
        assert run("inspect", "missing.txt", "--json").exit_code == 3

    def test_people_see_who_is_the_assistant_and_why(self, run: Run) -> None:
        shown = run("inspect", "chat.txt").output
        assert "name is exactly 'ChatGPT'" in shown
        assert "day, month, year" in shown

    def test_several_inputs_stand_apart(self, run: Run) -> None:
        Path("other.txt").write_text(CHAT)
        shown = run("inspect", "chat.txt", "missing.txt", "other.txt")
        assert "\n\nother.txt\n" in shown.stdout
        assert "error: missing.txt: " in shown.stderr
        assert shown.stdout == "\n".join(line.rstrip() for line in shown.stdout.split("\n"))

    def test_doubtful_dates_are_pointed_out(self, run: Run) -> None:
        Path("chat.txt").write_text("03/04/2025, 21:04 - Mira: Hi\n03/04/2025, 21:05 - ChatGPT: Hello\n")
        assert "AMBIGUOUS, overrule with --date-order" in run("inspect", "chat.txt").output
        assert "AMBIGUOUS" not in run("inspect", "chat.txt", "--date-order", "mdy").output

    def test_the_zone_is_shown(self, run: Run) -> None:
        assert "Europe/Berlin" in run("inspect", "chat.txt", "--tz", "Europe/Berlin").output


class TestLists:
    def test_formats_lists_every_format(self, run: Run) -> None:
        found = json.loads(run("formats", "--json").stdout)
        assert [entry["name"] for entry in found["parsers"]] == list(find_parsers())
        assert [entry["name"] for entry in found["exporters"]] == list(find_exporters())
        shown = run("formats").stdout
        assert all(exporter.title in shown for exporter in find_exporters().values())

    def test_options_say_what_they_take(self, run: Run) -> None:
        found = json.loads(run("formats", "--json").stdout)
        (markdown,) = [entry for entry in found["exporters"] if entry["name"] == "markdown"]
        assert {"key": "media", "values": "copy|link|omit", "default": "copy"} in markdown["options"]

    def test_schema_is_a_json_schema(self, run: Run) -> None:
        assert json.loads(run("schema").stdout)["$schema"].startswith("https://json-schema.org/")


class TestPrintable:
    @pytest.mark.parametrize("char", STEERING)
    def test_what_steers_a_terminal_is_escaped(self, char: str) -> None:
        shown = render.printable(f"a{char}b")
        assert char not in shown
        assert shown.encode("unicode_escape").count(b"\\") == 2, "shown as an escape"

    @pytest.mark.parametrize("text", ["Zoë", "👩\u200d💻", "فاطمة", "日本", "e\u0301", "C:\\new", ""])
    def test_names_of_all_languages_stay(self, text: str) -> None:
        assert render.printable(text) == text

    @given(st.text())
    def test_what_is_printed_is_one_line_that_can_be_printed(self, text: str) -> None:
        shown = render.printable(text)
        shown.encode()
        assert shown == "" or len(shown.splitlines()) == 1


class Terminal(io.StringIO):
    """Standard error or output on a terminal."""

    def isatty(self) -> bool:
        return True


class TestScreen:
    @pytest.mark.parametrize(("out", "expected"), [(Terminal(), "a\\x1bb\n"), (io.StringIO(), "a\x1bb\n")])
    @pytest.mark.usefixtures("run")
    def test_a_path_is_escaped_on_a_terminal_and_exact_for_a_program(
        self, out: io.StringIO, expected: str
    ) -> None:
        order = batch.Order(inputs=("chat.txt",), to=("json",), output="a\x1bb", reading={})
        outcomes = batch.carry_out(order, render.Screen(io.StringIO())).outcomes
        render.Screen(out).places(outcomes, None)
        assert out.getvalue() == expected

    def test_a_bar_appears_only_where_it_takes_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        screen = Terminal()
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setattr(progress, "_DELAY", 30)
        with progress.watching() as watch:
            watch("writing", 1, 2)
        assert screen.getvalue() == ""
        monkeypatch.setattr(progress, "_DELAY", 0.05)
        with progress.watching() as watch:
            watch("writing", 1, 2)
            time.sleep(1)
            watch("writing", 2, 2)
        assert "writing" in screen.getvalue()

    def test_a_bar_is_taken_away_before_anything_is_printed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        terminal = Terminal()
        monkeypatch.setattr(progress, "_DELAY", 0.01)
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress.watching() as watch:
            screen = render.Screen(terminal)
            screen.beforehand = watch.hide
            watch("one\x1b: reading", 0, 0)
            time.sleep(0.5)
            screen.line("HERE")
            watch("two: reading", 1, 2)
        before, _, after = terminal.getvalue().partition("HERE\n")
        assert "one\\x1b: reading" in before
        assert before.endswith("\x1b[2K"), "the line of the bar is erased"
        assert "two: reading" in after

    def test_a_bar_that_comes_too_late_does_not_come(self, monkeypatch: pytest.MonkeyPatch) -> None:
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        with progress.watching() as watch:
            watch("writing", 1, 2)
        watch.start()
        watch("writing", 2, 2)
        assert terminal.getvalue() == ""

    def test_without_a_terminal_there_is_no_bar(self, monkeypatch: pytest.MonkeyPatch) -> None:
        screen = io.StringIO()
        monkeypatch.setattr(progress, "_DELAY", 0.05)
        monkeypatch.setattr(sys, "stderr", screen)
        with progress.watching():
            time.sleep(0.5)
        assert screen.getvalue() == ""


class TestVerdict:
    def test_a_lone_failure_keeps_its_own_code(self) -> None:
        assert batch.verdict([Outcome("a", failure=failure(ParseError("a: bad")))]) == (5, "a: bad")

    def test_all_is_well_without_failures(self) -> None:
        assert batch.verdict([Outcome("a"), Outcome("b")], strict=True) == (0, "")

    def test_every_error_has_an_exit_code_of_the_table(self) -> None:
        kinds = [WamigrateError]
        for kind in kinds:
            kinds.extend(kind.__subclasses__())
        assert {kind.exit_code for kind in kinds} == set(range(1, 11))


class TestLimits:
    def test_a_limit_bounds_what_is_read(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WAMIGRATE_LIMITS", "tags=9")  # also so that it is put back
        found = run("--limit", "text=5", "inspect", "chat.txt")
        assert found.exit_code == 3
        assert "5" in found.stderr
        assert os.environ["WAMIGRATE_LIMITS"] == "tags=9,text=5"

    @pytest.mark.parametrize("limit", ["memory=1", "text=much", "text"])
    def test_a_limit_that_does_not_exist_is_refused(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, limit: str
    ) -> None:
        monkeypatch.setenv("WAMIGRATE_LIMITS", "")
        assert run("--limit", limit, "inspect", "chat.txt").exit_code == 2
