r"""Reads an assistant's message: WhatsApp's formatting, and the Markdown that assistants write all the same.

On top of what people can write: a language after the opening backticks, fences of any length and indented
ones, headings, lists inside lists, tables, rules. A fence that is still open where the message ends (long
answers are cut) reaches to the end.

The tree has every character of its source.
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from wamigrate.markup_assistant_inline import read_inline
from wamigrate.markup_formula import read_formula
from wamigrate.markup_lines import Lines
from wamigrate.markup_tree import (
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
from wamigrate.markup_whatsapp import Fence, LineReader, split_line_ends

_TAB: Final = 4
_FORMULA_LINES: Final = 50  # a bound, so that many openings take no square of their number
_DEEPER: Final = 2  # columns that make a list inside a list
_OPENING: Final = re.compile(r"```+")
_LANGUAGE: Final = re.compile(r"([A-Za-z][\w+#.-]{0,19}|)[ \t]*(?:\n|\Z)")
_LINE_REST: Final = re.compile(r"[ \t]*(?=\n|\Z)")
MARK: Final = re.compile(
    r"(?P<rule>[ \t]*([-*_])(?:[ \t]*\2){2,}[ \t]*)\Z"
    r"|(?P<heading>[ \t]*\#{1,6}[ \t]+)(?=\S)"
    r"|(?P<item>[ \t]*(?:[-*+•]|(?P<number>[0-9]{1,3})[.)])[ \t]+)(?=\S)"
    r"|(?P<quote>[ \t]*(?:>[ ]?)+)"
)
_NO_BLANK: Final = re.compile(r"[^ \t]")
_EMPTY_ITEM: Final = re.compile(r"[ \t]*(?:[-*+•]|(?P<number>[0-9]{1,3})[.)])[ \t]*\Z")
IN_QUOTE: Final = re.compile(r"(?:[-*+•]|[0-9]{1,3}[.)])[ ]+(?=\S)")
TASK: Final = re.compile(r"\[([ xX])\][ ]+(?=\S)")
_DELIMITER: Final = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
_PIPE: Final = re.compile(r"(?<!\\)\|")
MARK_STARTS: Final = frozenset("#-*+•>_0123456789 \t")


def parse_assistant(text: str, read: LineReader = read_inline) -> Document:
    r"""Read a message of an assistant.

    Args:
        text: the body of a message. ``\r\n`` and ``\r`` end a line as ``\n`` does.
        read: reads the formatting inside lines.

    >>> parse_assistant("```py\nx = 1").blocks[0].language
    'py'

    """
    text, line_ends = split_line_ends(text)
    reader = _Reader(read)
    at = 0
    for fence in _fences(text):
        reader.read(text[at : fence.start], before_code=True)
        reader.add_code(fence.block)
        at = fence.end
    reader.read(text[at:])
    return Document(tuple(reader.builder.blocks), line_ends)


def _fences(text: str) -> Iterator[Fence]:
    at = 0
    lines = Lines(text)
    unclosed: set[str] = set()
    while (opening := _OPENING.search(text, at)) is not None:
        fence = _fence(text, opening, lines, unclosed)
        at = opening.end()
        if fence is not None:
            yield fence
            at = fence.end
        elif (close := text.find(opening[0], at)) >= 0 and text.find("\n", at, close) < 0:
            at = close + len(opening[0])  # code inside a line


def _fence(text: str, opening: re.Match[str], lines: Lines, unclosed: set[str]) -> Fence | None:
    """Read the block of code that the backticks open, if they open one.

    ``unclosed`` holds the backticks that never close a line from here on: looking again takes time.
    """
    body, ticks = opening.end(), opening[0]
    line_start = lines.start(opening.start())
    starts_line = _starts_line(text, line_start, opening.start())
    language = _LANGUAGE.match(text, body)
    content = language.end() if language else body
    close = _closing(text, ticks, content, lines) if language and ticks not in unclosed else -1
    if close < 0:
        if language:
            unclosed.add(ticks)
        close = text.find(ticks, content)
    if close < 0 and not (starts_line or (language and language[1])):
        return None  # backticks in a sentence, or the end of code that an earlier message began
    if not language and close >= 0 and text.find("\n", body, close) < 0:
        fills_line = starts_line and _LINE_REST.match(text, close + len(ticks)) is not None
        if not fills_line:
            return None
    end = len(text) if close < 0 else close
    if not text[content:end].strip():
        return None
    indent = opening.start() - line_start if starts_line else 0
    block = CodeBlock(text[body:end], ticks, language[1] if language else "", close >= 0, indent)
    return Fence(opening.start(), end if close < 0 else close + len(ticks), block)


def _starts_line(text: str, start: int, end: int) -> bool:
    """Tell whether nothing but the mark of an item stands before a place in its line."""
    return _NO_BLANK.search(text, start, end) is None or _EMPTY_ITEM.match(text, start, end) is not None


def _closing(text: str, ticks: str, start: int, lines: Lines) -> int:
    """Return where backticks end a line, or stand at the start of one before no language; or -1."""
    for run in _OPENING.finditer(text, start):
        if run[0] != ticks:
            continue
        if _LINE_REST.match(text, run.end()) is not None:
            return run.start()
        blank = _NO_BLANK.search(text, lines.start(run.start()), run.start()) is None
        if blank and not text[run.end()].isalnum():
            return run.start()
    return -1


class _Reader:
    """Reads line by line, and knows the lists that are open."""

    def __init__(self, read: LineReader) -> None:
        self.read_inline = read
        self.builder = DocumentBuilder()
        self.lists: list[int] = []
        """Indents of the open items, the outermost first."""
        self.open: list[str] = []
        """Lines of the paragraph that is being read."""
        self.open_depth = 0
        self.code_depth: int | None = None
        """Where code goes that starts in a list item's own line."""
        self.after_code = False

    def add_code(self, block: CodeBlock) -> None:
        depth = self._enter(block.indent) if self.code_depth is None else self.code_depth
        self.builder.add(replace(block, depth=depth))
        self.after_code, self.code_depth = True, None

    def read(self, text: str, *, before_code: bool = False) -> None:
        """Read what stands between two blocks of code."""
        lines = text.split("\n")
        index = 0
        if self.after_code:
            index = self._rest_of_line(lines[0])
        item = _EMPTY_ITEM.match(lines[-1]) if before_code and index < len(lines) else None
        if item is not None:
            self._lines(lines, index, len(lines) - 1)
            self._part(newline=len(lines) > 1)
            self._add_item(item[0], "", number=item["number"])
            self.code_depth = len(self.lists)
        else:
            self._lines(lines, index, len(lines))
            if self.open:
                self._flush()

    def _rest_of_line(self, line: str) -> int:
        """Read what stands behind a closing fence: no start of a line, so no mark. Return 1."""
        text = line.lstrip(" \t")
        self.builder.gap(line[: len(line) - len(text)])
        if text:
            self.open, self.open_depth = [text], 0
        return 1

    def _lines(self, lines: list[str], index: int, end: int) -> None:
        while index < end:
            line, newline = lines[index], index > 0
            text = line.lstrip(" \t")
            used = 1
            if not text:
                if self.open:
                    self._flush()
                self.builder.gap("\n" + line if newline else line)
            elif "|" in text and (used := _table_length(lines, index, end)) > 1:
                self._part(newline=newline)
                self.builder.add(_table(lines[index : index + used], self._enter(_width(line, text))))
            elif text[0] not in MARK_STARTS or not self._marked(line, newline=newline):
                self._text(line, text, newline=newline)
            index += max(1, used)

    def _part(self, *, newline: bool) -> None:
        """End the paragraph, because a block of another kind follows."""
        if self.open:
            self._flush()
        if newline:
            self.builder.gap("\n")

    def _text(self, line: str, text: str, *, newline: bool) -> None:
        depth = self._enter(_width(line, text)) if self.lists else 0
        if self.open and depth == self.open_depth:
            self.open.append(line)
            return
        self._part(newline=newline)
        self.open, self.open_depth = [line], depth

    def _marked(self, line: str, *, newline: bool) -> bool:
        match = MARK.match(line)
        if match is None:
            return False
        self._part(newline=newline)
        mark, rest = match[0], line[match.end() :]
        if match["item"]:
            self._add_item(mark, rest, number=match["number"])
            return True
        depth = self._enter(_width(mark, mark.lstrip(" \t")))
        if match["rule"]:
            self.builder.add(Rule(mark, depth))
        elif match["heading"]:
            self.builder.add(Heading(mark, self.read_inline(rest), depth))
        else:
            self.builder.add(Quote(mark, _quoted(rest), depth))
        return True

    def _add_item(self, mark: str, rest: str, *, number: str | None) -> None:
        indent = _width(mark, mark.lstrip(" \t"))
        while self.lists and self.lists[-1] > indent - _DEEPER:
            self.lists.pop()
        if task := TASK.match(rest):
            box = Notation(task[0], task[0], "☐ " if task[1] == " " else "☑ ")
            children = (box, *read_inline(rest[task.end() :]))
        else:
            children = self.read_inline(rest) if rest else ()
        depth = len(self.lists)
        self.builder.add(Item(mark, children, int(number) if number else None, depth))
        self.lists.append(indent)

    def _enter(self, indent: int) -> int:
        """Close the items that a line of this indent does not stand in; return how many are left."""
        while self.lists and self.lists[-1] >= indent:
            self.lists.pop()
        return len(self.lists)

    def _flush(self) -> None:
        """End the paragraph."""
        if self.open_depth:
            children = tuple(_indented_lines(self.open))
        else:
            children = self.read_inline("\n".join(self.open))
        self.builder.add(Paragraph(children, self.open_depth))
        self.open = []


