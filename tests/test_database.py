"""Databases are read as they are now, and not one byte of them changes."""

import runpy
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from stored_cases import (
    ANDROID,
    FIXTURES,
    IOS,
    MINUTE,
    ROOT,
    START,
    android,
    make,
    message,
    read,
    read_as,
    states,
)
from whatsapp_cases import zip_of

from wamigrate.database import Cell, as_float, as_int, as_text, beside, reading_database
from wamigrate.errors import (
    NoChatError,
    NothingToExportError,
    ParseError,
    SourceError,
    UnknownFormatError,
    UnsafeArchiveError,
)
from wamigrate.formats import Confidence, detect, find_parser
from wamigrate.library import convert
from wamigrate.scratch import scratch_folder
from wamigrate.source import Member, ZipSource, open_source


@pytest.fixture
def no_traces(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make sure that no temporary copy outlives a test."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def with_log(folder: Path) -> Path:
    """Make a database whose newest message is only in its write-ahead log, as phones leave them."""
    path = android(folder / "busy" / "msgstore.db", message(1, "in the database"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(message(2, "in the log"))
        connection.commit()
        copy = folder / "copy"
        copy.mkdir()
        for name in ("msgstore.db", "msgstore.db-wal"):
            shutil.copy2(path.with_name(name), copy / name)
    return copy / "msgstore.db"


@pytest.mark.usefixtures("no_traces")
def test_what_is_only_in_the_write_ahead_log_is_read(tmp_path: Path) -> None:
    path = with_log(tmp_path)
    before = states(path.parent)
    assert path.with_name("msgstore.db-wal").stat().st_size > 32
    for given in (path, path.parent):
        assert read(given).texts == ["in the database", "in the log"]
    assert states(path.parent) == before


@pytest.mark.usefixtures("no_traces")
def test_a_write_ahead_log_inside_an_archive_is_read(tmp_path: Path) -> None:
    path = with_log(tmp_path)
    members = {f"phone/{one.name}": one.read_bytes() for one in path.parent.iterdir()}
    archive = zip_of(tmp_path / "phone.zip", members)
    found = read(archive)
    assert found.texts == ["in the database", "in the log"]
    assert found.info.member == "phone/msgstore.db"


def test_the_log_counts_in_the_digest_of_a_database(tmp_path: Path) -> None:
    path = with_log(tmp_path)
    whole = read(path).info
    path.with_name("msgstore.db-wal").unlink()
    without = read(path)
    assert without.texts == ["in the database"]
    assert without.info.sha256 != whole.sha256
    assert without.info.size < whole.size


@pytest.mark.usefixtures("no_traces")
def test_what_a_crash_left_half_done_is_rolled_back_in_a_copy(tmp_path: Path) -> None:
    path = android(tmp_path / "busy" / "msgstore.db", message(1, "before"))
    copy = tmp_path / "copy"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE message SET text_data = 'half done'")
        for row in range(2, 200):
            connection.execute(message(row, "never finished " * 20))
        assert path.with_name("msgstore.db-journal").stat().st_size
        shutil.copytree(path.parent, copy)
        connection.execute("ROLLBACK")
    before = states(copy)
    assert read(copy / "msgstore.db").texts == ["before"]
    assert states(copy) == before


@pytest.mark.usefixtures("no_traces")
@pytest.mark.parametrize("mode", ["DELETE", "WAL", "PERSIST"])
def test_reading_changes_nothing_and_leaves_nothing_behind(mode: str, tmp_path: Path) -> None:
    path = android(tmp_path / "folder" / "msgstore.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute(message(2, "more"))
        connection.commit()
    before = states(path.parent)
    for given in (path, path.parent):
        assert read(given).texts == ["hello", "more"]
    assert states(path.parent) == before


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_a_database_in_a_folder_that_nobody_may_write_to_is_read(mode: str, tmp_path: Path) -> None:
    path = android(tmp_path / "folder" / "msgstore.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        assert read(path).texts == ["hello"]
    finally:
        path.parent.chmod(0o700)


def test_a_file_name_with_signs_of_addresses_is_opened(tmp_path: Path) -> None:
    path = android(tmp_path / "what? 100% #1" / "msgstore & more.db")
    assert read(path).texts == ["hello"]


def test_a_database_behind_a_link_is_read_with_its_own_log(tmp_path: Path) -> None:
    link = tmp_path / "latest.db"
    link.symlink_to(with_log(tmp_path))
    assert read(link).texts == ["in the database", "in the log"]


def test_a_database_that_another_program_writes_to_is_refused(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SourceError, match=r"^msgstore\.db: another program is writing to it; close"):
            read_as("msgstore", path)
        with closing(open_source(path)) as source:
            assert detect(source).name == "msgstore"


def test_a_log_that_grows_while_it_is_copied_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_log(tmp_path)

    def meanwhile() -> AbstractContextManager[Path]:
        with path.with_name("msgstore.db-wal").open("ab") as log:
            log.write(b"\0" * 32)
        return scratch_folder()

    monkeypatch.setattr("wamigrate.database.scratch_folder", meanwhile)
    with pytest.raises(SourceError, match="another program is writing to it"):
        read_as("msgstore", path)


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_database_that_is_cut_off_says_so(tenths: int, tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db", *(message(row, "text " * 50) for row in range(1, 200)))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * tenths // 10])
    with closing(open_source(path)) as source:
        assert detect(source).name == "msgstore"
    with pytest.raises(ParseError, match=r"^msgstore\.db: is cut off: [\d,]+ of [\d,]+ bytes are there"):
        read(path)


def test_a_database_with_a_page_of_noise_is_called_damaged(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db", *(message(row, "text " * 50) for row in range(1, 200)))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096 * 4] = b"\xa5" * 4096 * 4
    path.write_bytes(data)
    with pytest.raises(ParseError, match=r"^msgstore\.db: the database is damaged \("):
        read(path)


def test_a_database_whose_names_are_no_text_is_called_damaged(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db", message(1, "one"), "CREATE TABLE harmless_table (it)")
    noise = path.read_bytes().replace(b"harmless_table", b"\xff\xfermless_table").replace(b"(it)", b"(,t)")
    path.write_bytes(noise)
    with pytest.raises(ParseError, match=r"^msgstore\.db: the database is damaged \(names of tables"):
        read(path)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("msgstore.db.crypt12", "its file 'key' of the phone"),
        ("msgstore.db.crypt14", "its file 'key' of the phone"),
        ("msgstore.db.crypt15", "its 64-digit key"),
        ("msgstore-increment-1.db.crypt14", "its file 'key' of the phone"),
    ],
)
@pytest.mark.parametrize("kind", ["file", "folder", "zip"])
def test_an_encrypted_backup_is_recognised_and_says_how_to_decrypt_it(
    name: str, key: str, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "WhatsApp" / name
    path.parent.mkdir()
    path.write_bytes(b"\x7f\x08\x01\x12" + bytes(range(256)) * 8)
    given = path if kind == "file" else path.parent
    if kind == "zip":
        given = zip_of(tmp_path / "WhatsApp.zip", {f"Databases/{name}": path.read_bytes()})
    with pytest.raises(SourceError) as caught:
        read(given)
    text = str(caught.value)
    assert "is an encrypted backup; decrypt it with " + key in text
    assert f"`wadecrypt KEY {name} msgstore.db`" in text
    assert "\n" not in text


def test_a_decrypted_database_beside_the_encrypted_one_is_read(tmp_path: Path) -> None:
    android(tmp_path / "WhatsApp" / "msgstore.db")
    (tmp_path / "WhatsApp" / "msgstore.db.crypt15").write_bytes(b"\x7f\x08\x01")
    assert read(tmp_path / "WhatsApp").texts == ["hello"]


def test_an_encrypted_backup_under_the_name_of_a_database_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp" / "msgstore.db"
    path.parent.mkdir()
    path.write_bytes(b"\x7f\x08\x01\x12" + bytes(range(256)) * 8)
    with pytest.raises(ParseError, match=r"msgstore\.db: is no SQLite database: encrypted, damaged, or"):
        read(path.parent)


@pytest.mark.parametrize("schema", ["CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT)", ""])
@pytest.mark.parametrize("name", ["msgstore", "chatstorage"])
def test_a_database_of_something_else_is_refused(name: str, schema: str, tmp_path: Path) -> None:
    path = make(tmp_path / "places.db", schema, "PRAGMA user_version = 1;")
    with pytest.raises(UnknownFormatError, match=r"places\.db: an SQLite database; no parser recognises it"):
        read(path)
    with pytest.raises(NoChatError, match=r"^places\.db: an SQLite database, but none of WhatsApp's"):
        read_as(name, path)


def test_tables_of_the_same_name_with_other_columns_are_something_else(tmp_path: Path) -> None:
    path = make(tmp_path / "mail.db", "CREATE TABLE message (id INTEGER PRIMARY KEY, subject TEXT)")
    with closing(open_source(path)) as source:
        assert find_parser("msgstore").sniff(source) is Confidence.NO


@pytest.mark.parametrize(("name", "schema"), [("msgstore", ANDROID), ("ChatStorage.sqlite", IOS)])
def test_a_database_without_a_message_has_nothing_to_export(name: str, schema: str, tmp_path: Path) -> None:
    path = make(tmp_path / name, schema)
    found = read(path)
    assert found.chats == ()
    assert found.info.messages == 0
    with pytest.raises(NothingToExportError):
        convert(path, to="json", output=tmp_path / "out.json")


def test_a_member_that_is_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    data = android(tmp_path / "msgstore.db").read_bytes()
    archive = zip_of(tmp_path / "phone.zip", {"msgstore.db": data + bytes(4096)})
    with closing(ZipSource(archive, "phone.zip")) as source:
        assert source.members
        lying = Member("msgstore.db", len(data), None)
        with pytest.raises(UnsafeArchiveError, match="more than the"), reading_database(source, lying):
            pass


def test_the_size_of_media_beside_a_database_does_not_matter(tmp_path: Path) -> None:
    path = android(tmp_path / "WhatsApp" / "msgstore.db", message(1, "look", number=1))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO message_media VALUES (1, 'Media/a.mp4', 'video/mp4', NULL, NULL)")
        connection.commit()
    media = path.parent / "Media" / "a.mp4"
    media.parent.mkdir()
    peaks: list[int] = []
    for size in (1, 256 << 20):
        with media.open("wb") as stream:
            stream.truncate(size)
        tracemalloc.start()
        [attachment] = read(path.parent).messages[0].attachments
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (attachment.present, attachment.size) == (True, size)
    assert max(peaks) < 4 << 20


def test_texts_that_are_no_text_are_replaced_and_counted(tmp_path: Path) -> None:
    surrogates = b"\xed\xa0\xbd\xed\xb8\x80".hex()
    path = android(tmp_path / "msgstore.db", message(1, ""), message(2, ""), message(3, "whole"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE message SET text_data = CAST(X'{surrogates}' AS TEXT) WHERE _id = 1")
        connection.execute("UPDATE message SET text_data = CAST(X'61FF62' AS TEXT) WHERE _id = 2")
        connection.commit()
    found = read(path)
    assert found.texts == ["\U0001f600", "a\N{REPLACEMENT CHARACTER}b", "whole"]
    assert [one.flags for one in found.messages] == [(), ("damaged-text",), ()]
    assert found.notes.count()["encoding-damage"] == 1


@pytest.mark.parametrize(
    "cell", [None, 0, -1, 7, 1.5, float("inf"), float("nan"), "", "x", "12", b"", b"\xff"]
)
def test_any_value_can_be_taken_for_a_text_or_a_number(cell: Cell) -> None:
    assert isinstance(as_text(cell), str)
    assert isinstance(as_int(cell), int)
    assert as_float(cell) is None or isinstance(as_float(cell), float)


def test_rows_whose_number_is_none_are_found_under_no_number(tmp_path: Path) -> None:
    path = make(
        tmp_path / "a.db",
        "CREATE TABLE one (a, b TEXT)",
        "INSERT INTO one VALUES (1, 'x'), (NULL, 'y'), ('1', 'z'), (1, 'again')",
    )
    with closing(open_source(path)) as source, reading_database(source, source.members[0]) as database:
        assert database.by_key("one", "a", "b") == {1: [("x",), ("again",)]}


def test_a_copy_that_finds_no_room_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_log(tmp_path)

    def refuse() -> AbstractContextManager[Path]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wamigrate.database.scratch_folder", refuse)
    with pytest.raises(SourceError, match=r"no temporary copy can be made \(No space left on device\)$"):
        read_as("msgstore", path)


def test_missing_columns_are_empty_and_missing_tables_have_no_rows(tmp_path: Path) -> None:
    path = make(
        tmp_path / "a.db", "CREATE TABLE one (a INTEGER, b TEXT)", "INSERT INTO one VALUES (1, 'x'), (2, 'y')"
    )
    with closing(open_source(path)) as source, reading_database(source, source.members[0]) as database:
        assert list(database.select("one", "a", "c", "b")) == [(1, None, "x"), (2, None, "y")]
        assert list(database.select("one", "b", only=("a", {2}))) == [("y",)]
        assert list(database.select("two", "a")) == []
        assert (database.count("one"), database.count("two")) == (2, 0)
        assert database.by_key("one", "a", "b") == {1: [("x",)], 2: [("y",)]}
        assert database.by_key("one", "c", "b") == {}
        assert (database.has("one", "a", "b"), database.has("one", "c"), database.has("two")) == (
            True,
            False,
            False,
        )


def test_a_file_beside_another_is_found_in_its_own_folder_only(tmp_path: Path) -> None:
    for name in ("a/wa.db", "b/msgstore.db", "b/wa.db"):
        make(tmp_path / name, "CREATE TABLE t (a)")
    with closing(open_source(tmp_path)) as source:
        found = beside(source, source.find("b/msgstore.db"), "wa.db")
        assert found is not None
        assert found[1].name == "b/wa.db"
        assert beside(source, source.find("a/wa.db"), "msgstore.db") is None
    with closing(open_source(tmp_path / "b" / "msgstore.db")) as source:
        found = beside(source, source.members[0], "wa.db")
        assert found is not None
        assert found[0].path == (tmp_path / "b" / "wa.db").resolve()


def test_times_are_to_the_millisecond(tmp_path: Path) -> None:
    path = android(tmp_path / "msgstore.db", message(1, "x"))
    [found] = read(path).messages
    assert found.timestamp is not None
    assert found.timestamp.timestamp() * 1000 == START + MINUTE


def test_the_databases_of_the_fixtures_are_what_their_sql_gives() -> None:
    command = [sys.executable, str(ROOT / "tools" / "build_databases.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_same_sql_gives_the_same_bytes(tmp_path: Path) -> None:
    case = FIXTURES / "msgstore" / "chat-with-chatgpt"
    copy = tmp_path / "msgstore" / "chat"
    shutil.copytree(case / "sql", copy / "sql")
    tool = runpy.run_path(str(ROOT / "tools" / "build_databases.py"))
    built: dict[Path, bytes] = tool["databases"](tmp_path)
    assert list(built) == [copy / "input" / "msgstore.db"]
    assert built == tool["databases"](tmp_path)
    assert tool["stale"](tmp_path) == list(built), "it is not there yet"
