"""Setting Markdown and plain words into a larger Markdown document without breaking its structure.

The structure of the larger document is its own: a heading of a message never stands above the heading of
its turn, and what a message leaves open ends with the message.
"""

import re
from typing import Final

from wamigrate import markup_escape

_INVISIBLE: Final = re.compile(
    "[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
_SIGN_IN_PATH: Final = re.compile(r"[%#]|&(?=#?\w+;)")
"""What an address or Markdown gives a meaning of its own; blanks and letters stay readable."""
_END_OF_HEADING: Final = re.compile(r"(?<!\S)#+$")
# It starts with a plain character, so that the search for it skips all others at once.
_STRUCTURE: Final = re.compile(
    r"\n(?: {0,3}(?P<heading>#{1,6})(?=[ \t]|$)"
    r"|[ \t]*(?:(?:[-*+>]|\d{1,9}[.)])[ \t]*)*(?P<fence>`{3,}|~{3,})(?P<info>.*)"
    r"| {0,3}(?P<html><(?:!--|\?|![a-z]|!\[CDATA\[|(?:script|pre|style|textarea)(?=[\s>]|$)))"
    r"|(?<=[^\n]\n) {0,3}(?P<underline>=+|-+)[ \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)
_UNDERLINE: Final = re.compile(r"\n {0,3}(?:=+|-+)[ \t]*$", re.MULTILINE)
_DEEPEST: Final = 6


def one_line(text: str) -> str:
    r"""Make one line of any text: white space becomes a blank, invisible controls go.

    >>> one_line("a\n b\x07\u2028c")
    'a b c'
    """
    return " ".join(_INVISIBLE.sub("", text).split())


def escape(text: str) -> str:
    r"""Write any text as one line of Markdown that shows just these words.

    Serves CommonMark, GitHub and Obsidian, inside a heading, a link's text or emphasis.

    >>> print(escape("*5* [tags]\n#maths, see IMG_0001_a.jpg #"))
    \*5\* \[tags\] \#maths, see IMG_0001_a.jpg \#
    """
    line = markup_escape.escape(one_line(text), line_start=False)
    return _END_OF_HEADING.sub(r"\\\g<0>", line.replace("]", r"\]").replace("|", r"\|"))


def link(text: str, path: str) -> str:
    """Write a link to a file.

    Args:
        text: words to show.
        path: of the file, as seen from the note; or a ``file:`` address.

    >>> link("Cats & dogs", "media/cats #1.jpg")
    '[Cats & dogs](<media/cats %231.jpg>)'

    """
    address = path if path.startswith("file:") else _SIGN_IN_PATH.sub(_percent, path)
    return f"[{escape(text)}](<{address}>)"


def _percent(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):02X}"


def quote(markdown: str) -> str:
    r"""Set Markdown into a block quote, which ends all that it leaves open.

    >>> quote("a\n\nb")
    '> a\n>\n> b'
    """
    return "\n".join([f"> {line}" if line else ">" for line in markdown.split("\n")])


def nest(markdown: str, level: int) -> str:
    r"""Prepare Markdown to stand below a heading.

    Its headings move down together until the highest is one level deeper than ``level``, but not below
    six. Markdown that leaves a fence or a comment open, or underlines a heading, is set into a block
    quote instead.

    Args:
        markdown: text with line feeds as line ends.
        level: of the heading above, 1 to 5.

    >>> nest("# Soup\n## Stock\n```\n# no heading\n```", 3)
    '#### Soup\n##### Stock\n```\n# no heading\n```'
    >>> nest("look:\n```", 3)
    '> look:\n> ```'

    """
    if not _may_have_structure(markdown):
        return markdown
    lines = f"\n{markdown}"
    headings = _headings(lines)
    if headings is None:
        return quote(markdown)
    if not headings:
        return markdown
    down = level + 1 - min(len(heading["heading"]) for heading in headings)
    return _move_down(lines, headings, down)[1:] if down > 0 else markdown


def _may_have_structure(markdown: str) -> bool:
    """Tell whether a second look is worth while: most messages hold none of these."""
    return (
        "#" in markdown
        or "<" in markdown
        or "```" in markdown
        or "~~~" in markdown
        or _UNDERLINE.search(markdown) is not None
    )


def _headings(lines: str) -> list[re.Match[str]] | None:
    """Find the headings outside code; None where there is something that only a quote can hold."""
    headings: list[re.Match[str]] = []
    fence = ""
    for found in _STRUCTURE.finditer(lines):
        run: str | None = found["fence"]
        if fence:
            if run and run.startswith(fence) and not found["info"].strip():
                fence = ""
        elif found["html"] or found["underline"]:
            return None
        elif run:
            fence = run if run[0] == "~" or "`" not in found["info"] else ""
        else:
            headings.append(found)
    return None if fence else headings


def _move_down(lines: str, headings: list[re.Match[str]], down: int) -> str:
    parts: list[str] = []
    done = 0
    for heading in headings:
        start, end = heading.span("heading")
        more = min(down, _DEEPEST - (end - start))
        parts += (lines[done:start], "#" * more)
        done = start
    return "".join((*parts, lines[done:]))
