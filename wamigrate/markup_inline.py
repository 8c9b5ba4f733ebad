"""Reads the formatting inside lines, by the rules of WhatsApp's apps.

A marker opens at the start of a line, after white space, after ``>`` or after another marker; it closes
before anything but a letter or digit; what is between stands on one line and has no white space at its
edges. Code is found before bold, italic and strike, which nest in each other. A doubled marker is text.

The rules come from WhatsApp Web's modules and from the WhatsApp bridge of Matrix (mautrix).
"""

import re
from typing import Final

from msgspec import Struct

from wamigrate.markup_lines import Lines
from wamigrate.markup_tree import Code, Emphasis, Inline, Inlines, Strike, Strong, Text, Url

# Every alternative starts with one plain character: then the search skips all others in C. A marker
# between two letters or two blanks neither opens nor closes.
CANDIDATES: Final = (
    r"\*(?!(?<=[^\W_]\*)[^\W_]|(?<=[ ]\*)[ ])\**",
    r"_(?!(?<=[^\W_]_)[^\W_]|(?<=[ ]_)[ ])_*",
    r"~(?!(?<=[^\W_]~)[^\W_]|(?<=[ ]~)[ ])~*",
    r"``*",
    r"://",
    r"www\.(?=[^\W_])",
)
_CANDIDATE: Final = re.compile("|".join(CANDIDATES))
# CommonMark's white space. A marker after other blanks (U+2028, VT) would not open in Markdown.
BLANK: Final = frozenset(
    " \t\n\f\r\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_BEFORE: Final = BLANK | frozenset(">*_~`")
_ADDRESS: Final = re.compile(r"[^\s<>\"`\x00-\x1f\x7f]+")
_NOT_BLANK: Final = re.compile(r"\S")
_SCHEMES: Final = ("https", "http", "ftp")
_MARKERS: Final = "*_~"
_REACH: Final = 1000
"""Characters before an address in which a marker is looked for that the address may close."""
_FENCE: Final = "```"


class Token(Struct, frozen=True, gc=False):
    """A marker that may open or close a span, or a finished node."""

    start: int
    end: int
    mark: str
    opens: bool
    closes: bool
    node: Inline | None = None


def read_inline(text: str) -> Inlines:
    """Read lines of a person's message.

    Args:
        text: one line or several.

    >>> read_inline("a *b* 2*3*4")
    (Text(text='a '), Strong(children=(Text(text='b'),), mark='*'), Text(text=' 2*3*4'))

    """
    if _CANDIDATE.search(text) is None:
        return (Text(text),) if text else ()
    return nest(text, _Scanner(text).scan())


def nest(text: str, tokens: list[Token]) -> Inlines:
    """Pair the markers of a text, the outermost and leftmost first, and build the tree."""
    if not tokens:
        return (Text(text),) if text else ()
    return _Nesting(text, tokens).build(0, len(tokens), 0, len(text), inside_double=False)


class _Nesting:
    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.lines = Lines(text)
        self.text = text

    def build(self, low: int, high: int, start: int, end: int, *, inside_double: bool) -> Inlines:
        """Build the nodes of ``text[start:end]``, whose tokens are ``tokens[low:high]``."""
        text, tokens = self.text, self.tokens
        nodes: list[Inline] = []
        unclosed: dict[str, int] = {}  # no span of this marker closes before this offset
        while low < high:
            first = tokens[low]
            node, last = first.node, low
            if node is None and first.opens and unclosed.get(first.mark, 0) <= first.start:
                last = self._closer(low, high, unclosed)
                if last > low:
                    node = self._span(low, last, inside_double=inside_double)
            if node is not None:
                if first.start > start:
                    nodes.append(Text(text[start : first.start]))
                nodes.append(node)
                start = tokens[last].end
            low = max(low, last) + 1
        if start < end:
            nodes.append(Text(text[start:end]))
        return tuple(nodes)

    def _closer(self, opener: int, high: int, unclosed: dict[str, int]) -> int:
        """Return the index of the token that closes the one at ``opener``, or -1."""
        first = self.tokens[opener]
        end, mark = first.end, first.mark
        line_end = self.lines.end(end)
        for index in range(opener + 1, high):
            token = self.tokens[index]
            if token.start >= line_end:
                break
            if token.mark == mark and token.closes and token.start > end:
                return index
        unclosed[mark] = line_end
        return -1

    def _span(self, opener: int, closer: int, *, inside_double: bool) -> Inline:
        first, last = self.tokens[opener], self.tokens[closer]
        mark = first.mark
        double = inside_double or mark in ("**", "***")
        children = self.build(opener + 1, closer, first.end, last.start, inside_double=double)
        if mark[0] == "~":
            return Strike(children, mark)
        if mark == "_" or (mark == "*" and (inside_double or _has_double(children))):
            return Emphasis(children, mark)
        return Strong(children, mark)


def _has_double(children: Inlines) -> bool:
    """Tell whether ``**`` stands inside: then the single star around it is Markdown's, not WhatsApp's."""
    return any(isinstance(child, Strong) and child.mark == "**" for child in children)


