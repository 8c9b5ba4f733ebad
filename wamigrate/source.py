"""Safe, read-only view of an input: a file, a folder, or a ZIP archive.

Nothing is ever extracted to a path that an archive names; members are read by handle. Sizes that a member
declares are not trusted: reading stops at a limit.
"""

import io
import lzma
import os
import stat
import struct
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Literal, NoReturn

from wamigrate.errors import NoChatError, SourceError, UnsafeArchiveError

TEXT_LIMIT: Final = 4 << 30
"""Largest chat text that is read, in bytes."""
RATIO_LIMIT: Final = 200
"""Large members of an archive that promise to grow more than this are not opened; chats grow tenfold."""
RATIO_FREE: Final = 64 << 20
"""Members up to this many bytes may grow as they like."""
NESTED_LIMIT: Final = 1 << 30
"""Largest archive inside an archive that is opened, in bytes."""
HEAD: Final = 1 << 16

_MAGIC: Final = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x89PNG\r\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"OggS", "a recording (Ogg)"),
)

_UNREADABLE: Final = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,
)
"""What reading a damaged file or archive raises."""


SourceKind = Literal["file", "folder", "zip"]


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a source."""

    name: str
    """Path inside the source, with ``/``; repaired where the archive's encoding was wrong."""
    size: int
    """Bytes, as declared."""
    modified: datetime | None
    """When it was last written, without zone; null where unknown."""

    @property
    def basename(self) -> str:
        """Name without folders.

        >>> Member("WhatsApp Chat/_chat.txt", 1, None).basename
        '_chat.txt'
        """
        return PurePosixPath(self.name).name


class Source(ABC):
    """An input that a parser reads.

    Attributes:
        name: file or folder name, without its path.
        path: where it is; for a nested archive, the outer archive's path.

    """

    kind: SourceKind

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """Every file, in a stable order; no folders, no links.

        Raises:
            SourceError: it cannot be listed.

        """
        return tuple(self._list())

    def find(self, name: str) -> Member:
        """Return the member of this name.

        Raises:
            SourceError: there is none.

        """
        try:
            return self._by_name[name]
        except KeyError:
            raise SourceError(f"{self.name}: holds no file {name!r}") from None

    @cached_property
    def _by_name(self) -> dict[str, Member]:
        return {member.name: member for member in self.members}

    def uri(self, member: Member) -> str | None:  # noqa: ARG002 - for those that can
        """Return an address of the member that other programs can open; null inside an archive."""
        return None

    @abstractmethod
    def _list(self) -> Iterator[Member]: ...

    @abstractmethod
    def open(self, member: Member) -> BinaryIO:
        """Open a member for reading.

        Raises:
            SourceError: it cannot be opened or trusted.

        """

    @contextmanager
    def reading(self, member: Member) -> Generator[BinaryIO, None, None]:
        """Open a member and turn whatever goes wrong while reading into a :class:`SourceError`."""
        try:
            with self.open(member) as stream:
                yield stream
        except _UNREADABLE as error:
            raise SourceError(
                f"{self.where(member)}: cannot be read ({_reason(error)}); "
                "the file may be damaged, export it again"
            ) from error

    def head(self, member: Member, size: int = HEAD) -> bytes:
        """Return the first bytes of a member."""
        with self.reading(member) as stream:
            return stream.read(size)

    def read(self, member: Member, limit: int = TEXT_LIMIT) -> bytes:
        """Return the content of a member.

        Raises:
            SourceError: it cannot be read, or is longer than ``limit`` bytes.

        """
        if member.size > limit:
            raise SourceError(
                f"{self.where(member)}: {member.size:,} bytes are more than the {limit:,} "
                "that can be read at once"
            )
        with self.reading(member) as stream:
            data = stream.read(member.size + 1)
            if len(data) > member.size:
                data += stream.read(limit + 1 - len(data))
        if len(data) > limit:
            raise UnsafeArchiveError(
                f"{self.where(member)}: holds more than the {member.size:,} bytes it declares"
            )
        return data

    def where(self, member: Member) -> str:
        """Name a member in a message for people."""
        return self.name if self.kind == "file" else f"{self.name}: {member.name}"

    def describe(self) -> str:
        """Say in a few words what this looks like, for error messages."""
        if self.kind == "folder":
            return f"a folder of {len(self.members)} files without a chat"
        if self.kind == "zip":
            return f"a ZIP archive of {len(self.members)} files without a chat"
        return describe_bytes(self.head(self.members[0]))

    def nested(self, member: Member) -> "Source":
        """Open an archive that is a member of this one.

        Raises:
            SourceError: it is no archive, or too large.

        """
        data = self.read(member, NESTED_LIMIT)
        return ZipSource(self.path, f"{self.name}/{member.basename}", io.BytesIO(data))

    def close(self) -> None:  # noqa: B027 - only an archive is held open
        """Release what is held open."""


