"""Logs of ``llm``: the database in which Simon Willison's command line tool keeps its history.

Where it goes:
    ``llm`` 0.13 and newer: ``llm logs -d FILE``, ``llm logs -d FILE -q WORD``, or as ``llm``'s own history at
    the place that ``llm logs path`` prints; Datasette, with full-text search; sqlite-utils and every other
    program for SQLite.

Layout:
    An SQLite database in the state after migration ``m012``; ``llm`` brings it up to date when it opens it.
    A row of ``responses`` is a prompt and its response: several messages of one side in a row stand in one
    text, unless more than half an hour lies between them. ``response_json`` tells where each message begins,
    its time and its id. Files are ``attachments``. All ids are ULIDs that follow from time and content.

What survives:
    Every message in its order with role, text as Markdown, second and id; titles, media files. The true
    origin (WhatsApp, the assistant and its number, the file's hash), edits, replies and kinds of messages
    stand in ``response_json``. Times without a zone are taken for UTC.

What is lost:
    ``llm`` shows the time of the prompt; that of the response is ``duration_ms`` later. Files of the
    assistant are shown with the prompt. Other people in a group become the user, with their names in the
    text. The model is not known: it is called ``chatgpt-on-whatsapp``; to go on with such a conversation,
    ``llm aliases set chatgpt-on-whatsapp MODEL`` says which model shall answer. Notices are left out unless
    asked for with ``--notices``.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from sqlite3 import Connection
from typing import Final

import msgspec

from wamigrate.archived import Archived, Finding
from wamigrate.derived import UniqueIds
from wamigrate.formats import Exporter, Layout
from wamigrate.inline_media import InlineMedia, InlinePolicy
from wamigrate.model import Attachment, Conversation, Message
from wamigrate.notes import Notes
from wamigrate.origin import Origin, detail, model_slug, origin
from wamigrate.rising import Calendar, iso_milliseconds
from wamigrate.source import Source
from wamigrate.sqlite_file import writing_database
from wamigrate.target import Target
from wamigrate.turns import TurnRole, Turns, conversation_title
from wamigrate.ulid import ulid

from . import _llm_check
from ._llm_records import JOINT, Piece, Record, ResponseJson
from ._llm_schema import APPLIED_AT, MIGRATIONS, SEARCH, TABLES

_GAP: Final = 30 * 60 * 1000
"""Milliseconds after which a further message of the same side begins a row of its own."""
_UNKNOWN_TYPE: Final = "application/octet-stream"
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class LlmLogs:
    """Writes a ``logs.db``."""

    name: str = field(default="llm", init=False)
    title: str = field(default="llm logs.db", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".logs.db", init=False)
    notices: bool = field(default=False, init=False)
    media: InlinePolicy = "copy"
    """``copy`` files into the database, or ``omit`` them."""

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write all conversations; no more than one is held at a time, and of its files one."""
        media = InlineMedia(self.media, target, notes)
        calendar = Calendar(notes)
        ids = UniqueIds()
        with writing_database(target, schema=TABLES, finish=SEARCH) as database:
            rows = [(name, APPLIED_AT) for name in MIGRATIONS]
            database.executemany("INSERT INTO _llm_migrations VALUES (?, ?)", rows)
            for conversation in conversations:
                times = calendar.in_order(calendar.moments(conversation))
                key = ids.claim(conversation.id)
                _Writer(database, conversation, media, key).write(times, origin(conversation, notes))
        calendar.report()
        media.report()

    def recognises(self, source: Source) -> bool:
        """Look for the tables."""
        return _llm_check.recognises(source)

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield every rule of ``llm`` that the database breaks."""
        return _llm_check.check(source)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations, in the order in which they were written."""
        return _llm_check.contents(source)


@dataclass(frozen=True, slots=True)
class _Said:
    """A message on its side, with its time in milliseconds."""

    message: Message
    role: TurnRole
    time: int


