"""Databases, pages and JSON that were made to do harm: one clear line or the messages, at once."""

import json
import os
import sqlite3
import struct
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from wamigrate import convert, database
from wamigrate.errors import ParseError, WamigrateError
from wamigrate.report import Result
from wamigrate.source import open_source

ROOT = Path(__file__).resolve().parent.parent
ANDROID = ROOT / "fixtures" / "parsers" / "msgstore" / "chat-with-chatgpt" / "input" / "msgstore.db"
PHONE = ROOT / "fixtures" / "parsers" / "chatstorage" / "chat-with-copilot" / "input" / "ChatStorage.sqlite"


def outcome(path: Path, seconds: float = 10) -> Result | WamigrateError:
    """Convert an input; check that it takes no time, leaves the input alone, and says one line."""
    before = {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()}
    start = time.process_time()
    found: Result | WamigrateError
    try:
        found = convert(path, "json", path.parent / "out.json")
    except WamigrateError as error:
        found = error
    assert time.process_time() - start < seconds
    if isinstance(found, WamigrateError):
        assert found.exit_code in (3, 4, 5, 6)
        assert str(found).isprintable(), "one line, and nothing that a terminal obeys"
    (path.parent / "out.json").unlink(missing_ok=True)
    assert {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()} == before
    return found


def android(tmp_path: Path, *statements: str) -> Path:
    """Copy a database of Android, and change it."""
    path = tmp_path / "msgstore.db"
    path.write_bytes(ANDROID.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("PRAGMA legacy_alter_table = ON")
        for statement in statements:
            connection.executescript(statement)
    return path


def whole() -> int:
    """Return how many messages the unchanged database holds."""
    return convert_count(ANDROID)


def convert_count(path: Path) -> int:
    """Count the messages of an input."""
    from wamigrate import read  # noqa: PLC0415 - only here

    return sum(len(one.messages) for one in read(path, split="none").conversations)


FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.mark.parametrize(
    "statement",
    [
        f"CREATE VIEW wa_contacts AS {FOREVER}",
        f"DROP TABLE IF EXISTS message_quoted; CREATE VIEW message_quoted AS {FOREVER}",
        "CREATE TRIGGER t AFTER INSERT ON message BEGIN DELETE FROM message; END",
        "CREATE VIEW v AS SELECT * FROM v",
        "DROP TABLE IF EXISTS message_forwarded; CREATE VIEW message_forwarded AS SELECT hex('x')",
        "CREATE VIRTUAL TABLE message_forwarded USING fts5(message_row_id, forward_score)",
        "ALTER TABLE message ADD COLUMN g GENERATED ALWAYS AS (hex(zeroblob(99999999)))",
        "CREATE INDEX i ON message (abs(timestamp))",
    ],
)
def test_what_would_run_when_it_is_read_is_not_read(statement: str, tmp_path: Path) -> None:
    found = outcome(android(tmp_path, statement))
    assert isinstance(found, Result), str(found)
    assert found.messages_in == whole()


def test_a_table_of_messages_that_is_a_view_is_no_table(tmp_path: Path) -> None:
    path = android(
        tmp_path,
        "ALTER TABLE message RENAME TO hidden",
        f"CREATE VIEW message AS {FOREVER}",
    )
    assert isinstance(outcome(path), WamigrateError)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE message (" + "x" * 70_000 + ")",
        "CREATE TABLE message (a" + ", a" * 3000 + ")",
        "CREATE /**/ VIRTUAL TABLE message USING fts5(chat_row_id)",
        "CREATE TABLE message (chat_row_id AS (" + "(" * 2000 + "1" + ")" * 2000 + "))",
        "SELECT 1",
        "",
    ],
    ids=["long", "wide", "virtual", "deep", "no-table", "nothing"],
)
def test_a_schema_that_was_forged_is_refused_or_left_alone(sql: str, tmp_path: Path) -> None:
    forged = sql.replace("'", "''")
    path = android(tmp_path, f"UPDATE sqlite_master SET sql = '{forged}' WHERE name = 'message'")
    assert isinstance(outcome(path), Result | WamigrateError)


def _interior(child: int, size: int) -> bytes:
    """Return a page of a table that names one child many times."""
    cells = (size - 12) // 8 - 4
    content = b"".join(struct.pack(">IB", child, number % 127) for number in range(cells))
    start = size - len(content)
    pointers = b"".join(struct.pack(">H", start + 5 * number) for number in range(cells))
    head = struct.pack(">BHHHBI", 5, 0, cells, start, 0, child)
    return (head + pointers).ljust(start, b"\0") + content


