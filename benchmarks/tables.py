"""Tables that stand beside the modules."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_table(name: str) -> dict[str, Any]:
    """Return a TOML file of this package.

    >>> sorted(read_table("peers.toml"))
    ['commands', 'readers']
    """
    return tomllib.loads(files("benchmarks").joinpath(name).read_text(encoding="utf-8"))
