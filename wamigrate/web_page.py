r"""Web pages that a browser saved: what they are, their text, and their elements piece by piece.

Browsers save a page as HTML, with a folder of pictures beside it, or as MHTML (RFC 2557), a mail of many
parts. A page with a long chat has tens of megabytes, of which one message needs a few kilobytes, so no tree
of the whole is built: the text is cut where messages begin, and each piece is parsed by itself. That takes
time in proportion to the length, and memory for one message, whatever the page holds.

>>> page = "Two:\n<p id=1>a\n<p id=2>b"
>>> [(piece.line, piece.tree.get_text().strip()) for piece in cut(page, re.compile("<p "))]
[(1, 'Two:'), (2, 'a'), (3, 'b')]
"""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from wamigrate.encoding import to_utf8
from wamigrate.errors import ParseError
from wamigrate.limits import VARIABLE, current_limits
from wamigrate.source import Member, Source

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

_HTML: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s|(?><!--.*?-->))*<(?:!doctype html|html|head|body|div|section|main|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_MHTML: Final = re.compile(
    rb"(?:[\w-]+:[^\n]*+\n(?:[ \t][^\n]*+\n)*)*?content-type:\s*multipart/related", re.IGNORECASE
)
_CHARSET: Final = re.compile(rb"<meta[^>]{1,200}?charset=[\"']?([\w-]{2,40})", re.IGNORECASE)
_HEAD: Final = 1 << 12
_CHUNK: Final = 1 << 20
_SUFFIXES: Final = (".html", ".htm", ".mhtml", ".mht")
_WEIGHTY: Final = ("svg", "style", "script")
"""Elements without a word in them, which make up most of a page."""
_VISIBLE: Final = re.compile(r">\s*[^<>\s]|<img|\sdata-(?:icon|testid|pre-)")
"""Words, pictures and signs."""
_TAG: Final = re.compile("<[a-zA-Z/]")
_IN_PIECE: Final = 10
"""A message of a page may have this share of the tags that a page may have."""
_TITLE: Final = re.compile(r"<title>[^<]*</title>")


class Piece(NamedTuple):
    """A part of a page, from where a message begins to where the next does."""

    line: int
    """Line of the page on which it begins, from 1."""
    tree: "BeautifulSoup"


def is_page(head: bytes) -> bool:
    """Tell from its first bytes whether a file is a web page, as HTML or MHTML.

    >>> is_page(b"<!DOCTYPE html><!-- saved from url=(0014)about:internet -->"), is_page(b"a <div>")
    (True, False)
    """
    return _HTML.match(head) is not None or is_mhtml(head)


def is_mhtml(head: bytes) -> bool:
    r"""Tell from its first bytes whether a file is a page with all its parts.

    >>> is_mhtml(b"From: <Saved by Blink>\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\"")
    True
    """
    return _MHTML.match(head, 0, _HEAD) is not None


def may_be_page(name: str) -> bool:
    """Tell from a file's name whether it may be a web page."""
    return name.casefold().endswith(_SUFFIXES)


def holds(source: Source, member: Member, sign: bytes) -> bool:
    """Tell whether some bytes stand anywhere in a file; it is read piece by piece, up to the first hit."""
    with source.reading(member) as stream:
        before = b""
        while chunk := stream.read(_CHUNK):
            window = (before + chunk).replace(b"=\r\n", b"").replace(b"=\n", b"")  # MHTML folds lines
            if sign in window:
                return True
            before = window[-len(sign) :]
    return False


def decode_page(data: bytes, where: str) -> str:
    """Return the HTML of a saved page.

    Args:
        data: the file, HTML or MHTML.
        where: its name, for errors.

    Raises:
        ParseError: it is MHTML without a page in it, or has more tags than :mod:`wamigrate.limits` allow.

    """
    text = _mhtml_page(data, where) if is_mhtml(data) else _decode(data)
    most = current_limits().tags
    if text.count("<") > most:
        raise ParseError(
            f"{where}: has more than {most:,} tags, and no page of a chat has; if it is one, "
            f"{VARIABLE}=tags=NUMBER lets it in"
        )
    return text


def _decode(data: bytes, charset: str | None = None) -> str:
    declared = _CHARSET.search(data, 0, _HEAD)
    if charset is None and declared and declared[1].lower() not in (b"utf-8", b"utf8"):
        charset = declared[1].decode("ascii")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode(charset or "", "replace")
    except LookupError:
        return to_utf8(data).data.decode("utf-8", "replace")


def _mhtml_page(data: bytes, where: str) -> str:
    import email.policy  # noqa: PLC0415 - slow to import, and few pages are MHTML

    message = email.message_from_bytes(data, policy=email.policy.HTTP)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes) and payload:
                return _decode(payload, part.get_content_charset())
    raise ParseError(f"{where}: the saved page holds no HTML; save it again as 'Web page, complete'")


