"""Tells whether files are still what they were: by size and time first, by content if those differ."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from wamigrate.folders import MARKER, listed


class Fingerprint(Struct, frozen=True):
    """What one or more files or folders were at a time."""

    stamp: str
    """SHA-256 over names, sizes and times of change: cheap to compare, and differs after a mere copy."""
    sha256: str
    """Over names and contents."""


def fingerprint(paths: Iterable[Path], *, result: bool = False) -> Fingerprint:
    """Take the fingerprint of files and folders together.

    Args:
        paths: where they are.
        result: whether they are results: then a folder counts with what was written into it, and not with
            what others have added.

    Raises:
        OSError: something cannot be read.

    """
    files = list(_files(paths, result=result))
    before = _stamp(files)
    digest = hashlib.sha256()
    for name, path in files:
        digest.update(f"{name}\n".encode("utf-8", "surrogateescape"))
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return Fingerprint(before if _stamp(files) == before else "", digest.hexdigest())


def is_same(paths: Iterable[Path], known: Fingerprint, *, result: bool = False) -> bool:
    """Tell whether files and folders still are what they were; what cannot be read is not.

    Args:
        paths: where they are.
        known: what they were.
        result: see :func:`fingerprint`.

    """
    paths = list(paths)
    try:
        if known.stamp and take_stamp(paths, result=result) == known.stamp:
            return True
        return fingerprint(paths, result=result).sha256 == known.sha256
    except OSError:
        return False


def take_stamp(paths: Iterable[Path], *, result: bool = False) -> str:
    """Return the stamp of files and folders together, without reading them.

    Raises:
        OSError: something is not there.

    """
    return _stamp(_files(paths, result=result))


def _files(paths: Iterable[Path], *, result: bool) -> Iterator[tuple[str, Path]]:
    """Yield all files with the names they count by."""
    for number, path in enumerate(paths):
        if not path.is_dir():
            yield f"{number}", path
        else:
            names = {**(listed(path) or {}), MARKER: ""} if result else _names_in(path)
            for name in sorted(names):
                yield f"{number}/{name}", path / name


def _names_in(folder: Path) -> list[str]:
    """Return the files below a folder that are read: no links."""
    found: list[str] = []
    for parent, _, files in os.walk(folder, onerror=_fail):
        for name in files:
            path = Path(parent, name)
            if not path.is_symlink():
                found.append(path.relative_to(folder).as_posix())
    return found


def _fail(error: OSError) -> None:
    raise error


def _stamp(files: Iterable[tuple[str, Path]]) -> str:
    digest = hashlib.sha256()
    for name, path in files:
        status = path.stat()
        line = f"{name}\n{status.st_size} {status.st_mtime_ns}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
