r"""Writes HTML: a piece of a page, for the inside of ``<body>`` or ``<div>``.

Only elements that wamigrate itself puts there: everything of the message is escaped, and an address
becomes a link only where it leads to the web, a mailbox or a telephone.
"""

from html import escape
from typing import Final, TypeAlias

from wamigrate.markup_tree import (
    SAFE_ADDRESS,
    Code,
    CodeBlock,
    Document,
    Emphasis,
    Gap,
    Heading,
    Inlines,
    Item,
    Link,
    Notation,
    Paragraph,
    Quote,
    Rule,
    Strike,
    Strong,
    Table,
    Text,
    Url,
)

_Leaf: TypeAlias = Paragraph | Heading | Rule | CodeBlock | Table
_Shown: TypeAlias = Item | Quote | _Leaf
_TAGS: Final = {Strong: "strong", Emphasis: "em", Strike: "del"}


def to_html(document: Document) -> str:
    """Write HTML.

    >>> from wamigrate.markup_whatsapp import parse_person
    >>> to_html(parse_person("*a* <b>"))
    '<p><strong>a</strong> &lt;b&gt;</p>'
    """
    writer = _Writer()
    for block in document.blocks:
        if not isinstance(block, Gap):
            writer.add(block)
    writer.leave(0)
    return "\n".join(writer.parts)


class _Writer:
    """Knows the lists that are open."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.lists: list[tuple[str, int]] = []
        """Element and last number of the open lists, the outermost first."""
        self.quoted = False

    def add(self, block: _Shown) -> None:
        if self.quoted and not isinstance(block, Quote):
            self._end_quote()
        match block:
            case Item():
                self._item(block)
            case Quote():
                self._quote(block)
            case _:
                self.leave(block.depth)
                self.parts.append(_leaf(block))

    def leave(self, depth: int) -> None:
        """Close the lists deeper than ``depth``, and what is quoted."""
        if self.quoted:
            self._end_quote()
        while len(self.lists) > depth:
            self.parts[-1] += f"</li></{self.lists.pop()[0]}>"

    def _item(self, item: Item) -> None:
        self.leave(item.depth + 1)
        element = "ul" if item.number is None else "ol"
        number = item.number or 0
        if len(self.lists) > item.depth:
            if self.lists[-1] == (element, number - 1) or (self.lists[-1][0] == element == "ul"):
                self.parts[-1] += "</li>"
            else:
                self.leave(item.depth)
        if len(self.lists) <= item.depth:
            start = f' start="{number}"' if element == "ol" and number != 1 else ""
            self.parts.append(f"<{element}{start}>")
            self.lists.append((element, number))
        self.lists[-1] = (element, number)
        self.parts.append(f"<li>{html_inline(item.children)}")

    def _quote(self, quote: Quote) -> None:
        line = html_inline(quote.children)
        if self.quoted:
            self.parts[-1] += "<br>"
            self.parts.append(line)
        else:
            self.leave(quote.depth)
            self.parts.append(f"<blockquote>{line}")
            self.quoted = True

    def _end_quote(self) -> None:
        self.quoted = False
        self.parts[-1] += "</blockquote>"


def _leaf(block: _Leaf) -> str:
    match block:
        case Paragraph(children):
            return f"<p>{html_inline(children)}</p>"
        case Heading(_, children):
            return f"<h{block.level}>{html_inline(children)}</h{block.level}>"
        case Rule():
            return "<hr>"
        case CodeBlock():
            language = f' class="language-{escape(block.language)}"' if block.language else ""
            return f"<pre><code{language}>{escape(block.code, quote=False)}\n</code></pre>"
        case _:
            return _table(block)


def _table(table: Table) -> str:
    rows: list[str] = []
    for index, row in enumerate(table.cells):
        cells = [html_inline(cell).strip() for cell in row]
        tag = "td" if index else "th"
        rows.append("<tr>" + "".join([f"<{tag}>{cell}</{tag}>" for cell in cells]) + "</tr>")
    body = "".join(rows[1:])
    return f"<table><thead>{rows[0]}</thead>" + (f"<tbody>{body}</tbody>" if body else "") + "</table>"


def html_inline(children: Inlines) -> str:
    """Write the formatting inside lines."""
    parts: list[str] = []
    for node in children:
        match node:
            case Text(text):
                parts.append(escape(text, quote=False).replace("\n", "<br>\n"))
            case Notation():
                parts.append(escape(node.shown, quote=False))
            case Code(text):
                parts.append(f"<code>{escape(text, quote=False)}</code>")
            case Url(text):
                address = f"http://{text}" if text.lower().startswith("www.") else text
                parts.append(f'<a href="{escape(address)}">{escape(text, quote=False)}</a>')
            case Link():
                parts.append(_link(node))
            case _:
                tag = _TAGS[type(node)]
                parts.append(f"<{tag}>{html_inline(node.children)}</{tag}>")
    return "".join(parts)


def _link(link: Link) -> str:
    """Write a link; also for a picture, because a page that loads pictures tells who reads it."""
    label = html_inline(link.children)
    if not SAFE_ADDRESS.match(link.address):
        return label
    return f'<a href="{escape(link.address)}">{label}</a>'
