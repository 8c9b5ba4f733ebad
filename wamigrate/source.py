"""Safe, read-only view of an input: a file, a folder, or a ZIP archive.

Nothing is ever extracted to a path that an archive names; members are read by handle. Sizes that a member
declares are not trusted: reading stops at a limit.
"""

import io
import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Container, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import count, islice
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, BinaryIO, Final, Literal, cast

from wamigrate.errors import NoChatError, SourceError, UnsafeArchiveError
from wamigrate.limits import Limits, current_limits
from wamigrate.wording import count_words
from wamigrate.zip_directory import BoundedArchive, check_members, too_many

HEAD: Final = 1 << 16
_IN_MEMORY: Final = 64 << 20
"""Bytes of the largest archive inside an archive that is not put on the disk to be read."""
_CHUNK: Final = 1 << 20
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What a name may not do to a line or a terminal."""

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
    MemoryError,  # a member may name any size for the memory of its decompressor
)
"""What reading a damaged file or archive raises."""
_DAMAGED: Final = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error, RuntimeError)
"""What opening a damaged archive raises."""


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
        return self.name.rpartition("/")[2]

    @property
    def is_text(self) -> bool:
        """Whether it is a plain text by its name."""
        return self.name.casefold().endswith(".txt")


class Source(ABC):
    """An input that a parser reads.

    Attributes:
        name: file or folder name, without its path.
        path: where it is; for a nested archive, the outer archive's path.
        limits: how much of it is believed.

    """

    kind: SourceKind

    def __init__(self, path: Path, name: str, limits: Limits | None = None) -> None:
        self.path = path
        self.name: str = printable(name)
        self.limits: Limits = limits or current_limits()
        self._depth = 0
        self._spools: list[IO[bytes]] = []

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """Every file, in a stable order; no folders, no links.

        Raises:
            SourceError: it cannot be listed.
            UnsafeArchiveError: there are more than the limits allow.

        """
        most = self.limits.members
        found = tuple(islice(self._list(), most + 1))
        if len(found) > most:
            raise too_many(self.name, self.limits)
        return found

    def find(self, name: str) -> Member:
        """Return the member of this name.

        Raises:
            SourceError: there is none.

        """
        found = self.get(name)
        if found is None:
            raise SourceError(f"{self.name}: holds no file {name!r}")
        return found

    def get(self, name: str) -> Member | None:
        """Return the member of this name, or None."""
        return self._by_name.get(name)

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

    def read(self, member: Member, limit: int | None = None) -> bytes:
        """Return the content of a member.

        Args:
            member: the file.
            limit: how many bytes it may have; None: as many as a text may.

        Raises:
            SourceError: it cannot be read, or is longer.

        """
        limit = self.limits.text if limit is None else limit
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
        """Name a member in a message for people, on one line."""
        return self.name if self.kind == "file" else f"{self.name}: {printable(member.name)}"

    def describe(self) -> str:
        """Say in a few words what this looks like, for error messages."""
        if self.kind != "file":
            what = "folder" if self.kind == "folder" else "ZIP archive"
            files = count_words(len(self.members), "file")
            return f"a {what} of {files} without a chat" if self.members else f"an empty {what}"
        return describe_bytes(self.head(self.members[0]))

    def nested(self, member: Member) -> "Source":
        """Open an archive that is a member of this one.

        Raises:
            SourceError: it is no archive.
            UnsafeArchiveError: it is too large, or inside too many others.

        """
        if self._depth + 1 >= self.limits.depth:
            raise UnsafeArchiveError(
                f"{self.where(member)}: is an archive inside {self._depth + 1} others; "
                "unpack the outer ones first"
            )
        if member.size > self.limits.nested:
            raise UnsafeArchiveError(
                f"{self.where(member)}: an archive of {member.size:,} bytes inside another is more than the "
                f"{self.limits.nested:,} that are opened; unpack the outer one first"
            )
        inner = ZipSource(self.path, f"{self.name}/{member.basename}", self._spooled(member), self.limits)
        inner._depth = self._depth + 1  # noqa: SLF001 - of its own class
        return inner

    def _spooled(self, member: Member) -> BinaryIO:
        """Return the content of a member as a file to be read at any place; on the disk if it is large."""
        if member.size <= _IN_MEMORY:
            return io.BytesIO(self.read(member, _IN_MEMORY))
        spool = TemporaryFile()  # noqa: SIM115 - closed with this source
        self._spools.append(spool)
        with self.reading(member) as stream:
            copyfileobj(stream, spool, _CHUNK)
        spool.seek(0)
        return cast("BinaryIO", spool)

    def close(self) -> None:
        """Release what is held open, archives inside included."""
        while self._spools:
            self._spools.pop().close()


class FileSource(Source):
    """A single file."""

    kind: SourceKind = "file"

    def _list(self) -> Iterator[Member]:
        try:
            status = self.path.stat()
        except OSError as error:
            raise SourceError(f"{printable(self.path)}: cannot be read ({_reason(error)})") from error
        yield Member(self.name, status.st_size, _moment(status))

    def open(self, member: Member) -> BinaryIO:  # noqa: ARG002 - there is but one
        """Open the file."""
        return self.path.open("rb")


class FolderSource(Source):
    """A folder, usually an unpacked archive. Links are not followed."""

    kind: SourceKind = "folder"

    def __init__(self, path: Path, name: str, limits: Limits | None = None) -> None:
        super().__init__(path, name, limits)
        self._paths: dict[str, Path] = {}

    def _list(self) -> Iterator[Member]:
        """Yield the files of a folder, then those of the folders in it, which may be nested without end."""
        waiting = [("", self.path)]
        while waiting:
            inside, folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
                deeper = [entry for entry in found if entry.is_dir(follow_symlinks=False)]
                for entry in found:
                    if entry.is_file(follow_symlinks=False):
                        yield self._member(inside, entry)
            except OSError as error:
                raise SourceError(
                    f"{printable(error.filename or folder)}: cannot be listed ({_reason(error)})"
                ) from error
            waiting.extend((f"{inside}{entry.name}/", Path(entry.path)) for entry in reversed(deeper))

    def _member(self, inside: str, entry: os.DirEntry[str]) -> Member:
        name = _numbered(_encodable(inside + entry.name), self._paths)
        self._paths[name] = Path(entry.path)
        status = entry.stat(follow_symlinks=False)
        return Member(name, status.st_size, _moment(status))

    def open(self, member: Member) -> BinaryIO:
        """Open a file below the folder."""
        return self._paths[member.name].open("rb")

    def uri(self, member: Member) -> str:
        """Return the file's address."""
        return self._paths[member.name].absolute().as_uri()


