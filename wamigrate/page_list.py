"""Where the messages stand on a page of WhatsApp Web, whatever year it was saved in.

The open chat is the element ``main``: a header with its name, the messages, and a footer to write in. Beside
it are the list of all chats and what floats above; nothing of that is read. Pages hold what had been scrolled
into view, sometimes twice.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from wamigrate.page_row import Row, read_rows
from wamigrate.page_text import shown_text
from wamigrate.web_page import cut, parse

SIGN: Final = b"data-pre-plain-text="
"""What every page with a chat holds."""
_HOME: Final = re.compile(
    rb"""saved from url=\(\d+\)https://web\.whatsapp\.com|url: ?https://web\.whatsapp\.com"""
    rb"""|content-location: ?https://web\.whatsapp\.com|<html[^>]{0,400}\sid=["']?whatsapp-web"""
    rb"""|<title>(?:\(\d+\) )?whatsapp(?: web| business)?</title>""",
    re.IGNORECASE,
)
_TAG: Final = r"<\w+\b[^<>]*?\s"
_MAIN: Final = re.compile(_TAG + r"id=[\"']?main[\"'\s>]")
_STAMPED: Final = re.compile(_TAG + r"data-pre-plain-text=[\"']\[")
_STARTS: Final = (
    re.compile(_TAG + r"role=[\"']?row[\"'\s>]"),
    re.compile(_TAG + r"data-id="),
    re.compile(_TAG + r"class=(?:\"[^\"<>]*|'[^'<>]*)\bmessage-(?:in|out)\b"),
)
"""How messages may begin, the outermost element first."""
_TOLERANCE: Final = 100
"""One message of so many may hold another."""


class ChatPage(NamedTuple):
    """The open chat of a page."""

    title: str | None
    rows: tuple[Row, ...]
    repeated: int
    """How many rows were left out because they stood there twice."""


def is_home(head: bytes) -> bool:
    """Tell from its first bytes whether a page was saved from WhatsApp Web.

    >>> is_home(b"<!-- saved from url=(0025)https://web.whatsapp.com/ --><html>")
    True
    >>> is_home(b"<html><p>see https://web.whatsapp.com/")
    False
    """
    return _HOME.search(head) is not None


def read_chat_page(text: str) -> ChatPage:
    """Read the open chat of a page.

    Args:
        text: the page's HTML.

    """
    main = _MAIN.search(text)
    begin = main.start() if main else 0
    header_end = text.find("</header>", begin)
    footer = text.find("<footer", begin)
    end = len(text) if footer < 0 else footer
    title = None
    if 0 <= header_end < end:
        title = _title(text[begin:header_end])
        begin = header_end
    pieces = cut(text, _start(text, begin, end), begin, end)
    found = [
        row
        for place, piece in enumerate(pieces)
        for row in read_rows(piece.tree.body or piece.tree, piece.line, message_first=place > 0)
    ]
    rows = tuple(_once(found))
    return ChatPage(title, rows, len(found) - len(rows))


def _start(text: str, begin: int, end: int) -> re.Pattern[str]:
    """Choose which elements are messages: those that part all that is stamped."""
    stamped = [match.start() for match in _STAMPED.finditer(text, begin, end)]
    for pattern in _STARTS:
        starts = [match.start() for match in pattern.finditer(text, begin, end)]
        places = {bisect(starts, place) for place in stamped}
        if starts and 0 not in places and (len(stamped) - len(places)) * _TOLERANCE <= len(stamped):
            return pattern
    return _STAMPED


def _title(header: str) -> str | None:
    """Return the name of the chat in the header; in groups, the members stand there as well."""
    tree = parse(header)
    named = tree.find(None, {"data-testid": "conversation-info-header-chat-title"})
    if named is not None:
        return shown_text(named) or None
    spans = [tag for tag in tree.find_all("span") if tag.get("dir") == "auto" or tag.has_attr("title")]
    titles = (str(tag.get("title") or "") or shown_text(tag) for tag in spans)
    return next((title for title in titles if title), None)


def _once(rows: Iterable[Row]) -> Iterator[Row]:
    """Leave out what a page holds again.

    WhatsApp's own ids tell. Without them, an equal row is the same if another minute stood in between, and
    so are those that follow it: a chat does not go back in time, but people repeat themselves in a minute.
    """
    kept: dict[object, Row] = {}
    before, repeating = "", False
    for place, row in enumerate(rows):
        minute = row.stamp.partition("]")[0]
        key: object = row.key or (row.stamp, row.text, row.kind, row.clock)
        if key in kept and row.key:
            if "truncated" in kept[key].flags and "truncated" not in row.flags:
                kept[key] = row
        elif key in kept and row.stamp and (repeating or minute != before):
            repeating = True
        else:
            kept[key if row.key or key not in kept else place] = row
            repeating = False
        before = minute or before
    yield from kept.values()
