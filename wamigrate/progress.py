"""A progress bar on standard error: only on a terminal, and only where a run takes long."""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from wamigrate.render import printable

if TYPE_CHECKING:
    from rich.progress import Progress

_DELAY: Final = 1.0
"""Seconds before a bar appears."""


class Watching:
    """Takes the news of a run, and shows them from the second second on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bar: Progress | None = None
        self._due = False
        self._over = False
        self._now = ("", 0, 0)

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take the news of a step: how much is done, and of how much; zero of zero where that is unknown."""
        with self._lock:
            self._now = (step, done, total)
            if self._due:
                self._show()

    def start(self) -> None:
        """Show the news from now on, unless it is over: a timer may still call when it was cancelled late."""
        with self._lock:
            self._due = not self._over
            if self._due:
                self._show()

    def hide(self) -> None:
        """Take the bar away until there are other news."""
        with self._lock:
            self._hide()

    def stop(self) -> None:
        """Take the bar away for good."""
        with self._lock:
            self._due, self._over = False, True
            self._hide()

    def _hide(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _show(self) -> None:
        step, done, total = self._now
        if self._bar is None:
            self._bar = _new_bar()
            self._bar.start()
        for task in self._bar.task_ids:
            self._bar.update(task, description=printable(step), completed=done, total=total or None)


@contextmanager
def watching() -> Generator[Watching]:
    """Watch a run; without a terminal nobody looks."""
    watch = Watching()
    timer = threading.Timer(_DELAY, watch.start)
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield watch
    finally:
        timer.cancel()
        watch.stop()


def _new_bar() -> "Progress":
    from rich import progress  # noqa: PLC0415 - slow to import, and most runs are over before
    from rich.console import Console  # noqa: PLC0415 - the same

    bar = progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar.add_task("", total=None)
    return bar
