"""The least that any reader in Python must do with a chat: what is left to win.

Read the file, decode it, split it at the heads of messages, make one record of each; for ``JSON``, write
them with the fastest library. No role, no kind, no real date is found, no head is doubted.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

_HEADS: Final = (
    re.compile(r"\n(\d\d/\d\d/\d{4}), (\d\d:\d\d) - (?:([^:\n]{1,80}): ?)?"),
    re.compile("\r\n\u200e?\\[(\\d{1,2}/\\d{1,2}/\\d\\d), ([\\d:]+\u202f[AP]M)\\] (?:([^:\r\n]{1,80}): ?)?"),
)
"""Of the two phones that speed is measured on; split at the line end, which the expression finds quickly."""


@dataclass(slots=True)
class Record:
    """A message as a plain record."""

    day: str
    time: str
    author: str | None
    text: str


def split(path: str) -> list[Record]:
    """Read a chat into records."""
    text = "\r\n" + Path(path).read_bytes().decode().removesuffix("\n").removesuffix("\r")
    head = _HEADS["[" in text[:4]]
    parts = head.split(text if text.startswith("\r\n[") or "[" in text[:4] else text[1:])
    return list(map(Record, parts[1::4], parts[2::4], parts[3::4], parts[4::4]))


def records(path: str) -> int:
    """Read a chat into records; return their number."""
    return len(split(path))


def encoded(path: str) -> int:
    """Read a chat into records and these into JSON; return their number."""
    found = split(path)
    orjson.dumps(found)
    return len(found)


def main() -> None:
    """Convert a chat to JSON: ``python -m benchmarks.floors CHAT OUTPUT``."""
    Path(sys.argv[2]).write_bytes(orjson.dumps(split(sys.argv[1])))


if __name__ == "__main__":
    main()
