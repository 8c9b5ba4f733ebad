"""How fast whole commands are, from start to written result: ``python -m benchmarks commands``."""

import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.corpus import names
from benchmarks.peers import Command, environment, peers
from benchmarks.speed import STYLES, chat
from benchmarks.styles import find_styles


class Run(NamedTuple):
    """What one run of a command took."""

    seconds: float
    peak: float
    """Memory, MB."""
    output: float
    """Written, MB."""
    status: int


def run(messages: int, rounds: int, only: Sequence[str] | None) -> None:
    """Time the commands of the table, one after the other in every round.

    Args:
        messages: length of the chats.
        rounds: how often.
        only: names of commands; empty for all.

    """
    commands = [command for command in peers().commands if not only or command.name in only]
    for style in STYLES:
        path = chat(style, messages)
        print(f"\n{style}, {messages:,} messages, {path.stat().st_size / 1e6:.1f} MB")
        print(f"{'':<32} median s   best s  rounds  peak MB  output MB  its time divided by that of")
        fitting = [command for command in commands if not command.styles or style in command.styles]
        me, _ = names(find_styles()[style], "plain", messages)
        runs = _rounds(fitting, path, me, rounds)
        for command in fitting:
            _row(command, runs)


def _rounds(commands: Sequence[Command], path: Path, me: str, rounds: int) -> dict[str, list[Run]]:
    """Run everything in turn, so that what the machine does meanwhile hits all alike."""
    runs: dict[str, list[Run]] = {command.name: [] for command in commands}
    with TemporaryDirectory() as folder:
        archive = Path(folder, "WhatsApp Chat - Someone.zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
            writer.write(path, "_chat.txt")
        places = {"input": str(path), "zip": str(archive), "me": me}
        for number in range(rounds):
            for command in commands:
                if not command.rounds or number < command.rounds:
                    runs[command.name].append(_run(command, places, Path(folder, "out")))
    return runs


def _run(command: Command, places: Mapping[str, str], output: Path) -> Run:
    """Run a command once, in a fresh folder for its output."""
    interpreter = environment(command.install)
    output.mkdir()
    own = {"python": str(interpreter), "bin": str(interpreter.parent), "output": str(output / "result")}
    argv = [part.format(**places, **own) for part in command.argv]
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
    done = subprocess.run([*launcher, *argv], check=True, capture_output=True, text=True)
    seconds, peak, status = done.stdout.split()
    written = sum(file.stat().st_size for file in output.rglob("*") if file.is_file())
    shutil.rmtree(output)
    return Run(float(seconds), int(peak) / 1000, written / 1e6, int(status))


def _row(command: Command, runs: dict[str, list[Run]]) -> None:
    ours = runs[command.name]
    seconds = [one.seconds for one in ours]
    failures = Counter(one.status for one in ours if one.status)
    failed = "".join(f"  {count} x exit status {status}" for status, count in failures.items())
    beside = ""
    if theirs := runs.get(command.beside):
        ratios = [one.seconds / other.seconds for one, other in zip(ours, theirs, strict=False)]
        beside = f"  {command.beside}: {median(ratios):.2f} ({min(ratios):.2f} - {max(ratios):.2f})"
    times = f"{median(seconds):9.3f}{min(seconds):9.3f}{len(ours):8}"
    peak = max(one.peak for one in ours)
    print(f"{command.name:<32}{times}{peak:9.0f}{ours[0].output:11.1f}{beside}{failed}", flush=True)