class _Scanner:
    """Finds the tokens of a person's text from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.tokens: list[Token] = []
        self.no_code_before = 0

    def scan(self) -> list[Token]:
        at = 0
        while (match := _CANDIDATE.search(self.text, at)) is not None:
            run = match[0]
            at = match.end()
            if run[0] in _MARKERS:
                token = _marker(self.text, match.start(), at) if len(run) == 1 else None
            elif run[0] == "`":
                at = self._codes(match.start(), at)
                continue
            else:
                token = read_url(self.text, match.start(), self.tokens)
            if token is not None:
                self.tokens.append(token)
                at = token.end
        return self.tokens

    def _codes(self, start: int, end: int) -> int:
        """Read what a run of backticks opens, and what the rest of the run opens; return where to go on."""
        while (token := self._code(start, end)) is not None:
            self.tokens.append(token)
            if token.end >= end:
                return token.end
            start = token.end
        return end

    def _code(self, start: int, end: int) -> Token | None:
        if end - start >= len(_FENCE):
            return self._fence(start)
        if end - start > 1 or start < self.no_code_before or not _may_open(self.text, start, end):
            return None
        line_end = self.lines.end(end)
        close = self.text.find("`", end, line_end)
        while close >= 0:
            after = close + 1
            while after < line_end and self.text[after] == "`":
                after += 1
            if after == close + 1 and _may_close(self.text, close, after):
                return Token(start, after, "`", opens=False, closes=False, node=Code(self.text[end:close]))
            close = self.text.find("`", after, line_end)
        self.no_code_before = line_end
        return None

    def _fence(self, start: int) -> Token | None:
        """Read three backticks that close on the same line."""
        body = start + len(_FENCE)
        line_end = self.lines.end(body)
        content = _NOT_BLANK.search(self.text, body, line_end)
        close = self.text.find(_FENCE, content.end(), line_end) if content else -1
        if close < 0:
            return None
        node = Code(self.text[body:close], _FENCE)
        return Token(start, close + len(_FENCE), _FENCE, opens=False, closes=False, node=node)


def _marker(text: str, start: int, end: int) -> Token | None:
    opens, closes = _may_open(text, start, end), _may_close(text, start, end)
    return Token(start, end, text[start], opens, closes) if opens or closes else None


def _may_open(text: str, start: int, end: int) -> bool:
    return (start == 0 or text[start - 1] in _BEFORE) and end < len(text) and not text[end].isspace()


def _may_close(text: str, start: int, end: int) -> bool:
    if start == 0 or text[start - 1].isspace():
        return False
    return end == len(text) or not (text[end].isalnum() or is_control(text[end]))


def is_control(char: str) -> bool:
    """Tell controls and non-characters: no Markdown can end a span before every one of them."""
    code = ord(char)
    if code < 0xA0:  # noqa: PLR2004 - U+00A0, where the controls end
        return (code < ord(" ") and char not in BLANK) or code >= 0x7F  # noqa: PLR2004 - DELETE
    return code & 0xFFFE == 0xFFFE or 0xD800 <= code < 0xE000 or 0xFDD0 <= code < 0xFDF0  # noqa: PLR2004


def read_url(text: str, at: int, tokens: list[Token]) -> Token | None:
    """Read the address around ``at``, where ``://`` or ``www.`` stands.

    Args:
        text: the text.
        at: offset of ``://`` or ``www.``.
        tokens: what was found before; a closing marker of a span is no part of the address.

    """
    start = at
    if text[at] == ":":
        scheme = next((name for name in _SCHEMES if text[max(0, at - len(name)) : at].lower() == name), "")
        start = at - len(scheme)
        if not scheme:
            return None
    if start and (text[start - 1].isalnum() or text[start - 1] in "/.@-"):
        return None
    body = text.index("//" if text[at] == ":" else ".", at) + (2 if text[at] == ":" else 1)
    match = _ADDRESS.match(text, body)
    end = _trimmed(text, body, match.end(), tokens) if match else body
    if end == body:
        return None
    return Token(start, end, "", opens=False, closes=False, node=Url(text[start:end]))


def _trimmed(text: str, start: int, end: int, tokens: list[Token]) -> int:
    """Leave out the punctuation of the sentence around an address."""
    excess = {
        close: text.count(close, start, end) - text.count(opening, start, end)
        for opening, close in ("()", "[]", "{}")
    }
    open_marks: dict[str, bool] = {}
    while end > start:
        last = text[end - 1]
        if last in _MARKERS and last not in open_marks:
            open_marks[last] = _is_open(text, last, start, tokens)
        if last in excess and excess[last] > 0:
            excess[last] -= 1
        elif last not in ".,;:!?'…”’»。，" and not open_marks.get(last):
            break
        end -= 1
    return end


def _is_open(text: str, mark: str, at: int, tokens: list[Token]) -> bool:
    """Tell whether a marker before ``at`` on the same line waits for its end."""
    reach = max(0, at - _REACH)
    line_start = max(reach, text.rfind("\n", reach, at) + 1)
    for token in reversed(tokens):
        if token.start < line_start:
            break
        if token.mark[:1] == mark:
            return token.opens
    return False
