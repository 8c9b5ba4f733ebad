"""Files on their way from the browser to the disk: never in memory, never elsewhere, never too many."""

import asyncio
import errno
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from pathvalidate import is_valid_filename

from wamigrate.errors import OptionError
from wamigrate.names import safe_name

DEFAULT_LIMIT: Final = "2GB"
_SIZE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)b?\s*", re.IGNORECASE)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_KILO: Final = 1000
_BUFFER: Final = 1 << 20
_DEEPEST: Final = 12
_LONGEST: Final = 240
"""Bytes of a file name that every file system takes, with a number after it."""
_RESERVE: Final = 64_000_000
"""Bytes of the disk that stay free for everything else."""
_DRAINED: Final = 1 << 30
"""Bytes that are read and dropped after a refusal: a browser listens only when it has sent everything."""


class TooLargeError(Exception):
    """More is uploaded than allowed."""


class DiskFullError(Exception):
    """There is no room for it."""


def parse_size(text: str) -> int:
    """Read a number of bytes.

    Raises:
        OptionError: it is none.

    >>> parse_size("300 MB"), parse_size("1.5g"), parse_size("2000")
    (300000000, 1500000000, 2000)

    """
    match = _SIZE.fullmatch(text)
    size = int(float(match[1]) * _KILO ** _POWERS[match[2].lower()]) if match else 0
    if size <= 0:
        raise OptionError(f"--limit {text}: must be a size such as 500MB or 2GB")
    return size


def place_for(path: str, folder: Path) -> Path:
    """Return where a file goes that its sender calls ``path``: below ``folder``, whatever that says.

    >>> [place_for(path, Path("in")).as_posix() for path in ("Export/_chat.txt", "../../etc/passwd")]
    ['in/Export/_chat.txt', 'in/etc/passwd']
    """
    parts = [part for part in path.split("/") if part not in {"", ".", ".."}]
    safe = [_name(part) for part in [*parts[:-1][:_DEEPEST], *parts[-1:]]]
    return folder.joinpath(*(safe or ["file"]))


def free_place(path: Path) -> Path:
    """Return a path where nothing is yet: files of one name may come from several folders."""
    number = 2
    found = path
    while found.exists():
        found = path.with_name(f"{path.stem} ({number}){path.suffix}")
        number += 1
    return found


def _name(part: str) -> str:
    """Keep a name that the system takes, since messages mention files by name; mend any other."""
    short = len(part.encode("utf-8", "replace")) <= _LONGEST
    kept = short and part.isprintable() and "\\" not in part and is_valid_filename(part, platform="auto")
    if kept:
        return part
    stem, dot, suffix = part.rpartition(".")
    return safe_name(f"{stem[: _LONGEST // 2]}{dot}{suffix[-_LONGEST // 2 :]}", "file")


async def store(chunks: AsyncIterator[bytes], path: Path, allowed: int) -> int:
    """Write what arrives into a new file; a part of one does not stay.

    Args:
        chunks: what arrives.
        path: the file.
        allowed: bytes it may have at most.

    Returns:
        how many it has.

    Raises:
        TooLargeError: it has more.
        DiskFullError: there is no room for it.
        FileExistsError: it is there already.
        OSError: it cannot be written.

    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    stream = path.open("xb", buffering=_BUFFER)
    whole = False
    try:
        with stream:  # closing it writes what is left, which fails once more on a full disk
            size = await _write(chunks, stream, allowed)
        whole = True
    except (TooLargeError, OSError) as error:
        await _drain(chunks)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError from error
        raise
    finally:
        if not whole:
            await asyncio.to_thread(path.unlink, missing_ok=True)
    return size


async def _write(chunks: AsyncIterator[bytes], stream: BinaryIO, allowed: int) -> int:
    size = 0
    pending = bytearray()
    async for chunk in chunks:
        size += len(chunk)
        if size > allowed:
            raise TooLargeError
        pending += chunk
        if len(pending) >= _BUFFER:
            await asyncio.to_thread(stream.write, bytes(pending))
            pending.clear()
    await asyncio.to_thread(stream.write, bytes(pending))
    await asyncio.to_thread(stream.flush)
    return size


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    left = _DRAINED
    with suppress(Exception):  # who sends it has gone
        async for chunk in chunks:
            left -= len(chunk)
            if left < 0:
                return


def check_room(size: int, folder: Path) -> None:
    """Make sure that the disk has room for a file.

    Raises:
        DiskFullError: it has not.

    """
    if shutil.disk_usage(folder).free - _RESERVE < size:
        raise DiskFullError(os.strerror(errno.ENOSPC))
