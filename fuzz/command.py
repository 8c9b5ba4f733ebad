"""What ``python -m fuzz`` does once everything that is to be counted has been imported."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from . import blind, guided
from .bounds import Bounds, Figures
from .memory import keep_in_memory
from .targets import TARGETS, Target

_LOG: Final = "runs.jsonl"
_DEFAULT: Final = 20_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz what is named, print figures, and return 1 where something was found."""
    options = _parser().parse_args(arguments)
    if options.sum:
        return _sum_up(options.corpus or Path())
    if options.input and options.targets == "all":
        raise SystemExit("--input needs the name of a target")
    if options.input:
        return _replay(TARGETS[options.targets[0]], options.input)
    targets = (
        list(TARGETS.values()) if "all" in options.targets else [TARGETS[name] for name in options.targets]
    )
    bounds = Bounds(options.runs, options.seconds)
    bounds = bounds if any(bounds) else Bounds(_DEFAULT, 0)
    with ExitStack() as stack:
        folder = options.corpus or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="wamigrate-fuzz-"))
        )
        return 1 if _fuzz(targets, folder, bounds, options) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Read hostile bytes in every way.")
    parser.add_argument(
        "targets",
        nargs="*",
        choices=[*TARGETS, "all"],
        metavar="NAME",
        default="all",
        help=f"all, or some of: {', '.join(TARGETS)}",
    )
    parser.add_argument("--runs", type=int, default=0, help="inputs for each target")
    parser.add_argument("--seconds", type=int, default=0, help="for each target")
    parser.add_argument("--seed", type=int, default=1, help="of all choices; the same gives the same inputs")
    parser.add_argument(
        "--corpus", type=Path, metavar="DIR", help="keep inputs and findings, and go on with them"
    )
    parser.add_argument("--rounds", type=int, default=1, help="how often to go through all targets")
    parser.add_argument(
        "--blind", action="store_true", help="without coverage, as where atheris is not installed"
    )
    parser.add_argument(
        "--input", type=Path, metavar="FILE", help="read one input, such as a finding, and say what happens"
    )
    parser.add_argument("--sum", action="store_true", help="add up what was done in --corpus so far")
    return parser


def _fuzz(targets: list[Target], folder: Path, bounds: Bounds, options: argparse.Namespace) -> int:
    """Fuzz all targets and print a line for each; return the number of findings."""
    folder.mkdir(parents=True, exist_ok=True)
    keep_in_memory()
    is_guided = not options.blind and "atheris" in sys.modules
    engine = guided.fuzz if is_guided else blind.fuzz
    found = 0
    print(
        f"{'target':22} {'runs':>9} {'runs/s':>7} {'places':>7} {'features':>8} {'corpus':>6} {'findings':>8}"
    )
    for number in range(options.rounds):
        last: dict[str, Figures] = {}
        for target in targets:
            figures = last[target.name] = engine(target, folder, bounds, options.seed + 1000 * number)
            _print(target.name, figures)
            _note(folder, target, figures, options.seed + 1000 * number)
        found = sum(figures.findings for figures in last.values())
        print(f"{sum(one.runs for one in last.values()):,} runs, {found} findings", flush=True)
    if found:
        print(f"findings are in {folder / 'findings'}; python -m fuzz NAME --input FILE", file=sys.stderr)
    return found


def _print(name: str, figures: Figures) -> None:
    speed = figures.runs / figures.seconds if figures.seconds else 0
    print(
        f"{name:22} {figures.runs:9,} {speed:7,.0f} {figures.coverage:7,} {figures.features:8,} "
        f"{figures.corpus:6,} {figures.findings:8}",
        flush=True,
    )


def _note(folder: Path, target: Target, figures: Figures, seed: int) -> None:
    """Record a run, so that all can be added up."""
    row = {"target": target.name, "parses": target.parses, "seed": seed, **figures._asdict()}
    with (folder / _LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")


def _sum_up(folder: Path) -> int:
    rows = [json.loads(line) for line in (folder / _LOG).read_text(encoding="utf-8").splitlines()]
    for name in TARGETS:
        mine = [row for row in rows if row["target"] == name]
        if mine:
            runs, seconds = sum(row["runs"] for row in mine), sum(row["seconds"] for row in mine)
            _print(name, Figures(runs, seconds, *(mine[-1][key] for key in Figures._fields[2:])))
    of_parsers = sum(row["runs"] for row in rows if row["parses"])
    print(f"{sum(row['runs'] for row in rows):,} runs, {of_parsers:,} of them by parsers")
    return 0


def _replay(target: Target, path: Path) -> int:
    """Read one input and let whatever it raises through."""
    target.run(path.read_bytes())
    print(f"{target.name} reads {path.name}, and nothing is wrong")
    return 0
