"""What a message body is: a person's text, a file, a call, a notice of WhatsApp.

Structure decides first, which needs no language; then whole bodies that equal one of WhatsApp's phrases in
any language; everything else is text. On iPhones a leading U+200E or U+200F shows that WhatsApp wrote the
body. Android prints these marks only before names, and marks of other phones get pasted, so there a mark
alone shows nothing.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from wamigrate import phrases
from wamigrate.attached import Evidence, attached_file, omitted_file
from wamigrate.members import MemberIndex
from wamigrate.model import Attachment, Kind, Platform
from wamigrate.notices import notice_topic, openings, proven_topic, sentences
from wamigrate.phrases import BLANK, LONGEST, MARKS, phrase_key
from wamigrate.polls import poll_text
from wamigrate.source import Member

__all__ = ["Classifier", "Reading", "notice_topic"]

_HEAD: Final = 16
"""Bytes at a body's start that are compared with the openings of notices."""
_END: Final = 12
"""Bytes at a body's end that are compared with the ends of notices."""
_SHORT: Final = 3 * LONGEST
"""Bytes that a phrase can have at most; its characters have up to three."""
_SHORT_ASCII: Final = LONGEST + 1
"""The same for phrases in ASCII, with a period."""
_PAIR: Final = 2
"""Shorter bodies have no last byte but one."""
_TAIL: Final = _SHORT + 3
"""Bytes at a body's end in which an iPhone's mark can stand before a placeholder."""
_LF: Final = 0x0A
_ASCII: Final = 0x80
_MARK_LEAD: Final = 0xE2
"""First byte of quotation marks and invisible marks."""
_LRM_END: Final = 0x8E
_RLM_END: Final = 0x8F
_NOTICE: Final = 1
_BLANK: Final = 2
_CLOSE: Final = 3
_DIGIT: Final = 4
_SURE: Final = 5
"""What a byte can be part of: a notice, an invisible character, the end of a file or poll, the end of a
place, or something for which it is enough."""
_BEYOND: Final = 3
"""Bytes at the beginning of a phrase beyond ASCII that are compared."""
_LONGEST_CLOSING: Final = 400
_CLOSING: Final = re.compile(
    rb"(?:\.[^\s.()]{1,32}[^\w.()]{0,8}\([^()\n]*\)|\([^()]*[0-9\x80-\xff][^()]*\))\Z"
)
"""How bodies and lines with a file or a poll's option end: ``x.jpg (file attached)``, ``(3 votes)``."""
_MAP_BYTES: Final = b"maps.google.com/?q="
_LONGEST_LINE: Final = 200
_LONGEST_NOTE: Final = 60

_LOCATION: Final = re.compile(r"([^:\uff1a\n]{1,40})[:\uff1a]")
_MAP_START: Final = "maps.google.com/?q="
_MAP: Final = re.compile(r"https?://maps\.google\.com/\?q=-?[0-9]+(?:\.[0-9]+)?,-?[0-9]+(?:\.[0-9]+)?$")
_VENUE: Final = re.compile(r"[^\n]+\([^\n]*\): https://foursquare\.com/v/[0-9a-f]{24}")
_FIRST_SENTENCE: Final = re.compile(r"[^.,。،\n]+(?=[.,。،])")


class Reading(NamedTuple):
    """What was found out about a body that is more than plain text."""

    kind: Kind
    text: str
    """What a person should read: the caption of media, the words of all else, without marks around them."""
    attachments: tuple[Attachment, ...] = ()
    edited: bool = False
    flags: tuple[str, ...] = ()
    """``deleted-by-you``, ``deleted-by-admin``, ``live-location``, ``unknown-notice``, ``video-note``,
    ``view-once``, ``waiting``."""
    notice: bool = False
    """Whether WhatsApp wrote it, whoever the header names."""
    topic: str | None = None
    """Of a notice: see :func:`~wamigrate.notices.notice_topic`."""


