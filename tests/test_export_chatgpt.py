"""The ChatGPT archive: what each reader demands of it, and that checking finds each fault."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC
from pathlib import Path
from typing import Any, BinaryIO, Final

import pytest
from archive_checks import (
    MEDIA,
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
from wamigrate.library import convert
from wamigrate.model import Archive, Attachment, Conversation, Message, Participant, replace
from wamigrate.notes import Notes
from wamigrate.source import open_source
from wamigrate.tables import read_table
from wamigrate.target import MemoryTarget

NAME: Final = "conversations.json"
EXAMPLE: Final = MEDIA.parent.parent / "examples" / "WhatsApp Chat with ChatGPT.zip"
Row = dict[str, Any]
PEOPLE: Final = (Participant("Nora", "user"), Participant("ChatGPT", "assistant", service="chatgpt"))


def chat(*messages: Message, people: tuple[Participant, ...] = PEOPLE, id_: str = "c") -> Archive:
    conversation = Conversation(id_, "Bread", "chatgpt", people, None, None, messages, "3f1c0a9be2d4")
    return replace(common(), conversations=(conversation,), notes=())


def said(id_: str, text: str = "hi", role: str = "user", **fields: Any) -> Message:
    made = Message(id_, "user", "Nora" if role == "user" else "ChatGPT", None, "text", text)
    return replace(made, role=role, **fields)


def rows(path: Path) -> list[Row]:
    if not zipfile.is_zipfile(path):
        return decode(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        return decode(archive.read(NAME))


def decode(data: bytes) -> list[Row]:
    found: list[Row] = json.loads(data)
    return found


def nodes(row: Row) -> list[Row]:
    return [node["message"] for node in row["mapping"].values() if node["message"]]


def texts(row: Row) -> list[str]:
    """Return the last part of each message, which is its text."""
    return [node["content"]["parts"][-1] for node in nodes(row)]


def listed(path: Path) -> list[Row]:
    """Return the files that messages list."""
    every = [node for row in rows(path) for node in nodes(row)]
    return [file for node in every for file in node["metadata"].get("attachments", [])]


def members(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_the_archive_has_the_files_of_openais_own_and_a_manifest(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "chatgpt", common())
    plain = [name for name in members(path) if not name.startswith("file-")]
    assert plain == [NAME, "user.json", "chat.html", "wamigrate.json"]


def test_a_file_is_named_by_its_id_and_stands_at_the_root(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "chatgpt", common())
    files = [name for name in members(path) if name.startswith("file-")]
    ids = [file["id"] for file in listed(path)]
    assert len(files) == len(set(ids)) == 4
    assert len(ids) == 5, "one picture is shown twice"
    assert all(any(name.startswith(f"{id_}-") for name in files) for id_ in ids)
    assert all(len(id_.removeprefix("file-")) >= 24 for id_ in ids)
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in files if name.endswith("-IMG-20250325-WA0001.png"))
        assert archive.read(name) == (MEDIA / "IMG-20250325-WA0001.png").read_bytes()


def test_the_whole_text_is_one_part_and_pictures_are_beside_it(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "chatgpt", common())
    contents = [node["content"] for row in rows(path) for node in nodes(row)]
    assert {content["content_type"] for content in contents} == {"text"}
    assert all([type(part) for part in content["parts"]] == [str] for content in contents)


def test_pointers_put_the_picture_before_its_caption_and_no_line_in_its_place(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "chatgpt", common(), options={"images": "pointers"})
    every = [node["content"] for node in nodes(rows(path)[0])]
    (content,) = (content for content in every if content["parts"][-1] == "Is it *too* flat?")
    assert content["content_type"] == "multimodal_text"
    assert content["parts"][0]["content_type"] == "image_asset_pointer"
    assert content["parts"][0]["asset_pointer"].startswith("file-service://file-")


def test_pointers_leave_what_is_no_picture_in_the_text(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "chatgpt", common(), options={"images": "pointers"})
    parts = [node["content"]["parts"] for row in rows(path) for node in nodes(row)]
    assert ["📎 PTT-20250325-WA0002.opus"] in parts
    assert ["📎 VID-20250326-WA0003.mp4 (not in the export)"] in parts


def test_files_can_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    convert(EXAMPLE, "chatgpt", path, from_="whatsapp", options={"chatgpt.media": "omit"})
    assert not [name for name in members(path) if name.startswith("file-")]
    assert not listed(path)
    assert broken_rules("chatgpt", path) == []


def test_a_file_that_cannot_be_brought_is_a_line_of_text_and_a_finding(tmp_path: Path) -> None:
    path, notes = write_into(tmp_path, "chatgpt", common(), media_from=None)
    assert not [name for name in members(path) if name.startswith("file-")]
    assert "media-unwritten" in notes.count()
    assert broken_rules("chatgpt", path) == []
    assert "📎 IMG-20250325-WA0001.png\n\nIs it *too* flat?" in texts(rows(path)[0])


def test_the_bare_file_is_the_one_in_the_archive_without_files(tmp_path: Path) -> None:
    bare, _ = write_into(tmp_path, "chatgpt", common(), options={"file": "json"})
    zipped, _ = write_into(tmp_path, "chatgpt", common(), media_from=None)
    assert bare.name == "result.chatgpt.json"
    assert rows(bare) == rows(zipped)
    assert broken_rules("chatgpt", bare) == []


def test_a_result_is_not_named_like_the_export_it_is_made_from() -> None:
    assert with_options("chatgpt", {}).suffix == ".chatgpt.zip"
    assert with_options("chatgpt", {"file": "json"}).suffix == ".chatgpt.json"


@pytest.mark.parametrize(
    "options", [{"images": "all"}, {"file": "tar"}, {"media": "link"}, {"model": "gpt-4"}], ids=str
)
def test_an_option_that_does_not_exist_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(OptionError):
        with_options("chatgpt", options)


def test_no_model_is_made_up(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "chatgpt", common())
    slugs = {node["metadata"]["model_slug"] for row in rows(path) for node in nodes(row) if node["end_turn"]}
    assert slugs == {"chatgpt-on-whatsapp", "meta-ai-on-whatsapp"}
    assert {row["default_model_slug"] for row in rows(path)} == {*slugs, "assistant-on-whatsapp"}


def test_the_true_origin_is_recorded(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "chatgpt", common())
    origin = rows(path)[0]["wamigrate"]
    assert origin["platform"] == "WhatsApp"
    assistant = {"name": "ChatGPT", "role": "assistant", "service": "chatgpt", "phone": "+18002428478"}
    assert assistant in origin["participants"]
    assert origin["source"]["sha256"] == common().sources[0].sha256
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("wamigrate.json"))
    assert [source["name"] for source in manifest["sources"]] == [source.name for source in common().sources]


def test_ids_are_ours_so_that_importers_can_tell_what_they_have(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "chatgpt", common())
    for row, conversation in zip(rows(path), common().conversations, strict=True):
        assert row["id"] == row["conversation_id"] == conversation.id
        assert [node["id"] for node in nodes(row)] == [message.id for message in conversation.messages]


def test_messages_of_one_id_do_not_overwrite_each_other(tmp_path: Path) -> None:
    archive = chat(said("a", "one"), said("a", "two"), said("", "three"), said("", "four"))
    path, _ = write_into(tmp_path, "chatgpt", archive)
    assert texts(rows(path)[0]) == ["one", "two", "three", "four"]
    assert broken_rules("chatgpt", path) == []


def test_conversations_of_one_id_do_not_overwrite_each_other(tmp_path: Path) -> None:
    archive = chat(said("a"))
    twice = replace(archive, conversations=archive.conversations * 2)
    path, _ = write_into(tmp_path, "chatgpt", twice)
    assert len({row["id"] for row in rows(path)}) == 2
    assert broken_rules("chatgpt", path) == []


@pytest.mark.parametrize("count", [1, 499, 500, 501, 1000, 1750])
def test_no_message_falls_between_two_pieces(count: int, tmp_path: Path) -> None:
    archive = chat(*(said(f"m{number}", f"number {number}") for number in range(count)))
    path, _ = write_into(tmp_path, "chatgpt", archive)
    assert texts(rows(path)[0]) == [f"number {number}" for number in range(count)]
    assert broken_rules("chatgpt", path) == []


def test_a_time_without_a_zone_is_taken_for_utc_and_noted_once(tmp_path: Path) -> None:
    path, notes = write_into(tmp_path, "chatgpt", common())
    assert rows(path)[0]["create_time"] == 1742936280.0
    assert notes.count()["assumed-zone"] == 1
    assert "--tz" in next(note.text for note in notes.items if note.code == "assumed-zone")


def test_a_time_with_an_offset_is_exact_and_needs_no_note(tmp_path: Path) -> None:
    aware = replace(common(), conversations=common().conversations[1:2])
    path, notes = write_into(tmp_path, "chatgpt", aware)
    times = [node["create_time"] for node in nodes(rows(path)[0])]
    assert times[:3] == [1743289198.0, 1743289201.0, 1743296405.0]
    assert times[3] is None, "nobody could read it, and nobody makes it up"
    assert times[4] == 1743296469.25
    assert "assumed-zone" not in notes.count()


def test_a_conversation_without_any_time_is_dated_and_noted(tmp_path: Path) -> None:
    path, notes = write_into(tmp_path, "chatgpt", chat(said("a")))
    assert rows(path)[0]["create_time"] == rows(path)[0]["update_time"] == 86400.0
    assert notes.count()["undated"] == 1


def test_a_group_says_who_speaks(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "chatgpt", common())
    group = nodes(rows(path)[1])
    assert group[0]["content"]["parts"][0].startswith("ليلى: ")
    assert group[0]["author"]["role"] == "user"
    assert group[0]["metadata"]["wamigrate"] == {"role": "other", "author": "ليلى"}
    assert group[2]["content"]["parts"][0].startswith("@Meta AI"), "the owner of the archive needs no name"


def test_notices_are_left_out_unless_somebody_asks_for_them(tmp_path: Path) -> None:
    without = convert(EXAMPLE, "chatgpt", tmp_path / "without.zip", from_="whatsapp")
    asked = convert(EXAMPLE, "chatgpt", tmp_path / "with.zip", from_="whatsapp", notices=True)
    assert without.left_out.keys() == {"notices"}
    assert not asked.left_out
    assert texts(rows(tmp_path / "with.zip")[0])[0].startswith("WhatsApp: ")


def test_the_page_lists_the_conversations_and_runs_nothing(tmp_path: Path) -> None:
    archive = chat(said("a"))
    evil = replace(archive.conversations[0], title="<script>alert(1)</script>")
    path, _ = write_into(tmp_path, "chatgpt", replace(archive, conversations=(evil,)))
    with zipfile.ZipFile(path) as archive_:
        page = archive_.read("chat.html").decode()
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_an_empty_conversation_is_not_written(tmp_path: Path) -> None:
    archive = chat(said("a"))
    empty = replace(archive.conversations[0], messages=())
    path, _ = write_into(tmp_path, "chatgpt", replace(archive, conversations=(empty, *archive.conversations)))
    assert len(rows(path)) == 1


def test_only_one_conversation_is_held_at_a_time() -> None:
    taken: list[int] = []

    def one_by_one() -> Iterator[Conversation]:
        for number in range(3):
            taken.append(number)
            yield chat(said("a", "x" * 50_000), id_=str(number)).conversations[0]

    written: list[int] = []

    class Watching(io.BytesIO):
        def writelines(self, pieces: Iterable[Any], /) -> None:
            written.extend(len(taken) for _ in pieces)

    class Watched(MemoryTarget):
        def open(self, name: str = "") -> BinaryIO:
            assert name == ""
            return Watching()

    with Watched() as target:
        with_options("chatgpt", {"file": "json"}).export(one_by_one(), target, Notes())
    assert {1, 2, 3} <= set(written), "each is written before the next is taken"


def test_the_reader_sees_what_was_written(tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, "chatgpt", common())
    assert differences(common().conversations, read_back("chatgpt", path)) == []


def _has_no_zero_time(archive: Archive) -> bool:
    """Tell whether no time is 0 seconds after 1970, which readers take for none."""
    stamps = [
        stamp
        for one in archive.conversations
        for stamp in (one.started_at, one.ended_at, *(message.timestamp for message in one.messages))
    ]
    return not any(
        stamp and (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp() == 0 for stamp in stamps
    )


@pytest.mark.parametrize("options", [{}, {"images": "pointers"}, {"file": "json"}], ids=str)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_written_keeps_all_rules_and_every_message(
    data: st.DataObject, options: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    archive = data.draw(archives().filter(_has_no_zero_time))
    path, _ = write_into(tmp_path_factory.mktemp("any"), "chatgpt", archive, media_from=None, options=options)
    assert findings("chatgpt", path) == []
    written = [conversation for conversation in archive.conversations if conversation.messages]
    held = [[message.text for message in found.messages] for found in read_back("chatgpt", path)]
    for conversation, found in zip(written, held, strict=True):
        for message, text in zip(conversation.messages, found, strict=True):
            assert message.text in text or message.text.isspace()


def _node(row: Row, place: int = 1) -> Row:
    found: Row = list(row["mapping"].values())[place]
    return found


def _message(row: Row, place: int = 1) -> Row:
    found: Row = _node(row, place)["message"]
    return found


def _reversed(row: Row) -> None:
    row["mapping"] = dict(reversed(row["mapping"].items()))


def _cut(row: Row) -> None:
    text = _message(row)["content"]["parts"][0]
    _message(row)["content"]["parts"] = [text[:2], text[2:]]


def _rootless(row: Row) -> None:
    row["mapping"].pop(next(iter(row["mapping"])))
    _node(row, 0)["parent"] = None


def _late_pointer(row: Row) -> None:
    _message(row)["content"]["parts"].append({"asset_pointer": "file-service://file-" + "0" * 24})


def _file(row: Row, id_: str) -> None:
    _message(row)["metadata"]["attachments"] = [{"id": id_, "name": "a.png"}]


FAULTS: Final[dict[str, Callable[[Row], object]]] = {
    "id": lambda row: row.pop("id"),
    "conversation-id": lambda row: row.pop("conversation_id"),
    "title": lambda row: row.update(title=None),
    "create-time": lambda row: row.update(create_time=0),
    "update-time": lambda row: row.update(update_time=1.5),
    "mapping": lambda row: row.update(mapping={}),
    "node": lambda row: _node(row).update(id="other"),
    "root": _rootless,
    "parent": lambda row: _node(row, 2).update(parent=None),
    "children": lambda row: _node(row).update(children=[]),
    "current-node": lambda row: row.pop("current_node"),
    "key-order": _reversed,
    "message-id": lambda row: _message(row).pop("id"),
    "role": lambda row: _message(row)["author"].update(role="tool"),
    "metadata-object": lambda row: _message(row).pop("metadata"),
    "model-slug": lambda row: _message(row, 2)["metadata"].pop("model_slug"),
    "message-time": lambda row: _message(row).update(create_time="2025-03-25"),
    "content": lambda row: _message(row)["content"].update(content_type="code"),
    "one-part": _cut,
    "text": lambda row: _message(row)["content"].update(parts=[""]),
    "pointer-first": _late_pointer,
    "file": lambda row: _file(row, "file-" + "0" * 24),
    "file-id": lambda row: _file(row, "file-short"),
}
"""For each rule a change that breaks it."""
WHOLE_FAULTS: Final[dict[str, Callable[[list[Row]], bytes]]] = {
    "list": lambda found: json.dumps({"conversations": found}).encode(),
    "unique-conversation": lambda found: json.dumps(found * 2).encode(),
}


def damaged(folder: Path, content: bytes, name: str = NAME) -> Path:
    path = folder / "damaged.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    return path


@pytest.fixture
def sound(tmp_path: Path) -> list[Row]:
    path, _ = write_into(tmp_path, "chatgpt", chat(said("a"), said("b", "hello", "assistant"), said("c")))
    return rows(path)


@pytest.mark.parametrize("rule", FAULTS)
def test_a_broken_rule_is_found_with_its_place_and_its_readers(
    rule: str, sound: list[Row], tmp_path: Path
) -> None:
    FAULTS[rule](sound[0])
    found = findings("chatgpt", damaged(tmp_path, json.dumps(sound).encode()))
    (finding,) = (finding for finding in found if finding.rule == rule)
    assert finding.where.startswith("conversations.json[0]")
    assert finding.readers


@pytest.mark.parametrize("rule", WHOLE_FAULTS)
def test_a_rule_for_the_whole_file_that_is_broken_is_found(
    rule: str, sound: list[Row], tmp_path: Path
) -> None:
    assert rule in broken_rules("chatgpt", damaged(tmp_path, WHOLE_FAULTS[rule](sound)))


def test_a_byte_order_mark_is_found(sound: list[Row], tmp_path: Path) -> None:
    path = damaged(tmp_path, b"\xef\xbb\xbf" + json.dumps(sound).encode())
    assert broken_rules("chatgpt", path) == ["list"]


def test_a_file_in_a_folder_of_the_archive_is_found(sound: list[Row], tmp_path: Path) -> None:
    path = damaged(tmp_path, json.dumps(sound).encode(), f"export/{NAME}")
    assert broken_rules("chatgpt", path) == ["root-file"]


def test_an_archive_in_numbered_parts_is_read_and_found(sound: list[Row], tmp_path: Path) -> None:
    path = tmp_path / "split.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2):
            sound[0].update(id=str(number), conversation_id=str(number))
            archive.writestr(f"conversations-00{number}.json", json.dumps(sound))
    assert broken_rules("chatgpt", path) == ["classic"]
    assert [len(found.messages) for found in read_back("chatgpt", path)] == [3, 3]


def test_every_rule_of_the_table_can_be_broken() -> None:
    assert {*FAULTS, *WHOLE_FAULTS, "root-file", "classic"} == set(read_table("reader_rules.toml")["chatgpt"])


@pytest.mark.parametrize("content", [b"[1]", b'[{"mapping": ', b"[\xff]", b"nothing", b"[" * 100_000])
def test_what_is_no_list_of_conversations_is_one_clear_error(content: bytes, tmp_path: Path) -> None:
    path = damaged(tmp_path, content)
    assert broken_rules("chatgpt", path) == ["list"]
    with pytest.raises(ParseError, match=r"damaged\.zip"):
        read_back("chatgpt", path)


@pytest.mark.parametrize("name", ["claude", "openai_jsonl", "sharegpt", "json", "jsonl"])
def test_archives_of_other_formats_are_not_recognised(name: str, tmp_path: Path) -> None:
    path, _ = write_into(tmp_path, name, common())
    with closing(open_source(path)) as source:
        assert not verifiable("chatgpt").recognises(source)


@pytest.mark.parametrize("shape", ["zip", "json", "folder"])
def test_an_archive_is_recognised_in_every_shape(shape: str, tmp_path: Path) -> None:
    path, _ = write_into(
        tmp_path, "chatgpt", common(), options={"file": "json" if shape == "json" else "zip"}
    )
    if shape == "folder":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "unpacked")
        path = tmp_path / "unpacked"
    with closing(open_source(path)) as source:
        assert verifiable("chatgpt").recognises(source)
    assert broken_rules("chatgpt", path) == []


def test_a_tree_that_goes_in_circles_ends(sound: list[Row], tmp_path: Path) -> None:
    _node(sound[0], 0)["parent"] = sound[0]["current_node"]
    path = damaged(tmp_path, json.dumps(sound).encode())
    assert "root" in broken_rules("chatgpt", path)
    assert [len(found.messages) for found in read_back("chatgpt", path)] == [3]


def test_an_attachment_of_unknown_type_is_any_file(tmp_path: Path) -> None:
    file = Attachment("Mills.vcf", "image", member="Mills.vcf", present=True)
    path, _ = write_into(tmp_path, "chatgpt", chat(said("a", "", kind="media", attachments=(file,))))
    (found,) = listed(path)
    assert found["mime_type"] == "application/octet-stream"
