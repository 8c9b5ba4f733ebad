"""What a message of a database says, put together from the parts that its tables hold.

Text, files, places, contacts, polls and buttons of one message are stored apart. :func:`compose` makes of
them what a phone's export would print, and keeps what was stored beside it where that differs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from wamigrate.media_paths import MediaPaths
from wamigrate.message_types import UNKNOWN, MessageType, notice_words
from wamigrate.model import Attachment, Kind
from wamigrate.printed_bodies import contact_words, location_text, poll_words
from wamigrate.stored_chat import Body

WAITING: Final = "Waiting for this message. This may take a while."
_OWN_DELETION: Final = "You deleted this message"
_DELETION: Final = "This message was deleted"


@dataclass(slots=True)
class StoredFile:
    """A file of a message."""

    path: str | None
    media_type: str | None
    name: str | None = None
    caption: str = ""
    transcript: str = ""
    """What the phone understood of a voice message."""


@dataclass(slots=True)
class Place:
    """A place of a message."""

    latitude: float | None
    longitude: float | None
    details: tuple[str, ...] = ()
    """Name, address, link."""
    live: bool = False


@dataclass(slots=True)
class Parts:
    """Everything that is stored for one message."""

    number: int
    """Of its type."""
    own: bool
    text: str = ""
    file: StoredFile | None = None
    place: Place | None = None
    contacts: Sequence[str] = ()
    """vCards."""
    options: Sequence[tuple[str, int | None]] = ()
    """Of a poll, with votes."""
    lines: Sequence[str] = ()
    """What templates, buttons, products and invitations say."""
    mentions: Sequence[tuple[str, str]] = ()
    """What stands after ``@`` in the text, and whom it means."""
    deleted_by: str | None = None
    """The admin who deleted it."""
    flags: list[str] = field(default_factory=list[str])


def compose(parts: Parts, known: MessageType | None, media: MediaPaths) -> Body:
    """Return what a message says.

    Args:
        parts: what is stored for it.
        known: what its type is; None where no table knows.
        media: the files that came with the database.

    """
    kind = known.kind if known else None
    parts.flags[:] = dict.fromkeys((*parts.flags, *(known.flags if known else ())))
    if kind == "deleted":
        return _deleted(parts)
    if parts.contacts:
        stored = "\n".join(parts.contacts)
        return Body("contact", contact_words(parts.contacts) or stored, stored, flags=tuple(parts.flags))
    if parts.options or kind == "poll":
        text = poll_words(parts.text, parts.options)
        return Body("poll", text, parts.text or None, flags=tuple(parts.flags))
    if parts.file is not None or kind == "media":
        return _media(parts, known, media)
    return _written(parts, known)


def _deleted(parts: Parts) -> Body:
    words = _OWN_DELETION if parts.own else _DELETION
    if parts.deleted_by and not parts.own:
        words = f"{_DELETION} by admin {parts.deleted_by}"
    if parts.own:
        parts.flags[:] = ["deleted-by-you"]
    return Body("deleted", words, parts.text or None, flags=tuple(parts.flags))


def _media(parts: Parts, known: MessageType | None, media: MediaPaths) -> Body:
    file = parts.file or StoredFile(None, None)
    caption = _caption(parts.text, file)
    if not caption and file.transcript:
        caption = file.transcript
        parts.flags.append("transcription")
    text = _lines(_mentioned(caption, parts.mentions), *parts.lines, _place(parts))
    guess = file.media_type or (known.media if known else None)
    attachment = media.attach(file.path, file.name, guess, text or None)
    return _finished("media", text, parts, (attachment,))


def _caption(text: str, file: StoredFile) -> str:
    """Return what stands below a file: not its name, which some versions store in the caption's place."""
    names = {name for name in (file.name, (file.name or "").rpartition(".")[0]) if name}
    texts = dict.fromkeys(found for found in (file.caption, text) if found and found not in names)
    return "\n".join(texts)


def _written(parts: Parts, known: MessageType | None) -> Body:
    text = _lines(_mentioned(parts.text, parts.mentions), *parts.lines)
    place = _place(parts)
    if known.kind == "location" if known else place and not text:
        return _finished("location", _lines(place, text), parts)
    text = _lines(text, place)
    if text:
        return _finished("text", text, parts)
    if parts.number == 0:
        return _finished("empty", "", parts)
    words = WAITING if "waiting" in parts.flags else f"message of type {parts.number}"
    return _finished("unsupported", words, parts)


def _place(parts: Parts) -> str:
    place = parts.place
    if place is None:
        return ""
    if place.live and "live-location" not in parts.flags:
        parts.flags.append("live-location")
    return location_text(place.latitude, place.longitude, *place.details)


def _mentioned(text: str, mentions: Sequence[tuple[str, str]]) -> str:
    """Put names in the place of the numbers that stand for people who are mentioned.

    >>> _mentioned("@867051314767696 hi", [("867051314767696", "Meta AI")])
    '@Meta AI hi'
    """
    for user, name in sorted(mentions, key=lambda mention: -len(mention[0])):
        text = text.replace(f"@{user}", f"@{name}")
    return text


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _finished(kind: Kind, text: str, parts: Parts, attachments: tuple[Attachment, ...] = ()) -> Body:
    raw = parts.text if parts.text and parts.text != text else None
    return Body(kind, text, raw, attachments, tuple(parts.flags))


def notice(number: int, template: str | None, values: Mapping[str, str]) -> Body:
    """Return what a notice of WhatsApp says.

    Args:
        number: of what happened.
        template: its words; None where no table knows them.
        values: what they need, see :func:`~wamigrate.message_types.notice_words`; ``text`` as stored.

    """
    stored = values.get("text", "")
    if template is None:
        words = f"Notice {number} of WhatsApp{': ' if stored else ''}{stored}"
        return Body("notice", words, stored or None, flags=(UNKNOWN,), notice=True)
    return Body("notice", notice_words(template, values), stored or None, notice=True)
