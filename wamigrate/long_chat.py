"""A chat that is too long to be held in memory: what is known of the whole, and its messages in parts.

A parser may offer ``survey(source)``, which looks through an input once and returns such chats, or None where
the input is read as a whole (see :func:`in_parts`). The pipeline then takes the messages part by part.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeGuard

from wamigrate.formats import Parser
from wamigrate.model import Conversation, Message, SourceInfo
from wamigrate.notes import Notes
from wamigrate.source import Source


@dataclass(frozen=True, slots=True)
class LongChat:
    """One chat of an input."""

    excerpt: Conversation
    """The chat, with only those messages that tell who is who."""
    info: SourceInfo
    """Its source; the number of messages may change when they are read with all that is known."""
    parts: Callable[[Notes], Iterator[tuple[Message, ...]]]
    """Reads all messages anew, in file order; findings go to the notes. A part ends before a pause of hours
    after which somebody begins who is no assistant, as far as names tell."""
    is_in_order: bool
    """Whether no part has a minute that an earlier part has, too: then equal messages are in one part."""


class Surveyor(Parser, Protocol):
    """A parser that can read long chats in parts."""

    def survey(self, source: Source, at_least: int) -> tuple[LongChat, ...] | None:
        """Look through an input.

        Args:
            source: the input.
            at_least: bytes of text from which a chat is read in parts.

        Returns:
            its chats; None where it must be read as a whole, or is short.

        Raises:
            SourceError: it cannot be read.

        """
        ...


def in_parts(parser: Parser) -> TypeGuard[Surveyor]:
    """Tell whether a parser can read long chats in parts."""
    return callable(getattr(parser, "survey", None))
