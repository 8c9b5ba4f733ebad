"""Fuzzing that is guided by coverage: atheris, which is libFuzzer for Python. Linux only."""

import hashlib
import os
import re
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any, Final, NoReturn

from .bounds import Bounds, Figures
from .findings import count, watched
from .mutate import mutate
from .targets import Target

_HANG: Final = 10
"""Seconds after which an input counts as one that never ends."""
_MEMORY: Final = 2048
"""Megabytes that the process may grow to."""
_PLAIN: Final = 0.4
"""Share of changes that libFuzzer makes itself."""
_RESTARTS: Final = 25
"""How often a target goes on after an input that ended the process."""
_STATUS: Final = re.compile(r"^#(\d+)\s+\w+.*?cov: (\d+) ft: (\d+) corp: (\d+)", re.MULTILINE)
_EXECUTED: Final = re.compile(r"^(?:stat::number_of_executed_units: +|Done )(\d+)", re.MULTILINE)


def fuzz(target: Target, folder: Path, bounds: Bounds, seed: int) -> Figures:
    """Fuzz a target in a process of its own.

    Args:
        target: what is to be fuzzed; :func:`fuzz.instrumented.instrument` came before all imports.
        folder: holds ``corpus``, ``findings`` and ``logs``, which are gone on with.
        bounds: when to stop.
        seed: of all choices.

    """
    words = _write_words(target, folder)
    seeds = _write_seeds(target, folder)
    begin = time.monotonic()
    runs, coverage, features, corpus = 0, 0, 0, 0
    for attempt in range(_RESTARTS):
        left = Bounds(max(0, bounds.runs - runs), max(0, bounds.seconds - round(time.monotonic() - begin)))
        if (bounds.runs and not left.runs) or (bounds.seconds and not left.seconds):
            break
        log = folder / "logs" / f"{target.name}-{int(time.time())}-{attempt}.log"
        ended = _in_child(
            target, folder, log, [*_options(left, seed + attempt, target), f"-dict={words}"], seeds
        )
        done, coverage, features, corpus = _read_log(log)
        runs += done
        if ended:
            break
        _keep_crash(folder, target, log)
    return Figures(
        runs, time.monotonic() - begin, coverage, features, corpus, count(folder / "findings", target.name)
    )


def _options(bounds: Bounds, seed: int, target: Target) -> list[str]:
    options = [
        f"-seed={seed or 1}",
        f"-timeout={_HANG}",
        f"-rss_limit_mb={_MEMORY}",
        f"-max_len={target.longest}",
    ]
    options += [f"-runs={bounds.runs}"] if bounds.runs else []
    options += [f"-max_total_time={bounds.seconds}"] if bounds.seconds else []
    return [*options, "-print_final_stats=1", "-reload=0", "-len_control=0"]


def _in_child(target: Target, folder: Path, log: Path, options: list[str], seeds: Path) -> bool:
    """Fuzz in a child, which ends with the run; tell whether it ended well."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    child = os.fork()
    if not child:
        try:
            _become_fuzzer(target, folder, log, options, seeds)
        finally:  # a child that went on would clean up behind its parent
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def _become_fuzzer(target: Target, folder: Path, log: Path, options: list[str], seeds: Path) -> NoReturn:
    atheris: Any = import_module("atheris")  # untyped, and only there where it is installed

    with log.open("wb") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    corpus = folder / "corpus" / target.name
    artifacts = folder / "findings" / target.name
    for place in (corpus, artifacts):
        place.mkdir(parents=True, exist_ok=True)
    arguments = [target.name, *options, f"-artifact_prefix={artifacts}/", str(corpus), str(seeds)]

    def change(data: bytes, longest: int, seed: int) -> bytes:
        chance = Random(seed)  # noqa: S311 - the same every time, which is what is wanted
        if chance.random() < _PLAIN:
            return bytes(atheris.Mutate(data, longest))
        changed = mutate(data, chance)
        return changed if len(changed) <= longest else bytes(atheris.Mutate(data, longest))

    atheris.Setup(arguments, watched(target, folder / "findings"), custom_mutator=change)
    atheris.Fuzz()
    os._exit(0)


def _write_words(target: Target, folder: Path) -> Path:
    """Write the words of a target as libFuzzer reads them."""
    path = folder / "words" / f"{target.name}.dict"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"' for word in target.words())
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return path


def _write_seeds(target: Target, folder: Path) -> Path:
    """Write what a target begins with."""
    place = folder / "seeds" / target.name
    place.mkdir(parents=True, exist_ok=True)
    for data in target.seeds():
        (place / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    return place


def _read_log(log: Path) -> tuple[int, int, int, int]:
    """Return executions, coverage, features and corpus from what libFuzzer printed."""
    text = log.read_text(encoding="utf-8", errors="replace")
    last = [tuple(map(int, found)) for found in _STATUS.findall(text)][-1:]
    executed = [int(found) for found in _EXECUTED.findall(text)][-1:]
    _, coverage, features, corpus = last[0] if last else (0, 0, 0, 0)
    return (executed or [one[0] for one in last] or [0])[0], coverage, features, corpus


def _keep_crash(folder: Path, target: Target, log: Path) -> None:
    """Give what ended the process (a hang, a lack of memory, a crash of C) the name of a finding."""
    place = folder / "findings" / target.name
    for path in place.glob("*-*"):
        if path.suffix not in (".input", ".txt"):
            path.rename(path.with_name(f"{path.name[:20]}.input"))
            path.with_name(f"{path.name[:20]}.txt").write_bytes(log.read_bytes()[-20_000:])
