"""The common schema, ``wamigrate/1``: what every parser yields and every exporter writes.

Field names are the names in the JSON. All records are frozen; a step that changes something makes
new ones with :func:`msgspec.structs.replace`.
"""

from datetime import datetime
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

SCHEMA: Final = "wamigrate/1"

Role = Literal["user", "assistant", "other", "notice"]
Kind = Literal[
    "text", "media", "deleted", "call", "location", "contact", "poll", "notice", "empty", "unsupported"
]
Severity = Literal["info", "warning", "loss"]
Platform = Literal["android", "ios", "web"]
DateOrder = Literal["dmy", "mdy", "ymd"]
Count = Annotated[int, Meta(ge=0)]


class Span(Struct, frozen=True, gc=False):
    """Where a message stands in its source: a half-open range of bytes, header included.

    Offsets count bytes of the member as UTF-8: the member's own bytes where it is UTF-8 (a byte order
    mark included), else those of its text written as UTF-8. The spans of all messages of a source, in
    file order, tile it: the first starts at 0, each starts where the one before ends, the last ends at
    the end.
    """

    source: str
    """``id`` of the source."""
    line: Annotated[int, Meta(ge=1)]
    """Line of the header, counted from 1; lines end with LF."""
    start: Count
    end: Count


class Attachment(Struct, frozen=True, gc=False):
    """A file that belongs to a message."""

    name: str | None = None
    """File name as the chat prints it, without invisible marks; null where only a placeholder is left."""
    media_type: str | None = None
    """IANA media type (``image/jpeg``), or a bare top-level type (``image``) where no more is known."""
    size: Count | None = None
    """Bytes, where the file is present."""
    sha256: str | None = None
    """Hex digest, once some step has read the file; else null."""
    member: str | None = None
    """Path of the file inside the source (archive or folder); null where it is not there."""
    present: bool = False
    """Whether the file came with the export."""
    caption: str | None = None
    """Text written below the file; also the message's ``text``."""


class Part(Struct, frozen=True, gc=False):
    """One of the messages in which a long answer arrived, before they were put together."""

    id: str
    """Id of that message; the whole answer has the first one's."""
    delay: Count
    """Seconds after the answer's ``timestamp``."""
    start: Count
    """Where its body begins in the answer's body as received, in characters."""
    end: Count
    """Where its body ends there; what stands before the next part's start was put in."""
    flags: tuple[str, ...] = ()
    """Findings about this part alone."""


class Message(Struct, frozen=True, gc=False):
    """One message, or one notice of WhatsApp."""

    id: str
    """uuid5 of the content: equal in every export of the same chat."""
    role: Role
    author: str | None
    """Name of a participant; null where the export names nobody."""
    timestamp: datetime | None
    """Wall clock of the phone without offset, or offset-aware after ``--tz``; null where unreadable."""
    kind: Kind
    text: str
    """CommonMark after the markup step; WhatsApp's own marks before it and with ``--text raw``."""
    raw: str | None = None
    """The body exactly as received, where it differs from ``text``."""
    attachments: tuple[Attachment, ...] = ()
    edited: bool = False
    forwarded: bool = False
    reply_to: str | None = None
    """Id of the message this one answers."""
    flags: tuple[str, ...] = ()
    """Findings about this message, e.g. ``view-once``, ``suspect-boundary``."""
    spans: tuple[Span, ...] = ()
    parts: tuple[Part, ...] = ()
    """Of an answer that arrived in several messages: these, in order, each with its share of ``spans``."""


class Participant(Struct, frozen=True, gc=False):
    """Somebody who writes in a conversation."""

    name: str
    """Name without invisible marks, unique in the conversation."""
    role: Role
    service: str | None = None
    """Key of the assistant in the register (``chatgpt``, ``copilot``, …)."""
    phone: str | None = None
    """E.164, where the name is a number or the register knows it."""
    raw_names: tuple[str, ...] = ()
    """Every spelling in the source, byte-exact."""
    reason: str | None = None
    """Why this role: what decided, in words."""


class Conversation(Struct, frozen=True, gc=False):
    """Messages that belong together, in file order."""

    id: str
    title: str | None
    service: str | None
    """Key of the assistant (``chatgpt``, ``copilot``, ``meta-ai``, …), or null."""
    participants: tuple[Participant, ...]
    started_at: datetime | None
    ended_at: datetime | None
    messages: tuple[Message, ...]
    source: str
    """``id`` of the source it was read from."""


class SourceInfo(Struct, frozen=True, gc=False):
    """A chat file that was read, and what was found out about it."""

    id: str
    """First twelve hex digits of ``sha256``."""
    name: str
    """File or folder name as given, without its path."""
    member: str | None
    """Name inside the archive or folder; null for a plain file."""
    format: str
    """Name of the parser."""
    sha256: str
    """Hex digest of the chat text (the member where there is one), as stored."""
    size: Count
    """Bytes of the chat text, as stored."""
    platform: Platform | None = None
    date_order: DateOrder | None = None
    date_order_evidence: str | None = None
    """What decided the order of day and month, in words."""
    ambiguous: bool = False
    """Whether the order of day and month is only likely."""
    time_zone: str | None = None
    """IANA name given with ``--tz``."""
    encoding: str = "utf-8"
    messages: Count = 0
    """Messages read from it, notices included."""


class Note(Struct, frozen=True, gc=False):
    """A finding that is no error: something guessed, doubtful, repaired or lost."""

    code: str
    """Stable key; ``wamigrate.notes.CODES`` lists them all."""
    severity: Severity
    text: str
    """One line for people. Never holds chat content."""
    source: str | None = None
    """``id`` of the source."""
    line: int | None = None


class Generator(Struct, frozen=True, gc=False):
    """The program that wrote the file."""

    name: str
    version: str


class Archive(Struct, frozen=True, gc=False):
    """Everything that was read: the top of a ``wamigrate/1`` document."""

    schema: Literal["wamigrate/1"]
    generator: Generator
    sources: tuple[SourceInfo, ...]
    conversations: tuple[Conversation, ...]
    notes: tuple[Note, ...] = ()


_Record = TypeVar("_Record", bound=Struct)


def replace(record: _Record, **changes: object) -> _Record:
    """Return a record with some fields changed.

    >>> replace(Generator("wamigrate", "1"), version="2").version
    '2'
    """
    return msgspec.structs.replace(record, **changes)
