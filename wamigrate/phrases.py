"""WhatsApp's own words as lookups: ``dialects.toml`` in the form that classification asks for.

Everything is compared in one form, :func:`phrase_key`; who wants to know whether a text is a phrase turns
the text into that form and looks it up.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final, NamedTuple

from wamigrate.model import Kind
from wamigrate.tables import read_table
from wamigrate.words import BIDI, SPACES, unmarked

BLANK: Final = " \t\r\n" + BIDI + SPACES
"""What may surround a body without being content."""
MARKS: Final = "\u200e\u200f"
"""The two marks that WhatsApp puts before its own words."""
LONGEST: Final = 80
"""No phrase that stands for a whole body has more characters (a test holds it to that)."""

_QUOTES: Final = '\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019"'
_FORM: Final = str.maketrans({**dict.fromkeys(SPACES, " "), **dict.fromkeys(_QUOTES, "'")})
_FORMED: Final = re.compile(f"[{SPACES}{_QUOTES}]")
_PERIODS: Final = (".", "\u3002", "\u0964", "\u06d4")
_MEDIA: Final[dict[str, tuple[Kind, str | None, tuple[str, ...]]]] = {
    "media_omitted": ("media", None, ()),
    "image_omitted": ("media", "image", ()),
    "video_omitted": ("media", "video", ()),
    "audio_omitted": ("media", "audio", ()),
    "gif_omitted": ("media", "video", ()),
    "sticker_omitted": ("media", "image/webp", ()),
    "document_omitted": ("media", None, ()),
    "contact_omitted": ("contact", "text/vcard", ()),
    "video_note_omitted": ("media", "video", ("video-note",)),
    "view_once_omitted": ("media", "audio", ("view-once",)),
}
_BODIES: Final[dict[str, tuple[Kind, tuple[str, ...], bool]]] = {
    "deleted": ("deleted", (), False),
    "deleted_by_you": ("deleted", ("deleted-by-you",), False),
    "deleted_by_admin": ("deleted", ("deleted-by-admin",), False),
    "missed_voice_call": ("call", (), False),
    "missed_video_call": ("call", (), False),
    "call": ("call", (), True),
    "live_location": ("location", ("live-location",), False),
    "waiting": ("unsupported", ("waiting",), False),
}


class Phrase(NamedTuple):
    """What a phrase stands for."""

    kind: Kind
    media_type: str | None = None
    flags: tuple[str, ...] = ()
    marked_only: bool = False
    """Whether people write it too, so that it counts only after a mark of WhatsApp."""
    bracketed: bool = False
    """Whether Android prints it, in angle brackets."""


class Hole(NamedTuple):
    """A phrase with one gap: what stands before it and after it."""

    prefix: str
    suffix: str


@lru_cache(maxsize=1 << 10)
def phrase_key(text: str) -> str:
    r"""Return the form in which texts are compared.

    Casefolded, without invisible marks and a final period, every quotation mark as ``'``, every space as a
    plain one.

    >>> phrase_key("\u200eThis message was deleted.")
    'this message was deleted'
    >>> phrase_key("< Média vynechána >")
    '<média vynechána>'
    """
    form = text if text.isascii() else unmarked(text)
    if _FORMED.search(form):  # translating costs ten times as much as everything else
        form = form.translate(_FORM)
    form = form.strip(" \t\r\n").casefold()
    if form.startswith("<") and form.endswith(">"):
        return f"<{_without_period(form[1:-1].strip())}>"
    return _without_period(form)


def _without_period(text: str) -> str:
    return text[:-1] if text.endswith(_PERIODS) else text


@cache
def whole_bodies() -> dict[str, Phrase]:
    """Return the phrases that are a whole body, by :func:`phrase_key`; those for files are not among them."""
    found: dict[str, Phrase] = {}
    for key, (kind, flags, marked) in _BODIES.items():
        for phrase in _column(key):
            if "{X}" not in phrase:
                found.setdefault(phrase_key(phrase), Phrase(kind, None, flags, marked))
    found["<live location omitted>"] = found["live location omitted"]
    return found


@cache
def placeholders() -> dict[str, Phrase]:
    """Return what stands for a file that was not exported, by :func:`phrase_key`.

    Android prints one in angle brackets for every kind of file, iPhones one for each kind without
    brackets; old iPhones had those in brackets too.
    """
    found: dict[str, Phrase] = {}
    for key, (kind, media_type, flags) in _MEDIA.items():
        for phrase in _column(key):
            words = phrase_key(phrase)
            found.setdefault(f"<{words}>", Phrase(kind, media_type, flags, bracketed=True))
            if key != "media_omitted":
                found.setdefault(words, Phrase(kind, media_type, flags))
    return found


@cache
def attached_notes() -> frozenset[str]:
    """Return what Android writes in parentheses after a file's name, by :func:`phrase_key`.

    >>> "file attached" in attached_notes()
    True
    """
    return frozenset(
        phrase_key(hole.suffix[2:-1]) for hole in _holes("file_attached") if hole.suffix.startswith(" (")
    )


@cache
def attached_without_parentheses() -> tuple[Hole, ...]:
    """Return how Android says "attached" in languages that do it without parentheses."""
    return tuple(hole for hole in _holes("file_attached") if not hole.suffix.startswith(" ("))


@cache
def attached_words() -> frozenset[str]:
    """Return what iPhones write before a file's name in ``<attached: name>``, by :func:`phrase_key`."""
    return frozenset(map(phrase_key, _column("attached")))


@cache
def edited_notes() -> frozenset[str]:
    """Return what stands in angle brackets at the end of an edited message, by :func:`phrase_key`."""
    return frozenset(map(phrase_key, _column("edited")))


@cache
def location_words() -> frozenset[str]:
    """Return what stands before the colon of a location, by :func:`phrase_key`."""
    return frozenset(map(phrase_key, _column("location")))


@cache
def view_once_fragments() -> tuple[str, ...]:
    """Return what the sentence for a view-once message holds, by :func:`phrase_key`."""
    return tuple(map(phrase_key, _column("view_once")))


@cache
def deleted_by() -> tuple[Hole, ...]:
    """Return what stands for a message that somebody named deleted."""
    return tuple(_holes("deleted_by_admin"))


def _column(key: str) -> Iterator[str]:
    """Yield the entries of one kind in every language."""
    for words in read_table("dialects.toml")["languages"].values():
        yield from words.get(key, ())


def _holes(key: str) -> Iterator[Hole]:
    for phrase in _column(key):
        prefix, hole, suffix = phrase.partition("{X}")
        if hole:
            yield Hole(prefix, suffix)
