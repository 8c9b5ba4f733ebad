"""What an archive of a destination holds, as its own exporter reads it back; and rules that it breaks.

An exporter whose results can be verified has three more methods than the others, see :class:`Verifiable`.
They work on the written archive alone and share no state with the writing, so that a mistake in writing is
found by reading.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol, TypeGuard

from msgspec import Struct

from wamigrate.model import Conversation, Message, Role
from wamigrate.source import Source


class Finding(Struct, frozen=True):
    """A rule that does not hold."""

    rule: str
    """Stable key, e.g. ``metadata-object``."""
    where: str
    """Place in the archive: member, conversation and message by number, e.g. ``conversations.json[3]``."""
    text: str
    """What is wrong, one line for people, without words of the chat."""
    readers: tuple[str, ...] = ()
    """Programs that would fail or lose something; empty where the rule is our own promise."""


class ArchivedMessage(Struct, frozen=True):
    """A message as an archive holds it."""

    role: Role
    text: str
    """Everything that the archive gives as the message's text: words, file lines, names of speakers."""
    moment: datetime | None = None
    """Offset-aware, or a wall clock where the format keeps one; None where the archive says none."""
    id: str | None = None
    """Our id, where the format keeps it."""
    files: tuple[str, ...] = ()
    """Names of files that the archive lists with the message, outside the text."""
    timed: bool = True
    """Whether the format has room for the time of this very message."""


class Archived(Struct, frozen=True):
    """A conversation as an archive holds it, its messages in the order a reader shows them."""

    title: str | None
    messages: tuple[ArchivedMessage, ...]


class Verifiable(Protocol):
    """An exporter whose results can be verified: these methods stand beside those of ``Exporter``."""

    @property
    def name(self) -> str:
        """Name of the exporter."""
        ...

    def recognises(self, source: Source) -> bool:
        """Tell from a cheap look whether this exporter wrote the source, or could have. Never raises."""
        ...

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield every rule of the format's readers that the archive breaks.

        Raises:
            ParseError: it is damaged beyond reading.

        """
        ...

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations, in order.

        Raises:
            ParseError: it is damaged beyond reading.

        """
        ...


class Selective(Protocol):
    """An exporter whose format cannot hold every message."""

    def left_out(self, conversation: Conversation) -> Iterator[tuple[Message, str]]:
        """Yield the messages that the format has no place for, each with the reason in a few words."""
        ...


def is_verifiable(exporter: object) -> TypeGuard[Verifiable]:
    """Tell whether an exporter's results can be verified."""
    return all(hasattr(exporter, method) for method in ("recognises", "check", "contents"))


def is_selective(exporter: object) -> TypeGuard[Selective]:
    """Tell whether an exporter's format cannot hold every message."""
    return hasattr(exporter, "left_out")
