"""The temporary folder beside a result, in which the result grows.

Its name follows from that of the result, so the next run to the same place finds what an earlier one left
when it was killed. It is locked as long as its maker lives (``flock``, which the system ends with the
process): so a run never touches what another is just writing, and always removes what the dead left.

========== ============================================================================================
``result`` the new file or folder, while it grows; after an exchange in one step, the older one
``older``  the older folder, for the moment between two renames, where the system cannot exchange in one
========== ============================================================================================
"""

import hashlib
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

PREFIX: Final = ".wamigrate-partial-"
"""Beginning of temporary names; of one length, as final names may be as long as names can be."""
_CAN_LOCK: Final = hasattr(os, "O_DIRECTORY")
"""Whether the system opens folders, which is what locks them; Windows does not."""
_DAY: Final = 86_400
"""Seconds after which a folder that cannot be locked is taken for that of a dead process."""


class InUseError(Exception):
    """Another process that is alive writes there."""


class LeftOverError(Exception):
    """What an earlier run left cannot be put in order without a loss; ``args[0]`` is where it is."""


class Twin:
    """A temporary folder, locked until it is removed.

    Attributes:
        path: the folder.
        result: where the new file or folder grows.
        older: where the older folder waits.

    """

    def __init__(self, place: Path) -> None:
        """Make it; what a dead process left there is put in order first.

        Args:
            place: absolute path of the result.

        Raises:
            InUseError: another process writes to that place.
            LeftOverError: see there.
            OSError: it cannot be made.

        """
        recover(place)
        self._place = place
        self.path: Path = twin_path(place)
        self.result: Path = self.path / "result"
        self.older: Path = self.path / "older"
        try:
            self.path.mkdir(mode=0o700)
            self._lock = hold(self.path)
        except (FileExistsError, FileNotFoundError) as error:
            if isinstance(error, FileNotFoundError) and not place.parent.exists():
                raise
            raise InUseError from error

    def remove(self) -> None:
        """Remove it with all that is in it; an older folder that waits in it goes back first.

        Raises:
            OSError: it cannot be removed in full.

        """
        try:
            _put_in_order(self._place, self.path)
        finally:
            release(self._lock)
            self._lock = None


def twin_path(place: Path) -> Path:
    """Return where the twin of a place is."""
    digest = hashlib.blake2b(os.fsencode(place.name), digest_size=8).hexdigest()
    return place.parent / f"{PREFIX}{digest}"


def recover(place: Path) -> None:
    """Put in order what a run left that was killed: the older result is in its place again, or the new one.

    Raises:
        InUseError: a process that is alive writes to that place.
        LeftOverError: see there.
        OSError: something cannot be moved or removed.

    """
    path = twin_path(place)
    try:
        lock = inherit(path)
    except (FileNotFoundError, NotADirectoryError):
        if os.path.lexists(path):
            raise
        return
    try:
        _put_in_order(place, path)
    finally:
        release(lock)


def hold(folder: Path) -> int | None:
    """Lock a folder that this process made; None where the system cannot.

    Raises:
        InUseError: another process holds it.
        FileNotFoundError: it is gone, or has been made anew meanwhile.
        OSError: it is no folder, or cannot be opened.

    """
    if not _CAN_LOCK:
        return None
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        known = _lock(handle)
        _check_same(folder, handle)
    except BaseException:
        os.close(handle)
        raise
    if known:
        return handle
    os.close(handle)
    return None


def inherit(folder: Path) -> int | None:
    """Lock a folder that another process made; None where the system cannot, and it is old.

    Raises:
        InUseError: another process holds it, or may do so.
        FileNotFoundError: it is gone, or has been made anew meanwhile.
        OSError: it is no folder, or cannot be opened.

    """
    lock = hold(folder)
    if lock is None and time.time() - folder.lstat().st_mtime < _DAY:
        raise InUseError
    return lock


def release(lock: int | None) -> None:
    """Unlock a folder."""
    if lock is not None:
        os.close(lock)


def remove_tree(folder: Path) -> None:
    """Remove a folder, also one with folders in it that may not be changed.

    Raises:
        OSError: something in it cannot be removed.

    """
    try:
        shutil.rmtree(folder)
    except PermissionError:
        for parent, _, _ in os.walk(folder):
            with suppress(OSError):
                Path(parent).chmod(0o700)
        shutil.rmtree(folder)


def _lock(handle: int) -> bool:
    """Lock an open folder; tell whether that means anything here."""
    from fcntl import LOCK_EX, LOCK_NB, flock  # noqa: PLC0415 - not on Windows

    try:
        flock(handle, LOCK_EX | LOCK_NB)
    except BlockingIOError as error:
        raise InUseError from error
    except OSError:  # some network disks lock no folders
        return False
    return True


def _check_same(folder: Path, handle: int) -> None:
    if not os.path.samestat(os.fstat(handle), folder.lstat()):
        raise FileNotFoundError(folder)


def _put_in_order(place: Path, path: Path) -> None:
    older = path / "older"
    if os.path.lexists(older):
        if not os.path.lexists(place):
            older.rename(place)
        elif os.path.lexists(path / "result"):
            raise LeftOverError(older)
    remove_tree(path)
