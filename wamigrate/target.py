"""Where exporters write. A target appears whole or not at all.

Everything is written beside the final place under a temporary name and moved there in one step at the end.
Chats are private: what is written is readable by its owner alone.
"""

import io
import os
import shutil
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import BinaryIO, Final, Self

from wamigrate.errors import ExportError, TargetExistsError
from wamigrate.source import Source

MARKER: Final = ".wamigrate"
"""Empty file that tells a folder of ours, which ``--overwrite`` may replace, from any other."""
_CHUNK: Final = 1 << 20


class Target(ABC):
    """A place to write to; use as a context manager, which commits on success and cleans up on failure.

    Attributes:
        sources: opened sources by the ``id`` of their :class:`~wamigrate.model.SourceInfo`, to copy media from.

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
    def writing(self, name: str = "") -> Iterator[BinaryIO]:
        """Open a file of the target; what the system refuses becomes an :class:`ExportError`."""
        try:
            with self.open(name) as stream:
                yield stream
        except OSError as error:
            raise ExportError(f"{name or 'output'}: cannot be written ({error.strerror or error})") from error

    def copy(self, source: str, member: str, name: str) -> None:
        """Copy a file of a source into the target, in chunks.

        Args:
            source: id of the source.
            member: path inside the source.
            name: path inside the target.

        Raises:
            SourceError: the member cannot be read.

        """
        origin = self.sources[source]
        found = next(entry for entry in origin.members if entry.name == member)
        with origin.reading(found) as reader, self.writing(name) as writer:
            shutil.copyfileobj(reader, writer, _CHUNK)

    @abstractmethod
    def commit(self) -> None:
        """Move what was written to its final place."""

    @abstractmethod
    def discard(self) -> None:
        """Remove what was written."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self.discard()
            return
        try:
            self.commit()
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

    def commit(self) -> None:
        """Nothing to move."""
        self._stream.flush()

    def discard(self) -> None:
        """What went out cannot be taken back."""


class _Unclosing(io.BufferedIOBase, BinaryIO):
    """Passes writes on and leaves the stream open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return self._stream.write(data)


class FileTarget(Target):
    """One file."""

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        super().__init__()
        self.path = path
        self._overwrite = overwrite
        self._partial: Path | None = None
        _check_free(path, overwrite=overwrite)

    def open(self, name: str = "") -> BinaryIO:
        """Open the file's temporary twin."""
        if name:
            raise ExportError(f"{self.path}: is one file and cannot hold {name}")
        _make_parent(self.path)
        handle, partial = tempfile.mkstemp(prefix=f".{self.path.name}.", suffix=".partial", dir=self.path.parent)
        self._partial = Path(partial)
        return os.fdopen(handle, "wb")

    def commit(self) -> None:
        """Move the twin to the file's name."""
        if self._partial is not None:
            _check_free(self.path, overwrite=self._overwrite)
            self._partial.replace(self.path)
            self._partial = None

    def discard(self) -> None:
        """Remove the twin."""
        if self._partial is not None:
            self._partial.unlink(missing_ok=True)


class FolderTarget(Target):
    """A folder of files."""

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        super().__init__()
        self.path = path
        self._overwrite = overwrite
        self._partial: Path | None = None
        _check_free(path, overwrite=overwrite)
        if path.is_dir() and any(path.iterdir()) and not (path / MARKER).exists():
            raise TargetExistsError(f"{path}: was not written by wamigrate, so it is not replaced; "
                                    "choose another place with -o")

    def open(self, name: str = "") -> BinaryIO:
        """Open a file below the folder's temporary twin."""
        parts = PurePosixPath(name).parts
        if not parts or ".." in parts or PurePosixPath(name).is_absolute():
            raise ExportError(f"{name!r}: is no file name inside {self.path}")
        path = self._root().joinpath(*parts)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")

    def _root(self) -> Path:
        if self._partial is None:
            _make_parent(self.path)
            self._partial = Path(tempfile.mkdtemp(prefix=f".{self.path.name}.", suffix=".partial", dir=self.path.parent))
            (self._partial / MARKER).touch(mode=0o600)
        return self._partial

    def commit(self) -> None:
        """Move the twin to the folder's name; an older result is removed once the new one is there."""
        if self._partial is None:
            return
        _check_free(self.path, overwrite=self._overwrite)
        old = None
        if self.path.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{self.path.name}.", suffix=".old", dir=self.path.parent))
            self.path.replace(old)
        self._partial.replace(self.path)
        self._partial = None
        if old is not None:
            shutil.rmtree(old)

    def discard(self) -> None:
        """Remove the twin."""
        if self._partial is not None:
            with suppress(OSError):
                shutil.rmtree(self._partial)


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(path.parent, os.W_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        raise ExportError(f"{path.parent}: cannot be written ({error.strerror or error})") from error


def _check_free(path: Path, *, overwrite: bool) -> None:
    if os.path.lexists(path) and not overwrite:
        raise TargetExistsError(f"{path}: exists already; add --overwrite to replace it, or choose another place with -o")
