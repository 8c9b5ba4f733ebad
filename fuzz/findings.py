"""Runs a target on an input and keeps what went wrong: once for each place, the shortest input of all."""

import hashlib
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .guard import the_guard
from .targets import Target

_SLOW: Final = 5.0
"""Seconds that no input of some kilobytes takes, not even on a busy machine with every line counted."""
_CHECKS: Final = "properties.py"
_FRAMES: Final = 3
"""Innermost places by which two findings are told apart."""


class Watched:
    """A target that never raises; what it would raise is kept in a folder.

    Args:
        target: what reads the bytes.
        folder: where findings go: ``PLACE.input`` and ``PLACE.txt`` with the trace.

    Attributes:
        runs: inputs so far.

    """

    def __init__(self, target: Target, folder: Path) -> None:
        self.runs = 0
        self._target = target
        self._folder = folder
        self._guard = the_guard()
        self._shortest: dict[str, int] = {}

    def __call__(self, data: bytes) -> None:
        """Read an input."""
        self.runs += 1
        before = time.process_time()
        self._guard.watching = True
        try:
            self._target.run(data)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - that any exception arrives here is what is looked for
            self._guard.watching = False
            self._keep(data, _place(error), "".join(traceback.format_exception(error)))
        finally:
            self._guard.watching = False
        taken = time.process_time() - before
        if taken > _SLOW:
            self._keep(data, f"slow-{int(taken)}s", f"{taken:.1f} s for {len(data):,} bytes\n")

    def _keep(self, data: bytes, place: str, words: str) -> None:
        if len(data) >= self._shortest.get(place, len(data) + 1):
            return
        self._shortest[place] = len(data)
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{place}.input").write_bytes(data)
        (self._folder / f"{place}.txt").write_text(words, encoding="utf-8", errors="backslashreplace")


def watched(target: Target, folder: Path) -> Callable[[bytes], None]:
    """Return what runs a target and keeps what it finds in a folder."""
    return Watched(target, folder / target.name)


def count(folder: Path, target: str) -> int:
    """Return how many different findings of a target there are."""
    return (
        sum(path.suffix == ".input" for path in (folder / target).glob("*"))
        if (folder / target).is_dir()
        else 0
    )


def _place(error: BaseException) -> str:
    """Name the place where an error arose, the same for every input that leads there."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not one.filename.endswith(_CHECKS)][
        -_FRAMES:
    ]
    path = "|".join(f"{Path(frame.filename).name}:{frame.name}:{frame.lineno}" for frame in frames)
    at = f"{Path(frames[-1].filename).stem}-{frames[-1].lineno}" if frames else "nowhere"
    return f"{type(error).__name__}-{at}-{hashlib.sha256(path.encode()).hexdigest()[:6]}"
