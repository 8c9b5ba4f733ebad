"""``llm``'s ``logs.db``, as versions 0.13 to 0.36 read it."""

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest
from archive_checks import MEDIA, broken_rules, chat, common, read_back, rules_of, say, write_into

from wamigrate.model import Archive
from wamigrate.ulid import ulid_milliseconds

TALK: Final = chat(
    say("One", time="2025-03-25T21:04:30.900"),
    say("Two", time="2025-03-25T21:05"),
    say("Three", "assistant", "2025-03-25T21:05"),
    say("Four", "assistant", "2025-03-25T21:06"),
    say("Five", "assistant", "2025-03-25T21:37"),
    say("Six", time="2025-03-25T21:38"),
)


def write(tmp_path: Path, archive: Archive = TALK, **options: str) -> Path:
    return write_into(tmp_path, "llm", archive, options=options)[0]


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)


def test_runs_of_one_side_stand_in_one_row_unless_half_an_hour_lies_between(tmp_path: Path) -> None:
    rows = query(write(tmp_path), "SELECT prompt, response FROM responses ORDER BY id")
    assert rows == [("One\n\nTwo", "Three\n\nFour"), ("", "Five"), ("Six", "")]


def test_a_row_tells_when_it_was_asked_and_how_long_the_answer_took(tmp_path: Path) -> None:
    rows = query(write(tmp_path), "SELECT datetime_utc, duration_ms FROM responses ORDER BY id")
    assert rows == [
        ("2025-03-25T21:04:30.900", 29101),
        ("2025-03-25T21:37:00.000", None),
        ("2025-03-25T21:38:00.000", None),
    ]


def test_ids_sort_by_time_and_are_the_same_every_time(tmp_path: Path) -> None:
    path = write(tmp_path)
    ids = [id_ for (id_,) in query(path, "SELECT id FROM responses ORDER BY rowid")]
    assert ids == sorted(ids)
    assert ulid_milliseconds(ids[0]) == 1742936670900
    (tmp_path / "again").mkdir()
    assert write(tmp_path / "again").read_bytes() == path.read_bytes()


def test_equal_times_and_times_that_go_back_keep_the_order(tmp_path: Path) -> None:
    archive = chat(
        *(say(f"{n}", "user" if n % 2 else "assistant", "2025-03-25T21:04") for n in range(1, 9)),
        say("back", time="2025-03-25T20:00"),
    )
    path, notes = write_into(tmp_path, "llm", archive)
    messages = read_back("llm", path)[0].messages
    assert [message.text for message in messages] == [*map(str, range(1, 9)), "back"]
    assert messages[-1].moment is not None
    assert messages[-1].moment.isoformat() == "2025-03-25T20:00:00+00:00"
    assert [note.code for note in notes.items] == ["assumed-zone", "moved-time"]


def test_the_model_is_called_what_it_was(tmp_path: Path) -> None:
    assert query(write(tmp_path), "SELECT name, model FROM conversations") == [
        ("Bread", "chatgpt-on-whatsapp")
    ]


def test_the_origin_stands_in_the_first_row(tmp_path: Path) -> None:
    rows = query(write(tmp_path), "SELECT response_json FROM responses ORDER BY id")
    origins = [json.loads(record)["wamigrate"].get("origin") for (record,) in rows]
    assert origins[0]["source"]["sha256"] == "5" * 64
    assert origins[1:] == [None, None]


def test_every_word_can_be_searched_for(tmp_path: Path) -> None:
    search = "SELECT prompt FROM responses_fts WHERE responses_fts MATCH 'four'"
    assert query(write(tmp_path), search) == [("One\n\nTwo",)]


def test_files_are_attachments_once_each(tmp_path: Path) -> None:
    path = write(tmp_path, common())
    rows = query(path, "SELECT id, type, path, content FROM attachments ORDER BY path")
    assert [row[2] for row in rows] == [
        "00000005-PHOTO 100% #1.png",
        "IMG-20250325-WA0001.png",
        "Mills.vcf",
        "PTT-20250325-WA0002.opus",
    ]
    for digest, media_type, name, content in rows:
        assert content == (MEDIA / name).read_bytes()
        assert digest == sha256(content).hexdigest()
        assert "/" in media_type
    links = "SELECT count(*) FROM prompt_attachments"
    assert query(path, links) == [(5,)], "one picture was sent twice"


def test_a_file_of_the_assistant_is_named_as_well(tmp_path: Path) -> None:
    rows = query(write(tmp_path, common()), "SELECT response FROM responses")
    assert any("📎 00000005-PHOTO 100% #1.png" in response for (response,) in rows)


def test_files_can_be_omitted(tmp_path: Path) -> None:
    path = write(tmp_path, common(), media="omit")
    assert query(path, "SELECT count(*) FROM attachments") == [(0,)]
    assert broken_rules("llm", path) == []


def test_the_database_says_nothing_about_the_machine(tmp_path: Path) -> None:
    content = write(tmp_path).read_bytes()
    assert content[96:100] == (3_024_000).to_bytes(4, "big")
    assert query(write(tmp_path / "x", TALK), "PRAGMA integrity_check") == [("ok",)]


def test_a_row_without_a_record_of_ours_reads_as_its_two_sides(tmp_path: Path) -> None:
    path = write(tmp_path)
    change(path, "UPDATE responses SET response_json = NULL")
    texts = [message.text for message in read_back("llm", path)[0].messages]
    assert texts == ["One\n\nTwo", "Three\n\nFour", "Five", "Six"]


BREAK: Final = {
    "migrations": "DELETE FROM _llm_migrations WHERE name = 'm007_finish_logs_table'",
    "search": "DROP TABLE responses_fts",
    "search-rows": "DELETE FROM responses_fts_docsize",
    "conversation": "UPDATE responses SET conversation_id = 'nobody' WHERE prompt = 'Six'",
    "ulid": "UPDATE responses SET id = 'x' WHERE prompt = 'Six'",
    "time": "UPDATE responses SET datetime_utc = NULL WHERE prompt = 'Six'",
    "options": "UPDATE responses SET options_json = NULL WHERE prompt = 'Six'",
    "title": "UPDATE conversations SET name = ' '",
    "model": "UPDATE responses SET model = NULL WHERE prompt = 'Six'",
    "text": "UPDATE responses SET response = NULL WHERE prompt = 'Six'",
    "attachment": "INSERT INTO attachments VALUES ('x', 'image/png', NULL, NULL, x'00')",
    "record": "UPDATE responses SET response_json = '{}' WHERE prompt = 'Six'",
}


@pytest.mark.parametrize("rule", sorted(rules_of("llm")))
def test_a_broken_rule_is_found(rule: str, tmp_path: Path) -> None:
    path = write(tmp_path)
    change(path, "DROP TRIGGER responses_au", BREAK[rule])
    assert rule in broken_rules("llm", path)
