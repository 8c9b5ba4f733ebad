"""The database: sound, searchable, opened by others; a later export brings an older one up to date."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
import sqlite_utils
from archive_checks import (
    MEDIA,
    broken_rules,
    chat,
    common,
    differences,
    read_back,
    rules_of,
    say,
    write_into,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import archives

from wamigrate.errors import ExportError, TargetExistsError
from wamigrate.formats import configure, find_exporter
from wamigrate.history_stats import Gatherer
from wamigrate.library import convert
from wamigrate.model import Archive, Conversation, Message, Part, Span, replace
from wamigrate.notes import Notes
from wamigrate.source import open_source
from wamigrate.target import FileTarget, MemoryTarget

DOCS: Final = Path(__file__).resolve().parent.parent / "docs" / "sqlite.md"
QUERIES: Final = re.findall(
    r"^```sql\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)
ORPHANS: Final = "PRAGMA foreign_key_check"


def write(tmp_path: Path, archive: Archive, **options: str) -> Path:
    return write_into(tmp_path, "sqlite", archive, options=options)[0]


def update(path: Path, archive: Archive, **options: str) -> None:
    """Export into a database that may be there already."""
    notes = Notes()
    notes.sources.extend(archive.sources)
    notes.items.extend(archive.notes)
    exporter = configure(find_exporter("sqlite"), options)
    with closing(open_source(MEDIA)) as media, FileTarget(path, overwrite=True) as target:
        target.sources = {info.id: media for info in archive.sources}
        exporter.export(iter(archive.conversations), target, notes)


def query(path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql, values).fetchall()


def texts(path: Path) -> list[tuple[str, ...]]:
    return query(
        path,
        "SELECT title, text FROM messages JOIN conversations ON conversations.id = conversation_id "
        "ORDER BY conversations.rowid, position",
    )


def read_from(archive: Archive, source: str, *, title: str | None = None) -> Archive:
    """Let an archive of one conversation be read from another chat file."""
    (info,), (talk,) = archive.sources, archive.conversations
    messages = tuple(
        replace(message, spans=(Span(source, line + 1, line * 10, line * 10 + 10),))
        for line, message in enumerate(talk.messages)
    )
    changed = replace(talk, messages=messages, source=source, title=title or talk.title)
    return replace(archive, sources=(replace(info, id=source),), conversations=(changed,))


def cut(archive: Archive, *sizes: int) -> Archive:
    """Split the only conversation of an archive into several, which are named after their first message."""
    (talk,) = archive.conversations
    parts: list[Conversation] = []
    rest = talk.messages
    for size in (*sizes, len(talk.messages) - sum(sizes)):
        head, rest = rest[:size], rest[size:]
        times = [message.timestamp for message in head if message.timestamp]
        parts.append(
            replace(
                talk,
                id=f"c-{head[0].text}",
                title=head[0].text,
                messages=head,
                started_at=times[0],
                ended_at=times[-1],
            )
        )
    return replace(archive, conversations=tuple(parts))


def talk(*words: str, source: str = "s1") -> Archive:
    """Make a talk of questions and answers in turn, a minute apart; words tell the minute."""
    hours = {word: at for at, word in enumerate(("one", "two", "three", "four", "five", "six", "seven"))}
    said = (
        say(word, "assistant" if hours[word] % 2 else "user", f"2025-03-25T21:{hours[word]:02}")
        for word in words
    )
    return read_from(chat(*said), source)


def assert_sound(path: Path) -> None:
    assert query(path, "PRAGMA integrity_check") == [("ok",)]
    assert query(path, ORPHANS) == []
    assert broken_rules("sqlite", path) == []
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)")


def test_everything_of_the_common_archive_is_there_and_sound(tmp_path: Path) -> None:
    path = tmp_path / "all.sqlite"
    update(path, common(), media="copy")
    assert_sound(path)
    messages = [message for found in common().conversations for message in found.messages]
    rows = query(
        path, "SELECT id, role, author, timestamp, kind, text, raw, reply_to FROM messages ORDER BY number"
    )
    assert rows == [
        (
            message.id, message.role, message.author, message.timestamp and message.timestamp.isoformat(),
            message.kind, message.text, message.raw, message.reply_to,
        )
        for message in messages
    ]  # fmt: skip
    assert query(path, "SELECT count(*) FROM spans") == [(sum(len(message.spans) for message in messages),)]
    codes = [code for (code,) in query(path, "SELECT code FROM notes ORDER BY number")]
    assert codes[: len(common().notes)] == [note.code for note in common().notes]
    assert list(differences(common().conversations, read_back("sqlite", path))) == []


@pytest.mark.parametrize(
    ("media", "rows", "files"), [("link", True, False), ("copy", True, True), ("omit", False, False)]
)
def test_files_are_told_of_taken_along_or_left_out(
    media: str, rows: bool, files: bool, tmp_path: Path
) -> None:
    path = write(tmp_path, common(), media=media)
    assert bool(query(path, "SELECT * FROM attachments")) == rows
    contents = query(path, "SELECT sha256, size, content FROM files")
    assert bool(contents) == files
    assert all(
        sha256(content).hexdigest() == digest and len(content) == size for digest, size, content in contents
    )
    assert {content for *_, content in contents} <= {file.read_bytes() for file in MEDIA.iterdir()}
    assert_sound(path)


def test_a_file_that_many_messages_show_is_there_once(tmp_path: Path) -> None:
    archive = common()
    (first, *_) = [
        m for c in archive.conversations for m in c.messages if any(a.present for a in m.attachments)
    ]
    again = replace(first, id="again")
    extra = replace(archive.conversations[0], id="extra", messages=(first, again))
    path = write(tmp_path, replace(archive, conversations=(extra,)), media="copy")
    assert query(path, "SELECT count(*) FROM files") == [(1,)]
    assert query(path, "SELECT count(*) FROM attachments WHERE file IS NOT NULL") == [(2,)]


def test_the_search_knows_no_case_and_no_accents(tmp_path: Path) -> None:
    path = write(tmp_path, chat(say("Où est le CAFÉ?"), say("Im Keller.", "assistant")))
    search = "SELECT text FROM messages_fts WHERE messages_fts MATCH ?"
    assert query(path, search, "ou cafe") == [("Où est le CAFÉ?",)]
    assert query(path, search, "kell*") == [("Im Keller.",)]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE messages SET text = 'On the roof.' WHERE text = 'Im Keller.'")
        database.execute("DELETE FROM messages WHERE text LIKE 'O_ est%'")
    assert query(path, search, "keller OR cafe") == []
    assert query(path, search, "roof") == [("On the roof.",)]


def test_questions_stand_beside_their_answers(tmp_path: Path) -> None:
    said = (
        say("Hello, I am an assistant.", "assistant", "2025-03-25T21:00"),
        say("One", time="2025-03-25T21:01"),
        say("more", time="2025-03-25T21:02"),
        say("Answer", "assistant", "2025-03-25T21:03"),
        say("and more", "assistant", "2025-03-25T21:04"),
        say("Nobody answers", time="2025-03-25T21:05"),
    )
    path = write(tmp_path, chat(*said))
    rows = query(path, "SELECT asked_at, answered_at, question, answer FROM questions ORDER BY asked_at")
    assert rows == [
        ("2025-03-25T21:01:00", "2025-03-25T21:03:00", "One\n\nmore", "Answer\n\nand more"),
        ("2025-03-25T21:05:00", None, "Nobody answers", None),
    ]
    assert query(path, "SELECT turn FROM messages ORDER BY position") == [(0,), (1,), (1,), (1,), (1,), (2,)]


def test_months_are_those_of_the_statistics(tmp_path: Path) -> None:
    gatherer = Gatherer()
    for found in common().conversations:
        gatherer.add(found)
    path = write(tmp_path, common())
    columns = "month, messages, questions, answers, words, answer_words"
    rows = query(path, f"SELECT {columns} FROM per_month ORDER BY month")
    expected = [
        (month.month, month.messages, month.questions, month.answers, month.words, month.answer_words)
        for month in gatherer.result().months
        if month.messages
    ]
    assert rows == expected


@pytest.mark.parametrize("sql", QUERIES, ids=lambda sql: sql.split("\n")[0][:40])
def test_the_queries_of_the_documentation_find_something(sql: str, tmp_path: Path) -> None:
    assert query(write(tmp_path, common()), sql)


def test_the_documentation_has_five_queries_and_names_every_table() -> None:
    assert len(QUERIES) == 5
    with MemoryTarget() as target:
        find_exporter("sqlite").export(iter(common().conversations), target, Notes())
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(target.files[""])
        names = [
            name
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
                "AND name NOT LIKE 'messages_fts_%'"
            )
        ]
    assert len(names) == 11
    assert all(f"`{name}`" in DOCS.read_text(encoding="utf-8") for name in names)


_ASK: Final = """
import asyncio, json, sys
from datasette.app import Datasette
async def ask(address):
    answer = await Datasette([sys.argv[1]]).client.get(address)
    assert answer.status_code == 200
    return answer.json()["rows"]
