"""Whose name a header holds, where the first colon alone would get it wrong."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import compress, count
from typing import Final

from wamigrate.lines import Pieces

_RARE: Final = 2
_QUOTE: Final = re.compile('"|“|”|„|«|»'.encode())
"""Names of groups stand in quotation marks, and their colons are not those of a header."""
_ABBREVIATION: Final = 4
"""Bytes of the longest abbreviation before a colon in a name, the colon and space included."""
_SCAN: Final = 120
"""Bytes of a text in which the rest of a name is looked for, as long as a name may be."""


def settle_authors(pieces: Pieces, is_notice: Callable[[bytes], bool], title: str | None = None) -> None:
    """Correct the names of candidates in place.

    * A notice that holds a colon (``Ana changed the subject from "Plan: A" to …``) has no author.
    * ``Name:text`` without a space has one, if that name writes elsewhere in the file too.
    * A name that holds a colon itself (``Dr: Who``) is taken whole, if every message of ``Dr`` goes on so,
      and the chat is named after it or what stands before the colon is an abbreviation.

    Args:
        pieces: the file, cut at its headers.
        is_notice: whether WhatsApp itself writes a text.
        title: name of the chat, if known.

    """
    counts = Counter(pieces.author)
    unsettled = {
        author for author, count in counts.items() if not author or count <= _RARE or _QUOTE.search(author)
    }
    for index in list(compress(count(), map(unsettled.__contains__, pieces.author))):
        author = pieces.author[index]
        if not author:
            _add_known(index, pieces, counts)
        elif is_notice(author + pieces.body[index]):
            pieces.author[index], pieces.body[index] = b"", author + pieces.body[index]
    _join_names(pieces, title)


def _add_known(index: int, pieces: Pieces, counts: Counter[bytes]) -> None:
    name, colon, rest = pieces.body[index].partition(b":")
    if colon and rest and name + b": " in counts:
        pieces.author[index], pieces.body[index] = name + colon, rest


def _join_names(pieces: Pieces, title: str | None) -> None:
    for author, rest in _longer_names(pieces, title).items():
        rows = [index for index, name in enumerate(pieces.author) if name == author]
        if len(rows) >= _RARE and all(pieces.body[index].startswith(rest) for index in rows):
            for index in rows:
                pieces.author[index] = author + rest
                pieces.body[index] = pieces.body[index][len(rest) :]


def _longer_names(pieces: Pieces, title: str | None) -> dict[bytes, bytes]:
    """Return how each name could go on, judged by its first message."""
    firsts = dict(zip(reversed(pieces.author), reversed(pieces.body), strict=True))
    firsts.pop(b"", None)
    found: dict[bytes, bytes] = {}
    named = b"" if title is None else title.encode() + b": "
    for author, body in firsts.items():
        end = body.find(b": ", 0, _SCAN)
        if (
            end > 0
            and b"\n" not in body[:end]
            and (len(author) <= _ABBREVIATION or author + body[: end + 2] == named)
        ):
            found[author] = body[: end + 2]
    return found
