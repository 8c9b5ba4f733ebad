r"""Reads the formatting inside lines of Markdown.

What our writer would not write the same way again stays as it was written, as :class:`Notation`: an escape
that is not needed, an entity beside a marker, a formula.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from wamigrate.markup_escape import escape
from wamigrate.markup_inline import BLANK
from wamigrate.markup_markdown_inline import HARD_BREAK
from wamigrate.markup_tree import (
    SAFE_ADDRESS,
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
    split_lines,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

_SPANS: Final[dict[str, type[Span]]] = {"strong": Strong, "em": Emphasis, "s": Strike}
_BLANK: Final = "".join(BLANK)
# What would end an address in Markdown.
_SIGNS: Final = re.compile(r"[\s<>\\\x00-\x1f\x7f]")
_PARENTHESES: Final = re.compile(r"[()]")


class _Piece(NamedTuple):
    """Characters of a text, and how they are written."""

    shown: str
    source: str
    escaped: bool = False


@dataclass
class _Element:
    """An element that is open."""

    kind: str
    token: "Token | None" = None
    nodes: list[Inline] = field(default_factory=list[Inline])
    pictures: list[Inline] = field(default_factory=list[Inline])
    """Pictures inside a link, which stand before it in the tree: a link holds no links."""
    seen: bool = True
    """False where the same element is open already."""


class InlineReader:
    """Makes nodes of the engine's tokens."""

    def __init__(self, environment: dict[str, Any], *, breaks: bool) -> None:
        """Prepare to read.

        Args:
            environment: what the engine learned about the document: the addresses of reference links.
            breaks: whether each line end is a line break.

        """
        self.environment = environment
        self.breaks = breaks
        self.open: list[_Element] = [_Element("")]
        self.run: list[_Piece] = []
        """Text since the last node that is none."""
        self.line_start: bool = False

    def read(self, text: str, *, line_start: bool = True) -> Inlines:
        """Read lines of Markdown without the marks of the blocks around them.

        Args:
            text: the lines.
            line_start: whether they begin where a block begins.

        """
        from wamigrate.markup_markdown_rules import engine  # noqa: PLC0415 - loads markdown-it

        markdown = engine()
        self.line_start = line_start
        self._add_all(markdown.inline.parse(text, markdown, self.environment, []))
        nodes, self.open = self.open[0].nodes, [_Element("")]
        return joined(nodes)

    def _add_all(self, tokens: list["Token"]) -> None:
        # Of the two halves of a double marker, the engine leaves one as an empty text.
        tokens = [token for token in tokens if token.content or token.type != "text"]
        for index, token in enumerate(tokens):
            around = [*tokens[max(0, index - 1) : index], *tokens[index + 1 : index + 2]]
            if not self._add_text(token, around):
                self._flush(last=token.nesting < 0)
                self._add(token)
        self._flush(last=True)

    def _add_text(self, token: "Token", around: list["Token"]) -> bool:
        """Take characters up into the run of text; return whether the token is nothing but text."""
        content = token.content
        match token.type:
            case "text":
                self.run.append(_Piece(content, content))
            case "html_inline":
                content = content.replace("\n", " ")
                self.run.append(_Piece(content, content))
            case "text_special" if token.info == "escape" or not any(map(_is_marker, around)):
                shown = re.sub(r"[\n\r]", " ", content)
                self.run.append(_Piece(shown, token.markup, token.info == "escape" and shown != token.markup))
            case "softbreak" if not self.breaks and not any(map(_is_display, around)):
                self.run.append(_Piece(" ", " "))
            case "softbreak" | "hardbreak":
                self.run.append(_Piece("\n", HARD_BREAK))
            case _:
                return False
        return True

    def _flush(self, *, last: bool) -> None:
        """End the run of text."""
        if self.run:
            line_start = self.line_start and len(self.open) == 1
            written = _written(self.run, line_start=line_start, last=last)
            if self._is_open("link") or self._is_open("image"):
                written = written.replace("]", "\\]")  # it would end the link's text
            self.open[-1].nodes.extend(_text_nodes(self.run, written))
            self.run = []
        self.line_start = False

    def _add(self, token: "Token") -> None:
        add = self.open[-1].nodes.append
        match token.type:
            case "code_inline":
                text = token.content
                add(Code(text, "```" if "`" in text and "```" not in text and text.strip() else "`"))
            case "address":
                add(Text(token.content) if self._is_open("image") else Url(token.content))
            case "formula":
                add(Notation(token.content, token.content, token.content))
            case "text_special":
                add(Notation(token.content, token.markup, token.content))
            case "image":
                self._enter(token)
                self._add_all(token.children or [])
                self._leave()
            case _ if token.nesting > 0:
                self._enter(token)
            case _:
                self._leave()

    def _enter(self, token: "Token") -> None:
        kind = token.type.removesuffix("_open")
        seen = not self._is_open(kind) and not (kind == "link" and self._is_open("image"))
        self.open.append(_Element(kind, token, seen=seen))

    def _is_open(self, kind: str) -> bool:
        return any(element.kind == kind for element in self.open)

    def _leave(self) -> None:
        element = self.open.pop()
        outer = self.open[-1]
        if not element.seen or element.token is None:
            outer.nodes.extend(element.nodes)
            outer.pictures.extend(element.pictures)
        elif element.kind in _SPANS:
            outer.pictures.extend(element.pictures)
            outer.nodes.extend(_in_lines(element.nodes, _SPANS[element.kind]))
        elif element.kind == "image":
            self._add_picture(element.token, element.nodes)
        else:
            _add_link(outer.nodes, element)

    def _add_picture(self, token: "Token", nodes: list[Inline]) -> None:
        picture = Link(_on_one_line(nodes), _target(token, "src"), image=True)
        outer = self.open[-1]
        if self._is_open("link"):
            outer.pictures.append(picture)
            outer.nodes.extend(nodes)
        else:
            outer.nodes.append(picture)


