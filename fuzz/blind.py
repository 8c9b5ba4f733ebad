"""Fuzzing without coverage, for machines without atheris: changed seeds, one after the other."""

import time
from pathlib import Path
from random import Random

from .bounds import Bounds, Figures
from .findings import count, watched
from .mutate import mutate
from .targets import Target


def fuzz(target: Target, folder: Path, bounds: Bounds, seed: int) -> Figures:
    """Fuzz a target in this process; the arguments are those of :func:`fuzz.guided.fuzz`."""
    chance = Random(seed)  # noqa: S311 - the same every time, which is what is wanted
    run = watched(target, folder / "findings")
    known = list(target.seeds())
    begin = time.monotonic()
    runs = 0
    while not _is_over(bounds, runs, time.monotonic() - begin):
        data = known[runs] if runs < len(known) else mutate(chance.choice(known), chance)
        if len(data) <= target.longest or runs < len(known):
            run(data)
        runs += 1
    found = count(folder / "findings", target.name)
    return Figures(runs, time.monotonic() - begin, 0, 0, len(known), found)


def _is_over(bounds: Bounds, runs: int, seconds: float) -> bool:
    return (0 < bounds.runs <= runs) or (0 < bounds.seconds <= seconds)
