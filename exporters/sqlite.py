"""SQLite: a database with tables, full-text search and views, for questions to one's own history.

Where it goes:
    Datasette, sqlite-utils, DB Browser for SQLite, DuckDB, pandas, and every language there is.

Layout:
    One SQLite database: ``sources``, ``conversations``, ``participants``, ``messages``, ``attachments``,
    ``files``, ``spans`` and ``notes``, with foreign keys; ``messages_fts`` searches the texts; the views
    ``questions`` (each question with its answer) and ``per_month``. ``docs/sqlite.md`` explains every
    column, and what happens when a later export is written into an older database.

What survives:
    Everything in the schema but the parts that an answer arrived in, and spellings of names. With
    ``--media copy`` the files themselves, too, each once.

What is lost:
    Where the parts of one answer begin; ``sources`` has no words on what decided the order of dates.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

from wamigrate.archived import Archived, Finding
from wamigrate.formats import Exporter, Layout
from wamigrate.inline_media import InlineMedia
from wamigrate.media import Policy
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.source import Source
from wamigrate.sqlite_file import writing_database
from wamigrate.target import Target

from . import _sqlite_check
from ._sqlite_rows import Rows
from ._sqlite_schema import FINISH, TABLES
from ._sqlite_update import WATCH, check_older, check_redacted, remove_stale


@dataclass(frozen=True)
class SqliteDatabase:
    """Writes a database, or brings an older one up to date."""

    name: str = field(default="sqlite", init=False)
    title: str = field(default="SQLite", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".sqlite", init=False)
    media: Policy = "link"
    """``link``: attachments say where each file is inside its export; ``copy``: the files are in the
    database, too; ``omit``: no attachments."""
    update: bool = True
    """With ``--overwrite``: bring an older database of ours up to date, and keep what it has of other
    exports; ``false`` replaces it."""

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write all conversations; no more than one is held at a time, and of its files one."""
        media = InlineMedia("copy" if self.media == "copy" else "omit", target, notes)
        with ExitStack() as stack:
            older = target.older() if self.update else None
            if older is not None:
                check_older(stack.enter_context(older))
            fresh = older is None
            schema, finish = (TABLES, FINISH) if fresh else (WATCH, ())
            opened = writing_database(target, schema=schema, finish=finish, older=older)
            database = stack.enter_context(opened)
            if not fresh and any(note.code == "redacted" for note in notes.items):
                check_redacted(database, [info.id for info in notes.sources])
            rows = Rows(database, self.media, media, fresh=fresh)
            for conversation in conversations:
                rows.add(conversation)
            media.report()
            if not fresh:
                remove_stale(database, [info.id for info in notes.sources])
            rows.add_notes(notes.items)
            rows.add_sources(notes.sources)

    def recognises(self, source: Source) -> bool:
        """Look at the header."""
        return _sqlite_check.recognises(source)

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield what does not hold in the database."""
        return _sqlite_check.check(source)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations, in the order in which they were written."""
        return _sqlite_check.contents(source)


exporter: Final[Exporter] = SqliteDatabase()
