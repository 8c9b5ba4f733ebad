r"""Writes HTML of Markdown at once, where it has no blocks inside blocks.

Most answers are paragraphs, headings, fences, tables and one level of lists: one pass over their signs and
one over their lines write them, ten times as fast as reading a tree and writing that. Every other text goes
through the tree. Both ways write the same HTML.

>>> quick_html("Take *two*:\n\n- flour\n- `salt`")
'<p>Take <em>two</em>:</p>\n<ul>\n<li>flour</li>\n<li><code>salt</code></li></ul>'
"""

import re
from collections.abc import Callable
from html import escape
from typing import Final, NamedTuple

from wamigrate.markup_quick import NotSimpleError

_NO_SIGNS: Final = re.compile(r"(?![ >+\-=:|]|[0-9]{1,9}[.)])[^\\`*_~\[\]<>&#$\n\r\t\0-\x1f\x7f]+\Z")
_CONTROL: Final = re.compile(r"[\r\t\0-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
_FENCE: Final = re.compile(r"(?:\A|(?<=\n\n))```([\w+#.-]*)\n((?:(?!`{3}).)*?)\n?```(?=\n\n|\Z)", re.DOTALL)
_BEFORE: Final = r"(?<![^ \n(]{sign})"
_AFTER: Final = r"(?=[ \n.,:;!?)]|\Z)"
_INSIDE: Final = r"(?=\S)[^*_~`\n\\&\[\]|]+(?<=\S)"
_INLINE: Final = (
    r"`(?P<code>(?=\S)[^`\n|]+(?<=\S))`(?!`)",
    rf"\*{_BEFORE.format(sign='[*]')}\*(?P<strong>{_INSIDE})\*\*{_AFTER}",
    rf"\*{_BEFORE.format(sign='[*]')}(?P<em>{_INSIDE})\*{_AFTER}",
    rf"~{_BEFORE.format(sign='~')}~(?P<del>{_INSIDE})~~{_AFTER}",
    (
        r"\[(?<!!\[)(?P<label>(?=\S)[^\[\]*_~`\\\n&!|$:]+(?<=\S))\]"
        r"\((?P<target>https?://[A-Za-z0-9\-./%#?=+@,]*[A-Za-z0-9/])\)"
    ),
    r"\\(?P<sign>&(?:amp|lt|gt);|[!-%'-/:;=?-@\[-`{-~])",
    r"_(?P<inner>)(?<=[^\W_]_)(?=[^\W_])",
    r"\*(?P<star>)(?<= \*)(?= )",
    r"~(?P<about>)(?<!~~)(?!~)",
    r"&(?P<and>)amp;(?!#?\w+;)",
    r"&(?P<less>)lt;(?![A-Za-z/!?])",
    r"&(?P<more>)gt;",
)
"""Patterns of what has one meaning only, in text whose ``&``, ``<`` and ``>`` are escaped.

Each starts with one plain character, and a group without content stands for itself.
"""
_ADDRESS: Final = (
    r"h(?<![^ \n]h)(?P<url>ttps?://[A-Za-z0-9][A-Za-z0-9\-./%#?=+@,]*[A-Za-z0-9/])(?=[.,!?:]?(?:[ \n]|\Z))"
)
_REST: Final = tuple(f"{sign}()" for sign in (r"\*", "~", r"\[", r"\\", "_", "&", "`"))
"""What is left of the signs takes a tree."""
_HIDDEN: Final = "\x01"
"""Stands before a character that would have been a sign at the start of a line."""
_HARD: Final = "\x02"
"""Stands for a line break while lines are joined."""
_LINE_SIGNS: Final = frozenset("-+*#|=`~:_ &0123456789")
_ITEM: Final = re.compile(r"(?:-|([0-9]{1,9})([.)])) (?=[^ ])")
_MARK: Final = re.compile(
    r"(?:[-+*]|[0-9]{1,9}[.)]|\#{1,6})(?: |$)|[-=| :]+$|[*_ ]+$|\||```|~~~|&gt;| |\[[ xX]\] "
)
"""What begins a block, or a box to be ticked."""
_HEADING: Final = re.compile(r"(#{1,6}) (?=[^ #])([^\n]*[^ #])$")
_DELIMITER: Final = re.compile(r"\|(?: *:?-+:? *\|)+$")
_QUOTE: Final = "&gt; "
_BREAK: Final = "  "


def _plain_code(code: str, language: str) -> str:
    words = f' class="language-{escape(language)}"' if language else ""
    return f"<pre><code{words}>{escape(code, quote=False)}\n</code></pre>"


_HEADINGS: Final = tuple((f"<h{level}>", f"</h{level}>") for level in range(1, 7))


class Look(NamedTuple):
    """How elements are written that a page may want to be more than bare."""

    link: str = '<a href="'
    """All before the address."""
    table: str = "<table>"
    table_end: str = "</table>"
    headings: tuple[tuple[str, str], ...] = _HEADINGS
    """Tags of the levels from 1 to 6."""
    empty_head: str = "<th></th>"
    """A cell without words in the first row of a table."""
    code: Callable[[str, str], str] = _plain_code
    """Writes a block of code, from the code and the name of its language."""


BARE: Final = Look()
"""As :func:`wamigrate.markup_html.to_html` writes."""


def quick_html(text: str, look: Look = BARE) -> str | None:
    r"""Write Markdown as HTML, or return None where that takes a tree.

    Args:
        text: CommonMark.
        look: how some elements are written.

    >>> quick_html("- a\n  - b") is None
    True

    """
    if _NO_SIGNS.match(text) and "://" not in text and "www." not in text:
        return f"<p>{text}</p>"
    if _CONTROL.search(text) or "www." in text or "]:" in text or text.count("$") > 1:
        return None  # other line ends, addresses without a scheme, reference links, formulas
    writer = _Writer(look)
    at = 0
    try:
        if "```" in text:
            for fence in _FENCE.finditer(text):
                writer.lines(text[at : fence.start()])
                writer.code(fence[1], fence[2])
                at = fence.end()
        writer.lines(text[at:])
    except NotSimpleError:
        return None
    return writer.finish()


def _inline(text: str, link: str) -> str:
    """Write the formatting inside lines; raise where something needs pairing."""
    escaped = escape(text, quote=False)
    if "://" not in text:
        return _WITHOUT.sub(_written, escaped)
    html = _WITH_ADDRESS.sub(_written, escaped)
    return html if link == BARE.link else html.replace(BARE.link, link)


def _written(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if kind is None:
        raise NotSimpleError
    content = match[kind]
    if not content:
        return match[0]
    if kind == "sign":
        return _HIDDEN + content
    if kind == "url":
        return f'<a href="h{content}">h{content}</a>'
    if kind == "target":
        return f'<a href="{content}">{match["label"]}</a>'
    if kind != "code" and "://" in content:
        raise NotSimpleError
    return f"<{kind}>{content}</{kind}>"


_WITHOUT: Final = re.compile("|".join((*_INLINE, *_REST)))
_WITH_ADDRESS: Final = re.compile("|".join((*_INLINE, _ADDRESS, *_REST, "://()")))


class _Writer:
    """Knows which block is open."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.parts: list[str] = []
        self.paragraph: list[str] = []
        self.list = ""
        """Element of the open list, with the delimiter of its numbers."""
        self.number = 0
        self.blank = True
        """Whether the line before was blank."""
        self.quote: list[str] = []
        self.quoted = False
        """Whether the last block was a quotation: the next would go on with it."""

    def finish(self) -> str:
        """Return everything, with what is still open closed."""
        self._end_list()
        return "\n".join(self.parts).replace(_HIDDEN, "")

    def code(self, language: str, code: str) -> None:
        """Add a fence."""
        self._end_list()
        self._add(self.look.code(code, language))

    def lines(self, text: str) -> None:
        """Add everything between two fences."""
        for block in _inline(text, self.look.link).split("\n\n"):
            if "\n" in block or not block or (block[0] in _LINE_SIGNS and _MARK.match(block)):
                self._block(block.split("\n"))
            else:
                if self.list:
                    self._end_list()
                self._add(f"<p>{block}</p>")

    def _block(self, rows: list[str]) -> None:
        """Add lines that have a blank one before and after."""
        self.blank = True
        skip = 0
        for index, row in enumerate(rows):
            if skip:
                skip -= 1
            elif row:
                skip = self._line(row, rows, index)
                self.blank = False
        if self.paragraph:
            self._end_paragraph()
        if self.quote:
            self._end_quote()

    def _line(self, row: str, rows: list[str], index: int) -> int:
        """Add a line; return how many of the following ones went with it."""
        if row[0] not in _LINE_SIGNS or not _MARK.match(row):
            self._text(row)
            return 0
        if item := _ITEM.match(row):
            self._item(item, row[item.end() :])
        elif row.startswith(_QUOTE):
            self._quotation(row.removeprefix(_QUOTE), rows, index)
        elif not self.blank:
            raise NotSimpleError
        elif heading := _HEADING.match(row):
            self._end_list()
            start, end = self.look.headings[len(heading[1]) - 1]
            self._add(f"{start}{heading[2]}{end}")
            if index + 1 < len(rows) and rows[index + 1]:
                raise NotSimpleError
        elif row == "---" and self.parts:
            self._end_list()
            self._add("<hr>")
            if index + 1 < len(rows) and rows[index + 1]:
                raise NotSimpleError
        elif row[0] == "|":
            return self._table(rows, index)
        else:
            raise NotSimpleError
        return 0

    def _text(self, row: str) -> None:
        if self.quote or (self.list and not self.blank):
            raise NotSimpleError
        if not self.paragraph:
            self._end_list()
        self.paragraph.append(row)

    def _item(self, item: re.Match[str], content: str) -> None:
        if _MARK.match(content) or content.endswith(_BREAK) or self.quote:
            raise NotSimpleError
        digits = item[1]
        kind = f"ol{item[2]}" if digits else "ul"
        number = int(digits) if digits else 0
        if self.paragraph and number > 1:
            raise NotSimpleError
        if self.paragraph:
            self._end_paragraph()
        if self.list and self.blank and kind[:2] != self.list[:2]:
            self._end_list()
        if self.list:
            if kind != self.list or (digits and number != self.number + 1):
                raise NotSimpleError
            self.parts[-1] += "</li>"
        else:
            start = f' start="{number}"' if digits and number != 1 else ""
            self._add(f"<{kind[:2]}{start}>")
            self.list = kind
        self.number = number
        self.parts.append(f"<li>{content}")

    def _quotation(self, content: str, rows: list[str], index: int) -> None:
        follows = index + 1 < len(rows) and rows[index + 1].startswith(_QUOTE)
        if content.endswith(_BREAK) != follows or not content.strip() or _MARK.match(content):
            raise NotSimpleError
        if not self.quote and (self.quoted or not self.blank):
            raise NotSimpleError
        self._end_list()
        self.quote.append(content.removesuffix(_BREAK))

    def _table(self, rows: list[str], index: int) -> int:
        end = next((at for at in range(index, len(rows)) if not rows[at]), len(rows))
        table = rows[index:end]
        if len(table) < 2 or not _DELIMITER.match(table[1]):  # noqa: PLR2004 - a head and what is below it
            raise NotSimpleError
        cells = [_cells(row) for row in (table[0], *table[2:])]
        if {len(row) for row in cells} != {table[1].count("|") - 1}:
            raise NotSimpleError
        self._end_list()
        head = "".join([f"<th>{cell}</th>" if cell else self.look.empty_head for cell in cells[0]])
        body = "".join([f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells[1:]])
        below = f"<tbody>{body}</tbody>" if body else ""
        self._add(f"{self.look.table}<thead><tr>{head}</tr></thead>{below}{self.look.table_end}")
        return end - index - 1

    def _add(self, html: str) -> None:
        self.quoted = False
        self.parts.append(html)

    def _end_paragraph(self) -> None:
        text = "\n".join(self.paragraph)
        self.paragraph.clear()
        if "\n" in text:
            text = text.replace("  \n", _HARD)
            if " \n" in text or f" {_HARD}" in text:
                raise NotSimpleError
            text = text.replace("\n", " ").replace(_HARD, "<br>\n")
        self._add(f"<p>{text}</p>")

    def _end_quote(self) -> None:
        lines = "<br>\n".join(self.quote)
        self.quote.clear()
        self._add(f"<blockquote>{lines}</blockquote>")
        self.quoted = True

    def _end_list(self) -> None:
        if self.list:
            self.parts[-1] += f"</li></{self.list[:2]}>"
            self.list = ""


def _cells(row: str) -> list[str]:
    r"""Part a row; a pipe that is escaped is part of a cell."""
    if row[0] != "|" or row[-1] != "|" or f"{_HIDDEN}|" in row:
        raise NotSimpleError
    return [cell.strip() for cell in row[1:-1].split("|")]
