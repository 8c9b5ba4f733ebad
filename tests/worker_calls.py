"""Calls for worker processes, which import them by name."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def double(number: int) -> int:
    return 2 * number


def fail(words: str) -> None:
    raise ValueError(words)


def speak(words: str) -> str:
    """Print where the answers go."""
    sys.stdout.write(words)
    sys.stdout.flush()
    os.write(1, words.encode())
    return words


def no_pickle(_: object) -> object:
    return lambda: None


class Strange(Exception):  # noqa: N818 - what matters is how it is made
    """An error that cannot be restored from its arguments."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)
        self.two = two


def fail_strangely(_: object) -> None:
    raise Strange("one", "two")


def kill_once(mark: Path) -> str:
    """Be killed, as for want of memory; the second time all goes well."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def kill_if(name: str) -> str:
    if name == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def tidy(folder: Path) -> None:
    """Write something that is removed in the end, however it ends."""
    half = folder / "half"
    try:
        _sign(half)
        time.sleep(60)
    finally:
        half.unlink(missing_ok=True)


def stubborn(folder: Path) -> None:
    """Say who is there, and stay whatever happens."""
    while True:
        with suppress(KeyboardInterrupt):
            _sign(folder / "here")
            time.sleep(60)


def _sign(path: Path) -> None:
    """Write who is there; the file is there with its content or not at all."""
    draft = path.with_suffix(".new")
    draft.write_text(str(os.getpid()))
    draft.replace(path)


def end_by(number: int) -> None:
    """End as by a signal of this number."""
    os.kill(os.getpid(), number)
    time.sleep(60)


def process(_: object) -> int:
    return os.getpid()


def double_all(numbers: list[int]) -> list[int]:
    return [2 * number for number in numbers]


def slow_processes(items: Sequence[object]) -> list[int]:
    time.sleep(0.02)
    return [os.getpid()] * len(items)


def fail_all(texts: list[str]) -> list[str]:
    raise ValueError(texts[0])


def die_elsewhere(pids: list[str]) -> list[str]:
    """Return the numbers in the process of that number, and end every other."""
    if str(os.getpid()) != pids[0]:
        os._exit(9)
    time.sleep(0.02)  # meanwhile the other process begins with something, too
    return pids
