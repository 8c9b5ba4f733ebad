"""What a disk promises: that files outlive a power cut, and that two folders change places in one step.

A rename is one step for whoever looks at the folder, but after a power cut a file may have its new name
and none of its content. So content is brought to the disk before a rename, and the rename after it.
"""

import errno
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ctypes import CDLL

_FEW: Final = 16
"""Files that are brought to the disk one by one; of more, the whole disk at once is many times faster."""
_NO_PLACE: Final = frozenset(
    (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF, errno.EACCES, errno.EPERM, errno.EISDIR)
)
"""How systems say that folders cannot be brought to the disk by themselves."""
_NO_EXCHANGE: Final = frozenset((errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM))
_HERE: Final = -100
"""``AT_FDCWD``: paths count from the current folder."""
_EXCHANGE: Final = 2
"""``RENAME_EXCHANGE``; man 2 renameat2, Linux 3.15."""


def sync_file(path: Path) -> None:
    """Wait until the content of a file is on the disk.

    Raises:
        OSError: it cannot be brought there; what was written is in doubt.

    """
    flags = os.O_RDWR if sys.platform == "win32" else os.O_RDONLY
    handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can say so.

    Raises:
        OSError: the disk failed.

    """
    if sys.platform == "win32":
        return
    try:
        sync_file(folder)
    except OSError as error:
        if error.errno not in _NO_PLACE:
            raise


def sync_tree(folder: Path, names: Sequence[str]) -> None:
    """Wait until a folder with all that is in it is on the disk.

    Args:
        folder: the folder.
        names: paths of its files, as seen from it.

    Raises:
        OSError: something cannot be brought there.

    """
    if len(names) > _FEW and _sync_disk(folder):
        return
    for name in names:
        sync_file(folder / name)
    for inner in {parent for name in names for parent in PurePosixPath(name).parents}:
        sync_names(folder / inner)


def has_exchange() -> bool:
    """Tell whether the system knows how to let two folders change places; a disk may still not."""
    return _library("renameat2") is not None


def exchange(one: Path, other: Path) -> bool:
    """Let two files or folders of one disk change places in one step.

    Returns:
        whether the system could; nothing has changed if not.

    Raises:
        OSError: it can, and refuses.

    """
    library = _library("renameat2")
    if library is None:
        return False
    import ctypes  # noqa: PLC0415 - slow to import, and only needed where a folder is replaced

    if library.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(one))


def _sync_disk(folder: Path) -> bool:
    """Bring all that waits for the disk of a folder there; tell whether the system can do that."""
    library = _library("syncfs")
    if library is None:
        return False
    import ctypes  # noqa: PLC0415 - slow to import

    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if library.syncfs(handle) == 0:
            return True
        code = ctypes.get_errno()
    finally:
        os.close(handle)
    raise OSError(code, os.strerror(code), str(folder))


@cache
def _library(function: str) -> "CDLL | None":
    """Return Linux's C library if it has a function."""
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 - slow to import

    library = ctypes.CDLL(None, use_errno=True)
    return library if hasattr(library, function) else None
