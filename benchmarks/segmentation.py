"""How well threads are split into conversations: ``python -m benchmarks.segmentation``.

``--split auto`` is scored beside three baselines on threads whose conversations are known: generated ones
(the test part of :mod:`benchmarks.threads`) and handwritten ones, which nothing was tuned on.

Precision, recall and F1 count boundaries that are found exactly. WindowDiff (Pevzner and Hearst, 2002) slides
a window of half a mean conversation over the thread and counts how often the number of boundaries in it is
wrong; 0 is best, and near misses cost less than far ones.
"""

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Final, NamedTuple

from benchmarks.threads import Part, Thread, as_chat, make_thread, make_threads
from wamigrate.model import Kind, Message, Role
from wamigrate.split import split

MODES: Final = {"auto": "auto", "fixed 30 min": "gap=30m", "fixed 6 h": "gap=6h", "day": "day"}
HANDWRITTEN: Final = Path(__file__).resolve().parent.parent / "fixtures" / "segmentation"
_ROLES: Final[dict[str, Role]] = {"u": "user", "a": "assistant", "n": "notice"}
_COUNTS: Final[dict[Part, int]] = {"train": 150, "test": 240}


class Score(NamedTuple):
    """What one way to split reached."""

    precision: float
    recall: float
    f1: float
    window_diff: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores; exit status 1 where ``auto`` is not the best by F1 and WindowDiff."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.segmentation", description=__doc__)
    parser.add_argument("--part", choices=tuple(_COUNTS), default="test")
    parser.add_argument("--speed", action="store_true", help="time a thread of 40,000 messages")
    options = parser.parse_args(arguments)
    if options.speed:
        time_it()
        return 0
    threads = make_threads(options.part, _COUNTS[options.part])
    best = report(f"{len(threads)} generated threads, {options.part} part", threads)
    for rhythm in dict.fromkeys(thread.rhythm for thread in threads):
        report(rhythm, [thread for thread in threads if thread.rhythm == rhythm])
    written = read_handwritten()
    if options.part == "test":
        best &= report(f"{len(written)} handwritten threads", written)
    return 0 if best else 1


def report(title: str, threads: Sequence[Thread]) -> bool:
    """Print the scores of every mode; return whether ``auto`` is the best."""
    print(f"\n{title}: {sum(len(thread.starts) + 1 for thread in threads):,} conversations, "
          f"{sum(len(thread.chat.messages) for thread in threads):,} messages")  # fmt: skip
    print(f"{'':14} precision  recall     F1  WindowDiff")
    scores = {name: score(threads, mode) for name, mode in MODES.items()}
    for name, one in scores.items():
        print(f"{name:14} {one.precision:9.3f} {one.recall:7.3f} {one.f1:6.3f} {one.window_diff:11.3f}")
    others = [one for name, one in scores.items() if name != "auto"]
    return all(scores["auto"].f1 > one.f1 and scores["auto"].window_diff < one.window_diff for one in others)


def score(threads: Iterable[Thread], mode: str) -> Score:
    """Split threads and compare with the truth: boundaries of all threads together, windows by thread."""
    right = found = true = 0
    diffs: list[float] = []
    for thread in threads:
        starts = split_starts(thread, mode)
        truth = set(thread.starts)
        right += len(starts & truth)
        found += len(starts)
        true += len(truth)
        diffs.append(window_diff(truth, starts, len(thread.chat.messages)))
    precision, recall = right / max(1, found), right / max(1, true)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return Score(precision, recall, f1, sum(diffs) / max(1, len(diffs)))


def split_starts(thread: Thread, mode: str) -> set[int]:
    """Return where ``split`` lets the second and each later conversation start."""
    starts: set[int] = set()
    at = 0
    for piece in split(thread.chat, mode)[:-1]:
        at += len(piece.messages)
        starts.add(at)
    return starts


def window_diff(truth: set[int], found: set[int], length: int) -> float:
    """Return WindowDiff for boundaries before the given messages.

    >>> window_diff({5}, {5}, 10), window_diff({5}, set(), 10), window_diff({5}, {4}, 10)
    (0.0, 0.25, 0.25)
    """
    window = max(2, round(length / (len(truth) + 1) / 2))
    windows = length - window
    if windows <= 0:
        return 0.0 if truth == found else 1.0
    wrong = sum(
        sum(1 for at in range(start + 1, start + window + 1) if at in truth)
        != sum(1 for at in range(start + 1, start + window + 1) if at in found)
        for start in range(windows)
    )
    return wrong / windows


def read_handwritten(folder: Path = HANDWRITTEN) -> list[Thread]:
    """Read the handwritten threads of a folder."""
    return [_read_thread(path) for path in sorted(folder.glob("*.toml"))]


def _read_thread(path: Path) -> Thread:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    messages: list[Message] = []
    starts: list[int] = []
    for conversation in table["conversations"]:
        starts.append(len(messages))
        for line in conversation["lines"]:
            who, day, clock, text = line.split(" ", 3)
            time = datetime.fromisoformat(f"{day}T{clock}")
            role = _ROLES[who[0]]
            kind: Kind = "media" if who.endswith("+") else "text"
            text = "" if text == "-" else text
            messages.append(Message(str(len(messages)), role, role, time, kind, text))
    return Thread(path.stem, table["rhythm"], as_chat(messages), tuple(starts[1:]))


def time_it(rounds: int = 5) -> None:
    """Time ``auto`` on 40,000 messages whose answers are as long as real ones."""
    messages: list[Message] = []
    seed = 0
    while len(messages) < 40_000:  # noqa: PLR2004 - the size that the requirement names
        messages += make_thread("test", "en", "changing", seed).chat.messages
        seed += 1
    chat = as_chat(messages[:40_000])
    split(chat, "auto")
    times = [_timed(lambda: split(chat, "auto")) for _ in range(rounds)]
    print(f"40,000 messages, {len(split(chat, 'auto')):,} conversations: {min(times):.3f} s")


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
