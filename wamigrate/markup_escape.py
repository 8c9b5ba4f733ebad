r"""Writes literal characters so that a reader of Markdown shows exactly them.

Covers CommonMark, GitHub's tables, strikethrough and autolinks, and what Obsidian adds: ``#tags``,
``[[links]]``, ``==highlights==``, ``%%comments%%``, ``$formulas$`` and ``^block-ids``. Only what would be
read as a sign is escaped, so that ordinary text stays as it is: ``snake_case``, ``2 * 3``, ``C#``, ``$5``,
``<3``.
"""

import re
from typing import Final

# Every alternative starts with one plain character: then the search skips all others in C. Those that
# start with a line end are signs only where a line begins.
SIGNS: Final = (
    r"\\(?![0-9A-Za-z])",
    r"`",
    r"\*(?![ ])",
    r"\*(?<![ ]\*)",
    r"_(?![^\W_])",
    r"_(?<![^\W_]_)",
    r"~(?![ ])",
    r"~(?<![ ]~)",
    r"\[",
    r"<(?![ =\-]|[0-9]+(?![^\s<>]))",
    r"&(?=#?[0-9A-Za-z]+;)",
    r"#(?<![^\W_]#)(?=\S)",
    r"=(?<===)(?<![ ]==(?=[ ]))",
    r"%(?<=%%)",
    r"\$(?<![ \n]\$)",
    r"\$(?![0-9])",
    r"\^(?<!\S\^)(?=[\w-])",
    r"\n[ \t]",
    r"\n(?=>)",
    r"\n(?=#(?:[ \t]|$))",
    r"\n(?=[+-](?:[ \t]|$)|\+\+\+)",
    r"\n(?=[|:\-][|: \t\-]*$)(?=[|: \t]*-)",
    r"\n(?==[ \t]*$)",
    r"\n[0-9]{1,9}(?=[.)](?:[ \t]|$))",
)
"""Patterns of what Markdown would read as a sign, for a search with MULTILINE; none has a group."""
_SIGN: Final = re.compile("|".join(SIGNS), re.MULTILINE)


def escape(text: str, *, line_start: bool = True) -> str:
    r"""Escape what Markdown would read as a sign.

    Args:
        text: characters as they are to be shown; a ``\n`` starts a line.
        line_start: whether the first character stands at the start of a line or of a list item.

    >>> print(escape("# not *a* heading, snake_case"))
    \# not \*a\* heading, snake_case
    >>> print(escape("1. no list"))
    1\. no list

    """
    if line_start:
        return _SIGN.sub(escaped_sign, "\n" + text)[1:]
    return _SIGN.sub(escaped_sign, text)


def escaped_sign(match: re.Match[str]) -> str:
    """Write what one of :data:`SIGNS` found."""
    sign = match[0]
    if sign[0] != "\n":
        return "\\" + sign
    if sign[1:] in (" ", "\t"):
        # Readers drop blanks at the start of a line, or take four of them for code.
        return f"\n{reference(sign[1])}"
    return sign + "\\"


def reference(char: str) -> str:
    """Write a character as a numeric reference, which is text wherever it stands."""
    return f"&#{ord(char)};"
