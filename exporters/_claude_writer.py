"""Writing the parts of a Claude archive, with the keys and in the order that Anthropic's exports have."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec
from msgspec import Struct

from wamigrate.derived import UniqueIds, derive_id
from wamigrate.epoch import Clock, iso_utc
from wamigrate.errors import SourceError
from wamigrate.json_list import join_rows, write_list
from wamigrate.manifest import MANIFEST, manifest
from wamigrate.model import Attachment, Conversation, Message, Participant
from wamigrate.nesting import one_line
from wamigrate.notes import Notes
from wamigrate.origin import Detail, Origin, detail, origin
from wamigrate.source import Source
from wamigrate.turns import Turns, conversation_title, first_of_role
from wamigrate.wording import count_words

from ._claude_check import FIRST_PARENT

_NO_MESSAGES: Final = b'"chat_messages":[]'
"""Cannot occur inside an encoded string, where quotation marks are escaped."""
_TEXT_LIMIT: Final = 1 << 18
"""Largest text file that is quoted, in bytes."""
_encode: Final = msgspec.json.Encoder().encode


class _Account(Struct, frozen=True):
    uuid: str


class _Block(Struct, frozen=True):
    start_timestamp: str | None
    stop_timestamp: str | None
    text: str
    type: Literal["text"] = "text"
    citations: tuple[()] = ()


class _TextFile(Struct, frozen=True):
    file_name: str
    file_size: int
    file_type: str
    extracted_content: str


class _File(Struct, frozen=True):
    file_uuid: str
    file_name: str


class _Message(Struct, frozen=True):
    uuid: str
    text: str
    content: tuple[_Block]
    sender: Literal["human", "assistant"]
    created_at: str | None
    updated_at: str | None
    attachments: tuple[_TextFile, ...]
    files: tuple[_File, ...]
    parent_message_uuid: str
    wamigrate: Detail | msgspec.UnsetType


class _Head(Struct, frozen=True):
    """A conversation, its messages left out."""

    uuid: str
    name: str
    created_at: str
    updated_at: str
    account: _Account
    wamigrate: Origin
    summary: str = ""
    chat_messages: tuple[()] = ()


class _User(Struct, frozen=True):
    """Whose archive it is; no account of Anthropic."""

    uuid: str
    full_name: str
    email_address: None
    verified_phone_number: str | None


class Writer:
    """Writes ``conversations.json``, and keeps what the other files of the archive tell.

    Args:
        sources: opened sources by their id, for text files.
        notes: has the sources, and takes findings.

    """

    def __init__(self, sources: Mapping[str, Source], notes: Notes) -> None:
        self._sources = sources
        self._notes = notes
        self._clock = Clock(notes)
        self._ids = UniqueIds()
        self._owners: dict[str, Participant | None] = {}
        self._unwritten = 0

    def document(self, conversations: Iterable[Conversation]) -> Iterator[bytes]:
        """Yield ``conversations.json`` in pieces."""
        yield from write_list(self._conversation(found) for found in conversations if found.messages)
        self._clock.report()
        if self._unwritten:
            was = "was" if self._unwritten == 1 else "were"
            words = f"{count_words(self._unwritten, 'file')} {was} not written"
            self._notes.add(
                "media-unwritten", f"{words}: a Claude archive holds texts only; --to chatgpt takes all"
            )

    def others(self) -> Iterator[tuple[str, bytes]]:
        """Yield the names and contents of the small files, once the conversations are written."""
        users = [
            _User(uuid, "" if owner is None else owner.name, None, None if owner is None else owner.phone)
            for uuid, owner in self._owners.items()
        ]
        yield "users.json", _encode(users) + b"\n"
        yield "projects.json", b"[]\n"
        yield "memories.json", b"[]\n"
        yield MANIFEST, manifest(self._notes)

    def _conversation(self, conversation: Conversation) -> Iterator[bytes]:
        before, _, after = _encode(self._head(conversation)).partition(_NO_MESSAGES)
        yield before + b'"chat_messages":[\n'
        yield from join_rows(map(_encode, self._messages(conversation)))
        yield b"]" + after

    def _head(self, conversation: Conversation) -> _Head:
        start, end = self._clock.span(conversation)
        return _Head(
            uuid=self._ids.claim(conversation.id),
            name=conversation_title(conversation),
            created_at=iso_utc(start),
            updated_at=iso_utc(end),
            account=_Account(self._account(conversation)),
            wamigrate=origin(conversation, self._notes),
        )

    def _account(self, conversation: Conversation) -> str:
        owner = first_of_role(conversation, "user")
        uuid = derive_id("account", "" if owner is None else owner.name)
        self._owners.setdefault(uuid, owner)
        return uuid

    def _messages(self, conversation: Conversation) -> Iterator[_Message]:
        turns = Turns(conversation)
        claimed = UniqueIds(FIRST_PARENT)
        parent = FIRST_PARENT
        for message in conversation.messages:
            uuid = claimed.claim(message.id)
            text = turns.text(message)
            moment = None if message.timestamp is None else self._moment(message.timestamp)
            quoted, files = self._files(message, conversation)
            yield _Message(
                uuid,
                text,
                (_Block(moment, moment, text),),
                "assistant" if turns.role(message) == "assistant" else "human",
                moment,
                moment,
                quoted,
                files,
                parent,
                detail(message) or msgspec.UNSET,
            )
            parent = uuid

    def _moment(self, time: datetime) -> str:
        return iso_utc(self._clock.utc(time))

    def _files(
        self, message: Message, conversation: Conversation
    ) -> tuple[tuple[_TextFile, ...], tuple[_File, ...]]:
        """Return text files with their content, and the names of the others."""
        if not message.attachments:
            return (), ()
        source = message.spans[0].source if message.spans else conversation.source
        quoted: list[_TextFile] = []
        others: list[_File] = []
        for attachment in message.attachments:
            text = self._text_file(attachment, source)
            if text is not None:
                quoted.append(text)
                continue
            self._unwritten += attachment.present
            if name := _name(attachment):
                others.append(_File(derive_id("file", source, attachment.member or name), name))
        return tuple(quoted), tuple(others)

    def _text_file(self, attachment: Attachment, source: str) -> _TextFile | None:
        """Read a file of text; None where it is no text, too large, or not at hand."""
        member, kind = attachment.member, attachment.media_type or ""
        if member is None or source not in self._sources or not kind.startswith("text/"):
            return None
        try:
            data = self._sources[source].read(self._sources[source].find(member), _TEXT_LIMIT)
            text = data.decode("utf-8-sig")
        except (SourceError, UnicodeDecodeError):
            return None
        return _TextFile(_name(attachment) or "file", len(data), kind, text)


def _name(attachment: Attachment) -> str:
    return one_line(attachment.name or (attachment.member or "").rpartition("/")[2])
