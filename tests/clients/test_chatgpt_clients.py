"""Programs that read ChatGPT's and Claude's exports read ours: every title, role, text and time."""

import json
import sqlite3
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from wamigrate.model import Message
from wamigrate.turns import Turns

from .client_programs import InstallClient
from .hard_archive import IMAGE, PICTURE, hard_archive, write_archive

pytestmark = pytest.mark.clients


class Row(NamedTuple):
    """A message as a client has it."""

    id: str
    role: str
    text: str
    time: datetime


def expected(*, pointers: bool = False) -> dict[str, list[Row]]:
    """Return the messages by title of their conversation, as they are written for readers."""
    found: dict[str, list[Row]] = {}
    for conversation in hard_archive().conversations:
        turns = Turns(conversation)
        assert conversation.title is not None
        found[conversation.title] = [
            Row(message.id, message.role, turns.text(message, _shown(message, pointers)), _utc(message))
            for message in conversation.messages
        ]
    return found


def _shown(message: Message, pointers: bool) -> tuple[Any, ...]:
    pictures = (file for file in message.attachments if file.media_type == "image/png")
    return tuple(pictures) if pointers else ()


def _utc(message: Message) -> datetime:
    assert message.timestamp is not None
    return message.timestamp.astimezone(UTC)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def whole_seconds(found: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return what a client has that keeps no fractions of a second."""
    return {
        title: [row._replace(time=row.time.replace(microsecond=0)) for row in rows]
        for title, rows in found.items()
    }


def stripped(found: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return what a client has that takes white space away around texts."""
    return {title: [row._replace(text=row.text.strip()) for row in rows] for title, rows in found.items()}


def unpack(path: Path, folder: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / "conversations.json"


def query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def by_title(rows: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for title, row in rows:
        found.setdefault(title, []).append(row)
    return found


def test_chatgpt_to_sqlite_has_every_message(client: InstallClient, tmp_path: Path) -> None:
    program = client("chatgpt-to-sqlite")
    source = unpack(write_archive("chatgpt", tmp_path / "chat.zip"), tmp_path / "unpacked")
    program.run("chatgpt-to-sqlite", "export", source, tmp_path / "chat.db", home=tmp_path)
    rows = query(
        tmp_path / "chat.db",
        "select title, message_id, sender, text, messages.create_time from messages "
        "join conversations using (chat_id) order by messages.rowid",
    )
    found = by_title((title, Row(id_, role, text, _moment(time))) for title, id_, role, text, time in rows)
    assert found == stripped(expected())


def test_claude_to_sqlite_has_every_message(client: InstallClient, tmp_path: Path) -> None:
    program = client("claude-to-sqlite")
    archive = write_archive("claude", tmp_path / "chat.zip")
    program.run("claude-to-sqlite", archive, tmp_path / "chat.db", home=tmp_path)
    rows = query(
        tmp_path / "chat.db",
        "select name, messages.uuid, replace(sender, 'human', 'user'), text, messages.created_at "
        "from messages "
        "join conversations on conversations.uuid = conversation_id order by messages.rowid",
    )
    found = by_title((title, Row(id_, role, text, _moment(time))) for title, id_, role, text, time in rows)
    assert found == expected()


@pytest.mark.parametrize("to", ["chatgpt", "claude"])
def test_llm_memex_has_every_message_once_however_often_it_is_imported(
    client: InstallClient, to: str, tmp_path: Path
) -> None:
    program = client("llm-memex")
    options = {"images": "pointers"} if to == "chatgpt" else {}
    source = unpack(write_archive(to, tmp_path / "chat.zip", **options), tmp_path / "unpacked")
    home = tmp_path / "db"
    printed = [program.run("llm-memex", "import", "--db", home, source, home=tmp_path) for _ in range(2)]
    assert "Imported 2 conversation(s)" in printed[0]
    assert "(2 unchanged)" in printed[1]
    rows = query(
        home / "conversations.db",
        "select title, messages.id, role, content, messages.created_at from messages "
        "join conversations on conversations.id = conversation_id order by messages.rowid",
    )
    found = by_title(
        (title, Row(id_, role, _text(parts), _moment(time))) for title, id_, role, parts, time in rows
    )
    assert found == whole_seconds(expected(pointers=to == "chatgpt"))
    pictures = [path.read_bytes() for path in (home / "assets").glob(f"*{IMAGE}")]
    assert pictures == ([(PICTURE / IMAGE).read_bytes()] if to == "chatgpt" else [])


def _text(parts: str) -> str:
    return "".join(part["text"] for part in json.loads(parts) if part["type"] == "text")


@pytest.mark.parametrize("to", ["chatgpt", "claude"])
def test_echomine_has_every_message(client: InstallClient, to: str, tmp_path: Path) -> None:
    program = client("echomine")
    source = unpack(write_archive(to, tmp_path / "chat.zip"), tmp_path / "unpacked")
    for conversation in hard_archive().conversations:
        printed = program.run("echomine", "get", "messages", source, conversation.id, "--json", home=tmp_path)
        found = [
            Row(row["id"], row["role"], row["content"], _moment(row["timestamp"]))
            for row in json.loads(printed)
        ]
        assert found == whole_seconds(expected())[conversation.title or ""]


@pytest.mark.parametrize("images", ["safe", "pointers"])
def test_convoviz_writes_every_message_and_shows_the_picture(
    client: InstallClient, images: str, tmp_path: Path
) -> None:
    program = client("convoviz")
    archive = write_archive("chatgpt", tmp_path / "chat.zip", images=images)
    out = tmp_path / "out"
    program.run("convoviz", "-z", archive, "-o", out, "--outputs", "markdown", "-I", home=tmp_path)
    pages = {path: path.read_text(encoding="utf-8") for path in out.rglob("*.md") if path.name != "_index.md"}
    assert len(pages) == 2
    for title, rows in expected(pointers=images == "pointers").items():
        (page,) = (
            text
            for text in pages.values()
            if f"conversation_id=cccccccc-0000-5000-8000-00000000000{_number(title)}" in text
        )
        place = 0
        for row in rows:
            said = row.text.replace("\\(y\\)", "$y$")  # convoviz writes formulas for Obsidian
            place = page.index(f"*{_clock(row, rows)}*\n\n{said}", place) + 1
        assert page.count("\n***\n") == len(rows)
    (picture,) = out.rglob(IMAGE)
    assert picture.read_bytes() == (PICTURE / IMAGE).read_bytes()
    (page_path,) = (path for path, text in pages.items() if f"![Image](assets/{IMAGE})" in text)
    assert picture == page_path.parent / "assets" / IMAGE


def _number(title: str) -> int:
    return [conversation.title for conversation in hard_archive().conversations].index(title)


def _clock(row: Row, rows: list[Row]) -> str:
    """Write a time as convoviz does: with the date where it is another than before."""
    before = rows[rows.index(row) - 1].time.date() if row != rows[0] else None
    return f"{row.time:%H:%M:%S}" if row.time.date() == before else f"{row.time:%Y-%m-%d %H:%M:%S}"
