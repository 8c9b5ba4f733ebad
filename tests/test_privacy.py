"""Chats stay on the machine, with their owner, and out of everything that is printed or reported."""

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pytest

import wamigrate as wm
from wamigrate.formats import find_exporters
from wamigrate.openwebui_client import is_exposed

COMMAND: Final = (sys.executable, "-c", "from wamigrate.cli import main; main()")
SECRET: Final = "Quittenmarmelade"
"""A word that is in every message, caption and file of the chat, and nowhere else."""
SPY: Final = """
import os, sys
NAMES = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
         "socket.gethostbyname", "socket.gethostbyaddr", "http.client.connect", "urllib.Request",
         "ftplib.connect", "smtplib.connect", "webbrowser.open"}
PIPES = {"socket.connect", "socket.bind"}

def spy(event, arguments):
    pipe = event in PIPES and isinstance(arguments[1], (str, bytes))
    if event in NAMES and not pipe:
        os.write(2, f"NETWORK {event} {arguments!r}".encode())
        os._exit(99)

sys.addaudithook(spy)
"""
"""A process that speaks to anything but a pipe of this machine ends at once; workers load it, too."""
COMMANDS: Final = (
    *(("export", "chat.zip", "--to", name, "-o", f"new/deep/{name}") for name in sorted(find_exporters())),
    ("export", "chat.zip", "--to", "json", "--to", "markdown", "--report", "new/reports/report.json"),
    ("export", "chat.zip", "--to", "json", "--redact", "--tz", "Europe/Berlin", "--split", "day"),
    ("export", "chat.zip", "copy.zip", "--to", "json", "--to", "html", "-o", "batch/"),
    ("merge", "chat.zip", "copy.zip", "-o", "merged.json"),
    ("migrate", "chat.zip", "--into", "obsidian", "-o", "new/vault", "--report", "new/r.json"),
    ("migrate", "chat.zip", "--into", "claude", "-o", "claude", "--budget", "32k"),
    ("migrate", "chat.zip", "--into", "llm", "-o", "llm"),
    ("inspect", "chat.zip"),
    ("inspect", "chat.zip", "--json"),
    ("stats", "chat.zip"),
    ("verify", "archive.zip", "--against", "chat.zip"),
    ("formats",),
    ("destinations",),
    ("destinations", "openwebui"),
    ("schema",),
    ("--version",),
    ("--help",),
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions are those of POSIX")


def lines() -> str:
    """Return a chat in which every message holds the word."""
    text = ""
    for number in range(40):
        name = ("Ana", "ChatGPT")[number % 2]
        body = (
            f"{SECRET} {number}: $5 and {SECRET}?"
            if number % 8 != 6
            else f"{SECRET}{number}.jpg (file attached)"
        )
        text += f"{1 + number // 8:02}/04/25, {12 + number % 8}:0{number % 6} - {name}: {body}\n{SECRET}\n"
    return text


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Make a folder with two exports and an archive, and with what watches the network."""
    spy = tmp_path / "spy"
    spy.mkdir()
    (spy / "sitecustomize.py").write_text(SPY)
    place = tmp_path / "work"
    place.mkdir()
    for name, text in (("chat.zip", lines()), ("copy.zip", lines()[:1500])):
        with zipfile.ZipFile(place / name, "w") as archive:
            archive.writestr("WhatsApp Chat with ChatGPT.txt", text)
            archive.writestr(f"{SECRET}6.jpg", b"\xff\xd8\xff\xe0 " + SECRET.encode())
        (place / name).chmod(0o600)
    wm.convert(place / "chat.zip", "claude", place / "archive.zip")
    return place


def run(
    words: Iterable[str],
    work: Path,
    *,
    before: Iterable[str] = (),
    umask: int = 0o022,
    extra: Mapping[str, str] = {},
) -> subprocess.CompletedProcess[str]:
    """Run the command line where the network is watched."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(work.parent / "spy"), *sys.path[1:]]),
        **extra,
    }
    return subprocess.run(
        [*before, *COMMAND, *words],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        umask=umask,
    )


