"""Worker processes: they answer, they may die, and they never outlive who started them."""

import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
import worker_calls

from wamigrate import workers
from wamigrate.crew import hire, parse_jobs, spread
from wamigrate.errors import OptionError, WorkerError
from wamigrate.interruption import stoppable
from wamigrate.workers import WorkerPool

INNER: Any = cast("Any", workers)
"""What runs in a process of its own, and is looked at here."""


def ignore(*_: object) -> None:
    """Take no notice of who is running."""


posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2) as pool:
        yield pool


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something is so; a busy machine takes its time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat")
        return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
    return False


class TestPool:
    def test_calls_are_answered_in_any_order_by_at_most_so_many_processes(self, pool: WorkerPool) -> None:
        assert list(pool.map(worker_calls.double, range(20))) == list(range(0, 40, 2))
        found = set(pool.map(worker_calls.process, range(20)))
        assert 1 <= len(found) <= 2
        assert os.getpid() not in found

    def test_an_error_comes_back_as_it_was_raised(self, pool: WorkerPool) -> None:
        with pytest.raises(ValueError, match="no such thing"):
            pool.submit(worker_calls.fail, "no such thing").result()
        assert pool.submit(worker_calls.double, 4).result() == 8

    def test_what_is_printed_does_not_get_between_the_answers(self, pool: WorkerPool) -> None:
        assert list(pool.map(worker_calls.speak, ["a" * 5000, "b"])) == ["a" * 5000, "b"]

    @pytest.mark.parametrize("call", [worker_calls.no_pickle, worker_calls.fail_strangely])
    def test_an_answer_that_cannot_be_sent_or_restored_is_an_error(
        self, pool: WorkerPool, call: Callable[[object], object]
    ) -> None:
        with pytest.raises(WorkerError):
            pool.submit(call, None).result()
        assert pool.submit(worker_calls.double, 4).result() == 8

    def test_a_large_answer_and_a_large_question_pass(self, pool: WorkerPool) -> None:
        assert len(pool.submit(worker_calls.speak, "x" * 3_000_000).result()) == 3_000_000

    def test_nothing_can_be_asked_once_it_is_shut_down(self) -> None:
        pool = WorkerPool(1)
        pool.shutdown()
        with pytest.raises(RuntimeError):
            pool.submit(worker_calls.double, 1)

    def test_who_does_not_wait_at_first_may_wait_later(self) -> None:
        pool = WorkerPool(1)
        future = pool.submit(worker_calls.double, 2)
        pool.shutdown(wait=False)
        with pytest.raises(RuntimeError):
            pool.submit(worker_calls.double, 1)
        pool.shutdown()
        assert future.done()
        assert future.result() == 4
        assert pool.pids == []

    def test_no_process_is_started_before_there_is_something_to_do(self) -> None:
        with WorkerPool(4) as pool:
            assert pool.pids == []
            pool.submit(worker_calls.double, 1).result()
            assert len(pool.pids) == 1

    def test_a_script_needs_no_guard(self, tmp_path: Path) -> None:
        script = tmp_path / "script.py"
        script.write_text(
            "import math\nfrom wamigrate.workers import WorkerPool\n"
            "print('once')\nwith WorkerPool(2) as pool:\n    print(list(pool.map(math.sqrt, [4, 9])))\n"
        )
        done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
        assert done.stdout == "once\n[2.0, 3.0]\n"

    def test_no_room_for_an_answer_is_an_error_of_its_call_alone(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: object) -> bytes:
            raise MemoryError

        with WorkerPool(1) as pool:
            with monkeypatch.context() as patch:
                patch.setattr(workers, "_receive", full)
                error = pool.submit(worker_calls.double, 1).exception(timeout=30)
            assert isinstance(error, WorkerError)
            assert str(error).endswith(" (MemoryError)")
            assert pool.pids == []
            assert pool.submit(worker_calls.double, 4).result(timeout=30) == 8


