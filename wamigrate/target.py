"""Where exporters write. A target appears whole or not at all.

Everything is written in a temporary folder beside the final place (:mod:`wamigrate.twin`), brought to the
disk, and moved to its place in one step. Where the place is a link, that is what it points to: the link
stays, as with ``cp``. Whenever a process is killed, or the power goes, the place holds
the older result or the complete new one, and the next run to it removes what was left.
Chats are private: what is written is readable by its owner alone, whatever had been there before.
"""

import io
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from wamigrate.durable import exchange, sync_file, sync_names, sync_tree
from wamigrate.errors import ExportError, SourceError, TargetExistsError
from wamigrate.folders import MARKER, ForeignError, checklist, digest, keep_foreign, listed, names_in
from wamigrate.linked import real_place
from wamigrate.twin import InUseError, LeftOverError, Twin, recover

if TYPE_CHECKING:
    from wamigrate.source import Member, Source

__all__ = ["MARKER", "FileTarget", "FolderTarget", "MemoryTarget", "PathTarget", "StreamTarget", "Target"]

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
            with origin.reading(found) as reader:
                self._take(reader, name)
        except SourceError:
            self._drop(name)
            raise

    def _take(self, reader: BinaryIO, name: str) -> None:
        """Write what a stream holds; what goes wrong with the stream stays an :class:`OSError`."""
        try:
            with self.writing(name) as writer:
                while chunk := _chunk(reader):
                    writer.write(chunk)
        except _SourceFailedError as failed:
            raise failed.error from None

    def scratch(self) -> Path | None:
        """Return a folder for temporary files, on the disk of the result; None for the system's own place.

        It is gone with everything in it once the target is closed, or after a kill with the next run.
        """
        return None

    def older(self) -> BinaryIO | None:
        """Open the document that the result replaces, for formats that bring it up to date; None without one.

        Raises:
            ExportError: it cannot be read.

        """
        return None

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
        """Make sure that the place is free; what a run left there that was killed is put in order first.

        Args:
            path: the final place.
            overwrite: whether an older result may be replaced.
            option: the flag that names another place, for error messages.

        """
        super().__init__()
        self.path = path
        self._advice = f"choose another place with {option}"
        self._place = real_place(path, self._advice)
        self._overwrite = overwrite
        self._twin: Twin | None = None
        self._parents: list[Path] = []
        try:
            with self._alone():
                recover(self._place)
            self._before = self._state()
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

    def _check_unchanged(self) -> None:
        """Raise if what was to be replaced is no more what was there at the beginning."""
        self._check_free()
        if self._state() != self._before:
            raise TargetExistsError(
                f"{self.path}: was written by another program meanwhile and is not replaced; run again, or "
                f"{self._advice}"
            )

    def _state(self) -> tuple[int, ...]:
        """Return what tells that something else is at the final place than before."""
        return _identity(self._place)

    @contextmanager
    def _alone(self) -> Generator[None, None, None]:
        """Say in words that somebody else writes to the same place."""
        try:
            yield
        except InUseError:
            raise ExportError(
                f"{self.path}: another run is writing to it; wait for its end, or {self._advice}"
            ) from None
        except LeftOverError as error:
            raise TargetExistsError(
                f"{error.args[0]}: is what {self.path} was before a run broke off; move it away, or "
                f"{self._advice}"
            ) from None

    def _where(self, name: str) -> str:
        return str(self._place / name)

    def _refused(self, name: str, what: str, error: OSError) -> ExportError:
        return ExportError(f"{super()._refused(name, what, error)}; {self._advice}")

    def scratch(self) -> Path:
        """Return the folder in which the result grows, too."""
        return self._growing().path

    def _growing(self) -> Twin:
        """Return the twin; make it with the folders above it where that is still to be done."""
        if self._twin is None:
            self._make_parent()
            with self._alone():
                self._twin = Twin(self._place)
        return self._twin

    def _make_parent(self) -> None:
        parent = self._place.parent
        self._parents = [folder for folder in (parent, *parent.parents) if not folder.exists()]
        for folder in reversed(self._parents):
            folder.mkdir(mode=0o700, exist_ok=True)
        parent.mkdir(exist_ok=True)  # says what is wrong where it is no folder

    def commit(self) -> None:
        """Move the twin's content to the final place, and remove what was there."""
        if self._twin is None:
            return
        self._finish(self._twin)
        sync_names(self._place.parent)
        with suppress(OSError):  # what cannot be removed now is tried again by the next run
            self._twin.remove()
        self._twin = None

    @abstractmethod
    def _finish(self, twin: Twin) -> None:
        """Move the result to its place."""

    def discard(self) -> None:
        """Remove the twin, and the folders that were made on the way to it, where they are empty."""
        with suppress(OSError):
            if self._twin is not None:
                self._twin.remove()
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
        return _create(self._growing().result)

    def older(self) -> BinaryIO | None:
        """Open the file that is replaced."""
        if not self._overwrite or not self._place.is_file():
            return None
        for suffix in ("-journal", "-wal"):
            left = self._place.with_name(self._place.name + suffix)
            if left.exists() and left.stat().st_size:
                raise ExportError(
                    f"{self.path}: another program is changing it, or ended while it did ({left.name} is "
                    f"there); open and close it once with that program, or {self._advice}"
                )
        try:
            return self._place.open("rb")
        except OSError as error:
            raise self._refused("", "cannot be read", error) from error

    def _finish(self, twin: Twin) -> None:
        if not twin.result.exists():
            return
        sync_file(twin.result)
        self._check_unchanged()
        if not self._overwrite:
            # unlike a rename, a second name never replaces what appeared a moment ago
            try:
                os.link(twin.result, self._place, follow_symlinks=False)
            except FileExistsError:
                self._check_free()
                raise
            except (OSError, NotImplementedError):
                pass  # this disk has no second names
            else:
                return
        twin.result.replace(self._place)


