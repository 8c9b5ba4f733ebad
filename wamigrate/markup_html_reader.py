"""Reads HTML that a chat page or an export holds into the tree of formatted text.

Knows what messages are made of: paragraphs, headings, lists, quotations, code, tables, links, bold, italic
and struck-through text. Other elements count for their text alone; scripts and styles do not count.
"""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Final
from urllib.parse import quote

from wamigrate.markup_markdown_inline_reader import shown_inline
from wamigrate.markup_tree import (
    SAFE_ADDRESS,
    Block,
    Code,
    CodeBlock,
    Document,
    DocumentBuilder,
    Emphasis,
    Heading,
    Inline,
    Inlines,
    Item,
    Link,
    Paragraph,
    Quote,
    Rule,
    Strike,
    Strong,
    Table,
    Text,
    Url,
    split_lines,
)

_SPANS: Final[dict[str, Callable[[Inlines], Inline]]] = {
    "b": Strong,
    "strong": Strong,
    "i": Emphasis,
    "em": Emphasis,
    "s": Strike,
    "del": Strike,
    "strike": Strike,
}
_PARTS: Final = re.compile(
    r"(?:address|article|aside|body|center|dd|details|div|dl|dt|fieldset|figure|footer|form|header|html|main|nav"
    r"|p|section|summary)\Z"
)
_LISTS: Final = frozenset(("ul", "ol"))
_UNSEEN: Final = frozenset(("script", "style", "head", "title", "template"))
_HEADING: Final = re.compile(r"h([1-6])\Z")
_NUMBER: Final = re.compile(r"[0-9]{1,9}\Z")
_LANGUAGE: Final = re.compile(r"(?:language|lang|hljs language)-([\w+#.-]+)")
_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# What would end an address in Markdown.
_SIGNS: Final = re.compile(r"[\s()<>\\\x00-\x1f\x7f]")


def parse_html(source: str) -> Document:
    """Read a piece of HTML or a whole page. Nothing in it can fail to be read.

    >>> parse_html("<p>a <b>b</b></p>").blocks
    (Paragraph(children=(Text(text='a '), Strong(children=(Text(text='b'),), mark='*')), depth=0),)
    """
    reader = _Reader()
    reader.feed(source)
    reader.close()
    reader.flush()
    return Document(tuple(reader.builder.blocks))


