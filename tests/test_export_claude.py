"""The Claude archive: what each reader demands of it, and that checking finds each fault."""

import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from archive_checks import (
    broken_rules,
    common,
    differences,
    findings,
    read_back,
    verifiable,
    with_options,
    write_into,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import archives

from wamigrate.errors import OptionError, ParseError
from wamigrate.model import Archive, Attachment, Conversation, Message, Participant, replace
from wamigrate.source import open_source
from wamigrate.tables import read_table

NAME: Final = "conversations.json"
FIRST: Final = "00000000-0000-4000-8000-000000000000"
Row = dict[str, Any]
PEOPLE: Final = (Participant("Nora", "user"), Participant("ChatGPT", "assistant", service="chatgpt"))


def chat(*messages: Message) -> Archive:
    conversation = Conversation("c", "Bread", "chatgpt", PEOPLE, None, None, messages, "3f1c0a9be2d4")
    return replace(common(), conversations=(conversation,), notes=())


def said(id_: str, text: str = "hi", **fields: Any) -> Message:
    return replace(Message(id_, "user", "Nora", None, "text", text), **fields)


def member(path: Path, name: str = NAME) -> Any:
    if not zipfile.is_zipfile(path):
        return json.loads(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(name))


def test_the_archive_has_the_files_of_anthropics_own_and_a_manifest(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "claude", common())
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    assert names == [NAME, "users.json", "projects.json", "memories.json", "wamigrate.json"]
    assert member(path, "projects.json") == []


def test_a_message_has_its_text_twice_as_readers_take_one_or_the_other(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "claude", common())
    for row in member(path):
        for message in row["chat_messages"]:
            (block,) = message["content"]
            assert (block["type"], block["text"]) == ("text", message["text"])


def test_only_human_and_assistant_speak(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "claude", common())
    senders = [message["sender"] for row in member(path) for message in row["chat_messages"]]
    assert set(senders) == {"human", "assistant"}
    assert member(path)[1]["chat_messages"][0]["text"].startswith("ليلى: ")


def test_messages_form_a_chain_from_the_constant_of_all_zeros(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "claude", common())
    for row in member(path):
        parents = [message["parent_message_uuid"] for message in row["chat_messages"]]
        assert parents == [FIRST, *(message["uuid"] for message in row["chat_messages"][:-1])]


def test_times_are_iso_8601_with_six_digits_and_z(tmp_path: Path) -> None:
    path, notes = write_into(tmp_path, "claude", common())
    group = member(path)[1]
    assert group["created_at"] == "2025-03-29T22:59:58.000000Z"
    assert [message["created_at"] for message in group["chat_messages"]][3:5] == [
        None,
        "2025-03-30T01:01:09.250000Z",
    ]
    assert notes.count()["assumed-zone"] == 1, "of the first conversation"


def test_a_text_file_is_quoted_and_others_are_named(tmp_path: Path) -> None:
    path, notes = write_into(tmp_path, "claude", common())
    every = [message for row in member(path) for message in row["chat_messages"]]
    (card,) = (file for message in every for file in message["attachments"])
    assert card["file_name"] == "Mills.vcf"
    assert card["file_type"] == "text/vcard"
    assert card["file_size"] == len(card["extracted_content"].encode())
    assert card["extracted_content"].startswith("BEGIN:VCARD")
    (note,) = (note.text for note in notes.items if note.code == "media-unwritten")
    assert note.startswith("5 files were not written: ")
    named = {file["file_name"] for message in every for file in message["files"]}
    assert {"IMG-20250325-WA0001.png", "VID-20250326-WA0003.mp4", "oven.jpg"} <= named


@pytest.mark.parametrize(
    ("content", "quoted"), [(b"hello", True), (b"\xff\xfe\x00", False), (b"x" * 300_000, False)]
)
def test_a_text_file_is_quoted_if_it_is_short_text(content: bytes, quoted: bool, tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (media / "notes.txt").write_bytes(content)
    file = Attachment("notes.txt", "text/plain", len(content), member="notes.txt", present=True)
    path, _ = write_into(
        tmp_path, "claude", chat(said("a", "", kind="media", attachments=(file,))), media_from=media
    )
    message = member(path)[0]["chat_messages"][0]
    assert bool(message["attachments"]) == quoted
    assert bool(message["files"]) != quoted
    assert message["text"] == "📎 notes.txt"


def test_accounts_are_those_of_the_owners(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "claude", common())
    users = {user["uuid"]: user for user in member(path, "users.json")}
    assert [users[row["account"]["uuid"]]["full_name"] for row in member(path)] == [
        "Nora",
        "Bjørn_the_*star* <b>",
        "",
        "Nora",
    ]
    assert {user["email_address"] for user in users.values()} == {None}


def test_the_true_origin_is_recorded(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "claude", common())
    assert member(path)[0]["wamigrate"]["platform"] == "WhatsApp"
    assert member(path)[0]["wamigrate"]["source"]["sha256"] == common().sources[0].sha256
    edited = [
        message for message in member(path)[0]["chat_messages"] if message.get("wamigrate", {}).get("edited")
    ]
    assert len(edited) == 1


def test_the_bare_file_is_the_one_in_the_archive(tmp_path: Path) -> None:
    bare, _ = write_into(tmp_path, "claude", common(), options={"file": "json"})
    zipped, _ = write_into(tmp_path, "claude", common())
    assert bare.name == "result.claude.json"
    assert member(bare) == member(zipped)
    assert broken_rules("claude", bare) == []


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(OptionError):
        with_options("claude", {"media": "copy"})


def test_messages_of_one_id_stay_apart(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "claude", chat(said("a"), said("a"), said(""), said(FIRST)))
    ids = [message["uuid"] for message in member(path)[0]["chat_messages"]]
    assert len({*ids, FIRST, ""}) == 6
    assert broken_rules("claude", path) == []


@pytest.mark.parametrize("count", [500, 501, 1100])
def test_no_message_falls_between_two_pieces(count: int, tmp_path: Path) -> None:
    path, _ = write_into(
        tmp_path, "claude", chat(*(said(f"m{number}", f"{number}") for number in range(count)))
    )
    assert [message["text"] for message in member(path)[0]["chat_messages"]] == [*map(str, range(count))]


def test_the_reader_sees_what_was_written(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "claude", common())
    assert differences(common().conversations, read_back("claude", path)) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(archive=archives(), file=st.sampled_from(["zip", "json"]))
def test_whatever_is_written_keeps_all_rules_and_every_message(
    archive: Archive, file: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, _ = write_into(
        tmp_path_factory.mktemp("any"), "claude", archive, media_from=None, options={"file": file}
    )
    assert findings("claude", path) == []
    written = [conversation for conversation in archive.conversations if conversation.messages]
    for conversation, found in zip(written, read_back("claude", path), strict=True):
        for message, held in zip(conversation.messages, found.messages, strict=True):
            assert message.text in held.text or message.text.isspace()


def _first(row: Row) -> Row:
    found: Row = row["chat_messages"][0]
    return found


FAULTS: Final[dict[str, Callable[[Row], object]]] = {
    "uuid": lambda row: row.pop("uuid"),
    "name": lambda row: row.update(name=""),
    "created-at": lambda row: row.update(created_at=1742936280),
    "updated-at": lambda row: row.update(updated_at="1960-01-01T00:00:00.000000Z"),
    "account": lambda row: row.pop("account"),
    "messages": lambda row: row.update(chat_messages=[]),
    "message-uuid": lambda row: row["chat_messages"][1].update(uuid=_first(row)["uuid"]),
    "text": lambda row: _first(row).pop("text"),
    "content": lambda row: _first(row)["content"].append({"type": "text", "text": "more"}),
    "sender": lambda row: _first(row).update(sender="user"),
    "message-time": lambda row: _first(row).update(created_at="yesterdayZ"),
    "parent": lambda row: row["chat_messages"][1].update(parent_message_uuid=FIRST),
    "lists": lambda row: _first(row).update(files=[{}]),
}
"""For each rule a change that breaks it."""
PLACES: Final = {"list", "root-file", "classic", "users", "projects"}
"""Rules for the archive as a whole."""


def packed(folder: Path, conversations: bytes, name: str = NAME, **others: bytes) -> Path:
    path = folder / "packed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, conversations)
        for stem, content in {"users": b"[]", "projects": b"[]", **others}.items():
            archive.writestr(f"{stem}.json", content)
    return path


@pytest.fixture
def sound(tmp_path: Path) -> list[Row]:
    path, _ = write_into(tmp_path, "claude", chat(said("a"), said("b"), said("c")))
    found: list[Row] = member(path)
    return found


@pytest.mark.parametrize("rule", FAULTS)
def test_a_broken_rule_is_found_with_its_place_and_its_readers(
    rule: str, sound: list[Row], tmp_path: Path
) -> None:
    FAULTS[rule](sound[0])
    found = findings("claude", packed(tmp_path, json.dumps(sound).encode()))
    (finding,) = (finding for finding in found if finding.rule == rule)
    assert finding.where.startswith("conversations.json[0]")
    assert finding.readers


def test_rules_for_the_archive_as_a_whole_are_found(sound: list[Row], tmp_path: Path) -> None:
    good = json.dumps(sound).encode()
    assert broken_rules("claude", packed(tmp_path, good)) == []
    assert broken_rules("claude", packed(tmp_path, b"\xef\xbb\xbf" + good)) == ["list"]
    assert broken_rules("claude", packed(tmp_path, good, f"data/{NAME}")) == ["root-file"]
    assert broken_rules("claude", packed(tmp_path, good, "conversations-000.json")) == ["classic"]
    assert broken_rules("claude", packed(tmp_path, good, users=b"{}")) == ["users"]
    assert broken_rules("claude", packed(tmp_path, good, projects=b"{")) == ["projects"]
    assert broken_rules("claude", packed(tmp_path, json.dumps(sound * 2).encode())) == ["uuid"]


def test_every_rule_of_the_table_can_be_broken() -> None:
    assert {*FAULTS, *PLACES} == set(read_table("reader_rules.toml")["claude"])


def test_what_is_no_list_of_conversations_is_one_clear_error(tmp_path: Path) -> None:
    path = packed(tmp_path, b'{"chat_messages": []}')
    assert broken_rules("claude", path) == ["list"]
    with pytest.raises(ParseError, match=r"packed\.zip"):
        read_back("claude", path)


@pytest.mark.parametrize("name", ["chatgpt", "openai_jsonl", "sharegpt", "json", "jsonl"])
def test_archives_of_other_formats_are_not_recognised(name: str, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, name, common())
    with closing(open_source(path)) as source:
        assert not verifiable("claude").recognises(source)
