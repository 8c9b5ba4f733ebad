"""What a message body is: a person's text, a file, a call, a notice of WhatsApp.

Structure decides first, which needs no language; then whole bodies that equal one of WhatsApp's phrases in
any language; everything else is text. On iPhones a leading U+200E or U+200F shows that WhatsApp wrote the
body. Android prints these marks only before names, and marks of other phones get pasted, so there a mark
alone shows nothing.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from wamigrate import phrases
from wamigrate.attached import Evidence, attached_file, omitted_file
from wamigrate.members import MemberIndex
from wamigrate.model import Attachment, Kind, Platform
from wamigrate.notices import notice_topic, proven_topic
from wamigrate.phrases import BLANK, LONGEST, MARKS, phrase_key
from wamigrate.polls import poll_text
from wamigrate.prefilter import worth_a_look
from wamigrate.source import Member

__all__ = ["Classifier", "Reading", "notice_topic"]

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
        self._led = Evidence(ios=self._ios, led=True, files=self._files)
        self._bare = self._led._replace(led=False)
        self.used: set[str] = self._files.used

    def worth_a_look(self, bodies: Sequence[bytes]) -> list[int]:
        """Return the places of the bodies, of messages with an author, that could be more than plain text.

        For all others :meth:`read` would return None.

        Args:
            bodies: as received, in UTF-8.

        """
        return worth_a_look(bodies, ios=self._ios)

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
        evidence = self._led if led else self._bare
        file = attached_file(core, evidence) or omitted_file(core, evidence)
        if file is None:
            return None
        phrase, caption = file.phrase, file.caption or None
        if file.name is None:
            attachment = Attachment(media_type=phrase.media_type, caption=caption)
        else:
            attachment = self._files.attach(file.name, caption, phrase.media_type)
        return Reading(phrase.kind, file.caption, (attachment,), flags=phrase.flags)

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
