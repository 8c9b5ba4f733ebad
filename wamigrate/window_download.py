"""Results on their way to the browser: a file as it is, a folder as a ZIP archive, packed meanwhile."""

import io
import mimetypes
import zipfile
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from wamigrate.target import MARKER

_CHUNK: Final = 1 << 18
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_PRIVATE_FILE: Final = 0o100600 << 16


def download(path: Path) -> Response:
    """Answer with a result."""
    if path.is_dir():
        headers = {"Content-Disposition": disposition(f"{path.name}.zip")}
        return StreamingResponse(pack(path), media_type="application/zip", headers=headers)
    headers = {"Content-Disposition": disposition(path.name)}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


class Kept(Response):
    """An answer during which what it is made of is kept."""

    def __init__(self, kept: AbstractAsyncContextManager[Response]) -> None:
        super().__init__()
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        async with self._kept as answer:
            await answer(scope, receive, send)


def disposition(name: str) -> str:
    r"""Return a header that makes a browser store what it gets under a name (RFC 6266, RFC 8187).

    >>> disposition('Grüße "an" alle.zip')
    'attachment; filename="Gr__e _an_ alle.zip"; filename*=UTF-8\'\'Gr%C3%BC%C3%9Fe%20%22an%22%20alle.zip'
    """
    plain = "".join(
        char if char.isascii() and char.isprintable() and char not in '"\\%/' else "_" for char in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


def pack(folder: Path) -> Iterator[bytes]:
    """Pack a folder, and yield the archive piece by piece, as it is made."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MARKER):
            info = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", _DATE)
            info.external_attr = _PRIVATE_FILE
            info.compress_type = zipfile.ZIP_STORED if _is_packed(path.name) else zipfile.ZIP_DEFLATED
            info.file_size = path.stat().st_size
            with path.open("rb") as stream, archive.open(info, "w") as member:
                while piece := stream.read(_CHUNK):
                    member.write(piece)
                    yield from pipe.taken()
            yield from pipe.taken()
    yield from pipe.taken()


def _is_packed(name: str) -> bool:
    """Tell whether a file is compressed already, as media are."""
    kind = mimetypes.guess_type(name)[0] or ""
    return kind.startswith(("image/", "audio/", "video/")) or kind == "application/zip"


class _Pipe(io.RawIOBase):
    """Holds what was written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces = bytearray()

    def write(self, data: bytes) -> int:  # type: ignore[override]  # nobody writes anything but bytes
        self._pieces += data
        return len(data)

    def taken(self) -> Iterator[bytes]:
        if self._pieces:
            yield bytes(self._pieces)
            self._pieces.clear()
