"""The numbers of the house style hold, and the tool that measures them can find what breaks them."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

TOOL: Final = Path(__file__).resolve().parent.parent / "tools" / "house.py"


def _measure(*paths: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _function(lines: int, name: str = "f") -> str:
    return f"def {name}():\n" + "".join(f"    x{i} = {i}\n" for i in range(lines - 1))


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_package_keeps_to_the_house_style() -> None:
    done = _measure()
    assert (done.returncode, done.stderr) == (0, "")
    assert "modules" in done.stdout


def test_a_function_with_a_body_of_41_lines_is_too_long(tmp_path: Path) -> None:
    done = _measure(_write(tmp_path / "long.py", _function(42)))
    assert done.returncode == 1
    assert "long.py:1: f has 41 code lines, 40 are allowed" in done.stderr


def test_comments_docstrings_and_blank_lines_do_not_count(tmp_path: Path) -> None:
    quiet = 'def f():\n    """Say.\n\n    More.\n    """\n' + "    # why\n\n" * 40 + "    return 1\n"
    done = _measure(_write(tmp_path / "quiet.py", quiet))
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 code lines" in done.stdout


def test_a_text_of_many_lines_counts_whole(tmp_path: Path) -> None:
    done = _measure(_write(tmp_path / "text.py", 'def f():\n    x = f"""' + "\n{1}" * 45 + '"""\n'))
    assert "f has 46 code lines" in done.stderr


def test_many_functions_with_bodies_of_26_lines_are_too_long_together(tmp_path: Path) -> None:
    text = "".join(_function(27, f"f{i}") for i in range(10))
    done = _measure(_write(tmp_path / "many.py", text))
    assert done.returncode == 1
    assert "longer than 25" in done.stderr


def test_a_module_of_351_lines_is_too_long(tmp_path: Path) -> None:
    done = _measure(_write(tmp_path / "big.py", "x = 1\n" * 351))
    assert done.returncode == 1
    assert "351 code lines, 350 are allowed" in done.stderr


@pytest.mark.parametrize(("shared", "status"), [(6, 1), (5, 0)])
def test_two_formats_may_not_share_six_lines(tmp_path: Path, shared: int, status: int) -> None:
    common = "".join(f"x{i} = {i}\n" for i in range(shared))
    for name in ("one", "two"):
        _write(tmp_path / "parsers" / f"{name}.py", f"{name} = 0\n{common}{name} = 1\n")
    done = _measure(tmp_path / "parsers")
    assert done.returncode == status
    assert ("the same 6 lines" in done.stderr) == bool(status)
