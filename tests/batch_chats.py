"""Small chats for runs over many inputs, and what a run left behind."""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from wamigrate.journal import JOURNAL
from wamigrate.report import Outcome


def write_chats(folder: Path, chats: int, messages: int = 4) -> list[Path]:
    """Write chats that differ."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for number in range(chats):
        lines = [
            f"{25 + n // 600}/03/2025, {10 + n // 60 % 10}:{n % 60:02} - "
            f"{('Mira', 'ChatGPT')[n % 2]}: *{number}* and {n}\n"
            for n in range(messages)
        ]
        path = folder / f"chat {number:03}.txt"
        path.write_text("".join(lines), encoding="utf-8", newline="")
        paths.append(path)
    return paths


def contents(folder: Path) -> Mapping[str, str]:
    """Return all files below a folder with a digest of what they hold; the journal aside."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != JOURNAL)
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def left_over(folder: Path) -> list[str]:
    """Return the temporary files that a run has left."""
    return [path.name for path in folder.rglob(".wamigrate-*") if path.name != JOURNAL]


def processes_in(folder: Path) -> list[int]:
    """Return the numbers of the other processes that work in a folder, on systems that tell."""
    place = folder.resolve()
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            if (process / "cwd").readlink() == place and process.name != str(os.getpid()):
                found.append(int(process.name))
    return found


def wait_for_workers(folder: Path) -> None:
    """Wait until no other process works in a folder any more; those of a killed run stop by themselves."""
    end = time.monotonic() + 30
    while processes_in(folder):
        assert time.monotonic() < end, "a worker lives on"
        time.sleep(0.01)


class Notebook:
    """Listens to a run and writes down what it hears."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.errors: list[str] = []
        self.traces: list[BaseException] = []

    def skipped(self, paths: Sequence[Path]) -> None:
        pass

    def expects(self, inputs: int) -> None:
        pass

    def outcome(self, outcome: Outcome, *, alone: bool) -> None:
        del alone
        self.outcomes.append(outcome)

    def trace(self, error: BaseException) -> None:
        self.traces.append(error)

    def error(self, text: object) -> None:
        self.errors.append(str(text))
