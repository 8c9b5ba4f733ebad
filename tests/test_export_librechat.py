"""LibreChat's own format, as ``api/server/utils/import`` reads it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from archive_checks import broken_rules, chat, common, read_back, rules_of, say, write_into

from wamigrate.model import Archive, Message

ZERO: Final = "00000000-0000-0000-0000-000000000000"
TALK: Final = chat(
    say("Question", time="2025-03-25T21:04:30.900"), say("Answer", "assistant", "2025-03-25T21:05")
)


def write(tmp_path: Path, archive: Archive = TALK) -> tuple[Path, Any]:
    folder, _ = write_into(tmp_path, "librechat", archive)
    path = min(folder.glob("*.json"))
    return path, json.loads(path.read_bytes())


def test_there_is_a_file_for_each_conversation_named_by_day_and_title(tmp_path: Path) -> None:
    folder, _ = write_into(tmp_path, "librechat", common())
    assert sorted(path.name for path in folder.glob("*.json")) == [
        "2025-03-25 Bread --- what's [no] #1 & yes --- tags oops (2).json",
        "2025-03-25 Bread --- what's [no] #1 & yes --- tags oops.json",
        "2025-03-29 كيف أقول «مقهى»؟.json",
        "Ada, Ben.json",
    ]


def test_each_message_names_the_one_before_it(tmp_path: Path) -> None:
    _, file = write(tmp_path)
    first, second = file["messages"]
    assert (first["parentMessageId"], second["parentMessageId"]) == (ZERO, first["messageId"])


def test_senders_keep_their_names(tmp_path: Path) -> None:
    _, file = write(tmp_path)
    assert [(line["sender"], line["isCreatedByUser"]) for line in file["messages"]] == [
        ("Nora", True),
        ("ChatGPT", False),
    ]


def test_no_model_and_no_endpoint_is_made_up(tmp_path: Path) -> None:
    _, file = write(tmp_path)
    assert file.keys() == {"conversationId", "title", "options", "wamigrate", "messages", "recursive"}
    assert file["options"] == {"tags": ["whatsapp", "chatgpt"]}


def test_a_message_without_time_has_that_of_the_one_before(tmp_path: Path) -> None:
    _, file = write(tmp_path, chat(say("a"), say("b", time="2025-03-25T21:04"), say("c")))
    assert {line["createdAt"] for line in file["messages"]} == {"2025-03-25T21:04:00.000Z"}


def test_conversations_are_read_back_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    folder, _ = write_into(tmp_path, "librechat", common())
    first: list[Message] = [conversation.messages[0] for conversation in common().conversations]
    found = [conversation.messages[0].id for conversation in read_back("librechat", folder)]
    assert found == [message.id for message in first]


BREAK: Final[dict[str, Callable[[Any], object]]] = {
    "native": lambda file: file.update(recursive=True),
    "title": lambda file: file.update(title=""),
    "messages": lambda file: file.update(messages=[]),
    "message-id": lambda file: file["messages"][1].update(messageId=file["messages"][0]["messageId"]),
    "parent": lambda file: file["messages"][1].update(parentMessageId=ZERO),
    "text": lambda file: file["messages"][1].update(text="\n"),
    "side": lambda file: file["messages"][1].pop("isCreatedByUser"),
    "sender": lambda file: file["messages"][1].update(sender=""),
    "time": lambda file: file["messages"][1].update(createdAt=None),
}


@pytest.mark.parametrize("rule", sorted(rules_of("librechat") - {"object", "size"}))
def test_a_broken_rule_is_found(rule: str, tmp_path: Path) -> None:
    path, file = write(tmp_path)
    BREAK[rule](file)
    path.write_text(json.dumps(file), encoding="utf-8")
    assert rule in broken_rules("librechat", path)


def test_a_list_is_no_conversation(tmp_path: Path) -> None:
    path, file = write(tmp_path)
    path.write_text(json.dumps([file]), encoding="utf-8")
    assert broken_rules("librechat", path) == ["object"]


def test_a_file_that_librechat_does_not_take_is_found(tmp_path: Path) -> None:
    path, _ = write(tmp_path)
    with path.open("ab") as stream:
        stream.write(b" " * 262_144_000)
    assert broken_rules("librechat", path) == ["size"]
