"""Where the window keeps what it was given: one private folder, gone when the program ends.

A folder whose program was killed is found by its lock, which the system gives up with the process, and is
removed at the next start.
"""

import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

_PREFIX: Final = "wamigrate-web-"
_LOCK: Final = "lock"
_FRESH: Final = 600
"""Seconds for which a folder without a lock may belong to a program that is about to lock it."""


class PrivateFolder:
    """A folder that only its owner can look into; use it in a ``with`` block.

    Attributes:
        path: where it is.

    """

    def __init__(self, parent: Path | None = None) -> None:
        """Remove what dead programs left behind, and make a folder.

        Args:
            parent: where; None: where the system keeps temporary files.

        Raises:
            OSError: it cannot be made.

        """
        above = Path(tempfile.gettempdir()) if parent is None else parent
        for stale in stale_folders(above):
            wipe(stale)
        self.path: Path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=above))
        self._lock = (self.path / _LOCK).open("wb")
        _try_lock(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove it with everything in it."""
        self._lock.close()
        wipe(self.path)


def stale_folders(parent: Path) -> Iterator[Path]:
    """Yield the folders of ours in ``parent`` whose program does not run any more."""
    for folder in sorted(parent.glob(f"{_PREFIX}*")):
        with suppress(OSError):
            if _is_ours(folder) and _is_abandoned(folder):
                yield folder


def wipe(path: Path) -> None:
    """Remove a file or folder; what cannot be removed is left, because nobody can do more about it."""
    with suppress(OSError):
        path.unlink() if path.is_symlink() or path.is_file() else shutil.rmtree(path, ignore_errors=True)


def size_of(folder: Path) -> int:
    """Return how many bytes the files in a folder have; what vanishes meanwhile has none."""
    size = 0
    for above, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += os.lstat(os.path.join(above, name)).st_size  # noqa: PTH118 - many files, quickly
    return size


def _is_ours(folder: Path) -> bool:
    """Tell a folder of this user from a link, a file, and what somebody else put there."""
    found = folder.lstat()
    owner = getattr(os, "geteuid", lambda: found.st_uid)()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner


def _is_abandoned(folder: Path) -> bool:
    lock = folder / _LOCK
    if not lock.exists():
        return time.time() - folder.stat().st_mtime > _FRESH
    with lock.open("r+b") as stream:
        return _try_lock(stream)


def _try_lock(stream: BinaryIO) -> bool:
    """Lock a file for this process; return False where another holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - there only

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - not on Windows

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