def title(words: tuple[str, ...]) -> str:
    return " ".join(words)


def test_the_watch_over_the_network_notices(work: Path) -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    environment = {**os.environ, "PYTHONPATH": str(work.parent / "spy")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 99
    assert "NETWORK socket." in done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=title)
def test_no_command_uses_the_network_and_all_it_writes_is_its_owners_alone(
    words: tuple[str, ...], work: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in work.iterdir()}
    done = run(words, work, umask=0)
    assert "NETWORK" not in done.stderr
    assert done.returncode == 0, done.stderr
    if sys.platform != "win32":
        for path in work.rglob("*"):
            mode = stat.S_IMODE(path.lstat().st_mode)
            assert mode == (0o700 if path.is_dir() else 0o600), path
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_command_that_names_a_server_is_the_one_that_uses_the_network(work: Path) -> None:
    words = ("migrate", "chat.zip", "--into", "openwebui", "--url", "http://127.0.0.1:9", "--token", "sk-1")
    done = run(words, work)
    assert done.returncode == 99
    assert "NETWORK" in done.stderr


def test_without_any_network_results_are_the_same(work: Path) -> None:
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-n", "true"], check=False).returncode:
        pytest.skip("this machine does not let us make a room without a network")
    for place, before in (("with", ()), ("without", ("unshare", "-n"))):
        words = ("export", "chat.zip", "--to", "json", "--to", "markdown", "-o", f"{place}/")
        assert run(words, work, before=before).returncode == 0
    assert (work / "with" / "chat.json").read_bytes() == (work / "without" / "chat.json").read_bytes()


