"""Where exporters write. A target appears whole or not at all.

Everything is written beside the final place under a temporary name and moved there in one step at the end.
Chats are private: what is written is readable by its owner alone.
"""

import errno
import hashlib
import io
import os
import re
import shutil
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from wamigrate.errors import ExportError, SourceError, TargetExistsError

if TYPE_CHECKING:
    from wamigrate.source import Member, Source

MARKER: Final = ".wamigrate"
"""File that tells a folder of ours from any other, and lists what we wrote there, as ``sha256sum`` does.

What it does not list belongs to somebody else and outlives ``--overwrite``. Older folders have an empty one.
"""
_LISTED: Final = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")
_PARTIAL: Final = ".wamigrate-partial-"
"""Beginning of temporary names; one of fixed length, as the final name may be as long as names can be."""
_CHUNK: Final = 1 << 20


class Target(ABC):
    """A place to write to; use as a context manager, which commits on success and cleans up on failure.

    Attributes:
        sources: opened sources by the ``id`` of their :class:`~wamigrate.model.SourceInfo`, whose media can
            be copied.

    """

    def __init__(self) -> None:
        self.sources: Mapping[str, Source] = {}

    @abstractmethod
    def open(self, name: str = "") -> BinaryIO:
        """Open a file of the target for writing.

        Args:
            name: path inside the target, with ``/``; empty for a target that is one document.

        """

    @contextmanager
    def writing(self, name: str = "") -> Generator[BinaryIO, None, None]:
        """Open a file of the target; what the system refuses becomes an :class:`ExportError`."""
        try:
            with self.open(name) as stream:
                yield stream
        except OSError as error:
            raise self._refused(name, "cannot be written", error) from error

    def _where(self, name: str) -> str:
        """Say in words where a file of the target goes."""
        return name or "output"

    def _refused(self, name: str, what: str, error: OSError) -> ExportError:
        return ExportError(f"{self._where(name)}: {what} ({error.strerror or error})")

    def copy(self, source: str, member: str, name: str) -> None:
        """Copy a file of a source into the target, in chunks.

        Args:
            source: id of the source.
            member: path inside the source.
            name: path inside the target.

        Raises:
            SourceError: the source is not open, has no such member, or the member cannot be read; nothing
                is left in the target.

        """
        origin, found = self._find(source, member)
        try:
            with origin.reading(found) as reader, self.writing(name) as writer:
                shutil.copyfileobj(reader, writer, _CHUNK)
        except SourceError:
            self._drop(name)
            raise

    def address(self, source: str, member: str) -> str | None:
        """Return an address of a source's file that other programs can open; None inside an archive.

        Raises:
            SourceError: the source is not open, or has no such member.

        """
        origin, found = self._find(source, member)
        return origin.uri(found)

    def _find(self, source: str, member: str) -> "tuple[Source, Member]":
        try:
            origin = self.sources[source]
        except KeyError:
            raise SourceError(f"{member}: the export that holds it is not at hand") from None
        return origin, origin.find(member)

    def _drop(self, name: str) -> None:  # noqa: B027 - a document has no parts that could be removed
        """Remove a file that could only be written in part."""

    @abstractmethod
    def commit(self) -> None:
        """Move what was written to its final place."""

    @abstractmethod
    def discard(self) -> None:
        """Remove what was written."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.discard()
            return
        try:
            self.commit()
        except OSError as failure:
            self.discard()
            raise self._refused("", "the result cannot be put in its place", failure) from failure
        except BaseException:
            self.discard()
            raise


class MemoryTarget(Target):
    """Keeps everything in memory; for tests and for callers that want bytes.

    Attributes:
        files: content by name.

    """

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, bytes] = {}

    def open(self, name: str = "") -> BinaryIO:
        """Open a buffer whose content is kept when it is closed."""
        files = self.files

        class Buffer(io.BytesIO):
            def close(self) -> None:
                if not self.closed:
                    files[name] = self.getvalue()
                super().close()

        return Buffer()

    def _drop(self, name: str) -> None:
        self.files.pop(name, None)

    def commit(self) -> None:
        """Nothing to move."""

    def discard(self) -> None:
        """Forget everything."""
        self.files.clear()


class StreamTarget(Target):
    """Writes one document to a binary stream such as standard output."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        super().__init__()
        self._stream = stream or sys.stdout.buffer

    def open(self, name: str = "") -> BinaryIO:
        """Open the stream; closing it only flushes."""
        if name:
            raise ExportError("a folder cannot be written to standard output; give -o a path")
        return _Unclosing(self._stream)

    def _where(self, name: str) -> str:
        del name
        return "standard output"

    def commit(self) -> None:
        """Nothing to move."""
        self._stream.flush()

    def discard(self) -> None:
        """Leave what went out: it cannot be taken back."""