@posix
class TestDeath:
    def test_a_call_whose_worker_was_killed_is_tried_once_more(
        self, pool: WorkerPool, tmp_path: Path
    ) -> None:
        assert pool.submit(worker_calls.kill_once, tmp_path / "mark").result() == "alive"

    def test_a_call_that_kills_every_worker_fails_and_no_other_does(self, pool: WorkerPool) -> None:
        names = ["a", "deadly", "b", "deadly", "c", "d"]
        found = dict(spread(worker_calls.kill_if, names, pool, ignore))
        dead = [number for number, answer in found.items() if isinstance(answer, WorkerError)]
        assert sorted(dead) == [1, 3]
        assert [found[number] for number in (0, 2, 4, 5)] == ["a", "b", "c", "d"]
        assert "SIGKILL; there may be too little memory" in str(found[1])

    def test_what_runs_is_broken_off_and_put_in_order(self, tmp_path: Path) -> None:
        pool = WorkerPool(1)
        running = pool.submit(worker_calls.tidy, tmp_path)
        waiting = pool.submit(worker_calls.double, 1)
        wait_for((tmp_path / "half").exists)
        pid = int((tmp_path / "half").read_text())
        pool.stop()
        assert not (tmp_path / "half").exists()
        assert not is_alive(pid)
        assert waiting.cancelled()
        assert isinstance(running.exception(), WorkerError)

    def test_a_pool_that_is_shut_down_can_still_be_stopped(self, tmp_path: Path) -> None:
        pool = WorkerPool(1)
        running = pool.submit(worker_calls.tidy, tmp_path)
        waiting = [pool.submit(worker_calls.double, number) for number in range(3)]
        wait_for((tmp_path / "half").exists)
        pool.shutdown(wait=False)
        pool.stop()
        assert isinstance(running.exception(), WorkerError)
        assert all(future.cancelled() for future in waiting)
        assert pool.pids == []

    def test_a_future_that_a_signal_left_locked_keeps_nobody_waiting(self, tmp_path: Path) -> None:
        pool = WorkerPool(1)
        running: Any = pool.submit(worker_calls.tidy, tmp_path)
        wait_for((tmp_path / "half").exists)
        pid = int((tmp_path / "half").read_text())
        with running._condition:  # as it stays when a signal breaks off the main thread in the wrong moment
            begun = time.monotonic()
            pool.stop()
            assert time.monotonic() - begun < 8
        assert not is_alive(pid)
        assert isinstance(running.exception(), WorkerError)

    def test_a_worker_that_does_not_stop_is_killed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workers, "_GRACE", 0.2)
        pool = WorkerPool(1)
        running = pool.submit(worker_calls.stubborn, tmp_path)
        wait_for((tmp_path / "here").exists)
        pool.stop()
        assert "SIGKILL" in str(running.exception())
        assert not is_alive(int((tmp_path / "here").read_text()))

    def test_a_worker_that_does_not_go_home_is_killed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(workers, "_GRACE", 0.2)
        pool = WorkerPool(1)
        pid = pool.submit(worker_calls.process, None).result()
        os.kill(pid, signal.SIGSTOP)
        pool.shutdown()
        assert not is_alive(pid)

    def test_a_signal_without_a_name_is_said_by_its_number(self, pool: WorkerPool) -> None:
        number = getattr(signal, "SIGRTMIN", signal.SIGTERM) + 6
        if number in set(signal.Signals):
            pytest.skip("all signals have a name here")
        error = pool.submit(worker_calls.end_by, number).exception()
        assert str(error) == f"the process that worked on it ended before its time: signal {number}"

    def test_leaving_by_an_exception_does_not_wait(self, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt), WorkerPool(1) as pool:  # noqa: PT012 - what it is about
            pool.submit(worker_calls.tidy, tmp_path)
            wait_for((tmp_path / "half").exists)
            raise KeyboardInterrupt
        wait_for(lambda: not (tmp_path / "half").exists())

    def test_a_worker_does_not_outlive_who_started_it(self, tmp_path: Path) -> None:
        code = (
            "import sys; sys.path.append(sys.argv[2]); from pathlib import Path; import worker_calls\n"
            "from wamigrate.workers import WorkerPool\n"
            "WorkerPool(1).submit(worker_calls.tidy, Path(sys.argv[1])).result()"
        )
        parent = subprocess.Popen([sys.executable, "-c", code, tmp_path, Path(__file__).parent])
        wait_for((tmp_path / "half").exists)
        pid = int((tmp_path / "half").read_text())
        parent.kill()
        parent.wait()
        wait_for(lambda: not is_alive(pid))
        assert not (tmp_path / "half").exists(), "it puts in order what it was writing"

    def test_ctrl_c_is_not_for_the_worker(self) -> None:
        with WorkerPool(1) as pool:
            pid = pool.submit(worker_calls.process, None).result()
            os.kill(pid, signal.SIGINT)
            assert pool.submit(worker_calls.process, None).result() == pid

    def test_a_worker_that_is_asked_to_stop_stops(self, pool: WorkerPool, tmp_path: Path) -> None:
        running = pool.submit(worker_calls.tidy, tmp_path)
        wait_for((tmp_path / "half").exists)
        first = int((tmp_path / "half").read_text())
        os.kill(first, signal.SIGTERM)
        wait_for(lambda: not is_alive(first))
        wait_for((tmp_path / "half").exists)
        os.kill(int((tmp_path / "half").read_text()), signal.SIGTERM)
        assert isinstance(running.exception(timeout=30), WorkerError)


