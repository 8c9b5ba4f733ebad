r"""Reads CommonMark (with GitHub's tables and strikethrough) into the tree of formatted text.

The structure is found by markdown-it-py. What the tree cannot hold is kept as text: raw HTML, and inside
quotations the signs of lists and headings; code and tables leave the quotation. Reference links become
links, and what nobody sees (unused references, comments of fences) is left out. A line end is a line break
only where CommonMark says so, with two blanks or a backslash before it.

What our own writer writes is read so that it is written again to the byte.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wamigrate.markup_escape import escape
from wamigrate.markup_markdown_inline_reader import InlineReader, joined, joined_lines, shown_inline
from wamigrate.markup_tree import (
    Block,
    CodeBlock,
    Document,
    DocumentBuilder,
    Heading,
    Inline,
    Inlines,
    Item,
    Notation,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

_PLAIN: Final = re.compile(
    r"(?![ \t>+\-=:|]|[0-9]{1,9}[.)]|.*(?:://|www\.))[^\\`*_~\[\]<&#$\n\r]+\Z", re.IGNORECASE
)
_LINE_END: Final = re.compile(r"\r\n?")
_TASK: Final = re.compile(r"\[([ xX])\][ ]+(?=\S)")
_PIPE: Final = re.compile(r"(?<!\\)\|")
_ESCAPED_PIPE: Final = re.compile(r"(?<!\\)((?:\\\\)+)(?=\|)")
_CLOSING: Final = re.compile(r"(?<=[ \t])#+[ \t]*\Z")
_BLANK_LINES: Final = re.compile(r"\n(?:[ \t]*\n)+")
_FENCE: Final = "```"


def parse_markdown(text: str, *, breaks: bool = False) -> Document:
    r"""Read a text in Markdown. Every text can be read.

    Args:
        text: CommonMark; ``\r\n`` and ``\r`` end a line as ``\n`` does.
        breaks: whether each line end is a line break, as comments on GitHub and Obsidian show it.

    >>> parse_markdown("*a* b").blocks[0].children
    (Emphasis(children=(Text(text='a'),), mark='_'), Text(text=' b'))
    >>> from wamigrate.markup_whatsapp import to_whatsapp
    >>> to_whatsapp(parse_markdown("1. **a**  \n   ~~b~~"))
    '1. *a*\n   ~b~'

    """
    if _PLAIN.match(text):
        return Document((Paragraph((Text(text),)),))
    from wamigrate.markup_markdown_rules import engine  # noqa: PLC0415 - loads markdown-it

    text = _LINE_END.sub("\n", text)
    markdown = engine()
    environment: dict[str, Any] = {}
    tokens: list[Token] = []
    markdown.block.parse(text, markdown, environment, tokens)
    reader = _Reader(InlineReader(environment, breaks=breaks), text.split("\n"))
    for index, token in enumerate(tokens):
        if token.map is None or token.type == "inline":
            reader.close(token.type)
        elif not reader.open(token, *token.map):
            following = tokens[index + 1] if index + 1 < len(tokens) else token
            reader.add(token, following.content, *token.map)
    return reader.finish()


@dataclass
class _Frame:
    """A quotation or a list item that is open."""

    mark: str
    start: int
    """Its first line, counted from 0."""
    end: int
    """The line after its last one."""
    number: int | None = None
    is_quote: bool = False
    waits: bool = False
    """Whether it is an item whose mark is not written yet."""


class _Reader:
    """Makes blocks of the engine's tokens."""

    def __init__(self, inline: InlineReader, lines: list[str]) -> None:
        self.inline = inline
        self.lines = lines
        """Of the source."""
        self.builder = DocumentBuilder()
        self.frames: list[_Frame] = []
        """Open quotations and items, the outermost first."""
        self.numbers: list[int | None] = []
        """Next number of the open lists, the outermost first; null for bullets."""
        self.end = 0
        """The line after the last block, counted from 0."""
        self.quotes = False
        """Whether blank lines belong to the quotation that is open: not beside code, which left it."""

    def open(self, token: "Token", start: int, end: int) -> bool:
        """Open a list, an item or a quotation (lines ``start`` to before ``end``), if it is one."""
        match token.type:
            case "bullet_list_open":
                self.numbers.append(None)
            case "ordered_list_open":
                number = token.attrGet("start")
                self.numbers.append(1 if number is None else int(number))
            case "list_item_open":
                self._flush_item()
                self.frames.append(self._item_frame(token, start, end))
            case "blockquote_open":
                self._flush_item()
                if self._quote() is None:
                    self.quotes = True
                else:
                    self._quote_blank_lines(start)
                self.frames.append(_Frame("> ", start, end, is_quote=True))
            case _:
                return False
        return True

    def _item_frame(self, token: "Token", start: int, end: int) -> _Frame:
        number = self.numbers[-1]
        if number is None:
            # A plus is no bullet for WhatsApp.
            sign = "-" if token.markup == "+" and self._quote() is None else token.markup
        else:
            self.numbers[-1] = number + 1
            sign = (token.info if int(token.info) == number else str(number)) + token.markup
        return _Frame(f"{sign} ", start, end, number, waits=True)

    def close(self, kind: str) -> None:
        """Close what was opened, if the token closes something."""
        if kind in ("bullet_list_close", "ordered_list_close"):
            self.numbers.pop()
        elif kind in ("list_item_close", "blockquote_close"):
            frame = self.frames[-1]
            if frame.waits:
                self._flush_item(in_quote=True)
            elif frame.is_quote:
                self._quote_blank_lines(frame.end)
            self.frames.pop()
            self.quotes = self.quotes and self._quote() is not None

    def add(self, token: "Token", content: str, start: int, end: int) -> None:
        """Add a block without blocks in it; ``content`` is the text inside paragraphs and headings."""
        match token.type:
            case "paragraph_open":
                self._add_text(self._paragraph(content), start)
            case "html_block":
                self._add_html(token.content, start)
            case "heading_open":
                self._add_heading(int(token.tag[1]), content, start)
            case "hr" if self._quote() is not None:
                self._add_quoted((_sign(token.content),), start)
            case "hr":
                self._add(Rule(token.content, self._depth()), start)
            case "table_open":
                self._add(self._table(token.content.split("\n")), start)
            case "fence" | "code_block":
                self._add(_code_block(token, self._depth()), start)
            case _:
                return
        self.end = end

    def finish(self) -> Document:
        """Return the document, with the line ends after its last block."""
        self.builder.gap("\n" * (len(self.lines) - max(1, self.end)))
        return Document(tuple(self.builder.blocks))

    def _item_waits(self) -> bool:
        return bool(self.frames) and self.frames[-1].waits

    def _quote(self) -> int | None:
        """Return the index of the outermost quotation."""
        return next((index for index, frame in enumerate(self.frames) if frame.is_quote), None)

    def _depth(self) -> int:
        """Count the items around: those inside a quotation are text."""
        quote = self._quote()
        return len(self.frames) if quote is None else quote

    def _gap(self, start: int) -> None:
        """Append the line ends up to a line."""
        blocks = self.builder.blocks
        self.builder.gap("\n" * (max(1, start - self.end + 1) if blocks else start))

    def _add(self, block: Block, start: int) -> None:
        """Append a block that is neither text nor part of a quotation."""
        self._flush_item(in_quote=True)
        self.quotes = False
        self._gap(start)
        self.builder.add(block)

    def _paragraph(self, content: str) -> Inlines:
        task = _TASK.match(content) if self._item_waits() else None
        if task is not None:
            children = self.inline.read(content[task.end() :], line_start=False)
            if "".join([shown_inline(node) for node in joined_lines(children)[0]]).strip():
                box = Notation(task[0], task[0], "☐ " if task[1] == " " else "☑ ")
                return (box, *_without_indent(children))
        line_start = not self.frames or self.frames[-1].is_quote or self._quote() is None
        return self.inline.read(content, line_start=line_start)

    def _add_text(self, children: Inlines, start: int) -> None:
        if self._quote() is not None:
            self._add_quoted(children, start)
            return
        lines = joined_lines(children)
        while lines:
            count = next((index for index, line in enumerate(lines) if not line), len(lines))
            if count:
                self._add_lines(lines[:count], start)
                start = self.end + 1  # an empty line parts paragraphs
            del lines[: count + 1]

    def _add_lines(self, lines: list[Inlines], start: int) -> None:
        if self._item_waits():
            self._add_item(lines.pop(0), start)
            if not lines:
                return
        self._gap(start)
        indent = "".join([" " * len(frame.mark) for frame in self.frames])
        nodes = [node for index, line in enumerate(lines) for node in _line(index, indent, line)]
        self.builder.add(Paragraph(tuple(nodes) if indent else joined(nodes), len(self.frames)))
        self.end = max(self.end, start) + 1

    def _add_item(self, children: Inlines, start: int) -> None:
        frame = self.frames[-1]
        self._gap(start)
        *outer, _ = self.frames
        mark = "".join([" " * len(around.mark) for around in outer]) + frame.mark
        self.builder.add(Item(mark, children, frame.number, len(outer)))
        self.end = start + 1
        frame.waits = False

    def _flush_item(self, *, in_quote: bool = False) -> None:
        """Write the mark of an item that starts with no text; inside a quotation, only if ``in_quote``."""
        if not self._item_waits():
            return
        if self._quote() is None:
            self._add_item((), self.frames[-1].start)
        elif in_quote:
            self._add_quoted((), self.frames[-1].start)
            self.end = self.frames[-1].start + 1

    def _add_html(self, content: str, start: int) -> None:
        at = 0
        for match in (*_BLANK_LINES.finditer(content), None):
            text = content[at : match.start() if match else len(content)].rstrip("\n")
            if text.strip():
                self._add_text((Text(text),), start + content.count("\n", 0, at))
                self.end = start + content.count("\n", 0, at) + text.count("\n") + 1
            at = match.end() if match else at

    def _add_heading(self, level: int, content: str, start: int) -> None:
        mark = "#" * level + " "
        # A heading is one line.
        children = joined(
            [node for line in joined_lines(self.inline.read(content)) for node in (Text(" "), *line)][1:]
        )
        children = _without_closing(children)
        if self._quote() is None:
            self._add(Heading(mark, children, self._depth()), start)
        else:
            self._add_quoted((Notation(mark, mark, ""), *children), start)

    def _add_quoted(self, children: Inlines, start: int) -> None:
        """Add lines of a quotation, with what stands inside of it as text."""
        self._quote_blank_lines(start)
        lines = joined_lines(children)
        while len(lines) > 1 and not lines[0]:
            del lines[0]
        for index, line in enumerate(lines):
            prefix = self._quoted_prefix()
            nodes = _without_indent(line) if prefix else line
            if prefix and not nodes and self._is_below_text():
                # The mark alone could make a heading of that line.
                self._gap(self.end)
                self._add_quote(())
            self._gap(self.end if index else start)
            self._add_quote((_sign(prefix), *nodes) if prefix else nodes)
            self.end = max(self.end, start) + 1

    def _is_below_text(self) -> bool:
        """Tell whether the line of the quotation before holds text."""
        last = self.builder.blocks[-1] if self.quotes and self.builder.blocks else None
        return isinstance(last, Quote) and any(not isinstance(node, Notation) for node in last.children)

    def _quote_blank_lines(self, line: int) -> None:
        """Add the empty lines of a quotation before a line."""
        quote = self._quote()
        if quote is not None and self.quotes:
            for blank in range(max(self.end, self.frames[quote].start), line):
                if ">" not in self.lines[blank]:
                    break  # after the quotation
                self._gap(blank)
                self._add_quote(())
                self.end = blank + 1

    def _add_quote(self, children: Inlines) -> None:
        self.quotes = True
        depth = self._depth()
        level = next(
            (index for index, frame in enumerate(self.frames[depth:]) if not frame.is_quote),
            len(self.frames) - depth,
        )
        self.builder.add(Quote("> " * level, children, depth))

    def _quoted_prefix(self) -> str:
        """Write the marks of what stands inside a quotation, but quotations directly in each other."""
        inside = self.frames[self._depth() :]
        while inside and inside[0].is_quote:
            inside.pop(0)
        prefix = ""
        for frame in inside:
            prefix += frame.mark if frame.waits or frame.is_quote else " " * len(frame.mark)
            frame.waits = False
        return prefix

    def _table(self, lines: list[str]) -> Table:
        texts = [line.strip(" \t") for line in (lines[0], *lines[2:])]
        # Where an entity stands for a blank, something else than a row would begin without a pipe.
        texts = ["|" + text if text.startswith("&") else text for text in texts]
        rows = tuple([tuple([self._cell(piece) for piece in _PIPE.split(text)]) for text in texts])
        return Table(rows, lines[1].strip(" \t"), self._depth())

    def _cell(self, piece: str) -> Inlines:
        # Of backslashes before a pipe, the last belongs to the table.
        text = _ESCAPED_PIPE.sub(lambda match: match[1][1:], piece)
        return self.inline.read(text, line_start=False)


