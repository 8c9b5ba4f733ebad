"""What to measure, in which order, and about how long it takes."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from msgspec import Struct

from benchmarks import batch, commands, reading
from benchmarks.cells import Group, Part, Results
from benchmarks.chats import GIANT, STYLES, short
from benchmarks.contest import BUDGET, rounds_for
from benchmarks.peers import peers, taking_part

PARTS: Final[tuple[Part, ...]] = ("parse", "commands", "batch", "memory")
_BY_DEFAULT: Final[tuple[Part, ...]] = ("parse", "commands", "batch")
_SIZES: Final = (1_000, 40_000, 400_000, 1_000_000)
_MEMORY_SIZES: Final = (40_000, 400_000, GIANT)
_BOTH: Final[dict[Part, int]] = {"parse": 400_000, "commands": 40_000, "memory": 40_000}
"""Up to so many messages, chats of both phones; beyond, of the first alone."""


_CHAT: Final = 0.075
"""About how many seconds 1,000 messages take."""


class Order(Struct, frozen=True, kw_only=True):
    """What was asked for."""

    parts: tuple[Part, ...] = _BY_DEFAULT
    sizes: tuple[int, ...] = ()
    """Messages; empty: the usual ones."""
    styles: tuple[str, ...] = STYLES
    peers: tuple[str, ...] = ()
    """Pieces of names; empty: all."""
    rounds: int = 0
    chats: int = 1000
    """Of 1,000 messages each, for the batch."""
    jobs: tuple[int, ...] = (1, 2)


class Task(NamedTuple):
    """One group to measure."""

    part: Part
    style: str
    messages: int
    seconds: float
    """About how long it takes."""
    run: Callable[[], Group]

    @property
    def key(self) -> tuple[str, str, int]:
        """That of the group."""
        return self.part, self.style, self.messages


def tasks(order: Order) -> Iterator[Task]:
    """Yield what an order asks for."""
    if "parse" in order.parts:
        yield from _reading(order)
    if "commands" in order.parts:
        yield from _commands(order)
    if "batch" in order.parts:
        run = partial(batch.measure_jobs, order.chats, 1000, order.jobs, order.rounds or 1)
        seconds = order.chats * _CHAT * len(order.jobs)
        yield Task("batch", f"{order.chats:,} chats", order.chats * 1000, seconds, run)
    if "memory" in order.parts:
        for style, size in _chats(order, "memory", _MEMORY_SIZES):
            seconds = len(batch.MEMORY_FORMATS) * size * _CHAT / 1000
            yield Task("memory", style, size, seconds, partial(batch.measure_memory, style, size))


def _reading(order: Order) -> Iterator[Task]:
    for style, size in _chats(order, "parse", _SIZES):
        rounds = rounds_for(size, order.rounds)
        paces = [(one.pace, 0.5) for one in taking_part(peers().readers, style, size, order.peers)]
        run = partial(reading.measure, style, size, rounds, order.peers)
        yield Task("parse", style, size, _seconds(paces, size, rounds), run)


def _commands(order: Order) -> Iterator[Task]:
    for style, size in _chats(order, "commands", _SIZES):
        rounds = _fewer(size, order.rounds)
        paces = [(one.pace, 0.3) for one in taking_part(peers().commands, style, size, order.peers)]
        run = partial(commands.measure, style, size, rounds, order.peers)
        yield Task("commands", style, size, _seconds(paces, size, rounds), run)


def _chats(order: Order, part: Part, usual: Sequence[int]) -> Iterator[tuple[str, int]]:
    for size in order.sizes or usual:
        for style in order.styles if size <= _BOTH[part] or len(order.styles) == 1 else order.styles[:1]:
            yield style, size


def _fewer(size: int, asked: int) -> int:
    """Return how many rounds of whole commands a chat deserves: they take long, and vary little."""
    return asked or max(1, rounds_for(size) // 2)


def _seconds(paces: Sequence[tuple[float, float]], size: int, rounds: int) -> float:
    """Estimate from microseconds a message, and seconds of start, of everybody who takes part."""
    turns = [pace * size / 1e6 + start for pace, start in paces]
    return sum(min(BUDGET + turn, rounds * turn) for turn in turns)


def run(order: Order, results: Results, say: Callable[[str], None]) -> None:
    """Measure what is not among the results, and keep each group as soon as it is there."""
    todo = foretell(order, results, say)
    for number, task in enumerate(todo, 1):
        say(f"{number}/{len(todo)} {task.part}: {task.style}, {short(task.messages)}, {task.seconds:.0f} s")
        results.add(task.run())


def foretell(order: Order, results: Results, say: Callable[[str], None]) -> list[Task]:
    """Return what is not among the results, and say about how long it takes."""
    todo = [task for task in tasks(order) if not results.has(task.key)]
    minutes = sum(task.seconds for task in todo) / 60
    say(f"{len(todo)} groups, about {minutes:.0f} min, without installing peers and writing chats")
    return todo