class _Unclosing(io.BufferedIOBase, BinaryIO):
    """Passes writes on and leaves the stream open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return self._stream.write(data)


class PathTarget(Target):
    """What one file and a folder of files have in common: a twin beside the final place.

    Attributes:
        path: the final place, as given.

    """

    def __init__(self, path: Path, *, overwrite: bool = False, option: str = "-o") -> None:
        """Make sure that the place is free.

        Args:
            path: the final place.
            overwrite: whether an older result may be replaced.
            option: the flag that names another place, for error messages.

        """
        super().__init__()
        self.path = path
        # "." and ".." have no name that a twin could be moved to, and say little in an error message
        self._place = path.resolve() if path.name in ("", "..") else path.absolute()
        self._overwrite = overwrite
        self._advice = f"choose another place with {option}"
        self._partial: Path | None = None
        self._parents: list[Path] = []
        try:
            self._check_free()
        except OSError as error:
            raise self._refused("", "cannot be written", error) from error

    def _check_free(self) -> None:
        """Raise unless nothing is at the final place, or something that may be replaced."""
        with suppress(FileNotFoundError, NotADirectoryError):
            self._place.lstat()
            if not self._overwrite:
                raise TargetExistsError(
                    f"{self.path}: exists already; add --overwrite to replace it, or {self._advice}"
                )

    def _where(self, name: str) -> str:
        return str(self._place / name)

    def _refused(self, name: str, what: str, error: OSError) -> ExportError:
        return ExportError(f"{super()._refused(name, what, error)}; {self._advice}")

    def _make_parent(self) -> None:
        parent = self._place.parent
        self._parents = [folder for folder in (parent, *parent.parents) if not folder.exists()]
        parent.mkdir(parents=True, exist_ok=True)
        if not os.access(parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def _remove_parents(self) -> None:
        """Remove the folders that were made on the way to the final place, where they are empty."""
        with suppress(OSError):
            for folder in self._parents:
                folder.rmdir()


class FileTarget(PathTarget):
    """One file."""

    def _check_free(self) -> None:
        super()._check_free()
        if self._place.is_dir():
            raise TargetExistsError(f"{self.path}: is a folder; {self._advice}")

    def open(self, name: str = "") -> BinaryIO:
        """Open the file's temporary twin."""
        if name:
            raise ExportError(f"{self.path}: is one file and cannot hold {name}")
        self._make_parent()
        handle, partial = tempfile.mkstemp(prefix=_PARTIAL, dir=self._place.parent)
        self._partial = Path(partial)
        return os.fdopen(handle, "wb")

    def commit(self) -> None:
        """Move the twin to the file's name."""
        if self._partial is not None:
            self._check_free()
            self._partial.replace(self._place)
            self._partial = None

    def discard(self) -> None:
        """Remove the twin."""
        if self._partial is not None:
            self._partial.unlink(missing_ok=True)
        self._remove_parents()


