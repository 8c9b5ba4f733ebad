"""What flags take: what does not fit is one line of our own, with code 2."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from wamigrate.cli_values import RefusedError, completing, filled, one_of, path, whole_number

WRONG: Final[dict[tuple[str, ...], str]] = {
    ("export", "c.txt", "--to", "json", "--date-order", "xyz"): "--date-order xyz: must be dmy, mdy or ymd",
    ("export", "c.txt", "--to", "json", "--text", "html"): "--text html: must be markdown or raw",
    ("export", "c.txt", "--to", "json", "--media", "x"): "--media x: must be copy, link or omit",
    ("inspect", "c.txt", "--year", "abc"): "--year abc: must be a year of four digits, for example 2025",
    ("inspect", "c.txt", "--year", "12345"): "--year 12345: must be a year of four digits, for example 2025",
    ("schema", "--of", "x"): "--of x: must be archive, inspection, migration, report or stats",
    ("web", "--port", "99999"): "--port 99999: must be a number from 0 to 65535",
    ("web", "--port", "-1"): "--port -1: must be a number from 0 to 65535",
    ("export", "c.txt", "--to", "json", "-o", ""): "-o is empty: name a file or a folder",
    ("migrate", "c.txt", "--into", "folder", "-o", ""): "-o is empty: name a file or a folder",
    ("export", "c.txt", "--to", "json", "--report", ""): "--report is empty: name a file or a folder",
    ("stats", "c.txt", "--svg", ""): "--svg is empty: name a file or a folder",
    ("verify", ""): "PATH is empty: name a file or a folder",
    ("verify", "c.json", "--against", ""): "--against is empty: name a file or a folder",
    ("--limit", "cake=1", "formats"): (
        "--limit: there is no limit 'cake'; there are: text, total, ratio, free, members, nested, depth, tags"
    ),
    ("inspect", "c.txt", "--year"): (
        "Option '--year' requires an argument; `wamigrate inspect --help` tells what there is"
    ),
}
JOBS: Final = ("0", "-1", "00", "1.5", "1e3", "100000", "", "many", "٣")


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_value_that_does_not_fit_is_one_line_that_says_what_fits(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = _wamigrate(*arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {WRONG[arguments]}\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("jobs", JOBS)
def test_no_process_at_all_cannot_be_asked_for(jobs: str, tmp_path: Path) -> None:
    done = _wamigrate("export", "c.txt", "--to", "json", f"--jobs={jobs}", folder=tmp_path)
    words = f"--jobs {jobs}: must be a number of processes from 1, or auto for one on each processor"
    assert (done.returncode, done.stderr) == (2, f"error: {words}\n")


def test_values_that_fit_are_taken_as_they_are() -> None:
    assert one_of("--a", "b", "c")("c") == "c"
    assert whole_number("--a", 1, 10, "a number")(" 7 ") == 7
    assert filled("--a is")("x") == "x"
    assert path("--a is")("x/y") == Path("x/y")
    assert completing("dmy", "mdy", "ymd")("m") == ["mdy"]


def test_words_of_other_alphabets_are_no_numbers() -> None:
    with pytest.raises(RefusedError, match="must be a number") as caught:
        whole_number("--a", 1, 10, "a number")("٣")
    assert caught.value.format_message() == "--a ٣: must be a number"


def _wamigrate(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    code = "from wamigrate.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
    )
