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
from contextlib import ExitStack, suppress
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
        _remove_stale(above)
        self.path: Path
        self.path, self._lock = _make(above)

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
    """Yield the folders of ours in ``parent`` whose program does not run any more.

    Each is locked until the next one is asked for.
    """
    for folder in sorted(parent.glob(f"{_PREFIX}*")):
        with suppress(OSError), ExitStack() as stack:
            if _is_ours(folder) and _is_abandoned(folder, stack):
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


def _remove_stale(parent: Path) -> None:
    removed: list[Path] = []
    for folder in stale_folders(parent):
        wipe(folder)
        removed.append(folder)
    for folder in removed:
        with suppress(OSError):  # Windows left the lock, which was open, and leaves it to who uses it by now
            (folder / _LOCK).unlink(missing_ok=True)
            folder.rmdir()


def _make(parent: Path) -> tuple[Path, BinaryIO]:
    """Make a folder and lock it, again where another program took it for a dead one's in between."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        lock = (folder / _LOCK).open("wb")
        _lock(lock, wait=True)
        if (folder / _LOCK).exists():
            return folder, lock
        lock.close()


def _is_ours(folder: Path) -> bool:
    """Tell a folder of this user from a link, a file, and what somebody else put there."""
    found = folder.lstat()
    owner = getattr(os, "geteuid", lambda: found.st_uid)()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner


def _is_abandoned(folder: Path, stack: ExitStack) -> bool:
    lock = folder / _LOCK
    if not lock.exists():
        return time.time() - folder.stat().st_mtime > _FRESH
    return _lock(stack.enter_context(lock.open("r+b")))


def _lock(stream: BinaryIO, *, wait: bool = False) -> bool:
    """Lock a file for this process; return False where another holds it, or the system has no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - there only

            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - not on Windows

            fcntl.flock(stream, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
