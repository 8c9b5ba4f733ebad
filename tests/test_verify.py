"""Verifying finds whatever a result lacks, adds or changes, and nothing where all is well."""

import dataclasses
import json
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from wamigrate import accounting
from wamigrate.archived import Archived, ArchivedMessage, is_selective, is_verifiable
from wamigrate.cli import app
from wamigrate.comparison import Comparison, expect, same_moment
from wamigrate.errors import (
    AmbiguousFormatError,
    OptionError,
    SourceError,
    UnknownFormatError,
    VerificationError,
)
from wamigrate.formats import find_exporter, find_exporters
from wamigrate.library import convert, merge, write
from wamigrate.model import Attachment, Conversation, Message, Participant, Span, replace
from wamigrate.pipeline import Reading, reading
from wamigrate.reader_rules import Rules
from wamigrate.settings import Settings
from wamigrate.source import open_source
from wamigrate.tables import read_table
from wamigrate.turns import Turns
from wamigrate.verification import find_format, verify

EXAMPLES: Final = Path(__file__).resolve().parent.parent / "fixtures" / "examples"
CHATGPT: Final = EXAMPLES / "WhatsApp Chat with ChatGPT.zip"
META: Final = EXAMPLES / "WhatsApp Chat with Meta AI.txt"
COPILOT: Final = EXAMPLES / "WhatsApp Chat - Copilot.zip"
FORMATS: Final = ("chatgpt", "claude", "json", "jsonl", "openai_jsonl", "sharegpt")
PEOPLE: Final = (
    Participant("Nora", "user"),
    Participant("Ana", "other"),
    Participant("Meta AI", "assistant"),
)
Rows = list[dict[str, Any]]


def written(folder: Path, to: str, source: Path = CHATGPT, **options: Any) -> Path:
    path = folder / f"result.{to}"
    convert(source, to, path, from_="whatsapp", **options)
    return path


def changed(path: Path, change: Callable[[Rows], object]) -> Path:
    """Write ``conversations.json`` anew, changed, without the rest of the archive."""
    with zipfile.ZipFile(path) as archive:
        rows = json.loads(archive.read("conversations.json"))
    change(rows)
    new = path.with_name("changed.json")
    new.write_text(json.dumps(rows), encoding="utf-8")
    return new


def rules(path: Path, source: Path = CHATGPT, **options: Any) -> dict[str, int]:
    return verify(path, source, from_="whatsapp", **options).counts


@pytest.mark.parametrize("source", [CHATGPT, META, COPILOT], ids=lambda path: path.name)
@pytest.mark.parametrize("to", FORMATS)
def test_what_is_converted_is_sound_and_complete(to: str, source: Path, tmp_path: Path) -> None:
    path = written(tmp_path, to, source)
    found = verify(path, source, from_="whatsapp")
    assert found.sound, found.findings
    assert found.format == to
    with reading(source, Settings(from_="whatsapp")) as read:
        assert found.compared + sum(found.left_out.values()) == read.messages
    found.require()


