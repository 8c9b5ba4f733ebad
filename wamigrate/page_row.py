"""One message of a WhatsApp Web page, as the page shows it.

What a message's elements are called changes from year to year, so several signs are known for everything, and
a text needs none but ``data-pre-plain-text``, which says who and when. The meaning of signs is in
``web_page.toml``.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from wamigrate.clock import read_time
from wamigrate.members import looks_like_file
from wamigrate.model import Kind
from wamigrate.page_text import emoji, shown_text, words, written_text
from wamigrate.tables import read_table

if TYPE_CHECKING:
    from bs4.element import Tag

_STAMP: Final = "["
"""With it begins what stands before a message that is copied; lists have other such prefixes."""
_OWN: Final = re.compile(r"(true|false)_")
_CLOCK: Final = re.compile(r"[^\n]{0,12}?\d{1,2}[:.：]\d\d[^\n\d]{0,12}")
_TITLE: Final = re.compile(r"[\"“”„«»‘’'「『](.+)[\"“”„«»‘’'」』]")
_MAP: Final = re.compile(r"https?://(?:maps\.google\.[a-z.]+|(?:www\.)?google\.[a-z.]+/maps)\b\S*")
_VOTES: Final = re.compile(r"\d+")
_SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_PORTRAIT: Final = re.compile(r"//pps\.|/(?:pp|u)(?:\(\d+\))?(?:\.\w+)?$")
"""Where pictures of people come from, and what browsers call them when they save the page."""
_DEFAULT: Final = "default-"
"""Icons in place of a portrait."""
_FEW: Final = 4
_THUMBNAIL: Final = 200
"""Characters of the shortest preview; emoji and blank pictures are shorter."""
_HIGHEST: Final = 6
"""How many levels above a quotation's text its box is looked for."""


class Quoted(NamedTuple):
    """The message that another one answers, as far as the page shows it."""

    author: str
    text: str


class Row(NamedTuple):
    """A message as the page shows it, or a notice."""

    line: int
    key: str
    """WhatsApp's own id; empty where the page has none."""
    stamp: str
    """What stands before the message when it is copied: ``[21:04, 25/03/2025] Ana: ``."""
    outgoing: bool | None
    """Whether the page shows it as sent; None where nothing tells."""
    tailed: bool
    """Whether it begins a run of messages from one side."""
    label: str
    """What a screen reader says before it: the name, or the word for oneself."""
    author: str
    """Name that the page shows in the bubble."""
    clock: str
    """Time that the page shows in the bubble."""
    kind: Kind
    """``unsupported`` where nothing shows what it is, as of lines of WhatsApp."""
    media_type: str | None
    text: str
    quoted: Quoted | None
    files: tuple[str, ...]
    """Addresses of pictures and recordings on the page; names of documents."""
    file_count: int
    """How many files the message holds, at least."""
    edited: bool
    forwarded: bool
    flags: tuple[str, ...]

    @property
    def is_bubble(self) -> bool:
        """Whether it is a message and not a line of WhatsApp or a day."""
        return bool(self.stamp or self.outgoing is not None or self.tailed or self.clock)


def read_rows(top: "Tag", line: int, *, message_first: bool) -> Iterator[Row]:
    """Read a piece of a page: a message, and lines of WhatsApp that follow it.

    Args:
        top: what holds them.
        line: where it begins on the page.
        message_first: whether a message stands at the beginning; else there are only lines of WhatsApp.

    """
    first = top.find(recursive=False) if message_first else None
    if first is not None:
        yield _Reader(first).read(line)
    inside: set[int] = set()
    for tag in _outside(top, lambda one: one is first):
        if id(tag) not in inside and (
            "focusable-list-item" in words(tag, "class") or tag.get("role") == "row"
        ):
            inside.update(id(inner) for inner in tag.find_all())
            yield _Reader(tag).read(line)


