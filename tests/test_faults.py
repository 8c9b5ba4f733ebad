"""What a disk, a pipe or another process can do to a run: one line, an exit code, and no half result."""

import errno
import fcntl
import io
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import pytest
from kill_points import left_over, write_chat

from wamigrate import scratch, twin
from wamigrate.errors import ExportError, SourceError, TargetExistsError
from wamigrate.library import convert
from wamigrate.source import Member, open_source
from wamigrate.target import FileTarget, FolderTarget, MemoryTarget

COMMAND: Final = (sys.executable, "-c", "from wamigrate.cli import main; main()")
SAID: Final = r"(Exception ignored (.*\n)+)?error: interrupted; what was not finished is removed\n"
"""Printed where a signal ends a run; one that comes within a callback of Python is printed before, too."""
KINDS: Final = (FileTarget, FolderTarget)
Kind = type[FileTarget] | type[FolderTarget]


def run(*words: str | Path, limit: tuple[int, int] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, with a limit of its resources."""

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(limit[0], (limit[1], limit[1]))

    return subprocess.run(
        [*COMMAND, *map(str, words)], capture_output=True, text=True, check=False, preexec_fn=limited
    )


def write(target: FileTarget | FolderTarget, text: str) -> None:
    with target, target.writing("" if isinstance(target, FileTarget) else "note.md") as stream:
        stream.write(text.encode())


def content(place: Path) -> str:
    return (place / "note.md" if place.is_dir() else place).read_text()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    """Make an export with pictures."""
    path = tmp_path / "in" / "chat.zip"
    path.parent.mkdir()
    (tmp_path / "tmp").mkdir()
    write_chat(path, 60)
    return path


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 512 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.getuid() != 0:
        pytest.skip("only the superuser may mount a small disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize(
    "words",
    [
        ("export", "--to", "markdown"),
        ("export", "--to", "json", "--to", "claude"),
        ("export", "--to", "llm"),
        ("migrate", "--into", "obsidian"),
        ("merge",),
    ],
    ids=" ".join,
)
def test_a_full_disk_leaves_what_was_there(words: tuple[str, ...], chat: Path, disk: Path) -> None:
    place = disk / "out"
    write_chat(chat.parent / "small.zip", 2)
    first = run(words[0], chat.parent / "small.zip", *words[1:], "-o", place)
    assert first.returncode == 0, first.stderr
    before = {path: path.read_bytes() for path in disk.rglob("*") if path.is_file()}
    (disk / "ballast").write_bytes(bytes(200_000))
    write_chat(chat, 3000)
    done = run(words[0], chat, *words[1:], "-o", place, "--overwrite")
    assert done.returncode == 6
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr or "database or disk is full" in done.stderr
    assert {path: path.read_bytes() for path in before} == before
    assert left_over(disk.parent) == []
    assert "Traceback" not in done.stderr


def test_a_disk_that_may_only_be_read_is_said_to_be_one(chat: Path, disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for to in ("json", "markdown"):
        done = run("export", chat, "--to", to, "-o", disk / "out")
        assert done.returncode == 6
        assert done.stderr.startswith(f"error: {disk}/out")
        assert "Read-only file system" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_file_that_may_not_grow_is_an_error_with_a_place(chat: Path, tmp_path: Path) -> None:
    write_chat(chat, 600)
    done = run(
        "export", chat, "--to", "json", "-o", tmp_path / "out.json", limit=(resource.RLIMIT_FSIZE, 50_000)
    )
    assert done.returncode == 6
    assert done.stderr.startswith(f"error: {tmp_path}/out.json: cannot be written (File too large)")
    assert names(tmp_path) == ["in", "tmp"]


@pytest.mark.parametrize("files", [12, 16, 20])
@pytest.mark.parametrize("to", ["json", "markdown", "llm"])
def test_too_few_open_files_end_in_one_line_or_in_a_result(
    files: int, to: str, chat: Path, tmp_path: Path
) -> None:
    done = run("export", chat, "--to", to, "-o", tmp_path / "out", limit=(resource.RLIMIT_NOFILE, files))
    assert done.returncode in {0, 3, 6}, done.stderr
    assert done.stderr.count("\n") <= 1
    assert done.returncode == 0 or not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
def test_a_disk_that_fails_at_the_end_keeps_the_older_result(
    kind: Kind, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    place = tmp_path / "out"
    write(kind(place), "old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(ExportError, match=r"cannot be put in its place"):
            write(kind(place, overwrite=True), "new")
    assert content(place) == "old"
    assert names(tmp_path) == ["out"]


def test_many_files_are_brought_to_the_disk_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(os, "fsync", calls.append)
    with FolderTarget(tmp_path / "out") as target:
        for number in range(200):
            with target.writing(f"{number % 7}/{number}.md") as stream:
                stream.write(b"x")
    assert len(calls) < 20 or sys.platform != "linux"


@pytest.mark.parametrize("kind", KINDS)
def test_folders_that_cannot_be_brought_to_the_disk_are_no_error(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def files_only(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        sync(handle)

    monkeypatch.setattr(os, "fsync", files_only)
    write(kind(tmp_path / "out"), "new")
    assert content(tmp_path / "out") == "new"


def test_an_input_that_vanishes_is_an_error_of_the_input(tmp_path: Path, chat: Path) -> None:
    with zipfile.ZipFile(chat) as archive:
        archive.extractall(tmp_path / "folder")
    source = open_source(tmp_path / "folder")
    picture = next(member for member in source.members if member.name.endswith(".jpg"))
    (tmp_path / "folder" / picture.name).unlink()
    with MemoryTarget() as target:
        target.sources = {"s": source}
        with pytest.raises(SourceError, match=r"\.jpg: cannot be read"):
            target.copy("s", picture.name, "media/x.jpg")
        assert target.files == {}


def test_a_source_that_fails_while_it_is_copied_is_not_called_a_target(
    tmp_path: Path, chat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (chat.parent / "x.jpg").touch()
    source = open_source(chat.parent)

    class Failing(io.BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def failing(_: Member) -> BinaryIO:
        return Failing()

    monkeypatch.setattr(source, "open", failing)
    member = next(member for member in source.members if member.name.endswith(".jpg"))
    with FolderTarget(tmp_path / "out") as target:
        target.sources = {"s": source}
        with pytest.raises(SourceError, match=r"jpg: cannot be read \(.*Input/output error"):
            target.copy("s", member.name, "media/x.jpg")
        with target.writing("note.md") as stream:
            stream.write(b"x")
    assert names(tmp_path / "out") == [".wamigrate", "media", "note.md"]
    assert names(tmp_path / "out" / "media") == []


def test_an_input_that_is_cut_off_while_it_is_read_leaves_no_half_result(tmp_path: Path, chat: Path) -> None:
    write_chat(chat, 3000)
    whole = chat.read_bytes()
    for tenths in (1, 5, 9):
        chat.write_bytes(whole[: len(whole) * tenths // 10])
        with pytest.raises(SourceError):
            convert(chat, "markdown", tmp_path / "out")
        assert names(tmp_path) == ["in", "tmp"]


def test_a_reader_who_goes_ends_the_run_without_an_error(chat: Path) -> None:
    write_chat(chat, 5000)
    with subprocess.Popen(
        [*COMMAND, "export", str(chat), "--to", "json", "-o", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        said = process.stderr.read().decode()
        assert process.wait(60) == 141
    assert "Traceback" not in said
    assert "error" not in said


def test_a_slow_reader_gets_everything(chat: Path, tmp_path: Path) -> None:
    run("export", chat, "--to", "json", "-o", tmp_path / "whole.json")
    with subprocess.Popen(
        [*COMMAND, "export", str(chat), "--to", "json", "-o", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        got = b""
        while piece := process.stdout.read(4000):
            got += piece
            time.sleep(0.01)
        assert process.wait(60) == 0
    assert got == (tmp_path / "whole.json").read_bytes()


@pytest.mark.parametrize("to", ["json", "markdown"])
@pytest.mark.parametrize("overwrite", [(), ("--overwrite",)])
def test_of_two_runs_to_one_place_one_wins_and_the_other_says_so(
    to: str, overwrite: tuple[str, ...], chat: Path, tmp_path: Path
) -> None:
    write_chat(chat, 800)
    place = tmp_path / "out"
    runs = [
        subprocess.Popen(
            [*COMMAND, "export", str(chat), "--to", to, "-o", str(place), "-q", *overwrite],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    ]
    said = [one.communicate(timeout=120)[1] for one in runs]
    codes = [one.returncode for one in runs]
    assert 0 in codes
    for code, words in zip(codes, said, strict=True):
        # whoever comes when the other is done replaces it, if that was asked for
        assert code in {0, 6}
        if code:
            assert (
                "another run is writing to it" in words or "exists already" in words or "meanwhile" in words
            )
    if not overwrite:
        assert sorted(codes) == [0, 6]
    assert left_over(tmp_path) == []
    alone = tmp_path / "alone"
    assert run("export", chat, "--to", to, "-o", alone, "-q").returncode == 0
    if to == "json":
        assert place.read_bytes() == alone.read_bytes()
    else:
        assert (place / ".wamigrate").read_bytes() == (alone / ".wamigrate").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_that_another_run_writes_to_is_left_alone(kind: Kind, tmp_path: Path) -> None:
    place = tmp_path / "out"
    first = kind(place)
    second = kind(place)
    with first:
        with first.writing("" if kind is FileTarget else "note.md") as stream:
            stream.write(b"first")
        with pytest.raises(ExportError, match="another run is writing to it; wait for its end, or choose"):
            write(second, "second")
        with pytest.raises(ExportError, match="another run is writing to it"):
            kind(place)
    assert content(place) == "first"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("older", [True, False])
def test_a_result_that_another_run_made_meanwhile_is_not_replaced(
    kind: Kind, older: bool, tmp_path: Path
) -> None:
    place = tmp_path / "out"
    if older:
        write(kind(place), "old")
    late = kind(place, overwrite=True)
    write(kind(place, overwrite=True), "theirs")
    with pytest.raises(
        TargetExistsError, match="was written by another program meanwhile and is not replaced"
    ):
        write(late, "mine")
    assert content(place) == "theirs"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_that_becomes_a_link_meanwhile_is_not_followed(kind: Kind, tmp_path: Path) -> None:
    place, other = tmp_path / "out", tmp_path / "other"
    write(kind(place), "old")
    write(kind(other), "other")
    target = kind(place, overwrite=True)
    with target.writing("" if kind is FileTarget else "note.md") as stream:
        stream.write(b"new")
    place.rename(tmp_path / "aside")
    place.symlink_to(other)
    with pytest.raises(TargetExistsError), target:
        pass
    assert content(other) == "other"
    assert content(tmp_path / "aside") == "old"
    assert place.is_symlink()
    assert names(tmp_path) == ["aside", "other", "out"]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("to", ["llm"])
def test_a_run_that_is_asked_to_stop_tidies_up(
    number: signal.Signals, code: int, to: str, chat: Path, tmp_path: Path
) -> None:
    write_chat(chat, 25_000)  # so many that it is not done when the signal comes, on a busy machine
    with subprocess.Popen(
        [*COMMAND, "export", str(chat), "--to", to, "-o", str(tmp_path / "out"), "-q"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        until = time.monotonic() + 60
        while not any(name.startswith(twin.PREFIX) for name in names(tmp_path)) and time.monotonic() < until:
            time.sleep(0.002)
        process.send_signal(number)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == code, said
    assert re.fullmatch(SAID, said), said
    assert names(tmp_path) == ["in", "tmp"]


def test_calls_that_signals_interrupt_are_taken_up_again(chat: Path, tmp_path: Path) -> None:
    ticks: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: ticks.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        convert(chat, "markdown", tmp_path / "out")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert ticks
    convert(chat, "markdown", tmp_path / "calm")
    assert (tmp_path / "out" / ".wamigrate").read_bytes() == (tmp_path / "calm" / ".wamigrate").read_bytes()


@pytest.fixture(params=["a network disk", "Windows"])
def _unlockable(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand for where folders cannot be locked."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    windows = request.param == "Windows"
    monkeypatch.setattr(*((twin, "_CAN_LOCK", False) if windows else (fcntl, "flock", refuse)))


@pytest.mark.usefixtures("_unlockable")
def test_where_folders_cannot_be_locked_age_tells_who_is_alive(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write(FolderTarget(place), "first")
    left = twin.twin_path(place)
    (left / "result").mkdir(parents=True)
    with pytest.raises(ExportError, match="another run is writing to it"):
        FolderTarget(place, overwrite=True)
    os.utime(left, (1, 1))
    write(FolderTarget(place, overwrite=True), "second")
    assert content(place) == "second"
    assert names(tmp_path) == ["out"]


def dead_scratch(folder: Path, patched: pytest.MonkeyPatch) -> Path:
    """Make a folder the place for temporary files, and leave one in it that a dead process made."""
    patched.setattr("tempfile.tempdir", str(folder))
    dead = folder / ".wamigrate-scratch-dead"
    dead.mkdir()
    return dead


@pytest.mark.usefixtures("_unlockable")
def test_where_folders_cannot_be_locked_a_new_one_without_files_is_somebodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = dead_scratch(tmp_path, monkeypatch)
    os.utime(dead, (1, 1))
    place = tmp_path / "out"
    with scratch.scratch_folder() as living, scratch.scratch_folder() as second:
        assert names(tmp_path) == sorted([living.name, second.name])
    with FolderTarget(place) as target:
        target.scratch()
        with pytest.raises(ExportError, match="another run is writing to it"):
            FolderTarget(place)
    assert names(tmp_path) == []


def test_what_a_kill_left_between_two_renames_is_put_back(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write(FolderTarget(place), "old")
    left = twin.twin_path(place)
    (left / "result").mkdir(parents=True)
    place.rename(left / "older")
    with pytest.raises(TargetExistsError, match="exists already"):
        FolderTarget(place)
    assert content(place) == "old"
    assert names(tmp_path) == ["out"]


def test_an_older_result_whose_place_was_taken_is_not_thrown_away(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write(FolderTarget(place), "old")
    left = twin.twin_path(place)
    (left / "result").mkdir(parents=True)
    place.rename(left / "older")
    place.mkdir()
    with pytest.raises(
        TargetExistsError, match=r"older: is what .*out was before a run broke off; move it away"
    ):
        FolderTarget(place, overwrite=True)
    assert content(left / "older") == "old"


def test_what_lies_where_the_temporary_folder_should_be_is_never_followed(tmp_path: Path) -> None:
    place, victim = tmp_path / "out", tmp_path / "victim"
    victim.mkdir()
    (victim / "thesis.md").write_text("years of work")
    twin.twin_path(place).symlink_to(victim)
    with pytest.raises(ExportError, match="cannot be written"):
        write(FolderTarget(place), "new")
    assert content(victim / "thesis.md") == "years of work"


def test_private_copies_of_dead_processes_are_removed_and_those_of_living_ones_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = dead_scratch(tmp_path, monkeypatch)
    (dead / "database").write_text("secret")
    (tmp_path / "wamigrate-holiday").mkdir()
    with scratch.scratch_folder() as living:
        assert not dead.exists()
        with scratch.scratch_folder() as second:
            assert names(tmp_path) == sorted([living.name, second.name, "wamigrate-holiday"])
    assert names(tmp_path) == ["wamigrate-holiday"]


def test_folders_of_others_that_may_not_be_changed_do_not_keep_the_older_result(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write(FolderTarget(place), "old")
    (place / "mine").mkdir()
    (place / "mine" / "thoughts.md").write_text("mine")
    (place / "mine").chmod(0o500)
    write(FolderTarget(place, overwrite=True), "new")
    assert content(place / "mine" / "thoughts.md") == "mine"
    assert names(tmp_path) == ["out"]


def test_a_twin_that_another_run_makes_at_the_same_moment_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "out"

    def compete(_: Path) -> None:
        twin.twin_path(place).mkdir()

    monkeypatch.setattr(twin, "recover", compete)
    with pytest.raises(twin.InUseError):
        twin.Twin(place)
    assert twin.twin_path(place).is_dir()


@pytest.mark.parametrize("replaced", [True, False])
def test_a_twin_that_another_run_removes_before_it_is_locked_is_not_used(
    replaced: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, made = fcntl.flock, tmp_path.with_name("made")

    def lose(handle: int, how: int) -> None:
        lock(handle, how)
        left = twin.twin_path(tmp_path / "out")
        left.rename(made)
        if replaced:
            left.mkdir()

    monkeypatch.setattr(fcntl, "flock", lose)
    handles = Path("/proc/self/fd")
    before = len(names(handles)) if handles.exists() else 0
    with pytest.raises(twin.InUseError):
        twin.Twin(tmp_path / "out")
    assert not before or len(names(handles)) == before
    made.rmdir()


def test_a_folder_above_that_is_gone_is_not_called_another_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "above").mkdir()

    def lose(_: Path) -> None:
        (tmp_path / "above").rmdir()

    monkeypatch.setattr(twin, "recover", lose)
    with pytest.raises(FileNotFoundError):
        twin.Twin(tmp_path / "above" / "out")


def test_what_may_not_be_changed_is_made_changeable_before_it_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "note.md").touch()
    inner.chmod(0o500)
    real = shutil.rmtree

    def rmtree(folder: Path) -> None:
        """Be no superuser."""
        for path in folder.rglob("*"):
            if path.is_dir() and not path.stat().st_mode & stat.S_IWUSR:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        real(folder)

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    twin.remove_tree(tmp_path / "a")
    assert names(tmp_path) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_target_that_gave_only_room_for_temporary_files_makes_nothing(kind: Kind, tmp_path: Path) -> None:
    with kind(tmp_path / "out") as target:
        room = target.scratch()
        assert room is not None
        (room / "sorted").write_text("something")
    assert names(tmp_path) == []


@pytest.mark.parametrize("taken", [True, False])
def test_a_file_that_appears_at_the_last_moment_is_not_replaced(
    taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "out"

    def link(source: Path, target: Path, **_: object) -> None:
        if taken:
            target.write_text("theirs")
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), source)

    monkeypatch.setattr(os, "link", link)
    error, words = (
        (TargetExistsError, "exists already") if taken else (ExportError, "the result cannot be put")
    )
    with pytest.raises(error, match=f"out: {words}"):
        write(FileTarget(place), "mine")
    assert names(tmp_path) == (["out"] if taken else [])
    assert not taken or content(place) == "theirs"


@pytest.mark.parametrize("error", [PermissionError(errno.EPERM, "not permitted"), NotImplementedError()])
def test_a_disk_without_second_names_gets_a_file_too(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(os, "link", link)
    write(FileTarget(tmp_path / "out"), "new")
    assert (names(tmp_path), content(tmp_path / "out")) == (["out"], "new")


def test_closing_a_stream_once_more_brings_nothing_back() -> None:
    target = MemoryTarget()
    stream = target.open("note.md")
    stream.write(b"new")
    stream.close()
    assert target.files == {"note.md": b"new"}
    target.discard()
    stream.close()
    assert target.files == {}
