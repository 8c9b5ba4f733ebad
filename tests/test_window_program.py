"""`wamigrate web` as a program: where it listens, what it prints, and that nothing of it stays."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from typer.testing import CliRunner
from window_client import CHAT, NAME, zipped
from window_program import Program, command, running

from wamigrate.cli import app
from wamigrate.window_place import PrivateFolder, stale_folders

posix = pytest.mark.skipif(os.name == "nt", reason="signals and locks of POSIX")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with running(tmp_path) as program:
        yield program


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(follow_redirects=True, timeout=60) as client:
        yield client


def upload(client: httpx.Client, program: Program) -> str:
    """Open the page, and give it a chat; return the address of the tab."""
    client.headers["Origin"] = f"http://127.0.0.1:{program.port}"
    page = client.get(program.address)
    assert page.status_code == 200
    base = str(page.url)
    assert client.put(f"{base}file", params={"path": NAME}, content=zipped(CHAT)).status_code == 204
    return base


def wait_for(client: httpx.Client, base: str, state: str) -> None:
    end = time.monotonic() + 60
    while client.get(f"{base}state").json()["state"] != state:
        assert time.monotonic() < end
        time.sleep(0.05)


def gone(process: int) -> bool:
    """Tell whether a process has ended."""
    status = Path(f"/proc/{process}/status")
    try:
        os.kill(process, 0)
        return status.exists() and "State:\tZ" in status.read_text()
    except (ProcessLookupError, FileNotFoundError):
        return True


def test_it_prints_an_address_on_this_machine_with_a_key(program: Program) -> None:
    parts = urlsplit(program.address)
    assert (parts.scheme, parts.hostname, parts.path) == ("http", "127.0.0.1", "/")
    assert len(parts.query.removeprefix("key=")) >= 40


@posix
def test_it_listens_on_this_machine_alone(program: Program) -> None:
    with socket.create_connection(("127.0.0.1", program.port), 5):
        pass
    others = {
        "127.0.0.2",
        "::1",
        *(str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None)),
    }
    for address in others - {"127.0.0.1"}:
        with pytest.raises(OSError):  # noqa: PT011 - refused, unreachable or unknown, by the system
            socket.create_connection((address, program.port), 2)


def test_a_whole_visit_over_the_network_card_that_is_none(client: httpx.Client, program: Program) -> None:
    base = upload(client, program)
    client.post(f"{base}look")
    wait_for(client, base, "looked")
    client.post(f"{base}make", data={"wish": "to:json"})
    wait_for(client, base, "made")
    assert b"crocus" in client.get(f"{base}result").content


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_removes_everything(client: httpx.Client, program: Program, number: int) -> None:
    upload(client, program)
    (folder,) = program.kept
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.rglob(NAME))
    said = program.end(number)
    assert program.kept == []
    assert program.process.returncode == 0
    assert "everything it was given is deleted" in said
    assert "Traceback" not in said


def test_the_button_ends_it_and_removes_everything(client: httpx.Client, program: Program) -> None:
    base = upload(client, program)
    assert client.post(f"{base}quit").status_code == 200
    program.process.wait(30)
    assert (program.process.returncode, program.kept) == (0, [])


@posix
def test_what_a_killed_program_left_is_removed_at_the_next_start(
    client: httpx.Client, tmp_path: Path
) -> None:
    with running(tmp_path) as killed:
        upload(client, killed)
        killed.end(signal.SIGKILL)
        (left,) = killed.kept
    with running(tmp_path) as next_:
        assert left not in next_.kept
        assert len(next_.kept) == 1


@posix
def test_two_programs_leave_each_others_folders_alone(client: httpx.Client, tmp_path: Path) -> None:
    with running(tmp_path) as one, running(tmp_path) as other:
        assert len(one.kept) == 2
        upload(client, one)
        other.end()
        assert len(one.kept) == 1
        assert list(one.kept[0].rglob(NAME))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds children in /proc")
def test_a_worker_does_not_outlive_a_killed_program(client: httpx.Client, program: Program) -> None:
    base = upload(client, program)
    client.post(f"{base}look")
    children: list[int] = []
    for task in Path(f"/proc/{program.process.pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has ended meanwhile
            children += map(int, task.read_text().split())
    program.end(signal.SIGKILL)
    end = time.monotonic() + 20
    while not all(map(gone, children)):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the memory in /proc")
def test_a_large_file_is_never_in_memory(client: httpx.Client, program: Program) -> None:
    base = upload(client, program)
    before = memory(program)
    chunk = bytes(1_000_000)
    answer = client.put(f"{base}file", params={"path": "large.bin"}, content=(chunk for _ in range(100)))
    assert answer.status_code == 204
    (stored,) = program.kept[0].rglob("large.bin")
    assert stored.stat().st_size == 100_000_000
    assert memory(program) - before < 30_000_000


def memory(program: Program) -> int:
    """Return the most memory that the server ever had, in bytes."""
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def test_it_writes_nothing_about_what_is_asked_for(client: httpx.Client, program: Program) -> None:
    base = upload(client, program)
    client.get(f"{base}nothing")
    client.get(f"{base}conversation", params={"id": "x"})
    if os.name != "nt":
        assert program.end().strip().split("\n") == [
            "Nothing leaves this computer. Ctrl-C ends it and deletes everything it was given.",
            "Ended; everything it was given is deleted.",
        ]


def test_a_port_that_is_taken_is_an_error_in_one_line(program: Program) -> None:
    done = subprocess.run(command("--port", str(program.port)), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"--port {program.port}: cannot be used" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("flags", [["--limit", "much"], ["--limit", "0"], ["--port", "70000"]])
def test_a_flag_that_does_not_fit_is_an_error_in_one_line(flags: list[str]) -> None:
    done = subprocess.run(command(*flags), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert flags[0] in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_it_says_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    done = CliRunner().invoke(app, ["web", "--no-browser"])
    assert done.exit_code == 2
    assert "pip install 'wamigrate[web]'" in done.stderr
    assert missing in done.stderr


def test_what_is_no_folder_of_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "wamigrate-web-file").write_text("x")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "wamigrate-web-fresh").mkdir()
    if os.name != "nt":
        (tmp_path / "wamigrate-web-link").symlink_to(tmp_path / "elsewhere")
    before = sorted(tmp_path.iterdir())
    with PrivateFolder(tmp_path) as folder:
        assert sorted({*tmp_path.iterdir()} - {folder.path}) == before
    assert sorted(tmp_path.iterdir()) == before


def test_an_old_folder_without_a_lock_is_removed(tmp_path: Path) -> None:
    old = tmp_path / "wamigrate-web-old"
    old.mkdir()
    os.utime(old, (1, 1))
    assert list(stale_folders(tmp_path)) == [old]
