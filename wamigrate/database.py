"""SQLite databases of other programs inside a source, read so that not one byte on the disk changes.

SQLite itself writes while it reads: it rebuilds the index of a write-ahead log, rolls back what a crash left
half done, and removes both when it is closed. So

* a database without such files is read where it is: with SQLite's read lock, or as unchangeable where it was
  last used with a write-ahead log (https://sqlite.org/uri.html: ``mode=ro``, ``immutable=1``);
* a database with a log beside it (``-wal``, ``-journal``), or inside an archive, is copied to a private
  temporary folder, and SQLite works on the copy.

Versions of WhatsApp differ in tables and columns: whoever reads names what is wanted, and what is not there
comes out as None, or as no rows.
"""

import hashlib
from collections.abc import Callable, Collection, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from wamigrate.errors import ParseError, SourceError, UnsafeArchiveError
from wamigrate.scratch import scratch_folder
from wamigrate.source import FileSource, Member, Source, printable

if TYPE_CHECKING:
    import sqlite3

MAGIC: Final = b"SQLite format 3\0"
"""First bytes of every database; https://sqlite.org/fileformat2.html, section 1.3."""
Cell = int | float | str | bytes | None
"""A value: SQLite columns hold any type, whatever they are declared as."""

_HEADER: Final = 100
_LOG_HEADER: Final = 32
"""Bytes of a write-ahead log without anything in it."""
_HOT: Final = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
"""First bytes of a rollback journal that is still needed; finished ones are cleared or cut to nothing."""
_READ_VERSION: Final = 19
_LOGGED: Final = 2
"""What the header says where changes go to a write-ahead log."""
_LARGEST_PAGE: Final = 65536
_WAIT: Final = 0.5
"""Seconds to wait for another program that writes."""
_CHUNK: Final = 1 << 20
_MOST_KEYS: Final = 5000
"""Numbers that a statement lists at most."""
_LONGEST: Final = 1 << 28
"""Bytes of the longest value that is read; messages have at most 65,536 characters."""
_SHORTEST: Final = 1 << 16
"""Bytes that a value and a statement may have, however small the database is."""
_STEPS: Final = 1_000_000
_STEPS_PER_BYTE: Final = 20
"""Steps that a statement may take. Pages that point at each other make rows without end of some kilobytes."""
_STEP: Final = 100_000
_GROWTH: Final = 16
"""How many times its own size a database may give in all values together, and as many megabytes on top."""
_SETTINGS: Final = ("PRAGMA trusted_schema = OFF", "PRAGMA query_only = ON", "PRAGMA temp_store = MEMORY")
_IN_USE: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")
_UNREADABLE: Final = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_PERM", "SQLITE_READONLY", "SQLITE_FULL")


class Database:
    """An open database.

    Attributes:
        where: what to call it in messages for people.
        size: bytes, with those of its write-ahead log.
        damaged: how many texts so far had bytes that are no text.

    """

    def __init__(
        self, connection: "sqlite3.Connection", where: str, size: int, digest: Callable[[], str]
    ) -> None:
        self.where = where
        self.size = size
        self.damaged: int = 0
        self._digest = digest
        self._connection = connection
        self._columns: dict[str, frozenset[str]] = {}
        self._given = self._steps = 0
        connection.text_factory = self._decode
        connection.set_progress_handler(self._step, _STEP)
        self._tables = frozenset(str(row[0]) for row in self._run(_TABLES))

    def sha256(self) -> str:
        """Return the hex digest of the file's bytes, followed by those of its write-ahead log."""
        return self._digest()

    def has(self, table: str, *columns: str) -> bool:
        """Tell whether there is a table with these columns. Views and virtual tables do not count."""
        return table in self._tables and self._of(table).issuperset(columns)

    def count(self, table: str) -> int:
        """Return the number of rows of a table; 0 where there is no such table."""
        if table not in self._tables:
            return 0
        # count(*) would walk through all pages in one step, which nothing can stop
        ((number,),) = self._run(f'SELECT sum(1) FROM "{table}"')  # noqa: S608 - the name is one of the schema's
        return int(number or 0)

    def select(
        self, table: str, *columns: str, only: tuple[str, Collection[int]] | None = None
    ) -> Iterator[tuple[Cell, ...]]:
        """Yield the rows of a table, in no particular order.

        Args:
            table: its name; where it is missing, there are no rows.
            columns: their names; where one is missing, its values are None.
            only: a column and the numbers that it should hold; of very many, all rows come.

        Raises:
            ParseError: the database is damaged.
            SourceError: it cannot be read, or another program is writing to it.

        """
        if table not in self._tables:
            return
        known = self._of(table)
        wanted = ", ".join(f'"{name}"' if name in known else "NULL" for name in columns)
        where = ""
        if only is not None and only[0] in known and len(only[1]) <= _MOST_KEYS:
            where = f' WHERE "{only[0]}" IN ({", ".join(map(str, sorted(only[1])))})'
        yield from self._run(f'SELECT {wanted} FROM "{table}"{where}')  # noqa: S608 - names of the schema, and integers

    def by_key(self, table: str, key: str, *columns: str) -> dict[int, list[tuple[Cell, ...]]]:
        """Return the rows of a table by the number in one column; rows without a number are left out."""
        found: dict[int, list[tuple[Cell, ...]]] = {}
        if not self.has(table, key):
            return found
        for number, *values in self.select(table, key, *columns):
            if isinstance(number, int):
                found.setdefault(number, []).append(tuple(values))
        return found

    def _of(self, table: str) -> frozenset[str]:
        """Return the names of a table's columns."""
        if table not in self._columns:
            self._columns[table] = frozenset(
                str(row[1]) for row in self._run(f'PRAGMA table_info("{table}")')
            )
        return self._columns[table]

    def _run(self, statement: str) -> Iterator[tuple[Cell, ...]]:
        with _refusals(self.where):
            self._steps = 0
            for row in self._connection.execute(statement):
                for cell in row:
                    if isinstance(cell, bytes):
                        self._count(cell)
                yield row

    def _step(self) -> bool:
        """Tell SQLite whether to stop."""
        self._steps += _STEP
        return self._steps > _STEPS + _STEPS_PER_BYTE * self.size

    def _count(self, data: bytes) -> None:
        """Take note of a value that was read.

        Raises:
            ParseError: there are more than the file can hold.

        """
        self._given += len(data)
        if self._given > _GROWTH * (self.size + (1 << 20)):
            raise _damaged(self.where, "its values are longer than the file")

    def _decode(self, data: bytes) -> str:
        """Decode a text; signs beyond U+FFFF may be written as two surrogates of three bytes each."""
        self._count(data)
        try:
            return data.decode()
        except UnicodeDecodeError:
            pass
        try:
            pairs = data.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
            text = pairs.decode("utf-16-le", "replace")
        except UnicodeDecodeError:
            text = data.decode("utf-8", "replace")
        self.damaged += "\N{REPLACEMENT CHARACTER}" in text
        return text


