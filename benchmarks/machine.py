"""The machine that figures were taken on, in words."""

import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import peers


def describe() -> str:
    """Return processor, cores, memory, system and versions, in one sentence."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("msgspec", "orjson"))
    parts = [_processor(), f"{_cores()} cores", _memory(), f"{platform.system()} {platform.release()}"]
    return f"{', '.join(filter(None, parts))}; Python {sys.version.split()[0]}{_node()}; {packages}."


def versions() -> list[str]:
    """Return what the peers are pinned to, each once."""
    table = peers()
    found = [reader.install or reader.npm for reader in table.readers]
    return list(dict.fromkeys(pin for pin in (*found, *(row.install for row in table.commands)) if pin))


def _processor() -> str:
    return _first(r"model name\s*: (.+)", Path("/proc/cpuinfo")) or platform.processor() or platform.machine()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> str:
    found = _first(r"MemTotal:\s*(\d+) kB", Path("/proc/meminfo"))
    return f"{int(found) / 2**20:.0f} GiB" if found else ""


def _node() -> str:
    try:
        found = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f", Node.js {found.strip().removeprefix('v')}"


def _first(pattern: str, path: Path) -> str:
    try:
        found = re.search(pattern, path.read_text())
    except OSError:
        return ""
    return found[1].strip() if found else ""
