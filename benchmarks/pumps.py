"""Inputs on which a regular expression could need ever more steps for each character.

They are made from its parse tree. Each repetition in it that has no small bound is *pumped*: what leads to
it, then what it repeats, many times, then something that makes the whole fail; and the same pieces in other
orders. A backtracking matcher that is superlinear on any input is, as a rule, superlinear on one of these.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from inspect import signature
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, Final, NamedTuple, cast

import wamigrate

Expression = re.Pattern[str] | re.Pattern[bytes]

_ALPHABET: Final = "a1A _-\t\n*.,:;/\\`$<>()[]{}\"'|#&=+~!@%?é漢\u200e\u00a0\x00"
"""One character of every sort that expressions of text tell apart."""
_BOUND: Final = 60
"""A repetition of at most so many cannot grow with the input."""
_FEW: Final = 6
"""So many characters of a class are tried, and so many ways to a repetition."""
_FAILURES: Final = ("", "\x00", "!", "\n", "a", " ")
"""What stands last, so that a match fails there."""


class Named(NamedTuple):
    """An expression and where it is written."""

    place: str
    """``module.NAME``."""
    expression: Expression


class Pump(NamedTuple):
    """Text that can be made of any length."""

    lead: str
    unit: str
    tail: str

    def text(self, length: int) -> str:
        """Return the text with as many units as fit into a length.

        >>> Pump("<", "ab", ">").text(8)
        '<ababab>'
        """
        room = length - len(self.lead) - len(self.tail)
        return f"{self.lead}{self.unit * max(1, room // len(self.unit))}{self.tail}"


def expressions() -> Iterator[Named]:
    """Yield every expression that a module of wamigrate or one of its formats keeps, each once."""
    seen: set[tuple[object, int]] = set()
    for module in _modules():
        for name, value in vars(module).items():
            for expression in _inside(value):
                key = (expression.pattern, expression.flags)
                if key not in seen:
                    seen.add(key)
                    yield Named(f"{module.__name__.removeprefix('wamigrate.')}.{name}", expression)


def _modules() -> Iterator[ModuleType]:
    for package in (wamigrate, *(import_module(f"wamigrate.{kind}") for kind in ("parsers", "exporters"))):
        for found in iter_modules(package.__path__):
            if found.name != "__main__":
                yield import_module(f"{package.__name__}.{found.name}")


def _inside(value: object) -> Iterator[Expression]:
    """Yield the expressions that a value is, holds, or, called without arguments, returns."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _inside(tuple(cast("dict[object, object]", value).values()))
    elif isinstance(value, (tuple, list, frozenset)):
        for part in cast("Iterable[object]", value):
            yield from _inside(part)
    elif isinstance(value, type(cache(str))):
        function = cast("Callable[..., object]", value)
        if not signature(function).parameters:
            yield from _inside(function())


def pumps(expression: Expression) -> list[Pump]:
    r"""Return texts to try on an expression, each once.

    >>> Pump("<", "a", "\x00") in pumps(re.compile("<[a-z]+>"))
    True
    """
    pattern = expression.pattern
    text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    tree = import_module("re._parser").parse(text, expression.flags & ~re.UNICODE & ~re.DEBUG)
    found: dict[Pump, None] = {}
    for lead, unit in _repetitions(list(tree), ("",)):
        for tail in _FAILURES:
            found[Pump(lead, unit, tail)] = None
        found[Pump("", lead + unit, "\x00")] = None
        if lead:
            found[Pump("", lead, "\x00")] = None
            found[Pump("", unit, lead)] = None
    return list(found)


def _repetitions(nodes: Sequence[Any], leads: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield a way to each unbounded repetition of a parse tree, and what it may repeat."""
    for node in nodes:
        kind, value = str(node[0]), node[1]
        if kind.endswith("_REPEAT"):
            _, most, body = value
            if int(most) > _BOUND:
                yield from ((lead, unit) for lead in leads[:2] for unit in _samples(list(body)) if unit)
            yield from _repetitions(list(body), leads)
        else:
            for part in _parts(kind, value):
                yield from _repetitions(part, leads)
        leads = [lead + text for lead in leads for text in _sample(node)][:_FEW] or leads


def _parts(kind: str, value: Any) -> list[list[Any]]:
    """Return the sequences inside a node that is no repetition."""
    if kind == "BRANCH":
        return [list(part) for part in value[1]]
    if kind in ("SUBPATTERN", "ASSERT", "ASSERT_NOT"):
        return [list(value[-1])]
    if kind == "ATOMIC_GROUP":
        return [list(value)]
    return []


def _samples(nodes: Sequence[Any]) -> list[str]:
    """Return some texts that a sequence of nodes matches."""
    found = [""]
    for node in nodes:
        found = [before + text for before in found for text in _sample(node)][:_FEW]
    return found


def _sample(node: Any) -> list[str]:
    """Return some texts that a node matches; one that looks about or back matches nothing by itself."""
    kind, value = str(node[0]), node[1]
    if kind.endswith("_REPEAT"):
        least, _, body = value
        once = _samples(list(body))
        return [text * least for text in once] if least else ["", *once[:1]]
    if kind in ("BRANCH", "SUBPATTERN", "ATOMIC_GROUP"):
        return _varied([_samples(part) for part in _parts(kind, value)])
    if kind == "LITERAL":
        return [chr(value)]
    if kind == "NOT_LITERAL":
        return [char for char in _ALPHABET if char != chr(value)][:_FEW]
    if kind == "ANY":
        return list(_ALPHABET[:_FEW])
    return _members(tuple(value)) if kind == "IN" else [""]


def _varied(lists: Iterable[list[str]]) -> list[str]:
    """Take from each list in turn."""
    rows = list(lists)
    longest = max(map(len, rows), default=0)
    return [row[index] for index in range(longest) for row in rows if index < len(row)][:_FEW]


@cache
def _members(items: tuple[Any, ...]) -> list[str]:
    """Return some characters of a class, of different sorts."""
    denied = str(items[0][0]) == "NEGATE"
    found = [char for char in _ALPHABET if any(_holds(item, char) for item in items) != denied]
    if not denied:
        found += [chr(value if str(kind) == "LITERAL" else value[0]) for kind, value in items
                  if str(kind) in ("LITERAL", "RANGE")]  # fmt: skip
    return list(dict.fromkeys(found))[: 2 * _FEW]


def _holds(item: Any, char: str) -> bool:
    kind, value = str(item[0]), item[1]
    if kind == "LITERAL":
        return bool(ord(char) == value)
    if kind == "RANGE":
        return bool(value[0] <= ord(char) <= value[1])
    if kind == "CATEGORY":
        name = str(value).removeprefix("CATEGORY_")
        sort = name.removeprefix("NOT_").removeprefix("UNI_")
        tests: dict[str, bool] = {
            "SPACE": char.isspace(),
            "DIGIT": char.isdigit(),
            "WORD": char.isalnum() or char == "_",
        }
        return tests[sort] is not name.startswith("NOT_")
    return False
