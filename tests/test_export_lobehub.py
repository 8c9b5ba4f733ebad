"""LobeHub's data files, as its importer in version 2.1 reads them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from archive_checks import broken_rules, chat, common, differences, read_back, rules_of, say, write_into

from wamigrate.model import Archive

TALK: Final = chat(
    say("Question", time="2025-03-25T21:04"),
    say("Answer", "assistant", "2025-03-25T21:04"),
    say("Thanks", time="2025-03-25T21:05"),
)


def write(tmp_path: Path, archive: Archive = TALK) -> tuple[Path, Any]:
    folder, _ = write_into(tmp_path, "lobehub", archive)
    return folder, json.loads((folder / "lobehub-1.json").read_bytes())


def long(count: int) -> Archive:
    start = datetime.fromisoformat("2025-03-25T21:04+00:00")
    roles: tuple[Any, ...] = ("user", "assistant")
    return chat(
        *(say(f"{n}", roles[n % 2], (start + timedelta(seconds=n // 2)).isoformat()) for n in range(count))
    )


def test_each_assistant_is_an_agent_with_its_topics(tmp_path: Path) -> None:
    _, file = write(tmp_path, common())
    data = file["data"]
    assert [agent["title"] for agent in data["agents"]] == ["ChatGPT", "Meta AI", "Assistant"]
    assert data["agents"][0]["tags"] == ["whatsapp", "chatgpt"]
    assert "+18002428478" in data["agents"][0]["description"]
    assert len(data["topics"]) == 4
    assert len(data["agentsToSessions"]) == 3


def test_ids_are_ours_and_tell_a_second_import_what_is_there(tmp_path: Path) -> None:
    _, file = write(tmp_path)
    lines = file["data"]["messages"]
    assert [line["id"] for line in lines] == ["id-Question", "id-Answer", "id-Thanks"]
    assert all(line["clientId"] == line["id"] for line in lines)


def test_equal_times_are_moved_by_a_millisecond_and_the_true_one_is_kept(tmp_path: Path) -> None:
    folder, file = write(tmp_path)
    times = [line["createdAt"] for line in file["data"]["messages"]]
    assert times == ["2025-03-25T21:04:00.000Z", "2025-03-25T21:04:00.001Z", "2025-03-25T21:05:00.000Z"]
    assert differences(TALK.conversations, read_back("lobehub", folder)) == []


def test_a_long_conversation_becomes_topics_that_are_shown_whole(tmp_path: Path) -> None:
    archive = long(2000)
    folder, file = write(tmp_path, archive)
    assert [topic["title"] for topic in file["data"]["topics"]] == ["Bread", "Bread (2)", "Bread (3)"]
    assert broken_rules("lobehub", folder) == []
    (archived,) = read_back("lobehub", folder)
    assert archived.title == "Bread"
    assert differences(archive.conversations, [archived]) == []


def test_no_file_has_more_messages_than_lobehub_takes(tmp_path: Path) -> None:
    archive = long(20_500)
    folder, _ = write(tmp_path, archive)
    sizes = {
        path.name: len(json.loads(path.read_bytes())["data"]["messages"]) for path in folder.glob("*.json")
    }
    assert sizes == {"lobehub-1.json": 20_000, "lobehub-2.json": 500}
    assert broken_rules("lobehub", folder) == []
    assert differences(archive.conversations, read_back("lobehub", folder)) == []


def test_messages_with_one_id_become_two(tmp_path: Path) -> None:
    folder, file = write(tmp_path, chat(say("a"), say("a"), say("b", "assistant")))
    assert len({line["id"] for line in file["data"]["messages"]}) == 3
    assert broken_rules("lobehub", folder) == []


def line(file: Any, index: int = 0) -> Any:
    return file["data"]["messages"][index]


BREAK: Final[dict[str, Callable[[Any], object]]] = {
    "object": lambda file: file.update(mode="sqlite"),
    "tables": lambda file: file["data"].update(topics=[]),
    "rows": lambda file: file["data"].update(messages=[line(file)] * 32_768),
    "client-id": lambda file: line(file).pop("clientId"),
    "agent": lambda file: file["data"]["agents"][0].update(title="x" * 256),
    "link": lambda file: line(file).update(topicId="nowhere"),
    "message-id": lambda file: line(file, 1).update(id=line(file)["id"]),
    "role": lambda file: line(file).update(role="system"),
    "content": lambda file: line(file).update(content=""),
    "nul": lambda file: line(file).update(content="a\0b"),
    "time": lambda file: line(file, 1).update(createdAt=line(file)["createdAt"]),
    "topic-size": lambda file: file["data"].update(messages=[line(file)] * 1001),
}


@pytest.mark.parametrize("rule", sorted(rules_of("lobehub")))
def test_a_broken_rule_is_found(rule: str, tmp_path: Path) -> None:
    folder, file = write(tmp_path)
    BREAK[rule](file)
    (folder / "lobehub-1.json").write_text(json.dumps(file), encoding="utf-8")
    assert rule in broken_rules("lobehub", folder)