def _without_closing(children: Inlines) -> Inlines:
    """Escape a ``#`` at the end of a heading, which would be read as closing it."""
    last = children[-1] if children else None
    if not isinstance(last, Text):
        return children
    # A heading that begins so has a blank before.
    before = " " if len(children) == 1 else ""
    closing = _CLOSING.search(before + escape(last.text, line_start=bool(before)))
    if closing is None:
        return children
    signs = closing[0]
    return (
        *joined((*children[:-1], Text(last.text.removesuffix(signs)))),
        Notation(signs, f"\\{signs}", signs),
    )


def _sign(text: str) -> Notation:
    return Notation(text, text, text)


def _without_indent(line: Inlines) -> Inlines:
    """Take the blanks away that begin a line: behind the mark of an item they would be part of it."""
    if line and isinstance(first := line[0], Text):
        return joined((Text(first.text.lstrip(" \t")), *line[1:]))
    return line


def _line(index: int, indent: str, line: Inlines) -> Iterable[Inline]:
    """Yield the nodes of a line of a paragraph, whose indent nobody is to see."""
    if index:
        yield Text("\n")
    if indent:
        yield Notation(indent, "", "")
    yield from line


def _code_block(token: "Token", depth: int) -> CodeBlock:
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    if "`" in language:
        language = ""  # no fence of backticks can have it
    code = token.content.removesuffix("\n")
    fence = _FENCE
    while fence in code:
        fence += "`"
    return CodeBlock(f"{language}\n{code}\n", fence, language, depth=depth)