class TestWithoutWhatPosixHas:
    def test_a_worker_starts_where_signals_cannot_be_held_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(signal, "pthread_sigmask", raising=False)
        with WorkerPool(1) as pool:
            assert pool.submit(worker_calls.double, 3).result() == 6

    def test_where_one_thread_cannot_wake_another_the_process_interrupts_itself(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr(signal, "pthread_kill", raising=False)
        with pytest.raises(KeyboardInterrupt):
            INNER._interrupt_main()

    def test_a_worker_ends_with_its_last_call_though_nothing_interrupts_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = {number: signal.getsignal(number) for number in INNER._SIGNALS}
        calls, answers = io.BytesIO(), io.BytesIO()
        INNER._send(calls, pickle.dumps((worker_calls.double, (4,), {})))
        calls.seek(0)
        codes: list[int] = []
        interrupted = threading.Event()
        monkeypatch.setattr(workers, "_interrupt_main", interrupted.set)
        monkeypatch.setattr(os, "_exit", codes.append)
        monkeypatch.delattr(signal, "pthread_sigmask", raising=False)
        try:
            INNER._serve(calls, answers)
            assert interrupted.wait(30), "the thread is done with what is replaced here"
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        answers.seek(0)
        assert pickle.loads(INNER._receive(answers)) == (True, 8)
        assert codes == [143]


class TestSpread:
    def test_answers_come_with_the_numbers_of_their_items(self) -> None:
        with ThreadPoolExecutor(3) as executor:
            found = dict(spread(worker_calls.double, range(1000), executor, ignore))
        assert found == {number: 2 * number for number in range(1000)}

    def test_errors_come_as_answers(self) -> None:
        with ThreadPoolExecutor(1) as executor:
            found = dict(spread(worker_calls.fail, ["a", "b"], executor, ignore))
        assert [str(error) for error in found.values()] == ["a", "b"]

    def test_an_executor_that_takes_nothing_fails_every_item(self) -> None:
        executor = ThreadPoolExecutor(1)
        executor.shutdown()
        found = list(spread(worker_calls.double, [1, 2, 3], executor, ignore))
        assert [number for number, _ in found] == [0, 1, 2]
        assert all(isinstance(error, RuntimeError) for _, error in found)

    def test_what_the_executor_cancels_fails_and_nothing_else_does(self) -> None:
        class Cancelling(ThreadPoolExecutor):
            def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
                future = Future[Any]()
                if args == (2,):
                    future.cancel()
                    future.set_running_or_notify_cancel()
                else:
                    future.set_result(fn(*args, **more))
                return future

        with Cancelling(1) as executor:
            found = dict(spread(worker_calls.double, [1, 2, 3], executor, ignore))
        assert isinstance(found[1], InterruptedError)
        assert (found[0], found[2]) == (2, 6)

    def test_what_was_not_begun_is_cancelled_when_the_caller_stops(self) -> None:
        made: list[Future[int]] = []

        class Lazy(Executor):
            """Does the first call only."""

            def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
                future: Future[int] = Future()
                if not made:
                    future.set_result(fn(*args, **kwargs))
                made.append(future)
                return future

        results = spread(worker_calls.double, [1, 2, 3], Lazy(), ignore)
        assert next(results) == (0, 2)
        del results
        assert [future.cancelled() for future in made] == [False, True, True]

    def test_the_watch_is_told_who_is_running(self) -> None:
        told: list[tuple[list[int], int]] = []
        with WorkerPool(1) as pool:
            list(
                spread(
                    worker_calls.double, [1, 2, 3], pool, lambda running, done: told.append((running, done))
                )
            )
        assert [done for _, done in told] == sorted(done for _, done in told)
        assert all(len(running) <= 1 for running, _ in told)


class TestJobs:
    @pytest.mark.parametrize(("text", "number"), [("1", 1), ("8", 8)])
    def test_a_number_is_a_number(self, text: str, number: int) -> None:
        assert parse_jobs(text) == number

    @pytest.mark.parametrize("text", ["auto", " AUTO "])
    def test_as_many_as_there_are_processors(self, text: str) -> None:
        assert parse_jobs(text) >= 1

    @pytest.mark.parametrize("text", ["", "0", "-1", "two", "1.5", "²"])
    def test_anything_else_is_an_error(self, text: str) -> None:
        with pytest.raises(OptionError, match="--jobs"):
            parse_jobs(text)

    def test_a_system_that_does_not_tell_which_processors_we_may_use_tells_how_many_there_are(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr("os.sched_getaffinity", raising=False)
        monkeypatch.setattr("os.cpu_count", lambda: 7)
        assert parse_jobs("auto") == 7
        monkeypatch.setattr("os.cpu_count", lambda: None)
        assert parse_jobs("auto") == 1

    @pytest.mark.parametrize("jobs", [0, -1])
    def test_no_process_at_all_cannot_be_asked_for(self, jobs: int) -> None:
        with pytest.raises(OptionError, match=f"--jobs {jobs}: one process is the least"), hire(jobs):
            pass

    def test_one_job_needs_no_workers(self) -> None:
        with hire(1) as executor:
            assert executor is None


@posix
class TestStoppable:
    def test_a_signal_that_asks_to_stop_is_an_interrupt(self) -> None:
        with pytest.raises(KeyboardInterrupt), stoppable():  # noqa: PT012 - what it is about
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

    def test_elsewhere_than_in_the_main_thread_signals_stay_as_they_are(self) -> None:
        def inside() -> object:
            with stoppable():
                return signal.getsignal(signal.SIGTERM)

        with ThreadPoolExecutor(1) as executor:
            assert executor.submit(inside).result() is signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

    def test_what_is_ignored_stays_ignored(self) -> None:
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with stoppable():
                os.kill(os.getpid(), signal.SIGHUP)
        finally:
            signal.signal(signal.SIGHUP, before)
