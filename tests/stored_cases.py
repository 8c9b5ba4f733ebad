"""What the tests of the database parsers share: making databases, and reading them."""

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from wamigrate.formats import configure, detect, find_parser
from wamigrate.model import Conversation, Message, SourceInfo
from wamigrate.notes import Notes
from wamigrate.source import open_source

ROOT: Final = Path(__file__).resolve().parent.parent
SAMPLES: Final = ROOT.parent / "shared" / "samples"
FIXTURES: Final = ROOT / "fixtures" / "parsers"

ANDROID: Final = """
CREATE TABLE props (_id INTEGER PRIMARY KEY, key TEXT UNIQUE, value TEXT);
CREATE TABLE jid (_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
CREATE TABLE chat (_id INTEGER PRIMARY KEY, jid_row_id INTEGER UNIQUE, subject TEXT);
CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT,
    sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT, starred INTEGER,
    origination_flags INTEGER, sort_id INTEGER);
CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, file_path TEXT, mime_type TEXT,
    media_name TEXT, media_caption TEXT);
INSERT INTO jid VALUES (1, '18002428478', 's.whatsapp.net', '18002428478@s.whatsapp.net');
INSERT INTO jid VALUES (2, '4915112345678', 's.whatsapp.net', '4915112345678@s.whatsapp.net');
INSERT INTO jid VALUES (3, '120363000000000001', 'g.us', '120363000000000001@g.us');
INSERT INTO chat VALUES (1, 1, NULL), (2, 2, NULL), (3, 3, 'Allotment');
"""
"""A small database of Android with three chats: ChatGPT, a person, a group."""

IOS: Final = """
CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, ZCONTACTJID VARCHAR, ZPARTNERNAME VARCHAR);
CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZISFROMME INTEGER,
    ZSTANZAID VARCHAR, ZMESSAGEDATE TIMESTAMP, ZMESSAGETYPE INTEGER, ZTEXT VARCHAR, ZSORT INTEGER,
    ZTOJID VARCHAR);
CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZMEDIALOCALPATH VARCHAR,
    ZTITLE VARCHAR, ZVCARDSTRING VARCHAR, ZMETADATA BLOB);
CREATE TABLE ZWAMESSAGEINFO (Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZRECEIPTINFO BLOB);
INSERT INTO ZWACHATSESSION VALUES (1, '18002428478@s.whatsapp.net', 'ChatGPT');
INSERT INTO ZWACHATSESSION VALUES (2, '4915112345678@s.whatsapp.net', 'Ana Lima');
"""
"""A small database of an iPhone with two chats."""

START: Final = 1_741_860_000_000
"""13 March 2025, 10:00 UTC, in milliseconds since 1970."""
MINUTE: Final = 60_000


class Read(NamedTuple):
    """A database as its parser reads it."""

    chats: tuple[Conversation, ...]
    notes: Notes

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages of all chats."""
        return tuple(message for chat in self.chats for message in chat.messages)

    @property
    def info(self) -> SourceInfo:
        """The record of the database."""
        [info] = self.notes.sources
        return info

    @property
    def texts(self) -> list[str]:
        """What all messages say."""
        return [message.text for message in self.messages]


def make(path: Path, *statements: str, rows: Iterable[tuple[str, Iterable[tuple[object, ...]]]] = ()) -> Path:
    """Make a database from SQL, and statements with many rows each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(";\n".join(statements))
        for statement, values in rows:
            connection.executemany(statement, values)
        connection.commit()
    return path


def message(row: int, text: str | None, *, chat: int = 1, own: int = 0, number: int = 0) -> str:
    """Return the statement that adds a message to a database of Android."""
    quoted = "NULL" if text is None else "'" + text.replace("'", "''") + "'"
    values = f"{row}, {chat}, {own}, 'K{row}', 0, {START + row * MINUTE}, {number}, {quoted}, 0, 0, {row}"
    return f"INSERT INTO message VALUES ({values})"


def android(path: Path, *statements: str) -> Path:
    """Make a database of Android, with a message in it where none is given."""
    return make(path, ANDROID, *(statements or (message(1, "hello"),)))


def read(path: Path, **options: str) -> Read:
    """Read a database with the parser that recognises it."""
    notes = Notes()
    with closing(open_source(path)) as source:
        parser = configure(detect(source), options)
        return Read(tuple(parser.parse(source, notes)), notes)


def read_as(name: str, path: Path) -> Read:
    """Read something with a parser that the user names."""
    notes = Notes()
    with closing(open_source(path)) as source:
        return Read(tuple(find_parser(name).parse(source, notes)), notes)


def states(folder: Path) -> Mapping[str, tuple[str, int]]:
    """Return digest and time of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
