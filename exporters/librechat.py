"""LibreChat: its own export format, a file for each conversation, the only way in that keeps senders' names.

Where it goes:
    LibreChat: *Settings, Data controls, Import conversations*, one file after the other. Import each once:
    LibreChat gives every conversation a new id, so a second import doubles it. A message of success says
    nothing: look for the conversation in the list.

Layout:
    JSON files ``YYYY-MM-DD title.json``, each with title, tags and a list of messages in which every message
    names the one before it.

What survives:
    Every message in its order with sender's name, text as Markdown and time to the millisecond; titles and
    tags. The true origin (WhatsApp, the assistant and its number, the file's hash), edits, replies and kinds
    of messages stand under keys ``wamigrate``, which LibreChat passes over. Times without a zone are taken
    for UTC; a message without a time gets that of the one before it. LibreChat itself moves a time that is
    not later than the one before it by a millisecond.

What is lost:
    Media files: a line such as ``📎 IMG-1.jpg`` stands for each. Other people in a group become the user,
    with their names in the text, because LibreChat shows the account's name there. Ids of messages: LibreChat
    makes new ones. Notices are left out unless asked for with ``--notices``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from msgspec import Struct

from wamigrate.archived import Archived, Finding
from wamigrate.derived import UniqueIds
from wamigrate.file_names import ConversationNames
from wamigrate.formats import Exporter, Layout
from wamigrate.labels import assistant_label, author_label, tags, user_label
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.origin import Detail, Origin, detail, origin
from wamigrate.rising import Calendar, iso_milliseconds
from wamigrate.source import Source
from wamigrate.target import Target
from wamigrate.turns import Turns, conversation_title

from . import _librechat_check

_encode: Final = msgspec.json.Encoder().encode
_CHUNK: Final = 1000
"""Messages that are encoded at once."""
_NO_MESSAGES: Final = b'"messages":[]'
"""Cannot occur inside an encoded string, where quotation marks are escaped."""


class _Line(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A message."""

    message_id: str
    parent_message_id: str
    sender: str
    text: str
    is_created_by_user: bool
    created_at: str
    wamigrate: Detail | None = None


class _Options(Struct, frozen=True):
    """What becomes part of the conversation."""

    tags: list[str]


class _About(Struct, frozen=True):
    """Where a conversation comes from."""

    number: int
    """Of the conversation among all that were written, from 1."""
    origin: Origin


class _File(Struct, frozen=True, rename="camel"):
    """A conversation, its messages left out."""

    conversation_id: str
    title: str
    options: _Options
    wamigrate: _About
    messages: tuple[_Line, ...] = ()
    recursive: bool = False


@dataclass(frozen=True)
class LibreChatFiles:
    """Writes conversations for LibreChat."""

    name: str = field(default="librechat", init=False)
    title: str = field(default="LibreChat conversations", init=False)
    layout: Layout = field(default="folder", init=False)
    suffix: str = field(default="", init=False)
    notices: bool = field(default=False, init=False)
    text_only: bool = field(default=True, init=False)

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write a file for each conversation."""
        names = ConversationNames(".json")
        calendar = Calendar(notes)
        claim = UniqueIds().claim
        for number, conversation in enumerate(conversations, 1):
            head = _File(
                claim(conversation.id),
                conversation_title(conversation),
                _Options(tags(conversation)),
                _About(number, origin(conversation, notes)),
            )
            before, _, after = _encode(head).partition(_NO_MESSAGES)
            lines = list(_lines(conversation, calendar.moments(conversation)))
            with target.writing(names.claim(conversation)) as stream:
                stream.write(before + b'"messages":[')
                for start in range(0, len(lines), _CHUNK):
                    rows = b",\n".join(map(_encode, lines[start : start + _CHUNK]))
                    stream.write((b",\n" if start else b"\n") + rows)
                stream.write(b"\n]" + after + b"\n")
        calendar.report()

    def recognises(self, source: Source) -> bool:
        """Look for the keys of a conversation."""
        return _librechat_check.recognises(source)

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield every rule of LibreChat that a file breaks."""
        return _librechat_check.check(source)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations, in the order in which they were written."""
        return _librechat_check.contents(source)


def _lines(conversation: Conversation, times: Sequence[int]) -> Iterator[_Line]:
    turns = Turns(conversation)
    person, assistant = user_label(conversation), assistant_label(conversation)
    claim = UniqueIds(_librechat_check.NO_PARENT).claim
    parent = _librechat_check.NO_PARENT
    for message, time in zip(conversation.messages, times, strict=True):
        is_user = turns.role(message) == "user"
        id_ = claim(message.id)
        yield _Line(
            id_,
            parent,
            author_label(message, (turns.speaker(message) or person) if is_user else assistant),
            turns.text(message),
            is_user,
            iso_milliseconds(time),
            detail(message),
        )
        parent = id_


exporter: Final[Exporter] = LibreChatFiles()
