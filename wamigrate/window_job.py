"""Work that takes its time: a process of its own, so that the page answers meanwhile and all can be stopped.

:mod:`wamigrate.window_work` is what runs there. It is told what to do on its standard input, which stays open
as long as this process lives, and tells on its standard output what it does, a line of JSON for each step.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, Final

import msgspec
from msgspec import Struct

from wamigrate.report import Failure

_PATIENCE: Final = 5.0
"""Seconds that a process gets to end by itself."""


class Task(Struct, frozen=True):
    """What is to be done.

    ``look`` finds out what the files are; ``make`` writes a result.
    """

    work: str
    files: tuple[str, ...]
    """What was given: paths."""
    place: str
    """A folder for what comes of it, which does not exist yet."""
    options: dict[str, str | bool]
    """Keyword arguments of the library."""
    into: str | None = None
    """Key of a destination."""
    to: str | None = None
    """Name of a format."""
    trace: bool = False
    """Whether errors are traced on the standard error."""


class News(Struct, frozen=True):
    """What a process tells: a step it begins, or how it ended."""

    step: str = ""
    done: int = 0
    total: int = 0
    finished: bool = False
    failure: Failure | None = None


class Job:
    """One such process.

    Attributes:
        news: what it told last.
        started: when, on the clock of :func:`time.monotonic`.
        process: what does it.

    """

    def __init__(self, task: Task, ended: Callable[["Job"], None]) -> None:
        """Start it.

        Args:
            task: what to do.
            ended: called, in a thread of its own, when it has ended and was not cancelled.

        Raises:
            OSError: it cannot be started.

        """
        self.task: Final = task
        self.news: News = News()
        self.started: Final[float] = time.monotonic()
        self.cancelled: bool = False
        self._ended = ended
        # -P: no folder with files that somebody gave us may be searched for modules
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-P", "-m", "wamigrate.window_work"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if task.trace else subprocess.DEVNULL,
            cwd=Path(task.place).parent,
        )
        Thread(target=self._listen, name="window-job", daemon=True).start()

    @property
    def seconds(self) -> int:
        """Return for how long it runs."""
        return int(time.monotonic() - self.started)

    def cancel(self) -> None:
        """End it; whoever waits for it is not told."""
        self.cancelled = True
        with suppress(OSError):
            self.process.kill()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_PATIENCE)

    def _listen(self) -> None:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(msgspec.json.encode(self.task) + b"\n")
            stdin.flush()
        except (OSError, ValueError):  # it ended before it was told, or cannot be told its files
            self.process.kill()
        last = self._last_news(stdout)
        self.process.wait()
        with suppress(OSError):
            stdin.close()
        stdout.close()
        if not last.finished:
            words = "the program that reads it ended without a word; the memory may not have sufficed"
            last = News(finished=True, failure=Failure("Gone", 1, words))
        if not self.cancelled:
            self.news = last
            self._ended(self)

    def _last_news(self, stdout: IO[bytes]) -> News:
        last = News()
        for line in stdout:
            with suppress(msgspec.DecodeError):
                last = msgspec.json.decode(line, type=News)
                if not last.finished:
                    self.news = last
        return last
