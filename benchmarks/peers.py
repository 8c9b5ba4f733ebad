"""Who wamigrate is timed beside: ``peers.toml``, typed."""

from functools import cache
from typing import Literal

import msgspec
from msgspec import Struct

from benchmarks.tables import read_table


class Reader(Struct, frozen=True, kw_only=True):
    """Who reads a chat inside a process that stays; ``peers.toml`` explains the fields."""

    name: str
    code: str
    role: Literal["ours", "floor", "peer"] = "peer"
    install: str = ""
    npm: str = ""
    python: str = ""
    largest: int = 400_000
    pace: float
    styles: tuple[str, ...] = ()
    counts: bool = True


class Command(Struct, frozen=True, kw_only=True):
    """A command line, timed as a whole process; ``peers.toml`` explains the fields."""

    name: str
    argv: tuple[str, ...]
    role: Literal["ours", "floor", "peer"] = "peer"
    install: str = ""
    python: str = ""
    format: str = ""
    beside: str = ""
    reader: str = ""
    largest: int = 400_000
    pace: float
    styles: tuple[str, ...] = ()


class Peers(Struct, frozen=True):
    """The table."""

    readers: tuple[Reader, ...]
    commands: tuple[Command, ...]


@cache
def peers() -> Peers:
    """Return the table of peers."""
    return msgspec.convert(read_table("peers.toml"), Peers)
