"""The pages of WhatsApp-Chat-Exporter: those with Tailwind's classes, and the older ones with W3.CSS.

Each message is an element with the message's id; the day stands above the first message of it, the hour at
every message. Long chats are cut into several pages, each with a link to the next.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final, NamedTuple

from wamigrate.addresses import from_address
from wamigrate.page_text import shown_text, words, written_text
from wamigrate.web_page import cut, parse

from ._chat_exporter_rows import ExportedRow

if TYPE_CHECKING:
    from bs4.element import Tag

TITLE: Final = re.compile(r"<title>\s*Whatsapp - (.*?)</title>", re.DOTALL)
SIGN: Final = re.compile(rb"<title>\s*Whatsapp - ")
_START: Final = re.compile(
    r'<div class="(?:flex justify-(?:start|end) items-center group"|w3-row w3-padding-small w3-margin-bottom"'
    r'|w3-row" style="padding-bottom)'
)
_NEXT: Final = re.compile(r'<a href="\./([^"<>]+)" target="_self">\s*(?:<span class="arrow-right">|Next)')
_BASE: Final = re.compile(r'<base href="([^"<>]*)"')
_NUMBER: Final = re.compile(r"(\d{6,15})(?=[-.])")
_DAY: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_HOUR: Final = re.compile(r"(\d{1,2}):(\d\d)")
_EDGES: Final = re.compile(r"\A\s*\n\s*|\s*\n\s*\Z")
"""What the template puts around a text."""
_FEEDS: Final = re.compile(r" ?\n| <br>")
"""The exporter puts a blank before a line's end; after a ``<`` it shows the tag instead."""
_ASIDE: Final = (
    "reply-box",
    "reply",
    "w3-panel",
    "w3-container",
    "text-[10px]",
    "flex-wrap",
    "mt-1",
    "no-base",
)
"""Classes of what is in a bubble beside its text."""


class PageHead(NamedTuple):
    """What a page says of its chat."""

    name: str
    next: str | None
    """Name of the page on which the chat goes on."""
    base: str
    """What stands before all addresses of files."""
    is_whole: bool
    """Whether the page ends as pages do."""


def read_head(text: str) -> PageHead:
    """Read what a page says of its chat."""
    title, next_, base = TITLE.search(text), _NEXT.search(text), _BASE.search(text)
    name = " ".join(shown_text(parse(title[1])).split()) if title else ""
    return PageHead(
        name,
        from_address(next_[1]) if next_ else None,
        base[1] if base else "",
        text.rstrip().endswith("</html>"),
    )


def number_in(file_name: str) -> str | None:
    """Return the number with which the name of a page begins, as an address.

    >>> number_in("18002428478-ChatGPT-2.html"), number_in("Kitchen.html")
    ('18002428478@s.whatsapp.net', None)
    """
    found = _NUMBER.match(file_name)
    return f"{found[1]}@s.whatsapp.net" if found else None


def read_rows(text: str, base: str) -> Iterator[ExportedRow]:
    """Yield the messages of a page."""
    day: date | None = None
    for place, piece in enumerate(cut(text, _START)):
        body = piece.tree.body or piece.tree
        row = body.find(recursive=False) if place else None
        if row is not None:
            day = _day_in(row) or day
            yield _Message(row, base).read(piece.line, day)
        later = (
            _day(shown_text(tag)) for tag in body.find_all("div") if "bg-[#e1f2fb]" in words(tag, "class")
        )
        day = next(filter(None, later), day)


def _day_in(row: "Tag") -> date | None:
    """Return the day that an older page shows inside the first message of it."""
    first = row.find("div", recursive=False)
    return _day(shown_text(first)) if first is not None and "w3-center" in words(first, "class") else None


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text.strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


