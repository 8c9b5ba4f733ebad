"""What ``--jobs`` gains on many chats, and what memory each export needs."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.cells import Cell, Group
from benchmarks.chats import chat, many
from benchmarks.contest import Turn, compete
from benchmarks.launch import run
from wamigrate.formats import names

LIMIT: Final = 1800.0
"""Seconds for one batch, and for one export of the memory benchmark."""
MEMORY_FORMATS: Final = ("json", "jsonl", "markdown", "chatgpt")


def measure_jobs(chats: int, messages: int, jobs: Sequence[int], rounds: int) -> Group:
    """Convert a folder of chats with so many processes, in turn."""
    folder = many(chats, messages)
    why = "" if _knows("--jobs") else "this wamigrate has no --jobs"
    blank = {f"--jobs {number}": Cell(name=f"--jobs {number}", role="ours", why=why) for number in jobs}
    with TemporaryDirectory() as place:
        cells = compete(
            blank, lambda name: _turn(folder, "json", Path(place, "out"), name.split()), rounds, LIMIT
        )
    size = sum(path.stat().st_size for path in folder.iterdir())
    return _group("batch", f"{chats:,} chats", chats * messages, size, rounds, cells)


def measure_memory(style: str, messages: int) -> Group:
    """Export a chat to every format, once each."""
    path = chat(style, messages)
    blank = {
        name: Cell(
            name=f"--to {name}", role="ours", why="" if name in names("exporters") else "no such format"
        )
        for name in MEMORY_FORMATS
    }
    with TemporaryDirectory() as place:
        cells = compete(blank, lambda name: _turn(path, name, Path(place, "out")), 1, LIMIT)
    return _group("memory", style, messages, path.stat().st_size, 1, cells)


def _group(part: str, style: str, messages: int, size: int, rounds: int, cells: Sequence[Cell]) -> Group:
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    return Group(part="batch" if part == "batch" else "memory", style=style, messages=messages, size=size,
                 rounds=rounds, date=date, cells=tuple(cells))  # fmt: skip


def _turn(path: Path, to: str, output: Path, flags: Sequence[str] = ()) -> Turn:
    """Export once, into a fresh folder."""
    output.mkdir()
    target = ["-o", f"{output}/"] if path.is_dir() else ["-o", str(output / "result")]
    done = run([_own(), "export", str(path), "--to", to, *target, "-q", *flags], wall=LIMIT)
    written = sum(file.stat().st_size for file in output.rglob("*") if file.is_file())
    shutil.rmtree(output)
    error = f"more than {LIMIT:.0f} s" if done.over else ""
    if done.status and not error:
        error = f"exit status {done.status}: {done.words[:120]}"
    return Turn(done.wall, done.cpu, done.peak, None, written, error)


def _own() -> str:
    return str(Path(sys.executable).with_name("wamigrate"))


def _knows(flag: str) -> bool:
    words = subprocess.run([_own(), "export", "--help"], check=True, capture_output=True, text=True).stdout
    return flag in words
