"""Files for training: user and assistant take turns, and what has no place is counted."""

import json
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from archive_checks import broken_rules, common, differences, findings, read_back, verifiable, write_into
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from strategies import archives, conversations

from wamigrate.alternation import alternate, join_texts
from wamigrate.errors import NothingToExportError, ParseError
from wamigrate.model import Archive, Conversation, Message, Participant, Role, replace
from wamigrate.source import open_source
from wamigrate.tables import read_table
from wamigrate.turns import Turns

PEOPLE: Final = (Participant("Nora", "user"), Participant("ChatGPT", "assistant", service="chatgpt"))
FORMATS: Final = ("openai_jsonl", "sharegpt")
Row = dict[str, Any]


def chat(*said: tuple[Role, str]) -> Conversation:
    messages = (
        Message(str(number), role, "Nora" if role == "user" else "ChatGPT", None, "text", text)
        for number, (role, text) in enumerate(said)
    )
    return Conversation("c", "Bread", "chatgpt", PEOPLE, None, None, tuple(messages), "3f1c0a9be2d4")


def archive_of(*chats: Conversation) -> Archive:
    return replace(common(), conversations=chats, notes=())


def test_a_question_and_an_answer_are_two_turns() -> None:
    found = alternate(chat(("user", "a"), ("assistant", "b")))
    assert [tuple(turn) for turn in found.turns] == [("user", "a"), ("assistant", "b")]
    assert found.left_out == ()


def test_what_one_side_writes_without_a_break_is_one_turn() -> None:
    found = alternate(chat(("user", "a"), ("user", "b"), ("assistant", "c"), ("assistant", "d")))
    assert [turn.text for turn in found.turns] == ["a\n\nb", "c\n\nd"]


def test_an_answer_before_the_first_question_and_a_question_after_the_last_answer_are_left_out() -> None:
    found = alternate(chat(("assistant", "hi"), ("user", "a"), ("assistant", "b"), ("user", "bye")))
    assert [turn.text for turn in found.turns] == ["a", "b"]
    assert [(message.text, reason) for message, reason in found.left_out] == [
        ("hi", "before the first question"),
        ("bye", "after the last answer"),
    ]


@pytest.mark.parametrize(
    "said", [[("user", "a")], [("assistant", "a")], [("assistant", "a"), ("user", "b")], []]
)
def test_a_conversation_without_question_and_answer_is_left_out_whole(said: list[tuple[Role, str]]) -> None:
    found = alternate(chat(*said))
    assert found.turns == ()
    assert [message.text for message, _ in found.left_out] == [text for _, text in said]


@given(conversations())
def test_turns_alternate_and_every_message_is_in_one_or_left_out(conversation: Conversation) -> None:
    found = alternate(conversation)
    roles = [turn.role for turn in found.turns]
    assert all(one != following for one, following in pairwise(roles))
    assert not roles or (roles[0], roles[-1]) == ("user", "assistant")
    left_out = [id(message) for message, _ in found.left_out]
    kept = [message for message in conversation.messages if id(message) not in left_out]
    assert len(kept) + len(left_out) == len(conversation.messages)
    words = "\n".join(turn.text for turn in found.turns)
    assert all(Turns(conversation).text(message) in words for message in kept)


@pytest.mark.parametrize(
    "text", ["```\nx", "~~~py\nx", "````\n```\nx", "a\n   ```\nx", "```\nx\n```\n```\ny", "~~~\n```\n"]
)
def test_code_that_a_text_leaves_open_does_not_swallow_the_next(text: str) -> None:
    tokens = MarkdownIt().parse(join_texts([text, "**after**"]))
    assert tokens[-2].content == "**after**"
    assert tokens[-3].type == "paragraph_open"


@pytest.mark.parametrize("text", ["```\nx\n```", "plain", "``` not `a` fence", "    ```", "`` ``` ``"])
def test_what_is_closed_stays_as_it_is(text: str) -> None:
    assert join_texts([text, "after"]) == f"{text}\n\nafter"


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_left_out_is_a_finding(name: str, tmp_path: Path) -> None:
    one = chat(("assistant", "hi"), ("user", "a"), ("assistant", "b"))
    _, notes = write_into(tmp_path, name, archive_of(one, chat(("user", "alone"))))
    assert sorted(note.text for note in notes.items) == [
        "1 message before the first question was left out",
        "1 message in a conversation without question and answer was left out",
    ]
    assert {note.code for note in notes.items} == {"unpaired"}


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_but_questions_is_nothing_to_export(name: str, tmp_path: Path) -> None:
    with pytest.raises(NothingToExportError, match="--assistant"):
        write_into(tmp_path, name, archive_of(chat(("user", "a"))))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FORMATS)
