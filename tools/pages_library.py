"""The page about the library: signatures, docstrings and fields of what ``wamigrate`` offers."""

import ast
import inspect
import re
from collections.abc import Callable, Container, Iterator
from types import FunctionType
from typing import Final

import wamigrate
from wamigrate import settings

_FUNCTIONS: Final = (
    "read",
    "merge",
    "write",
    "convert",
    "convert_many",
    "inspect",
    "stats",
    "migrate",
    "verify",
    "import_directly",
)
_RECORDS: Final = ("Result", "Outcome", "Inspection", "Migration", "Verification", "DirectImport")
_LOOKUPS: Final = (
    "find_parsers",
    "find_exporters",
    "find_parser",
    "find_exporter",
    "list_destinations",
    "find_destination",
)
_ITEM: Final = re.compile(r"^    (\w+): (.*(?:\n        .*)*)", re.MULTILINE)
_HEADING: Final = re.compile(r"^(Args|Returns|Raises|Attributes):\n((?:    .*\n|\n)*)", re.MULTILINE)


def library_page() -> str:
    """Return the page."""
    return "".join(_parts())


def _parts() -> Iterator[str]:
    yield f"# Library\n\n{docstring(inspect.getdoc(wamigrate) or '')}\n\n"
    yield "All of it is typed (`py.typed`). The records of an `Archive` are described in the "
    yield "[schema](schema.md), the errors under [exit codes](exit-codes.md).\n\n"
    for name in _FUNCTIONS:
        yield from _function(name)
    yield "## Settings\n\nKeyword arguments of all functions that read exports.\n\n"
    yield from _fields(settings.Settings, frozenset(settings.ReadOptions.__annotations__))
    for name in _RECORDS:
        class_: type = getattr(wamigrate, name)
        yield f"## {name}\n\n{docstring(inspect.getdoc(class_) or '')}\n\n"
        yield from _fields(class_)
    yield "## Formats\n\nFormats of installed plug-ins are found too.\n\n"
    for name in _LOOKUPS:
        yield from _function(name, level=3)


def _function(name: str, level: int = 2) -> Iterator[str]:
    function: Callable[..., object] = inspect.unwrap(getattr(wamigrate, name))
    assert isinstance(function, FunctionType)
    yield f"{'#' * level} {name}\n\n```python\n{_signature(function)}\n```\n\n"
    yield f"{docstring(inspect.getdoc(function) or '')}\n\n"


def _signature(function: FunctionType) -> str:
    """Return a function's signature as it is written in its module."""
    definition = ast.parse(inspect.getsource(function)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    arguments = ast.unparse(definition.args).replace("Path_", "str | Path")
    returns = ast.unparse(definition.returns) if definition.returns else "None"
    line = f"{definition.name}({arguments}) -> {returns}"
    if len(line) <= 100:  # noqa: PLR2004 - what a page shows without scrolling
        return line
    broken = re.sub(r", (?![^\[]*\])", ",\n    ", arguments)
    return f"{definition.name}(\n    {broken},\n) -> {returns}"


def _fields(class_: type, wanted: Container[str] | None = None) -> Iterator[str]:
    """Yield a table of a class's fields and properties, all of them or those that are wanted."""
    yield "| name | type | meaning |\n|---|---|---|\n"
    tree = ast.parse(inspect.getsource(class_)).body[0]
    assert isinstance(tree, ast.ClassDef)
    for field, text in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign):
            name = ast.unparse(field.target)
            if wanted is None or name in wanted:
                yield _row(name, ast.unparse(field.annotation), _constant(text))
        elif wanted is None and isinstance(field, ast.FunctionDef) and field.decorator_list and field.returns:
            yield _row(field.name, ast.unparse(field.returns), ast.get_docstring(field) or "")
    yield "\n"


def _constant(statement: ast.stmt | None) -> str:
    """Return the docstring that a statement is, or nothing."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    return ""


def _row(name: str, type_: str, meaning: str) -> str:
    cell = type_.replace("|", "\\|")
    return f"| `{name}` | `{cell}` | {docstring(' '.join(meaning.split()))} |\n"


def docstring(text: str) -> str:
    """Turn a docstring into Markdown: headed lists, ``code``, roles, literal blocks."""
    text = _HEADING.sub(_list, text + "\n")
    text = re.sub(r"^(.*):\n\n((?:    .*\n|\n)+)", _literal, text, flags=re.MULTILINE)
    return inline(text).strip()


def inline(text: str) -> str:
    """Turn ``code`` and roles such as :class:`this` into Markdown.

    >>> inline("see :class:`~wamigrate.model.Note`, ``a``")
    'see `wamigrate.model.Note`, `a`'
    """
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text)
    return re.sub(r"``(.+?)``", r"`\1`", text)


def _list(section: re.Match[str]) -> str:
    items = (f"* `{name}`: {' '.join(words.split())}" for name, words in _ITEM.findall(section[2]))
    lines = "\n".join(items) or " ".join(section[2].split())
    return f"**{section[1].replace('Args', 'Arguments')}**\n\n{lines}\n\n"


def _literal(block: re.Match[str]) -> str:
    """Turn what follows ``::`` into a fence."""
    if not block[1].endswith(":"):
        return block[0]
    return f"{block[1]}\n\n```python\n{inspect.cleandoc(block[2])}\n```\n\n"
