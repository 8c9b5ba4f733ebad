"""What the fuzzer found once, as small as it gets."""

import io
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from wamigrate import read
from wamigrate.errors import ParseError, SourceError
from wamigrate.source import ZipSource, open_source


def test_a_damaged_schema_is_told_on_one_line_whatever_its_tables_are_called(tmp_path: Path) -> None:
    path = tmp_path / "ChatStorage.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute('CREATE TABLE "ZWA\nGROUP\x1b[31m" (a)')
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE x (' WHERE type = 'table'")
    with pytest.raises(ParseError, match="malformed database schema") as caught:
        read(path, from_="chatstorage")
    assert str(caught.value).isprintable()


def test_a_member_that_cannot_be_read_is_told_on_one_line_whatever_it_is_called() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("con\nrol\x1b[31m.txt", b"x" * 50)
    data = stream.getvalue().replace(b"PK\x03\x04", b"PK\x03\x05")
    with closing(ZipSource(Path("chat.zip"), "chat\n.zip", io.BytesIO(data))) as source:
        with pytest.raises(SourceError, match="Bad magic number") as caught:
            source.read(source.members[0])
        assert str(caught.value).isprintable()


def test_an_archive_whose_directory_begins_before_the_file_is_damaged() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("_chat.txt", b"x" * 50)
    data = bytearray(stream.getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 42 : at + 46] = b"\xf0\xff\xff\xff"
    with (
        closing(ZipSource(Path("chat.zip"), "chat.zip", io.BytesIO(data))) as source,
        pytest.raises(SourceError, match="cannot be read"),
    ):
        source.read(source.members[0])


def test_a_file_name_of_two_lines_is_one_line_in_messages(tmp_path: Path) -> None:
    path = tmp_path / "a\nb.zip"
    try:
        path.write_bytes(b"PK\x03\x04 and no more")
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(SourceError, match=r"a�b\.zip: the ZIP archive is damaged") as caught:
        open_source(path)
    assert str(caught.value).isprintable()
