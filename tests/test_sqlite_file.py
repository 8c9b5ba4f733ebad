"""Databases appear whole or not at all, with the same bytes every time, and are read without a trace."""

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from wamigrate.errors import ExportError, ParseError
from wamigrate.source import open_source
from wamigrate.sqlite_file import is_database, reading_database, writing_database
from wamigrate.target import FileTarget, MemoryTarget, StreamTarget, Target

SCHEMA = ("CREATE TABLE words (word TEXT)",)


def fill(target: Target, *words: str) -> None:
    with target, writing_database(target, schema=SCHEMA, finish=("CREATE INDEX i ON words (word)",)) as db:
        db.executemany("INSERT INTO words VALUES (?)", [(word,) for word in words])


def content(*words: str) -> bytes:
    target = MemoryTarget()
    fill(target, *words)
    return target.files[""]


def test_a_database_is_written_to_a_file_and_nothing_else_is_left(tmp_path: Path) -> None:
    fill(FileTarget(tmp_path / "words.db"), "one", "two")
    assert [path.name for path in tmp_path.iterdir()] == ["words.db"]
    with closing(sqlite3.connect(tmp_path / "words.db")) as database:
        assert database.execute("SELECT * FROM words").fetchall() == [("one",), ("two",)]


def test_the_same_statements_give_the_same_bytes_wherever_they_go(tmp_path: Path) -> None:
    fill(FileTarget(tmp_path / "words.db"), "one", "two")
    stream = io.BytesIO()
    fill(StreamTarget(stream), "one", "two")
    assert (tmp_path / "words.db").read_bytes() == stream.getvalue() == content("one", "two")
    assert content("one") != content("two")


def test_the_version_of_sqlite_is_not_told() -> None:
    assert content("one")[96:100] == (3_024_000).to_bytes(4, "big")


def test_what_sqlite_refuses_is_an_error_and_nothing_is_left(tmp_path: Path) -> None:
    target = FileTarget(tmp_path / "words.db")
    with (
        pytest.raises(ExportError, match=r"the database cannot be written \(no such table: sentences\)"),
        target,
        writing_database(target, schema=SCHEMA) as database,
    ):
        database.execute("INSERT INTO sentences VALUES (1)")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_error(tmp_path: Path) -> None:
    target = FileTarget(tmp_path / "words.db")
    small = (*SCHEMA, "PRAGMA max_page_count = 3")
    with (
        pytest.raises(ExportError, match="database or disk is full"),
        target,
        writing_database(target, schema=small) as database,
    ):
        database.execute("INSERT INTO words VALUES (zeroblob(100000))")
    assert list(tmp_path.iterdir()) == []


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    path.write_bytes(content("one"))
    before = path.read_bytes()
    with closing(open_source(path)) as source:
        assert is_database(source)
        with reading_database(source) as database:
            assert database.execute("SELECT word FROM words").fetchall() == [("one",)]
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                database.execute("DELETE FROM words")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["words.db"]


@pytest.mark.parametrize("damaged", [b"SQLite format 3\0" + b"\xff" * 200, b"no database at all"])
def test_a_damaged_database_is_an_error(damaged: bytes, tmp_path: Path) -> None:
    path = tmp_path / "words.db"
    path.write_bytes(damaged)
    with (
        closing(open_source(path)) as source,
        pytest.raises(ParseError, match=r"words\.db: cannot be read as an SQLite database"),
        reading_database(source) as database,
    ):
        database.execute("SELECT * FROM sqlite_master").fetchall()
