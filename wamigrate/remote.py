"""Inputs and results that are elsewhere: object stores and other places that :mod:`fsspec` knows.

An input is fetched in chunks into a private temporary file. A result is written here first and then brought
to its place, so that nobody there ever sees half of it: a document in one step, a folder file by file with
its marker last. Credentials come from where each store's own tools look for them, and are never printed.
"""

import hashlib
import shutil
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO, Final, NoReturn, Protocol, cast
from urllib.parse import urlsplit

from wamigrate.errors import ExportError, OptionError, SourceError, TargetExistsError
from wamigrate.fingerprint import take_stamp
from wamigrate.folders import MARKER, listed, names_in
from wamigrate.places import Place, Url

_CHUNK: Final = 1 << 20
_IN_ONE_STEP: Final = frozenset({"s3", "s3a", "gs", "gcs", "memory", "abfs", "abfss", "az", "adl"})
"""Stores in which a file appears whole; elsewhere it gets its name after it was written."""
_EXPORTS: Final = (".zip", ".txt", ".json", ".html", ".htm")
"""What a folder elsewhere is searched for; looking into every file would mean to fetch it."""
_MAGIC: Final = ("*", "?", "[")
_PLAN: Final = ".wamigrate-plan"
"""Lists what is in a folder that is being written, and what will be, as its marker does afterwards."""


class _Store(Protocol):
    """What is used of ``fsspec.AbstractFileSystem``, which has no types."""

    def info(self, path: str) -> dict[str, Any]: ...
    def exists(self, path: str) -> bool: ...
    def isdir(self, path: str) -> bool: ...
    def find(self, path: str) -> list[str]: ...
    def glob(self, path: str) -> list[str]: ...
    def open(self, path: str, mode: str) -> BinaryIO: ...
    def put_file(self, lpath: str, rpath: str) -> None: ...
    def mv(self, path1: str, path2: str) -> None: ...
    def rm_file(self, path: str) -> None: ...
    def makedirs(self, path: str, exist_ok: bool) -> None: ...
    def ukey(self, path: str) -> str: ...
    def unstrip_protocol(self, name: str) -> str: ...
    def invalidate_cache(self) -> None: ...


def find_urls(url: Url, storage: Mapping[str, Any]) -> list[Place]:
    """Return the inputs that an address means: itself, what a pattern matches, the exports in a folder.

    Args:
        url: an address; ``s3://bucket/chats/*.zip`` is a pattern, ``s3://bucket/chats/`` a folder.
        storage: what :mod:`fsspec` is to know.

    Raises:
        OptionError: nobody knows such addresses.
        SourceError: the store cannot be reached, or lets nobody in.

    """
    store, path = _store(url, storage)
    with _asking(url, SourceError):
        store.invalidate_cache()  # what an earlier call in this process was told may have changed since
        if any(sign in path for sign in _MAGIC):
            found = [name for name in store.glob(path) if not store.isdir(name)]
        elif store.isdir(path):
            found = list(_exports(store, path))
        else:
            found = []
        return [Url(store.unstrip_protocol(name)) for name in sorted(found)] or [url]


def _exports(store: _Store, folder: str) -> Iterator[str]:
    """Yield what has the name of an export: nothing hidden, and nothing of our results."""
    names = store.find(folder)
    ours = tuple(name.removesuffix(MARKER) for name in names if name.endswith(f"/{MARKER}"))
    for name in names:
        parts = name.removeprefix(folder).split("/")
        hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
        if name.lower().endswith(_EXPORTS) and not hidden and not (ours and name.startswith(ours)):
            yield name


def fetch(url: Url, path: Path, storage: Mapping[str, Any]) -> Path:
    """Copy a file from elsewhere, chunk by chunk.

    Args:
        url: where it is.
        path: where it is to be.
        storage: what :mod:`fsspec` is to know.

    Raises:
        SourceError: it is not there, or cannot be read.

    """
    store, name = _store(url, storage)
    with _asking(url, SourceError), store.open(name, "rb") as source, path.open("xb") as copy:
        shutil.copyfileobj(source, copy, _CHUNK)
    return path


