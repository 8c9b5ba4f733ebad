"""The least that any reader in Python must do with a chat: what is left to win.

``read, split, records``: read and decode the file, split it into lines, make one record of nine fields
for every message. ``..., JSON`` writes them, too. Finding the fields is not timed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import orjson


class Row(NamedTuple):
    """The fields of a message, found beforehand."""

    id: str
    role: str
    author: str
    timestamp: datetime
    kind: str
    text: str
    edited: bool
    forwarded: bool
    line: int


@dataclass(slots=True)
class Record:
    """A message as a plain record."""

    id: str
    role: str
    author: str
    timestamp: datetime
    kind: str
    text: str
    edited: bool
    forwarded: bool
    line: int


class Packed(msgspec.Struct, gc=False):
    """The same as a msgspec record."""

    id: str
    role: str
    author: str
    timestamp: datetime
    kind: str
    text: str
    edited: bool
    forwarded: bool
    line: int


def floors(rows: Sequence[Row]) -> dict[str, Callable[[Path], int]]:
    """Return the floors by name, for a file whose messages are ``rows``."""
    return {
        "floor: read, split, records": lambda path: len(_records(path, rows, Record)),
        "floor: read, split, records, JSON": lambda path: len(orjson.dumps(_records(path, rows, Record))),
        "floor: the same with msgspec": lambda path: len(msgspec.json.encode(_records(path, rows, Packed))),
    }


def _records(path: Path, rows: Sequence[Row], make: Callable[..., Any]) -> list[Any]:
    path.read_bytes().decode().splitlines()
    return [make(*row) for row in rows]
