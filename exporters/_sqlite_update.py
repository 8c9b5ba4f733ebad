"""Bringing an older database up to date: what is stale goes, everything else stays.

A message stays as long as one of the files it was read from gives it. So what a file gave before and does
not give now (it was read with other options) goes with it; what another file gave, of this chat or of any
other, stays. A message is in the conversation that the last run put it into.
"""

from collections.abc import Iterable
from sqlite3 import Connection
from typing import BinaryIO, Final

from wamigrate.errors import ExportError, TargetExistsError

from ._sqlite_rows import turns
from ._sqlite_schema import APPLICATION_ID, VERSION

_MAGIC: Final = b"SQLite format 3\0"
_HEADER: Final = 100
_WRITE_VERSION: Final = 18
_WAL: Final = 2
_USER_VERSION: Final = slice(60, 64)
_APPLICATION_ID: Final = slice(68, 72)
"""Places in the header: https://sqlite.org/fileformat2.html, section 1.3."""

WATCH: Final = (
    "PRAGMA trusted_schema = ON",  # else the triggers that keep the search up may not run
    "CREATE TEMP TABLE absorbed (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID",
    "CREATE TEMP TABLE touched (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID",
    "CREATE TEMP TABLE forgotten (yes INTEGER)",
    """CREATE TEMP TRIGGER message_moved AFTER UPDATE OF conversation_id ON main.messages
WHEN old.conversation_id <> new.conversation_id BEGIN
  INSERT INTO touched SELECT old.conversation_id
  WHERE old.conversation_id NOT IN (SELECT id FROM touched);
END""",
    """CREATE TEMP TRIGGER message_removed AFTER DELETE ON main.messages BEGIN
  INSERT INTO touched SELECT old.conversation_id
  WHERE old.conversation_id NOT IN (SELECT id FROM touched);
  INSERT INTO forgotten SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM forgotten);
END""",
    """CREATE TEMP TRIGGER message_reworded AFTER UPDATE OF text ON main.messages
WHEN old.text IS NOT new.text AND NOT EXISTS (SELECT 1 FROM forgotten) BEGIN
  INSERT INTO forgotten VALUES (1);
END""",
)
"""Notes conversations that lose messages, and whether any words go. ``OR IGNORE`` would not do: the rule for
conflicts of the statement that sets a trigger off holds in it, too (https://sqlite.org/lang_createtrigger.html)."""
_STALE: Final = (
    """CREATE TEMP TABLE stale AS SELECT DISTINCT message_id AS id FROM spans
WHERE source_id IN (SELECT id FROM given) AND message_id NOT IN (SELECT id FROM written)""",
    "DELETE FROM spans WHERE source_id IN (SELECT id FROM given) AND message_id IN (SELECT id FROM stale)",
    "DELETE FROM stale WHERE id IN (SELECT message_id FROM spans)",
    "INSERT INTO stale SELECT id FROM absorbed WHERE id NOT IN (SELECT id FROM written)",
    "DELETE FROM spans WHERE message_id IN (SELECT id FROM stale)",
    "DELETE FROM attachments WHERE message_id IN (SELECT id FROM stale)",
    "DELETE FROM messages WHERE id IN (SELECT id FROM stale)",
    """DELETE FROM participants WHERE conversation_id IN (SELECT id FROM touched)
AND conversation_id NOT IN (SELECT conversation_id FROM messages)""",
    """DELETE FROM conversations WHERE id IN (SELECT id FROM touched)
AND id NOT IN (SELECT conversation_id FROM messages)""",
    "DELETE FROM files WHERE sha256 NOT IN (SELECT file FROM attachments WHERE file IS NOT NULL)",
)
_MIXED: Final = (
    "SELECT id FROM opened WHERE EXISTS (SELECT 1 FROM messages WHERE conversation_id = opened.id "
    "AND messages.id NOT IN (SELECT id FROM written)) UNION SELECT id FROM touched "
    "WHERE id IN (SELECT id FROM conversations) ORDER BY 1"
)
"""Conversations that have messages which this run did not write, beside others or where others were."""
_IN_ORDER: Final = (
    "SELECT number, role FROM messages WHERE conversation_id = ? ORDER BY coalesce(timestamp, ''), position, "
    "number"
)
_REBUILD: Final = "INSERT INTO messages_fts (messages_fts) VALUES ('rebuild')"
"""An index only notes which words are gone, and keeps them: https://sqlite.org/fts5.html, *secure-delete*."""
_RANGE: Final = (
    "UPDATE conversations SET (started_at, ended_at) = (SELECT min(timestamp), max(timestamp) FROM messages "
    "WHERE conversation_id = conversations.id) WHERE id = ?"
)


def check_older(older: BinaryIO) -> None:
    """Make sure that an older result is a database of ours, and rewind it.

    Raises:
        TargetExistsError: it is something else.
        ExportError: a newer wamigrate made it, or another program has it open.

    """
    header = older.read(_HEADER)
    older.seek(0)
    advice = "choose another place with -o"
    ours = int.from_bytes(header[_APPLICATION_ID], "big") == APPLICATION_ID
    if not header.startswith(_MAGIC) or not ours:
        raise TargetExistsError(
            f"{_name(older)}: is no database of wamigrate's sqlite format and is not replaced; {advice}"
        )
    version = int.from_bytes(header[_USER_VERSION], "big")
    if version != VERSION:
        raise ExportError(
            f"{_name(older)}: has version {version} of the tables, this wamigrate knows {VERSION}; {advice}"
        )
    if header[_WRITE_VERSION] == _WAL:
        raise ExportError(
            f"{_name(older)}: has a write-ahead log; end what uses it, run "
            "PRAGMA journal_mode = DELETE in it, and try again"
        )


def check_redacted(database: Connection, sources: Iterable[str]) -> None:
    """Make sure that redacted messages are not added to those that are not: sources have other ids then.

    Raises:
        ExportError: the database holds none of the sources in their redacted form.

    """
    known = {id_ for (id_,) in database.execute("SELECT id FROM sources")}
    if not known.issuperset(sources):
        raise ExportError(
            "redacted messages are not added to a database that may hold them as they were; choose another "
            "place with -o, or add --option sqlite.update=false to replace it"
        )


def remove_stale(database: Connection, sources: Iterable[str]) -> None:
    """Remove what files gave before and do not give now, and put what stays in order.

    Args:
        database: with the rows of this run.
        sources: ids of the files that were read.

    """
    database.execute("CREATE TEMP TABLE given (id TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID")
    database.executemany("INSERT OR IGNORE INTO given VALUES (?)", ((id_,) for id_ in sources))
    database.execute("DELETE FROM notes WHERE source_id IS NULL OR source_id IN (SELECT id FROM given)")
    for statement in _STALE:
        database.execute(statement)
    for (id_,) in database.execute(_MIXED).fetchall():
        _renumber(database, id_)
        database.execute(_RANGE, (id_,))
    if database.execute("SELECT 1 FROM forgotten").fetchone() is not None:
        database.execute(_REBUILD)


def _renumber(database: Connection, conversation: str) -> None:
    """Give messages of several runs their places by their time."""
    rows = database.execute(_IN_ORDER, (conversation,)).fetchall()
    exchanges = turns(role for _, role in rows)
    places = [(place, turn, row[0]) for place, (row, turn) in enumerate(zip(rows, exchanges, strict=True))]
    database.executemany("UPDATE messages SET position = ?, turn = ? WHERE number = ?", places)


def _name(stream: BinaryIO) -> str:
    name = getattr(stream, "name", None)
    return name if isinstance(name, str) else "the older result"