@pytest.mark.parametrize(
    "options",
    [
        {"time_zone": "America/New_York"},
        {"notices": True},
        {"split": "none"},
        {"split": "day"},
        {"text": "raw"},
        {"rejoin": False},
        {"after": "2025-12-24"},
        {"redact": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("to", ["chatgpt", "json", "sharegpt"])
def test_what_is_converted_with_options_is_complete_with_the_same_options(
    to: str, options: dict[str, Any], tmp_path: Path
) -> None:
    path = written(tmp_path, to, **options)
    assert rules(path, **options) == {}


def test_what_a_setting_or_the_format_left_out_is_listed_with_the_reason(tmp_path: Path) -> None:
    path = written(tmp_path, "openai_jsonl", after="2025-12-24")
    found = verify(path, CHATGPT, from_="whatsapp", after="2025-12-24")
    assert found.sound
    assert found.left_out.keys() >= {"after", "after the last answer"}


def test_notices_in_the_archive_need_no_reason(tmp_path: Path) -> None:
    path = written(tmp_path, "chatgpt", notices=True)
    assert rules(path) == {}
    assert verify(path, CHATGPT, from_="whatsapp").left_out == {}


def test_the_pointers_flavour_is_complete(tmp_path: Path) -> None:
    path = written(tmp_path, "chatgpt", options={"chatgpt.images": "pointers"})
    assert rules(path) == {}


def _without(rows: Rows) -> None:
    """Take the last message out of the first conversation, and mend the tree."""
    mapping = rows[0]["mapping"]
    keys = list(mapping)
    del mapping[keys[-1]]
    mapping[keys[-2]]["children"] = []
    rows[0]["current_node"] = keys[-2]


def _message(rows: Rows, place: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = list(rows[0]["mapping"].values())[place]["message"]
    return found


def _swapped(rows: Rows) -> None:
    """Let two messages change places."""
    first, second = list(rows[0]["mapping"].values())[1:3]
    first["message"], second["message"] = second["message"], first["message"]


def _text(rows: Rows, change: Callable[[str], str]) -> None:
    parts = _message(rows)["content"]["parts"]
    parts[0] = change(parts[0])


def _doubled(rows: Rows) -> None:
    second = list(rows[0]["mapping"].values())[2]
    second["message"] = dict(_message(rows))


def _renamed(rows: Rows) -> None:
    _message(rows).update(id="nobody-knows-this-one")
    _text(rows, lambda _: "invented")


DAMAGE: Final[dict[str, tuple[Callable[[Rows], object], set[str]]]] = {
    "a message is missing": (_without, {"missing"}),
    "a conversation is missing": (lambda rows: rows.pop(), {"missing"}),
    "a conversation is there twice": (lambda rows: rows.append(rows[0]), {"twice", "unique-conversation"}),
    "two messages changed places": (_swapped, {"order", "message-id"}),
    "a message is there twice": (_doubled, {"twice", "missing", "message-id"}),
    "a text lost its end": (lambda rows: _text(rows, lambda text: text[:-5]), {"text"}),
    "a text has more words": (lambda rows: _text(rows, lambda text: text + " indeed"), {"added-text"}),
    "a text lost its blanks": (lambda rows: _text(rows, lambda text: text.replace(" ", "")), {"text"}),
    "a time is another": (lambda rows: _message(rows).update(create_time=1e9), {"time"}),
    "a time is missing": (lambda rows: _message(rows).update(create_time=None), {"time"}),
    "a time is an hour late": (
        lambda rows: _message(rows).update(create_time=_message(rows)["create_time"] + 3600),
        {"time"},
    ),
    "a role is another": (lambda rows: _message(rows, 2)["author"].update(role="user"), {"role"}),
    "a title is another": (lambda rows: rows[0].update(title="Cake"), {"title"}),
    "a message is invented": (_renamed, {"not-in-source", "missing", "message-id"}),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_and_called_by_its_name(name: str, tmp_path: Path) -> None:
    change, expected = DAMAGE[name]
    path = changed(written(tmp_path, "chatgpt", options={"chatgpt.media": "omit"}), change)
    assert rules(path).keys() == expected


@pytest.mark.parametrize("line", [0, 1, -2])
def test_a_line_that_is_missing_is_found_without_ids(line: int, tmp_path: Path) -> None:
    path = written(tmp_path, "openai_jsonl")
    lines = path.read_bytes().split(b"\n")
    lost = len(json.loads(lines.pop(line))["messages"])
    path.write_bytes(b"\n".join(lines))
    found = rules(path)
    assert found.keys() == {"missing"}
    assert found["missing"] >= lost


def test_a_turn_that_is_missing_is_found_without_ids(tmp_path: Path) -> None:
    path = written(tmp_path, "sharegpt")
    rows = json.loads(path.read_bytes())
    del rows[0]["conversations"][1:3]
    path.write_text(json.dumps(rows), encoding="utf-8")
    assert rules(path).keys() == {"missing"}


def test_the_archive_of_another_chat_is_not_this_one(tmp_path: Path) -> None:
    found = verify(written(tmp_path, "chatgpt", META), CHATGPT, from_="whatsapp")
    assert found.counts.keys() == {"missing", "not-in-source"}
    assert len(found.findings) == 20 + min(20, found.counts["not-in-source"]), "of each rule the first twenty"
    assert found.compared == 0


def test_findings_become_an_error_of_exit_code_7(tmp_path: Path) -> None:
    path = changed(written(tmp_path, "chatgpt"), lambda rows: _message(rows).pop("metadata"))
    with pytest.raises(
        VerificationError, match=r"changed\.json: .*metadata.* \(matters to LibreChat\)"
    ) as caught:
        verify(path).require()
    assert caught.value.exit_code == 7
    assert "\n" not in str(caught.value)


def test_of_many_findings_the_rest_is_counted(tmp_path: Path) -> None:
    chat = "".join(
        f"{day}/03/2025, 20:{minute} - {name}: words {day} {minute}\n"
        for day in range(10, 30)
        for minute, name in ((10, "Ana"), (11, "ChatGPT"))
    )
    (tmp_path / "chat.txt").write_text(chat, encoding="utf-8")
    (tmp_path / "one.txt").write_text(chat[: chat.index("11/03")], encoding="utf-8")
    convert(tmp_path / "one.txt", "openai_jsonl", tmp_path / "one.jsonl")
    done = CliRunner().invoke(
        app, ["verify", str(tmp_path / "one.jsonl"), "--against", str(tmp_path / "chat.txt")]
    )
    assert done.exit_code == VerificationError.exit_code
    assert done.stderr.count(" is missing") <= 20
    assert f"{tmp_path / 'one.jsonl'}: 18 more findings; --json counts them by rule\n" in done.stderr


def test_what_was_merged_is_verified_against_all_that_it_was_merged_of(tmp_path: Path) -> None:
    lines = META.read_bytes().split(b"\n")
    older, newer = tmp_path / "older.txt", tmp_path / "newer.txt"
    older.write_bytes(b"\n".join([*lines[:-5], b""]))
    newer.write_bytes(b"\n".join(lines[1:]))
    inputs = [older, newer, CHATGPT]
    path = tmp_path / "merged.json"
    write(merge(inputs, time_zone="Europe/London"), "json", path)
    together = verify(path, inputs, time_zone="Europe/London")
    assert together.sound
    assert together.against == " + ".join(map(str, inputs))
    assert together.compared == together.messages
    assert verify(path, inputs[:2], time_zone="Europe/London").counts.keys() == {"not-in-source"}


def test_without_a_source_only_the_rules_are_checked(tmp_path: Path) -> None:
    found = verify(written(tmp_path, "claude"))
    assert (found.sound, found.against, found.compared) == (True, None, 0)
    assert found.messages == 115
    assert found.conversations > 1


def test_an_archive_that_is_cut_off_is_a_finding(tmp_path: Path) -> None:
    path = written(tmp_path, "json")
    path.write_bytes(path.read_bytes()[:-200])
    found = verify(path, CHATGPT, from_="whatsapp")
    assert {"schema", "unreadable", "missing"} == found.counts.keys()


def test_rules_that_cannot_be_checked_to_the_end_are_a_finding(tmp_path: Path) -> None:
    path = written(tmp_path, "openwebui")
    path.write_bytes(path.read_bytes()[:-200])
    found = verify(path, CHATGPT, from_="whatsapp")
    assert found.counts.keys() == {"unreadable", "missing"}
    assert found.counts["unreadable"] == 2, "once for the rules, once for the conversations"


@pytest.mark.parametrize("indent", [None, 2])
def test_json_that_another_program_wrote_anew_is_recognised(indent: int | None, tmp_path: Path) -> None:
    path = written(tmp_path, "json")
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=indent) + "\n\n", encoding="utf-8")
    assert find_format(open_source(path)).name == "json"
    assert verify(path, CHATGPT, from_="whatsapp").sound


def test_a_damaged_archive_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = written(tmp_path, "chatgpt")
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("conversations.json").header_offset + 100
    data = bytearray(path.read_bytes())
    data[start : start + 50] = b"\xff" * 50
    path.write_bytes(data)
    with pytest.raises(SourceError, match="may be damaged"):
        verify(path)


def test_who_may_read_an_archive_is_found_out_by_reading_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(_path: object, _mode: int, **_options: object) -> bool:
        return False

    path = written(tmp_path, "json")
    monkeypatch.setattr("os.access", refuse)
    result = CliRunner().invoke(app, ["verify", str(path), "--against", str(CHATGPT)])
    assert result.exit_code == 0, result.stderr


def test_what_no_exporter_wrote_is_not_recognised() -> None:
    with pytest.raises(UnknownFormatError, match="no archive that can be verified"):
        verify(META)


def test_the_format_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.write_bytes(b"[]\n")
    assert verify(path, to="chatgpt").messages == 0
    with pytest.raises(OptionError, match="there is no exporter 'nonsense'"):
        verify(path, to="nonsense")


def test_an_exporter_that_cannot_be_verified_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def find(_name: str) -> object:
        return object()

    monkeypatch.setattr("wamigrate.verification.find_exporter", find)
    (tmp_path / "a.txt").write_bytes(b"a")
    with pytest.raises(OptionError, match="cannot be verified"):
        verify(tmp_path / "a.txt", to="plain")


def test_two_formats_that_recognise_an_archive_are_both_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = written(tmp_path, "chatgpt")
    both = {"chatgpt": find_exporter("chatgpt"), "clone": find_exporter("chatgpt")}
    monkeypatch.setattr("wamigrate.verification.find_exporters", lambda: both)
    with pytest.raises(AmbiguousFormatError, match="say which with --to"):
        verify(path)


@pytest.mark.parametrize("to", [name for name, found in find_exporters().items() if is_verifiable(found)])
def test_every_result_is_recognised_by_its_own_exporter_alone(to: str, tmp_path: Path) -> None:
    path = written(tmp_path, to)
    assert find_format(open_source(path)).name == to


def test_every_exporter_that_can_be_verified_has_rules_and_the_table_no_others() -> None:
    table = read_table("reader_rules.toml")
    assert table.keys() == {name for name, found in find_exporters().items() if is_verifiable(found)}
    for entries in table.values():
        for entry in entries.values():
            assert entry.keys() <= {"text", "readers"}
            assert entry["text"]
    with pytest.raises(KeyError):
        Rules("chatgpt").broken("no-such-rule", "here")


def test_only_formats_that_cannot_hold_all_leave_out_by_themselves() -> None:
    selective = {name for name, found in find_exporters().items() if is_selective(found)}
    assert {"openai_jsonl", "sharegpt"} <= selective
    assert not {"chatgpt", "claude", "json", "jsonl", "markdown"} & selective


# --- comparison, piece by piece


def chat(*messages: Message) -> Conversation:
    return Conversation("c", "Bread", None, PEOPLE, None, None, messages, "s")


def said(id_: str, text: str, role: str = "user", **fields: Any) -> Message:
    made = Message(id_, "user", {"user": "Nora", "other": "Ana"}.get(role, "Meta AI"), None, "text", text)
    return replace(made, role=role, **fields)


def compare(conversation: Conversation, *held: ArchivedMessage, excuses: Any = None) -> list[str]:
    comparison = Comparison(list(expect(conversation, excuses)))
    return [finding.rule for finding in comparison.findings([Archived("Bread", held)])]


def test_a_speakers_name_and_a_line_for_a_file_are_no_added_words() -> None:
    file = Attachment("IMG-1.jpg", present=True)
    message = said("a", "look", "other", kind="media", attachments=(file,))
    for text in ("Ana: 📎 IMG-1.jpg\n\nlook", "📎 IMG-1.jpg\n\nlook", "Ana: look 📎 IMG-1.jpg"):
        assert compare(chat(message), ArchivedMessage("user", text, id="a")) == []
    assert compare(chat(message), ArchivedMessage("user", "look", id="a", files=("IMG-1.jpg",))) == []
    assert compare(chat(message), ArchivedMessage("user", "look", id="a")) == ["file-name"]
    assert compare(chat(message), ArchivedMessage("user", "Eva: look 📎 IMG-1.jpg", id="a")) == ["added-text"]


def test_messages_of_one_side_may_be_joined_and_of_two_sides_not() -> None:
    joined = chat(said("a", "one"), said("b", "two"))
    assert compare(joined, ArchivedMessage("user", "one\n\ntwo")) == []
    mixed = chat(said("a", "one"), said("b", "two", "assistant"))
    assert compare(mixed, ArchivedMessage("user", "one\n\ntwo")) == ["added-text", "missing"]


def test_a_word_within_a_word_is_no_message() -> None:
    conversation = chat(said("a", "ok"), said("b", "book"))
    assert compare(conversation, ArchivedMessage("user", "book")) == ["missing"]
    assert compare(conversation, ArchivedMessage("user", "ok\n\nbook")) == []


def test_text_that_the_writers_own_wording_lost_is_missing_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """What renders messages for writing is not trusted when they are read back."""

    def shortened(_turns: Turns, message: Message, _shown: object = ()) -> str:
        return message.text[:3]

    monkeypatch.setattr(Turns, "text", shortened)
    assert compare(chat(said("a", "abcdef")), ArchivedMessage("user", "abc", id="a")) == ["text"]


def test_an_excused_message_may_be_missing_at_the_start_within_and_at_the_end() -> None:
    conversation = chat(
        said("n1", "x", "notice"),
        said("a", "one"),
        said("n2", "y", "notice"),
        said("b", "two"),
        said("n3", "z", "notice"),
    )
    excuses = ["notices", None, "notices", None, "notices"]
    comparison = Comparison(list(expect(conversation, excuses)))
    assert list(comparison.findings([Archived(None, (ArchivedMessage("user", "one\n\ntwo"),))])) == []
    assert (comparison.found, comparison.left_out) == (2, {"notices": 3})


def test_a_message_without_any_word_is_told_by_its_file() -> None:
    file = Attachment("IMG-1.jpg", present=True)
    message = said("a", "", kind="media", attachments=(file,))
    assert compare(chat(message), ArchivedMessage("user", "", id="a", files=("file-IMG-1.jpg",))) == []
    assert compare(chat(message), ArchivedMessage("user", "", id="a")) == ["file-name"]


def test_a_time_may_lose_its_fraction_but_nothing_else() -> None:
    time = datetime.fromisoformat("2025-03-25T21:04:59.750+01:00")
    assert same_moment(time, time.replace(microsecond=0))
    assert same_moment(time, time + timedelta(microseconds=400))
    assert not same_moment(time, time + timedelta(seconds=1))
    assert not same_moment(time, time.replace(microsecond=0) - timedelta(seconds=1))
    assert not same_moment(time, time.replace(tzinfo=None, hour=20))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(["user", "assistant"]), st.sampled_from(["a", "ok", "a b", "ok a"])),
        max_size=8,
    ),
    st.data(),
)
def test_one_message_less_is_always_found(said_: list[tuple[str, str]], data: st.DataObject) -> None:
    conversation = chat(*(said(str(index), text, role) for index, (role, text) in enumerate(said_)))
    held = [ArchivedMessage(message.role, message.text, id=message.id) for message in conversation.messages]
    assert compare(conversation, *held) == []
    if held:
        del held[data.draw(st.integers(0, len(held) - 1))]
        assert compare(conversation, *held) == ["missing"]
        nameless = [replace(message, id=None) for message in held]
        assert "missing" in compare(conversation, *nameless)