def exists(url: Place, storage: Mapping[str, Any]) -> bool:
    """Tell whether there is anything at an address.

    Raises:
        ExportError: the store cannot be asked.

    """
    store, name = _store(str(url), storage)
    with _asking(str(url), ExportError):
        store.invalidate_cache()
        return store.exists(name)


def stamp_of(places: Sequence[Place], storage: Mapping[str, Any]) -> str:
    """Return what tells whether files have changed, without reading them.

    Raises:
        SourceError: one is not there, or the store cannot be asked.

    """
    digest = hashlib.sha256()
    for place in places:
        if isinstance(place, Path):
            digest.update(take_stamp([place]).encode())
            continue
        store, name = _store(place, storage)
        with _asking(place, SourceError):
            store.invalidate_cache()
            for one in sorted(store.find(name)) if store.isdir(name) else [name]:
                digest.update(f"{one}\n{_version(store, one)}\n".encode())
    return digest.hexdigest()


def _version(store: Any, name: str) -> str:
    """Return what changes with a file; for web servers that tell nothing, something new each time."""
    protocols = (store.protocol,) if isinstance(store.protocol, str) else store.protocol
    if not {"http", "https"} & set(protocols):
        return str(store.ukey(name))
    info = store.info(name)
    told = [
        str(info[key]) for key in ("ETag", "etag", "mtime", "Last-Modified", "last_modified") if info.get(key)
    ]
    return "\n".join((*told, str(info.get("size")))) if told else token_hex()


