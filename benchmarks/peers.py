"""Who wamigrate is timed beside (``peers.toml``), and the environments they live in."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.tables import read_table


class Library(Struct, frozen=True):
    """A peer that is called in the same process; ``peers.toml`` explains the fields."""

    call: str
    install: str = ""
    python: str = ""
    fields: tuple[str, ...] = ()


class Command(Struct, frozen=True):
    """A peer's command line; ``peers.toml`` explains the fields."""

    name: str
    argv: tuple[str, ...]
    install: str = ""
    beside: str = ""
    styles: tuple[str, ...] = ()
    rounds: int = 0


class Peers(Struct, frozen=True):
    """The table."""

    libraries: dict[str, Library]
    commands: tuple[Command, ...]


@cache
def peers() -> Peers:
    """Return the table of peers."""
    return msgspec.convert(read_table("peers.toml"), Peers)


def cache_folder() -> Path:
    """Return the folder for environments and chats: in the user's cache, never in the repository."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base, "wamigrate-benchmarks")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def environment(install: str) -> Path:
    """Make the environment that a peer needs, once, and return its interpreter.

    Args:
        install: what pip installs; empty for the running interpreter itself.

    Raises:
        subprocess.CalledProcessError: pip cannot install it here.

    """
    if not install:
        return Path(sys.executable)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache_folder() / f"{install.replace('==', '-')}-python{version}"
    interpreter = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "complete"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([interpreter, "-m", "pip", "install", "--quiet", "--quiet", install], check=True)
        done.touch()
    return interpreter
