"""``--resume``: what is finished stays, what is not is done, and what a person changed is never replaced."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from batch_chats import contents, left_over, wait_for_workers, write_chats
from typer.testing import CliRunner, Result

from wamigrate import batch, cli, execution
from wamigrate.fingerprint import Fingerprint, fingerprint, is_same
from wamigrate.folders import names_in
from wamigrate.journal import JOURNAL, Past, read_journal, settings_key
from wamigrate.settings import ReadOptions, Settings

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    write_chats(Path("in"), 4)
    return lambda *arguments: CliRunner().invoke(cli.app, arguments, prog_name="wamigrate")


def export(run: Run, *more: str, to: str = "json") -> dict[str, bool]:
    """Export all chats; return of each input whether it was left as it is, and check that none failed."""
    done = run("export", "in", "--to", to, "-o", "out", "--report", "report.json", *more)
    assert done.exit_code == 0, done.output
    outcomes = json.loads(Path("report.json").read_bytes())["outcomes"]
    assert all(outcome["results"] for outcome in outcomes)
    return {Path(outcome["input"]).stem: outcome["kept"] for outcome in outcomes}


ALL = {f"chat {number:03}": True for number in range(4)}


class TestLeft:
    @pytest.mark.parametrize("to", ["json", "markdown"])
    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_what_is_finished_is_not_done_again(self, run: Run, to: str, jobs: str) -> None:
        assert not any(export(run, to=to).values())
        before = {path: path.stat().st_mtime_ns for path in Path("out").rglob("*")}
        report = json.loads(Path("report.json").read_bytes())
        assert export(run, "--resume", "--jobs", jobs, to=to) == ALL
        assert {path: path.stat().st_mtime_ns for path in Path("out").rglob("*")} == before
        again = json.loads(Path("report.json").read_bytes())
        assert [one["results"] for one in again["outcomes"]] == [one["results"] for one in report["outcomes"]]

    def test_a_person_reads_what_was_left(self, run: Run) -> None:
        export(run)
        shown = run("export", "in", "--to", "json", "-o", "out", "--resume").stdout
        assert "in/chat 000.txt: done before, and nothing has changed since\n  out/chat 000.json\n" in shown

    def test_of_many_inputs_the_sum_is_shown(self, run: Run) -> None:
        write_chats(Path("in"), 22)
        export(run)
        Path("out/chat 001.json").unlink()
        shown = run("export", "in", "--to", "json", "-o", "out", "--resume").stdout
        assert shown.startswith("22 inputs      1 converted, 21 done before\n")

    def test_without_resume_the_journal_is_not_read(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        export(run)

        def refuse(path: Path) -> Past:
            pytest.fail(f"{path} was read")

        for module in (batch, execution):
            monkeypatch.setattr(module, "read_journal", refuse)
        assert run("export", "in", "--to", "json", "-o", "out", "-q").exit_code == 10

    def test_from_another_folder_it_is_the_same_input(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        export(run)
        monkeypatch.chdir("out")
        done = run("export", "../in", "--to", "json", "-o", ".", "--resume", "--report", "report.json")
        assert done.exit_code == 0, done.output
        outcomes = json.loads(Path("report.json").read_bytes())["outcomes"]
        assert all(outcome["kept"] for outcome in outcomes)
        assert outcomes[0]["input"] == outcomes[0]["results"][0]["input"] == "../in/chat 000.txt"
        assert outcomes[0]["results"][0]["output"] == "chat 000.json"

    def test_a_new_mtime_alone_is_no_change(self, run: Run) -> None:
        export(run)
        os.utime("in/chat 001.txt", (1, 1))
        os.utime("out/chat 002.json", (1, 1))
        assert export(run, "--resume") == ALL

    def test_what_goes_to_standard_output_has_no_journal(self, run: Run) -> None:
        before = sorted(Path().rglob("*"))
        for _ in range(2):
            done = run("export", "in/chat 000.txt", "--to", "json", "-o", "-", "--resume")
            assert (done.exit_code, json.loads(done.stdout)["conversations"] != []) == (0, True)
        assert sorted(Path().rglob("*")) == before

    def test_one_input_can_be_resumed_too(self, run: Run) -> None:
        command = ("export", "in/chat 000.txt", "--to", "json", "-o", "one/chat.json", "--resume")
        assert run(*command).exit_code == 0
        assert "done before, and nothing has changed since" in run(*command).stdout
        assert run(*command[:-1]).exit_code == 6

    def test_a_merged_history_can_be_resumed_too(self, run: Run) -> None:
        command = ("export", "in", "--merge", "--to", "json", "-o", "all.json", "--resume")
        assert [run(*command).exit_code for _ in range(2)] == [0, 0]
        write_chats(Path("in"), 1, 8)
        before = Path("all.json").read_bytes()
        assert run(*command).exit_code == 0
        assert Path("all.json").read_bytes() != before


class TestBad:
    """An input that was a chat and is none any more failed; it is not left out in silence."""

    @pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"nothing", b"", b"PK\x03\x04"], ids=repr)
    @pytest.mark.parametrize("bad", [1, 3])
    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_an_input_that_has_turned_bad_fails(self, run: Run, content: bytes, bad: int, jobs: str) -> None:
        export(run)
        before = contents(Path("out"))
        for path in sorted(Path("in").iterdir())[-bad:]:
            path.write_bytes(content)
        done = run("export", "in", "--to", "json", "-o", "out", "--resume", "--jobs", jobs)
        assert done.exit_code == 10
        assert done.stderr.count("\n") == bad + 1
        assert f"{bad} of 4 inputs failed" in done.stderr
        assert "skipped" not in done.stdout
        assert contents(Path("out")) == before

    def test_a_folder_that_has_turned_bad_fails(self, run: Run) -> None:
        for name in ("a", "b"):
            Path("in", name).mkdir(parents=True)
            Path("in", name, "_chat.txt").write_bytes(Path("in/chat 000.txt").read_bytes())
        export(run)
        Path("in/b/_chat.txt").write_bytes(b"nothing")
        done = run("export", "in", "--to", "json", "-o", "out", "--resume")
        assert done.exit_code == 10
        assert "error: in/b: a folder of 1 file without a chat" in done.stderr

    def test_what_was_never_a_chat_is_skipped(self, run: Run) -> None:
        export(run)
        Path("in/notes.txt").write_bytes(b"nothing")
        done = run("export", "in", "--to", "json", "-o", "out", "--resume")
        assert (done.exit_code, "skipped 1 file without a chat: in/notes.txt" in done.stdout) == (0, True)

    def test_the_last_chat_of_a_folder_keeps_its_own_result(self, run: Run) -> None:
        export(run)
        for path in sorted(Path("in").iterdir())[1:]:
            path.unlink()
        done = run("export", "in", "--to", "json", "-o", "out/", "--resume")
        assert done.exit_code == 0
        assert "in/chat 000.txt: done before" in done.stdout
        assert not Path("out/in.json").exists()

    def test_a_chat_that_comes_into_a_folder_that_was_one_is_found(self, run: Run) -> None:
        Path("one").mkdir()
        Path("one/a.txt").write_bytes(Path("in/chat 000.txt").read_bytes())
        command = ("export", "one", "--to", "json", "-o", "out/", "--resume")
        assert run(*command).exit_code == 0
        Path("one/b.txt").write_bytes(Path("in/chat 001.txt").read_bytes())
        assert run(*command).exit_code == 0
        assert {path.name for path in Path("out").glob("*.json")} == {"one.json", "a.json", "b.json"}


class TestAgain:
    def test_a_missing_result_is_written_again(self, run: Run) -> None:
        export(run)
        before = contents(Path("out"))
        Path("out/chat 001.json").unlink()
        assert export(run, "--resume") == {**ALL, "chat 001": False}
        assert contents(Path("out")) == before

    def test_a_changed_input_is_done_again_and_its_older_result_replaced(self, run: Run) -> None:
        export(run)
        before = Path("out/chat 002.json").read_bytes()
        text = Path("in/chat 002.txt").read_text(encoding="utf-8")
        Path("in/chat 002.txt").write_text(f"{text}26/03/2025, 10:00 - Mira: More\n", encoding="utf-8")
        assert export(run, "--resume") == {**ALL, "chat 002": False}
        assert Path("out/chat 002.json").read_bytes() != before
        assert export(run, "--resume") == ALL

    def test_a_new_input_is_done_and_the_others_keep_their_names(self, run: Run) -> None:
        export(run)
        before = contents(Path("out"))
        Path("in/another").mkdir()
        Path("in/another/chat 000.txt").write_bytes(Path("in/chat 001.txt").read_bytes())
        Path("in/another/more.txt").write_bytes(Path("in/chat 001.txt").read_bytes())
        done = run("export", "in/another", "in", "--to", "json", "-o", "out", "--resume", "-q")
        assert done.exit_code == 0
        after = contents(Path("out"))
        assert {name: after[name] for name in before} == before
        assert set(after) - set(before) == {"chat 000 (2).json", "more.json"}

    @pytest.mark.parametrize("more", [("--tz", "Europe/Berlin"), ("--text", "raw"), ("--split", "none")])
    def test_other_settings_do_everything_again(self, run: Run, more: tuple[str, ...]) -> None:
        export(run)
        assert not any(export(run, "--resume", *more).values())
        assert export(run, "--resume", *more) == ALL

    def test_an_option_of_another_format_changes_nothing(self, run: Run) -> None:
        export(run)
        done = run(
            *("export", "in", "--to", "json", "--to", "markdown", "--option", "markdown.media=omit"),
            *("-o", "out", "--resume", "--report", "report.json"),
        )
        assert done.exit_code == 0, done.output
        outcomes = json.loads(Path("report.json").read_bytes())["outcomes"]
        assert [[result["to"] for result in one["results"]] for one in outcomes] == [["json", "markdown"]] * 4
        assert not any(one["kept"] for one in outcomes)

    def test_another_version_does_everything_again(self, run: Run) -> None:
        export(run)
        path = Path("out") / JOURNAL
        path.write_bytes(path.read_bytes().replace(b'"version":"', b'"version":"0'))
        assert not any(export(run, "--resume").values())

    def test_what_failed_is_tried_again(self, run: Run) -> None:
        sound = Path("in/chat 003.txt").read_bytes()
        Path("in/chat 003.txt").write_bytes(b"")
        assert run("export", "in/*", "--to", "json", "-o", "out").exit_code == 10
        Path("in/chat 003.txt").write_bytes(sound)
        assert export(run, "--resume") == {**ALL, "chat 003": False}


class TestChangedByAPerson:
    def test_a_document_is_not_replaced(self, run: Run) -> None:
        export(run)
        Path("out/chat 001.json").write_text("mine")
        done = run("export", "in", "--to", "json", "-o", "out", "--resume", "--report", "report.json")
        assert done.exit_code == 10
        assert "out/chat 001.json: was changed after wamigrate wrote it and is not replaced" in done.stderr
        assert Path("out/chat 001.json").read_text() == "mine"

    def test_a_document_is_replaced_if_that_is_asked_for(self, run: Run) -> None:
        export(run)
        Path("out/chat 001.json").write_text("mine")
        assert export(run, "--resume", "--overwrite") == {**ALL, "chat 001": False}

    def test_a_note_is_not_replaced_even_if_that_is_asked_for(self, run: Run) -> None:
        export(run, to="markdown")
        note = next(path for path in Path("out/chat 001-markdown").rglob("*.md"))
        note.write_text("mine")
        for more in ((), ("--overwrite",)):
            done = run("export", "in", "--to", "markdown", "-o", "out", "--resume", *more)
            assert (done.exit_code, "was changed after wamigrate wrote it" in done.stderr) == (10, True)
        assert note.read_text() == "mine"

    def test_a_file_that_a_person_added_stays_and_is_no_change(self, run: Run) -> None:
        export(run, to="markdown")
        Path("out/chat 001-markdown/mine.md").write_text("mine")
        assert export(run, "--resume", to="markdown") == ALL
        Path("in/chat 001.txt").write_bytes(Path("in/chat 002.txt").read_bytes())
        assert export(run, "--resume", to="markdown") == {**ALL, "chat 001": False}
        assert Path("out/chat 001-markdown/mine.md").read_text() == "mine"

    def test_what_was_there_before_any_run_is_not_replaced(self, run: Run) -> None:
        Path("out").mkdir()
        Path("out/chat 001.json").write_text("mine")
        done = run("export", "in", "--to", "json", "-o", "out", "--resume")
        assert (done.exit_code, "exists already" in done.stderr) == (10, True)
        done = run("export", "in", "--to", "json", "-o", "out", "--resume")
        assert (done.exit_code, "exists already" in done.stderr) == (10, True)
        assert Path("out/chat 001.json").read_text() == "mine"


class TestJournal:
    def test_a_line_that_was_cut_off_is_done_again(self, run: Run) -> None:
        export(run)
        before = contents(Path("out"))
        path = Path("out") / JOURNAL
        data = path.read_bytes()
        for cut in (1, 7, 150):
            path.write_bytes(data[:-cut])
            assert export(run, "--resume") == {**ALL, "chat 003": False}
            assert contents(Path("out")) == before
        assert export(run, "--resume") == ALL, "the line after the one that was cut off counts"

    @pytest.mark.parametrize("junk", [b"\xff\xfe\n", b"{}\n", b'{"type":"begun"}\n', b"\n\n[1]\n", b'"x"\n'])
    def test_lines_that_are_none_are_left_out(self, run: Run, junk: bytes) -> None:
        export(run)
        path = Path("out") / JOURNAL
        path.write_bytes(junk + path.read_bytes() + junk)
        assert export(run, "--resume") == ALL

    def test_without_a_journal_everything_is_begun_anew(self, tmp_path: Path) -> None:
        assert read_journal(tmp_path / "none").stems == {}

    @pytest.mark.parametrize("to", ["json", "markdown"])
    def test_a_result_that_was_written_and_not_noted_down_is_recognised(self, run: Run, to: str) -> None:
        export(run, to=to)
        before = contents(Path("out"))
        path = Path("out") / JOURNAL
        first = path.read_bytes().split(b"\n")[1]
        path.write_bytes(b"\n" + first + b"\n")
        assert not any(export(run, "--resume", to=to).values())
        assert contents(Path("out")) == before
        assert export(run, "--resume", to=to) == ALL

    def test_what_appeared_meanwhile_and_is_another_is_not_replaced(self, run: Run) -> None:
        export(run)
        path = Path("out") / JOURNAL
        first = path.read_bytes().split(b"\n")[1]
        path.write_bytes(b"\n" + first + b"\n")
        Path("out/chat 002.json").write_text("mine")
        done = run("export", "in", "--to", "json", "-o", "out", "--resume")
        assert (done.exit_code, "out/chat 002.json: exists already" in done.stderr) == (10, True)
        assert Path("out/chat 002.json").read_text() == "mine"


class TestFingerprint:
    def test_content_counts_where_size_and_time_differ(self, tmp_path: Path) -> None:
        file = tmp_path / "a"
        file.write_text("one")
        known = fingerprint([file])
        os.utime(file, (5, 5))
        assert is_same([file], known)
        file.write_text("two")
        assert not is_same([file], known)
        file.unlink()
        assert not is_same([file], known)

    def test_a_folder_counts_with_names_and_contents(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a").write_text("one")
        known = fingerprint([tmp_path])
        assert is_same([tmp_path], Fingerprint("", known.sha256))
        (tmp_path / "in/a").rename(tmp_path / "in/b")
        assert not is_same([tmp_path], known)

    def test_links_in_a_folder_do_not_count_as_they_are_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a").write_text("one")
        known = fingerprint([tmp_path / "in"])
        (tmp_path / "in/link").symlink_to(tmp_path / "in/a")
        assert fingerprint([tmp_path / "in"]).sha256 == known.sha256

    def test_a_folder_that_cannot_be_read_has_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "in").mkdir()
        scan = os.scandir

        def refuse(path: Any) -> Any:
            if Path(path).name == "in":
                raise PermissionError(13, "Permission denied", str(path))
            return scan(path)

        known = fingerprint([tmp_path])
        monkeypatch.setattr(os, "scandir", refuse)
        with pytest.raises(PermissionError):
            fingerprint([tmp_path])
        with pytest.raises(PermissionError):
            list(names_in(tmp_path))
        assert not is_same([tmp_path], Fingerprint("", known.sha256))

    def test_two_inputs_are_not_one(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("one")
        (tmp_path / "b").write_text("two")
        assert fingerprint([tmp_path / "a", tmp_path / "b"]) != fingerprint([tmp_path / "b", tmp_path / "a"])

    def test_every_setting_counts(self) -> None:
        asked: list[ReadOptions] = [
            {},
            {"me": "Mira"},
            {"split": "day"},
            {"options": {"whatsapp.year": "2020"}},
            {"after": "2020-01-01"},
        ]
        merging = (True, False)
        keys = {settings_key(Settings(**one), "json", {"merge": yes}) for one in asked for yes in merging}
        assert len(keys) == 10

    def test_nothing_is_known_at_first(self) -> None:
        assert Past().finished("a", "b") is None
        assert not Past().was_free("b")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize(("jobs", "to"), [("1", "json"), ("2", "markdown")])
def test_a_run_that_is_killed_at_any_moment_can_be_resumed(tmp_path: Path, jobs: str, to: str) -> None:
    write_chats(tmp_path / "in", 8, 200)
    command = [sys.executable, "-m", "wamigrate", "export", "in", "--to", to, "--jobs", jobs, "-q"]
    subprocess.run([*command, "-o", "clean"], cwd=tmp_path, check=True, capture_output=True)
    dice = random.Random(f"{jobs} {to}")
    for _ in range(3):
        process = subprocess.Popen(
            [*command, "-o", "out", "--resume"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        have = len(list((tmp_path / "out").glob("chat*")))
        end = time.monotonic() + 30
        while len(list((tmp_path / "out").glob("chat*"))) <= have and process.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.002)
        time.sleep(dice.random() * 0.1)
        process.kill()
        process.wait()
        wait_for_workers(tmp_path)
    last = subprocess.run(
        [*command, "-o", "out", "--resume"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert last.returncode == 0, last.stderr
    assert contents(tmp_path / "out") == contents(tmp_path / "clean")
    assert left_over(tmp_path / "out") == []
