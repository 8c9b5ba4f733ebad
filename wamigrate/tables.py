"""The tables that ship with the package: words, names, destinations, as TOML beside the modules."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_table(name: str) -> dict[str, Any]:
    """Read a table of the package, once per process.

    The result is shared between all callers: take from it, never change it.

    Args:
        name: file name inside the package, with its suffix.

    Raises:
        FileNotFoundError: there is no such table.

    >>> read_table("dialects.toml")["media_types"]["webp"]
    'image/webp'

    """
    return tomllib.loads((files("wamigrate") / name).read_text(encoding="utf-8"))
