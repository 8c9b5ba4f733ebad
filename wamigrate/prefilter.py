"""Which bodies are worth a look: most are a person's plain text, and a few bytes of each show it.

What is ruled out here is certain to be plain text; what is left is read by
:class:`~wamigrate.classify.Classifier`.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from wamigrate import phrases
from wamigrate.notices import openings, sentences
from wamigrate.phrases import BLANK, LONGEST

_HEAD: Final = 16
"""Bytes at a body's start that are compared with the openings of notices."""
_SHORT: Final = 3 * LONGEST
"""Bytes that a phrase can have at most; its characters have up to three."""
_SHORT_ASCII: Final = LONGEST + 1
"""The same for phrases in ASCII, with a period."""
_PAIR: Final = 2
"""Shorter bodies have no last byte but one, and are worth a look."""
_TAIL: Final = _SHORT + 3
"""Bytes at a body's end in which an iPhone's mark can stand before a placeholder."""
_ASCII: Final = 0x80
_MARK_LEAD: Final = 0xE2
"""First byte of quotation marks and invisible marks."""
_LRM: Final = "\u200e".encode()
_RLM: Final = "\u200f".encode()
_LRM_END: Final = _LRM[-1]
_RLM_END: Final = _RLM[-1]
_NOTICE: Final = 1
_BLANK: Final = 2
_CLOSE: Final = 3
_DIGIT: Final = 4
_SURE: Final = 5
"""What a byte can be part of: a notice, an invisible character, the end of a file or poll, the end of a
place, or something for which it is enough."""
_BEYOND: Final = 3
"""Bytes at the beginning of a phrase beyond ASCII that are compared."""
_BEFORE: Final = 41
"""Bytes before a parenthesis in which a file's extension stands, with what may be between."""
_EXTENSION: Final = re.compile(rb"\.[^\s.()]{1,32}[^\w.()]{0,8}\Z")
_COUNTED: Final = re.compile(rb"[0-9\x80-\xff]")
"""What the parentheses behind a poll's option or a file in another script hold: ``(3 votes)``."""
_MAP_BYTES: Final = b"maps.google.com/?q="


def worth_a_look(bodies: Sequence[bytes], *, ios: bool) -> list[int]:
    """Return the places of the bodies that could be more than a person's plain text.

    Args:
        bodies: as received, in UTF-8, of messages with an author.
        ios: whether an iPhone exported them: its marks show what WhatsApp wrote.

    """
    starts, ends, line_ends, heads, tails, short, beyond, blanks = _triggers()
    return [
        place
        for place, body in enumerate(bodies)
        if (size := len(body)) < _PAIR
        or (
            (kind := starts[body[0]])
            and (
                kind == _SURE
                or body[:_HEAD] in heads
                or (kind == _BLANK and (body[:3] in blanks or body[:2] in blanks))
            )
        )
        or (
            (end := body.find(b"\n")) > 0
            and (kind := line_ends[body[end - 1]])
            and (kind == _SURE or _may_end(body[:end], kind))
        )
        or (
            (kind := ends[body[-1]])
            # Most answers end like a sentence; those that are notices have one line.
            and (
                kind == _SURE
                or (end < 0 and body.endswith(tails) if kind == _NOTICE else _may_end(body, kind))
            )
        )
        or (size <= _SHORT_ASCII and body.lower() in short)
        or (
            size <= _SHORT
            and not body.isascii()
            and ((head := body[:_BEYOND]).lower() in beyond or _may_begin(head))
        )
        # The marks' first and last bytes: a single byte is found much faster than three.
        or (ios and (_LRM_END in body or _RLM_END in body) and _MARK_LEAD in body and _has_mark(body))
    ]


def _may_begin(head: bytes) -> bool:
    """Tell whether a short body beyond ASCII has marks after its first letter.

    Quotation marks and invisible marks, of which there are many forms, stand there in few bodies; these are
    worth a look.
    """
    return not head[1:].isascii() and (head[0] < _ASCII or _MARK_LEAD in head[1:])


