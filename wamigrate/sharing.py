"""Shares work on the texts of a long chat with a second process, on machines that have two processors.

Only pure functions of lists of texts are shared, and the results are the same with and without: whoever
comes first does a group of texts. Who wants it says so with :func:`sharing`; nobody else gets a process.
"""

import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from wamigrate.crew import processors
from wamigrate.errors import WorkerError
from wamigrate.workers import WorkerPool

if TYPE_CHECKING:
    from concurrent.futures import Future

A = TypeVar("A")
T = TypeVar("T")
R = TypeVar("R")
ENOUGH: Final = 3_000_000
"""Characters of a chat from which the start of a process pays."""
_GROUP: Final = 1_000
"""Messages that are handed over at once: few enough that neither process waits long for the other."""
_TURN: Final = 0.0002
"""Seconds after which the thread that speaks with the other process gets its turn. With the usual five
milliseconds the other process waits half of the time for what it is to do next."""
_AHEAD: Final = 8
"""Groups that wait for the other process, where a stream is worked on."""


class _Helper:
    """A process that is started when there is enough to do for it."""

    def __init__(self, pool: WorkerPool) -> None:
        self.pool = pool
        self.awake = False


_helper: Final[ContextVar[_Helper | None]] = ContextVar("_helper", default=None)


@contextmanager
def sharing() -> Generator[None]:
    """Let long chats that are worked on inside the ``with`` block have a second process."""
    if processors() < 2:  # noqa: PLR2004 - one for each of both processes
        yield
        return
    pool = WorkerPool(1)
    token = _helper.set(_Helper(pool))
    usual = sys.getswitchinterval()
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
        _helper.reset(token)
        pool.stop()


def prepare_sharing(characters: int) -> None:
    """Start the second process, so that it is ready when texts come, if so many characters are worth it."""
    helper = _helper.get()
    if helper is not None and not helper.awake and characters >= ENOUGH:
        helper.pool.submit(_wake)
        helper.awake = True
        sys.setswitchinterval(_TURN)


def begin_shared(function: Callable[[list[T]], list[R]], items: Sequence[T]) -> "Begun[T, R] | None":
    """Have the other process, if there is one, begin with items that :func:`map_shared` will be asked for.

    Args:
        function: makes one thing of each item; at the top of a module, so that it can be pickled.
        items: its arguments, as far as they are known; hashable, as results are found by them.

    """
    pool = _pool()
    return None if pool is None else Begun(pool, function, items)


def map_shared(
    function: Callable[[list[T]], list[R]], items: Sequence[T], begun: "Begun[T, R] | None" = None
) -> Iterator[list[R]]:
    """Call a function with groups of items; yield what it makes of each, in their order.

    The other process begins with the first group, and goes on while the caller is busy with what it got.
    Whenever the caller would have to wait, this process does the last group that nobody has begun.

    Args:
        function: as for :func:`begin_shared`.
        items: its arguments.
        begun: what :func:`begin_shared` returned for most of them.

    """
    begun = begin_shared(function, items) if begun is None else begun
    return map(function, _groups(items)) if begun is None else begun.results_of(items)


class Begun(Generic[T, R]):
    """Items that the other process works on."""

    def __init__(self, pool: WorkerPool, function: Callable[[list[T]], list[R]], items: Sequence[T]) -> None:
        """Hand over all items; see :func:`begin_shared`."""
        self._function = function
        self._groups = _groups(items)
        self._futures = [pool.submit(function, group) for group in self._groups]
        self._places: dict[T, int] = {}
        for place, item in enumerate(items):
            self._places.setdefault(item, place)

    def results_of(self, items: Sequence[T]) -> Iterator[list[R]]:
        """Yield what the function makes of items, some at a time, in their order.

        Args:
            items: those that were handed over, or some of them with others in between, which are done here.

        """
        places = [self._places.get(item, -1) for item in items]
        groups, results = self._results(), list[R]()
        for at in range(0, len(items), _GROUP):
            part, known = items[at : at + _GROUP], places[at : at + _GROUP]
            while len(results) <= max(known):
                results += next(groups)
            new = [item for item, place in zip(part, known, strict=True) if place < 0]
            made = iter(self._function(new) if new else ())
            yield [next(made) if place < 0 else results[place] for place in known]

    def _results(self) -> Iterator[list[R]]:
        """Yield the results of each group that was handed over."""
        made: dict[int, list[R]] = {}
        end = len(self._groups)
        for number, group in enumerate(self._groups):
            while number < end and not self._futures[number].done() and self._futures[end - 1].cancel():
                end -= 1
                made[end] = self._function(self._groups[end])
            if number >= end:
                yield made.pop(number)
            else:
                yield _either(self._function, group, self._futures[number])


def _groups(items: Sequence[T]) -> list[list[T]]:
    return [list(items[at : at + _GROUP]) for at in range(0, len(items), _GROUP)]


def map_ahead(
    function: Callable[[A], R], items: Iterable[T], argument: Callable[[T], A]
) -> Iterator[tuple[T, R]]:
    """Yield items with what a function makes of each, while the other process works on those to come.

    Args:
        function: at the top of a module, so that it can be pickled.
        items: taken when they are needed, some of them early.
        argument: what the function is to have of an item: work for some milliseconds.

    """
    pool = _pool()
    if pool is None:
        for item in items:
            yield item, function(argument(item))
        return
    waiting: deque[tuple[T, A, Future[R]]] = deque()
    for item in items:
        given = argument(item)
        waiting.append((item, given, pool.submit(function, given)))
        if len(waiting) > _AHEAD:
            first, given, future = waiting.popleft()
            yield first, _either(function, given, future)
    for first, given, future in waiting:
        yield first, _either(function, given, future)


def _pool() -> WorkerPool | None:
    helper = _helper.get()
    return helper.pool if helper is not None and helper.awake else None


def _either(function: Callable[[T], R], item: T, future: "Future[R]") -> R:
    """Do what the other process has not begun; else wait for it, and do what it failed to do."""
    if future.cancel():
        return function(item)
    try:
        return future.result()
    except WorkerError:
        return function(item)


def _wake() -> None:
    """Have the other process load what most of the work needs."""
    from wamigrate import pipeline  # noqa: PLC0415 - this module is loaded by it

    assert pipeline
