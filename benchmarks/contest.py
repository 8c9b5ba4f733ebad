"""Rounds in which everybody takes a turn, so that what else the machine does hits all alike."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from benchmarks.cells import Cell

BUDGET: Final = 20.0
"""Seconds after which a contestant takes no part in further rounds."""
LIMIT: Final = 60.0
"""Seconds after which a turn is ended."""


class Turn(NamedTuple):
    """What one turn took; without ``error`` all is well."""

    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    messages: int | None = None
    output: int = 0
    error: str = ""


def rounds_for(messages: int, asked: int = 0) -> int:
    """Return how many rounds a chat deserves.

    >>> rounds_for(1000), rounds_for(400_000), rounds_for(400_000, 7)
    (9, 3, 7)
    """
    return asked or next(rounds for limit, rounds in _ROUNDS if messages <= limit)


_ROUNDS: Final = ((5_000, 9), (100_000, 5), (500_000, 3), (1 << 62, 2))
"""Rounds up to so many messages."""


def compete(
    blank: Mapping[str, Cell], take: Callable[[str], Turn], rounds: int, budget: float = BUDGET
) -> list[Cell]:
    """Let everybody take turns.

    Args:
        blank: who takes part, by name; a cell that says why not takes no part.
        take: runs a contestant once.
        rounds: how often.
        budget: seconds that each may take altogether.

    """
    turns: dict[str, list[Turn]] = {name: [] for name, cell in blank.items() if not cell.why}
    for _ in range(rounds):
        for name, done in turns.items():
            failed = bool(done) and bool(done[-1].error)
            if not failed and sum(turn.wall for turn in done) <= budget:
                done.append(take(name))
    return [_filled(cell, turns.get(name, [])) for name, cell in blank.items()]


def _filled(cell: Cell, turns: list[Turn]) -> Cell:
    good = [turn for turn in turns if not turn.error]
    if not turns:
        return cell
    return Cell(
        name=cell.name,
        role=cell.role,
        beside=cell.beside,
        reader=cell.reader,
        wall=tuple(turn.wall for turn in good),
        cpu=tuple(turn.cpu for turn in good),
        peak=max((turn.peak for turn in good), default=0),
        messages=good[0].messages if good else None,
        output=good[0].output if good else 0,
        why=turns[-1].error,
    )
