"""Environments that peers live in, and the folder that keeps them and the chats."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

CACHE: Final = "WAMIGRATE_BENCHMARKS"
"""Environment variable that names the folder."""


class MissingError(Exception):
    """A peer cannot run here; the text says why."""


def cache_folder() -> Path:
    """Return the folder for environments and chats: never in the repository."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get(CACHE) or Path(base, "wamigrate-benchmarks")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def python_environment(install: str, version: str = "") -> Path:
    """Make the environment that a peer needs, once, and return its interpreter.

    Args:
        install: what pip installs; empty for the running interpreter itself.
        version: of Python, ``3.12``; empty for the running one.

    Raises:
        MissingError: there is no such Python, or pip cannot install it here.

    """
    if not install:
        return Path(sys.executable)
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    wanted = version or running
    python = sys.executable if wanted == running else _python(wanted)
    folder = cache_folder() / f"{install.replace('==', '-')}-python{wanted}"
    interpreter = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    steps = ([python, "-m", "venv", "--clear", str(folder)],
             [str(interpreter), "-m", "pip", "install", "--quiet", install])  # fmt: skip
    _once(folder, steps)
    return interpreter


@cache
def node_folder(install: str) -> Path:
    """Install a package of Node.js, once, and return the folder that holds ``node_modules``.

    Raises:
        MissingError: there is no Node.js, or npm cannot install it here.

    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise MissingError("no node or npm here")
    folder = cache_folder() / f"npm-{install.replace('@', '-').replace('/', '-')}"
    _once(folder, (["npm", "install", "--silent", "--no-fund", "--prefix", str(folder), install],))
    return folder


def _once(folder: Path, steps: Sequence[list[str]]) -> None:
    """Run the steps that fill a folder, unless they have been run to their end before."""
    done = folder / "complete"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    print(f"installing {folder.name}", file=sys.stderr, flush=True)
    for step in steps:
        result = subprocess.run(step, check=False, capture_output=True, text=True)
        if result.returncode:
            words = (result.stderr or result.stdout).strip().splitlines() or ["no reason given"]
            raise MissingError(f"cannot be installed: {words[-1]}")
    done.touch()


def _python(version: str) -> str:
    """Find a Python of another version, which answers when it is asked for its own."""
    for name in (f"python{version}", *_of_pyenv(version)):
        found = shutil.which(name)
        asked = [found or "", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        if found and _output(asked) == version:
            return found
    raise MissingError(f"no Python {version} here")


def _of_pyenv(version: str) -> list[str]:
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return [str(path / "bin/python") for path in sorted(root.glob(f"versions/{version}.*"), reverse=True)]


def _output(argv: list[str], run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run) -> str:
    return run(argv, check=False, capture_output=True, text=True).stdout.strip()
