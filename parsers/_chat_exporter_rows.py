"""What WhatsApp-Chat-Exporter knows of a message, and what it means; the same in JSON and on pages.

The exporter writes English sentences of its own for everything that is no text or file
(``utility.py`` and the handlers of release 0.13.0).
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from wamigrate.contacts import Contacts
from wamigrate.jids import is_private
from wamigrate.media_paths import MediaPaths
from wamigrate.model import Attachment, Conversation, Kind, replace
from wamigrate.page_text import shown_text
from wamigrate.stored_chat import Body, Entry, Owner, StoredChat
from wamigrate.web_page import parse

_REASON: Final = "the file says which messages were sent"
_DELETED: Final = "Message deleted"
_MISSING: Final = ("The media is missing", "The media is omitted in the chat")
_BINARY: Final = "The message is binary data and its base64 is"
_VCARDS: Final = "This media include the following vCard file(s):"
UNKNOWN: Final = "Not supported WhatsApp internal message"
_LOCATION: Final = re.compile(r"Location shared: \((-?[\d.]+), (-?[\d.]+)\)")
_CALL: Final = re.compile(
    r"A (?:group )?(?:video|voice) call (?:was missed|(?:to|from) .+ was .+)", re.DOTALL
)
_TYPES: Final = {1: "image", 2: "audio", 3: "video", 13: "video", 20: "image/webp"}
"""Types of messages in Android's database whose file is a picture, a recording or a film."""


class ExportedRow(NamedTuple):
    """A message as the exporter wrote it."""

    place: int
    """Row in JSON, line of a page."""
    key: str
    own: bool
    time: datetime | None
    sender: str | None
    """Name or number, in groups."""
    text: str | None
    """Text, sentence of the exporter, or HTML of its own if ``system``; line breaks are line feeds."""
    system: bool = False
    """Whether the exporter says so: a notice, or a sentence in place of what it cannot show."""
    path: str | None = None
    """Path of the file."""
    media_type: str | None = None
    caption: str | None = None
    reply_to: str | None = None
    reactions: tuple[tuple[str, str], ...] = ()
    """Sign and name of each."""
    type: int | None = None
    """Type of message in Android's database, where it is known."""


class ExportedChat(NamedTuple):
    """A chat as the exporter wrote it."""

    address: str
    """WhatsApp's own address; empty where it is unknown."""
    name: str | None
    rows: tuple[ExportedRow, ...]


def is_sentence(text: str) -> bool:
    """Tell whether a text is one of the exporter's sentences, where nothing else does."""
    return (
        text in (_DELETED, *_MISSING, UNKNOWN)
        or text.startswith((_VCARDS, _BINARY))
        or _LOCATION.fullmatch(text) is not None
        or _CALL.fullmatch(text) is not None
    )


def store(exported: ExportedChat, contacts: Contacts, media: MediaPaths, source: str) -> StoredChat:
    """Return a chat in the form in which databases are read.

    Args:
        exported: the chat.
        contacts: what people are called.
        media: the files that came with it.
        source: ``id`` of the source.

    """
    chat = StoredChat(exported.address, exported.name, contacts, Owner(), source)
    group = any(row.sender for row in exported.rows) and not is_private(exported.address)
    partner = None if group else exported.address or exported.name
    for order, row in enumerate(exported.rows):
        sender = None if row.own else _address(row.sender, contacts) or partner
        flags = tuple(f"reaction:{sign}:{who}" for sign, who in row.reactions)
        entry = Entry(row.place, order, row.key, row.own, sender, row.time, row.reply_to, flags=flags)
        chat.add(entry, _body(row, media))
    return chat


def finish(chat: StoredChat) -> Conversation:
    """Return the conversation of a chat."""
    found = chat.conversation()
    people = (
        replace(one, reason=_REASON) if one.role == "user" and one.reason else one
        for one in found.participants
    )
    return replace(found, participants=tuple(people))


def name_contacts(chats: Iterable[ExportedChat]) -> Contacts:
    """Collect what people are called: chats between two are named after the other one."""
    contacts = Contacts()
    for chat in chats:
        if chat.name:
            contacts.add(chat.address or chat.name, chat.name)
    return contacts


def _address(sender: str | None, contacts: Contacts) -> str | None:
    """Return an address for a name or number; names stand for themselves."""
    if not sender:
        return None
    if sender.isdecimal():
        return f"{sender}@s.whatsapp.net"
    contacts.add(sender, sender)
    return sender


def _body(row: ExportedRow, media: MediaPaths) -> Body:
    text, caption = row.text or "", row.caption or ""
    if row.path is not None:
        kind: Kind = "contact" if row.path.endswith(".vcf") else "media"
        return Body(kind, caption, attachments=(media.attach(row.path, None, row.media_type, caption),))
    if row.system:
        return _instead(row, text, caption, media) or _notice(text, caption)
    return Body("text" if text else "unsupported", text or caption)


def _instead(row: ExportedRow, text: str, caption: str, media: MediaPaths) -> Body | None:
    """Read what the exporter says in place of somebody's message."""
    place = _LOCATION.fullmatch(text)
    if place:
        return Body("location", f"https://maps.google.com/?q={place[1]},{place[2]}", text)
    if text == _DELETED:
        return Body("deleted", text, flags=("deleted-by-you",) if row.own else ())
    if text in _MISSING:
        type_ = _TYPES.get(row.type or 0)
        return Body("media", caption, text, (Attachment(media_type=type_, caption=caption or None),))
    if text.startswith(_BINARY):
        return Body("unsupported", "", text)
    return _contacts(text, media) if text.startswith(_VCARDS) else None


def _notice(text: str, caption: str) -> Body:
    words = "\n".join(filter(None, (shown_text(parse(text)) if "<" in text else text, caption)))
    if words in ("", UNKNOWN):
        return Body("unsupported", "", text or None, notice=True)
    return Body("call" if _CALL.fullmatch(words) else "notice", words, text, notice=True)


def _contacts(text: str, media: MediaPaths) -> Body:
    """Read the list of contacts, which is HTML in every form of the export."""
    links = parse(text).find_all("a")
    names = [shown_text(link) for link in links]
    paths = [str(link.get("href") or "") for link in links]
    files = tuple(media.attach(path, None, "text/vcard", None) for path in paths)
    return Body("contact", ", ".join(names), text, files)
