"""How fast whole commands are, from start to written result."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.cells import Cell, Group
from benchmarks.chats import archive, chat, person
from benchmarks.contest import LIMIT, Turn, compete
from benchmarks.environments import MissingError, python_environment
from benchmarks.launch import run
from benchmarks.peers import Command, peers, taking_part
from wamigrate.formats import names

_ROOT: Final = str(Path(__file__).parents[1])


def measure(style: str, messages: int, rounds: int, wanted: Sequence[str] = ()) -> Group:
    """Let every command convert a chat."""
    path = chat(style, messages)
    table = {command.name: command for command in taking_part(peers().commands, style, messages, wanted)}
    with TemporaryDirectory() as folder:
        places = {"input": str(path), "me": person(style, messages)}
        blank = {name: _blank(command) for name, command in table.items()}
        running = [table[name] for name, cell in blank.items() if not cell.why]
        if any("{zip}" in part for command in running for part in command.argv):
            places["zip"] = str(archive(style, messages))
        if any("{chatgpt}" in part for command in running for part in command.argv):
            places["chatgpt"] = f"{folder}/chatgpt.zip"
            _for_chatgpt(path, places["chatgpt"])
        cells = compete(blank, lambda name: turn(table[name], places, Path(folder, "out")), rounds)
    return Group(
        part="commands",
        style=style,
        messages=messages,
        size=path.stat().st_size,
        rounds=rounds,
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        cells=tuple(cells),
    )


@cache
def _blank(command: Command) -> Cell:
    """Make the cell of a command, which says so where it cannot run here."""
    why = ""
    if command.format and command.format not in names("exporters"):
        why = f"this wamigrate has no --to {command.format}"
    try:
        python_environment(command.install, command.python)
    except MissingError as error:
        why = str(error)
    return Cell(name=command.name, role=command.role, beside=command.beside, reader=command.reader, why=why)


def _for_chatgpt(path: Path, archive: str) -> None:
    own = str(Path(sys.executable).with_name("wamigrate"))
    subprocess.run([own, "export", str(path), "--to", "chatgpt", "-o", archive, "-q"], check=True)


def turn(command: Command, places: Mapping[str, str], output: Path, limit: float = LIMIT) -> Turn:
    """Run a command once, in a fresh folder for its output."""
    interpreter = python_environment(command.install, command.python)
    output.mkdir()
    own = {"python": str(interpreter), "bin": str(interpreter.parent), "output": str(output / "result")}
    argv = [part.format(**places, **own) for part in command.argv]
    done = run(argv, wall=limit, environment={} if command.install else {"PYTHONPATH": _ROOT}, folder=output)
    written = sum(file.stat().st_size for file in output.rglob("*") if file.is_file())
    shutil.rmtree(output)
    error = f"more than {limit:.0f} s" if done.over else ""
    if done.status and not error:
        error = f"exit status {done.status}: {done.words[:120]}"
    elif not error and not written and "{output}" in "".join(command.argv):
        error = "wrote nothing"
    return Turn(done.wall, done.cpu, done.peak, None, written, error)
