"""Who wamigrate is timed beside: ``peers.toml``, typed."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from benchmarks.tables import read_table

C = TypeVar("C", bound="Competitor")


class Competitor(Struct, frozen=True, kw_only=True):
    """Who is timed; ``peers.toml`` explains the fields."""

    name: str
    role: Literal["ours", "floor", "peer"] = "peer"
    install: str = ""
    python: str = ""
    largest: int = 400_000
    pace: float
    styles: tuple[str, ...] = ()


class Reader(Competitor, frozen=True, kw_only=True):
    """Who reads a chat inside a process that stays."""

    code: str
    npm: str = ""
    counts: bool = True


class Command(Competitor, frozen=True, kw_only=True):
    """A command line, timed as a whole process."""

    argv: tuple[str, ...]
    format: str = ""
    beside: str = ""
    reader: str = ""


def taking_part(among: Iterable[C], style: str, messages: int, wanted: Sequence[str] = ()) -> list[C]:
    """Return who takes part on a chat: ours, the floors, and the peers asked for (none named: all)."""
    return [
        one
        for one in among
        if (one.role != "peer" or not wanted or any(name in one.name for name in wanted))
        and messages <= one.largest
        and (not one.styles or style in one.styles)
    ]


class Peers(Struct, frozen=True):
    """The table."""

    readers: tuple[Reader, ...]
    commands: tuple[Command, ...]


@cache
def peers() -> Peers:
    """Return the table of peers."""
    return msgspec.convert(read_table("peers.toml"), Peers)
