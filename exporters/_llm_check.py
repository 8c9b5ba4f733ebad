"""Reading a ``logs.db`` back, as ``llm`` does."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from sqlite3 import Connection
from typing import Final, NamedTuple

import msgspec

from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.epoch import EPOCH, as_utc
from wamigrate.errors import ParseError, SourceError
from wamigrate.reader_rules import Rules
from wamigrate.source import Source
from wamigrate.sqlite_file import is_database, reading_database
from wamigrate.ulid import ulid_milliseconds

from ._llm_records import Piece, decode
from ._llm_schema import MIGRATIONS, TABLES

_rules: Final = Rules("llm")
_ROWS: Final = (
    "SELECT conversations.id, conversations.name, responses.id, prompt, response, response_json, "
    "datetime_utc, options_json, responses.model FROM conversations "
    "JOIN responses ON conversation_id = conversations.id ORDER BY conversations.rowid, responses.id"
)
_TABLES: Final = frozenset({"conversations", "responses", "_llm_migrations"})
_MILLISECOND: Final = timedelta(milliseconds=1)
_INDEX: Final = TABLES[-1]


class _Row(NamedTuple):
    """A prompt and its response."""

    conversation: str
    title: str | None
    id: str
    prompt: str | None
    response: str | None
    record: str | None
    time: str | None
    options: str | None
    model: str | None


def recognises(source: Source) -> bool:
    """Tell a database with the tables of ``llm``."""
    with suppress(ParseError, SourceError):
        if is_database(source):
            with reading_database(source) as database:
                return set(_names(database)) >= _TABLES
    return False


def contents(source: Source) -> Iterator[Archived]:
    """Yield the conversations, in the order in which they were written."""
    with reading_database(source) as database:
        rows = map(_Row._make, database.execute(_ROWS))
        for _, group in groupby(rows, lambda row: row.conversation):
            pairs = list(group)
            messages = tuple(message for row in pairs for message in _messages(row))
            yield Archived(pairs[0].title, messages)


def check(source: Source) -> Iterator[Finding]:
    """Yield every rule that the database breaks."""
    with reading_database(source) as database:
        for rule, place in (*_broken_tables(database), *_broken_attachments(database)):
            yield _rules.broken(rule, place)
        for row in map(_Row._make, database.execute(_ROWS)):
            for rule in _broken_row(row):
                yield _rules.broken(rule, f"responses[{row.id}]")
        orphans = "SELECT id FROM responses WHERE conversation_id NOT IN (SELECT id FROM conversations)"
        for (id_,) in database.execute(orphans):
            yield _rules.broken("conversation", f"responses[{id_}]")


def _names(database: Connection) -> list[str]:
    return [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def _messages(row: _Row) -> Iterator[ArchivedMessage]:
    """Yield the messages of a row, as ``response_json`` tells them; else its two sides."""
    pieces = _pieces(row)
    if pieces is None:
        time = _time(row.time)
        if row.prompt:
            yield ArchivedMessage("user", row.prompt, time)
        if row.response:
            yield ArchivedMessage("assistant", row.response, timed=False)
        return
    for piece in pieces:
        text = (row.prompt if piece.role == "user" else row.response) or ""
        time = None if piece.time is None else _time(piece.time)
        yield ArchivedMessage(piece.role, text[piece.start : piece.end], time, piece.id, piece.files)


def _pieces(row: _Row) -> tuple[Piece, ...] | None:
    with suppress(msgspec.MsgspecError):
        return decode(row.record or "").wamigrate.messages
    return None


def _time(text: str | None) -> datetime | None:
    with suppress(ValueError, OverflowError):
        return as_utc(datetime.fromisoformat(text or ""))
    return None


def _broken_tables(database: Connection) -> Iterator[tuple[str, str]]:
    done = [name for (name,) in database.execute("SELECT name FROM _llm_migrations ORDER BY rowid")]
    if done[: len(MIGRATIONS)] != [*MIGRATIONS]:
        yield "migrations", "_llm_migrations"
    (index,) = database.execute("SELECT max(sql) FROM sqlite_master WHERE name = 'responses_fts'").fetchone()
    if index is None or (len(done) == len(MIGRATIONS) and index != _INDEX):
        yield "search", "responses_fts"
    else:
        yield from _broken_search(database)


def _broken_search(database: Connection) -> Iterator[tuple[str, str]]:
    """Compare the index with its table as FTS5 itself counts them."""
    count = "SELECT (SELECT count(*) FROM responses), (SELECT count(*) FROM responses_fts_docsize)"
    rows, indexed = database.execute(count).fetchone()
    if rows != indexed:
        yield "search-rows", "responses_fts"


def _broken_attachments(database: Connection) -> Iterator[tuple[str, str]]:
    for id_, kind, content in database.execute("SELECT id, type, content FROM attachments"):
        if content is None or sha256(content).hexdigest() != id_ or "/" not in (kind or ""):
            yield "attachment", f"attachments[{id_}]"
    missing = (
        "SELECT response_id FROM prompt_attachments WHERE response_id NOT IN (SELECT id FROM responses) "
        "OR attachment_id NOT IN (SELECT id FROM attachments)"
    )
    for (id_,) in database.execute(missing):
        yield "attachment", f"prompt_attachments[{id_}]"


def _broken_row(row: _Row) -> Iterator[str]:
    moment = _time(row.time)
    stamp = ulid_milliseconds(row.id)
    if stamp is None or ulid_milliseconds(row.conversation) is None:
        yield "ulid"
    elif moment is None or max((moment - EPOCH) // _MILLISECOND, 0) != stamp:
        yield "time"
    if row.options != "{}":
        yield "options"
    if not (row.title or "").strip():
        yield "title"
    if not row.model:
        yield "model"
    if row.prompt is None or row.response is None or not (row.prompt or row.response or row.record):
        yield "text"
    pieces = _pieces(row)
    if pieces is None or not all(_fits(row, piece) for piece in pieces):
        yield "record"


def _fits(row: _Row, piece: Piece) -> bool:
    text = (row.prompt if piece.role == "user" else row.response) or ""
    return 0 <= piece.start <= piece.end <= len(text)
