"""Many inputs: the same whoever works on them, each on its own, and names that never collide."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from batch_chats import Notebook, contents, left_over, write_chats
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from wamigrate import batch, cli
from wamigrate.formats import find_exporter
from wamigrate.inputs import find_inputs, judge_with
from wamigrate.interruption import InterruptedRunError
from wamigrate.journal import JOURNAL
from wamigrate.places import Url, blind_identity
from wamigrate.planning import plan
from wamigrate.workers import WorkerPool

Run = Callable[..., Result]
SAID = r"(Exception ignored (.*\n)+)?error: interrupted; .* the same command with --resume goes on\n"
"""Printed where a signal ends a run; one that comes within a callback of Python is printed before, too."""
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli.app, arguments, prog_name="wamigrate")


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2) as pool:
        yield pool


def order(*inputs: str, to: str = "json", output: str = "out", **more: object) -> batch.Order:
    return batch.Order(inputs=inputs, to=(to,), reading={}, output=output, **more)  # type: ignore[arg-type]


class TestSame:
    def test_results_report_and_output_are_the_same_whoever_works(self, run: Run) -> None:
        write_chats(Path("in"), 7)
        Path("in/chat 003.txt").rename("in/renamed.txt")
        Path("in/broken.zip").write_bytes(b"PK\x03\x04 no more")
        (Path("in") / "sound.zip").write_bytes(_zipped(Path("in/chat 001.txt")))
        shown: list[str] = []
        reports: list[bytes] = []
        found: list[object] = []
        for jobs in ("1", "2", "3"):
            command = ("export", "in", "--to", "json", "--to", "markdown", "-o", "out", "--jobs", jobs)
            done = run(*command, "--report", "report.json")
            assert done.exit_code == 10
            shown.append(done.stdout + done.stderr)
            reports.append(Path("report.json").read_bytes())
            found.append(contents(Path("out")))
            Path("out").rename(f"out{jobs}")
        assert shown[0] == shown[1] == shown[2]
        assert reports[0] == reports[1] == reports[2]
        assert found[0] == found[1] == found[2]
        assert "1 of 9 inputs failed" in shown[0]

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_an_input_that_is_not_there_is_said_to_be_missing(self, run: Run, jobs: str) -> None:
        write_chats(Path("in"), 1)
        command = ("export", "in/chat 000.txt", "in/gone.zip", "--to", "json", "-o", "out", "--jobs", jobs)
        done = run(*command)
        assert done.exit_code == 10
        assert done.stderr == (
            "error: in/gone.zip: cannot be read (No such file or directory)\n"
            "error: 1 of 2 inputs failed; the others are done\n"
        )

    def test_an_executor_of_threads_does_the_same(self, run: Run) -> None:
        del run
        write_chats(Path("in"), 5)
        alone = batch.carry_out(order("in"), Notebook())
        Path("out").rename("alone")
        with ThreadPoolExecutor(3) as executor:
            notebook = Notebook()
            threads = batch.carry_out(order("in"), notebook, executor=executor)
        assert threads == alone
        assert tuple(notebook.outcomes) == alone.outcomes
        assert contents(Path("out")) == contents(Path("alone"))

    def test_a_worker_in_another_folder_means_the_same_paths(self, run: Run, pool: WorkerPool) -> None:
        del run
        write_chats(Path("in"), 2)
        Path("in/empty.txt").touch()
        pool.submit(os.chdir, "/").result()
        pool.submit(os.chdir, "/").result()
        found = batch.carry_out(
            order("in/chat 000.txt", "in/chat 001.txt", "in/empty.txt"), Notebook(), executor=pool
        )
        Path("out").rename("elsewhere")
        alone = batch.carry_out(order("in/chat 000.txt", "in/chat 001.txt", "in/empty.txt"), Notebook())
        assert found == alone
        assert contents(Path("elsewhere")) == contents(Path("out"))

    def test_looking_into_a_folder_is_the_same_whoever_looks(self, tmp_path: Path, pool: WorkerPool) -> None:
        write_chats(tmp_path, 40)
        (tmp_path / "milk.txt").write_text("milk")
        assert find_inputs([tmp_path], judge_with(pool)) == find_inputs([tmp_path])

    def test_one_input_needs_no_process(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            pytest.fail("a worker was asked")

        monkeypatch.setattr(WorkerPool, "submit", refuse)
        write_chats(Path("in"), 1)
        assert run("export", "in", "--to", "json", "--jobs", "8", "-o", "-").exit_code == 0


class TestSummary:
    def test_many_inputs_are_summed_up_and_failures_listed(self, run: Run) -> None:
        write_chats(Path("in"), 21)
        Path("in/x.zip").write_bytes(b"PK\x03\x04 no more")
        shown = run("export", "in/*", "--to", "json", "-o", "out")
        assert shown.exit_code == 10
        lines = shown.stdout.split("\n")
        assert lines[0] == "22 inputs      21 converted, 1 failed"
        assert "messages       84" in lines
        assert "dates          2025-03-25 to 2025-03-25" in lines
        assert lines[-2] == "out"
        assert shown.stderr.startswith("error: in/x.zip: the ZIP archive is damaged")
        assert shown.stderr.endswith("error: 1 of 22 inputs failed; the others are done\n")

    def test_few_inputs_have_a_line_each(self, run: Run) -> None:
        write_chats(Path("in"), 20)
        shown = run("export", "in", "--to", "json", "-o", "out", "--jobs", "2").stdout
        assert shown.count(": 4 messages in 1 conversation with ChatGPT") == 20

    def test_progress_names_who_is_running(self, run: Run, pool: WorkerPool) -> None:
        del run
        write_chats(Path("in"), 4, 800)
        news: list[tuple[str, int, int]] = []
        batch.carry_out(
            order("in"), Notebook(), lambda step, done, total: news.append((step, done, total)), executor=pool
        )
        assert {total for _, _, total in news} == {4}
        assert any("chat 00" in step for step, _, _ in news)

    def test_progress_of_one_process_says_which_input_it_is_at(self, run: Run) -> None:
        del run
        write_chats(Path("in"), 2)
        steps: list[str] = []
        batch.carry_out(
            order("in"), Notebook(), lambda step, done, total: steps.append(f"{step} {done} {total}")
        )
        assert "2 of 2, chat 001.txt: reading 0 0" in steps

    def test_where_an_error_of_a_worker_comes_from_can_be_seen(self, run: Run, pool: WorkerPool) -> None:
        del run
        write_chats(Path("in"), 2)
        Path("in/bad.txt").write_bytes(b"")
        notebook = Notebook()
        batch.carry_out(order("in/chat 000.txt", "in/bad.txt"), notebook, executor=pool)
        assert "is empty" in str(notebook.traces[0])
        assert "Traceback" in notebook.traces[0].__notes__[0]


@posix
class TestDeath:
    def test_a_worker_that_is_killed_once_costs_nothing(self, run: Run, pool: WorkerPool) -> None:
        del run
        write_chats(Path("in"), 3, 3000)
        with killing(pool, times=1):
            found = batch.carry_out(order("in"), Notebook(), executor=pool)
        assert [outcome.failure for outcome in found.outcomes] == [None] * 3
        assert left_over(Path("out")) == []
        Path("out").rename("killed")
        batch.carry_out(order("in"), Notebook())
        assert contents(Path("out")) == contents(Path("killed"))

    def test_an_input_that_kills_every_worker_fails_with_a_line(self, run: Run) -> None:
        del run
        write_chats(Path("in"), 2, 8000)
        with WorkerPool(1) as pool, killing(pool, times=2):
            found = batch.carry_out(order("in"), Notebook(), executor=pool)
        (failed,) = [outcome.failure for outcome in found.outcomes if outcome.failure]
        assert failed.error == "WorkerError"
        assert failed.message.startswith("in/chat 000.txt: the process that worked on it ended")
        assert found.exit_code == 10
        assert list(contents(Path("out"))) == ["chat 001.json"]
        assert left_over(Path("out")) == []

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_an_interrupt_leaves_what_is_finished_and_says_how_to_go_on(
        self, tmp_path: Path, number: signal.Signals, jobs: str
    ) -> None:
        write_chats(tmp_path / "in", 60, 300)
        command = [
            sys.executable,
            "-m",
            "wamigrate",
            "export",
            "in",
            "--to",
            "json",
            "-o",
            "out",
            "--jobs",
            jobs,
        ]
        process = subprocess.Popen(
            [*command, "--report", "report.json"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        wait_for(lambda: len(list((tmp_path / "out").glob("*.json"))) >= 3)
        os.killpg(process.pid, number) if number is signal.SIGINT else process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130, errors
        assert re.fullmatch(SAID, errors), errors
        assert left_over(tmp_path / "out") == []
        written = sorted((tmp_path / "out").glob("*.json"))
        assert all(json.loads(path.read_bytes()) for path in written)
        report = json.loads((tmp_path / "report.json").read_bytes())
        assert report["exit_code"] == 130
        assert int(jobs == "1") <= len(report["outcomes"]) <= len(written) < 60  # workers may be ahead
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)

    def test_an_interrupt_in_the_library_says_how_far_it_got(self, run: Run, pool: WorkerPool) -> None:
        del run
        write_chats(Path("in"), 5)

        class Stopping(Notebook):
            def outcome(self, outcome: object, *, alone: bool) -> None:
                raise KeyboardInterrupt(outcome, alone)

        with pytest.raises(InterruptedRunError, match=r"[1-5] of 5 inputs are done"):
            batch.carry_out(order("in"), Stopping(), executor=pool)


class TestNames:
    def test_results_of_equal_names_get_numbers(self) -> None:
        jobs = plan(
            [Path("a/chat.zip"), Path("b/Chat.txt"), Path("c/chat.zip")], [find_exporter("json")], "out"
        )
        assert [str(job.outputs[0][1]) for job in jobs] == [
            "out/chat.json",
            "out/Chat (2).json",
            "out/chat (3).json",
        ]

    def test_a_name_with_a_suffix_does_not_meet_another(self) -> None:
        exporters = [find_exporter("openwebui"), find_exporter("json")]
        jobs = plan([Path("a.zip"), Path("a.openwebui.zip")], exporters, "out")
        places = [str(place) for job in jobs for _, place in job.outputs]
        assert len(set(places)) == 4
        assert "out/a.openwebui.json" in places

    def test_names_of_an_earlier_run_stay(self) -> None:
        known = {blind_identity(Path("b/chat.zip")): "chat"}
        paths = [Path("a/chat.zip"), Path("b/chat.zip")]
        jobs = plan(paths, [find_exporter("json")], "out", known=known)
        assert [str(job.outputs[0][1]) for job in jobs] == ["out/chat (2).json", "out/chat.json"]

    def test_results_of_addresses_are_named_after_the_file(self) -> None:
        (one, two) = plan(
            [Url("s3://b/x/a.zip"), Url("s3://b/y/a.zip")], [find_exporter("json")], "s3://c/out/"
        )
        assert [one.outputs[0][1], two.outputs[0][1]] == ["s3://c/out/a.json", "s3://c/out/a (2).json"]

    @given(
        st.lists(st.text("aA.(2) ", min_size=1, max_size=8).filter(lambda name: name.strip(". ")), max_size=8)
    )
    def test_no_two_results_ever_have_one_place(self, stems: list[str]) -> None:
        exporters = [find_exporter(name) for name in ("json", "openwebui", "markdown", "jsonl")]
        paths = [Path(str(number), f"{name}.zip") for number, name in enumerate(stems)]
        places = [str(place).casefold() for job in plan(paths, exporters, "out") for _, place in job.outputs]
        assert len(set(places)) == len(stems) * len(exporters)


class TestJournalAside:
    def test_one_input_leaves_no_journal(self, run: Run) -> None:
        write_chats(Path("in"), 1)
        run("export", "in", "--to", "json", "-o", "out/")
        assert [path.name for path in Path("out").iterdir()] == ["in.json"]

    def test_a_run_that_finished_nothing_leaves_nothing(self, run: Run) -> None:
        assert run("export", "a.txt", "b.txt", "--to", "json", "-o", "new/out").exit_code == 10
        assert not Path("new").exists()

    def test_a_journal_is_its_owners_alone_and_no_input(self, run: Run) -> None:
        write_chats(Path("in"), 2)
        run("export", "in", "--to", "json", "-o", "in")
        assert (Path("in") / JOURNAL).stat().st_mode & 0o77 == 0
        assert all(path.suffix == ".txt" for path in find_inputs(["in"]).paths)

    def test_results_among_the_inputs_are_no_inputs_of_the_next_run_unless_named(self, run: Run) -> None:
        write_chats(Path("in"), 3)
        for _ in range(3):
            assert run("export", "in", "--to", "json", "-o", "in/done", "--overwrite").exit_code == 0
        assert len(list(Path("in/done").glob("*.json"))) == 3
        assert len(find_inputs(["in"]).paths) == 3
        assert len(find_inputs(["in/done/*.json"]).paths) == 3

    def test_a_journal_that_cannot_be_written_stops_nobody(self, run: Run) -> None:
        write_chats(Path("in"), 2)
        (Path("out") / JOURNAL).mkdir(parents=True)
        assert run("export", "in", "--to", "json", "-o", "out").exit_code == 0


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.005)


@contextmanager
def killing(pool: WorkerPool, *, times: int) -> Generator[None]:
    """Kill workers, each a moment after it was started for an input."""
    over = threading.Event()

    def work() -> None:
        seen: set[int] = set()
        while len(seen) < times and not over.wait(0.005):
            for pid in pool.pids:
                if pid not in seen and len(seen) < times:
                    seen.add(pid)
                    over.wait(0.2)
                    os.kill(pid, signal.SIGKILL)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _zipped(path: Path) -> bytes:
    import io  # noqa: PLC0415 - here only
    import zipfile  # noqa: PLC0415 - the same

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("_chat.txt", path.read_bytes())
    return buffer.getvalue()


def test_a_result_never_takes_the_place_of_another_input(run: Run) -> None:
    write_chats(Path(), 1)
    chat = next(Path().glob("*.txt"))
    other = chat.with_suffix(".json")
    assert run("export", str(chat), "--to", "json", "-o", str(other)).exit_code == 0
    before = other.read_bytes()
    assert run("export", str(chat), str(other), "--to", "json", "--overwrite").exit_code in (0, 10)
    assert other.read_bytes() == before
