"""Reading a database of ours back, and what must hold in it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from sqlite3 import Connection
from typing import Final

from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.errors import SourceError
from wamigrate.model import Role
from wamigrate.reader_rules import Rules
from wamigrate.source import Source
from wamigrate.sqlite_file import is_database, reading_database

from ._sqlite_schema import APPLICATION_ID, FINISH, TABLES, VERSION

_APPLICATION: Final = slice(68, 72)
_rules: Final = Rules("sqlite")
_ROWS: Final = (
    "SELECT conversations.rowid, title, role, text, timestamp, messages.id FROM conversations "
    "JOIN messages ON conversation_id = conversations.id ORDER BY conversations.rowid, position, number"
)
_FILES: Final = "SELECT coalesce(name, '') FROM attachments WHERE message_id = ? ORDER BY position"
_GAPS: Final = (
    "SELECT conversation_id FROM messages GROUP BY conversation_id "
    "HAVING min(position) <> 0 OR max(position) <> count(*) - 1 OR count(DISTINCT position) <> count(*)"
)
_INDEXED: Final = "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM messages_fts_docsize)"


def recognises(source: Source) -> bool:
    """Tell a database by its application id."""
    with suppress(SourceError):
        if is_database(source):
            number = source.head(source.members[0])[_APPLICATION]
            return int.from_bytes(number, "big") == APPLICATION_ID
    return False


def check(source: Source) -> Iterator[Finding]:
    """Yield every rule that the database breaks."""
    with reading_database(source) as database:
        for rule, where in _broken(database):
            yield _rules.broken(rule, where)


def contents(source: Source) -> Iterator[Archived]:
    """Yield the conversations, in the order in which they were written."""
    with reading_database(source) as database:
        for (_, title), rows in groupby(database.execute(_ROWS), lambda row: row[:2]):
            yield Archived(title, tuple(_message(database, *row[2:]) for row in rows))


def _message(database: Connection, role: Role, text: str, timestamp: str | None, id_: str) -> ArchivedMessage:
    moment = None if timestamp is None else datetime.fromisoformat(timestamp)
    files = tuple(name for (name,) in database.execute(_FILES, (id_,)))
    return ArchivedMessage(role, text, moment, id_, files)


def _broken(database: Connection) -> Iterator[tuple[str, str]]:
    """Yield the rules that are broken, with the places; the tables come first, as the others need them."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    known = {sql for (sql,) in database.execute("SELECT sql FROM sqlite_master")}
    missing = [
        sql.split("(")[0] for sql in (*TABLES, *FINISH) if sql.startswith("CREATE") and sql not in known
    ]
    if version != VERSION or missing:
        yield "tables", ", ".join(" ".join(sql.split()[:3]) for sql in missing) or "user_version"
        return
    (words,) = database.execute("PRAGMA integrity_check (1)").fetchone()
    if words != "ok":
        yield "integrity", "integrity_check"
    for table, *_ in database.execute("PRAGMA foreign_key_check"):
        yield "references", str(table)
    rows, indexed = database.execute(_INDEXED).fetchone()
    if rows != indexed:
        yield "search", "messages_fts"
    for (id_,) in database.execute(_GAPS):
        yield "order", f"conversations[{id_}]"
    for digest, content in database.execute("SELECT sha256, content FROM files"):
        if sha256(content).hexdigest() != digest:
            yield "file", f"files[{digest}]"