@posix
@pytest.mark.parametrize("to", ["json", "markdown"])
def test_a_result_that_others_could_read_is_not_readable_once_it_is_replaced(to: str, work: Path) -> None:
    assert run(("export", "chat.zip", "--to", to, "-o", "out"), work).returncode == 0
    for path in [work / "out", *(work / "out").rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o666)
    assert run(("export", "chat.zip", "--to", to, "-o", "out", "--overwrite"), work, umask=0).returncode == 0
    for path in [work / "out", *(work / "out").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


@posix
def test_permissions_of_what_others_left_in_a_folder_stay(work: Path) -> None:
    assert run(("export", "chat.zip", "--to", "markdown", "-o", "out"), work).returncode == 0
    (work / "out" / "mine.md").write_text("mine")
    (work / "out" / "mine.md").chmod(0o640)
    assert run(("export", "chat.zip", "--to", "markdown", "-o", "out", "--overwrite"), work).returncode == 0
    assert stat.S_IMODE((work / "out" / "mine.md").stat().st_mode) == 0o640


@posix
def test_while_a_result_grows_nobody_else_can_look_into_it(work: Path) -> None:
    from wamigrate.target import FileTarget, FolderTarget  # noqa: PLC0415 - beside what it tests

    before = os.umask(0)
    try:
        for kind, name in ((FileTarget, ""), (FolderTarget, "a/b.md")):
            with kind(work / "out") as target, target.writing(name) as stream:
                stream.write(SECRET.encode())
                (twin,) = work.glob(".wamigrate-partial-*")
                assert stat.S_IMODE(twin.stat().st_mode) == 0o700
            shutil.rmtree(work / "out") if name else (work / "out").unlink()
    finally:
        os.umask(before)


SILENT: Final = (
    ("export", "chat.zip", "--to", "json", "-o", "a.json", "--report", "r.json"),
    ("export", "chat.zip", "--to", "markdown", "-o", "a", "--strict", "--report", "r.json", "--debug"),
    ("export", "chat.zip", "--to", "json", "--repair", "-o", "a.json", "--report", "r.json"),
    ("export", "chat.zip", "--to", "json", "--assistant", "Nobody", "--report", "r.json", "--debug"),
    ("export", "chat.zip", "--to", "json", "--after", "2030-01-01", "--report", "r.json", "--debug"),
    ("export", "chat.zip", "--to", "json", "-o", "chat.zip", "--overwrite", "--debug", "--report", "r.json"),
    ("export", "chat.zip", "--from", "msgstore", "--to", "json", "--debug", "--report", "r.json"),
    ("export", "broken.zip", "--to", "json", "--debug", "--report", "r.json"),
    ("export", "broken.json", "--to", "json", "--debug", "--report", "r.json"),
    (
        "export",
        "chat.zip",
        "copy.zip",
        "broken.zip",
        "--to",
        "json",
        "-o",
        "b/",
        "--debug",
        "--report",
        "r.json",
    ),
    ("merge", "chat.zip", "copy.zip", "-o", "m.json", "--debug", "--report", "r.json"),
    ("migrate", "chat.zip", "--into", "openwebui", "-o", "o", "--debug"),
    ("migrate", "chat.zip", "--into", "llm", "-o", "l", "--debug", "--report", "r.json"),
    ("migrate", "broken.zip", "--into", "llm", "-o", "l", "--debug", "--report", "r.json"),
    ("verify", "a.json", "--against", "chat.zip", "--debug"),
)


@pytest.mark.parametrize("words", SILENT, ids=title)
def test_no_text_of_a_chat_is_printed_or_reported(words: tuple[str, ...], work: Path) -> None:
    (work / "broken.zip").write_bytes((work / "chat.zip").read_bytes()[:-200])
    (work / "broken.json").write_text(
        json.dumps({"schema": "wamigrate/1", "conversations": [{"text": SECRET}]})
    )
    if words[0] == "verify":
        assert run(("export", "chat.zip", "--to", "claude", "-o", "a.json"), work).returncode == 0
    done = run(words, work)
    said = done.stdout + done.stderr
    assert said.strip()
    # names of files are said where a file is missing; they are no text
    assert SECRET not in said.replace(f"{SECRET}6.jpg", "").replace(f"{SECRET}14.jpg", ""), said
    if (work / "r.json").exists():
        report = (work / "r.json").read_text()
        for number in range(40):
            report = report.replace(f"{SECRET}{number}.jpg", "")
        assert SECRET not in report


def test_an_unexpected_error_does_not_quote_the_chat(work: Path) -> None:
    code = (
        "import wamigrate.pipeline as p, wamigrate.cli as c\n"
        "def fail(*a, **k): raise RuntimeError('boom')\n"
        "import wamigrate.ids; p.message_ids = fail; wamigrate.ids.message_ids = fail\n"
        "import wamigrate.service; p.service_notices = fail\n"
        "c.main()"
    )
    words = ("export", "chat.zip", "--to", "json", "--debug", "--report", "r.json")
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=work, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "boom" in done.stderr
    assert SECRET not in done.stderr + done.stdout + (work / "r.json").read_text()


@pytest.mark.parametrize(
    ("url", "exposed"),
    [
        ("http://localhost:8080", False),
        ("http://127.0.0.1:3000", False),
        ("http://127.8.9.1", False),
        ("http://[::1]:8080", False),
        ("https://chat.example.org", False),
        ("http://chat.example.org", True),
        ("http://192.168.1.5:3000", True),
        ("http://127.0.0.1.example.org", True),
        ("http://localhost.example.org", True),
    ],
)
def test_a_key_that_would_go_through_a_network_in_clear_is_noticed(url: str, exposed: bool) -> None:
    assert is_exposed(url) == exposed


def test_a_key_in_clear_is_warned_about_before_it_is_sent(work: Path) -> None:
    words = ("migrate", "chat.zip", "--into", "openwebui", "--url", "http://chat.invalid", "--token", "sk-1")
    done = run(words, work)
    assert done.stderr.startswith("warning: http://chat.invalid: the key and the chats go there unencrypted")
    assert "sk-1" not in done.stderr