class _Reader:
    """Looks at everything in a row once, and then for what it means."""

    def __init__(self, tag: "Tag") -> None:
        self._tag = tag
        self._quotes = _quotes(tag)
        ids = {id(quote) for quote in self._quotes}
        self._foreign: Callable[[Tag], bool] = lambda one: id(one) in ids or _is_beside(one)
        self._tags = [tag, *_outside(tag, lambda one: id(one) in ids)]
        self._block = next((one for one in self._tags if _stamp(one)), None)
        self._texts: list[Tag] = []
        covered: set[int] = set()
        elsewhere: set[int] = set()
        for one in self._tags:
            if id(one) in covered or id(one) in elsewhere:
                continue
            if _is_beside(one):
                elsewhere.update(id(inner) for inner in one.find_all())
            elif _is_written(one):
                self._texts.append(one)
                covered.update(id(inner) for inner in one.find_all())
        self._beside = [one for one in self._tags if id(one) not in covered]
        """Everything but what somebody wrote."""
        self._signs = frozenset(_signs(self._beside))
        self._pictures = _pictures(self._beside)
        self._clock = self._find_clock()

    def read(self, line: int) -> Row:
        """Return the row."""
        table = _table()
        kind, media_type = self._kind()
        key = next((str(tag["data-id"]) for tag in self._tags if tag.get("data-id")), "")
        files = self._files(kind, media_type)
        authors = (shown_text(tag) for tag in self._beside if tag.get("data-testid") == "author")
        return Row(
            line=line,
            key=key,
            stamp=_stamp(self._block) if self._block is not None else "",
            outgoing=self._outgoing(key),
            tailed=not self._signs.isdisjoint(("tail-in", "tail-out")),
            label=self._label(),
            author=next(authors, ""),
            clock=self._clock,
            kind=kind,
            media_type=media_type,
            text=self._text(kind),
            quoted=_quoted(self._quotes[0]) if self._quotes else None,
            files=files,
            file_count=max(1, len(files), self._tiles()) if kind in ("media", "contact") else 0,
            edited=self._is_edited(),
            forwarded=table.forwarded(self._signs),
            flags=tuple(self._flags()),
        )

    def _kind(self) -> tuple[Kind, str | None]:
        if _table().deleted(self._signs):
            return "deleted", None
        for fits, kind, media_type in _table().kinds:
            if fits(self._signs):
                return kind, media_type
        if self._maps():
            return "location", None
        if self._pictures and not any(text.find("a") for text in self._texts):
            return "media", "image"
        return "text" if self._texts or self._block is not None else "unsupported", None

    def _outgoing(self, key: str) -> bool | None:
        for tag in self._tags:
            classes = words(tag, "class")
            if "message-out" in classes or "message-in" in classes:
                return "message-out" in classes
        own = _OWN.match(key)
        if own:
            return own[1] == "true"
        table = _table()
        return True if table.outgoing(self._signs) else False if table.incoming(self._signs) else None

    def _label(self) -> str:
        labels = (str(tag.get("aria-label") or "").strip() for tag in self._beside if tag.name == "span")
        return next((label[:-1].strip() for label in labels if label.endswith((":", "："))), "")

    def _text(self, kind: Kind) -> str:
        """Return what somebody wrote; where nobody did, what the page shows, but not of media."""
        if kind == "poll":
            return self._poll()
        if self._texts:
            written = "\n".join(written_text(tag, self._foreign) for tag in self._texts)
        elif self._block is not None:
            written = written_text(self._block, self._foreign)
        else:
            written = "" if kind in ("media", "location") else self._shown()
        return "\n".join(filter(None, (written, *self._maps())))

    def _shown(self) -> str:
        lines = shown_text(self._tag, self._foreign).split("\n")
        return "\n".join(line for line in lines if line != self._clock)

    def _find_clock(self) -> str:
        """Return the last time that is shown, which is the message's."""
        for tag in reversed(self._beside):
            if tag.name == "span" and len(tag.find_all(limit=_FEW)) < _FEW:
                text = shown_text(tag)
                if _CLOCK.fullmatch(text) and read_time(f"{text}, "):
                    return text
        return ""

    def _is_edited(self) -> bool:
        said = [
            word
            for tag in self._beside
            if tag.get("data-testid") == "msg-meta" or tag.get("aria-hidden") == "true"
            for word in shown_text(tag).replace(self._clock, " ").split()
        ]
        return not _table().edited.isdisjoint(said)

    def _flags(self) -> Iterator[str]:
        if any("read-more-button" in words(tag, "class") for tag in self._tags):
            yield "truncated"
        if _table().view_once(self._signs):
            yield "view-once"
        boxes = (tag for tag in self._beside if str(tag.get("data-testid") or "").startswith("reaction"))
        shown = (emoji(img) or str(img.get("alt") or "") for box in boxes for img in box.find_all("img"))
        yield from dict.fromkeys(f"reaction:{char}" for char in shown if char)

    def _maps(self) -> list[str]:
        links = (str(tag.get("href") or "") for tag in self._beside if tag.name == "a")
        return [link for link in dict.fromkeys(links) if _MAP.match(link)]

    def _poll(self) -> str:
        """Return question and options, with their votes where the page tells."""
        labels = {tag.get("for"): shown_text(tag) for tag in self._tags if tag.name == "label"}
        options: dict[str, None] = {}
        for tag in self._tags:
            if tag.name == "input" and tag.get("type") in ("checkbox", "radio"):
                said = str(tag.get("aria-label") or "")
                votes = _VOTES.findall(said)
                name = labels.get(tag.get("id"))
                options[f"- {name} ({votes[-1]})" if votes and name else f"- {name or said}"] = None
        question = (written_text(tag, self._foreign) for tag in self._texts[:1])
        return "\n".join((*question, *options))

    def _files(self, kind: Kind, media_type: str | None) -> tuple[str, ...]:
        if kind != "media":
            return ()
        if media_type is None:
            return tuple(self._documents())[:1]
        return tuple(src for src in self._pictures if not _SCHEME.match(src))

    def _documents(self) -> Iterator[str]:
        for tag in self._beside:
            title = str(tag.get("title") or "")
            named = _TITLE.search(title)
            small = tag.name == "span" and len(tag.find_all(limit=_FEW)) < _FEW
            for name in (named[1] if named else "", title, shown_text(tag) if small else ""):
                if name and looks_like_file(name):
                    yield name

    def _tiles(self) -> int:
        return sum(tag.get("data-testid") == "image-thumb" for tag in self._beside)


