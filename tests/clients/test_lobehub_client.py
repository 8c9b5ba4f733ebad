"""LobeHub's own importer, on a PostgreSQL in memory, takes our files and does not double them."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from wamigrate.model import Conversation
from wamigrate.turns import Turns

from .hard_archive import hard_archive, write_archive
from .node_programs import clients_folder, install_packages, run

pytestmark = pytest.mark.clients

_PACKAGES: Final = (
    "@electric-sql/pglite@0.3.14",
    "dayjs@1.11.19",
    "drizzle-orm@0.44.7",
    "drizzle-zod@0.5.1",
    "esbuild@0.25.12",
    "nanoid@5.1.6",
    "random-words@2.0.1",
    "ts-md5@2.0.1",
    "zod@3.25.76",
)
_LOBEHUB: Final = "@lobehub/lobehub@2.1.26"
_TOPIC: Final = 900
"""Messages that we put into a topic."""


class Imported(NamedTuple):
    """What LobeHub says and shows."""

    runs: list[Any]
    agents: list[Any]
    ids: list[str]


@pytest.fixture(scope="module")
def lobehub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with LobeHub's importer."""
    folder = install_packages(clients_folder(tmp_path_factory) / "lobehub", *_PACKAGES)
    sources = folder / "node_modules" / "@lobehub" / "lobehub"
    if not sources.is_dir():
        # not installed, as it would bring a thousand packages along
        packed = run(folder, "npm", "pack", "--silent", _LOBEHUB).split()[-1]
        sources.mkdir(parents=True)
        run(folder, "tar", "--extract", "--file", packed, "--directory", sources, "--strip-components", "1")
    for script in (Path(__file__).parent / "lobehub").glob("*.mjs"):
        shutil.copy(script, folder)
    run(folder, "node", "build.mjs")
    return folder


@pytest.fixture(scope="module")
def imported(lobehub: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Import the hard archive twice."""
    written = write_archive("lobehub", tmp_path_factory.mktemp("archive") / "lobehub")
    files = [str(path) for path in sorted(written.glob("*.json"))]
    return Imported(**json.loads(run(lobehub, "node", "import.mjs", *files, *files)))


def parts(conversation: Conversation) -> dict[str, list[tuple[str, str]]]:
    """Return the topics of a conversation with what is said in them."""
    turns = Turns(conversation)
    said: list[tuple[str, str]] = [
        (turns.role(message), turns.text(message)) for message in conversation.messages
    ]
    title = str(conversation.title)
    return {
        title if start == 0 else f"{title} ({start // _TOPIC + 1})": said[start : start + _TOPIC]
        for start in range(0, len(said), _TOPIC)
    }


def test_everything_is_shown_in_order(imported: Imported) -> None:
    (agent,) = imported.agents
    assert agent["title"] == "ChatGPT"
    shown = {
        topic["title"]: [(line["role"], line["content"]) for line in topic["messages"]]
        for topic in agent["topics"]
    }
    expected: dict[str, list[tuple[str, str]]] = {}
    for conversation in hard_archive().conversations:
        expected |= parts(conversation)
    assert shown == expected


def test_times_arrive_to_a_few_milliseconds(imported: Imported) -> None:
    by_title = {topic["title"]: topic for topic in imported.agents[0]["topics"]}
    for conversation in hard_archive().conversations:
        lines = [line for title in parts(conversation) for line in by_title[title]["messages"]]
        for message, line in zip(conversation.messages, lines, strict=True):
            assert message.timestamp is not None
            found = datetime.fromisoformat(line["createdAt"])
            assert abs(found - message.timestamp) <= timedelta(milliseconds=2)


def test_a_second_import_adds_nothing(imported: Imported) -> None:
    first, second = imported.runs
    count = sum(len(conversation.messages) for conversation in hard_archive().conversations)
    assert first["results"]["messages"] == {"added": count, "errors": 0, "skips": 0, "updated": 0}
    assert second["results"]["messages"] == {"added": 0, "errors": 0, "skips": count, "updated": 0}
    assert len(imported.ids) == len(set(imported.ids)) == count


def test_a_later_export_adds_what_is_new(lobehub: Path, tmp_path: Path) -> None:
    """Leave the last messages out of the first file, as if they had not been written yet."""
    whole = write_archive("lobehub", tmp_path / "whole") / "lobehub-1.json"
    data = json.loads(whole.read_bytes())
    data["data"]["messages"] = data["data"]["messages"][:-100]
    part = tmp_path / "part.json"
    part.write_text(json.dumps(data), encoding="utf-8")
    found = Imported(**json.loads(run(lobehub, "node", "import.mjs", part, whole)))
    assert found.runs[1]["results"]["messages"]["added"] == 100
    assert len(found.ids) == len(set(found.ids))
