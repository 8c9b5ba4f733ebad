"""Open WebUI: its own export format, the only way in that brings the pictures along.

Where it goes:
    Open WebUI: *Settings, Data Controls, Import Chats*, or ``POST /api/v1/chats/import`` with the list under
    the key ``chats``. Import it once: Open WebUI gives each chat a new id, so a second import doubles them.

Layout:
    A JSON list with an entry for each conversation: title, times in whole seconds, tags, and the messages as
    a tree without branches. Pictures stand inside, as ``data:`` addresses; with ``--media omit``, and for all
    other files, a line such as ``📎 PTT-1.opus`` stands in the text.

What survives:
    Every message in its order with role, text as Markdown, second and id; titles, pictures, the assistant's
    name, tags ``whatsapp`` and the assistant's. The true origin (WhatsApp, the assistant and its number, the
    file's hash), edits, replies and kinds of messages stand under keys ``wamigrate``. Times without a zone
    are taken for UTC.

What is lost:
    Fractions of a second, and files that are no pictures. Other people in a group become the user, with their
    names in the text. Open WebUI itself takes NUL characters out of texts. Notices are left out unless asked
    for with ``--notices``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from wamigrate.archived import Archived, Finding
from wamigrate.derived import UniqueIds
from wamigrate.epoch import Clock
from wamigrate.formats import Exporter, Layout
from wamigrate.inline_media import InlineMedia, InlinePolicy, data_url
from wamigrate.labels import assistant_label, author_label, tags
from wamigrate.model import Attachment, Conversation, Message
from wamigrate.notes import Notes
from wamigrate.origin import Detail, Origin, detail, origin
from wamigrate.source import Source
from wamigrate.target import Target
from wamigrate.turns import TurnRole, Turns, conversation_title

from . import _openwebui_check

_SHOWN: Final = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"))
"""Pictures that every browser shows."""
_NO_MESSAGES: Final = b'"messages":{}'
"""Cannot occur inside an encoded string, where quotation marks are escaped."""
_encode: Final = msgspec.json.Encoder().encode


class _Picture(Struct, frozen=True):
    """A picture of a message."""

    name: str
    url: str
    type: Literal["image"] = "image"


class _Entry(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A message in the tree."""

    id: str
    parent_id: str | None
    children_ids: tuple[str, ...]
    role: TurnRole
    content: str
    timestamp: int | None
    files: tuple[_Picture, ...] = ()
    model: str | UnsetType = UNSET
    model_name: str | UnsetType = UNSET
    done: bool = False
    wamigrate: Detail | None = None


class _History(Struct, frozen=True, rename="camel"):
    """The tree, its messages left out."""

    current_id: str
    messages: dict[str, _Entry]


class _Chat(Struct, frozen=True):
    """What Open WebUI calls the chat."""

    id: str
    title: str
    models: tuple[str, ...]
    params: dict[str, str]
    history: _History
    tags: tuple[str, ...]
    timestamp: int | None
    """Milliseconds."""


class _Meta(Struct, frozen=True):
    """What is known about a chat."""

    tags: list[str]
    wamigrate: Origin


class _Form(Struct, frozen=True):
    """A conversation."""

    id: str
    title: str
    chat: _Chat
    meta: _Meta
    created_at: int | None
    updated_at: int | None
    pinned: bool = False
    archived: bool = False
    folder_id: None = None


@dataclass(frozen=True)
class OpenWebUIChats:
    """Writes chats for Open WebUI."""

    name: str = field(default="openwebui", init=False)
    title: str = field(default="Open WebUI chats", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".openwebui.json", init=False)
    notices: bool = field(default=False, init=False)
    media: InlinePolicy = "copy"
    """``copy`` pictures into the file, or ``omit`` them."""

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write all conversations; no more than one is held at a time, and of its pictures one."""
        media = InlineMedia(self.media, target, notes)
        with target.writing() as stream:
            writer = _Writer(stream, media, notes)
            between = b"["
            for conversation in conversations:
                stream.write(between + b"\n")
                writer.write(conversation)
                between = b","
            stream.write(b"[]\n" if between == b"[" else b"\n]\n")
        media.report()

    def recognises(self, source: Source) -> bool:
        """Look for the keys of the first chat."""
        return _openwebui_check.recognises(source)

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield every rule of Open WebUI that the file breaks."""
        return _openwebui_check.check(source)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations as Open WebUI shows them."""
        return _openwebui_check.contents(source)


class _Writer:
    """Writes one conversation after the other."""

    def __init__(self, stream: BinaryIO, media: InlineMedia, notes: Notes) -> None:
        self._stream = stream
        self._media = media
        self._notes = notes
        self._clock = Clock(notes)

    def write(self, conversation: Conversation) -> None:
        messages = conversation.messages
        claim = UniqueIds().claim
        ids = [claim(message.id) for message in messages]
        head, _, tail = _encode(self._form(conversation, ids[-1] if ids else "")).partition(_NO_MESSAGES)
        self._stream.write(head + b'"messages":{')
        turns = Turns(conversation)
        known = assistant_label(conversation)
        for index, message in enumerate(messages):
            entry = self._entry(message, turns, conversation.source, known, _around(ids, index))
            self._stream.write(b"%b\n%b:%b" % (b"," if index else b"", _encode(entry.id), _encode(entry)))
        self._stream.write(b"}" + tail)

    def _form(self, conversation: Conversation, last: str) -> _Form:
        title = conversation_title(conversation)
        labels = tags(conversation)
        times = [self._seconds(message.timestamp) for message in conversation.messages]
        known = [time for time in times if time is not None]
        created = min(known, default=None)
        return _Form(
            conversation.id,
            title,
            _Chat(
                conversation.id,
                title,
                (),
                {},
                _History(last, {}),
                (),
                None if created is None else created * 1000,
            ),
            _Meta(labels, origin(conversation, self._notes)),
            created,
            max(known, default=None),
        )

    def _entry(
        self,
        message: Message,
        turns: Turns,
        source: str,
        assistant: str,
        around: tuple[str, str | None, tuple[str, ...]],
    ) -> _Entry:
        pictures = tuple(self._pictures(message, source)) if message.attachments else ()
        role = turns.role(message)
        name = author_label(message, assistant) if role == "assistant" else UNSET
        return _Entry(
            *around,
            role,
            turns.text(message, [file for file, _ in pictures]),
            self._seconds(message.timestamp),
            tuple(picture for _, picture in pictures),
            name,
            name,
            role == "assistant",
            detail(message),
        )

    def _pictures(self, message: Message, source: str) -> Iterator[tuple[Attachment, _Picture]]:
        if message.spans:
            source = message.spans[0].source
        for file in message.attachments:
            if file.media_type in _SHOWN:
                content = self._media.read(file, source)
                if content is not None:
                    yield file, _Picture(file.name or "", data_url(content, file.media_type))

    def _seconds(self, time: datetime | None) -> int | None:
        return None if time is None else int(self._clock.seconds(time) // 1)


def _around(ids: list[str], index: int) -> tuple[str, str | None, tuple[str, ...]]:
    """Return a message's id, its parent's, and its children's."""
    return ids[index], ids[index - 1] if index else None, tuple(ids[index + 1 : index + 2])


exporter: Final[Exporter] = OpenWebUIChats()
