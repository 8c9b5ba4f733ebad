"""How fast readers are: everybody reads the same chat in turn, each in a process of its own that stays."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.cells import Cell, Group
from benchmarks.chats import chat
from benchmarks.contest import LIMIT, Turn, compete
from benchmarks.environments import MissingError
from benchmarks.peers import peers, taking_part
from benchmarks.workers import Worker

_WARM: Final = 100_000
"""Up to so many messages, a turn before the first round warms everybody up."""


def measure(style: str, messages: int, rounds: int, wanted: Sequence[str] = ()) -> Group:
    """Let everybody read a chat."""
    path = chat(style, messages)
    with ExitStack() as stack:
        workers: dict[str, Worker] = {}
        blank: dict[str, Cell] = {}
        for reader in taking_part(peers().readers, style, messages, wanted):
            why = ""
            try:
                workers[reader.name] = stack.enter_context(Worker(reader))
            except MissingError as error:
                why = str(error)
            blank[reader.name] = Cell(name=reader.name, role=reader.role, why=why)
        if messages <= _WARM:
            for worker in workers.values():
                worker.read(path, LIMIT)
        cells = compete(blank, lambda name: _turn(workers[name], path), rounds)
    return Group(
        part="parse",
        style=style,
        messages=messages,
        size=path.stat().st_size,
        rounds=rounds,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        cells=tuple(cells),
    )


def _turn(worker: Worker, path: Path) -> Turn:
    answer = worker.read(path, LIMIT)
    if "error" in answer:
        return Turn(error=answer["error"])
    return Turn(answer["wall"], answer["cpu"], answer["peak"], answer["messages"])
