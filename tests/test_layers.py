"""Who may know whom: the core knows no format, formats know the core, and nobody touches the world."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

import wamigrate
from wamigrate.formats import Group, find_exporter, find_parser, names

CORE: Final = Path(inspect.getfile(wamigrate)).parent
GROUPS: Final[tuple[Group, ...]] = ("parsers", "exporters")
WORLD: Final = frozenset(
    {
        "asyncio",
        "glob",
        "http",
        "locale",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "requests",
        "shutil",
        "socket",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    }
)
"""Modules that reach the disk, the network, the clock, the locale, chance or the terminal."""
SPEAKING: Final = frozenset({"print", "input", "open", "exec", "eval", "breakpoint", "globals", "__import__"})
EMPTY: Final = frozenset({"{}", "[]", "set()", "dict()", "list()"})
"""What is only there to be filled."""
TELLING_THE_TIME: Final = frozenset({"now", "utcnow", "today"})


class Source(NamedTuple):
    """A module's source."""

    path: Path
    tree: ast.Module

    @property
    def imports(self) -> Iterator[str]:
        """What it imports, relative names with their dots."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield f"{'.' * node.level}{node.module or ''}"
                yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def _format_folder(group: Group) -> Path:
    format_ = find_parser("json") if group == "parsers" else find_exporter("json")
    return Path(inspect.getfile(type(format_))).parent


def _read(path: Path) -> Source:
    return Source(path, ast.parse(path.read_text(encoding="utf-8")))


FORMATS: Final = [_read(path) for group in GROUPS for path in sorted(_format_folder(group).glob("*.py"))]
CORE_MODULES: Final = [_read(path) for path in sorted(CORE.glob("*.py"))]


def _name(source: Source) -> str:
    return f"{source.path.parent.name}/{source.path.name}"


def _docstrings(tree: ast.Module) -> set[int]:
    """Identify the strings that stand alone, which explain and are never used."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


@pytest.mark.parametrize("source", [*CORE_MODULES, *FORMATS], ids=_name)
def test_no_code_spells_the_packages_of_the_formats(source: Source) -> None:
    spelt = {f"wamigrate.{group}" for group in GROUPS}
    explained = _docstrings(source.tree)
    found = [name for name in source.imports if any(name.startswith(package) for package in spelt)]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
            found += [package for package in spelt if package in node.value]
        if isinstance(node, ast.Attribute):
            found += [package for package in spelt if ast.unparse(node) == package]
    assert not found


@pytest.mark.parametrize("source", CORE_MODULES, ids=_name)
def test_the_core_imports_no_format(source: Source) -> None:
    formats = {*GROUPS, *(f"{group}.{name}" for group in GROUPS for name in names(group))}
    for name in source.imports:
        assert name.lstrip(".").removeprefix("wamigrate.") not in formats


@pytest.mark.parametrize("source", CORE_MODULES, ids=_name)
def test_typer_and_rich_stay_at_the_surface(source: Source) -> None:
    surface = {"render": {"rich"}, "progress": {"rich"}}.get(source.path.stem, set())
    if source.path.stem.startswith("cli"):
        surface = {"typer"}
    found = {name.partition(".")[0] for name in source.imports} & {"typer", "rich", "click"}
    assert found <= surface


@pytest.mark.parametrize("source", FORMATS, ids=_name)
def test_a_format_imports_the_core_absolutely_and_siblings_relatively(source: Source) -> None:
    siblings = {path.stem for path in source.path.parent.glob("_*.py")} - {"__init__"}
    for name in source.imports:
        assert name.partition(".")[0] not in {*GROUPS, "tests", "tools", "benchmarks"}
        if name.startswith("."):
            sibling = name.lstrip(".").partition(".")[0]
            assert sibling in siblings | {""}, "formats never import each other, only a module with _"


@pytest.mark.parametrize("source", FORMATS, ids=_name)
def test_a_format_touches_neither_disk_nor_network_nor_clock_nor_terminal(source: Source) -> None:
    assert {name.partition(".")[0] for name in source.imports}.isdisjoint(WORLD)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in SPEAKING, f"line {node.lineno}"
        if isinstance(node, ast.Attribute):
            assert node.attr not in TELLING_THE_TIME, f"line {node.lineno}"


@pytest.mark.parametrize("source", FORMATS, ids=_name)
def test_a_format_holds_no_state(source: Source) -> None:
    for node in ast.walk(source.tree):
        assert not isinstance(node, ast.Global | ast.Nonlocal), f"line {node.lineno}"
    for statement in source.tree.body:
        assert not isinstance(statement, ast.Assign | ast.AugAssign), f"line {statement.lineno}: annotate it"
        if isinstance(statement, ast.AnnAssign):
            assert ast.unparse(statement.annotation).startswith("Final"), f"line {statement.lineno}"
            assert ast.unparse(statement.value or statement) not in EMPTY, f"line {statement.lineno}"
    assert {"functools.cache", "functools.lru_cache"}.isdisjoint(source.imports)


@pytest.mark.parametrize("group", GROUPS)
def test_every_format_is_one_flat_module(group: Group) -> None:
    folder = _format_folder(group)
    assert not [path.name for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert names(group) == sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def test_the_check_for_spelling_finds_what_it_forbids() -> None:
    tree = ast.parse("from wamigrate.parsers import json\nx = import_module('wamigrate.exporters.json')\n")
    bad = Source(Path("bad.py"), tree)
    with pytest.raises(AssertionError):
        test_no_code_spells_the_packages_of_the_formats(bad)


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (test_a_format_touches_neither_disk_nor_network_nor_clock_nor_terminal, "import os.path\n"),
        (test_a_format_touches_neither_disk_nor_network_nor_clock_nor_terminal, "print(1)\n"),
        (test_a_format_touches_neither_disk_nor_network_nor_clock_nor_terminal, "x = datetime.now()\n"),
        (test_a_format_holds_no_state, "cache = {}\n"),
        (test_a_format_holds_no_state, "seen: list[str] = []\n"),
        (test_a_format_holds_no_state, "seen: Final[list[str]] = []\n"),
        (test_a_format_holds_no_state, "from functools import cache\n"),
        (test_a_format_imports_the_core_absolutely_and_siblings_relatively, "from .json import parser\n"),
        (test_the_core_imports_no_format, "from parsers import json\n"),
        (test_typer_and_rich_stay_at_the_surface, "import rich.table\n"),
    ],
)
def test_the_checks_find_what_they_forbid(check: object, code: str) -> None:
    assert callable(check)
    with pytest.raises(AssertionError):
        check(Source(_format_folder("parsers") / "made_up.py", ast.parse(code)))


def test_the_world_that_formats_may_not_touch_is_real() -> None:
    standard = WORLD - {"requests"}
    assert all(importlib.import_module(name) for name in standard)