def _is_marker(token: "Token") -> bool:
    """Tell whether readers look at the characters beside a token to know what it is."""
    return token.nesting != 0 or token.type in ("image", "address")


def _is_display(token: "Token") -> bool:
    """Tell a formula that has its lines for itself."""
    return token.type == "formula" and token.content.startswith("$$")


def _written(run: list[_Piece], *, line_start: bool, last: bool) -> str:
    """Return what our writer makes of a run of text, were it all one node."""
    shown = "".join([piece.shown for piece in run])
    # What follows tells whether the last sign stands at the end of its line.
    follows = "" if last else "!"
    written = escape(shown + follows, line_start=line_start).removesuffix(follows)
    return written.replace("\n", HARD_BREAK)


def _text_nodes(run: list[_Piece], canonical: str) -> Iterable[Inline]:
    """Make nodes of a run of text, with an escape as a node of its own where our writer writes none."""
    shown = "".join([piece.shown for piece in run])
    start = at = written = 0
    for piece in run if any(piece.escaped for piece in run) else ():
        if piece.escaped and not canonical.startswith(piece.source, written):
            if start < at:
                yield Text(shown[start:at])
            yield Notation(piece.shown, piece.source, piece.shown)
            start = at + len(piece.shown)
        for char in piece.shown:
            written += _written_length(canonical, written, char)
        at += len(piece.shown)
    if start < len(shown):
        yield Text(shown[start:])


def _written_length(canonical: str, at: int, char: str) -> int:
    """Count the characters that our writer writes for one."""
    if char == "\n":
        return len(HARD_BREAK)
    if canonical[at] == "\\" and canonical[at + 1 : at + 2] == char:
        return 2
    return 1 if canonical[at] == char else canonical.index(";", at) + 1 - at


