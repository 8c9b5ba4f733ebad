"""Kill runs at random moments and at every single step, or let a step fail; then look at what is there.

``python tests/kill_points.py --points 500 --seed 1`` kills 500 runs of ``export``, ``merge`` and ``migrate``
with SIGKILL after a random time, spread over all scenes. ``--steps`` goes through every step of writing (each
file opened, made, moved, linked, locked, removed, brought to the disk) and ends the process right before it,
without any clean-up; ``--faults`` lets the same steps fail: no space left, input/output error, too many
open files. After each point:

* every result is, byte for byte, the older one or the complete new one (or, where two folders cannot change
  places in one step, is put back by the next run);
* the inputs have the same content and the same times;
* after the next run of the same command every result is new, and no temporary file is left.

POSIX only: runs are forked from one warm process, so that a point costs milliseconds instead of a start.
"""

import argparse
import contextlib
import errno
import hashlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from batch_chats import wait_for_workers

from wamigrate import durable, target, twin
from wamigrate.cli import app

PREFIXES: Final = (twin.PREFIX, ".wamigrate-scratch-")
EXISTS: Final = 6
FAULTS: Final = (errno.ENOSPC, errno.EIO, errno.EMFILE)
STEPS: Final = frozenset(
    (
        *("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod", "os.listdir"),
        *("os.scandir", "os.truncate", "shutil.rmtree", "fcntl.flock", "tempfile.mkdtemp", "sqlite3.connect"),
    )
)
ALLOWED: Final = frozenset((0, 3, EXISTS, 10))
"""Exit codes of a run in which the disk failed: done all the same, input, output, some of several."""
NEITHER: Final = "neither the older nor the new result"


class Scene(NamedTuple):
    """A command, and what it writes.

    ``{in}`` and ``{out}`` stand for the folders of inputs and results.
    """

    name: str
    arguments: tuple[str, ...]
    places: tuple[str, ...]
    older: bool = True
    """Whether an older result is there and replaced."""


def export(*to: str) -> tuple[str, ...]:
    """Return the beginning of a command line."""
    return ("export", "{in}/new.zip", *(word for name in to for word in ("--to", name)), "-q")


BATCH: Final = ("export", "{in}/new.zip", "{in}/copy.txt", "--to", "json", "--to", "markdown")
EACH: Final = ("b/new.json", "b/new-markdown", "b/copy.json", "b/copy-markdown")
SCENES: Final = (
    Scene("document", (*export("json"), "-o", "{out}/chat.json"), ("chat.json",)),
    Scene("new document", (*export("json"), "-o", "{out}/deep/chat.json"), ("deep/chat.json",), older=False),
    Scene("folder", (*export("markdown"), "-o", "{out}/notes"), ("notes",)),
    Scene("new folder", (*export("markdown"), "-o", "{out}/notes"), ("notes",), older=False),
    Scene(
        "several formats",
        (*export("json", "markdown", "llm", "claude"), "-o", "{out}/all/"),
        ("all/new.json", "all/new-markdown", "all/new.db", "all/new-claude"),
    ),
    Scene(
        "migrate",
        ("migrate", "{in}/new.zip", "--into", "obsidian", "-q", "-o", "{out}/vault"),
        ("vault",),
    ),
    Scene(
        "migrate to a database",
        ("migrate", "{in}/new.zip", "--into", "llm", "-q", "-o", "{out}/llm"),
        ("llm",),
    ),
    Scene(
        "merge",
        ("merge", "{in}/new.zip", "{in}/copy.txt", "-q", "-o", "{out}/merged.json"),
        ("merged.json",),
    ),
    Scene("batch", (*BATCH, "--jobs", "1", "-q", "-o", "{out}/b/"), EACH),
    Scene("workers", (*BATCH, "--jobs", "2", "-q", "-o", "{out}/b/"), EACH),
    Scene("resume", (*BATCH, "--jobs", "1", "--resume", "-q", "-o", "{out}/b/"), EACH, older=False),
    Scene("resume workers", (*BATCH, "--jobs", "2", "--resume", "-q", "-o", "{out}/b/"), EACH, older=False),
    Scene("resume older", (*BATCH, "--jobs", "1", "--resume", "-q", "-o", "{out}/b/"), EACH),
)


