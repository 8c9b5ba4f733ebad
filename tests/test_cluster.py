"""Dask as the one who works: a real cluster of two worker processes on this machine."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import distributed
import pytest
from batch_chats import Notebook, contents, left_over, processes_in, write_chats

from wamigrate import batch, cluster
from wamigrate.cluster import connect
from wamigrate.conversion import Output, Task, convert
from wamigrate.errors import OptionError
from wamigrate.many import convert_many
from wamigrate.settings import Settings

SLOW = "Creating scratch directories is taking"
"""What distributed warns of where it takes more than a second."""
# distributed leaves sockets and event loops to the garbage collector, and its logs come when workers die
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings(f"ignore:{SLOW}:UserWarning"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX"),
]


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    with distributed.LocalCluster(  # type: ignore[no-untyped-call] # distributed has no types
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", memory_limit=0
    ) as running:  # pyright: ignore[reportUnknownVariableType] - distributed has no types
        yield running


@pytest.fixture
def executor(dask: Any) -> Iterator[Executor]:
    with connect(dask.scheduler_address, 1) as executor:
        yield executor


@pytest.fixture
def chats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_chats(Path("in"), 6, 400)
    return Path("in")


@pytest.mark.usefixtures("chats")
def test_results_are_the_same_as_without_a_cluster(executor: Executor) -> None:
    Path("in/broken.txt").write_bytes(b"")
    there = convert_many("in/*", ["json", "markdown"], "there", executor=executor)
    here = convert_many("in/*", ["json", "markdown"], "here")
    assert [outcome.failure for outcome in there] == [outcome.failure for outcome in here]
    assert contents(Path("there")) == contents(Path("here"))


@pytest.mark.usefixtures("chats")
def test_when_a_worker_is_killed_no_input_is_lost_and_none_is_written_twice(
    dask: Any, executor: Executor
) -> None:
    convert_many("in", "markdown", "clean")
    pids = [worker.pid for worker in dask.workers.values()]

    class Killing(Notebook):
        """Kills a worker once the first input is done, while the others are being worked on."""

        def outcome(self, outcome: Any, *, alone: bool) -> None:
            super().outcome(outcome, alone=alone)
            if len(self.outcomes) == 1:
                os.kill(pids[0], signal.SIGKILL)

    order = batch.Order(inputs=("in",), to=("markdown",), reading={}, output="out/")
    found = batch.carry_out(order, Killing(), executor=executor)
    assert [outcome.failure for outcome in found.outcomes] == [None] * 6
    assert contents(Path("out")) == contents(Path("clean"))
    assert left_over(Path("out")) == []
    assert pids[0] not in [worker.pid for worker in dask.workers.values()]


@pytest.mark.usefixtures("chats")
def test_an_input_that_was_written_by_a_worker_that_died_then_counts_as_done(executor: Executor) -> None:
    """The scheduler gives the call of a dead worker to another one, which finds the result in its place."""
    task = _first_task()
    one = executor.submit(convert, task).result()
    two = executor.submit(convert, task).result()
    assert one.outcome == two.outcome
    assert one.outcome.failure is None


@pytest.mark.usefixtures("chats")
def test_the_command_line_starts_a_cluster_and_ends_it() -> None:
    command = [sys.executable, "-m", "wamigrate", "export", "in", "--to", "json", "-o", "out"]
    done = subprocess.run(
        [*command, "--scheduler", "local", "--jobs", "2"],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": f"ignore:{SLOW}"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(contents(Path("out"))) == 6
    assert processes_in(Path.cwd()) == []


@pytest.mark.usefixtures("chats")
def test_a_run_on_a_cluster_that_is_broken_off_can_be_resumed(dask: Any) -> None:
    command = [sys.executable, "-m", "wamigrate", "export", "in", "--to", "json", "-o", "out"]
    command += ["--scheduler", dask.scheduler_address]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while not list(Path("out").glob("*.json")):
        assert time.monotonic() < end
        time.sleep(0.01)
    process.terminate()
    _, errors = process.communicate(timeout=60)
    assert process.returncode in (0, 130)
    assert process.returncode == 0 or "--resume goes on" in errors
    end = time.monotonic() + 60
    while dask.scheduler.tasks or _calls(dask):  # what runs on a worker is not broken off
        assert time.monotonic() < end
        time.sleep(0.05)
    done = subprocess.run([*command, "--resume"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    convert_many("in", "json", "clean")
    assert contents(Path("out")) == contents(Path("clean"))
    assert left_over(Path("out")) == []


def test_a_scheduler_that_does_not_answer_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(OptionError, match="no scheduler answers there"), connect(address, 1):
            pytest.fail("nobody is there")
        assert time.monotonic() - started < 20


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "http://127.0.0.1:1", "tcp://127.0.0.1:1"])
def test_what_is_no_address_of_a_scheduler_is_said_in_one_line(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE", 1.0)
    with pytest.raises(OptionError, match="--scheduler"), connect(address, 1):
        pass


def test_without_the_extra_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(OptionError, match="pip install"), connect("local", 1):
        pass


def test_no_thread_of_ours_stays() -> None:
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("wamigrate")]


def _calls(dask: Any) -> int:
    """Return how many calls the workers are busy with, also such whose caller is gone."""

    def busy(dask_worker: Any) -> int:
        return len(dask_worker.state.all_running_tasks)

    made: Any = distributed.Client  # it has no types
    with made(dask.scheduler_address, set_as_default=False) as client:
        return sum(client.run(busy).values())


def _first_task() -> Any:
    """Return what a worker gets for the first chat."""

    return Task(
        name="in/chat 000.txt",
        inputs=(Path("in/chat 000.txt"),),
        outputs=(Output("json", Path("out/chat 000.json"), free=True),),
        settings=Settings(),
        folder=Path.cwd(),
    )


def test_a_scheduler_that_holds_up_dask_itself_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = threading.Event()

    def hold_up(*_: object, **__: object) -> None:
        going_on.wait(30)
        raise OSError("too late")

    monkeypatch.setattr(cluster, "_PATIENCE", 0.0)
    monkeypatch.setattr("distributed.comm.connect", hold_up)
    try:
        with pytest.raises(OptionError, match="--scheduler tcp://silent:1: no scheduler answers"):  # noqa: SIM117 - one line is too long
            with connect("tcp://silent:1", 1):
                pass
    finally:
        going_on.set()


def test_a_cluster_of_our_own_needs_what_makes_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(_: str) -> None:
        """Say that nothing is installed."""

    monkeypatch.setattr(cluster, "find_spec", find_nothing)
    with pytest.raises(OptionError, match=r"--scheduler local: needs the extra cluster"), connect("local", 1):
        pass
