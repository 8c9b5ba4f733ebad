"""Installing the programs that import what we write.
``uv`` installs each into an environment of its own. What cannot be installed fails the test.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest

HERE: Final = Path(__file__).parent
CLIENTS: Final[dict[str, dict[str, str | list[str]]]] = tomllib.loads(
    (HERE / "clients.toml").read_text(encoding="utf-8")
)
_UV: Final = "uv==0.13.9"
_NEWEST: Final = 20
"""Minor version of Python beyond which none is looked for."""


class Client(NamedTuple):
    """A program in an environment of its own."""

    environment: Path

    def program(self, name: str) -> Path:
        """Return the path of a program of the environment."""
        return self.environment / ("Scripts" if os.name == "nt" else "bin") / name

    def run(self, *command: str | Path, home: Path) -> str:
        """Run a program of the environment, in UTC and with a home of its own; return what it prints."""
        inherited = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "LANG") if key in os.environ}
        environ = {**inherited, "HOME": str(home), "TZ": "UTC", "PYTHONUTF8": "1", "COLUMNS": "200"}
        program, *arguments = map(str, command)
        done = subprocess.run(
            [str(self.program(program)), *arguments],
            cwd=home,
            env=environ,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        if done.returncode:
            pytest.fail(
                f"{program} {' '.join(arguments)}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done.stdout


InstallClient = Callable[[str], Client]


def install(name: str, folder: Path) -> Client:
    """Install a program of ``clients.toml``, unless the folder has it from an earlier run."""
    entry = CLIENTS[name]
    found = Client(folder / name)
    done = found.environment / "installed"
    wanted = "\n".join(entry["requirements"])
    if not done.is_file() or done.read_text(encoding="utf-8") != wanted:
        uv, python = _find_uv(folder), _find_python(str(entry["python"]))
        _command(uv, "venv", "--quiet", "--clear", "--python", python, found.environment)
        program = found.program("python")
        _command(uv, "pip", "install", "--quiet", "--python", program, *entry["requirements"])
        done.write_text(wanted, encoding="utf-8")
    return found


def _find_uv(folder: Path) -> str | Path:
    found = shutil.which("uv")
    if found:
        return found
    environment = Client(folder / "uv")
    if not environment.program("uv").is_file():
        _command(sys.executable, "-m", "venv", environment.environment)
        _command(environment.program("python"), "-m", "pip", "install", "--quiet", _UV)
    return environment.program("uv")


def _find_python(oldest: str) -> str:
    """Return a Python that is new enough; if there is none here, the version, which uv then fetches."""
    if sys.version_info[:2] >= _version(oldest):
        return sys.executable
    minors = range(_version(oldest)[1], _NEWEST)
    commands = (shutil.which(f"python3.{minor}") for minor in minors)
    pyenv = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"))
    for found in (*filter(None, commands), *map(str, pyenv)):
        words = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
        if words and _version(words) >= _version(oldest):
            return found
    return oldest


def _version(words: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)", words)
    assert found, words
    return int(found[1]), int(found[2])


def _command(*command: str | Path) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"cannot be installed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
