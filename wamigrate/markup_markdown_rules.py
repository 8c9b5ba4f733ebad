r"""The engine that finds the structure of CommonMark: markdown-it-py, and what is read differently here.

Tables and strikethrough of GitHub are on, and addresses in the text are found (GitHub Flavored Markdown,
"Autolinks"). Formulas between dollars are no text to be formatted (GitHub, "Writing mathematical
expressions"). The blanks that end a line are kept, for our Markdown is to be read to the byte. Quotations
and lists nest up to a bound, where markdown-it would drop what is inside.

Imported when Markdown is first read, because the engine takes time to load.
"""

import re
from collections.abc import Callable
from functools import cache
from html import unescape
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, heading, hr, list_block, paragraph, table
from markdown_it.rules_inline import StateInline

from wamigrate.markup_formula import read_formula
from wamigrate.markup_inline import read_url
from wamigrate.markup_tree import SAFE_ADDRESS

DEEPEST: Final = 40
"""Levels up to which blocks nest: a quotation is one, a list and its item are two."""
_ROOM: Final = 20  # levels of inline formatting inside the deepest block
_FORMULA_LENGTH: Final = 5_000  # a bound, so that many openings take no square of their number
_BLOCK_RULES: Final = ("paragraph", "reference", "blockquote", "list")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_TEXT_END: Final = re.compile(r"[\n!#$%&*+\-:<=>@[\\\]^_`{}~]|www\.")
# Up to a blank or to an entity that stands for a blank or for what ends an address.
_ADDRESS: Final = re.compile(
    r"(?:[^\s\\&]|\\(?=\S)|&(?!(?:#(?:9|10|13|32|34|60|62|96)|quot|lt|gt|nbsp|Tab|NewLine);))*"
)
_WEB_SCHEME: Final = re.compile(r"(?:https?|ftp)\Z", re.IGNORECASE)
_LAST_ENTITY: Final = re.compile(r"&#?[0-9A-Za-z]{1,31};\Z")
_LONGEST_ENTITY: Final = 34
_NO_ADDRESS: Final = re.compile(r"[\s<>\"`\\\x00-\x1f\x7f]")
_LONGEST_SCHEME: Final = 5  # "https"
_JOINS: Final = ("/", ".", "@", "-")
"""What an address does not start after: it would be part of something longer."""
_BLANKS: Final = re.compile(r"[ \t]*")
_ENTITY: Final = re.compile(r"&#?[0-9A-Za-z]+;")
_DISPLAY: Final = re.compile(
    r"\$\$((?:[^`<\n$%\\]|\n(?![ \t]*\n)|\\[^\[\]\n<`]|<(?=[ =\d]))+)\$\$(?=[ \t]*(?:\n|\Z))"
)
_BlockRule = Callable[[StateBlock, int, int, bool], bool]


class _Engine(MarkdownIt):
    """Keeps what a link leads to as it was written; a link that may run something stays text."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - markdown-it's name
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - markdown-it's name
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        address = url.strip()
        return not _SCHEME.match(address) or SAFE_ADDRESS.match(address) is not None


@cache
def engine() -> MarkdownIt:
    """Make the engine."""
    markdown = _Engine("commonmark", {"maxNesting": DEEPEST + _ROOM})
    markdown.enable(["table", "strikethrough"])
    block = markdown.block.ruler
    block.at("blockquote", _bounded(blockquote), {"alt": [*_BLOCK_RULES]})
    block.at("list", _bounded(list_block), {"alt": [*_BLOCK_RULES[:3]]})
    block.at("hr", _with_lines(hr), {"alt": [*_BLOCK_RULES]})
    block.at("table", _with_lines(table), {"alt": [*_BLOCK_RULES[:2]]})
    block.at("heading", _heading, {"alt": [*_BLOCK_RULES[:3]]})
    block.at("paragraph", _paragraph)
    inline = markdown.inline.ruler
    inline.at("text", _text)
    inline.at("newline", _newline)
    inline.after("text", "address", _address)
    inline.after("text", "formula", _formula)
    return markdown


def _bounded(rule: _BlockRule) -> _BlockRule:
    """Make a rule that opens no block inside too many others: there, its marks are text."""

    def run(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < DEEPEST and rule(state, start, end, silent)

    return run


def _with_lines(rule: _BlockRule) -> _BlockRule:
    """Make a rule that notes the lines of a block as they are written."""

    def run(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        index = len(state.tokens)
        found = rule(state, start, end, silent)
        if found and not silent:
            state.tokens[index].content = "\n".join([_line(state, at) for at in range(start, state.line)])
        return found

    return run


def _line(state: StateBlock, line: int) -> str:
    """Return a line without what opens the blocks around it."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _paragraph(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a paragraph, whose last line keeps the blanks at its end."""
    paragraph(state, start, end, silent)
    lines = state.getLines(start, state.line, state.blkIndent, keepLastLF=False)
    state.tokens[-2].content = lines.lstrip(" \t")
    return True


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a heading, which keeps the blanks at its end where no ``#`` closes it."""
    if not heading(state, start, end, silent):
        return False
    if not silent:
        token = state.tokens[-2]
        text = _line(state, start).lstrip("#")
        before, content, after = text.partition(token.content) if token.content else ("", "", text)
        token.content = (before + content + ("" if "#" in after else after)).lstrip(" \t")
    return True