def warm(folder: Path, scenes: Iterable[Scene]) -> None:
    """Load what the commands need, so that no forked run has to."""
    write_chat(folder / "new.zip", 12)
    (folder / "copy.txt").write_text(chat(8, "copy"))
    for number, scene in enumerate(scenes):
        folders = {"in": str(folder), "out": str(folder / str(number))}
        try:
            app([word.format_map(folders) for word in scene.arguments], prog_name="wamigrate")
        except SystemExit as end:
            if end.code:
                raise


def say(words: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


class Violation(NamedTuple):
    """A promise that was not kept."""

    scene: str
    point: str
    words: str


class Stage:
    """A scene with its folders, and what its results are before and after."""

    def __init__(self, scene: Scene, work: Path, messages: int, *, swap: bool) -> None:
        self.scene = scene
        self.work = work
        self.swap = swap
        """Whether two folders can change places in one step."""
        self.inputs = work / "in"
        self.out = work / "out"
        self.template = work / "template"
        self.scratch = work / "tmp"
        self.scratch.mkdir(parents=True)
        self._make_inputs(messages)
        self.before = self._stamp()
        self.older: dict[str, str | None] = dict.fromkeys(scene.places)
        self.out.mkdir()
        if scene.older:
            self._make_older(messages)
        shutil.copytree(self.out, self.template, symlinks=True)
        started = time.monotonic()
        self.expect(self.run(), 0)
        self.took = time.monotonic() - started
        self.newer = self.results()

    def _make_inputs(self, messages: int) -> None:
        self.inputs.mkdir()
        write_chat(self.inputs / "new.zip", messages)
        text = chat(messages // 2, "copy").encode()
        (self.inputs / "copy.txt").write_bytes(text)

    def _make_older(self, messages: int) -> None:
        for name in ("new.zip", "copy.txt"):
            (self.inputs / name).rename(self.inputs / f"{name}.aside")
        write_chat(self.inputs / "new.zip", messages // 3)
        (self.inputs / "copy.txt").write_bytes(chat(messages // 4, "copy").encode())
        self.expect(self.run(), 0)
        for name in ("new.zip", "copy.txt"):
            (self.inputs / f"{name}.aside").replace(self.inputs / name)
        for place in self.scene.places:
            if (self.out / place).is_dir():
                (self.out / place / "mine").mkdir()
                (self.out / place / "mine" / "thoughts.md").write_text("years of work")
        self.older = self.results()

    def expect(self, code: int, wanted: int) -> None:
        if code != wanted:
            raise SystemExit(f"{self.scene.name}: exit code {code} instead of {wanted}")

    def reset(self) -> None:
        """Put the older results there again."""
        shutil.rmtree(self.out)
        shutil.copytree(self.template, self.out, symlinks=True)

    def run(self, before: Callable[[], None] | None = None, *, overwrite: bool = True) -> int:
        """Run the command to its end; return the exit code."""
        return ended(self.start(before, overwrite=overwrite))

    def start(self, before: Callable[[], None] | None = None, *, overwrite: bool = True) -> int:
        """Start the command in a process of its own."""
        folders = {"in": str(self.inputs), "out": str(self.out)}
        words = [word.format_map(folders) for word in self.scene.arguments]
        if self.scene.older and overwrite:
            words.append("--overwrite")
        process = os.fork()
        if process == 0:
            self._become(words, before)
        return process

    def _become(self, words: list[str], before: Callable[[], None] | None) -> None:
        code = 70
        try:
            os.chdir(self.work)
            tempfile.tempdir = str(self.scratch)
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(os.open(self.work / "stderr", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
            if not self.swap:
                target.exchange = lambda *_: False  # type: ignore[attr-defined]  # a system without it
            if before is not None:
                before()
            app(words, prog_name="wamigrate")
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        finally:
            os._exit(code)

    def results(self) -> dict[str, str | None]:
        """Return a digest of each result; None where there is none."""
        return {place: fingerprint(self.out / place) for place in self.scene.places}

    def _stamp(self) -> list[tuple[str, int, str]]:
        return [
            (path.name, path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
            for path in sorted(self.inputs.iterdir())
        ]

    def check(self) -> Iterator[str]:
        """Yield what is wrong after a kill or a fault, and after the run that follows it."""
        wait_for_workers(self.work)
        swaps = self.swap or not self.scene.older
        if not swaps:
            code = self.run(overwrite=False)
            if code not in {0, EXISTS, 10}:
                yield f"the next run without --overwrite ends with {code}: {self.said()}"
        for place, found in self.results().items():
            if found not in {self.older[place], self.newer[place]}:
                yield f"{place}: {NEITHER}"
        if self._stamp() != self.before:
            yield "an input was changed"
        code = self.run()
        whole = self.scene.older or "--resume" in self.scene.arguments
        if code not in ({0} if whole else {0, EXISTS, 10}):
            yield f"the next run ends with {code}: {self.said()}"
        if self.results() != self.newer:
            yield "after the next run not every result is new"
        for path in left_over(self.work):
            yield f"{path.relative_to(self.work)}: still there after the next run"
        if self._stamp() != self.before:
            yield "an input was changed"

    def said(self) -> str:
        """Return what the last run printed as its error."""
        return (self.work / "stderr").read_text(errors="replace").strip()


def ended(process: int) -> int:
    """Wait for a process; return its exit code, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def left_over(folder: Path) -> list[Path]:
    """Return temporary files and folders of runs that broke off."""
    scratch = folder / "tmp"
    found = [path for path in folder.rglob("*") if path.name.startswith(PREFIXES)]
    return [*found, *(path for path in scratch.iterdir() if path not in found)]


def fingerprint(path: Path) -> str | None:
    """Return a digest of a file or folder: names, permissions and content."""
    if not os.path.lexists(path):
        return None
    digest = hashlib.sha256()
    for one in [path, *sorted(path.rglob("*"))]:
        content = one.read_bytes() if one.is_file() else b""
        # folders count by what is in them
        mode = one.stat().st_mode if one.is_file() else 0
        digest.update(repr((one.relative_to(path).as_posix(), mode, len(content))).encode() + content)
    return digest.hexdigest()


def chat(messages: int, salt: str = "") -> str:
    """Return an invented chat with ChatGPT as an Android phone exports it."""
    lines: list[str] = []
    for number in range(messages):
        name = "Ana" if number % 2 == 0 else "ChatGPT"
        words = f"{salt} {number} What about the soup? **Stir** it.\n\n* slowly\n* for long"
        if number % 10 == 4:
            words = f"IMG-20250401-WA{number:04}.jpg (file attached)\nlook"
        lines.append(
            f"{1 + number // 600:02}/04/25, {number // 60 % 10 + 10}:{number % 60:02} - {name}: {words}\n"
        )
    return "".join(lines)


def write_chat(path: Path, messages: int) -> None:
    """Write that chat with its pictures as a ZIP archive."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("WhatsApp Chat with ChatGPT.txt", chat(messages))
        for number in range(4, messages, 10):
            archive.writestr(
                f"IMG-20250401-WA{number:04}.jpg", b"\xff\xd8\xff\xe0" + bytes([number % 256]) * 5000
            )


def killed_at_random(stage: Stage, chance: random.Random) -> str:
    """Kill a run after a random time, half of the times once it writes; return when that was."""
    delay = chance.uniform(0, stage.took * 1.05)
    process = stage.start()
    if chance.random() < 0.5:
        delay = chance.uniform(0, stage.took * 0.6)
        wait_for_twin(stage)
    time.sleep(delay)
    os.kill(process, signal.SIGKILL)
    code = ended(process)
    return f"after {delay * 1000:.1f} ms" if code == -signal.SIGKILL else "at its end"


def wait_for_twin(stage: Stage) -> None:
    """Wait until a run begins to write, or had the time for it."""
    until = time.monotonic() + stage.took
    while time.monotonic() < until and not any(
        name.startswith(PREFIXES) for _, folders, _ in os.walk(stage.out) for name in folders
    ):
        time.sleep(0.0005)


class Steps:
    """Counts the steps of writing in a process, and does something at one of them."""

    def __init__(self, work: Path, at: int, act: Callable[[str], None]) -> None:
        self._work = str(work)
        self._at = at
        self._act = act
        self._count = 0
        self._writing = False

    def install(self) -> None:
        """Begin to count; there is no end to it in this process."""
        sync = os.fsync

        def counted(fd: Any) -> None:
            self("fsync", (PREFIXES[0],))
            sync(fd)

        os.fsync = counted
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in STEPS and event != "fsync":
            return
        shown = repr(arguments)
        self._writing = self._writing or PREFIXES[0] in shown
        # relative names are those of folders that are being removed
        if not self._writing or (self._work not in shown and "/" in shown and event != "fsync"):
            return
        self._count += 1
        if self._count == self._at:
            self._act(f"{event}{shown}")


def die(what: str) -> None:
    """End at once, as a kill does."""
    os.write(2, what.encode("utf-8", "replace"))
    os._exit(137)


def failing(code: int) -> Callable[[str], None]:
    """Return what makes a step fail."""

    def fail(what: str) -> None:
        del what
        raise OSError(code, os.strerror(code))

    return fail


def every_step(stage: Stage, stride: int = 1, first: int = 1) -> Iterator[Violation]:
    """End a run before each of its steps."""
    number = first
    while True:
        stage.reset()
        code = stage.run(Steps(stage.work, number, die).install)
        if code == 0:
            say(f"{stage.scene.name}: {number - 1} steps")
            return
        point = f"step {number}, before {stage.said()}"
        for words in [f"exit code {code}"] * (code != 137) + list(stage.check()):
            yield Violation(stage.scene.name, point, words)
        number += stride


def every_fault(stage: Stage, stride: int = 1, first: int = 1) -> Iterator[Violation]:
    """Let each step of a run fail, one at a time."""
    number = first
    while True:
        stage.reset()
        said = stage.work / "reached"
        said.unlink(missing_ok=True)
        fail = failing(FAULTS[number % len(FAULTS)])

        def act(what: str, said: Path = said, fail: Callable[[str], None] = fail) -> None:
            os.close(os.open(said, os.O_WRONLY | os.O_CREAT, 0o600))
            fail(what)

        code = stage.run(Steps(stage.work, number, act).install)
        words = [] if code in ALLOWED else [f"exit code {code}: {stage.said()}"]
        words += ["more than one line"] * ("\n" in stage.said() and len(stage.scene.places) == 1)
        if not said.exists():
            say(f"{stage.scene.name}: {number - 1} faults")
            return
        said.unlink()
        for one in words + list(stage.check()):
            yield Violation(
                stage.scene.name, f"fault {number} ({errno.errorcode[FAULTS[number % len(FAULTS)]]})", one
            )
        number += stride


def at_random(stages: Sequence[Stage], points: int, chance: random.Random) -> Iterator[Violation]:
    """Kill runs at random moments."""
    late = 0
    for point in range(points):
        stage = stages[point % len(stages)]
        stage.reset()
        when = killed_at_random(stage, chance)
        late += when == "at its end"
        for words in stage.check():
            yield Violation(stage.scene.name, when, words)
    say(f"{points} random kills, {late} of them at the end of the run")


def main(words: Sequence[str] | None = None) -> int:
    """Go through the points that were asked for; the exit status is 1 if a promise was not kept."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--points", type=int, default=0, help="random kills")
    parser.add_argument("--steps", type=int, default=0, metavar="N", help="kill before every Nth step")
    parser.add_argument("--faults", type=int, default=0, metavar="N", help="let every Nth step fail")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, default=120, help="messages of the chat")
    parser.add_argument("--scene", action="append", help="only these")
    parser.add_argument(
        "--no-exchange", action="store_true", help="as on a system without an exchange in one step"
    )
    given = parser.parse_args(words)
    scenes = [scene for scene in SCENES if not given.scene or scene.name in given.scene]
    swap = not given.no_exchange and durable.has_exchange()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kill-points-") as folder:
        with Path(os.devnull).open("w") as nothing, contextlib.redirect_stdout(nothing):
            Path(folder, "warm").mkdir()
            warm(Path(folder, "warm"), scenes)
        stages = [
            Stage(scene, Path(folder, str(number)), given.messages, swap=swap)
            for number, scene in enumerate(scenes)
        ]
        found: list[Violation] = []
        found += at_random(stages, given.points, random.Random(given.seed))
        for stage in stages:
            if given.steps:
                found += every_step(stage, given.steps, 1 + given.seed % given.steps)
            if given.faults:
                found += every_fault(stage, given.faults, 1 + given.seed % given.faults)
    for one in found:
        say(f"VIOLATION {one.scene}: {one.point}: {one.words}")
    say(f"{len(found)} violations, {time.monotonic() - started:.0f} s")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
