"""Writes conversations as rows; what is there with the same key is brought up to date."""

import hashlib
from collections.abc import Iterable, Iterator
from sqlite3 import Connection
from typing import Final

import msgspec

from wamigrate.derived import derive_id
from wamigrate.history_stats import number_of_words
from wamigrate.inline_media import InlineMedia
from wamigrate.media import Policy
from wamigrate.model import Attachment, Conversation, Message, Note, SourceInfo

_json: Final = msgspec.json.Encoder().encode
_PEOPLE: Final = ("user", "other")


def _upsert(table: str, key: str, columns: str) -> str:
    """Make the statement that writes a row of a table, new or not."""
    names = columns.split()
    places = ", ".join("?" * len(names))
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != key)
    row = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names of our own
    return f"{row} ON CONFLICT ({key}) DO UPDATE SET {changes}"


_CONVERSATION: Final = _upsert("conversations", "id", "id title service started_at ended_at source_id")
_MESSAGE: Final = _upsert(
    "messages",
    "id",
    "id conversation_id position turn role author timestamp kind text raw words edited forwarded reply_to "
    "flags",
)
_SOURCE: Final = _upsert(
    "sources",
    "id",
    "id name member format sha256 size platform date_order ambiguous time_zone encoding messages",
)
_PARTICIPANT: Final = "INSERT INTO participants VALUES (?, ?, ?, ?, ?, ?, ?)"
_ATTACHMENT: Final = "INSERT INTO attachments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SPAN: Final = "INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?, ?)"
_NOTE: Final = "INSERT INTO notes (code, severity, text, source_id, line) VALUES (?, ?, ?, ?, ?)"
_SEEN: Final = (
    "CREATE TEMP TABLE written (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID",
    "CREATE TEMP TABLE opened (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID",
)
"""Ids of messages and conversations of this run. They are on disk, where a million of them fit."""


class Rows:
    """Writes rows.

    Args:
        database: with the tables.
        policy: what becomes of files.
        media: reads them.
        fresh: whether the database was empty, so that nothing older has to be removed.

    """

    def __init__(self, database: Connection, policy: Policy, media: InlineMedia, *, fresh: bool) -> None:
        self._database = database
        self._policy = policy
        self._media = media
        self._fresh = fresh
        for statement in _SEEN:
            database.execute(statement)

    def add(self, conversation: Conversation) -> None:
        """Write a conversation with everything in it."""
        started, ended = conversation.started_at, conversation.ended_at
        id_ = self._claim("opened", conversation.id)
        row = (
            id_,
            conversation.title,
            conversation.service,
            None if started is None else started.isoformat(),
            None if ended is None else ended.isoformat(),
            conversation.source or None,
        )
        self._database.execute(_CONVERSATION, row)
        if not self._fresh:
            self._database.execute("DELETE FROM participants WHERE conversation_id = ?", (id_,))
        people = (
            (id_, place, one.name, one.role, one.service, one.phone, one.reason)
            for place, one in enumerate(conversation.participants)
        )
        self._database.executemany(_PARTICIPANT, people)
        exchanges = turns(message.role for message in conversation.messages)
        for place, (message, turn) in enumerate(zip(conversation.messages, exchanges, strict=True)):
            self._add_message(id_, place, turn, message, conversation.source)

    def add_sources(self, sources: Iterable[SourceInfo]) -> None:
        """Write the sources; of one that rows name and nobody knows, only its id."""
        self._database.executemany(_SOURCE, map(_source_row, sources))
        for table in ("conversations", "spans", "notes"):
            self._database.execute(
                f"INSERT OR IGNORE INTO sources (id) SELECT DISTINCT source_id FROM {table} "  # noqa: S608 - as above
                "WHERE source_id IS NOT NULL"
            )

    def add_notes(self, notes: Iterable[Note]) -> None:
        """Write the findings."""
        rows = ((note.code, note.severity, note.text, note.source, note.line) for note in notes)
        self._database.executemany(_NOTE, rows)

    def _claim(self, table: str, id_: str) -> str:
        """Return an id, or one derived from it where this run has used it or there is none."""
        claimed, turn = id_, 0
        while not claimed or not self._is_new(table, claimed):
            turn += 1
            claimed = derive_id("again", id_, str(turn))
        return claimed

    def _is_new(self, table: str, id_: str) -> bool:
        row = self._database.execute(f"INSERT OR IGNORE INTO {table} VALUES (?)", (id_,))  # noqa: S608 - as above
        return row.rowcount == 1

    def _add_message(self, conversation: str, place: int, turn: int, message: Message, source: str) -> None:
        id_ = self._claim("written", message.id)
        time = message.timestamp
        row = (
            *(id_, conversation, place, turn, message.role, message.author),
            *(None if time is None else time.isoformat(), message.kind, message.text, message.raw),
            *(number_of_words(message.text), message.edited, message.forwarded, message.reply_to),
            _json(message.flags).decode() if message.flags else "[]",
        )
        self._database.execute(_MESSAGE, row)
        if not self._fresh:
            self._forget(id_, message)
        for span in message.spans:
            self._database.execute(_SPAN, (id_, span.source, span.line, span.start, span.end))
        if message.attachments and self._policy != "omit":
            origin = message.spans[0].source if message.spans else source
            rows = self._attachments(id_, message.attachments, origin)
            self._database.executemany(_ATTACHMENT, rows)

    def _forget(self, id_: str, message: Message) -> None:
        """Remove what an older run wrote of a message, and the parts that are now within it."""
        self._database.execute("DELETE FROM attachments WHERE message_id = ?", (id_,))
        for source in {span.source for span in message.spans}:
            self._database.execute("DELETE FROM spans WHERE message_id = ? AND source_id = ?", (id_, source))
        for part in message.parts[1:]:
            self._database.execute("INSERT OR IGNORE INTO absorbed VALUES (?)", (part.id,))

    def _attachments(
        self, message: str, files: Iterable[Attachment], source: str
    ) -> Iterator[tuple[object, ...]]:
        for place, file in enumerate(files):
            content = self._media.read(file, source) if self._policy == "copy" else None
            digest, size = file.sha256, file.size
            if content is not None:
                digest, size = hashlib.sha256(content).hexdigest(), len(content)
                self._database.execute(
                    "INSERT OR IGNORE INTO files VALUES (?, ?, ?)", (digest, size, content)
                )
            stored = None if content is None else digest
            about = (file.name, file.media_type, size, digest, file.member, file.present, file.caption)
            yield (message, place, *about, stored)


def turns(roles: Iterable[str]) -> Iterator[int]:
    """Yield the number of the exchange that each message of a conversation belongs to, by their roles.

    >>> list(turns(["notice", "user", "user", "assistant", "assistant", "user"]))
    [0, 1, 1, 1, 1, 2]
    """
    turn, answered = 0, True
    for role in roles:
        if role in _PEOPLE:
            turn += answered
            answered = False
        elif role == "assistant":
            answered = True
        yield turn


def _source_row(info: SourceInfo) -> tuple[object, ...]:
    return (
        *(info.id, info.name, info.member, info.format, info.sha256, info.size, info.platform),
        *(info.date_order, info.ambiguous, info.time_zone, info.encoding, info.messages),
    )