def _width(line: str, text: str) -> int:
    """Count the columns before the text of a line."""
    return len(line[: len(line) - len(text)].expandtabs(_TAB))


def _indented_lines(lines: list[str]) -> Iterator[Inline]:
    r"""Read a paragraph inside a list item, line by line but for formulas between ``\[`` and ``\]``."""
    index = 0
    while index < len(lines):
        line = lines[index]
        if line.lstrip(" \t").startswith("\\["):
            rest = lines[index : index + _FORMULA_LINES]
            formula = read_formula("\n".join([text.strip(" \t") for text in rest]), 0)
            used = formula.source.count("\n") + 1 if formula else 1
            if formula and used > 1:
                if index:
                    yield Text("\n")
                yield replace(formula, source="\n".join(rest[:used]))
                index += used
                continue
        yield from _indented(index, line)
        index += 1


def _indented(index: int, line: str) -> Inlines:
    """Read a line of a paragraph inside a list item, whose indent nobody is to see."""
    text = line.lstrip(" \t")
    indent = line[: len(line) - len(text)]
    start = (Text("\n"),) if index else ()
    return (*start, Notation(indent, "", ""), *read_inline(text))


def _quoted(text: str) -> Inlines:
    """Read the text of a quoted line, which may be a list item."""
    mark = IN_QUOTE.match(text)
    if mark is None:
        return read_inline(text)
    sign = mark[0].rstrip() + " "
    return (Notation(mark[0], sign, sign), *read_inline(text[mark.end() :]))


def _table_length(lines: list[str], index: int, end: int) -> int:
    """Count the lines of the table that starts here; 1 where there is none."""
    if index + 1 >= end or "-" not in lines[index + 1] or not _DELIMITER.match(lines[index + 1]):
        return 1
    if _columns(lines[index]) != _columns(lines[index + 1]):
        return 1
    last = index + 2
    while last < end and "|" in lines[last]:
        last += 1
    return last - index


def _cells(row: str) -> list[str]:
    return _PIPE.split(row)


def _columns(row: str) -> int:
    """Count the cells of a row: one pipe on either side bounds it, each further one parts two cells."""
    pieces = _cells(row.strip(" \t"))
    return max(1, len(pieces) - (not pieces[0]) - (not pieces[-1]))


def _table(lines: list[str], depth: int) -> Table:
    rows = [tuple(read_inline(cell) for cell in _cells(line)) for line in (lines[0], *lines[2:])]
    return Table(tuple(rows), lines[1], depth)
