"""Private temporary folders in the system's place: gone afterwards, or after a kill with the next run."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Final

from wamigrate.twin import InUseError, hold, inherit, release, remove_tree

_PREFIX: Final = ".wamigrate-scratch-"


@contextmanager
def scratch_folder() -> Generator[Path, None, None]:
    """Make a temporary folder that only its owner can look into; what dead processes left is removed first.

    Raises:
        OSError: there is no space for it.

    """
    for old in _older():
        with suppress(OSError, InUseError):
            _remove_dead(old)
    folder, lock = _make()
    try:
        yield folder
    finally:
        with suppress(OSError):
            remove_tree(folder)
        release(lock)


def _make() -> tuple[Path, int | None]:
    """Make a folder and lock it, again where another process took it for a dead one's in between."""
    while True:
        folder = Path(mkdtemp(prefix=_PREFIX))
        with suppress(InUseError, FileNotFoundError):
            return folder, hold(folder)


def _older() -> Iterator[Path]:
    """Yield the folders of earlier runs of the same user."""
    with suppress(OSError), os.scandir(gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.is_dir(follow_symlinks=False) and _is_own(entry):
                yield Path(entry.path)


def _is_own(entry: os.DirEntry[str]) -> bool:
    return not hasattr(os, "getuid") or entry.stat(follow_symlinks=False).st_uid == os.getuid()


def _remove_dead(folder: Path) -> None:
    lock = inherit(folder)
    try:
        remove_tree(folder)
    finally:
        release(lock)
