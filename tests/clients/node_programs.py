"""Installing programs for Node.js that tests drive. What cannot be installed fails the test."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

_HOUR: Final = 3600


def clients_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that ``WAMIGRATE_CLIENTS`` names, which is kept, or a temporary one."""
    named = os.environ.get("WAMIGRATE_CLIENTS")
    folder = Path(named).absolute() if named else tmp_path_factory.mktemp("clients")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def install_packages(folder: Path, *packages: str) -> Path:
    """Install packages of the npm registry, unless the folder has them from an earlier run."""
    done = folder / "installed"
    wanted = "\n".join(packages)
    if not done.is_file() or done.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
        # without scripts: what packages fetch from elsewhere is of no use here, and often cannot be had
        run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages)
        done.write_text(wanted, encoding="utf-8")
    return folder


def run(folder: Path, *command: str | Path) -> str:
    """Run a program in a folder; return what it prints."""
    program = shutil.which(str(command[0]))
    if program is None:
        pytest.fail(f"{command[0]} is not installed")
    done = subprocess.run(
        [program, *map(str, command[1:])],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=_HOUR,
        check=False,
    )
    if done.returncode:
        pytest.fail(
            f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
        )
    return done.stdout
