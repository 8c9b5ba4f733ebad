"""A message as a row of a table: the columns that all formats for analysts share.

The columns are a promise: new ones are added at the end, none is renamed or removed.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from wamigrate.history_stats import number_of_words
from wamigrate.model import Attachment, Conversation, Kind, Message, Role


class MessageRow(NamedTuple):
    """One message with what its conversation says of it."""

    conversation_id: str
    title: str | None
    """Of the conversation."""
    service: str | None
    """Key of the assistant in the register."""
    message_id: str
    position: int
    """Place in the conversation, from 0."""
    timestamp: datetime | None
    """As the phone's clock showed it, without offset."""
    timestamp_utc: datetime | None
    """The same in UTC, without offset in it; None where the zone is not known."""
    role: Role
    author: str | None
    kind: Kind
    text: str
    words: int
    """What stands between blanks; each character of Chinese and Japanese."""
    characters: int
    edited: bool
    forwarded: bool
    reply_to: str | None
    flags: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    source_id: str | None
    line: int | None
    """In its source, from 1."""


def message_rows(conversation: Conversation) -> Iterator[MessageRow]:
    """Yield a row for each message of a conversation.

    >>> said = Message("m", "user", "Ana", datetime(2025, 3, 25, 20, 10), "text", "How long?")
    >>> chat = Conversation("c", "Eggs", "chatgpt", (), None, None, (said,), "s")
    >>> [(row.title, row.text, row.words, row.timestamp_utc) for row in message_rows(chat)]
    [('Eggs', 'How long?', 2, None)]
    """
    for place, message in enumerate(conversation.messages):
        yield _row(conversation, place, message)


def _row(conversation: Conversation, place: int, message: Message) -> MessageRow:
    time, text = message.timestamp, message.text
    span = message.spans[0] if message.spans else None
    return MessageRow(
        conversation.id,
        conversation.title,
        conversation.service,
        message.id,
        place,
        time if time is None or time.tzinfo is None else time.replace(tzinfo=None),
        None if time is None or time.tzinfo is None else _utc(time),
        message.role,
        message.author,
        message.kind,
        text,
        number_of_words(text),
        len(text),
        message.edited,
        message.forwarded,
        message.reply_to,
        message.flags,
        message.attachments,
        conversation.source or None if span is None else span.source,
        None if span is None else span.line,
    )


def _utc(time: datetime) -> datetime | None:
    """Return a time in UTC; None at the ends of the calendar, where there is no such time."""
    try:
        return time.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return None
