"""The tree of formatted text that every reader and writer of markup shares.

WhatsApp formats lines: a message is a row of blocks, and a block is what one line or several lines show
as. ``depth`` tells in how many list items a block stands; it is above 0 only for assistants, because
WhatsApp itself knows no nested lists. A :class:`Gap` holds the line ends and blank lines between two
blocks, so the tree has every character of the text it was read from.
"""

import re
from collections.abc import Iterable
from typing import Final, TypeAlias

from msgspec import Struct

SAFE_ADDRESS: Final = re.compile(r"(?:https?|ftp|mailto|tel):", re.IGNORECASE)
"""Addresses that a link may lead to: none that run something."""
_FIRST_LINE_BLANK: Final = re.compile(r"[ \t]*\n")
_LAST_LINE_BLANK: Final = re.compile(r"\n[ \t]*\Z")


class Text(Struct, frozen=True, gc=False):
    r"""Literal characters. A ``\n`` is a line break that the reader of the message sees."""

    text: str


class Code(Struct, frozen=True, gc=False):
    """Monospaced characters inside a line."""

    text: str
    mark: str = "`"
    """Backticks on either side in the source."""


class Strong(Struct, frozen=True, gc=False):
    """Bold."""

    children: "tuple[Inline, ...]"
    mark: str = "*"


class Emphasis(Struct, frozen=True, gc=False):
    """Italic."""

    children: "tuple[Inline, ...]"
    mark: str = "_"


class Strike(Struct, frozen=True, gc=False):
    """Struck through."""

    children: "tuple[Inline, ...]"
    mark: str = "~"


class Url(Struct, frozen=True, gc=False):
    """An address that stands in the text and can be clicked."""

    text: str
    """As shown; without a scheme where it starts with ``www.``."""
    bracketed: bool = False
    """Whether the source has it between ``<`` and ``>``."""


class Link(Struct, frozen=True, gc=False):
    """``[children](target)`` of an assistant."""

    children: "tuple[Inline, ...]"
    target: str
    """All between the parentheses: the address and perhaps a title."""
    image: bool = False

    @property
    def address(self) -> str:
        """The target without its title."""
        return self.target.split(maxsplit=1)[0] if self.target else ""


class Notation(Struct, frozen=True, gc=False):
    """Characters that mean others: an escape, an entity, a formula, the indent of a list item's line."""

    source: str
    """As it was written."""
    markdown: str
    """As CommonMark writes it."""
    shown: str
    """What a person sees."""


Inline: TypeAlias = Text | Code | Strong | Emphasis | Strike | Url | Link | Notation
Inlines: TypeAlias = tuple[Inline, ...]
Span: TypeAlias = Strong | Emphasis | Strike


class Paragraph(Struct, frozen=True, gc=False):
    """Lines of text."""

    children: Inlines
    depth: int = 0


class Item(Struct, frozen=True, gc=False):
    """A line of a list; neighbours form the list."""

    mark: str
    """As written, with the blanks around it: ``"- "``, ``"12. "``."""
    children: Inlines
    number: int | None = None
    """Null for a bullet."""
    depth: int = 0


class Quote(Struct, frozen=True, gc=False):
    """A quoted line; neighbours form the quotation."""

    mark: str
    children: Inlines
    depth: int = 0

    @property
    def level(self) -> int:
        """How many quotations stand inside each other."""
        return max(1, self.mark.count(">"))


class Heading(Struct, frozen=True, gc=False):
    """A heading of an assistant."""

    mark: str
    """As written, with the blanks around it: ``"### "``."""
    children: Inlines
    depth: int = 0

    @property
    def level(self) -> int:
        """1 (top) to 6."""
        return self.mark.count("#")


class Rule(Struct, frozen=True, gc=False):
    """A line across the page, from an assistant."""

    source: str
    depth: int = 0