class _Reader(HTMLParser):
    """Collects the text between block elements, and makes a block of it at each border."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = DocumentBuilder()
        self.inline: list[tuple[str, str, list[Inline]]] = [("", "", [])]
        """Open inline elements: name, address of a link, children."""
        self.lists: list[int | None] = []
        """Next number of the open lists, the outermost first; null for bullets."""
        self.item_waits = False
        """Whether the next block is the first of a list item."""
        self.quotes = 0
        self.heading = 0
        self.code: list[str] | None = None
        """Text of the ``pre`` that is open."""
        self.language = ""
        self.unseen = 0
        self.rows: list[list[Inlines]] | None = None
        """Rows of the table that is open."""
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _UNSEEN:
            self.unseen += 1
        elif self.code is not None:
            self._language_from(attributes)
        elif tag in _SPANS or tag in ("code", "a"):
            self.inline.append((tag, attributes.get("href") or "", []))
        elif tag == "br":
            self.inline[-1][2].append(Text("\n"))
        elif tag == "pre":
            self.flush()
            self.code, self.language = [], ""
            self._language_from(attributes)
        elif tag in ("table", "tr", "td", "th"):
            self._table_part(tag)
        else:
            self._open_block(tag, attributes)

    def _language_from(self, attributes: dict[str, str | None]) -> None:
        match = _LANGUAGE.search(attributes.get("class") or "")
        self.language = match[1] if match else self.language

    def _table_part(self, tag: str) -> None:
        if tag == "table":
            self.flush()
            self.rows = []
            self.in_cell = False
        elif self.rows is not None:
            self._end_cell()
            if tag == "tr" or not self.rows:
                self.rows.append([])
            self.in_cell = tag != "tr"

    def _end_cell(self) -> None:
        if self.rows and self.in_cell:
            self.rows[-1].append(self._take())
        self.in_cell = False

    def _open_block(self, tag: str, attributes: dict[str, str | None]) -> None:
        if self.rows is not None:
            return
        if tag in _LISTS:
            self.flush()
            if self.item_waits:
                self._add_item(())
            start = _NUMBER.match(attributes.get("start") or "1")
            self.lists.append(int(start[0] if start else 1) if tag == "ol" else None)
        elif tag == "li":
            self.flush()
            self.item_waits = bool(self.lists)
        elif tag == "blockquote":
            self.flush()
            self.quotes += 1
        elif tag == "hr":
            self.flush()
            self._add(Rule("---", len(self.lists)))
        elif heading := _HEADING.match(tag):
            self.flush()
            self.heading = int(heading[1])
        elif _PARTS.match(tag):
            self.flush()

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag == "pre" and self.code is not None:
            self._end_code("".join(self.code).strip("\n"))
        elif self.code is not None:
            return
        elif tag in _SPANS or tag in ("code", "a"):
            self._close_inline(tag)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag == "table":
            self._end_table()
        elif self.rows is None:
            self._close_block(tag)

    def _end_code(self, code: str) -> None:
        self.code = None
        fence = "```"
        while fence in code:
            fence += "`"
        body = f"{self.language}\n{code}\n"
        self._add(CodeBlock(body, fence, self.language, depth=len(self.lists)))

    def _close_block(self, tag: str) -> None:
        if _PARTS.match(tag) or tag in _LISTS or tag in ("li", "blockquote") or _HEADING.match(tag):
            self.flush()
        if tag in _LISTS and self.lists:
            self.lists.pop()
            self.item_waits = False
        if tag == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        if tag == "li":
            self.item_waits = False
        if _HEADING.match(tag):
            self.heading = 0

    def handle_data(self, data: str) -> None:
        if self.unseen:
            return
        if self.code is not None:
            self.code.append(data)
        else:
            self.inline[-1][2].append(Text(_BLANKS.sub(" ", data)))

    def _close_inline(self, tag: str) -> None:
        if not any(name == tag for name, _, _ in self.inline[1:]):
            return
        while True:
            name = self.inline[-1][0]
            self._wrap()
            if name == tag:
                return

    def _wrap(self) -> None:
        """Close the innermost inline element; blanks at its edges go outside."""
        name, address, nodes = self.inline.pop()
        before, children, after = _without_edges(nodes)
        outer = self.inline[-1][2]
        if before:
            outer.append(Text(before))
        if children:
            outer.extend(_element(name, address, children))
        if after:
            outer.append(Text(after))

    def _take(self) -> Inlines:
        """Close all inline elements, and take what they hold."""
        while len(self.inline) > 1:
            self._wrap()
        nodes = self.inline[0][2]
        self.inline = [("", "", [])]
        return _without_edges(nodes)[1]

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Take ``<![...`` for a comment, as browsers do; the base class raises."""
        return self.parse_bogus_comment(i, report)

    def flush(self) -> None:
        """Make a block of the text since the last border."""
        children = self._take()
        if not children or self.rows is not None:
            return
        if self.item_waits:
            self._add_item(children)
        elif self.heading:
            self._add(Heading("#" * self.heading + " ", children, len(self.lists)))
        elif self.quotes:
            for line in split_lines(children):
                self._add(Quote("> " * self.quotes, line, len(self.lists)))
        else:
            self._add(Paragraph(children, len(self.lists)))

    def _add_item(self, children: Inlines) -> None:
        number, depth = self.lists[-1], len(self.lists) - 1
        mark = "- " if number is None else f"{number}. "
        if number is not None:
            self.lists[-1] = number + 1
        self.item_waits = False
        self._add(Item("   " * depth + mark, children, number, depth))

    def _end_table(self) -> None:
        self._end_cell()
        rows = [row for row in self.rows or () if row]
        self.rows = None
        if rows:
            width = max(map(len, rows))
            pieces = tuple(_table_row(row, width) for row in rows)
            self._add(Table(pieces, "|" + "---|" * width, len(self.lists)))

    def _add(self, block: Block) -> None:
        if self.item_waits:
            self._add_item(())
        blocks = self.builder.blocks
        if blocks:
            near = isinstance(block, Item | Quote) and type(blocks[-1]) is type(block)
            self.builder.gap("\n" if near else "\n\n")
        self.builder.add(block)


def _element(name: str, address: str, children: Inlines) -> Inlines:
    if name == "code":
        return (Code("".join([shown_inline(node) for node in children]).replace("\n", " ")),)
    if name == "a":
        return _link(address.strip(), children)
    return (_SPANS[name](children),)


def _link(address: str, children: Inlines) -> Inlines:
    """Make a link, unless its address would run something or is none."""
    if not address or (_SCHEME.match(address) and not SAFE_ADDRESS.match(address)):
        return children
    if children == (Text(address),) and "://" in address and not _SIGNS.search(address):
        return (Url(address),)
    return (Link(children, _SIGNS.sub(lambda sign: quote(sign[0]), address)),)


def _without_edges(nodes: list[Inline]) -> tuple[str, Inlines, str]:
    """Join neighbouring texts, and part the white space at both ends from the rest."""
    joined: list[Inline] = []
    for node in nodes:
        if isinstance(node, Text) and joined and isinstance(last := joined[-1], Text):
            joined[-1] = Text(re.sub(r" *\n *| {2,}", _one_blank, last.text + node.text))
        else:
            joined.append(node)
    before = after = ""
    if joined and isinstance(first := joined[0], Text):
        text = first.text.lstrip()
        before, joined[0] = first.text[: len(first.text) - len(text)], Text(text)
    if joined and isinstance(last := joined[-1], Text):
        text = last.text.rstrip()
        after, joined[-1] = last.text[len(text) :], Text(text)
    return before, tuple(node for node in joined if node != Text("")), after


def _one_blank(match: re.Match[str]) -> str:
    return "\n" if "\n" in match[0] else " "


def _table_row(row: list[Inlines], width: int) -> tuple[Inlines, ...]:
    blank = (Text(" "),)
    cells = [blank + cell + blank if cell else blank for cell in row] + [blank] * (width - len(row))
    return ((), *cells, ())
