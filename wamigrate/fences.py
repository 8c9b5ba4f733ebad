"""Blocks of code between backticks, with their places in the text."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_RUN: Final = re.compile("```+")
_BLOCK: Final = re.compile(
    r"```(?<!````)`*+(?:[^`\n]+`{3,}+"  # inside a line
    r"|[ \t]*+(?:(?P<language>[A-Za-z][\w+#.-]{0,19})[ \t]*+)?\n"
    r"(?P<code>[^`]*+(?:`{1,2}+(?!`)[^`]*+)*)(?P<close>`{3,}+|\Z))"
)
"""No possessive repeat of a group: Python 3.11.0 to 3.11.4 matches it wrongly (CPython issue 106052).
It begins with what the matcher finds fast, three backticks; none stands before them.
The blanks are possessive, so that a long row of them is not divided between two repeats in every way."""


class Block(NamedTuple):
    """A block of code."""

    language: str
    """The word after the opening backticks in lower case, or nothing."""
    code: str
    start: int
    """Where the code begins in the text."""
    closed: bool

    @property
    def end(self) -> int:
        """Where the code ends in the text."""
        return self.start + len(self.code)


def count_fences(text: str) -> int:
    """Count runs of three and more backticks."""
    return len(_RUN.findall(text)) if "```" in text else 0


def code_blocks(text: str) -> Iterator[Block]:
    r"""Yield the blocks of code of an assistant's message; the last may be open.

    >>> [(block.language, block.code) for block in code_blocks("So:\n```PY\nx = 1\n```")]
    [('py', 'x = 1\n')]
    """
    for found in _BLOCK.finditer(text):
        if found["code"]:
            language = (found["language"] or "").lower()
            yield Block(language, found["code"], found.start("code"), bool(found["close"]))
