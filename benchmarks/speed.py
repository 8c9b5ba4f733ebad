"""How fast wamigrate reads, beside chatpack: ``python -m benchmarks speed``.

Everybody reads the same file in one process, in turn; ratios are taken inside each round. Medians are
printed.
"""

import json
import site
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.peers import cache_folder, environment, peers

STYLES: Final = ("android-eu-24h", "ios-us-12h")
_START: Final = """
import site
for folder in {}:
    site.addsitedir(folder)
from benchmarks.race import main
main()
"""
"""Starts :mod:`benchmarks.race` in a peer's environment, with the packages of this one behind its own."""
_ROUNDS: Final = ((5_000, 21), (100_000, 9), (1 << 62, 5))
"""Rounds up to so many messages."""


def run(sizes: Sequence[int], rounds: int) -> None:
    """Race wamigrate against every library of the table over chats of the given sizes."""
    for name, library in peers().libraries.items():
        if library.python and sys.version_info[:2] != tuple(map(int, library.python.split("."))):
            print(f"{name}: has wheels for Python {library.python} only; run this with it")
            continue
        interpreter = environment(library.install)
        print(f"\nwamigrate beside {library.install}, Python {sys.version.split()[0]}")
        for size in sizes:
            for style in STYLES:
                _table(interpreter, chat(style, size), size, rounds or _rounds(size), name)


def chat(style: str, size: int) -> Path:
    """Write a plain chat into the cache, in a process of its own, so that this one stays small."""
    folder = cache_folder() / f"{size}"
    arguments = ["corpus", str(folder), "--messages", str(size), "--style", style, "--flavour", "plain"]
    subprocess.run([sys.executable, "-m", "benchmarks", *arguments], check=True, stdout=subprocess.DEVNULL)
    return folder / "plain" / f"{style}.txt"


def _rounds(size: int) -> int:
    return next(rounds for limit, rounds in _ROUNDS if size <= limit)


def _table(interpreter: Path, path: Path, size: int, rounds: int, peer: str) -> None:
    """Race over one file and print a row for each contestant."""
    results: dict[str, Any] = _child(interpreter, path, str(rounds))
    megabytes = path.stat().st_size / 1e6
    print(f"\n{path.stem}, {size:,} messages, {megabytes:.1f} MB, {rounds} rounds")
    print(f"{'':<36} median s   best s  kmsg/s   MB/s  x {peer:<10}{'range':>12}  peak MB  messages")
    for name, result in results.items():
        seconds = result["seconds"]
        ratios = sorted(theirs / ours for theirs, ours in zip(results[peer]["seconds"], seconds, strict=True))
        middle, count = median(seconds), result.get("messages")
        peak = f"{_peak(interpreter, path, name):9.0f}{count:10,}" if count else ""
        rate = f"{size / middle / 1000:8.0f}{megabytes / middle:7.0f}"
        beside = f"{median(ratios):12.2f}{ratios[0]:7.2f} -{ratios[-1]:5.2f}"
        print(f"{name:<36}{middle:9.4f}{min(seconds):9.4f}{rate}{beside}{peak}", flush=True)


def _peak(interpreter: Path, path: Path, name: str) -> float:
    """Return the peak memory of a process that reads the file once, in MB."""
    return float(_child(interpreter, path, "1", name)["peak"]) / 1e6


def _child(interpreter: Path, path: Path, *arguments: str) -> dict[str, Any]:
    command = [str(interpreter), "-c", _START.format(site.getsitepackages()), str(path), *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))