class FileSource(Source):
    """A single file."""

    kind: SourceKind = "file"

    def _list(self) -> Iterator[Member]:
        try:
            status = self.path.stat()
        except OSError as error:
            raise SourceError(f"{self.path}: cannot be read ({_reason(error)})") from error
        yield Member(
            self.name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
        )

    def open(self, member: Member) -> BinaryIO:  # noqa: ARG002 - there is but one
        """Open the file."""
        return self.path.open("rb")


class FolderSource(Source):
    """A folder, usually an unpacked archive. Links are not followed."""

    kind: SourceKind = "folder"

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, name)
        self._paths: dict[str, Path] = {}

    def _list(self) -> Iterator[Member]:
        for folder, folders, files in os.walk(self.path, onerror=self._refuse):
            folders.sort()
            for file in sorted(files):
                found = self._look(Path(folder, file))
                if found:
                    yield found

    def _look(self, path: Path) -> Member | None:
        try:
            status = path.lstat()
        except OSError as error:
            self._refuse(error)
        if not stat.S_ISREG(status.st_mode):
            return None
        name = _encodable(path.relative_to(self.path).as_posix())
        self._paths[name] = path
        return Member(name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None))

    def _refuse(self, error: OSError) -> NoReturn:
        raise SourceError(f"{error.filename}: cannot be listed ({_reason(error)})") from error

    def open(self, member: Member) -> BinaryIO:
        """Open a file below the folder."""
        return self._paths[member.name].open("rb")

    def uri(self, member: Member) -> str:
        """Return the file's address."""
        return self._paths[member.name].absolute().as_uri()


class ZipSource(Source):
    """A ZIP archive; members are read in place."""

    kind: SourceKind = "zip"

    def __init__(self, path: Path, name: str, data: BinaryIO | None = None) -> None:
        super().__init__(path, name)
        try:
            self._zip = zipfile.ZipFile(data or path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise SourceError(
                f"{name}: the ZIP archive is damaged or cut off ({_reason(error)}); export it again"
            ) from error
        self._infos: dict[str, zipfile.ZipInfo] = {}

    def _list(self) -> Iterator[Member]:
        for info in self._zip.infolist():
            name = _repair(info)
            if not name or info.is_dir() or stat.S_ISLNK(info.external_attr >> 16) or name in self._infos:
                continue
            self._infos[name] = info
            yield Member(name, info.file_size, _zip_time(info))

    def open(self, member: Member) -> BinaryIO:
        """Open a member, unless it is encrypted or promises to grow beyond reason."""
        info = self._infos[member.name]
        if info.flag_bits & 1:
            raise UnsafeArchiveError(f"{self.where(member)}: is encrypted; unpack it with its password first")
        if info.file_size > max(RATIO_FREE, RATIO_LIMIT * info.compress_size):
            raise UnsafeArchiveError(
                f"{self.where(member)}: would grow {info.compress_size:,} to "
                f"{info.file_size:,} bytes; this is no chat export"
            )
        try:
            return self._zip.open(info)  # type: ignore[return-value]
        except ValueError as error:
            raise zipfile.BadZipFile(_reason(error)) from error

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()


def open_source(path: Path | str) -> Source:
    """Open a file, folder or ZIP archive for reading.

    Args:
        path: where it is.

    Raises:
        SourceError: it is not there, is empty, or cannot be read.

    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({_reason(error)})") from error
    name = _encodable(path.name or path.resolve().name)
    if stat.S_ISDIR(mode):
        return FolderSource(path, name)
    if not stat.S_ISREG(mode):
        raise SourceError(f"{path}: is no file, folder or ZIP archive")
    source = FileSource(path, name)
    head = source.head(source.members[0], 4)
    if not head:
        raise SourceError(f"{path}: is empty; export the chat again")
    return ZipSource(path, name) if head in (b"PK\x03\x04", b"PK\x05\x06") else source


def describe_bytes(head: bytes) -> str:
    """Say what the first bytes of a file look like.

    >>> describe_bytes(b"%PDF-1.7")
    'a PDF document'
    >>> describe_bytes(b"Dear all,")
    'a text that does not say who wrote what, and when'
    """
    for magic, words in _MAGIC:
        if head.startswith(magic):
            return words
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:5].lower() in (b"<!doc", b"<html"):
        return "a web page"
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "a binary file"
    return "a text that does not say who wrote what, and when"


def no_chat(source: Source) -> NoChatError:
    """Make the error for a source in which no chat was found."""
    return NoChatError(
        f"{source.name}: {source.describe()}; choose the file that WhatsApp's 'Export chat' gave you"
    )


def _repair(info: zipfile.ZipInfo) -> str:
    """Return a member's name; names stored as UTF-8 without saying so come out of zipfile as cp437."""
    name = info.filename.replace("\\", "/")
    if info.flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _encodable(name: str) -> str:
    """Replace bytes of a file name that are no text, so that the name can be written and printed."""
    return name.encode("utf-8", "replace").decode()


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time)  # noqa: DTZ001 - ZIP times have no zone
    except ValueError:
        return None


def _reason(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