@contextmanager
def naming(where: str) -> Generator[None]:
    """Name the page in errors of :func:`parse`."""
    try:
        yield
    except ParseError as error:
        raise ParseError(f"{where}: {error}") from error


def cut(text: str, start: re.Pattern[str], begin: int = 0, end: int | None = None) -> Iterator[Piece]:
    """Cut a page where messages begin, and parse each piece; the first is what stands before all messages.

    Pieces in which nothing can be seen are left out, but for the first.

    Args:
        text: the page.
        start: matches at the beginning of the first tag of each message.
        begin: where to begin, in characters.
        end: where to stop; None: at the end.

    Raises:
        ParseError: see :func:`parse`.

    """
    end = len(text) if end is None else end
    line = 1 + text.count("\n", 0, begin)
    at = begin
    for match in start.finditer(text, begin, end):
        if at == begin or _VISIBLE.search(text, at, match.start()):
            yield Piece(line, parse(text[at : match.start()]))
        line += text.count("\n", at, match.start())
        at = match.start()
    if at == begin or _VISIBLE.search(text, at, end):
        yield Piece(line, parse(text[at:end]))


def parse(text: str) -> "BeautifulSoup":
    """Parse a piece of a page; whatever it is, there is a tree of it.

    Raises:
        ParseError: it has more tags than a message can have; the words name no file.

    """
    most = current_limits().tags // _IN_PIECE
    if text.count("<") > most and len(_TAG.findall(text)) > most:
        raise ParseError(
            f"has a piece of more than {most:,} tags, and no message has; if it is one, "
            f"{VARIABLE}=tags=NUMBER lets it in, with a number {_IN_PIECE} times that"
        )
    from bs4 import BeautifulSoup  # noqa: PLC0415 - slow to import, and detection imports every parser

    # With the tag in front, nothing looks like a file name, an address or XML, of which Beautiful Soup warns.
    return BeautifulSoup(
        f"<body>{without_drawings(text)}",
        "lxml",
        multi_valued_attributes=None,
        preserve_whitespace_tags={"html"},  # everywhere; else a blank line between two elements gets lost
    )


def without_drawings(text: str) -> str:
    """Leave out drawings, styles and scripts, but keep the names of drawings.

    >>> without_drawings('<b><svg width="8"><title>tail-in</title><path d="M1"></path></svg>x</b>')
    '<b><svg><title>tail-in</title></svg>x</b>'
    """
    for name in _WEIGHTY:
        if f"<{name}" in text:
            text = "".join(_without(text, name))
    return text


def _without(text: str, name: str) -> Iterator[str]:
    opening, closing = f"<{name}", f"</{name}>"
    at = 0
    while (start := text.find(opening, at)) >= 0:
        stop = text.find(closing, start)
        if stop < 0:
            break
        yield text[at:start]
        title = _TITLE.search(text, start, stop)
        if title:
            yield f"<svg>{title[0]}</svg>"
        at = stop + len(closing)
    yield text[at:]
