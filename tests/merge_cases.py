"""Copies of chats, message by message, for the tests of what merges them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from wamigrate.model import Conversation, Kind, Message, Participant, Role, Span, replace
from wamigrate.strand import Strand

NOON: Final = datetime(2025, 3, 25, 12, 0)  # noqa: DTZ001 - a wall clock
PEOPLE: Final = (Participant("Mira", "user"), Participant("ChatGPT", "assistant", "chatgpt"))


def line(text: str, at: float | None = 0, author: str | None = "Mira", **changes: object) -> Message:
    """Make a message, ``at`` seconds after noon; None: without a time. Without an author it is a notice."""
    roles: dict[str | None, Role] = {"Mira": "user", "ChatGPT": "assistant", None: "notice"}
    stamp = None if at is None else NOON + timedelta(seconds=at)
    kind: Kind = "notice" if author is None else "text"
    return replace(Message("", roles.get(author, "other"), author, stamp, kind, text), **changes)


def chat_of(
    messages: Sequence[Message],
    source: str = "a",
    service: str | None = "chatgpt",
    people: Sequence[Participant] = PEOPLE,
    title: str | None = None,
) -> Conversation:
    """Make a copy of a chat; ids and places follow from the source and the numbers of the messages."""
    rows = tuple(
        replace(
            message,
            id=message.id or f"{source}{number}",
            spans=message.spans or (Span(source, number + 1, 0, 0),),
        )
        for number, message in enumerate(messages)
    )
    return Conversation("", title, service, tuple(people), None, None, rows, source)


def strand_of(messages: Sequence[Message], source: str = "a") -> Strand:
    """Make a copy of a chat with ChatGPT as columns."""
    return Strand(chat_of(messages, source))
