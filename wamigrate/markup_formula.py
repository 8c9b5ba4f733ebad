r"""Reads the formulas of assistants: ``\(x\)``, ``\[x\]``, ``$x$`` and ``$$x$$``.

CommonMark takes the backslash of ``\(`` for an escape and shows ``(``. So a formula between backslashes is
written between dollars where both GitHub and Obsidian read these, and as the characters it consists of
elsewhere. GitHub: "Writing mathematical expressions"; Obsidian: "Advanced formatting syntax", Math.
"""

import re
from functools import lru_cache
from typing import Final

from wamigrate.markup_escape import escape
from wamigrate.markup_tree import Notation

_FORMULAS: Final = {
    "\\(": re.compile(r"\\\(((?:[^`<\n$%\\]|\\[^()\n<`]|<(?=[ =\d]))+?)\\\)"),
    "\\[": re.compile(r"\\\[((?:[^`<\n$%\\]|\n(?![ \t]*\n)|\\[^\[\]\n<`]|<(?=[ =\d]))+?)\\\]"),
    "$$": re.compile(r"\$\$((?:[^`<\n$%]|<(?=[ =\d]))+)\$\$(?!\$)"),
    "$": re.compile(r"\$(?![\s$])((?:[^`<\n$%]|<(?=[ =\d]))+)(?<!\s)\$(?![\w$])"),
}
_ENTITY: Final = re.compile(r"&#?[0-9A-Za-z]+;")
# Lines inside a formula that would start a block of Markdown, or make a heading of the line before.
_BLOCK_START: Final = re.compile(r"\n[ \t]*(?:[>#|~\[]|[-+*:][-+*:|\s]|=+[ \t]*\n|[0-9]+[.)])")
_LINE_REST: Final = re.compile(r"[ \t]*(?:\n|\Z)")
_NOT_BESIDE: Final = frozenset("$\\)_*~")


def read_formula(text: str, start: int) -> Notation | None:
    r"""Read the formula that starts with a backslash or a dollar.

    None where there is none, or where a reader that knows no formulas would find a link, a comment or an
    entity in it.

    Args:
        text: lines of a message.
        start: offset of the backslash or the dollar.

    >>> read_formula(r"\( x^2 \)", 0).markdown
    '$x^2$'
    >>> read_formula(r"f\(x\)", 1).markdown
    '\\\\(x\\\\)'

    """
    opening = text[start : start + 2]
    if opening[0] == "$" and opening != "$$":
        opening = "$"
    pattern = _FORMULAS.get(opening)
    match = pattern.match(text, start) if pattern else None
    if match is None or "](" in match[1] or "]:" in match[1] or not match[1].strip():
        return None
    source, body = match[0], match[1]
    if _ENTITY.search(body):
        return None
    if opening[0] == "$":
        return Notation(source, source, source)
    markdown = _inline(text, match) if opening == "\\(" else _display(text, match)
    if markdown is None:
        if "\n" in body:
            return None
        markdown = escape(source, line_start=False)
    return Notation(source, markdown, source)


def _inline(text: str, match: re.Match[str]) -> str | None:
    """Write ``$x$``, or None where readers could take the dollars for money or part of a word."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    beside = before.isalnum() or after.isalnum() or before in _NOT_BESIDE or after in _NOT_BESIDE
    return None if beside or not _takes_dollars(text, match[1]) else f"${match[1].strip()}$"


def _display(text: str, match: re.Match[str]) -> str | None:
    r"""Write ``$$x$$``, or None where the formula does not fill its lines: ``\[1\]`` may be no formula."""
    body = match[1]
    if _LINE_REST.match(text, match.end()) is None or not _takes_dollars(text, body):
        return None
    if text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip(" \t"):
        return None
    if "\n" not in body:
        return f"$${body.strip()}$$"
    return None if _BLOCK_START.search(body) else f"$${body}$$"


def _takes_dollars(text: str, body: str) -> bool:
    """Tell whether no other dollar could pair with those of the formula, and nothing hides its end."""
    return not _has_dollars(text) and not body.rstrip().endswith("\\")


@lru_cache(maxsize=1)
def _has_dollars(text: str) -> bool:
    """Look through a message once, however many formulas it has."""
    return "$" in text