class Classifier:
    r"""Reads the bodies of one chat file.

    Args:
        platform: what exported the chat.
        members: files that came with it.

    Attributes:
        used: names of the members that some message mentioned so far.

    >>> classifier = Classifier("android")
    >>> classifier.read("IMG-20250115-WA0003.jpg (file attached)\nAt the lake", authored=True).text
    'At the lake'
    >>> classifier.read("<Media omitted> is what the export prints", authored=True) is None
    True

    """

    def __init__(self, platform: Platform, members: Sequence[Member] = ()) -> None:
        self._ios = platform == "ios"
        self._web = platform == "web"
        self._files = MemberIndex(members)
        self.used: set[str] = self._files.used
        triggers = _triggers()
        self._starts, self._ends, self._line_ends = triggers.starts, triggers.ends, triggers.line_ends
        self._heads, self._tails, self._blanks = triggers.heads, triggers.tails, triggers.blanks
        self._short, self._beyond = triggers.short, triggers.beyond

    def worth_a_look(self, bodies: Sequence[bytes]) -> list[int]:
        """Return the places of the bodies for which :meth:`needs_look` is true.

        Most bodies are ruled out by their first and last bytes; this is done for all of them in one go.

        Args:
            bodies: as received, in UTF-8.

        """
        starts, ends, line_ends = self._starts, self._ends, self._line_ends
        heads, tails, may_end = self._heads, self._tails, self._may_end
        short, may_begin, ios = self._short, self._may_begin, self._ios
        likely = [
            place
            for place, body in enumerate(bodies)
            if len(body) < _PAIR
            or ((kind := starts[body[0]]) and (kind == _SURE or body[:_HEAD] in heads or may_end(body, kind)))
            or ((kind := ends[body[-1]]) and (kind == _SURE or body[-_END:] in tails or may_end(body, kind)))
            or line_ends[body[body.find(b"\n") - 1]]
            or (len(body) <= _SHORT_ASCII and body.lower() in short)
            or (len(body) <= _SHORT and not body.isascii() and may_begin(body[:_BEYOND]))
            or (ios and (_LRM_END in body or _RLM_END in body) and _has_mark(body))
        ]
        needs_look = self.needs_look
        return [place for place in likely if needs_look(bodies[place])]

    def needs_look(self, body: bytes) -> bool:
        """Tell cheaply whether a body with an author could be more than plain text.

        False is certain: :meth:`read` would return None. True is not.

        Args:
            body: the body as received, in UTF-8.

        """
        if not body:
            return True
        start, end = self._starts[body[0]], self._ends[body[-1]]
        if start and (start == _SURE or body[:_HEAD] in self._heads or self._may_end(body, start)):
            return True
        if end and (end == _SURE or body[-_END:] in self._tails or self._may_end(body, end)):
            return True
        if len(body) <= _SHORT and self._may_be_phrase(body):
            return True
        line = body[: body.find(b"\n")] if _LF in body else b""
        end = self._line_ends[line[-1]] if line else 0
        if end and (end == _SURE or self._may_end(line, end)):
            return True
        # The marks end in these bytes, and a single byte is found much faster than three.
        return self._ios and (_LRM_END in body or _RLM_END in body) and _has_mark(body)

    def _may_be_phrase(self, body: bytes) -> bool:
        if body.isascii():
            return len(body) <= _SHORT_ASCII and body.lower() in self._short
        return self._may_begin(body[:_BEYOND])

    def _may_begin(self, head: bytes) -> bool:
        """Tell whether a short body beyond ASCII begins like a phrase.

        Quotation marks and invisible marks, of which there are many forms, follow the first letter in few
        bodies; these are worth a look.
        """
        return head.lower() in self._beyond or (
            not head[1:].isascii() and (head[0] < _ASCII or _MARK_LEAD in head[1:])
        )

    def _may_end(self, body: bytes, end: int) -> bool:
        """Tell whether a body, or its first line, ends like a file or poll, a place, or with a blank."""
        if end == _CLOSE:
            return _CLOSING.search(body, max(0, len(body) - _LONGEST_CLOSING)) is not None
        if end == _DIGIT:
            return _MAP_BYTES in body
        return end == _BLANK and self._has_blank(body)

    def _has_blank(self, body: bytes) -> bool:
        """Tell whether an invisible character beyond ASCII stands at either end."""
        return not self._blanks.isdisjoint((body[:2], body[:3], body[-2:], body[-3:]))

    def read(self, body: str, *, authored: bool) -> Reading | None:
        """Tell what a body is.

        Args:
            body: as received.
            authored: whether its header names an author; a body without one is always a notice.

        Returns:
            The reading, or None for plain text.

        """
        core = body.strip(BLANK)
        if not authored:
            return self._read_unauthored(core)
        led = body.lstrip(" ")[:1] in ("\u200e", "\u200f")
        if core.endswith(">"):
            text = self._before_edit_note(body.rstrip(BLANK))
            if text is not None:
                found = self._read_authored(text.strip(BLANK), led=led)
                return (found or Reading("text", text))._replace(edited=True)
        return self._read_authored(core, led=led)

    def _read_authored(self, core: str, *, led: bool) -> Reading | None:
        if not core:
            return Reading("empty", "")
        marked = led and self._ios
        found = (
            self._read_phrase(core, marked=marked)
            or self._read_file(core, led=led)
            or _read_location(core, marked=marked)
            or _read_poll(core)
        )
        if found:
            return found
        if marked:
            return _read_sentence(core) or _notice(core)
        topic = proven_topic(core)
        return Reading("notice", core, notice=True, topic=topic) if topic else None

    def _read_unauthored(self, core: str) -> Reading:
        phrase = phrases.whole_bodies().get(phrase_key(core)) if len(core) <= LONGEST else None
        if phrase and phrase.kind == "call":
            return Reading("call", core, notice=True, topic="call")
        if self._web and core.startswith("<") and core.endswith(">"):
            return Reading("unsupported", core, notice=True)
        return _notice(core)

    def _read_phrase(self, core: str, *, marked: bool) -> Reading | None:
        """Read a body that is one of WhatsApp's phrases as a whole."""
        if core == "null" and not self._ios:
            return Reading("unsupported", core)
        for hole in phrases.deleted_by():
            if core.startswith(hole.prefix) and core.endswith(hole.suffix) and _is_line(core):
                return Reading("deleted", core, flags=("deleted-by-admin",))
        phrase = phrases.whole_bodies().get(phrase_key(core)) if len(core) <= LONGEST else None
        if phrase is None or (phrase.marked_only and not marked):
            return None
        return Reading(phrase.kind, core, flags=phrase.flags)

    def _read_file(self, core: str, *, led: bool) -> Reading | None:
        """Read a body that stands for a file."""
        evidence = Evidence(ios=self._ios, led=led, files=self._files)
        file = attached_file(core, evidence) or omitted_file(core, evidence)
        if file is None:
            return None
        kind, media_type, flags, *_ = file.phrase
        caption = file.caption or None
        if file.name is None:
            attachment = Attachment(media_type=media_type, caption=caption)
        else:
            attachment = self._files.attach(file.name, caption, media_type)
        return Reading(kind, file.caption, (attachment,), flags=flags)

    def _before_edit_note(self, body: str) -> str | None:
        """Return what stands before a final ``<This message was edited>``, or None if there is no such note.

        In a language that the tables lack it is a note if an iPhone's mark stands before it.
        """
        at = body.rfind("<")
        note = body[at + 1 : -1]
        before = body[:at]
        if at < 0 or len(note) > _LONGEST_NOTE:
            return None
        known = phrase_key(note) in phrases.edited_notes() and (not before or before[-1] in BLANK)
        if not known and not (self._ios and _is_unknown_note(before, note)):
            return None
        return before.rstrip(BLANK)


