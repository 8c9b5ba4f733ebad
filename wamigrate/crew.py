"""Who does the work: this process, worker processes, or a cluster; and how it is handed out."""

import os
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

from wamigrate.errors import OptionError
from wamigrate.workers import WorkerPool

T = TypeVar("T")
R = TypeVar("R")
_AHEAD: Final = 256
"""Calls that wait for a worker, at most; more would only take memory."""
_NUMBER: Final = re.compile("0*[1-9][0-9]{0,3}")
"""How many processes can be asked for; no machine has more processors."""
_TICK: Final = 0.5
"""Seconds after which somebody looks who is running."""


def parse_jobs(text: str) -> int:
    """Return how many processes are meant; ``auto`` is as many as there are processors.

    Raises:
        OptionError: it is no such number.

    >>> parse_jobs("4"), parse_jobs("auto") >= 1
    (4, True)

    """
    if text.strip().lower() == "auto":
        return processors()
    if not _NUMBER.fullmatch(text.strip()):
        raise OptionError(
            f"--jobs {text}: must be a number of processes from 1, or auto for one on each processor"
        )
    return int(text)


def processors() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def hire(jobs: int, scheduler: str | None = None) -> Generator[Executor | None]:
    """Get workers for a run; None where this process does all by itself.

    Args:
        jobs: how many processes.
        scheduler: address of a Dask scheduler, or ``local`` for one of our own with so many workers.

    Raises:
        OptionError: there is no such scheduler, what it needs is not installed, or no process is asked for.

    """
    if jobs < 1:
        raise OptionError(f"--jobs {jobs}: one process is the least")
    if scheduler is not None:
        from wamigrate.cluster import connect  # noqa: PLC0415 - slow to import, and rarely asked for

        with connect(scheduler, jobs) as executor:
            yield executor
    elif jobs > 1:
        with WorkerPool(jobs) as pool:
            yield pool
    else:
        yield None


def spread(
    function: Callable[[T], R],
    items: Sequence[T],
    executor: Executor,
    watch: Callable[[list[int], int], None],
) -> Iterator[tuple[int, R | Exception]]:
    """Call a function with every item, and yield what comes out, or the error, as it comes.

    What was not begun when the caller stops is cancelled.

    Args:
        function: at the top of a module, so that it can be pickled.
        items: its arguments, which are pickled too.
        executor: who does it.
        watch: told which items are being worked on, by their number, and how many are done.

    Yields:
        numbers of items, and what became of them.

    """
    numbers = iter(range(len(items)))
    ready: SimpleQueue[tuple[int, Future[R] | Exception]] = SimpleQueue()
    waiting: dict[int, Future[R]] = {}

    def submit(number: int) -> None:
        try:
            future = executor.submit(function, items[number])
        except Exception as error:  # noqa: BLE001 - an executor that broke says so here, for every item
            ready.put((number, error))
            return
        waiting[number] = future
        future.add_done_callback(lambda future: ready.put((number, future)))

    try:
        for number in islice(numbers, _AHEAD):
            submit(number)
        for done in range(len(items)):
            number, found = _next(ready, lambda done=done: watch(_running(waiting), done))  # type: ignore[misc]
            waiting.pop(number, None)
            for following in islice(numbers, 1):
                submit(following)
            if isinstance(found, Future):
                answer = _outcome(found)
                yield number, answer
            else:
                yield number, found
    finally:
        for future in waiting.values():
            future.cancel()


def _next(
    ready: "SimpleQueue[tuple[int, Future[R] | Exception]]", watch: Callable[[], None]
) -> "tuple[int, Future[R] | Exception]":
    while True:
        watch()
        try:
            return ready.get(timeout=_TICK)
        except Empty:
            continue


def _running(waiting: "dict[int, Future[R]]") -> list[int]:
    """Return the numbers of the first items that are being worked on."""
    return list(islice((number for number, future in waiting.items() if future.running()), 4))


def _outcome(future: "Future[R]") -> R | Exception:
    try:
        return future.result()
    except CancelledError:
        return InterruptedError("it was cancelled")
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller is to have it
        return error
