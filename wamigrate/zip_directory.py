"""The directory of a ZIP archive, checked before its members are believed.

An archive ends with a list of its members. Python's zipfile reads all of that list at once, whatever its
length, and believes it: millions of records, or many members in the same bytes (a "better zip bomb", David
Fifield, https://www.bamsoftware.com/hacks/zipbomb/). Field numbers are those of APPNOTE.TXT, sections 4.3.12
to 4.3.16.
"""

import io
import struct
from collections.abc import Iterable
from typing import BinaryIO, Final
from zipfile import ZipInfo

from wamigrate.errors import UnsafeArchiveError
from wamigrate.limits import Limits

_RECORD: Final = b"PK\x01\x02"
_RECORD_SIZE: Final = 46
_HEADER_SIZE: Final = 30
_USUAL: Final = 500
"""Bytes that a record of the directory has at most, on average."""
_WHOLE: Final = 16
"""How many times what one member may grow freely is granted to all."""


class BoundedArchive(io.RawIOBase):
    """An archive that does not give out a directory of more members than are allowed.

    Args:
        stream: the archive; closed with this.
        name: of the archive, for errors.
        limits: what is allowed.

    """

    def __init__(self, stream: BinaryIO, name: str, limits: Limits) -> None:
        self._stream = stream
        self._name = name
        self._limits = limits

    def read(self, size: int = -1, /) -> bytes:
        """Read some bytes; zipfile reads the directory at once.

        Raises:
            UnsafeArchiveError: they are a directory that is too long.

        """
        most = self._limits.members
        if size > most * _USUAL:
            raise UnsafeArchiveError(
                f"{self._name}: its list of files has {size:,} bytes, more than {most:,} files take; "
                "this is no chat export"
            )
        data = self._stream.read(size)
        if len(data) > most * _RECORD_SIZE and data.startswith(_RECORD) and _count_records(data, most) > most:
            raise too_many(self._name, self._limits)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._stream.tell()

    def seekable(self) -> bool:
        """Tell that it is no pipe."""
        return True

    def close(self) -> None:
        """Close the archive."""
        self._stream.close()
        super().close()


def _count_records(data: bytes, most: int) -> int:
    """Count the records of a directory, up to one more than are allowed."""
    count = at = 0
    while count <= most and data.startswith(_RECORD, at) and at + _RECORD_SIZE <= len(data):
        at += _RECORD_SIZE + sum(struct.unpack_from("<3H", data, at + 28))
        count += 1
    return count


def check_members(infos: Iterable[ZipInfo], name: str, limits: Limits) -> None:
    """Make sure that no two members share bytes, and that all together grow within reason.

    Raises:
        UnsafeArchiveError: it is otherwise.

    """
    end = packed = unpacked = 0
    for start, stop, info in sorted(((*_extent(info), info) for info in infos), key=lambda one: one[:2]):
        if start < end:
            raise UnsafeArchiveError(
                f"{name}: files in it share the same bytes; it is damaged, or made to grow without end"
            )
        end = stop
        packed += info.compress_size
        unpacked += info.file_size
    if unpacked > limits.total:
        raise UnsafeArchiveError(
            f"{name}: would grow to {unpacked:,} bytes, {limits.total:,} are allowed; "
            "to allow more, set WAMIGRATE_LIMITS=total=BYTES"
        )
    if unpacked > max(_WHOLE * limits.free, limits.ratio * packed):
        raise UnsafeArchiveError(
            f"{name}: would grow from {packed:,} to {unpacked:,} bytes; this is no chat export"
        )


def too_many(name: str, limits: Limits) -> UnsafeArchiveError:
    """Make the error for an archive or folder of too many files."""
    return UnsafeArchiveError(
        f"{name}: holds more than {limits.members:,} files; this is no chat export "
        "(to read it all the same, set WAMIGRATE_LIMITS=members=NUMBER)"
    )


def _extent(info: ZipInfo) -> tuple[int, int]:
    """Return where a member begins and which byte comes after it, at least."""
    start = info.header_offset
    return start, start + _HEADER_SIZE + len(info.orig_filename) + info.compress_size