class FolderTarget(PathTarget):
    """A folder of files."""

    def _check_free(self) -> None:
        if self._place.is_dir():
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
        for name, expected in (listed(self._place) or {}).items():
            path = self._place / name
            if os.path.lexists(path) and not _is_file_of(path, expected):
                raise TargetExistsError(
                    f"{path}: was changed after wamigrate wrote it and is not replaced; move it away, or "
                    f"{self._advice}"
                )

    def _state(self) -> tuple[int, ...]:
        """Tell by the list of what we wrote; others may put files beside that at any time."""
        return (*_identity(self._place)[:2], *_identity(self._place / MARKER))

    def open(self, name: str = "") -> BinaryIO:
        """Open a file below the folder's temporary twin."""
        inside = self._inside(name)
        path = self._growing().result / inside
        try:
            return _create(path)
        except FileNotFoundError:  # nearly always its folder is there
            (self._root() / inside).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _create(path)

    def _inside(self, name: str) -> PurePosixPath:
        path = PurePosixPath(name)
        if not path.parts or ".." in path.parts or path.is_absolute() or "\n" in name:
            raise ExportError(f"{name!r}: is no file name inside {self.path}")
        return path

    def _root(self) -> Path:
        root = self._growing().result
        root.mkdir(mode=0o700, exist_ok=True)
        return root

    def _drop(self, name: str) -> None:
        inside = self._inside(name)
        (self._root() / inside).unlink(missing_ok=True)

    def _finish(self, twin: Twin) -> None:
        if not twin.result.exists():
            return
        with self.open(MARKER) as stream:
            stream.writelines(checklist(twin.result))
        self._check_unchanged()
        if self._place.exists():
            self._replace_older(twin)
        else:
            sync_tree(twin.result, list(names_in(twin.result)))
            twin.result.replace(self._place)

    def _replace_older(self, twin: Twin) -> None:
        """Let the new folder and the older one change places; what others left in it goes along."""
        kept = self._keep(self._place, twin.result)
        sync_tree(twin.result, list(names_in(twin.result)))
        if exchange(twin.result, self._place):
            try:
                self._keep(twin.result, self._place, kept)  # what came a moment ago
            except BaseException:
                exchange(twin.result, self._place)
                raise
            return
        # Whatever breaks this off: the end of the twin puts the older one back, unless the new one is there.
        self._place.replace(twin.older)
        self._keep(twin.older, twin.result, kept)
        twin.result.replace(self._place)

    def _keep(self, older: Path, newer: Path, kept: frozenset[str] = frozenset()) -> frozenset[str]:
        try:
            return keep_foreign(older, newer, kept)
        except ForeignError as error:
            raise TargetExistsError(
                f"{self._place / error.name}: was not written by wamigrate and is in the way; move it away, "
                f"or {self._advice}"
            ) from None


class _SourceFailedError(Exception):
    """Carries what went wrong with a source past those who look after the target."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error)
        self.error = error


def _chunk(reader: BinaryIO) -> bytes:
    try:
        return reader.read(_CHUNK)
    except OSError as error:
        raise _SourceFailedError(error) from None


def _identity(path: Path) -> tuple[int, ...]:
    """Return what tells a file from another of the same name; nothing where there is none."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _is_file_of(path: Path, expected: str) -> bool:
    return not path.is_symlink() and path.is_file() and digest(path) == expected


def _create(path: Path) -> BinaryIO:
    """Make a file for its owner alone."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")