class Upload:
    """A result on its way from here to elsewhere.

    Attributes:
        store: who keeps it there.

    """

    def __init__(
        self, url: Url, twin: Path, storage: Mapping[str, Any], *, overwrite: bool, free: bool
    ) -> None:
        """Make sure that it may go there.

        Args:
            url: where it is to be.
            twin: where it is written first, a file or a folder.
            storage: what :mod:`fsspec` is to know.
            overwrite: whether an older result may be replaced.
            free: whether nothing was there when the run began; see :class:`wamigrate.conversion.Output`.

        Raises:
            TargetExistsError: something is there and may not be replaced.
            ExportError: the store cannot be asked.

        """
        self._url = url
        self._twin = twin
        self._storage = storage
        self.store: Any
        self.store, name = _store(url, storage)
        self._name = name.rstrip("/")
        self._overwrite = overwrite
        self._free = free
        with _asking(url, ExportError):
            self._check(may_be_ours=free)

    def carry_out(self) -> str:
        """Bring it there; return its stamp.

        Raises:
            TargetExistsError: something else appeared there meanwhile.
            ExportError: it cannot be written.

        """
        with _asking(self._url, ExportError):
            # a worker that was killed may have brought it there, and could not say so any more
            if not (self._free and not self._overwrite and self._is_there()):
                self._check(may_be_ours=False)
                if self._twin.is_dir():
                    self._put_folder()
                else:
                    self._put(self._twin, self._name)
        return stamp_of([self._url], self._storage)

    def _check(self, *, may_be_ours: bool) -> None:
        """Raise where something is there that may not be replaced.

        Args:
            may_be_ours: whether to leave it for later to find out what it is.

        """
        self.store.invalidate_cache()
        if not self.store.exists(self._name):
            return
        if self.store.isdir(self._name):
            ours = self._ours()
            if not ours:
                raise TargetExistsError(
                    f"{self._url}: was not written by wamigrate and is not replaced; choose another place "
                    "with -o"
                )
            self._check_unchanged(ours)
            if not self._has(MARKER):
                return  # the beginning of a folder whose writer was killed
        if not self._overwrite and not may_be_ours:
            raise TargetExistsError(
                f"{self._url}: exists already; add --overwrite to replace it, or choose another place with -o"
            )

    def _check_unchanged(self, ours: Mapping[str, set[str]]) -> None:
        for name, digests in ours.items():
            if self._has(name) and self._digest(f"{self._name}/{name}") not in digests:
                raise TargetExistsError(
                    f"{self._url}/{name}: was changed after wamigrate wrote it and is not replaced; move it "
                    "away, or choose another place with -o"
                )

    def _has(self, name: str) -> bool:
        return bool(self.store.exists(f"{self._name}/{name}"))

    def _ours(self) -> dict[str, set[str]]:
        """Return the digests of what we wrote into a folder, or were about to, by name."""
        found: dict[str, set[str]] = {}
        for marker in (MARKER, _PLAN):
            if self._has(marker):
                with self.store.open(f"{self._name}/{marker}", "rb") as stream:
                    lines = stream.read().decode("utf-8", "surrogateescape").split("\n")
                for line in lines:
                    if line[64:66] == "  ":
                        found.setdefault(line[66:], set()).add(line[:64])
        return found

    def _is_there(self) -> bool:
        """Tell whether what is there is what would be written now, and all of it."""
        self.store.invalidate_cache()
        if not self.store.exists(self._name):
            return False
        if not self._twin.is_dir():
            return not self.store.isdir(self._name) and self._digest(self._name) == _digest(self._twin)
        mine = {**(listed(self._twin) or {}), MARKER: _digest(self._twin / MARKER)}
        return all(
            self._has(name) and self._digest(f"{self._name}/{name}") == digest
            for name, digest in mine.items()
        )

    def _put_folder(self) -> None:
        """Bring a folder there; without its marker it counts for nothing, and its plan says what is ours."""
        names = set(names_in(self._twin)) - {MARKER}
        older = self._ours()
        for name in sorted(names - set(older)):
            if self._has(name):
                raise TargetExistsError(
                    f"{self._url}/{name}: was not written by wamigrate and is in the way; move it away, "
                    "or choose another place with -o"
                )
        plan = self._twin.with_name(f"{self._twin.name}{_PLAN}")
        lines = [
            f"{digest}  {name}\n" for name, digests in sorted(older.items()) for digest in sorted(digests)
        ]
        plan.write_bytes(
            (self._twin / MARKER).read_bytes() + "".join(lines).encode("utf-8", "surrogateescape")
        )
        self._put(plan, f"{self._name}/{_PLAN}")
        self._remove([MARKER])
        for name in sorted(names):
            self._put(self._twin / name, f"{self._name}/{name}")
        self._remove(sorted(set(older) - names))
        self._put(self._twin / MARKER, f"{self._name}/{MARKER}")
        self._remove([_PLAN])

    def _remove(self, names: Iterable[str]) -> None:
        self.store.invalidate_cache()
        for name in names:
            if self._has(name):
                self.store.rm_file(f"{self._name}/{name}")

    def _put(self, path: Path, name: str) -> None:
        folder, _, last = name.rpartition("/")
        if self._url.partition("://")[0] in _IN_ONE_STEP:
            self.store.put_file(str(path), name)
            return
        self.store.makedirs(folder, exist_ok=True)
        partial = f"{folder}/.wamigrate-partial-{last}"
        self.store.put_file(str(path), partial)
        self.store.mv(partial, name)

    def _digest(self, name: str) -> str:
        digest = hashlib.sha256()
        with self.store.open(name, "rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _store(url: str, storage: Mapping[str, Any]) -> tuple[_Store, str]:
    """Return who keeps what is at an address, and its name there.

    Raises:
        OptionError: nobody knows such addresses, or what does is not installed.

    """
    if urlsplit(url).password:
        raise OptionError("an address holds a password; put it where the store's own tools take it from")
    try:
        store, name = import_module("fsspec.core").url_to_fs(url, **storage)
    except ImportError as error:
        missing = error.name or str(error)
        raise OptionError(
            f"{url}: needs {missing}, which is not installed; `pip install 'wamigrate[cluster]'` does that"
        ) from error
    except ValueError as error:
        raise OptionError(f"{url}: {error}") from error
    return cast("_Store", store), str(name)


@contextmanager
def _asking(url: str, kind: type[SourceError | ExportError]) -> Generator[None]:
    """Turn whatever goes wrong with a store into one line; the libraries of stores know no common error."""
    try:
        yield
    except (SourceError, ExportError, OptionError):
        raise
    except Exception as error:  # noqa: BLE001 - see above
        _refuse(url, kind, error)


def _refuse(url: str, kind: type[SourceError | ExportError], error: Exception) -> NoReturn:
    if isinstance(error, FileNotFoundError):
        words = "is not there"
    elif isinstance(error, PermissionError):
        words = "access is denied; see whether the credentials are set that the store's own tools take"
    else:
        words = f"cannot be reached or used ({type(error).__name__}: {' '.join(str(error).split())})"
    raise kind(f"{url}: {words}") from error
