"""Where an archived conversation really comes from, for the corners of foreign formats that have room for it.

An importer shows such a conversation as if it had taken place in its own application. Under the key
``wamigrate`` stands what is true: WhatsApp, the assistant with its number, and the file by its hash.
"""

from typing import Final

from msgspec import Struct

from wamigrate.canon import generator
from wamigrate.model import Conversation, Kind, Message, Role, SourceInfo
from wamigrate.notes import Notes

PLATFORM: Final = "WhatsApp"


class OriginPerson(Struct, frozen=True, omit_defaults=True):
    """Somebody who wrote in the conversation."""

    name: str
    role: Role
    service: str | None = None
    phone: str | None = None


class OriginFile(Struct, frozen=True, omit_defaults=True):
    """The export that the conversation was read from."""

    name: str
    sha256: str
    """Hex digest of the chat text."""
    format: str
    member: str | None = None
    platform: str | None = None
    time_zone: str | None = None
    """IANA name given with ``--tz``; without one, times are the phone's wall clock, taken for UTC."""


class Origin(Struct, frozen=True, omit_defaults=True):
    """Where a conversation comes from."""

    generator: str
    platform: str
    participants: tuple[OriginPerson, ...]
    service: str | None = None
    """Key of the assistant in the register (``chatgpt``, ``copilot``, …)."""
    source: OriginFile | None = None


class Detail(Struct, frozen=True, omit_defaults=True):
    """What a foreign format has no field for in a message."""

    role: Role | None = None
    """Our role, where theirs is another."""
    author: str | None = None
    """Who wrote it, where the role does not tell."""
    kind: Kind = "text"
    edited: bool = False
    forwarded: bool = False
    reply_to: str | None = None
    flags: tuple[str, ...] = ()


_PLAIN: Final = Detail()


def generator_words() -> str:
    """Name this version of wamigrate: ``wamigrate 0.1.0``."""
    maker = generator()
    return f"{maker.name} {maker.version}"


def origin(conversation: Conversation, notes: Notes) -> Origin:
    """Say where a conversation comes from."""
    info = next((info for info in notes.sources if info.id == conversation.source), None)
    people = (
        OriginPerson(person.name, person.role, person.service, person.phone)
        for person in conversation.participants
    )
    return Origin(
        generator_words(),
        PLATFORM,
        tuple(people),
        conversation.service,
        None if info is None else _file(info),
    )


def detail(message: Message) -> Detail | None:
    """Say what a format of users and assistants cannot; None where that is nothing."""
    theirs = message.role in ("user", "assistant")
    found = Detail(
        None if theirs else message.role,
        None if theirs else message.author,
        message.kind,
        message.edited,
        message.forwarded,
        message.reply_to,
        message.flags,
    )
    return None if found == _PLAIN else found


def model_slug(conversation: Conversation) -> str:
    """Return what stands where a format demands the name of a model, which WhatsApp never told.

    >>> model_slug(Conversation("", None, "meta-ai", (), None, None, (), ""))
    'meta-ai-on-whatsapp'
    """
    return f"{conversation.service or 'assistant'}-on-whatsapp"


def _file(info: SourceInfo) -> OriginFile:
    return OriginFile(info.name, info.sha256, info.format, info.member, info.platform, info.time_zone)
