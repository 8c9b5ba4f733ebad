"""Inputs of bytes alone: opened as the program opens files, without writing one where that can be avoided."""

import atexit
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final

from wamigrate.database import MAGIC
from wamigrate.errors import SourceError
from wamigrate.source import Member, Source, SourceKind, ZipSource, open_source

_ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_SHARED: Final = Path("/dev/shm")  # noqa: S108 - memory that looks like a disk; the folder in it is private
_MOMENT: Final = datetime(2025, 6, 1, 12)  # noqa: DTZ001 - members have no zone
LOG: Final = b"\n--write-ahead log--\n"
"""Parts a database from the log that lies beside it."""


class MemoryFile(Source):
    """A single file that is nowhere but in memory."""

    kind: SourceKind = "file"

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(scratch() / "nothing" / name, name)
        self._data = data

    def _list(self) -> Iterator[Member]:
        yield Member(self.name, len(self._data), _MOMENT)

    def open(self, member: Member) -> BinaryIO:  # noqa: ARG002 - there is but one
        """Open the bytes."""
        return io.BytesIO(self._data)


@cache
def scratch() -> Path:
    """Return a private folder for the files that cannot be avoided; removed at the end."""
    place = _SHARED if _SHARED.is_dir() and os.access(_SHARED, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="wamigrate-fuzz-", dir=place))
    atexit.register(_remove, folder, os.getpid())
    return folder


def keep_in_memory() -> None:
    """Let everything in this process that is temporary go to the private folder."""
    tempfile.tempdir = str(scratch())


def _remove(folder: Path, owner: int) -> None:
    """Remove the folder, but not from a child that was forked."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def open_bytes(name: str, data: bytes) -> Source:
    """Open bytes as :func:`wamigrate.source.open_source` opens a file that holds them.

    Raises:
        SourceError: they are empty, or a damaged archive.

    """
    if data.startswith(MAGIC):
        return open_source(_write_database(name, data))
    if data.startswith(_ZIPS):
        return ZipSource(Path(name), name, io.BytesIO(data))
    if not data:
        raise SourceError(f"{name}: is empty; export the chat again")
    return MemoryFile(name, data)


def write(name: str, data: bytes) -> Path:
    """Write a file into the private folder, with a time that is always the same."""
    path = scratch() / name
    path.write_bytes(data)
    os.utime(path, (_MOMENT.timestamp(), _MOMENT.timestamp()))
    return path


def _write_database(name: str, data: bytes) -> Path:
    database, parted, log = data.partition(LOG)
    beside = scratch() / f"{name}-wal"
    if parted:
        beside.write_bytes(log)
    else:
        beside.unlink(missing_ok=True)
    return write(name, database)
