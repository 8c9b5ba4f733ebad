"""What somebody wrote, read from the page on which WhatsApp Web shows it.

The page shows formatting as elements and says in their attributes what stood there:
``data-app-text-template="*${appText}*"`` what surrounds a text, ``data-pre-plain-text="- "`` what stands
before it (both are for copying), ``data-plain-text`` what a mention or the picture of an emoji stands for.
Seen on pages from 2020 to 2026. Where a page lacks these attributes, the elements themselves tell.
"""

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bs4.element import PageElement, Tag

_TEMPLATE: Final = re.compile(r"(.{0,8}?)\$\{\w+\}(.{0,8})", re.DOTALL)
_MARKS: Final = {
    "strong": "*",
    "b": "*",
    "em": "_",
    "i": "_",
    "del": "~",
    "s": "~",
    "strike": "~",
    "code": "`",
    "pre": "```",
}
_BLOCKS: Final = frozenset(
    ("blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "pre", "table", "tr", "ul")
)
_HOLD_BLOCKS: Final = frozenset(("ol", "ul", "table", "tr"))
"""Elements in which only others stand; blanks between these are nobody's."""
_UNSEEN: Final = frozenset(("script", "style", "svg", "template", "title", "head", "button"))
_QUOTED_LINE: Final = re.compile(r"^(?!> )", re.MULTILINE)
_HEADER_OPENS: Final = "["
"""With it begins the ``data-pre-plain-text`` of a whole message, which is no part of its text."""


def words(tag: "Tag", attribute: str) -> list[str]:
    """Return the words of an attribute."""
    return str(tag.get(attribute) or "").split()


def emoji(tag: "Tag") -> str | None:
    """Return the character that a picture stands for, or None for a real picture."""
    if tag.name != "img":
        return None
    spoken = tag.get("data-plain-text")
    if spoken or "emoji" in words(tag, "class") or tag.has_attr("data-emoji"):
        return str(spoken or tag.get("alt") or "")
    return None


def written_text(root: "Tag", skip: "Callable[[Tag], bool] | None" = None) -> str:
    """Return the text of an element, with WhatsApp's own marks.

    Args:
        root: the element.
        skip: tells which elements inside do not count.

    >>> from wamigrate.web_page import parse
    >>> page = 'so <strong data-app-text-template="*${appText}*">it</strong> is <img class="emoji" alt="🥕">'
    >>> written_text(parse(page))
    'so *it* is 🥕'

    """
    return _Writer(skip, marked=True).write(root)


def shown_text(root: "Tag", skip: "Callable[[Tag], bool] | None" = None) -> str:
    """Return the words of an element as people see them: without marks, blanks as one; a line for a block."""
    lines = _Writer(skip, marked=False).write(root).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


class _Frame:
    """An element that is being read."""

    __slots__ = ("after", "count", "nodes", "start", "tag")

    def __init__(self, tag: "Tag", start: int, after: str) -> None:
        self.tag = tag
        self.nodes: Iterator[PageElement] = iter(tag.contents)
        self.start = start
        """Place in the output where its text begins."""
        self.after = after
        """What stands behind its text."""
        self.count = 0
        """Items of a list so far."""


class _Writer:
    """Writes the text of an element; with a stack of its own, since pages may be nested without end."""

    def __init__(self, skip: "Callable[[Tag], bool] | None", *, marked: bool) -> None:
        self._skip = skip
        self._marked = marked
        self._out: list[str] = []
        self._new_line = False
        self._open: list[_Frame] = []

    def write(self, root: "Tag") -> str:
        """Return the text."""
        from bs4.element import NavigableString, Tag  # noqa: PLC0415 - slow to import, and detection imports every parser

        self._open.append(_Frame(root, 0, ""))
        while self._open:
            frame = self._open[-1]
            node = next(frame.nodes, None)
            if node is None:
                self._leave(self._open.pop())
            elif isinstance(node, Tag):
                self._enter(node, frame)
            elif type(node) is NavigableString and not (frame.tag.name in _HOLD_BLOCKS and not node.strip()):
                self._add(str(node))
        return "".join(self._out)

    def _add(self, text: str) -> None:
        if not text:
            return
        if self._new_line and self._out and not self._out[-1].endswith("\n") and not text.startswith("\n"):
            self._out.append("\n")
        self._new_line = False
        self._out.append(text)

    def _enter(self, tag: "Tag", parent: _Frame) -> None:
        char = emoji(tag)
        if char is not None or tag.name in ("img", "br"):
            self._add("\n" if tag.name == "br" else char or "")
            return
        if tag.name in _UNSEEN or tag.get("aria-hidden") == "true" or (self._skip and self._skip(tag)):
            return
        if tag.has_attr("data-plain-text"):
            self._add(str(tag["data-plain-text"]))
            return
        self._new_line |= tag.name in _BLOCKS
        before, after = self._marks(tag, parent) if self._marked else ("", "")
        self._add(before)
        self._open.append(_Frame(tag, len(self._out), after))

    def _leave(self, frame: _Frame) -> None:
        if frame.after:
            self._out.append(frame.after)
        if frame.tag.name == "blockquote" and self._marked:
            quoted = "".join(self._out[frame.start :])
            text = quoted.lstrip("\n")
            self._out[frame.start :] = [quoted[: len(quoted) - len(text)], _QUOTED_LINE.sub("> ", text)]
        self._new_line |= frame.tag.name in _BLOCKS

    def _marks(self, tag: "Tag", parent: _Frame) -> tuple[str, str]:
        """Return what stands around the text of an element."""
        template = _TEMPLATE.fullmatch(str(tag.get("data-app-text-template") or ""))
        if template is not None:
            return template[1], template[2]
        before = str(tag.get("data-pre-plain-text") or "")
        if before and not before.startswith(_HEADER_OPENS):
            return before, ""
        if tag.name == "li":
            return _bullet(tag, parent), ""
        if tag.name == "code" and parent.tag.name == "pre":
            return "", ""
        mark = _MARKS.get(tag.name, "")
        return mark, mark


def _bullet(tag: "Tag", parent: _Frame) -> str:
    """Return the mark of a list's item that says none itself."""
    parent.count += 1
    if any(child.get("data-pre-plain-text") for child in tag.find_all(recursive=False)):
        return ""
    return f"{tag.get('value') or parent.count}. " if parent.tag.name == "ol" else "- "
