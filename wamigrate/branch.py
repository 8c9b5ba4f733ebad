"""A place inside another target, for an exporter that is to write one part of a larger result."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from wamigrate.target import Target

if TYPE_CHECKING:
    from wamigrate.source import Source


class Branch(Target):
    """A file or folder inside a target; the target alone decides whether anything appears.

    Attributes:
        sizes: bytes written, by path inside the outer target.

    """

    def __init__(self, outer: Target, path: str) -> None:
        """Write below a path.

        Args:
            outer: the larger target; what it can copy from, the branch can, too.
            path: of the file, for an exporter that writes one document; else of the folder.

        """
        super().__init__()
        self.sources: Mapping[str, Source] = outer.sources
        self.sizes: dict[str, int] = {}
        self._outer = outer
        self._path = path

    def open(self, name: str = "") -> BinaryIO:
        """Open a file; its size is known when it is closed."""
        place = self._place(name)
        self.sizes[place] = 0

        def finished(size: int) -> None:
            self.sizes[place] = size

        return _Measured(self._outer.open(place), finished)

    def scratch(self) -> Path | None:
        """Return the outer target's."""
        return self._outer.scratch()

    def remove(self) -> None:
        """Remove everything that was written."""
        for place in self.sizes:
            self._outer._drop(place)  # noqa: SLF001 - a target, too
        self.sizes.clear()

    def _place(self, name: str) -> str:
        return f"{self._path}/{name}" if name else self._path

    def _where(self, name: str) -> str:
        return self._outer._where(self._place(name))  # noqa: SLF001 - a target, too

    def _drop(self, name: str) -> None:
        place = self._place(name)
        self.sizes.pop(place, None)
        self._outer._drop(place)  # noqa: SLF001 - a target, too

    def commit(self) -> None:
        """Leave that to the outer target."""

    def discard(self) -> None:
        """Leave that to the outer target."""


class _Measured(io.BufferedIOBase, BinaryIO):
    """Passes everything on and tells how large the file has become."""

    def __init__(self, stream: BinaryIO, finished: Callable[[int], None]) -> None:
        self._stream = stream
        self._finished = finished

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def write(self, data: bytes) -> int:  # type: ignore[override]  # nobody writes anything but bytes
        return self._stream.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def flush(self) -> None:
        self._stream.flush()

    def close(self) -> None:
        if self.closed:
            return
        try:
            super().close()
            self._finished(self._stream.seek(0, io.SEEK_END))
        finally:
            self._stream.close()
