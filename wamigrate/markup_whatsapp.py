r"""Reads and writes WhatsApp's own formatting, as people type it.

Fences come first: three backticks, the shortest run with something in it, three backticks; they may
stand inside a line. Then the starts of lines: ``* ``, ``- `` and ``• `` make a bullet, ``1. `` to
``99. `` a number, ``> `` a quotation; no indent, exactly one blank. The rest is read by
:mod:`wamigrate.markup_inline`. Headings, links and tables are no formatting here but text.

The tree has every character of its source: ``to_whatsapp(parse_person(text)) == text``.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

from wamigrate.markup_inline import read_inline
from wamigrate.markup_tree import (
    Block,
    Code,
    CodeBlock,
    Document,
    DocumentBuilder,
    Gap,
    Heading,
    Inlines,
    Item,
    Link,
    Notation,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
    Url,
)

LineReader: TypeAlias = Callable[[str], Inlines]

_FENCE: Final = "```"
_NOT_BLANK: Final = re.compile(r"\S")
# Starts with a plain character, so that the search passes over everything else in C.
_SPECIAL_LINE: Final = re.compile(
    r"\n(?:([*\-•][ ](?=\S)|[0-9]{1,2}\.[ ](?=\S)|>[ ](?![ \t]))([^\n]*)|[ \t]*(?=\n|\Z))"
)
_BLANK_REST: Final = re.compile(r"[ \t]*(?=\n|\Z)")
_LINE_END: Final = re.compile(r"\r\n?|\n")


class Fence(NamedTuple):
    """Where a block of code stands in a text."""

    start: int
    end: int
    block: CodeBlock


def parse_person(text: str, read: LineReader = read_inline) -> Document:
    r"""Read a message as WhatsApp shows it.

    Args:
        text: the body of a message. ``\r\n`` and ``\r`` end a line as ``\n`` does.
        read: reads the formatting inside lines.

    >>> parse_person("- a\n- b").blocks[2]
    Item(mark='- ', children=(Text(text='b'),), number=None, depth=0)

    """
    text, line_ends = split_line_ends(text)
    builder = DocumentBuilder()
    at = 0
    for fence in _fences(text):
        _read_blocks(text[at : fence.start], builder, read, line_start=at == 0)
        builder.add(fence.block)
        at = fence.end
    _read_blocks(text[at:], builder, read, line_start=at == 0)
    return Document(tuple(builder.blocks), line_ends)


def split_line_ends(text: str) -> tuple[str, tuple[str, ...] | None]:
    r"""Make every line end ``\n``, and return the line ends there were if they differ."""
    if "\r" not in text:
        return text, None
    return _LINE_END.sub("\n", text), tuple(_LINE_END.findall(text))


def _fences(text: str) -> Iterator[Fence]:
    """Find the fences that span lines or fill them; the others are left to the line's reader."""
    start = text.find(_FENCE)
    while start >= 0:
        body = start + len(_FENCE)
        content = _NOT_BLANK.search(text, body)
        close = text.find(_FENCE, content.end()) if content else -1
        if close < 0:
            return
        end = close + len(_FENCE)
        if text.find("\n", body, close) >= 0 or _fills_line(text, start, end):
            yield Fence(start, end, CodeBlock(text[body:close]))
        start = text.find(_FENCE, end)


def _fills_line(text: str, start: int, end: int) -> bool:
    # The end first: a line of many fences is then looked through once, not once for each.
    if _BLANK_REST.match(text, end) is None:
        return False
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return not before.strip(" \t")


def _read_blocks(text: str, builder: DocumentBuilder, read: LineReader, *, line_start: bool) -> None:
    """Read what stands between fences; ``line_start`` is false after a fence."""
    first, gap = 0, ""
    if line_start:
        lines, added = "\n" + text, 1
    else:
        rest = text.lstrip(" \t")
        gap = text[: len(text) - len(rest)]
        # Where the fence's line goes on, its rest is text, whatever it starts with.
        lines, added = (rest, 0) if rest[:1] in ("", "\n") else ("\n" + rest, 1)
        first = added
    at = 0
    add = builder.add
    for match in _SPECIAL_LINE.finditer(lines, first):
        start, mark = match.start(), match[1]
        if at < start:
            builder.gap(gap + lines[max(at, added) : at + 1])
            add(Paragraph(read(lines[at + 1 : start])))
            gap = ""
        at = match.end()
        if mark is None:
            gap += lines[max(start, added) : at]
        else:
            builder.gap(gap + lines[max(start, added) : start + 1])
            add(_marked_line(mark, read(match[2])))
            gap = ""
    if at < len(lines):
        builder.gap(gap + lines[max(at, added) : at + 1])
        add(Paragraph(read(lines[at + 1 :])))
    elif gap:
        builder.gap(gap)


def _marked_line(mark: str, children: Inlines) -> Block:
    if mark[0] == ">":
        return Quote(mark, children)
    return Item(mark, children, int(mark[:-2]) if mark[0].isdigit() else None)


def to_whatsapp(document: Document) -> str:
    """Write the source text again, to the byte.

    >>> to_whatsapp(parse_person("1. *a* `b` ```c```"))
    '1. *a* `b` ```c```'
    """
    text = "".join([_block(block) for block in document.blocks])
    if document.line_ends is None:
        return text
    lines = text.split("\n")
    return "".join([line + end for line, end in zip(lines, (*document.line_ends, ""), strict=True)])


def _block(block: Block) -> str:
    match block:
        case Gap(text):
            return text
        case Paragraph(children):
            return inline_source(children)
        case Item(mark, children) | Quote(mark, children) | Heading(mark, children):
            return mark + inline_source(children)
        case CodeBlock():
            return block.fence + block.body + (block.fence if block.closed else "")
        case Rule(source):
            return source
        case _:
            return _table(block)


def _table(table: Table) -> str:
    rows = ["|".join([inline_source(cell) for cell in row]) for row in table.rows]
    return "\n".join([rows[0], table.delimiter, *rows[1:]])


def inline_source(children: Inlines) -> str:
    """Write the source of the formatting inside lines."""
    parts: list[str] = []
    for node in children:
        match node:
            case Text(text):
                parts.append(text)
            case Code(text, mark):
                parts.append(f"{mark}{text}{mark}")
            case Url(text, bracketed):
                parts.append(f"<{text}>" if bracketed else text)
            case Link(inner, target, image):
                parts.append(f"{'!' if image else ''}[{inline_source(inner)}]({target})")
            case Notation(source):
                parts.append(source)
            case _:
                parts.append(f"{node.mark}{inline_source(node.children)}{node.mark}")
    return "".join(parts)