class FolderTarget(PathTarget):
    """A folder of files."""

    def _check_free(self) -> None:
        if not self._place.is_symlink() and self._place.is_dir():
            self._check_folder()
            return
        super()._check_free()
        if os.path.lexists(self._place):
            raise TargetExistsError(f"{self.path}: is no folder; {self._advice}")

    def _check_folder(self) -> None:
        """Raise unless a folder is empty, or of ours and without changes that would get lost."""
        if any(self._place.iterdir()):
            super()._check_free()
            if not (self._place / MARKER).exists():
                raise TargetExistsError(
                    f"{self.path}: was not written by wamigrate and is not replaced; {self._advice}"
                )
        if self._place == Path.cwd():
            raise TargetExistsError(f"{self._place}: is the current folder; name one inside it with -o")
        for name, digest in (_listed(self._place) or {}).items():
            path = self._place / name
            if os.path.lexists(path) and (path.is_symlink() or not path.is_file() or _digest(path) != digest):
                raise TargetExistsError(
                    f"{path}: was changed after wamigrate wrote it and is not replaced; move it away, or "
                    f"{self._advice}"
                )

    def open(self, name: str = "") -> BinaryIO:
        """Open a file below the folder's temporary twin."""
        inside = self._inside(name)
        path = self._root() / inside
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(path, flags, 0o600), "wb")

    def _inside(self, name: str) -> PurePosixPath:
        path = PurePosixPath(name)
        if not path.parts or ".." in path.parts or path.is_absolute() or "\n" in name:
            raise ExportError(f"{name!r}: is no file name inside {self.path}")
        return path

    def _root(self) -> Path:
        if self._partial is None:
            self._make_parent()
            self._partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=self._place.parent))
        return self._partial

    def _drop(self, name: str) -> None:
        (self._root() / self._inside(name)).unlink(missing_ok=True)

    def commit(self) -> None:
        """Move the twin to the folder's name; an older result is removed once the new one is there."""
        if self._partial is None:
            return
        self._check_free()
        lines = [f"{_digest(self._partial / name)}  {name}\n" for name in sorted(_names(self._partial))]
        with self.open(MARKER) as stream:
            stream.write("".join(lines).encode("utf-8", "surrogateescape"))
        if self._place.exists():
            self._replace_older(self._partial)
        else:
            self._partial.replace(self._place)
        self._partial = None

    def _replace_older(self, newer: Path) -> None:
        shelter = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=self._place.parent))
        older = shelter / "older"
        try:
            self._place.replace(older)
            self._keep_foreign(older, newer)
            newer.replace(self._place)
        except BaseException:
            if older.exists():
                older.replace(self._place)
            shelter.rmdir()
            raise
        shutil.rmtree(shelter)

    def _keep_foreign(self, older: Path, newer: Path) -> None:
        """Put what others left in the older folder into the new one as well."""
        listed = _listed(older)
        for name in _names(older):
            if name == MARKER or (listed is not None and name in listed):
                continue
            kept = newer / name
            if not os.path.lexists(kept):
                with suppress(FileExistsError, NotADirectoryError):
                    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    _link(older / name, kept)
                    continue
            elif listed is None and kept.is_file():
                continue
            raise TargetExistsError(
                f"{self._place / name}: was not written by wamigrate and is in the way; move it away, or "
                f"{self._advice}"
            )

    def discard(self) -> None:
        """Remove the twin."""
        if self._partial is not None:
            with suppress(OSError):
                shutil.rmtree(self._partial)
        self._remove_parents()


def _names(folder: Path) -> Iterator[str]:
    """Yield the paths of all files and links below a folder, with ``/``."""

    def fail(error: OSError) -> None:
        raise error

    for parent, folders, files in os.walk(folder, onerror=fail):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in (*files, *links):
            yield Path(parent, name).relative_to(folder).as_posix()


def _listed(folder: Path) -> dict[str, str] | None:
    """Return the SHA-256 of each file that was written into a folder of ours; None where that is unknown."""
    try:
        text = (folder / MARKER).read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return {}
    return {name: digest for digest, name in _LISTED.findall(text)} if text else None


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _link(path: Path, new: Path) -> None:
    """Give a file a second name; a copy where the disk has no hard links."""
    try:
        os.link(path, new, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(path, new, follow_symlinks=False)
