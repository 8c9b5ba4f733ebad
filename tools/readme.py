"""The blocks of README.md: print a command of it, or run it and bring the outputs that it shows up to date.

``python tools/readme.py test`` prints the command in the block called ``test``, so that ``.ci/run`` runs the
very words that people read. Only the standard library is needed for that.

A block is a fence; a comment in the line before it says what it is:

``<!-- command: NAME -->``
    a command for people to copy
``<!-- output: COMMAND -->``
    the output of a command that is not shown
``<!-- script: NAME -->``
    a Python program, which commands below it can run
no comment, language ``console``
    commands after ``$``, each with its output

Commands run in order, in an empty folder that holds the bundled examples at their place.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
README: Final = ROOT / "README.md"
EXAMPLES: Final = Path("fixtures") / "examples"
_BLOCK: Final = re.compile(
    r"^(?:<!-- (?P<kind>\w+): (?P<name>[^\n]+?) -->\n)?"
    r"(?P<fence>`{3,})(?P<language>\w*)\n(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_PROMPT: Final = "$ "

Shell = Callable[[str], str]
"""Runs a command and returns what it prints."""


class Block(NamedTuple):
    """A fence of README.md."""

    kind: str
    """``command``, ``output``, ``script``, ``console`` or the empty string."""
    name: str
    language: str
    body: str
    start: int
    """Where the body begins in the text."""

    @property
    def end(self) -> int:
        """Where the body ends in the text."""
        return self.start + len(self.body)


def main() -> int:
    """Print the command of a block; return the exit status."""
    parser = argparse.ArgumentParser(description="Print a command of README.md.")
    parser.add_argument("name", help="name of the block")
    name = parser.parse_args().name
    for block in find_blocks(README.read_text(encoding="utf-8")):
        if (block.kind, block.name) == ("command", name):
            print(block.body.strip())
            return 0
    print(f"README.md has no command {name!r}", file=sys.stderr)
    return 1


def find_blocks(text: str) -> Iterator[Block]:
    """Yield every fence of a Markdown text, in order."""
    for match in _BLOCK.finditer(text):
        language = match["language"]
        kind = match["kind"] or ("console" if language == "console" else "")
        yield Block(kind, match["name"] or "", language, match["body"], match.start("body"))


def refreshed(text: str) -> str:
    """Return a Markdown text with the outputs that its commands have now."""
    parts: list[str] = []
    last = 0
    with sandbox() as folder:
        for block in find_blocks(text):
            if block.kind == "script":
                (folder / block.name).write_text(block.body, encoding="utf-8")
            if block.kind in ("output", "console"):
                parts += [text[last : block.start], _run_block(block, folder)]
                last = block.end
    return "".join([*parts, text[last:]])


@contextmanager
def sandbox() -> Generator[Path, None, None]:
    """Make a folder that holds the bundled examples, and remove it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / EXAMPLES).mkdir(parents=True)
        for example in sorted((ROOT / EXAMPLES).iterdir()):
            if example.is_file():
                shutil.copy2(example, folder / EXAMPLES)
        yield folder


def run(command: str, folder: Path) -> str:
    """Run a command of the shell in ``folder`` and return what it prints.

    Raises:
        RuntimeError: its exit status is not 0.

    """
    programs = Path(sys.executable).parent
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    environment |= {"PATH": f"{programs}{os.pathsep}{environment.get('PATH', '')}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(  # noqa: S603 - commands of our own README
        ["bash", "-c", command],  # noqa: S607 - wherever it is
        cwd=folder,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise RuntimeError(f"README.md: {command}: exit status {done.returncode}\n{done.stdout.decode()}")
    return done.stdout.decode()


def _run_block(block: Block, folder: Path) -> str:
    if block.kind == "output":
        return _trimmed(run(block.name, folder))
    commands = [line for line in block.body.split("\n") if line.startswith(_PROMPT)]
    return "".join(
        f"{command}\n{_trimmed(run(command.removeprefix(_PROMPT), folder))}" for command in commands
    )


def _trimmed(output: str) -> str:
    """Take away blanks at line ends, which tables are padded with and editors remove."""
    lines = [line.rstrip() for line in output.rstrip().split("\n")]
    return "\n".join(lines) + "\n" if any(lines) else ""


if __name__ == "__main__":
    sys.exit(main())