def _text(state: StateInline, silent: bool) -> bool:
    """Read characters that are no sign."""
    match = _TEXT_END.search(state.src, state.pos, state.posMax)
    end = match.start() if match else state.posMax
    if end == state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


def _newline(state: StateInline, silent: bool) -> bool:
    """Read a line end, which is a break after two blanks; further blanks stay with the text."""
    if state.src[state.pos] != "\n":
        return False
    if not silent:
        text = state.pending
        hard = text.endswith("  ")
        state.pending = text[:-2] if hard else text.rstrip(" ")
        state.push("hardbreak" if hard else "softbreak", "br", 0)
    blanks = _BLANKS.match(state.src, state.pos + 1, state.posMax)
    state.pos = blanks.end() if blanks else state.pos + 1
    return True


def _formula(state: StateInline, silent: bool) -> bool:
    """Read ``$x$`` and ``$$x$$``; the latter may span lines that it fills."""
    if state.src[state.pos] != "$":
        return False
    source = _display(state) or _dollars(state)
    if not source:
        return False
    if not silent:
        state.push("formula", "", 0).content = source
    state.pos += len(source)
    return True


def _dollars(state: StateInline) -> str:
    formula = read_formula(state.src[state.pos : min(state.posMax, state.pos + _FORMULA_LENGTH)], 0)
    source = formula.source if formula else ""
    body = source.strip("$")
    return "" if (len(body) - len(body.rstrip("\\"))) % 2 else source  # an escaped dollar ends nothing


def _display(state: StateInline) -> str:
    """Return the formula here that fills its lines, or nothing."""
    start = state.pos
    before = state.src[state.src.rfind("\n", 0, start) + 1 : start]
    match = _DISPLAY.match(state.src, start, min(state.posMax, start + _FORMULA_LENGTH))
    if match is None or before.strip(" \t") or _ENTITY.search(match[1]) or not match[1].strip():
        return ""
    return "" if "](" in match[1] or "]:" in match[1] else match[0]


def _address(state: StateInline, silent: bool) -> bool:
    """Read an address that stands in the text."""
    start = state.pos
    # While the end of a link's text is looked for, an address must not hide it.
    if silent or state.linkLevel or not state.src.startswith(("://", "www."), start):
        return False
    pending, scheme = state.pending, ""
    if state.src[start] == ":":
        match = _WEB_SCHEME.search(pending[-_LONGEST_SCHEME:])
        if match is None:
            return False
        scheme = match[0]
        pending = pending[: len(pending) - len(scheme)]
    before = pending or (state.tokens[-1].content if state.tokens else "")
    if before[-1:].isalnum() or before.endswith(_JOINS):
        return False
    url = _address_from(state.src, start - len(scheme), start)
    shown = _ENTITY.sub(lambda match: unescape(match[0]), url)
    if not url or _NO_ADDRESS.search(shown):
        return False
    state.pending = pending
    state.push("address", "", 0).content = shown
    state.pos = start - len(scheme) + len(url)
    return True


def _address_from(text: str, start: int, at: int) -> str:
    """Return the address that starts here, without the signs and punctuation at its end.

    Args:
        text: the lines.
        start: where it begins.
        at: where its ``://`` or ``www.`` stands.

    """
    match = _ADDRESS.match(text, at)
    part = _without_edge(text[start : match.end() if match else at])
    token = read_url(part, at - start, []) if len(part) > at - start + len("://") else None
    return part[: token.end] if token else ""


def _without_edge(address: str) -> str:
    """Leave out signs, punctuation and entities at the end."""
    end = len(address)
    while address[end - 1] in "*_~.,:;!?'":  # at the latest, it ends with the letters that it begins with
        entity = _LAST_ENTITY.search(address[max(0, end - _LONGEST_ENTITY) : end])
        end -= len(entity[0]) if entity else 1
    return address[:end]
