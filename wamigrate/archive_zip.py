"""A ZIP archive as a target inside another target: the same files give the same bytes, wherever it goes.

Every member has the same date and the same permissions. What is written into a member is collected first
(in memory while it is small, else in a nameless temporary file beside the result), because only then its
size is known: the archive then needs no data descriptors, which some programs do not read, and 64-bit
fields only for files of about two gigabytes and more (APPNOTE.TXT 6.3.10, sections 4.3.9 and 4.5.3).
"""

import io
import shutil
import tempfile
import zipfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Final

from wamigrate.target import PathTarget, Target

_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The first that a ZIP archive can hold: what tells no time to nobody."""
_UNIX: Final = 3
"""Number of the system whose permissions follow (APPNOTE.TXT, section 4.4.2.2)."""
_PRIVATE_FILE: Final = 0o100600 << 16
_IN_MEMORY: Final = 4 << 20
_CHUNK: Final = 1 << 20
_LEVEL: Final = 6
_PACKED: Final = frozenset((
    *("avif", "gif", "heic", "heif", "jpeg", "jpg", "png", "webp"),
    *("aac", "m4a", "m4v", "mov", "mp3", "mp4", "ogg", "opus", "webm"),
    *("7z", "docx", "gz", "odt", "pptx", "xlsx", "zip"),
))  # fmt: skip
"""Suffixes of files that are compressed already."""


class ZipTarget(Target):
    """A ZIP archive inside the one document of another target; use :func:`zip_target`.

    Its members stand in the order in which they were finished.
    """

    def __init__(self, archive: zipfile.ZipFile, folder: Path | None = None) -> None:
        """Write to an open archive.

        Args:
            archive: open for writing.
            folder: for temporary files; None: where the system keeps such.

        """
        super().__init__()
        self._archive = archive
        self._folder = folder
        self._last: tuple[str, IO[bytes]] | None = None

    def open(self, name: str = "") -> BinaryIO:
        """Open a member; several may be open at once."""
        self._flush()
        return _Member(self, name, self._folder)

    def finish(self, name: str, content: IO[bytes]) -> None:
        """Take the whole content of a member; it can be dropped until the next one is opened."""
        self._flush()
        self._last = (name, content)

    def commit(self) -> None:
        """Write what is left; the archive is closed by whoever opened it."""
        self._flush()

    def discard(self) -> None:
        """Forget what is left."""
        if self._last is not None:
            self._last[1].close()
            self._last = None

    def _drop(self, name: str) -> None:
        if self._last is not None and self._last[0] == name:
            self.discard()

    def _flush(self) -> None:
        if self._last is None:
            return
        (name, content), self._last = self._last, None
        info = zipfile.ZipInfo(name, _DATE)
        info.create_system = _UNIX
        info.external_attr = _PRIVATE_FILE
        packed = name.rpartition(".")[2].lower() in _PACKED
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        info.file_size = content.tell()
        content.seek(0)
        with content, self._archive.open(info, "w") as member:
            shutil.copyfileobj(content, member, _CHUNK)


@contextmanager
def zip_target(target: Target) -> Generator[ZipTarget, None, None]:
    """Write a ZIP archive as the one document of a target.

    Args:
        target: a document; its sources can be copied from.

    Raises:
        ExportError: it cannot be written.

    """
    with ExitStack() as stack:
        document = stack.enter_context(target.writing())
        folder = target.path.absolute().parent if isinstance(target, PathTarget) else None
        place: IO[bytes] = document
        if not document.seekable():
            place = stack.enter_context(tempfile.TemporaryFile(dir=folder))
        with (
            zipfile.ZipFile(place, "w", compresslevel=_LEVEL) as archive,
            ZipTarget(archive, folder) as inner,
        ):
            inner.sources = target.sources
            yield inner
        if place is not document:
            place.seek(0)
            shutil.copyfileobj(place, document, _CHUNK)


class _Member(io.BufferedIOBase, BinaryIO):
    """Collects a member and hands it over when it is closed."""

    def __init__(self, target: ZipTarget, name: str, folder: Path | None) -> None:
        self._target = target
        self._name = name
        self._content = tempfile.SpooledTemporaryFile[bytes](
            _IN_MEMORY, dir=None if folder is None else str(folder)
        )

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # nobody writes anything but bytes
        return self._content.write(data)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._target.finish(self._name, self._content)