_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND sql NOT LIKE 'CREATE VIRTUAL %'"
)
"""Views and virtual tables run code of whoever made the file, so they are not looked at."""


def as_text(cell: Cell) -> str:
    r"""Return a value as text; empty where there is none.

    >>> as_text("a\0b"), as_text(None), as_text(5), as_text(b"caf\xc3\xa9")
    ('a\x00b', '', '5', 'café')
    """
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


def as_int(cell: Cell) -> int:
    """Return a value as a whole number; 0 where it is none.

    >>> as_int(5), as_int("6"), as_int(None), as_int("six"), as_int(7.9)
    (5, 6, 0, 0, 7)
    """
    if isinstance(cell, int):
        return cell
    try:
        return int(cell or 0)
    except (ValueError, OverflowError):
        return 0


def as_float(cell: Cell) -> float | None:
    """Return a value as a number; None where it is none.

    >>> as_float(5), as_float("1.5"), as_float(None), as_float("x")
    (5.0, 1.5, None, None)
    """
    try:
        return None if cell is None else float(cell)
    except ValueError:
        return None


def is_database(source: Source, member: Member) -> bool:
    """Tell from its first bytes whether a member is an SQLite database."""
    return member.size > len(MAGIC) and source.head(member, len(MAGIC)) == MAGIC


def beside(source: Source, member: Member, name: str) -> tuple[Source, Member] | None:
    """Find a file in the same folder as a member, also where the source is that single file.

    Args:
        source: the source.
        member: the file that is known.
        name: file name of the other.

    """
    if source.kind == "file":
        path = source.path.resolve().with_name(name)
        if not path.is_file():
            return None
        other = FileSource(path, name)
        return other, other.members[0]
    folder = member.name[: -len(member.basename)]
    found = source.get(folder + name)
    return None if found is None else (source, found)


@contextmanager
def reading_database(
    source: Source, member: Member, *, hashed: bool = True
) -> Generator[Database, None, None]:
    """Open a database for reading, as it is now, its write-ahead log included.

    Args:
        source: what holds it.
        member: the database file.
        hashed: whether :meth:`Database.sha256` will be asked for.

    Raises:
        ParseError: it is no database, or damaged.
        SourceError: it cannot be read, or another program is writing to it.

    """
    import sqlite3  # noqa: PLC0415 - detection imports every parser, and most inputs are no database

    where = source.where(member)
    head = source.head(member, _HEADER)
    if not head.startswith(MAGIC):
        raise ParseError(f"{where}: is no SQLite database: encrypted, damaged, or of another kind")
    with ExitStack() as stack:
        place = _prepare(source, member, head, stack, hashed=hashed)
        with _refusals(where):
            connection = stack.enter_context(
                closing(sqlite3.connect(place.uri, uri=True, timeout=_WAIT, isolation_level=None))
            )
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(_LONGEST, max(place.size, _SHORTEST)))
            for setting in _SETTINGS:
                connection.execute(setting)
        yield Database(connection, where, place.size, place.digest)


