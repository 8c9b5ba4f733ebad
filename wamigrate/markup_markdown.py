r"""Writes CommonMark (with GitHub's strikethrough and tables).

A line end that a person sees is a hard break, written as two blanks before the line end: CommonMark,
GitHub and Obsidian show it, in every mode. Blocks of different kinds are parted by a blank line, fences
are longer than any run of backticks in them and always closed, so nothing reaches past the message.
"""

import re
from typing import Final, TypeAlias

from wamigrate.markup_markdown_inline import HARD_BREAK, write_inline
from wamigrate.markup_tree import (
    CodeBlock,
    Document,
    Gap,
    Heading,
    Item,
    Paragraph,
    Quote,
    Rule,
    Table,
)

_Shown: TypeAlias = Paragraph | Item | Quote | Heading | Rule | Table | CodeBlock

ListMark: TypeAlias = tuple[int | None, str]
"""Number and delimiter of a list's item; null and nothing for a bullet."""

_BACKTICKS: Final = re.compile("`+")
_FENCE: Final = "```"


def to_markdown(document: Document) -> str:
    """Write CommonMark.

    >>> from wamigrate.markup_whatsapp import parse_person
    >>> to_markdown(parse_person("* *a*"))
    '- **a**'
    """
    return _Writer().write(document)


class _Writer:
    """Knows the lists that are open."""

    def __init__(self) -> None:
        self.indents: list[str] = []
        """Of the lines in the open items, the outermost first."""
        self.lists: list[ListMark] = []
        """The last item on each depth."""
        self.continues = False
        """Whether the last item goes on with the list before it."""

    def write(self, document: Document) -> str:
        parts: list[str] = []
        line_ends, before = 0, None
        for block in document.blocks:
            if isinstance(block, Gap):
                line_ends = block.text.count("\n")
                continue
            lines = self._indented(block, first=before is None)
            parts.append("\n" * line_ends if before is None else self._separator(before, line_ends, block))
            parts.append(lines)
            line_ends, before = 0, block
        parts.append("\n" * line_ends)
        return "".join(parts)

    def _indented(self, block: _Shown, *, first: bool) -> str:
        depth = block.depth
        if isinstance(block, Paragraph) and not depth:
            if self.lists:
                self.indents, self.lists = [], []
            return write_inline(block.children)
        if isinstance(block, Item):
            lines = self._item(block)
        else:
            lines = _leaf(block, first=first)
            del self.indents[depth:], self.lists[depth:]
        if not depth:
            return lines
        indent = "".join(self.indents[:depth])
        return indent + lines.replace("\n", "\n" + indent)

    def _item(self, item: Item) -> str:
        last = self.lists[item.depth] if item.depth < len(self.lists) else None
        sign, delimiter = "-", ""
        if item.number is not None:
            sign = item.mark.strip()[:-1]
            delimiter = choose_delimiter(item.mark, item.number, last)
        mark = f"{sign}{delimiter} "
        self.continues = last is None or same_list((item.number, delimiter), last)
        self.lists[item.depth :] = [(item.number, delimiter)]
        self.indents[item.depth :] = [" " * len(mark)]
        return (mark + write_inline(item.children)) if item.children else mark.rstrip()

    def _separator(self, before: _Shown, line_ends: int, block: _Shown) -> str:
        if isinstance(before, Item) and not before.children and block.depth > before.depth:
            return "\n"  # after a blank line it would not belong to the item
        if line_ends <= 1 and (before.depth or not isinstance(before, Paragraph)):
            match before, block:
                case ((Item() | Paragraph() | CodeBlock()), Item()) if self._may_follow(before, block):
                    return "\n"
                case Item(), Paragraph() if block.depth == before.depth + 1 and before.children:
                    return HARD_BREAK
                case ((Item() | Paragraph()), CodeBlock()) if block.depth:
                    return "\n"
                case Quote(), Quote() if before.level == block.level and before.depth == block.depth:
                    return HARD_BREAK if before.children and block.children else "\n"
                case _:
                    pass
        return "\n" * max(2, line_ends)

    def _may_follow(self, before: Paragraph | Item | CodeBlock, item: Item) -> bool:
        """Tell whether an item is read as one with no blank line before it."""
        open_items = before.depth + isinstance(before, Item)
        if not self.continues or not open_items:
            return False
        # Inside an item, only a list that starts at 1, and with text, may follow a line of text.
        return item.depth < open_items or (item.number in (None, 1) and bool(item.children))


def choose_delimiter(mark: str, number: int, last: ListMark | None) -> str:
    """Choose what follows the number: where numbers jump, the other sign starts a new list.

    Args:
        mark: of the item, as it was written.
        number: the item's.
        last: of the item before, if any.

    """
    if last is None or last[0] is None:
        return mark.rstrip()[-1]
    if number == last[0] + 1:
        return last[1]
    return ")" if last[1] == "." else "."


def same_list(item: ListMark, last: ListMark) -> bool:
    """Tell whether an item goes on with the list of the one before."""
    return last[1] == item[1] and (last[0] is None) == (item[0] is None)


def _leaf(block: Paragraph | Quote | Heading | Rule | Table | CodeBlock, *, first: bool) -> str:
    match block:
        case Paragraph(children):
            return write_inline(children)
        case Quote(_mark, children):
            return ("> " * block.level + write_inline(children)).rstrip(" ")
        case Heading(_mark, children):
            return f"{'#' * block.level} {write_inline(children)}"
        case Rule(source):
            # At the very top, three hyphens would be front matter.
            return "***" if first else source.strip()
        case Table(rows, delimiter):
            lines = ["|".join([write_inline(cell, line_start=False) for cell in row]).strip() for row in rows]
            return "\n".join([lines[0], delimiter.strip(), *lines[1:]])
        case _:
            return _code_block(block)


def _code_block(block: CodeBlock) -> str:
    code = block.code
    longest = max(map(len, _BACKTICKS.findall(code)), default=0)
    fence = "`" * max(len(_FENCE), longest + 1)
    return f"{fence}{block.language}\n{code}\n{fence}"