@pytest.mark.parametrize("levels", [3, 8, 17])
def test_pages_that_point_at_each_other_end(levels: int, tmp_path: Path) -> None:
    path = android(tmp_path)
    data = bytearray(path.read_bytes())
    size = struct.unpack_from(">H", data, 16)[0]
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'message'").fetchone()
    leaf = bytes(data[(root - 1) * size : root * size])
    pages = len(data) // size
    data[(root - 1) * size : root * size] = _interior(pages + 1, size)
    for level in range(1, levels):
        data += _interior(pages + 1 + level, size)
    data += leaf
    struct.pack_into(">I", data, 28, len(data) // size)
    path.write_bytes(data)
    found = outcome(path, 20)
    assert isinstance(found, ParseError)
    assert "the database is damaged" in str(found)


def test_values_that_are_longer_than_the_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_GROWTH", 0)
    found = outcome(android(tmp_path))
    assert isinstance(found, ParseError)
    assert "its values are longer than the file" in str(found)


@pytest.mark.parametrize("place", range(16, 100, 4))
@pytest.mark.parametrize("value", [0, 1, 0xFFFFFFFF])
def test_a_header_that_lies_is_refused_or_read(place: int, value: int, tmp_path: Path) -> None:
    for name, original in (("msgstore.db", ANDROID), ("ChatStorage.sqlite", PHONE)):
        data = bytearray(original.read_bytes())
        struct.pack_into(">I", data, place, value)
        (tmp_path / name).write_bytes(data)
        assert isinstance(outcome(tmp_path / name), Result | WamigrateError)
        (tmp_path / name).unlink()


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 40,
        b"\x37\x7f\x06\x82" + b"\xff" * 5000,
        b"noise" * 1000,
        b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\xff" * 600,
    ],
)
def test_strange_files_beside_a_database_do_no_harm(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = android(tmp_path)
    (tmp_path / f"msgstore.db{suffix}").write_bytes(content)
    assert isinstance(outcome(path), Result | WamigrateError)
    assert (tmp_path / f"msgstore.db{suffix}").read_bytes() == content


def _page(body: str) -> str:
    message = (
        '<div class="message-in" data-id="false_1@c.us_A">'
        '<div data-pre-plain-text="[21:04, 25/03/2025] Ana: ">'
        f'<span class="selectable-text">{body}</span></div></div>'
    )
    header = '<header><span dir="auto">Ana</span></header>'
    return f'<html><body><div id="main">{header}{message}</div></body></html>'


PAGES: dict[str, Callable[[], str]] = {
    "deep": lambda: _page("<b>" * 100_000 + "x"),
    "deep-blocks": lambda: _page("<div>" * 100_000 + "x"),
    "deep-tables": lambda: _page("<table><tr><td>" * 5_000 + "x"),
    "deep-before": lambda: "<html><body>" + "<div>" * 100_000 + _page("x"),
    "attribute": lambda: _page(f'<b title="{"x" * 5_000_000}">x</b>'),
    "attributes": lambda: _page("<b " + " ".join(f"a{number}=1" for number in range(50_000)) + ">x</b>"),
    "entities": lambda: _page("&amp;" * 500_000),
    "entity-bomb": lambda: (
        '<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>' + _page("&b;" * 10_000)
    ),
    "outside": lambda: '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + _page("&x;"),
    "unclosed": lambda: _page("<" * 500_000),
    "comments": lambda: _page("<!--" * 200_000),
    "cdata": lambda: _page("<![CDATA[" * 100_000),
    "drawings": lambda: _page("<svg>" * 20_000),
    "scripts": lambda: _page("<script>" * 100_000),
    "nul": lambda: _page("\0" * 100_000 + "&#0;&#xD800;&#x110000;"),
    "stamps": lambda: _page('<p data-pre-plain-text="[' * 5_000),
    "spaces": lambda: _page("<b" + " " * 1_000_000),
    "processing": lambda: _page("<?" * 200_000),
}


@pytest.mark.parametrize(
    "page",
    [
        lambda: _page("<br>" * 150_001),
        lambda: (
            "<!-- saved from url=(0025)https://web.whatsapp.com/ -->"
            + _page("x").replace("<header>", "<header>" + "<b>" * 150_001)
        ),
    ],
    ids=["message", "header"],
)
def test_a_message_of_more_tags_than_any_has_is_refused_at_once(
    page: Callable[[], str], tmp_path: Path
) -> None:
    path = tmp_path / "WhatsApp.html"
    path.write_text(page(), encoding="utf-8")
    start = time.process_time()
    with pytest.raises(
        ParseError, match=r"WhatsApp\.html: has a piece of more than 150,000 tags, .*tags=NUMBER"
    ):
        convert(path, "json", tmp_path / "out.json", from_="whatsapp_html")
    assert time.process_time() - start < 10, "below 1 s on a slow machine"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_was_made_to_do_harm_is_read_or_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "WhatsApp.html"
    path.write_text(PAGES[name](), encoding="utf-8")
    found = outcome(path, 30)
    assert isinstance(found, Result | WamigrateError)
    with closing(open_source(path)) as source:
        assert b"root:" not in source.read(source.members[0])


def _archive(value: str) -> str:
    maker = '"generator":{"name":"x","version":"1"}'
    return f'{{"schema":"wamigrate/1",{maker},"sources":[],"notes":[],"conversations":{value}}}'


DOCUMENTS: dict[str, Callable[[], str]] = {
    "deep-lists": lambda: _archive("[" * 200_000),
    "deep-objects": lambda: _archive('[{"a":' * 100_000),
    "deep-unknown": lambda: _archive("[]")[:-1] + ',"x":' + "[" * 100_000 + "]" * 100_000 + "}",
    "number": lambda: _archive("[]")[:-1] + ',"x":' + "9" * 1_000_000 + "}",
    "exponent": lambda: _archive("[]")[:-1] + ',"x":1e999999999}',
    "nan": lambda: _archive("[NaN]"),
    "surrogates": lambda: _archive('["\\ud800"]'),
    "twice": lambda: _archive("[]")[:-1] + ',"schema":"wamigrate/1"' * 50_000 + "}",
    "keys": lambda: (
        _archive("[]")[:-1] + "".join(f',"k{number}":{number}' for number in range(1_000_000)) + "}"
    ),
    "escapes": lambda: _archive('["' + "\\u0000" * 200_000 + '"]'),
    "line": lambda: _archive("[]") + "\n" + "[" * 100_000,
}
EXPORTED = '{{"1@s.whatsapp.net":{{"name":"A","type":"android","my_avatar":null,"messages":{{{}}}}}}}'
ROW = (
    '"{}":{{"from_me":false,"timestamp":{},"data":{},"time":"21:04","media":false,"meta":false,"key_id":"a"}}'
)
EXPORTS: dict[str, Callable[[], str]] = {
    "rows": lambda: EXPORTED.format(
        ",".join(ROW.format(number, 1742936645, '"x"') for number in range(30_000))
    ),
    "one-key": lambda: EXPORTED.format(",".join(ROW.format(1, 1742936645, '"x"') for _ in range(30_000))),
    "times": lambda: EXPORTED.format(
        ",".join(
            ROW.format(number, time_, '"x"')
            for number, time_ in enumerate(("1e308", "-1e308", "1e-308", "253402300800", "null", "9" * 18))
        )
    ),
    "values": lambda: EXPORTED.format(
        ",".join(
            ROW.format(number, 1742936645, value)
            for number, value in enumerate(("[[[]]]", "{}", "null", "1e999", '"\\u0000"', "9" * 5000))
        )
    ),
    "deep-data": lambda: EXPORTED.format(ROW.format(1, 1742936645, "[" * 100_000 + "]" * 100_000)),
    "breaks": lambda: EXPORTED.format(ROW.format(1, 1742936645, json.dumps("<br>" * 200_000))),
}


@pytest.mark.parametrize("name", [*DOCUMENTS, *EXPORTS])
def test_json_that_was_made_to_do_harm_is_read_or_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text((DOCUMENTS | EXPORTS)[name](), encoding="utf-8")
    assert isinstance(outcome(path), Result | WamigrateError)


def test_noise_in_every_coat_is_refused_or_read(tmp_path: Path) -> None:
    for number, head in enumerate(
        (
            b"PK\x03\x04",
            b"SQLite format 3\0",
            b"<!doctype html>",
            b'{"schema":"wamigrate/1",',
            b"[25/03/2025, 21:04:05] Ana: ",
            b"\xff\xfe",
            b"\xef\xbb\xbf",
        )
    ):
        path = tmp_path / f"{number}.txt"
        path.write_bytes(head + os.urandom(100_000))
        assert isinstance(outcome(path), Result | WamigrateError)
