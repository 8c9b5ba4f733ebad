"""Calls for worker processes, which import them by name."""

import os
import signal
import sys
import time
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
    half.write_text(str(os.getpid()))
    try:
        time.sleep(60)
    finally:
        half.unlink()


def process(_: object) -> int:
    return os.getpid()
