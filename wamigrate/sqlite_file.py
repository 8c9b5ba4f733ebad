"""SQLite databases as results and as sources: written without state of this machine, read without a trace.

A database needs a file that can be read and changed at any place, a target only takes bytes one after the
other. So a database grows in a temporary folder of its own, beside the result where there is such a place
(a disk that holds the one holds the other), and is moved into the target once it is complete.
"""

import shutil
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from wamigrate.errors import ExportError, ParseError
from wamigrate.source import Source
from wamigrate.target import Target

_PREFIX: Final = "wamigrate-"
"""Beginning of temporary names."""
_CHUNK: Final = 1 << 20
_HEADER: Final = 100
_VERSION: Final = slice(96, 100)
"""Where the header says which version of SQLite wrote last; https://sqlite.org/fileformat2.html, 1.3."""
_ANY_VERSION: Final = (3_024_000).to_bytes(4, "big")
"""Nothing depends on it; with it, each version of SQLite writes the same bytes."""
_SETTINGS: Final = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA page_size = 4096",
    "PRAGMA encoding = 'UTF-8'",
    "PRAGMA auto_vacuum = NONE",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA trusted_schema = OFF",
)
"""What another build of SQLite might choose differently, down to what is left in unused parts of pages; and
a file that nobody else sees needs no journal."""
_MAGIC: Final = b"SQLite format 3\0"


@contextmanager
def writing_database(
    target: Target,
    name: str = "",
    *,
    schema: Sequence[str] = (),
    finish: Sequence[str] = (),
    older: BinaryIO | None = None,
) -> Generator[sqlite3.Connection, None, None]:
    """Write a database as a file of a target; the same statements give the same bytes.

    Args:
        target: where it goes.
        name: path inside the target; empty for a target that is one document.
        schema: statements before everything else.
        finish: statements after everything else.
        older: a database that the new one begins as; None: empty.

    Raises:
        ExportError: there is no space, or SQLite refuses something.

    """
    with target.writing(name) as stream, TemporaryDirectory(prefix=_PREFIX, dir=target.scratch()) as folder:
        path = Path(folder, "database")
        if older is not None:
            with path.open("xb") as start:
                shutil.copyfileobj(older, start, _CHUNK)
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                for statement in (*_SETTINGS, "BEGIN", *schema):
                    connection.execute(statement)
                yield connection
                for statement in finish:
                    connection.execute(statement)
                connection.commit()
        except sqlite3.Error as error:
            raise ExportError(f"the database cannot be written ({error})") from error
        with path.open("rb") as database:
            _copy(database, stream)


@contextmanager
def reading_database(source: Source) -> Generator[sqlite3.Connection, None, None]:
    """Open a source that is one database, for reading only; nothing is written beside it.

    Raises:
        ParseError: it is no database, or damaged.

    """
    address = f"{source.path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            yield connection
    except sqlite3.Error as error:
        raise ParseError(f"{source.name}: cannot be read as an SQLite database ({error})") from error


def is_database(source: Source) -> bool:
    """Tell whether a source is one SQLite database."""
    return source.kind == "file" and source.head(source.members[0], len(_MAGIC)) == _MAGIC


def _copy(database: BinaryIO, stream: BinaryIO) -> None:
    header = bytearray(database.read(_HEADER))
    header[_VERSION] = _ANY_VERSION
    stream.write(header)
    shutil.copyfileobj(database, stream, _CHUNK)