# --- byte accounting


def test_every_byte_of_the_examples_belongs_to_one_message() -> None:
    for source in (CHATGPT, META, COPILOT):
        with reading(source, Settings(from_="whatsapp")) as read:
            assert list(accounting.unaccounted(read)) == []


def shorter(span: Span) -> Span:
    return replace(span, end=span.end - 3)


def longer(span: Span) -> Span:
    return replace(span, end=span.end + 3)


def elsewhere(span: Span) -> Span:
    return replace(span, source="elsewhere")


@pytest.mark.parametrize(
    ("change", "words"),
    [(shorter, "to no message"), (longer, "to more than one message"), (elsewhere, "to no message")],
)
@pytest.mark.parametrize("place", [0, 7, -1])
def test_a_byte_without_or_with_two_messages_is_found(
    change: Callable[[Span], Span], words: str, place: int
) -> None:
    with reading(META, Settings(from_="whatsapp")) as read:
        messages = list(read.chats[0].messages)
        first = messages[place]
        messages[place] = replace(first, spans=(change(first.spans[0]), *first.spans[1:]))
        chat_ = replace(read.chats[0], messages=tuple(messages))
        broken: Reading = dataclasses.replace(read, chats=(chat_,))
        found = list(accounting.unaccounted(broken))
    assert found
    assert {finding.rule for finding in found} == {"bytes"}
    assert re.search(f"bytes .* belong {words}", found[0].text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_bytes_are_accounted_for_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    source = tmp_path / "chat.txt"
    text = "25/03/2025, 21:04 - Zoë: Grüße\n25/03/2025, 21:05 - ChatGPT: olé\n"
    source.write_bytes(text.encode(encoding))
    path = written(tmp_path, "chatgpt", source)
    assert rules(path, source) == {}


def test_an_archive_of_ours_can_be_the_source(tmp_path: Path) -> None:
    source = written(tmp_path, "json")
    path = tmp_path / "chat.zip"
    convert(source, "claude", path, from_="json")
    assert verify(path, source, from_="json").sound
