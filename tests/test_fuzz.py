"""What is fuzzed holds on changed fixtures, also without coverage; and the fuzzer finds what is wrong."""

import io
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))  # the fuzzer is not installed

from fuzz import findings, guard, memory, mutate_archive  # noqa: E402 - found by the line above
from fuzz.blind import fuzz  # noqa: E402 - as above
from fuzz.bounds import Bounds  # noqa: E402 - as above
from fuzz.mutate import mutate  # noqa: E402 - as above
from fuzz.targets import TARGETS, Target  # noqa: E402 - as above

QUICK = 25
"""Examples of each target; the fuzzer itself is for more."""


@cache
def seeds(name: str) -> list[bytes]:
    target = TARGETS[name]
    return [data for data in target.seeds() if len(data) <= target.longest]


@pytest.mark.parametrize("name", TARGETS)
@settings(
    max_examples=QUICK,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(place=st.integers(0, 10_000), chance=st.randoms(use_true_random=False))
def test_a_changed_fixture_is_read_or_refused(name: str, place: int, chance: Random) -> None:
    known = seeds(name)
    TARGETS[name].run(mutate(known[place % len(known)], chance))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_whose_content_is_broken_can_be_changed_further(method: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("a.txt", bytes(range(256)) * 4)
    data = bytearray(stream.getvalue())
    data[60:90] = b"\xff" * 30
    assert mutate(bytes(data), Random(1))
    assert mutate_archive.change(bytes(data), Random(1), mutate)


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_begins_with_inputs_and_words(name: str) -> None:
    assert seeds(name)
    assert all(TARGETS[name].words())
    TARGETS[name].run(seeds(name)[0])


def _broken(data: bytes) -> None:
    if b"7" in data:
        raise KeyError("seven")


def test_what_a_target_raises_is_kept_once_and_as_short_as_it_was_seen(tmp_path: Path) -> None:
    target = Target("broken", _broken, lambda: iter([b"nothing", b"xx7xx", b"7"]), lambda: iter([b"7"]))
    found = fuzz(target, tmp_path, Bounds(200, 0), seed=1)
    assert (found.runs, found.findings) == (200, 1)
    (kept,) = (tmp_path / "findings" / "broken").glob("*.input")
    assert kept.read_bytes() == b"7"
    assert "KeyError: 'seven'" in kept.with_suffix(".txt").read_text(encoding="utf-8")


def test_the_same_seed_makes_the_same_inputs() -> None:
    made = [[mutate(data, chance) for data in seeds("whatsapp")[:20]] for chance in (Random(5), Random(5))]
    assert made[0] == made[1]


def test_writing_outside_and_starting_programs_are_findings(tmp_path: Path) -> None:
    def escape(data: bytes) -> None:
        if data == b"w":
            (tmp_path / "outside.txt").write_bytes(data)
        elif data == b"p":
            subprocess.run(["true"], check=True)
        else:
            memory.write("inside.txt", data)

    target = Target("escape", escape, lambda: iter(()), lambda: iter(()))
    run = findings.watched(target, tmp_path)
    for data in (b"w", b"p", b"i"):
        run(data)
    kept = {file.read_bytes() for file in (tmp_path / "escape").glob("*.input")}
    assert kept == {b"w", b"p"}
    assert not (tmp_path / "outside.txt").exists()
    assert issubclass(guard.EscapeError, BaseException)


def test_the_command_says_what_it_did_and_adds_it_up(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fuzz", "canon", "--blind", "--runs", "60", "--corpus", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "60 runs, 0 findings" in done.stdout) == (0, True), done.stderr
    told = subprocess.run(
        [*command[:3], "--sum", "--corpus", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "60 runs, 0 of them by parsers" in told.stdout
