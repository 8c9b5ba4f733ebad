r"""Reads the formatting inside lines of an assistant: WhatsApp's and Markdown's at once.

``*x*`` is bold, as WhatsApp shows it, and ``**x**`` is bold, as Markdown means it. Besides: code between
any number of backticks, ``~~x~~``, ``[text](address)``, ``<address>``, ``\*`` and formulas. Raw HTML and
entities such as ``&amp;`` are never markup. An assistant writes into the middle of words and brackets less
strictly than WhatsApp reads, so a marker also opens after punctuation.
"""

import re
from bisect import bisect_left
from string import punctuation
from typing import Final

from wamigrate.markup_escape import escape
from wamigrate.markup_formula import read_formula
from wamigrate.markup_inline import CANDIDATES as PERSONS
from wamigrate.markup_inline import Token, is_control, nest, read_url
from wamigrate.markup_lines import Lines
from wamigrate.markup_tree import Code, Inlines, Link, Notation, Text, Url

# Every alternative starts with one plain character: then the search skips all others in C.
CANDIDATES: Final = (*PERSONS, r"\[", r"!\[", r"\\", r"\$", r"<")
_CANDIDATE: Final = re.compile("|".join(CANDIDATES))
_LINK: Final = re.compile(
    r"\[((?:[^\[\]\n\\`]|\\.|`[^`\n]*`|\[[^\[\]\n]*\])+)\]"
    r"\(((?i:https?://|ftp://|mailto:|tel:|www\.|[/#])(?:[^\s()<>\\]|\([^\s()<>\\]*\))*"
    r"(?:[ ]\"[^\"\n\\]*\")?)\)"
)
_AUTOLINK: Final = re.compile(r"<((?:https?|ftp)://[^\s<>\x00-\x1f\x7f]+)>", re.IGNORECASE)
_BRACKETS: Final = "()[]"
_MARKS: Final = frozenset(("*", "**", "***", "_", "~", "~~"))
_BACKTICKS: Final = re.compile("`+")


def read_inline(text: str) -> Inlines:
    r"""Read lines of an assistant's message.

    >>> read_inline("**a**&lt;")
    (Strong(children=(Text(text='a'),), mark='**'), Text(text='&lt;'))
    """
    if _CANDIDATE.search(text) is None:
        return (Text(text),) if text else ()
    return nest(text, _Scanner(text).scan())


class _Scanner:
    """Finds the tokens of an assistant's text from left to right."""

    def __init__(self, text: str, *, in_link: bool = False) -> None:
        self.text = text
        self.lines = Lines(text)
        self.in_link = in_link
        self.tokens: list[Token] = []
        self.runs: dict[int, list[int]] = {}
        """Offsets of the runs of backticks, by their length."""

    def scan(self) -> list[Token]:
        at = 0
        while (match := _CANDIDATE.search(self.text, at)) is not None:
            token = self._token(match[0], match.start())
            at = match.end()
            if token is not None:
                self.tokens.append(token)
                at = token.end
        return self.tokens

    def _token(self, sign: str, start: int) -> Token | None:
        if sign in _MARKS:
            return _marker(self.text, start, sign)
        if self.in_link and sign[0] in ":w[!<":
            return None  # a link holds no links
        if self.in_link and sign[0] == "\\":
            return _escaped(self.text, start)
        if sign[0] == "`":
            return self._code(start, sign)
        if sign[0] in ":w":
            return read_url(self.text, start, self.tokens)
        reader = _READERS.get(sign[0])
        return reader(self.text, start) if reader else None

    def _code(self, start: int, fence: str) -> Token | None:
        body = start + len(fence)
        runs = self._runs(len(fence))
        place = bisect_left(runs, body)
        if place == len(runs) or runs[place] >= self.lines.end(body):
            return None
        close = runs[place]
        return _finished(start, close + len(fence), Code(self.text[body:close], fence))

    def _runs(self, size: int) -> list[int]:
        """Return where runs of so many backticks are; the text is looked through once for all sizes."""
        if not self.runs:
            for run in _BACKTICKS.finditer(self.text):
                self.runs.setdefault(len(run[0]), []).append(run.start())
        return self.runs.get(size, [])


def _finished(start: int, end: int, node: Code | Link | Notation | Url) -> Token:
    return Token(start, end, "", opens=False, closes=False, node=node)


def _marker(text: str, start: int, sign: str) -> Token | None:
    """Read a marker. Doubled ones may stand inside words of scripts that part no words."""
    end = start + len(sign)
    before = text[start - 1] if start else "\n"
    after = text[end] if end < len(text) else "\n"
    if len(sign) == 1:
        opens, closes = not before.isalnum(), not after.isalnum()
    else:
        opens = closes = not (_is_latin(before) and _is_latin(after))
    opens, closes = opens and not after.isspace(), closes and not before.isspace() and not is_control(after)
    return Token(start, end, sign, opens, closes) if opens or closes else None


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _link(text: str, start: int) -> Token | None:
    image = text[start] == "!"
    match = _LINK.match(text, start + image)
    if match is None:
        return None
    children = nest(match[1], _Scanner(match[1], in_link=True).scan())
    return _finished(start, match.end(), Link(children, match[2], image))


def _autolink(text: str, start: int) -> Token | None:
    match = _AUTOLINK.match(text, start)
    return _finished(start, match.end(), Url(match[1], bracketed=True)) if match else None


def _backslash(text: str, start: int) -> Token | None:
    formula = read_formula(text, start)
    if formula is not None:
        return _finished(start, start + len(formula.source), formula)
    return _escaped(text, start)


def _escaped(text: str, start: int) -> Token | None:
    sign = text[start : start + 2]
    if len(sign) < 2 or sign[1] not in punctuation:  # noqa: PLR2004 - a backslash and what it escapes
        return None
    if sign[1] in _BRACKETS:
        # Rather the edge of a formula than an escape: shown as it was written.
        return _finished(start, start + 2, Notation(sign, escape(sign, line_start=False), sign))
    return _finished(start, start + 2, Notation(sign, sign, sign[1]))


def _dollar(text: str, start: int) -> Token | None:
    formula = read_formula(text, start)
    return None if formula is None else _finished(start, start + len(formula.source), formula)


_READERS: Final = {
    "[": _link,
    "!": _link,
    "<": _autolink,
    "\\": _backslash,
    "$": _dollar,
}
