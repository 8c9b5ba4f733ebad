"""Where inputs are and results go: paths on this machine, and addresses on others."""

import hashlib
import os
import re
from pathlib import Path
from typing import Final, NewType
from urllib.parse import urlsplit

Url = NewType("Url", str)
"""An address that :mod:`fsspec` understands: ``s3://bucket/chats/a.zip``."""
Place = Path | Url

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_WEB: Final = ("http://", "https://")
_LOCAL: Final = ("file://", "local://")


def find_place(text: str) -> Place:
    """Tell an address from a path; ``file://`` is a path.

    >>> find_place("s3://bucket/a.zip")
    's3://bucket/a.zip'
    >>> find_place("file:///chats/a%20b%2520.zip").as_posix(), find_place("C:/a.zip").as_posix()
    ('/chats/a b%20.zip', 'C:/a.zip')
    """
    if text.lower().startswith(_LOCAL):
        from urllib.request import url2pathname  # noqa: PLC0415 - slow to import, and most places are paths

        return Path(url2pathname(urlsplit(text).path))
    return Url(text) if _URL.match(text) else Path(text)


def join(folder: Place, name: str) -> Place:
    """Return the place of a name in a folder.

    >>> join(Url("s3://bucket/out/"), "a.json")
    's3://bucket/out/a.json'
    """
    return folder / name if isinstance(folder, Path) else Url(f"{folder.rstrip('/')}/{name}")


def base_name(place: Place) -> str:
    """Return the last part of a place.

    >>> base_name(Url("s3://bucket/chats/a.zip")), base_name(Url("https://host/a.zip?signature=1"))
    ('a.zip', 'a.zip')
    """
    if isinstance(place, Path):
        return place.name
    bare = re.split("[?#]", place, maxsplit=1)[0] if place.lower().startswith(_WEB) else place
    return bare.rstrip("/").rpartition("/")[2]


def is_same_file(one: Path, other: Path) -> bool:
    """Tell whether two paths lead to one file that is there; names may differ in case, or be two of one file.

    >>> is_same_file(Path(), Path.cwd()), is_same_file(Path("nowhere"), Path("nowhere"))
    (True, False)
    """
    try:
        return one.samefile(other)
    except OSError:
        return False


def has_folder() -> bool:
    """Tell whether there is a current folder: another program may have removed it."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def identity(place: Place) -> str:
    """Return what a place is known by, whatever the current folder is."""
    return os.path.abspath(place) if isinstance(place, Path) else place  # noqa: PTH100 - links stay what they are


def blind_identity(*places: Place) -> str:
    """Return a digest of what places are known by: their names may hold a phone number or a signature."""
    return hashlib.sha256("\0".join(map(identity, places)).encode("utf-8", "surrogateescape")).hexdigest()
