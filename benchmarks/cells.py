"""What was measured: cells (a contestant on a chat) in groups (everybody on that chat), kept in a file."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Literal

import msgspec
from msgspec import Struct

Part = Literal["parse", "commands", "batch", "memory"]
Role = Literal["ours", "floor", "peer"]


class Cell(Struct, frozen=True, kw_only=True):
    """A contestant on a chat: one number for each round it took part in, from the first on."""

    name: str
    role: Role
    wall: tuple[float, ...] = ()
    """Seconds."""
    cpu: tuple[float, ...] = ()
    """Seconds of processor time, in the program and in the system, children included."""
    peak: int = 0
    """Bytes of memory."""
    messages: int | None = None
    """Found; None: it does not tell."""
    output: int = 0
    """Bytes written."""
    beside: str = ""
    """Ours that it is compared with."""
    reader: str = ""
    """The cell of ``parse`` whose number of messages is its, too."""
    why: str = ""
    """Why there is no number, or not one for each round."""


class Group(Struct, frozen=True, kw_only=True):
    """Everybody on one chat."""

    part: Part
    style: str
    messages: int
    size: int
    """Bytes of the chat."""
    rounds: int
    date: str
    cells: tuple[Cell, ...]

    @property
    def key(self) -> tuple[str, str, int]:
        """What no two groups share."""
        return self.part, self.style, self.messages

    def cell(self, name: str) -> Cell | None:
        """Return a cell by name, if it has numbers."""
        return next((cell for cell in self.cells if cell.name == name and cell.wall), None)


def ratio(numerator: Sequence[float], denominator: Sequence[float]) -> float | None:
    """Return the median of the ratios inside the rounds that both took part in.

    >>> ratio((2.0, 9.0, 4.0), (1.0, 3.0))
    2.5
    """
    pairs = [above / below for above, below in zip(numerator, denominator, strict=False) if below]
    return median(pairs) if pairs else None


class Results(Struct):
    """Groups, one a line, in a file that every group is written to as soon as it is measured."""

    path: Path | None
    groups: list[Group] = []

    def add(self, group: Group) -> None:
        """Keep a group, instead of an older one of the same chat."""
        self.groups = [other for other in self.groups if other.key != group.key] + [group]
        if self.path is not None:
            self.path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in self.groups))

    def has(self, key: tuple[str, str, int]) -> bool:
        """Tell whether a chat has been measured."""
        return any(group.key == key for group in self.groups)


def open_results(path: Path | None, *, resume: bool) -> Results:
    """Open a file of results, to go on with what is in it or to begin anew."""
    if path is None or not resume or not path.exists():
        return Results(path)
    return Results(path, [msgspec.json.decode(line, type=Group) for line in path.read_bytes().splitlines()])


def only(groups: Iterable[Group], part: Part) -> list[Group]:
    """Return the groups of a part, the shortest chats first."""
    return sorted(
        (group for group in groups if group.part == part), key=lambda one: (one.messages, one.style)
    )
