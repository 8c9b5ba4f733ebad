"""Indentation that the first line of an answer's later part has lost inside code.

Only Python needs it. Where just one indentation makes the whole block Python, that is the one; where several
do (the line could stand inside the loop or below it), nobody knows.
"""

import ast
import warnings
from collections.abc import Sequence
from itertools import product
from typing import Final

from wamigrate.fences import Block, code_blocks

_PYTHON: Final = frozenset({"py", "python", "python3"})
_MOST: Final = 200
"""Combinations to try for a block."""
_STEP: Final = 4


def restore_indents(text: str, starts: Sequence[int]) -> str:
    r"""Indent the first lines of parts where the code allows one indentation only.

    Args:
        text: an answer put together.
        starts: where its later parts begin.

    >>> answer = "```py\ntry:\n    f()\nexcept E:\ng()\n```"
    >>> restore_indents(answer, [answer.index("g")]) == answer.replace("g", "    g")
    True

    """
    pieces: list[str] = []
    at = 0
    for block in code_blocks(text):
        inside = [start - block.start for start in starts if block.start < start < block.end]
        if block.language in _PYTHON and block.closed and inside:
            pieces += (text[at : block.start], _restore(block, inside))
            at = block.end
    return "".join((*pieces, text[at:]))


def _restore(block: Block, starts: Sequence[int]) -> str:
    """Return the code with the one indentation that fits, or as it is."""
    pieces = [block.code[start:end] for start, end in zip([0, *starts], [*starts, None], strict=True)]
    choices = [_indents(before) for before in pieces[:-1]]
    size = 1
    for choice in choices:
        size *= len(choice)
    if size > _MOST:
        return block.code
    fitting: list[str] = []
    for indents in product(*choices):
        code = pieces[0] + "".join(map("".join, zip(indents, pieces[1:], strict=True)))
        if _is_python(code):
            fitting.append(code)
            if len(fitting) > 1:
                return block.code
    return fitting[0] if fitting else block.code


def _indents(before: str) -> list[str]:
    """Return the indentations that a line could have: those of lines before it, and one step more."""
    lines = [line for line in before.split("\n") if line.strip()]
    widths = {len(line) - len(line.lstrip(" ")) for line in lines} | {0}
    last = lines[-1] if lines else ""
    if last.rstrip().endswith((":", "(", "[", "{", ",")):
        widths.add(len(last) - len(last.lstrip(" ")) + _STEP)
    return [" " * width for width in sorted(widths)]


def _is_python(code: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True
