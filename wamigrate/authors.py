"""Whose name a header holds, where the first colon alone would get it wrong."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

from wamigrate.lines import Pieces

_RARE: Final = 2
_QUOTE: Final = re.compile('"|“|”|„|«|»'.encode())
"""Names of groups stand in quotation marks, and their colons are not those of a header."""
_ABBREVIATION: Final = 4
"""Bytes of the longest abbreviation before a colon in a name, the colon and space included."""
_SCAN: Final = 120
"""Bytes of a text in which the rest of a name is looked for, as long as a name may be."""


def settle_authors(
    pieces: Pieces, is_notice: Callable[[bytes], bool], title: str | None = None
) -> Counter[bytes]:
    """Correct the names of candidates in place.

    * A notice that holds a colon (``Ana changed the subject from "Plan: A" to …``) has no author.
    * ``Name:text`` without a space has one, if that name writes elsewhere in the file too.
    * A name that holds a colon itself (``Dr: Who``) is taken whole, if every message of ``Dr`` goes on so,
      and the chat is named after it or what stands before the colon is an abbreviation.

    Args:
        pieces: the file, cut at its headers.
        is_notice: whether WhatsApp itself writes a text.
        title: name of the chat, if known.

    Returns:
        how many candidates have each name in the end, those without one included.

    """
    counts = Counter(pieces.author)
    unsettled = {
        author for author, count in counts.items() if not author or count <= _RARE or _QUOTE.search(author)
    }
    found = enumerate(pieces.author) if unsettled else ()
    for index in [index for index, author in found if author in unsettled]:
        author = pieces.author[index]
        if not author:
            _add_known(index, pieces, counts)
        elif is_notice(author + pieces.body[index]):
            pieces.author[index], pieces.body[index] = b"", author + pieces.body[index]
            counts[author] -= 1
            counts[b""] += 1
    _join_names(pieces, counts, title)
    return +counts


def _add_known(index: int, pieces: Pieces, counts: Counter[bytes]) -> None:
    name, colon, rest = pieces.body[index].partition(b":")
    if colon and rest and name + b": " in counts:
        pieces.author[index], pieces.body[index] = name + colon, rest
        counts[name + colon] += 1
        counts[b""] -= 1


def _join_names(pieces: Pieces, counts: Counter[bytes], title: str | None) -> None:
    named = b"" if title is None else title.encode() + b": "
    for author in list(counts):
        if not author or not (len(author) <= _ABBREVIATION or named.startswith(author)):
            continue
        rows = [index for index, name in enumerate(pieces.author) if name == author]
        rest = _rest_of_name(author, pieces.body[rows[0]], named) if len(rows) >= _RARE else b""
        if rest and all(pieces.body[index].startswith(rest) for index in rows):
            for index in rows:
                pieces.author[index] = author + rest
                pieces.body[index] = pieces.body[index][len(rest) :]
            counts[author + rest] += counts.pop(author)


def _rest_of_name(author: bytes, body: bytes, named: bytes) -> bytes:
    """Return how a name could go on, judged by its first message; empty where it could not."""
    end = body.find(b": ", 0, _SCAN)
    rest = body[: end + 2] if end > 0 else b""
    if b"\n" in rest or (len(author) > _ABBREVIATION and author + rest != named):
        return b""
    return rest