def _in_lines(nodes: Iterable[Inline], wrap: Callable[[Inlines], Inline]) -> Iterable[Inline]:
    """Put nodes into a span, line by line and without the white space around them."""
    for index, line in enumerate(joined_lines(nodes)):
        if index:
            yield Text("\n")
        before, children, after = _without_edges(line)
        if before:
            yield Text(before)
        if children:
            yield wrap(children)
        if after:
            yield Text(after)


def _add_link(nodes: list[Inline], element: _Element) -> None:
    """Append a link, after the pictures in it."""
    token = element.token
    assert token is not None
    children = _on_one_line(element.nodes)
    shown = "".join([shown_inline(child) for child in children])
    target = _target(token, "href")
    for picture in element.pictures:
        nodes += [picture, Text(" ")]
    if token.markup == "autolink" and "://" in shown and SAFE_ADDRESS.match(shown):
        nodes.append(Url(shown, bracketed=True))
    elif shown.startswith("www.") and token.attrs == {"href": f"http://{shown}"} and not element.pictures:
        nodes.append(Url(shown))
    else:
        if nodes and isinstance(last := nodes[-1], Text) and last.text.endswith("!"):
            # The sign would make a picture of the link.
            nodes[-1:] = [Text(last.text[:-1]), Notation("!", "\\!", "!")]
        nodes.append(Link(children, target))


def _target(token: "Token", name: str) -> str:
    """Write an address and perhaps a title as they stand between the parentheses of a link."""
    address = _SIGNS.sub(lambda sign: quote(sign[0]), str(token.attrGet(name) or ""))
    if not _is_balanced(address):
        address = _PARENTHESES.sub(lambda sign: quote(sign[0]), address)
    title = token.attrGet("title")
    if title is None:
        return address
    text = re.sub(r"\s", " ", str(title)).replace("\\", "\\\\").replace('"', '\\"')
    return f'{address or "<>"} "{text}"'


def _is_balanced(text: str) -> bool:
    depth = 0
    for sign in _PARENTHESES.findall(text):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return False
    return not depth


def shown_inline(node: Inline) -> str:
    """Return the characters that a person sees of a node."""
    match node:
        case Text(text) | Code(text) | Url(text):
            return text
        case Notation():
            return node.shown
        case _:
            return "".join([shown_inline(child) for child in node.children])


def joined_lines(nodes: Iterable[Inline]) -> list[Inlines]:
    """Part nodes at the line breaks, and join neighbours on each line."""
    return [joined(line) for line in split_lines(nodes)]


def _on_one_line(nodes: Iterable[Inline]) -> Inlines:
    return joined(
        [Text(node.text.replace("\n", " ")) if isinstance(node, Text) else node for node in joined(nodes)]
    )


def joined(nodes: Iterable[Inline]) -> Inlines:
    """Join neighbours of the same kind: texts, and spans that would not be told apart."""
    result: list[Inline] = []
    for node in nodes:
        last = result[-1] if result else None
        match last, node:
            case _, Text(""):
                pass
            case Text(before), Text(text):
                result[-1] = Text(before + text)
            case ((Strong(), Strong()) | (Emphasis(), Emphasis()) | (Strike(), Strike())) as spans:
                result[-1] = type(spans[0])(joined((*spans[0].children, *spans[1].children)))
            case _:
                result.append(node)
    return tuple(result)


def _without_edges(nodes: Inlines) -> tuple[str, Inlines, str]:
    """Part the white space at both ends from the rest."""
    kept = list(nodes)
    before = after = ""
    if kept and isinstance(first := kept[0], Text):
        text = first.text.lstrip(_BLANK)
        before, kept[0] = first.text[: len(first.text) - len(text)], Text(text)
    if kept and isinstance(last := kept[-1], Text):
        text = last.text.rstrip(_BLANK)
        after, kept[-1] = last.text[len(text) :], Text(text)
    return before, tuple(node for node in kept if node != Text("")), after