class Table(Struct, frozen=True, gc=False):
    """A table of an assistant."""

    rows: tuple[tuple[Inlines, ...], ...]
    """The pieces between the pipes, row by row, the header first; outer pipes leave empty pieces."""
    delimiter: str
    """The second line, as written: ``|---|:-:|``."""
    depth: int = 0

    @property
    def cells(self) -> tuple[tuple[Inlines, ...], ...]:
        """The rows as shown: without the empty pieces that outer pipes leave; cells that are empty stay.

        In the pieces, code has its pipes with the backslash that a table needs; here it has not.
        """
        rows = [
            row[len(row) > 1 and _is_blank(row[0]) : len(row) - (len(row) > 1 and _is_blank(row[-1]))]
            for row in self.rows
        ]
        return tuple(tuple(_without_backslashes(cell) for cell in row) for row in rows)


class CodeBlock(Struct, frozen=True, gc=False):
    """Lines of code."""

    body: str
    """All between the backticks, the language word included."""
    fence: str = "```"
    language: str = ""
    """First line of the body, where that is an assistant's name for the language."""
    closed: bool = True
    """False where the message ends before the code does."""
    indent: int = 0
    """Blanks before the opening fence that are none of the code."""
    depth: int = 0

    @property
    def code(self) -> str:
        r"""The code alone.

        >>> CodeBlock("py\n  print(1)\n  ", language="py", indent=2).code
        'print(1)'
        """
        body = self.body[len(self.language) :]
        first = _FIRST_LINE_BLANK.match(body)
        code = _LAST_LINE_BLANK.sub("", body[first.end() if first else 0 :])
        if not self.indent:
            return code
        return "\n".join(_dedent(line, self.indent) for line in code.split("\n"))


class Gap(Struct, frozen=True, gc=False):
    """Line ends, and blank lines with the blanks in them, between, before and after blocks."""

    text: str


Block: TypeAlias = Paragraph | Item | Quote | Heading | Rule | Table | CodeBlock | Gap


class Document(Struct, frozen=True, gc=False):
    """A message."""

    blocks: tuple[Block, ...]
    line_ends: tuple[str, ...] | None = None
    """The line ends of the source in their order, where they are not all ``\\n``."""


def split_lines(children: Iterable[Inline]) -> list[Inlines]:
    """Part nodes at the line breaks, which are never inside a span."""
    lines: list[list[Inline]] = [[]]
    for node in children:
        if isinstance(node, Text):
            first, *others = node.text.split("\n")
            lines[-1].append(Text(first))
            lines.extend([Text(other)] for other in others)
        else:
            lines[-1].append(node)
    return [tuple(node for node in line if node != Text("")) for line in lines]


class DocumentBuilder:
    """A row of blocks that grows."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._gap: list[str] = []
        """The gap at the end, in pieces: adding each to the text before would copy it every time."""

    @property
    def blocks(self) -> list[Block]:
        """The blocks so far."""
        if self._gap:
            self._close_gap()
        return self._blocks

    def add(self, block: Block) -> None:
        """Append a block."""
        if self._gap:
            self._close_gap()
        self._blocks.append(block)

    def gap(self, text: str) -> None:
        """Append line ends and blanks, to the gap at the end if there is one."""
        if text:
            self._gap.append(text)

    def _close_gap(self) -> None:
        if self._blocks and isinstance(last := self._blocks[-1], Gap):
            self._gap.insert(0, last.text)
            self._blocks.pop()
        self._blocks.append(Gap("".join(self._gap)))
        self._gap.clear()


def _is_blank(piece: Inlines) -> bool:
    return not any(not isinstance(node, Text) or node.text.strip() for node in piece)


def _without_backslashes(piece: Inlines) -> Inlines:
    if not any(isinstance(node, Code) and "\\|" in node.text for node in piece):
        return piece
    return tuple(
        Code(node.text.replace("\\|", "|"), node.mark) if isinstance(node, Code) else node for node in piece
    )


def _dedent(line: str, width: int) -> str:
    """Take up to ``width`` blanks from the start of a line."""
    return line[min(width, len(line) - len(line.lstrip(" \t"))) :]