def _may_end(text: bytes, kind: int) -> bool:
    """Tell whether a body, or its first line, ends like a file or poll, a place, or with a blank."""
    if kind == _BLANK:
        blanks = _triggers().blanks
        return text[-3:] in blanks or text[-2:] in blanks
    if kind == _CLOSE:
        return _closes(text)
    return kind == _DIGIT and _MAP_BYTES in text


def _closes(text: bytes) -> bool:
    """Tell whether parentheses at the end are those of a file or a poll: ``x.jpg (file attached)``."""
    at = text.rfind(b"(")
    if at < 0 or text.find(b")", at) < len(text) - 1:
        return False
    if _COUNTED.search(text, at):
        return True
    return text.find(b"\n", at) < 0 and _EXTENSION.search(text[max(0, at - _BEFORE) : at]) is not None


def _has_mark(body: bytes) -> bool:
    """Tell whether an iPhone's mark stands near the end of a body."""
    return body.find(_LRM, -_TAIL) >= 0 or body.find(_RLM, -_TAIL) >= 0


class _Triggers(NamedTuple):
    """What makes a body worth a look, prepared once; the first three say it for each of the 256 bytes."""

    starts: bytes
    """First bytes: placeholders, spaces, notices."""
    ends: bytes
    """Last bytes: placeholders, files, polls, coordinates, spaces, notices."""
    line_ends: bytes
    """Last bytes of a first line: files above a caption, coordinates above an address."""
    heads: frozenset[bytes]
    """How notices begin, and files in languages that put the name last."""
    tails: tuple[bytes, ...]
    """How notices of one line end."""
    short: frozenset[bytes]
    """Phrases in lower case, with and without a period."""
    beyond: frozenset[bytes]
    """How phrases beyond ASCII begin, in every case."""
    blanks: frozenset[bytes]
    """Invisible characters and spaces beyond ASCII: two or three bytes each."""


@cache
def _triggers() -> _Triggers:
    heads = [text.encode() for text, _ in openings()] + [
        hole.prefix.encode() for hole in phrases.deleted_by()
    ]
    heads += [hole.prefix.encode() for hole in phrases.attached_without_parentheses() if hole.prefix]
    suffixes = [hole.suffix.encode() for hole in phrases.attached_without_parentheses() if hole.suffix]
    tails = tuple({parts[-1].encode() for parts, _ in sentences()})
    keys = [key.encode() for key in (*phrases.whole_bodies(), *phrases.placeholders(), "null")]
    blanks = [char.encode() for char in BLANK if not char.isascii()]
    ends = {*b"> \t\r", *(suffix[-1] for suffix in suffixes)}
    return _Triggers(
        starts=_table(
            (_NOTICE, (text[0] for text in heads)),
            (_BLANK, (char[0] for char in blanks)),
            (_SURE, b"< \t\r\n"),
        ),
        ends=_table(
            (_NOTICE, (text[-1] for text in tails)),
            (_BLANK, (char[-1] for char in blanks)),
            (_CLOSE, b")"),
            (_DIGIT, b"0123456789"),
            (_SURE, (*ends, *b"\n")),
        ),
        line_ends=_table((_CLOSE, b")"), (_DIGIT, b"0123456789"), (_SURE, ends)),
        heads=frozenset(text[:_HEAD] for text in heads),
        tails=tails,
        short=frozenset(key + end for key in keys for end in (b"", b".")),
        beyond=frozenset(
            form.encode()[:_BEYOND].lower()
            for key in (*phrases.whole_bodies(), *phrases.placeholders())
            for form in (key, key.upper(), key.title())
        ),
        blanks=frozenset(blanks),
    )


def _table(*rows: tuple[int, Iterable[int]]) -> bytes:
    """Return what each of the 256 bytes can be part of; later rows overrule earlier ones."""
    kinds = bytearray(256)
    for kind, found in rows:
        for byte in found:
            kinds[byte] = kind
    return bytes(kinds)
