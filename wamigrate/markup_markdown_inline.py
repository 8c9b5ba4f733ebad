"""Writes the formatting inside lines as CommonMark."""

import re
import unicodedata
from string import punctuation
from typing import Final, NamedTuple

from wamigrate.markup_escape import escape, reference
from wamigrate.markup_inline import BLANK
from wamigrate.markup_tree import (
    Code,
    Emphasis,
    Inline,
    Inlines,
    Link,
    Notation,
    Span,
    Strike,
    Strong,
    Text,
    Url,
)

HARD_BREAK: Final = "  \n"
_BACKTICKS: Final = re.compile("`+")
_SPANS: Final = (Strong, Emphasis, Strike)
_CERTAIN: Final = BLANK | frozenset(punctuation)
# An address that needs no angle brackets: no character in it is a sign anywhere.
_PLAIN_ADDRESS: Final = re.compile(
    r"(?!.*(?:==|%%|&\#?\w+;))(?i:https?|ftp)://(?:[^\W_]|[-./?:@,;+!'=%\#&]|(?<=[^\W_])_(?=[^\W_]))+"
)
# No character of an address is an entity in the tree, so none is to be read as one.
_ENTITY: Final = re.compile(r"&(?=#?[0-9A-Za-z]+;)")
_ESCAPED: Final = r"\\\g<0>"
_AFTER_ADDRESS: Final = re.compile(r"[.,!?:]?(?:\s|\Z)")


def write_inline(children: Inlines, *, line_start: bool = True) -> str:
    r"""Write the formatting inside lines.

    Args:
        children: the nodes.
        line_start: whether they begin where a block begins, so that ``#`` or ``-`` would be signs.

    >>> write_inline((Strong((Text("a"),)), Text(" b*c")))
    '**a** b\\*c'

    """
    if len(children) == 1 and isinstance(only := children[0], Notation):
        return only.markdown
    return _write(children, _Around(), line_start=line_start)


class _Around(NamedTuple):
    """What nodes stand in."""

    strong: bool = False
    span: bool = False
    """Whether they stand in a span or a link."""
    label: bool = False
    """Whether they stand in the text of a link, which a bracket would end."""


def _write(children: Inlines, around: _Around, *, line_start: bool) -> str:
    parts: list[str] = []
    part = ""
    before: Inline | None = None
    for index, node in enumerate(children):
        if isinstance(node, Text):
            text = node.text
            if (
                text[0] not in _CERTAIN
                and isinstance(before, _SPANS)
                and _may_hide_end(part, before, text[0])
            ):
                parts.append(reference(text[0]))
                text, line_start = text[1:], False
            if index + 1 < len(children):
                # What follows tells whether the last sign stands at the end of its line.
                follows = "\n" if isinstance(children[index + 1], Text) else "!"
                part = escape(text + follows, line_start=line_start)[:-1]
            else:
                part = escape(text, line_start=line_start)
            if "\n" in part:
                part = part.replace("\n", HARD_BREAK)
            if around.label:
                part = _escaped_label(part)
        elif isinstance(node, _SPANS):
            beside = index > 0 and isinstance(before, Strong)
            if not beside and index + 1 < len(children):
                beside = isinstance(children[index + 1], Strong)
            part = _span(node, around, beside_strong=beside)
        else:
            part = _atom(node, children, index, part, around)
        parts.append(part)
        line_start = part[-1] == "\n" if part else line_start
        before = node
    return "".join(parts)


def _atom(
    node: Code | Url | Link | Notation, children: Inlines, index: int, written: str, around: _Around
) -> str:
    """Write a node of a line, ``children[index]``; ``written`` is what stands before it."""
    match node:
        case Code():
            beside = index > 0 and isinstance(children[index - 1], Code)
            return "" if beside else code_span(_code_from(children, index))
        case Url():
            after = children[index + 1] if index + 1 < len(children) else None
            part = _url(node, written[-1:], after, nested=around.span)
        case Link():
            inner = _write(node.children, _Around(around.strong, span=True, label=True), line_start=False)
            target = _ENTITY.sub(_ESCAPED, node.target)
            part = f"{'!' if node.image else ''}[{inner}]({target})"
        case _:
            part = node.markdown
            if part.startswith("$"):  # a bracket in a formula, or in code, ends no link
                return part
    return _escaped_label(part) if around.label else part


def _span(span: Span, around: _Around, *, beside_strong: bool) -> str:
    sign, children = "~~", span.children
    if isinstance(span, Strong):
        sign = "***" if span.mark == "***" else "**"
        if len(children) == 1 and isinstance(children[0], Emphasis):
            sign, children = "***", children[0].children
    elif isinstance(span, Emphasis):
        sign = "_" if around.strong or beside_strong else "*"
    if len(children) == 1 and isinstance(only := children[0], Text):
        text = escape(only.text, line_start=False)
        return sign + (_escaped_label(text) if around.label else text) + sign
    inside = _Around(around.strong or isinstance(span, Strong), span=True, label=around.label)
    return sign + _write(children, inside, line_start=False) + sign


def _code_from(children: Inlines, index: int) -> str:
    """Join a run of code nodes: two spans of code beside each other would not be told apart."""
    text = ""
    while index < len(children) and isinstance(node := children[index], Code):
        text += node.text
        index += 1
    return text


def _url(url: Url, before: str, after: Inline | None, *, nested: bool) -> str:
    text = url.text
    if not text.lower().startswith("www."):
        alone = after is None or (isinstance(after, Text) and _AFTER_ADDRESS.match(after.text))
        free = not nested and before in ("", " ", "\t", "\n")
        plain = free and alone and not url.bracketed and _PLAIN_ADDRESS.fullmatch(text)
        return text if plain else f"<{text}>"
    escaped = escape(text, line_start=False)
    if (escaped == text and not nested) or before == "!":
        return escaped
    target = text.replace("\\", "\\\\").replace("&", "&amp;")
    return f"[{_escaped_label(escaped)}](<http://{target}>)"


def _may_hide_end(written: str, span: Span, after: str) -> bool:
    """Tell whether a reader could miss the end of a span because of the character after it.

    An end counts after punctuation only where blank or punctuation follows, and what is punctuation
    differs between versions of CommonMark; so does ``_`` before anything else. A reference starts with
    ``&``, which is punctuation in all.
    """
    if len(span.mark) > 1 or unicodedata.category(after)[0] == "P":
        return False
    sign = len(written) - len(written.rstrip(written[-1]))
    last = written[-sign - 1]
    return written[-1] == "_" or last in _CERTAIN or last == "\0" or unicodedata.category(last)[0] in "PS"


def code_span(text: str) -> str:
    """Write code inside a line between backticks that are none of it."""
    if "`" not in text and text[0] != " ":
        return f"`{text}`"
    runs = {len(run) for run in _BACKTICKS.findall(text)}
    length = 1
    while length in runs:
        length += 1
    fence = "`" * length
    if text[0] == "`" or text[-1] == "`" or (text[0] == text[-1] == " " and text.strip(" ")):
        return f"{fence} {text} {fence}"
    return f"{fence}{text}{fence}"


def _escaped_label(text: str) -> str:
    """Escape what would end the text of a link; what opens it is escaped already."""
    return text.replace("]", "\\]")