class _Writer:
    """Writes one conversation."""

    def __init__(
        self, database: Connection, conversation: Conversation, media: InlineMedia, key: str
    ) -> None:
        self._database = database
        self._conversation = conversation
        self._media = media
        self._key = key
        self._turns = Turns(conversation)
        self._model = model_slug(conversation)

    def write(self, times: Sequence[int], where_from: Origin) -> None:
        """Write the conversation and its rows.

        Args:
            times: of each message, in milliseconds, rising.
            where_from: the origin of the conversation.

        """
        said = [
            _Said(message, self._turns.role(message), time)
            for message, time in zip(self._conversation.messages, times, strict=True)
        ]
        id_ = ulid(times[0] if times else 0, self._key)
        row = (id_, conversation_title(self._conversation), self._model)
        self._database.execute("INSERT INTO conversations VALUES (?, ?, ?)", row)
        for number, pair in enumerate(_pairs(said)):
            self._write_row(id_, number, pair, where_from if number == 0 else None)

    def _write_row(
        self, conversation: str, number: int, pair: Sequence[_Said], where_from: Origin | None
    ) -> None:
        id_ = ulid(pair[0].time, self._key, str(number), pair[0].message.id)
        files = dict(self._files(pair))
        texts: dict[TurnRole, str] = {"user": "", "assistant": ""}
        pieces = tuple(self._piece(said, texts, files) for said in pair)
        record = _encode(ResponseJson(Record(pieces, where_from))).decode()
        row = (
            *(id_, self._model, texts["user"], None, None, "{}", texts["assistant"]),
            *(record, conversation, _duration(pair), iso_milliseconds(pair[0].time).removesuffix("Z")),
        )
        self._database.execute("INSERT INTO responses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        links = [(id_, digest, order) for order, digest in enumerate(dict.fromkeys(files.values()))]
        self._database.executemany("INSERT INTO prompt_attachments VALUES (?, ?, ?)", links)

    def _piece(self, said: _Said, texts: dict[TurnRole, str], files: dict[Attachment, str]) -> Piece:
        """Add a message to the text of its side."""
        message, role = said.message, said.role
        carried = [file for file in message.attachments if file in files]
        text = self._turns.text(message, carried if role == "user" else ())
        before = texts[role] + JOINT if texts[role] and text else texts[role]
        texts[role] = before + text
        time = None if message.timestamp is None else message.timestamp.isoformat()
        names = tuple(file.name or "" for file in carried)
        return Piece(message.id, role, len(before), len(texts[role]), time, names, detail(message))

    def _files(self, pair: Sequence[_Said]) -> Iterator[tuple[Attachment, str]]:
        """Bring the files of a row into the database; yield each with its id."""
        for said in pair:
            message = said.message
            source = message.spans[0].source if message.spans else self._conversation.source
            for file in message.attachments:
                content = self._media.read(file, source)
                if content:
                    digest = hashlib.sha256(content).hexdigest()
                    media_type = file.media_type or ""
                    row = (
                        digest,
                        media_type if "/" in media_type else _UNKNOWN_TYPE,
                        file.name,
                        None,
                        content,
                    )
                    self._database.execute("INSERT OR IGNORE INTO attachments VALUES (?, ?, ?, ?, ?)", row)
                    yield file, digest


def _pairs(messages: Iterable[_Said]) -> Iterator[list[_Said]]:
    """Yield what one row holds: messages of the user, then messages of the assistant."""
    pair: list[_Said] = []
    for said in messages:
        if pair:
            last = pair[-1]
            late = said.role == last.role and said.time - last.time > _GAP
            if late or (said.role == "user" and last.role == "assistant"):
                yield pair
                pair = []
        pair.append(said)
    if pair:
        yield pair


def _duration(pair: Sequence[_Said]) -> int | None:
    """Return how long the first answer took, in milliseconds; None where a side is missing."""
    answer = next((said for said in pair if said.role == "assistant"), None)
    return None if answer is None or pair[0].role == "assistant" else answer.time - pair[0].time


exporter: Final[Exporter] = LlmLogs()
