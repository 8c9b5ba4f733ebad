"""What a folder of results holds: files that we wrote, and those of others, which outlive a replacement."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Final

MARKER: Final = ".wamigrate"
"""File that tells a folder of ours from any other, and lists what we wrote there, as ``sha256sum`` does.

What it does not list belongs to somebody else and outlives ``--overwrite``. Older folders have an empty one.
"""
_LISTED: Final = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")


class ForeignError(Exception):
    """A file or folder of somebody else has the name of a new one.

    Attributes:
        name: its path inside the folder.

    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def checklist(folder: Path) -> Iterator[bytes]:
    """Yield the lines of the marker for all files in a folder.

    Raises:
        OSError: a file cannot be read.

    """
    for name in sorted(names_in(folder)):
        if name != MARKER:
            yield f"{digest(folder / name)}  {name}\n".encode("utf-8", "surrogateescape")


def listed(folder: Path) -> dict[str, str] | None:
    """Return the SHA-256 of each file that was written into a folder of ours; None where that is unknown."""
    try:
        text = (folder / MARKER).read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return {}
    return {name: digest for digest, name in _LISTED.findall(text)} if text else None


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def names_in(folder: Path) -> Iterator[str]:
    """Yield the paths of all files and links below a folder, with ``/``.

    Raises:
        OSError: a folder cannot be read.

    """

    def fail(error: OSError) -> None:
        raise error

    for parent, folders, files in os.walk(folder, onerror=fail):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in (*files, *links):
            yield Path(parent, name).relative_to(folder).as_posix()


def keep_foreign(older: Path, newer: Path, kept: frozenset[str] = frozenset()) -> frozenset[str]:
    """Put what others left in the older folder into the new one as well.

    Args:
        older: a folder of ours.
        newer: the folder that is to replace it.
        kept: names that need no more care.

    Returns:
        names of all files of others, and of their empty folders, with ``/`` at the end.

    Raises:
        ForeignError: such a file has the name of a new one.
        OSError: a file cannot be read or written.

    """
    ours = listed(older)
    foreign = {name for name in names_in(older) if name != MARKER and not (ours is not None and name in ours)}
    foreign |= _empty_folders(older, ours or {})
    for name in sorted(foreign - kept):
        path = newer / name
        if name.endswith("/"):
            _make_folder(path, name)
            continue
        if not os.path.lexists(path):
            with suppress(FileExistsError, NotADirectoryError):
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _link(older / name, path)
                continue
        elif ours is None and path.is_file():
            continue
        raise ForeignError(name)
    return frozenset(foreign)


def _empty_folders(folder: Path, ours: Iterable[str]) -> set[str]:
    """Return the empty folders below a folder, with ``/`` at the end, but none that held files of ours."""
    held = {f"{parent}/" for name in ours for parent in PurePosixPath(name).parents}
    found = (
        f"{Path(parent).relative_to(folder).as_posix()}/"
        for parent, folders, files in os.walk(folder)
        if not folders and not files and Path(parent) != folder
    )
    return {name for name in found if name not in held}


def _make_folder(path: Path, name: str) -> None:
    """Make an empty folder again.

    Raises:
        ForeignError: a file has its name, or that of a folder above it.

    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ForeignError(name) from None


def _link(path: Path, new: Path) -> None:
    """Give a file a second name; a copy where the disk has no hard links."""
    try:
        os.link(path, new, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, new, follow_symlinks=False)
