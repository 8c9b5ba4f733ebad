"""Writes an assistant's message as CommonMark at once, where it has no blocks inside blocks.

Most answers are paragraphs, headings, quotations, one level of lists, and code between them: one pass over
their lines writes them, several times as fast as reading a tree and writing that. Every other message is read
as ever. Both ways write the same text.
"""

import re
from typing import Final

from wamigrate.markup_assistant import IN_QUOTE, MARK, MARK_STARTS, TASK
from wamigrate.markup_markdown import ListMark, choose_delimiter, same_list
from wamigrate.markup_markdown_inline import HARD_BREAK
from wamigrate.markup_quick import NotSimpleError, write_assistant_lines

_FENCE: Final = "```"
_OPENING: Final = re.compile(r"```(?:[A-Za-z][\w+#.-]{0,19})?\n")
_DEEP_LINE: Final = re.compile(r"\n(?:[ \t]|[-*+•][ \t]*(?:\n|\Z)|(?:[-*_][ \t]*){3,}(?:\n|\Z))")
"""Indents, empty items, rules."""
_QUOTES: Final = (">", "> ")
"""Marks of lines that quote once."""


def write_flat(text: str) -> str | None:
    r"""Write a message as CommonMark, or return None where that takes a tree.

    Args:
        text: the body of an assistant's message.

    >>> write_flat("Sure:\n• *flour*\n• water\n\nBake.")
    'Sure:\n\n- **flour**\n- water\n\nBake.'
    >>> write_flat("- flour\n  - spelt") is None
    True

    """
    if "\r" in text:
        return None
    codes: dict[int, str] = {}
    if _FENCE in text:
        apart = _without_code(text)
        if apart is None:
            return None
        text, codes = apart
    if "|" in text or _DEEP_LINE.search("\n" + text):
        return None
    lines = text.split("\n")
    marks = _marks(lines)
    if marks is None:
        return None
    try:
        written = write_assistant_lines("\n".join(lines)).split("\n")
    except NotSimpleError:
        return None
    return _assemble(written, marks, codes)


def _without_code(text: str) -> tuple[str, dict[int, str]] | None:
    """Take blocks of code out of a text; return None where one is not of the usual form.

    Returns:
        the text, and of each line that a block left empty the block.

    """
    parts: list[str] = []
    codes: dict[int, str] = {}
    at = line = 0
    while (start := text.find(_FENCE, at)) >= 0:
        opening = _OPENING.match(text, start)
        if opening is None or (start and text[start - 1] != "\n"):
            return None
        close = text.find(_FENCE, opening.end())
        end = close + len(_FENCE)
        code = text[opening.end() : close]
        if close < 0 or code[-1:] != "\n" or not code.strip() or text[end : end + 1] not in ("", "\n"):
            return None
        parts.append(text[at:start])
        line += parts[-1].count("\n")
        codes[line] = text[start:end]
        at = end
    return "".join((*parts, text[at:])), codes


def _marks(lines: list[str]) -> dict[int, re.Match[str]] | None:
    """Take the marks of items, headings and quotations off their lines; None where another mark stands."""
    marks: dict[int, re.Match[str]] = {}
    for index, line in enumerate(lines):
        if line and line[0] in MARK_STARTS:
            mark = MARK.match(line)
            if mark is None:
                continue
            if mark["rule"] or TASK.match(line, mark.end()):
                return None
            if mark["quote"] and not _is_simple_quote(line, mark):
                return None
            marks[index] = mark
            lines[index] = line[mark.end() :]
    return marks


def _is_simple_quote(line: str, mark: re.Match[str]) -> bool:
    """Tell whether a line quotes once, and quotes text that no blank follows."""
    return (
        mark[0] in _QUOTES
        and mark.end() < len(line)
        and line[-1] != " "
        and not IN_QUOTE.match(line, mark.end())
    )


def _assemble(lines: list[str], marks: dict[int, re.Match[str]], codes: dict[int, str]) -> str:
    """Put marks before the lines, blank lines between blocks, and code in its place."""
    parts: list[str] = []
    before, ends = "", -1
    last: ListMark | None = None
    for index, line in enumerate(lines):
        ends += 1
        code = codes.get(index)
        if code is None and not line:
            continue
        mark = marks.get(index)
        if code is not None:
            gap = "\n" * max(2, ends)
            before, last, sign = "code", None, code
        elif mark is None:
            gap = HARD_BREAK if before == "text" and ends == 1 else "\n" * max(2, ends)
            before, last, sign = "text", None, ""
        elif mark["heading"]:
            gap = "\n" * max(2, ends)
            before, last, sign = "heading", None, mark["heading"].rstrip() + " "
        elif mark["quote"]:
            gap = HARD_BREAK if before == "quote" and ends == 1 else "\n" * max(2, ends)
            before, last, sign = "quote", None, "> "
        else:
            item, sign = _item(mark, last)
            follows = before == "item" and ends == 1 and last is not None and same_list(item, last)
            gap = "\n" if follows else "\n" * max(2, ends)
            before, last = "item", item
        parts += (gap if parts else "\n" * ends, sign, line)
        ends = 0
    parts.append("\n" * ends)
    return "".join(parts)


def _item(mark: re.Match[str], last: ListMark | None) -> tuple[ListMark, str]:
    """Return number and delimiter of an item, and its mark in Markdown."""
    digits: str | None = mark["number"]
    if digits is None:
        return (None, ""), "- "
    number = int(digits)
    sign = choose_delimiter(mark["item"], number, last)
    return (number, sign), f"{digits}{sign} "