def test_the_reader_sees_what_was_written(name: str, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, name, common())
    unheld = [alternate(conversation) for conversation in common().conversations]
    left_out = {message.id for found in unheld for message, _ in found.left_out}
    kept = [
        replace(found, messages=tuple(message for message in found.messages if message.id not in left_out))
        for found in common().conversations
    ]
    assert differences(kept, read_back(name, path)) == []


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_written_keeps_all_rules(
    data: st.DataObject, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    archive = data.draw(archives())
    fixed = (chat(("user", "a"), ("assistant", "b")), *archive.conversations)
    folder = tmp_path_factory.mktemp("any")
    path, _ = write_into(folder, name, replace(archive, conversations=fixed), media_from=None)
    assert findings(name, path) == []
    turns = [[message.text for message in found.messages] for found in read_back(name, path)]
    expected = [[turn.text for turn in alternate(conversation).turns] for conversation in fixed]
    assert turns == [texts for texts in expected if texts]


def test_a_line_holds_nothing_that_programs_take_for_a_line_end(tmp_path: Path) -> None:
    odd = "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\rh"
    path, _ = write_into(tmp_path, "openai_jsonl", archive_of(chat(("user", odd), ("assistant", "b"))))
    text = path.read_bytes().decode()
    assert len(text.splitlines()) == text.count("\n") == 1
    assert json.loads(text)["messages"][0]["content"] == odd


def test_openai_jsonl_has_messages_and_nothing_else(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "openai_jsonl", common())
    for line in path.read_bytes().split(b"\n")[:-1]:
        row = json.loads(line)
        assert row.keys() == {"messages"}
        assert {frozenset(message) for message in row["messages"]} == {frozenset(("role", "content"))}


def test_sharegpt_says_where_it_comes_from(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "sharegpt", common())
    first = json.loads(path.read_bytes())[0]
    assert (first["source"], first["assistant"], first["id"]) == (
        "WhatsApp",
        "ChatGPT",
        common().conversations[0].id,
    )


def _message(row: Row, place: int) -> Row:
    found: Row = row["messages"][place]
    return found


def _turn(row: Row, place: int) -> Row:
    found: Row = row["conversations"][place]
    return found


OPENAI_FAULTS: Final[dict[str, Callable[[Row], object]]] = {
    "line": lambda row: row.update(title="Bread"),
    "message": lambda row: _message(row, 0).update(name="Nora"),
    "role": lambda row: _message(row, 0).update(role="human"),
    "turns": lambda row: row["messages"].insert(0, dict(_message(row, 0))),
    "last": lambda row: row["messages"].pop(),
}
SHAREGPT_FAULTS: Final[dict[str, Callable[[Row], object]]] = {
    "id": lambda row: row.pop("id"),
    "turn": lambda row: _turn(row, 0).pop("value"),
    "role": lambda row: _turn(row, 0).update({"from": "user"}),
    "turns": lambda row: row["conversations"].insert(0, dict(_turn(row, 0))),
    "last": lambda row: row["conversations"].pop(),
}


@pytest.mark.parametrize("rule", OPENAI_FAULTS)
def test_a_broken_rule_of_openai_jsonl_is_found(rule: str, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "openai_jsonl", archive_of(chat(("user", "a"), ("assistant", "b"))))
    row = json.loads(path.read_bytes())
    OPENAI_FAULTS[rule](row)
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (finding,) = findings("openai_jsonl", path)
    assert (finding.rule, finding.where) == (rule, "line 1")
    assert finding.readers


@pytest.mark.parametrize("line", [b"[]", b"{", b'"x"', b"\xff", b""])
def test_a_line_that_is_no_object_is_found(line: bytes, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "openai_jsonl", archive_of(chat(("user", "a"), ("assistant", "b"))))
    path.write_bytes(path.read_bytes() + line + b"\n")
    assert broken_rules("openai_jsonl", path) == ["line"]


def test_a_line_end_inside_a_line_is_found(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "openai_jsonl", archive_of(chat(("user", "a"), ("assistant", "b"))))
    path.write_bytes(path.read_bytes().replace(b'"a"', '"a\u2028"'.encode()))
    assert broken_rules("openai_jsonl", path) == ["one-line"]


def test_a_damaged_line_is_one_clear_error(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "openai_jsonl", archive_of(chat(("user", "a"), ("assistant", "b"))))
    path.write_bytes(path.read_bytes() + b"{\n")
    with pytest.raises(ParseError, match="line 2"):
        read_back("openai_jsonl", path)


@pytest.mark.parametrize("rule", SHAREGPT_FAULTS)
def test_a_broken_rule_of_sharegpt_is_found(rule: str, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "sharegpt", archive_of(chat(("user", "a"), ("assistant", "b"))))
    rows = json.loads(path.read_bytes())
    SHAREGPT_FAULTS[rule](rows[0])
    path.write_text(json.dumps(rows), encoding="utf-8")
    (finding,) = findings("sharegpt", path)
    assert finding.rule == rule
    assert finding.readers


def test_a_sharegpt_file_that_is_no_list_is_found(tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    path.write_bytes(b'{"id": "a", "conversations": []}')
    assert broken_rules("sharegpt", path) == ["list"]


def test_every_rule_of_the_tables_can_be_broken() -> None:
    table = read_table("reader_rules.toml")
    assert {*OPENAI_FAULTS, "one-line"} == set(table["openai_jsonl"])
    assert {*SHAREGPT_FAULTS, "list"} == set(table["sharegpt"])


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("other", ["chatgpt", "claude", "json", "jsonl", *FORMATS])
def test_only_the_own_file_is_recognised(name: str, other: str, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, other, common())
    with closing(open_source(path)) as source:
        assert verifiable(name).recognises(source) == (name == other)
