"""Killed at any moment, a run leaves the older result or the complete new one, and the next run tidies up."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and SIGKILL are those of POSIX")

TESTS: Final = Path(__file__).resolve().parent
SLOW: Final = """
import shutil, wamigrate.target as t
def slow(one, other):
    shutil.rmtree(other)
    one.rename(other)
    one.mkdir()
    return True
t.exchange = slow
"""
SMALL: Final = ("--messages", "24", "--scene", "document", "--scene", "folder")


def kill_points(*words: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run the script in a process of its own, as it forks; ``before`` breaks something on purpose."""
    code = f"import sys; sys.path.insert(0, {str(TESTS)!r}); import kill_points\n{before}\n"
    return subprocess.run(
        [sys.executable, "-c", f"{code}sys.exit(kill_points.main(sys.argv[1:]))", *words],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--points", "9", "--messages", "24"),
        (*SMALL, "--steps", "7"),
        (*SMALL, "--faults", "8"),
        (*SMALL, "--steps", "11", "--no-exchange"),
    ],
    ids=["random", "steps", "faults", "without an exchange"],
)
def test_a_kill_leaves_the_older_result_or_the_new_one(words: tuple[str, ...]) -> None:
    done = kill_points(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n0 violations" in done.stdout


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (
            "from wamigrate import twin; twin.Twin.remove = lambda self: None",
            "still there after the next run",
        ),
        (
            SLOW,
            "neither the older nor the new result",
        ),
    ],
    ids=["twins that stay", "two steps instead of one"],
)
def test_a_promise_that_is_broken_is_noticed(before: str, words: str) -> None:
    done = kill_points("--messages", "24", "--scene", "folder", "--steps", "9", before=before)
    assert done.returncode == 1, done.stdout + done.stderr
    assert words in done.stdout
