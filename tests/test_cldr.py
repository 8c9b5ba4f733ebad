import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from wamigrate.tables import read_table

ROOT = Path(__file__).parents[1]
TOOL = ROOT / "tools" / "cldr.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TOOL), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        encoding="utf-8",
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cldr") / "cldr.toml"
    assert run("--output", str(path)).returncode == 0
    return path


def test_the_shipped_table_is_what_the_generator_makes(made: Path) -> None:
    core = pytest.importorskip("babel.core")
    if core.get_cldr_version() != read_table("cldr.toml")["cldr"]:
        pytest.skip("the installed Babel has another version of CLDR")
    assert made.read_bytes() == (files("wamigrate") / "cldr.toml").read_bytes()


def test_check_accepts_a_fresh_table_and_leaves_it_alone(made: Path) -> None:
    before = made.read_bytes()
    assert run("--check", "--output", str(made)).returncode == 0
    assert made.read_bytes() == before


def test_check_refuses_a_table_that_was_edited(made: Path, tmp_path: Path) -> None:
    edited = tmp_path / "cldr.toml"
    edited.write_bytes(made.read_bytes() + b"\n# edited\n")
    result = run("--check", "--output", str(edited))
    assert result.returncode == 1
    assert "tools/cldr.py" in result.stderr


def test_check_refuses_a_table_that_is_missing(tmp_path: Path) -> None:
    assert run("--check", "--output", str(tmp_path / "cldr.toml")).returncode == 1
