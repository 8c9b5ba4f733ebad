"""Changes of SQLite databases: cells, rows, columns, tables, views, and pages."""

import sqlite3
from contextlib import closing, suppress
from random import Random
from typing import Final

from . import dictionary, mutate_text
from .memory import LOG

_ODD: Final[tuple[object, ...]] = (
    None,
    0,
    1,
    -1,
    5,
    2**31,
    2**53,
    2**63 - 1,
    -(2**63),
    0.5,
    1e308,
    float("inf"),
    "",
    " ",
    "\0",
    "x\ny",
    "@",
    "status@broadcast",
    "18002428478@s.whatsapp.net",
    "120363@g.us",
    "1@lid",
    "867051314767696@bot",
    "-1",
    "x" * 2000,
    b"",
    b"\0",
    b"\xff\xfe",
    b"\x0a\x02\x08\x01",
    b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\xed\xa0\xbd",
    b"bplist00",
    "9" * 400,
)
_SCHEMA: Final = (
    'ALTER TABLE "{table}" DROP COLUMN "{column}"',
    'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "other"',
    'ALTER TABLE "{table}" RENAME TO "other"',
    'DROP TABLE "{table}"',
    'CREATE VIEW "v" AS SELECT * FROM "{table}"',
    'CREATE TABLE "copy" AS SELECT * FROM "{table}"',
    'CREATE TRIGGER "t" AFTER INSERT ON "{table}" BEGIN DELETE FROM "{table}"; END',
    'ALTER TABLE "{table}" ADD COLUMN "g" GENERATED ALWAYS AS (1/0)',
)


def change(data: bytes, chance: Random) -> bytes:
    """Change a database in one place."""
    database, parted, log = data.partition(LOG)
    kind = chance.randrange(10)
    if kind == 0:
        return mutate_text.change_bytes(data, chance)
    if kind == 1:
        return _change_header(data, chance)
    if parted and kind == 2:  # noqa: PLR2004 - the third of ten
        return database + parted + mutate_text.change_bytes(log, chance)
    with (
        suppress(sqlite3.Error, UnicodeError, OverflowError, MemoryError),
        closing(sqlite3.connect(":memory:")) as connection,
    ):
        connection.deserialize(database)
        connection.execute("PRAGMA writable_schema = ON")
        connection.text_factory = bytes
        _edit(connection, chance)
        connection.commit()
        return connection.serialize() + parted + log
    return mutate_text.change_bytes(data, chance)


def _change_header(data: bytes, chance: Random) -> bytes:
    """Change a number in the first hundred bytes, or a page's own header."""
    whole = bytearray(data)
    pages = range(0, len(whole), 1024)
    at = chance.choice((chance.randrange(16, 100), chance.choice(pages) + chance.randrange(12)))
    if at < len(whole):
        whole[at] = chance.choice((0, 1, 2, 5, 10, 13, 64, 128, 255))
    return bytes(whole)


def _edit(connection: sqlite3.Connection, chance: Random) -> None:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    if not names:
        return
    table = _name(chance.choice(names)[0])
    columns = [_name(row[1]) for row in connection.execute(f'PRAGMA table_info("{table}")')]
    if not columns:
        return
    column = chance.choice(columns)
    kind = chance.randrange(10)
    if kind == 0:
        connection.execute(chance.choice(_SCHEMA).format(table=table, column=column))
    elif kind == 1:
        connection.execute(f'DELETE FROM "{table}" WHERE rowid % 3 = ?', (chance.randrange(3),))  # noqa: S608 - names of its schema
    elif kind == 2:  # noqa: PLR2004 - the third of ten
        words = ", ".join(f'"{name}"' for name in columns if name != column)
        connection.execute(f'INSERT INTO "{table}" ({words}) SELECT {words} FROM "{table}"')  # noqa: S608 - the same
    else:
        rows = [row[0] for row in connection.execute(f'SELECT rowid FROM "{table}" LIMIT 200')]  # noqa: S608 - the same
        if rows:
            row = chance.choice(rows)
            connection.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (_value(chance), row))  # noqa: S608 - the same


def _value(chance: Random) -> object:
    if chance.randrange(4):
        return chance.choice(_ODD)
    return chance.choice(dictionary.chat_words()).encode("utf-8", "surrogatepass")


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").replace('"', '""')
