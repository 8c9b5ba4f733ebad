"""Measure the house style: lengths of functions and modules, and repetition between formats.

``python tools/house.py`` prints the numbers and exits with 1 if a limit is broken; given paths, it measures
these files and folders instead of the package. Branches are ruff's matter (C901).

A code line holds something that is neither a comment nor a docstring.
"""

import ast
import io
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Final, NamedTuple

from wamigrate.formats import find_exporters, find_parsers

FUNCTION: Final = 40
"""Code lines of the longest function allowed, its signature aside: that is a list of names and types."""
FUNCTION_P90: Final = 25
"""Code lines that nine of ten functions do not exceed."""
MODULE: Final = 350
"""Code lines of the longest module allowed."""
REPEATED: Final = 6
"""Code lines in a row that two formats may not share."""
_SILENT: Final = frozenset(
    (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
)


class Function(NamedTuple):
    """A function and how long it is."""

    where: str
    lines: int


class Module(NamedTuple):
    """A module, measured."""

    path: Path
    code: dict[int, str]
    """Code lines by their number, without blanks around."""
    functions: list[Function]
    body: list[int]
    """Numbers of the code lines that are no imports."""


def main(arguments: Sequence[str]) -> int:
    """Print the numbers; return the exit status."""
    paths = [Path(argument) for argument in arguments]
    modules = [measure(path) for path in files(paths or package_folders())]
    functions = [function for module in modules for function in module.functions]
    lengths = sorted(function.lines for function in functions)
    p90 = quantiles(lengths, n=10)[-1] if len(lengths) > 1 else float(sum(lengths))
    print(
        f"{len(modules)} modules, {sum(len(module.code) for module in modules):,} code lines, longest "
        f"{max((len(module.code) for module in modules), default=0)}; {len(functions)} functions, "
        f"p90 {p90:.0f}, longest {max(lengths, default=0)}"
    )
    broken = list(_broken(modules, p90))
    for words in broken:
        print(words, file=sys.stderr)
    return int(bool(broken))


def package_folders() -> set[Path]:
    """Return the folders of the core and of the formats, in a checkout or installed."""
    formats = (*find_parsers().values(), *find_exporters().values())
    modules = [sys.modules[type(format_).__module__] for format_ in formats]
    return {Path(module.__file__ or "").parent for module in (*modules, sys.modules["wamigrate"])}


def files(paths: Iterable[Path]) -> list[Path]:
    """Return the modules among files and in folders."""
    found = {file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))}
    return sorted(found)


def measure(path: Path) -> Module:
    """Measure a module."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    code = _code_lines(source, tree)
    functions = [
        Function(
            f"{path}:{node.lineno}: {node.name}",
            sum(node.body[0].lineno <= line <= (node.end_lineno or node.lineno) for line in code),
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    imports = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return Module(path, code, functions, [line for line in code if line not in imports])


def _code_lines(source: str, tree: ast.Module) -> dict[int, str]:
    text = source.split("\n")
    silent = set(_docstring_lines(tree))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _SILENT:
            lines.update(range(token.start[0], token.end[0] + 1))
    return {line: text[line - 1].strip() for line in sorted(lines - silent)}


def _docstring_lines(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of strings that stand alone: docstrings, also those of constants and fields."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _broken(modules: Sequence[Module], p90: float) -> Iterator[str]:
    if p90 > FUNCTION_P90:
        yield f"one of ten functions is longer than {FUNCTION_P90} code lines (p90 is {p90:.0f})"
    for module in modules:
        if len(module.code) > MODULE:
            yield f"{module.path}: {len(module.code)} code lines, {MODULE} are allowed"
        for function in module.functions:
            if function.lines > FUNCTION:
                yield f"{function.where} has {function.lines} code lines, {FUNCTION} are allowed"
    yield from repetitions([module for module in modules if _is_format(module)])


def _is_format(module: Module) -> bool:
    return module.path.parent.name in ("parsers", "exporters")


def repetitions(modules: Sequence[Module]) -> Iterator[str]:
    """Name runs of code lines, imports aside, that stand in more than one module."""
    seen: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for module in modules:
        for start in range(len(module.body) - REPEATED + 1):
            run = module.body[start : start + REPEATED]
            place = f"{module.path}:{run[0]}"
            seen[tuple(module.code[line] for line in run)].append(place)
    for places in seen.values():
        if len({place.rpartition(":")[0] for place in places}) > 1:
            yield f"{' and '.join(places)}: the same {REPEATED} lines; the core should offer them once"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
