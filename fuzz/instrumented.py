"""Counting what is reached: our modules get counters when they are imported, so nothing may come before."""

import io
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

_WITHOUT: Final = ("cli", "render", "web_server", "progress")
"""Modules of the terminal, which reads no chat."""


def instrument() -> None:
    """Import every module of the core and every format so that what is reached in it is counted."""
    atheris: Any = import_module("atheris")  # untyped, and only there where it is installed

    print("instrumenting …", file=sys.stderr)
    with redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["wamigrate"]):
        for name in _modules():
            with suppress(ImportError):
                import_module(name)


def _modules() -> Iterator[str]:
    package = find_spec("wamigrate")
    places = package.submodule_search_locations if package else None
    for module in pkgutil.walk_packages(places, "wamigrate."):
        if not module.name.partition(".")[2].startswith(_WITHOUT) and not module.name.endswith("__main__"):
            yield module.name
