"""What some of the supported versions of Python get wrong is not used."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import wamigrate
from wamigrate.formats import find_exporter, find_parser

FOLDERS: Final = [
    Path(inspect.getfile(part)).parent
    for part in (wamigrate, type(find_parser("json")), type(find_exporter("json")))
]
_SOURCES: Final = sorted(path for folder in FOLDERS for path in folder.glob("*.py"))
POSSESSIVE_GROUP: Final = re.compile(r"\)(?:[*+?]|\{\d*,?\d*\})\+")


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            value = node.value
            yield node.lineno, value if isinstance(value, str) else value.decode("latin-1")


@pytest.mark.parametrize("path", _SOURCES, ids=[path.name for path in _SOURCES])
def test_no_group_is_repeated_possessively(path: Path) -> None:
    """Python 3.11.0 to 3.11.4 fail to match it (CPython issue 106052); Debian 12 has 3.11.2."""
    found = [line for line, text in _texts(path) if "(?" in text and POSSESSIVE_GROUP.search(text)]
    assert not found, f"{path.name}, lines {found}: write the group so that it need not be possessive"