class _Place(NamedTuple):
    """Where SQLite finds a database."""

    uri: str
    size: int
    digest: Callable[[], str]


class _File(NamedTuple):
    """A database, or a log that belongs to it."""

    source: Source
    member: Member

    @property
    def path(self) -> Path | None:
        """Where it is on the disk; None inside an archive."""
        if self.source.kind == "zip":
            return None
        path = self.source.path if self.source.kind == "file" else self.source.path / self.member.name
        return path.resolve() if path.is_file() else None

    def log(self, suffix: str) -> "_File | None":
        """Return the log of this name beside a database."""
        path = self.source.path.resolve() if self.source.kind == "file" else self.member
        name = path.name if isinstance(path, Path) else path.basename
        found = beside(self.source, self.member, name + suffix)
        return found and _File(*found)

    def state(self) -> tuple[int, int] | None:
        """Return what changes when a program writes to it."""
        if self.path is None:
            return None
        status = self.path.stat()
        return status.st_mtime_ns, status.st_size


def _prepare(source: Source, member: Member, head: bytes, stack: ExitStack, *, hashed: bool) -> _Place:
    file = _File(source, member)
    log, journal = file.log("-wal"), file.log("-journal")
    if log and log.member.size <= _LOG_HEADER:
        log = None
    if journal and journal.source.head(journal.member, len(_HOT)) != _HOT:
        journal = None
    if log is None and member.size < _promised(head):
        raise ParseError(
            f"{source.where(member)}: is cut off: {member.size:,} of {_promised(head):,} bytes are there; "
            "copy it again from where it came from"
        )
    if log or journal or file.path is None:
        return _copied(file, {"-wal": log, "-journal": journal}, stack)
    how = "immutable=1" if head[_READ_VERSION] == _LOGGED else "mode=ro"
    return _Place(f"{file.path.as_uri()}?{how}", member.size, _hashing(file, stack) if hashed else str)


def _promised(head: bytes) -> int:
    """Return how many bytes the header says there are; 0 where it does not say so reliably."""
    if len(head) < _HEADER or head[24:28] != head[92:96]:
        return 0
    page = int.from_bytes(head[16:18], "big")
    return int.from_bytes(head[28:32], "big") * (_LARGEST_PAGE if page == 1 else page)


def _hashing(file: _File, stack: ExitStack) -> Callable[[], str]:
    """Hash a file meanwhile; it is as large as a phone's memory of all chats."""

    def work() -> str:
        digest = hashlib.sha256()
        with file.source.reading(file.member) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    pool = stack.enter_context(ThreadPoolExecutor(max_workers=1))
    return pool.submit(work).result


def _copied(file: _File, logs: dict[str, _File | None], stack: ExitStack) -> _Place:
    """Copy a database and its logs to a place of our own, while nobody changes them."""
    where = file.source.where(file.member)
    files = {"": file, **{suffix: log for suffix, log in logs.items() if log}}
    states = [one.state() for one in files.values()]
    digest = hashlib.sha256()
    size = 0
    try:
        folder = stack.enter_context(scratch_folder())
        for suffix, one in files.items():
            for chunk in _copy(one, Path(folder, f"database{suffix}")):
                if suffix != "-journal":
                    digest.update(chunk)
                    size += len(chunk)
    except OSError as error:
        raise SourceError(f"{where}: no temporary copy can be made ({error.strerror or error})") from error
    if states != [one.state() for one in files.values()]:
        raise _in_use(where)
    return _Place(Path(folder, "database").as_uri(), size, digest.hexdigest)


def _copy(file: _File, path: Path) -> Iterator[bytes]:
    """Copy a file; yield every piece of it."""
    copied = 0
    with file.source.reading(file.member) as reader, path.open("xb") as writer:
        while chunk := reader.read(_CHUNK):
            copied += len(chunk)
            if file.source.kind == "zip" and copied > file.member.size:
                where = file.source.where(file.member)
                raise UnsafeArchiveError(
                    f"{where}: holds more than the {file.member.size:,} bytes it declares"
                )
            writer.write(chunk)
            yield chunk


@contextmanager
def _refusals(where: str) -> Generator[None, None, None]:
    """Turn what SQLite refuses into one line for people."""
    import sqlite3  # noqa: PLC0415 - as above

    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorname", "") or ""
        if code.startswith(_IN_USE):
            raise _in_use(where) from error
        if code.startswith(_UNREADABLE):
            raise SourceError(f"{where}: cannot be read ({printable(str(error))})") from error
        raise _damaged(where, _ENDLESS if code == "SQLITE_INTERRUPT" else printable(str(error))) from error
    except UnicodeDecodeError as error:  # what Python makes of SQLite's message where a name is no text
        raise _damaged(where, "names of tables or columns that are no text") from error


_ENDLESS: Final = "its pages point at each other"


def _damaged(where: str, why: str) -> ParseError:
    return ParseError(f"{where}: the database is damaged ({why}); copy it again from where it came from")


def _in_use(where: str) -> SourceError:
    return SourceError(f"{where}: another program is writing to it; close that program, or give a copy")
