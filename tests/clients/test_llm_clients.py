"""``llm`` and Datasette read our ``logs.db``: every title, text, time and file, and they find words."""

import json
import shutil
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from wamigrate.turns import Turns

from .client_programs import InstallClient
from .hard_archive import CARD, IMAGE, hard_archive, write_archive

pytestmark = pytest.mark.clients


def expected() -> dict[str, list[tuple[str, str]]]:
    """Return the runs of each conversation: the side, and its texts with blank lines between."""
    found: dict[str, list[tuple[str, str]]] = {}
    for conversation in hard_archive().conversations:
        turns = Turns(conversation)
        runs = groupby(conversation.messages, turns.role)
        joined = (
            (role, "\n\n".join(filter(None, (turns.text(message, message.attachments) for message in run))))
            for role, run in runs
        )
        found[str(conversation.title)] = [run for run in joined if run[1]]
    return found


def sides(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return what is said in rows, one side after the other."""
    said = (pair for row in rows for pair in (("user", row["prompt"]), ("assistant", row["response"])))
    return [pair for pair in said if pair[1]]


def history(path: Path, home: Path) -> Path:
    """Make an archive the history of the ``llm`` of a home."""
    place = home / ".config" / "io.datasette.llm" / "logs.db"
    place.parent.mkdir(parents=True)
    shutil.copy(path, place)
    return place


@pytest.mark.parametrize("version", ["llm", "llm-oldest"])
def test_llm_lists_everything_in_order(version: str, client: InstallClient, tmp_path: Path) -> None:
    program = client(version)
    history(write_archive("llm", tmp_path / "out.db"), tmp_path)
    rows: list[dict[str, Any]] = json.loads(
        program.run("llm", "logs", "list", "-n", "0", "--json", home=tmp_path)
    )
    rows.sort(key=itemgetter("id"))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["conversation_name"], []).append(row)
    assert {title: sides(group) for title, group in found.items()} == expected()
    for conversation in hard_archive().conversations:
        first = found[str(conversation.title)][0]
        asked = datetime.fromisoformat(first["datetime_utc"] + "+00:00")
        assert asked == conversation.messages[0].timestamp
        assert first["model"] == "chatgpt-on-whatsapp"


def test_llm_shows_a_conversation_with_its_files(client: InstallClient, tmp_path: Path) -> None:
    history(write_archive("llm", tmp_path / "out.db"), tmp_path)
    shown = client("llm").run("llm", "logs", "list", "-n", "0", "-q", "flat", home=tmp_path)
    assert "Is it *too* flat?" in shown
    assert f"**image/png**: `{IMAGE}`" in shown
    cards = client("llm").run("llm", "logs", "list", "-n", "0", "-m", "chatgpt-on-whatsapp", home=tmp_path)
    assert f"**text/vcard**: `{CARD}`" in cards


def test_llm_goes_on_with_a_conversation_once_the_model_has_a_name(
    client: InstallClient, tmp_path: Path
) -> None:
    """Load the conversation as ``llm -c`` does, with pictures and all that was said."""
    program = client("llm")
    history(write_archive("llm", tmp_path / "out.db"), tmp_path)
    program.run("llm", "aliases", "set", "chatgpt-on-whatsapp", "gpt-4o-mini", home=tmp_path)
    code = (
        "import llm.cli, sqlite_utils; from llm.migrations import migrate; path = llm.cli.logs_db_path(); "
        "migrate(sqlite_utils.Database(path)); chat = llm.cli.load_conversation(None); "
        "print(chat.name, len(chat.responses), chat.model.model_id)"
    )
    title = hard_archive().conversations[-1].title
    runs = expected()[str(title)]
    prompts = sum(role == "user" for role, _ in runs)
    assert program.run("python", "-c", code, home=tmp_path) == f"{title} {prompts} gpt-4o-mini\n"


def test_datasette_finds_words_in_a_database_that_llm_never_opened(
    client: InstallClient, tmp_path: Path
) -> None:
    write_archive("llm", tmp_path / "logs.db")
    page = f"/logs/responses.json?_shape=array&_search={quote('مقهى')}"
    rows = json.loads(client("datasette").run("datasette", "logs.db", "--get", page, home=tmp_path))
    assert ["كيف أقول" in row["prompt"] for row in rows] == [True]
    page = f"/logs/attachments.json?_shape=array&path={IMAGE}&_col=type&_col=path"
    (picture,) = json.loads(client("datasette").run("datasette", "logs.db", "--get", page, home=tmp_path))
    assert (picture["type"], picture["path"]) == ("image/png", IMAGE)