def _is_unknown_note(before: str, note: str) -> bool:
    """Tell whether words in brackets follow a body and a mark, and stand for no file."""
    if not before.strip(BLANK) or before[-1] not in MARKS or ":" in note or "\uff1a" in note:
        return False
    key = phrase_key(note)
    return key not in phrases.attached_words() and f"<{key}>" not in phrases.placeholders()


def _read_location(core: str, *, marked: bool) -> Reading | None:
    """Read a place: a word, a colon and coordinates, with name and address in between or below."""
    line = core.partition("\n")[0].rstrip(" \t\r")
    if _MAP_START in core and (_MAP.search(line) or _MAP.search(core)):
        word = _LOCATION.match(core)
        if word and (marked or phrase_key(word[1]) in phrases.location_words()):
            return Reading("location", core)
    return Reading("location", core) if marked and _VENUE.fullmatch(core) else None


def _read_poll(core: str) -> Reading | None:
    text = poll_text(core)
    return None if text is None else Reading("poll", text)


def _read_sentence(core: str) -> Reading | None:
    """Read a marked body whose first sentence is a phrase: calls with their length, view-once, waiting."""
    if not _is_line(core):
        return None
    key = phrase_key(core)
    if any(fragment in key for fragment in phrases.view_once_fragments()):
        return Reading("unsupported", core, flags=("view-once",))
    sentence = _FIRST_SENTENCE.match(core)
    phrase = phrases.whole_bodies().get(phrase_key(sentence[0])) if sentence else None
    if phrase is None or phrase.kind not in ("call", "unsupported"):
        return None
    return Reading(phrase.kind, core, flags=phrase.flags)


def _notice(core: str) -> Reading:
    """Make the reading of what WhatsApp wrote, known or not."""
    topic = notice_topic(core)
    return Reading("notice", core, flags=() if topic else ("unknown-notice",), notice=True, topic=topic)


def _is_line(core: str) -> bool:
    return len(core) <= _LONGEST_LINE and "\n" not in core


def _has_mark(body: bytes) -> bool:
    """Tell whether an iPhone's mark stands near the end of a body."""
    return body.find(b"\xe2\x80\x8e", -_TAIL) >= 0 or body.find(b"\xe2\x80\x8f", -_TAIL) >= 0


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
    tails: frozenset[bytes]
    """How notices end."""
    short: frozenset[bytes]
    """Phrases in lower case, with and without a period."""
    beyond: frozenset[bytes]
    """How phrases beyond ASCII begin, in every case."""
    blanks: frozenset[bytes]
    """Invisible characters and spaces beyond ASCII."""


@cache
def _triggers() -> _Triggers:
    heads = [text.encode() for text, _ in openings()] + [
        hole.prefix.encode() for hole in phrases.deleted_by()
    ]
    heads += [hole.prefix.encode() for hole in phrases.attached_without_parentheses() if hole.prefix]
    suffixes = [hole.suffix.encode() for hole in phrases.attached_without_parentheses() if hole.suffix]
    tails = [parts[-1].encode() for parts, _ in sentences()]
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
        tails=frozenset(text[-_END:] for text in tails),
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