def _outside(tag: "Tag", is_out: Callable[["Tag"], bool]) -> Iterator["Tag"]:
    """Yield all elements inside one, in order, but none in those that are out."""
    from bs4.element import Tag  # noqa: PLC0415 - slow to import, and detection imports every parser

    stack = [iter(tag.contents)]
    while stack:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif isinstance(node, Tag) and not is_out(node):
            yield node
            stack.append(iter(node.contents))


def _stamp(tag: "Tag") -> str:
    stamp = str(tag.get("data-pre-plain-text") or "")
    return stamp if stamp.startswith(_STAMP) else ""


def _is_written(tag: "Tag") -> bool:
    """Tell whether an element holds what somebody wrote."""
    names = (*words(tag, "class"), *words(tag, "data-testid"))
    return "selectable-text" in names and "quoted-mention" not in names and tag.name != "img"


def _is_beside(tag: "Tag") -> bool:
    """Tell what is in a bubble but none of its text: the name, the time, previews of links, buttons."""
    place = str(tag.get("data-testid") or "")
    return place in ("author", "msg-meta", "link-preview-container", "forwarded-header") or (
        "read-more-button" in words(tag, "class")
    )


def _quotes(row: "Tag") -> list["Tag"]:
    """Find the boxes in a row that show the message it answers."""
    boxes = row.find_all(None, {"data-testid": "quoted-message"})
    if boxes:
        return boxes[:1]
    mention = next((tag for tag in row.find_all("span") if "quoted-mention" in words(tag, "class")), None)
    return [] if mention is None else [_box(mention, row)]


def _box(mention: "Tag", row: "Tag") -> "Tag":
    """Return the largest element around a quoted text that holds nothing of the answer."""
    box = mention
    for parent, _ in zip(mention.parents, range(_HIGHEST), strict=False):
        if parent is row or _stamp(parent) or any(_is_written(tag) for tag in parent.find_all()):
            break
        box = parent
    return box


def _quoted(box: "Tag") -> Quoted:
    mentions = [tag for tag in box.find_all("span") if "quoted-mention" in words(tag, "class")]
    mentions = mentions or [tag for tag in box.find_all("span") if _is_written(tag)] or [box]
    said = mentions[0]
    author = box.find(None, {"data-testid": "author"})
    if author is None:
        shown = [tag for tag in box.find_all("span") if tag.get("dir") == "auto" and tag is not said]
        author = next((tag for tag in shown if said not in tag.parents), None)
    text = written_text(said, lambda tag: tag is author)
    return Quoted(shown_text(author) if author is not None else "", text)


def _pictures(tags: list["Tag"]) -> list[str]:
    """Return the addresses of pictures and recordings, without emoji and portraits of those who write."""
    icons = (tag for tag in tags if str(tag.get("data-icon") or "").startswith(_DEFAULT))
    frames = {id(frame) for icon in icons for frame, _ in zip(icon.parents, range(_FEW), strict=False)}
    found: dict[str, None] = {}
    for tag in tags:
        if tag.name not in ("img", "video", "audio", "source") or emoji(tag) is not None:
            continue
        src = str(tag.get("src") or "")
        small = src.startswith("data:") and len(src) < _THUMBNAIL
        if src and not small and id(tag.parent) not in frames and not _PORTRAIT.search(src):
            found[src] = None
    return list(found)


def _signs(tags: list["Tag"]) -> Iterator[str]:
    for tag in tags:
        for attribute in ("data-icon", "data-testid"):
            yield from words(tag, attribute)
        if tag.name == "title":
            yield tag.get_text().strip()
        yield from (name for name in words(tag, "class") if name.startswith("icon-doc-"))


Test = Callable[[frozenset[str]], bool]


class _Table(NamedTuple):
    """``web_page.toml``, ready to be asked."""

    outgoing: Test
    incoming: Test
    forwarded: Test
    deleted: Test
    view_once: Test
    edited: frozenset[str]
    kinds: tuple[tuple[Test, Kind, str | None], ...]


@cache
def _table() -> _Table:
    table = read_table("web_page.toml")
    return _Table(
        _test(table["out"]),
        _test(table["in"]),
        _test(table["forwarded"]),
        _test(table["deleted"]),
        _test(table["view_once"]),
        frozenset(table["edited"]),
        tuple((_test(row["signs"]), row["kind"], row.get("type")) for row in table["kinds"]),
    )


def _test(patterns: list[str]) -> Test:
    """Return what tells whether one of some signs is on a page."""
    exact = frozenset(pattern for pattern in patterns if not pattern.endswith("*"))
    starts = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))

    def test(signs: frozenset[str]) -> bool:
        return not exact.isdisjoint(signs) or any(sign.startswith(starts) for sign in signs)

    return test if starts else lambda signs: not exact.isdisjoint(signs)
