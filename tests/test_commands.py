"""Shell sessions in ``fixtures/commands``: what the command line is given, prints and returns.

A session is a Markdown file. A block ``text FILE`` makes a file; a block ``console`` holds commands after
``$ ``, below each what it prints (standard output and error together) and ``[exit N]`` where N is not 0.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Golden

SESSIONS = sorted((Path(__file__).parent.parent / "fixtures" / "commands").glob("*.md"))
BLOCK = re.compile(r"^```(console|text)(?: ([^\n]*))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def run(command: str, folder: Path) -> str:
    """Run a command as in a terminal, but without one; return what it prints and its exit status."""
    scripts = Path(sys.executable).parent
    environment = {
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "HOME": str(folder),
        **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
    }
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )
    printed = done.stdout.decode().replace(f"{folder}/", "")
    if printed and not printed.endswith("\n"):
        printed += "\n"
    return printed + (f"[exit {done.returncode}]\n" if done.returncode else "")


def replay(session: str, folder: Path) -> str:
    """Run a session and return it with what really happened."""

    def block(found: re.Match[str]) -> str:
        kind, name, content = found.groups()
        if kind == "text":
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="")
            return found[0]
        real = COMMAND.sub(lambda step: f"$ {step[1]}\n{run(step[1], folder)}", content)
        return f"```console\n{real}```"

    return BLOCK.sub(block, session)


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
def test_a_session_goes_as_it_is_written(path: Path, tmp_path: Path, golden: "Golden") -> None:
    golden(path.parent, {path.name: replay(path.read_text(encoding="utf-8"), tmp_path).encode()})


def test_there_are_sessions() -> None:
    assert len(SESSIONS) >= 7


def test_a_session_that_went_differently_is_noticed(tmp_path: Path) -> None:
    session = "```text a.txt\nhello\n```\n\n```console\n$ cat a.txt\nhullo\n$ exit 3\n```\n"
    assert replay(session, tmp_path) == session.replace("hullo", "hello").replace("3\n", "3\n[exit 3]\n")