print(json.dumps([asyncio.run(ask(address)) for address in sys.argv[2:]]))
"""


def test_datasette_shows_tables_views_and_the_search(tmp_path: Path) -> None:
    path = write(tmp_path, common())
    addresses = [
        "/result/messages.json?_search=proofing&_shape=objects",
        "/result/questions.json?_shape=objects",
        "/result/per_month.json?_shape=objects",
        "/result/attachments.json?_shape=objects",
    ]
    # In a process of its own: it leaves connections open, which Python 3.13 warns of at the very end.
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _ASK, str(path), *addresses], check=True, capture_output=True
    )
    found, questions, months, (attachment, *_) = json.loads(asked.stdout)
    assert {row["role"] for row in found} == {"user", "assistant"}
    assert questions[0]["question"]
    assert months[0]["messages"]
    assert attachment["name"]


def test_sqlite_utils_knows_keys_and_search(tmp_path: Path) -> None:
    database = sqlite_utils.Database(write(tmp_path, common()))
    messages: Any = database.table("messages")
    assert messages.detect_fts() == "messages_fts"
    assert messages.pks == ["number"]
    assert [key.other_table for key in messages.foreign_keys] == ["conversations"]
    assert any("proofing" in row["text"] for row in messages.search("proofing"))
    database.close()


def test_older_readers_can_open_it(tmp_path: Path) -> None:
    path = write(tmp_path, common())
    statements = " ".join(
        sql for (sql,) in query(path, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
    )
    assert "STRICT" not in statements
    assert "GENERATED" not in statements
    assert query(path, "PRAGMA user_version") == [(1,)]
    assert query(path, "PRAGMA application_id") == [(0x77616D67,)]


# --- into an older database


def test_the_same_export_again_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    update(path, common(), media="copy")
    before = {
        table: query(path, f"SELECT * FROM {table}")
        for table in ("messages", "attachments", "spans", "files")
    }
    counts = {
        table: query(path, f"SELECT count(*) FROM {table}") for table in ("participants", "notes", "sources")
    }
    update(path, common(), media="copy")
    assert before == {table: query(path, f"SELECT * FROM {table}") for table in before}
    assert counts == {table: query(path, f"SELECT count(*) FROM {table}") for table in counts}
    assert_sound(path)


def test_a_later_export_adds_what_is_new_and_keeps_what_only_the_older_one_has(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    update(path, talk("one", "two", "three"))
    update(path, talk("two", "three", "four", source="s2"))
    assert [text for _, text in texts(path)] == ["one", "two", "three", "four"]
    assert query(path, "SELECT position, turn FROM messages ORDER BY position") == [
        (0, 1),
        (1, 1),
        (2, 2),
        (3, 2),
    ]
    assert query(path, "SELECT id FROM sources ORDER BY id") == [("s1",), ("s2",)]
    assert query(path, "SELECT count(*) FROM spans WHERE message_id = 'id-two'") == [(2,)]
    assert_sound(path)


def test_other_chats_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    update(path, common())
    before = query(path, "SELECT * FROM messages"), query(path, "SELECT * FROM conversations")
    update(path, talk("one", "two"))
    update(path, talk("one", source="s1"))
    assert query(path, "SELECT * FROM messages WHERE id NOT LIKE 'id-%'") == before[0]
    assert query(path, "SELECT * FROM conversations WHERE id <> 'c0'") == before[1]
    assert [text for title, text in texts(path) if title == "Bread"] == ["one"]
    assert_sound(path)


def test_what_the_same_file_no_longer_gives_goes(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    update(path, talk("one", "two", "three"))
    update(path, talk("one", "two"))
    assert [text for _, text in texts(path)] == ["one", "two"]
    assert_sound(path)


@pytest.mark.parametrize("secret", ["quixotry", "Geheimniskr\N{LATIN SMALL LETTER A WITH DIAERESIS}merei"])
@pytest.mark.parametrize("later", ["", "other words"], ids=["removed", "reworded"])
def test_words_that_are_gone_are_nowhere_in_the_file(secret: str, later: str, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    archive = talk("one", "two", "three")
    (found,) = archive.conversations
    first, second, third = found.messages

    def saying(words: str) -> Archive:
        kept = (first, second, *([replace(third, text=words)] if words else []))
        return replace(archive, conversations=(replace(found, messages=kept),))

    update(path, saying(secret))
    stem = secret[:6].lower().encode()
    assert stem in path.read_bytes().lower()
    update(path, saying(later))
    assert stem not in path.read_bytes().lower()
    assert query(path, "SELECT rowid FROM messages_fts WHERE messages_fts MATCH ?", secret) == []
    assert_sound(path)


def test_another_assistant_for_the_same_file_leaves_nothing_of_the_first_reading(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    archive = talk("one", "two")
    update(path, archive)
    (found,) = archive.conversations
    others = tuple(replace(message, id=f"other-{message.id}") for message in found.messages)
    update(path, replace(archive, conversations=(replace(found, id="c1", messages=others),)))
    assert [text for _, text in texts(path)] == ["one", "two"]
    assert query(path, "SELECT id FROM conversations") == [("c1",)]
    assert_sound(path)


def test_conversations_that_are_cut_elsewhere_leave_no_husks(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    words = ("one", "two", "three", "four", "five", "six")
    update(path, cut(talk(*words), 2, 2))
    assert [title for (title,) in query(path, "SELECT title FROM conversations")] == ["one", "three", "five"]
    update(path, cut(talk(*words, "seven", source="s2"), 4))
    assert texts(path) == [
        *(("one", word) for word in words[:4]),
        *(("five", word) for word in (*words[4:], "seven")),
    ]
    assert query(path, "SELECT count(*) FROM participants") == [(4,)]
    assert_sound(path)


def test_a_conversation_that_keeps_some_messages_gets_their_dates(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    update(path, cut(talk("one", "two", "three", "four")))
    update(path, cut(talk("three", "four", "five", source="s2")))
    assert texts(path) == [
        ("one", "one"),
        ("one", "two"),
        ("three", "three"),
        ("three", "four"),
        ("three", "five"),
    ]
    assert query(path, "SELECT started_at, ended_at FROM conversations WHERE title = 'one'") == [
        ("2025-03-25T21:00:00", "2025-03-25T21:01:00")
    ]
    assert_sound(path)


def test_parts_that_are_now_within_an_answer_go(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    update(path, talk("one", "two", "four"))
    archive = talk("one", "two", source="s2")
    (found,) = archive.conversations
    question, answer = found.messages
    parts = (Part("id-two", 0, 0, 3), Part("id-four", 1, 3, 7))
    joined = replace(answer, text="twofour", parts=parts)
    update(path, replace(archive, conversations=(replace(found, messages=(question, joined)),)))
    assert [text for _, text in texts(path)] == ["one", "twofour"]
    assert_sound(path)


def test_changed_texts_and_files_replace_the_older_ones(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    archive = common()
    update(path, archive, media="copy")
    bare = [
        replace(found, messages=tuple(replace(m, text="gone", attachments=()) for m in found.messages))
        for found in archive.conversations
    ]
    update(path, replace(archive, conversations=tuple(bare)), media="copy")
    assert query(path, "SELECT DISTINCT text FROM messages") == [("gone",)]
    assert (
        query(path, "SELECT count(*) FROM attachments") == query(path, "SELECT count(*) FROM files") == [(0,)]
    )
    assert query(path, "SELECT count(*) FROM messages_fts WHERE messages_fts MATCH 'proofing'") == [(0,)]
    assert b"sourdough came out flat" not in path.read_bytes(), "what was removed is overwritten"
    assert_sound(path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    windows=st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=5
    )
)
def test_any_row_of_exports_gives_every_message_once_and_in_order(
    windows: list[tuple[int, int, int]], tmp_path: Path
) -> None:
    path = tmp_path / "history.sqlite"
    path.unlink(missing_ok=True)
    held: set[int] = set()
    for run, (start, length, place) in enumerate(windows):
        numbers = range(start, start + length)
        said = (say(f"{at}", "assistant" if at % 2 else "user", f"2025-03-25T21:{at:02}") for at in numbers)
        archive = read_from(chat(*said), f"s{run}")
        update(path, cut(archive, place) if 0 < place < length else cut(archive))
        held.update(numbers)
        rows = query(path, "SELECT CAST(text AS INTEGER), conversation_id FROM messages ORDER BY timestamp")
        assert [number for number, _ in rows] == sorted(held)
        ordered = "SELECT CAST(text AS INTEGER) FROM messages WHERE conversation_id = ? ORDER BY position"
        for found in {found for _, found in rows}:
            here = [number for (number,) in query(path, ordered, found)]
            assert here == sorted(here)
    assert_sound(path)
    told = "SELECT id, started_at, ended_at FROM conversations ORDER BY id"
    true = "SELECT conversation_id, min(timestamp), max(timestamp) FROM messages GROUP BY 1 ORDER BY 1"
    assert query(path, told) == query(path, true)


def test_tables_that_somebody_added_stay(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    update(path, talk("one", "two"))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE stars (message_id TEXT)")
        database.execute("INSERT INTO stars VALUES ('id-one')")
    update(path, talk("one", "two", "three", source="s2"))
    assert query(path, "SELECT * FROM stars") == [("id-one",)]


def test_without_update_the_older_database_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    update(path, common())
    update(path, talk("one"), update="false")
    assert [text for _, text in texts(path)] == ["one"]


@pytest.mark.parametrize("content", [b"", b"Dear Ana", b"SQLite format 3\0" + bytes(4096)])
def test_what_is_no_database_of_ours_is_left_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    path.write_bytes(content)
    with pytest.raises(
        TargetExistsError, match="is no database of wamigrate's sqlite format and is not replaced"
    ):
        update(path, talk("one"))
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["history.sqlite"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("PRAGMA user_version = 7", "has version 7 of the tables, this wamigrate knows 1"),
        ("PRAGMA journal_mode = WAL", "has a write-ahead log"),
    ],
)
def test_a_database_of_ours_that_cannot_be_changed_safely_is_refused(
    change: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "history.sqlite"
    update(path, talk("one"))
    with closing(sqlite3.connect(path)) as database:
        database.execute(change)
    with pytest.raises(ExportError, match=words):
        update(path, talk("two"))
    assert [text for _, text in texts(path)] == ["one"]


def test_a_failure_leaves_the_older_database_whole(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    update(path, common())
    before = path.read_bytes()

    def breaking() -> Iterable[Conversation]:
        yield talk("one").conversations[0]
        raise ExportError("the disk is full")

    with pytest.raises(ExportError, match="disk"), FileTarget(path, overwrite=True) as target:
        find_exporter("sqlite").export(breaking(), target, Notes())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# --- hard archives


def test_messages_with_one_id_or_none_are_all_kept(tmp_path: Path) -> None:
    twin = Message("same", "user", "Nora", None, "text", "a")
    nameless = Message("", "assistant", "ChatGPT", None, "text", "b")
    path = write(tmp_path, chat(twin, replace(twin, text="c"), nameless, replace(nameless, text="d")))
    assert [text for _, text in texts(path)] == ["a", "c", "b", "d"]
    assert_sound(path)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(archive=archives())
def test_any_archive_becomes_a_sound_database_and_comes_back(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "any.sqlite"
    path.unlink(missing_ok=True)
    update(path, archive)
    assert_sound(path)
    held = [message.text for found in read_back("sqlite", path) for message in found.messages]
    assert held == [message.text for found in archive.conversations for message in found.messages]
    update(path, archive)
    assert_sound(path)
    assert sorted(text for _, text in texts(path)) == sorted(held)


# --- rules

FAULTS: Final = {
    "tables": "DROP VIEW questions",
    "references": "UPDATE messages SET conversation_id = 'nowhere' WHERE position = 0 AND number = 1",
    "search": "INSERT INTO messages_fts (messages_fts, rowid, text) "
    "SELECT 'delete', number, text FROM messages WHERE number = 1",
    "order": "UPDATE messages SET position = 99 WHERE number = 1",
    "file": "UPDATE files SET content = x'00'",
}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_broken_rule_is_found(rule: str, tmp_path: Path) -> None:
    path = write(tmp_path, common(), media="copy")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(FAULTS[rule])
    assert rule in broken_rules("sqlite", path)


def test_damage_is_found(tmp_path: Path) -> None:
    path = write(tmp_path, common())
    change = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = 'messages_by_time'"
    whole, partial = "(timestamp)", "(timestamp) WHERE 0"
    for old, new, statement in (
        (whole, partial, "SELECT 1"),
        (partial, whole, "UPDATE messages SET timestamp = 'x'"),
    ):
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute(statement)  # the index does not hear of it
            database.execute("PRAGMA writable_schema = ON")
            database.execute(change, (old, new))
    assert broken_rules("sqlite", path) == ["integrity"]


def test_every_rule_is_tried() -> None:
    assert {*FAULTS, "integrity"} == rules_of("sqlite")


def test_redacted_messages_are_not_added_to_those_that_are_not(tmp_path: Path) -> None:
    chat = tmp_path / "WhatsApp Chat with ChatGPT.txt"
    chat.write_text(
        "25/03/2025, 21:04 - Mira: write to mira@example.org\n25/03/2025, 21:05 - ChatGPT: I will not\n"
    )
    path = tmp_path / "chat.sqlite"
    convert(chat, "sqlite", path)
    before = path.read_bytes()
    with pytest.raises(ExportError, match="redacted messages are not added to a database"):
        convert(chat, "sqlite", path, overwrite=True, redact=True)
    assert path.read_bytes() == before
    other = tmp_path / "redacted.sqlite"
    convert(chat, "sqlite", other, redact=True)
    assert convert(chat, "sqlite", other, overwrite=True, redact=True).messages_out == 2


def test_a_database_that_is_being_changed_is_left_alone(tmp_path: Path) -> None:
    chat = tmp_path / "WhatsApp Chat with ChatGPT.txt"
    chat.write_text("25/03/2025, 21:04 - Mira: hi\n25/03/2025, 21:05 - ChatGPT: hello\n")
    path = tmp_path / "chat.sqlite"
    convert(chat, "sqlite", path)
    (tmp_path / "chat.sqlite-journal").write_bytes(b"half a transaction")
    with pytest.raises(ExportError, match=r"chat\.sqlite-journal is there"):
        convert(chat, "sqlite", path, overwrite=True)