class ZipSource(Source):
    """A ZIP archive; members are read in place."""

    kind: SourceKind = "zip"

    def __init__(
        self, path: Path, name: str, data: BinaryIO | None = None, limits: Limits | None = None
    ) -> None:
        super().__init__(path, name, limits)
        self._infos: dict[str, zipfile.ZipInfo] = {}
        try:
            self._stream = BoundedArchive(data or path.open("rb"), self.name, self.limits)
            with ExitStack() as opened:
                opened.callback(self._stream.close)
                self._zip = zipfile.ZipFile(self._stream)
                opened.pop_all()
        except _DAMAGED as error:
            raise SourceError(
                f"{self.name}: the ZIP archive is damaged or cut off ({_reason(error)}); export it again"
            ) from error

    def _list(self) -> Iterator[Member]:
        """Yield the members; of two with one name, the second gets a number, unless it is the same again."""
        check_members(self._zip.infolist(), self.name, self.limits)
        contents: set[tuple[str, int, int]] = set()
        for info in self._zip.infolist():
            name = _repair(info)
            content = (name, info.CRC, info.file_size)
            if not name or _is_no_file(info) or content in contents:
                continue
            contents.add(content)
            name = _numbered(name, self._infos)
            self._infos[name] = info
            yield Member(name, info.file_size, _zip_time(info))

    def open(self, member: Member) -> BinaryIO:
        """Open a member, unless it is encrypted or promises to grow beyond reason."""
        info = self._infos[member.name]
        if info.flag_bits & 1:
            raise UnsafeArchiveError(f"{self.where(member)}: is encrypted; unpack it with its password first")
        if info.file_size > max(self.limits.free, self.limits.ratio * info.compress_size):
            raise UnsafeArchiveError(
                f"{self.where(member)}: would grow {info.compress_size:,} to "
                f"{info.file_size:,} bytes; this is no chat export"
            )
        try:
            return self._zip.open(info)  # type: ignore[return-value]
        except (ValueError, RuntimeError) as error:
            raise zipfile.BadZipFile(_reason(error)) from error

    def close(self) -> None:
        """Close the archive, and those inside."""
        super().close()
        self._zip.close()
        self._stream.close()


def open_source(path: Path | str, limits: Limits | None = None) -> Source:
    """Open a file, folder or ZIP archive for reading.

    Args:
        path: where it is.
        limits: how much of it is believed; None: see :func:`wamigrate.limits.current_limits`.

    Raises:
        OptionError: the environment names a limit that does not exist.
        SourceError: it is not there, is empty, or cannot be read.

    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise SourceError(f"{printable(path)}: cannot be read ({_reason(error)})") from error
    name = _encodable(path.name or path.resolve().name)
    if stat.S_ISDIR(mode):
        return FolderSource(path, name, limits)
    if not stat.S_ISREG(mode):
        raise SourceError(f"{printable(path)}: is no file, folder or ZIP archive")
    source = FileSource(path, name, limits)
    head = source.head(source.members[0], 4)
    if not head:
        raise SourceError(f"{printable(path)}: is empty; export the chat again")
    return ZipSource(path, name, limits=limits) if head in (b"PK\x03\x04", b"PK\x05\x06") else source


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
        f"{source.name}: {source.describe()}; choose the file that WhatsApp's 'Export chat' gave you "
        "(`wamigrate formats` lists what else can be read)"
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


def printable(name: Path | str) -> str:
    r"""Return a name that stays on its line and changes nothing on a terminal.

    >>> printable("a\nb\x1b[31m.txt")
    'a�b�[31m.txt'
    """
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _encodable(str(name)))


def _numbered(name: str, taken: Container[str]) -> str:
    """Return a name, or with a number the first form of it that is free."""
    if name not in taken:
        return name
    path = PurePosixPath(name)
    stem = name.removesuffix(path.suffix)
    return next(free for number in count(2) if (free := f"{stem} ({number}){path.suffix}") not in taken)


def _is_no_file(info: zipfile.ZipInfo) -> bool:
    """Tell folders, links and devices from files; archives of other systems say nothing about it."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    return info.is_dir() or kind not in (0, stat.S_IFREG)


def _moment(status: os.stat_result) -> datetime | None:
    try:
        return datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
    except (OverflowError, ValueError, OSError):  # a clock that was wrong
        return None


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time)  # noqa: DTZ001 - ZIP times have no zone
    except ValueError:
        return None


def _reason(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