class _Message:
    """One message of a page, new or old."""

    def __init__(self, row: "Tag", base: str) -> None:
        self._row = row
        self._base = base
        self._new = "group" in words(row, "class")
        self._key = str(row.get("id") or "")
        self._content, self._own, self._sender, self._hour = (
            self._new_parts() if self._new else self._old_parts()
        )

    def _new_parts(self) -> tuple["Tag", bool, str | None, str]:
        own = "justify-end" in words(self._row, "class")
        bubble = _first(
            self._row, lambda tag: bool({"bg-whatsapp-light", "bg-white"} & {*words(tag, "class")})
        )
        content = bubble or self._row
        foot = [tag for tag in content.find_all(recursive=False) if "text-[10px]" in words(tag, "class")]
        said = shown_text(foot[-1]) if foot else ""
        hour = _HOUR.search(said) if own else None
        if own or not foot:
            return content, own, None, hour[0] if hour else ""
        parts = [shown_text(tag) for tag in foot[-1].find_all("span", recursive=False)]
        return content, own, (parts[0] or None) if parts else None, parts[-1] if parts else ""

    def _old_parts(self) -> tuple["Tag", bool, str | None, str]:
        inner = [tag for tag in self._row.find_all("div", recursive=False) if "w3-row" in words(tag, "class")]
        if not inner:
            return self._row, False, None, ""
        parts = [shown_text(tag) for tag in inner[0].find_all("div", recursive=False)]
        own = bool(parts) and _HOUR.fullmatch(parts[0]) is not None
        aligned = _first(inner[-1], _is_aligned)
        name, hour = (None, parts[0]) if own else (parts[0], parts[-1]) if parts else (None, "")
        return aligned or inner[-1], own, name, hour

    def read(self, line: int, day: date | None) -> ExportedRow:
        """Return the message."""
        system = self._system()
        path, type_ = (None, None) if system is not None else self._file()
        hour = _HOUR.fullmatch(self._hour)
        clock = time(int(hour[1]), int(hour[2])) if hour and int(hour[1]) < 24 and int(hour[2]) < 60 else None  # noqa: PLR2004 - a clock's
        text = system if system is not None else "" if path else self._text()
        return ExportedRow(
            place=line,
            key=self._key or f"line {line}",
            own=self._own,
            time=datetime.combine(day, clock) if day and clock else None,
            sender=self._sender,
            text=text,
            system=system is not None,
            path=path,
            media_type=type_,
            caption=self._caption(),
            reply_to=self._reply(),
            reactions=tuple(self._reactions()),
        )

    def _system(self) -> str | None:
        """Return the exporter's sentence in place of a message, as HTML where it has links."""
        box = _first(self._content, lambda tag: bool({"bg-[#FFF3C5]", "w3-panel"} & {*words(tag, "class")}))
        if box is None or self._located(box) is not None:
            return None
        box = box.find("p") or box
        linked = box.find("a") is not None
        return _EDGES.sub("", box.decode_contents()) if linked else _trimmed(written_text(box))

    def _located(self, tag: "Tag") -> str | None:
        """Return the path in "it should be located at here"."""
        links = (str(link.get("href") or "") for link in tag.find_all("a"))
        return next((link for link in links if link.startswith("./")), None)

    def _file(self) -> tuple[str | None, str | None]:
        for name, attribute in (("source", "src"), ("source", "data-src"), ("img", "src")):
            for tag in self._content.find_all(name):
                address = str(tag.get(attribute) or "")
                link = tag.find_parent("a")
                if link is not None and "no-base" in words(link, "class"):
                    continue
                if address and not address.startswith("data:"):
                    path = str(link.get("href") or address) if link is not None else address
                    return self._path(path), _type(tag)
        located = self._located(self._content)
        return (self._path(located), None) if located else (None, None)

    def _path(self, address: str) -> str:
        path = address.removeprefix("./")
        return path if path.startswith(self._base) else self._base + path

    def _caption(self) -> str | None:
        boxes = [tag for tag in self._content.find_all(["p", "div"]) if self._is_caption(tag)]
        return _trimmed(written_text(boxes[0])) or None if boxes else None

    def _is_caption(self, tag: "Tag") -> bool:
        classes = words(tag, "class")
        if self._new:
            return tag.name == "p" and "mt-1" in classes and "text-[10px]" not in classes
        return "w3-container" in classes

    def _reply(self) -> str | None:
        for link in self._content.find_all("a"):
            address = str(link.get("href") or "")
            if "no-base" in words(link, "class") and address.startswith("#"):
                return address[1:] or None
        return None

    def _reactions(self) -> Iterator[tuple[str, str]]:
        box = _first(self._content, lambda tag: "flex-wrap" in words(tag, "class"))
        for tag in box.find_all("div", recursive=False) if box is not None else ():
            yield shown_text(tag), str(tag.get("title") or "")

    def _text(self) -> str:
        return _trimmed(
            written_text(self._content, lambda tag: not {*words(tag, "class")}.isdisjoint(_ASIDE))
        )


def _trimmed(text: str) -> str:
    return _FEEDS.sub("\n", _EDGES.sub("", text))


def _is_aligned(tag: "Tag") -> bool:
    classes = words(tag, "class")
    return (
        "w3-right-align" in classes
        or "w3-left-align" in classes
        or "text-align" in str(tag.get("style") or "")
    )


def _first(tag: "Tag", fits: "Callable[[Tag], bool]") -> "Tag | None":
    return next((one for one in tag.find_all() if fits(one)), None)


def _type(tag: "Tag") -> str | None:
    if tag.name == "source":
        box = tag.parent.name if tag.parent is not None else ""
        return str(tag.get("type") or box) or None
    return "image/webp" if "sticker" in words(tag, "class") else "image"
