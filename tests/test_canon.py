"""The common schema as JSON: identity, layout, errors with their place, the JSON Schema and its page."""

import inspect
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from conftest import Golden
from hypothesis import given, settings
from strategies import archives, clocks

from wamigrate import model
from wamigrate.canon import (
    dumps,
    dumps_lines,
    generator,
    loads,
    write_document,
    write_lines,
)
from wamigrate.errors import ParseError
from wamigrate.formats import Confidence, find_exporter, find_parser
from wamigrate.model import (
    SCHEMA,
    Archive,
    Attachment,
    Conversation,
    Generator,
    Message,
    Note,
    Part,
    Participant,
    SourceInfo,
    Span,
    replace,
)
from wamigrate.notes import Notes
from wamigrate.schemas import json_schema
from wamigrate.source import open_source
from wamigrate.target import MemoryTarget

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
RECORDS: Final = (
    Archive,
    Generator,
    SourceInfo,
    Conversation,
    Participant,
    Message,
    Attachment,
    Part,
    Span,
    Note,
)
EMPTY: Final = Archive(SCHEMA, Generator("wamigrate", "1"), (), ())


def chat(*texts: str) -> Conversation:
    messages = tuple(
        Message(f"m{index}", "user", "Ana", None, "text", text) for index, text in enumerate(texts)
    )
    return Conversation("c", "T", None, (Participant("Ana", "user"),), None, None, messages, "s")


@given(archives())
@settings(max_examples=60)
def test_a_document_reads_back_to_the_same_archive_and_the_same_bytes(archive: Archive) -> None:
    data = dumps(archive)
    assert loads(data) == archive
    assert dumps(loads(data)) == data


@given(archives())
@settings(max_examples=30)
def test_lines_read_back_to_the_same_archive_and_the_same_bytes(archive: Archive) -> None:
    data = dumps_lines(archive)
    assert loads(data) == archive
    assert dumps_lines(loads(data)) == data


@given(archives())
@settings(max_examples=20)
def test_a_document_is_json_that_other_readers_understand_alike(archive: Archive) -> None:
    assert json.loads(dumps(archive)) == json.loads(json.dumps(msgspec.to_builtins(archive)))


@given(clocks())
def test_a_timestamp_matches_the_pattern_of_the_json_schema(time: datetime) -> None:
    pattern = json_schema()["$defs"]["Message"]["properties"]["timestamp"]["anyOf"][0]["pattern"]
    assert re.search(pattern, json.loads(msgspec.json.encode(time)))


def test_microseconds_and_offset_survive() -> None:
    time = datetime(2025, 3, 25, 21, 4, 5, 120, timezone(timedelta(hours=-3, minutes=-30)))
    (conversation,) = loads(
        dumps(replace(EMPTY, conversations=(replace(chat(), started_at=time),)))
    ).conversations
    assert conversation.started_at == time
    assert b'"2025-03-25T21:04:05.000120-03:30"' in dumps(replace(EMPTY, conversations=(conversation,)))


def test_every_message_stands_on_a_line_of_its_own_whatever_it_holds() -> None:
    hostile = '"messages":[]\n\u2028\r\x85},\n{'
    data = dumps(replace(EMPTY, conversations=(chat(hostile, "b"), chat())))
    lines = data.decode().split("\n")
    assert [line[:10] for line in lines] == [
        *('{"schema":', '"generator', '"conversat', '{"id":"c",', '{"id":"m0"', '{"id":"m1"', '{"id":"c",'),
        *('"sources":', '"notes":[]', ""),
    ]


def test_many_messages_are_written_in_several_chunks_without_a_gap() -> None:
    archive = replace(EMPTY, conversations=(chat(*map(str, range(2500))),))
    assert loads(dumps(archive)) == archive


def test_every_key_is_always_present() -> None:
    data = json.loads(dumps(replace(EMPTY, conversations=(chat("x"),))))
    message = data["conversations"][0]["messages"][0]
    assert list(message) == [field.name for field in msgspec.structs.fields(Message)]
    assert {"schema", "generator", "sources", "conversations", "notes"} == set(data)


def test_sources_and_notes_that_appear_while_conversations_are_read_are_written() -> None:
    notes = Notes()

    def reading() -> Iterator[Conversation]:
        notes.add_source(SourceInfo("s", "chat.txt", None, "whatsapp", "0", 1))
        yield chat("x")
        notes.add("preamble", "1 line")

    stream = io.BytesIO()
    write_document(reading(), stream, notes)
    archive = loads(stream.getvalue())
    assert [info.id for info in archive.sources] == ["s"]
    assert [note.code for note in archive.notes] == ["preamble"]
    assert archive.generator == generator()


@pytest.mark.parametrize("write", [write_document, write_lines])
def test_a_conversation_is_written_before_the_next_one_is_asked_for(write: Any) -> None:
    stream = io.BytesIO()
    sizes: list[int] = []

    def reading() -> Iterator[Conversation]:
        for _ in range(3):
            sizes.append(stream.tell())
            yield chat("x" * 5000)

    write(reading(), stream, Notes())
    assert sizes[1] > 5000
    assert sizes[2] > sizes[1] + 5000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "chat.json: is no complete JSON"),
        (b"{", "chat.json: is no complete JSON"),
        (b"[1]", "chat.json: does not fit schema wamigrate/1: Expected `object`"),
        (b'{"schema":"\xff"}', "chat.json: is not UTF-8"),
        (b'{"a":' + b"[" * 100_000, "chat.json: is nested too deeply"),
        (
            b'{"schema":"wamigrate/2","x":1}',
            "schema wamigrate/2, this wamigrate reads wamigrate/1; install a newer",
        ),
        (b'{"schema":"other/1"}', "chat.json: its schema is not wamigrate/1"),
        (b'{"schema":"wamigrate/next"}', "chat.json: its schema is not wamigrate/1"),
        (
            dumps(EMPTY).replace(b'"version":"1"', b'"version":1'),
            r"Expected `str`, got `int` - at `\$.generator.version`",
        ),
        (
            dumps(replace(EMPTY, conversations=(chat("a", "b"),))).replace(b'"text":"b"', b'"text":null'),
            r"Expected `str`, got `null` - at `\$.conversations\[0\].messages\[1\].text`",
        ),
        (dumps_lines(EMPTY).replace(b"wamigrate/1", b"wamigrate/7"), "is of schema wamigrate/7"),
        (
            dumps_lines(replace(EMPTY, conversations=(chat("a"),))).replace(b'"text":"a"', b'"text":0'),
            r"chat.json, line 2: .* got `int` - at `\$.messages\[0\].text`",
        ),
        (
            dumps_lines(replace(EMPTY, conversations=(chat("a"),))).rsplit(b"\n", 2)[0],
            "the last line is missing or broken",
        ),
        (dumps_lines(EMPTY).split(b"\n")[0] + b"\n", "the last line is missing or broken"),
    ],
)
def test_broken_json_is_an_error_that_names_file_and_place(data: bytes, message: str) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        loads(data, "chat.json")
    assert str(caught.value).startswith("chat.json")
    assert "\n" not in str(caught.value)


@given(archives())
@settings(max_examples=10)
def test_a_document_that_was_cut_off_anywhere_is_an_error(archive: Archive) -> None:
    data = dumps(archive)
    for end in range(0, len(data.rstrip()), 37):
        with pytest.raises(ParseError):
            loads(data[:end])


def test_a_byte_order_mark_crlf_indentation_and_unknown_keys_do_no_harm() -> None:
    archive = replace(EMPTY, conversations=(chat("a\r\nb"),))
    loose = json.loads(dumps(archive))
    loose["conversations"][0]["colour"] = "blue"
    text = json.dumps(loose, indent=1).replace("\n", "\r\n")
    assert loads(b"\xef\xbb\xbf" + text.encode()) == archive
    assert loads(dumps_lines(archive).replace(b"\n", b"\r\n") + b"\r\n") == archive


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_an_exporter_and_the_parser_are_each_other_s_inverse(name: str, tmp_path: Path) -> None:
    exporter, parser = find_exporter(name), find_parser("json")
    notes = Notes()
    notes.add_source(SourceInfo("s", "chat.txt", None, "whatsapp", "0", 1))
    notes.add("preamble", "1 line", line=1)
    target = MemoryTarget()
    exporter.export([chat("a"), chat("b")], target, notes)
    path = tmp_path / f"chat{exporter.suffix}"
    path.write_bytes(target.files[""])
    source = open_source(path)
    again = Notes()
    assert parser.sniff(source) is Confidence.SIGNATURE
    assert list(parser.parse(source, again)) == [chat("a"), chat("b")]
    assert (again.sources, again.items) == (notes.sources, notes.items)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"schema":"wamigrate/1",', Confidence.SIGNATURE),
        (b'\xef\xbb\xbf \n{ "generator": {},\r\n "schema" :\t"wamigrate/12"', Confidence.SIGNATURE),
        (b'{"title":"\\"schema\\":\\"wamigrate/1\\""}', Confidence.NO),
        (b'{"schema":"other/1"}', Confidence.NO),
        (b'[{"schema":"wamigrate/1"}]', Confidence.NO),
        (b'25/03/2025, 21:04 - Ana: {"schema":"wamigrate/1"}', Confidence.NO),
        (b"\x89PNG\r\n", Confidence.NO),
    ],
)
def test_the_parser_knows_its_files_by_their_schema(
    content: bytes, expected: Confidence, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert find_parser("json").sniff(open_source(path)) is expected


def test_the_parser_leaves_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "chat.json").write_bytes(dumps(EMPTY))
    assert find_parser("json").sniff(open_source(tmp_path)) is Confidence.NO


def test_the_json_schema_is_closed_under_its_references() -> None:
    schema = json_schema()
    named = {
        reference.removeprefix("#/$defs/")
        for reference in re.findall(r'"\$ref": "([^"]*)"', json.dumps(schema))
    }
    assert named == set(schema["$defs"]) == {record.__name__ for record in RECORDS}


def test_the_json_schema_carries_the_words_of_the_model() -> None:
    definitions = json_schema()["$defs"]
    assert definitions["Span"]["properties"]["line"]["description"].startswith(
        "Line of the header, counted from 1"
    )
    assert definitions["Message"]["description"] == inspect.getdoc(model.Message)
    assert definitions["Message"]["required"] == ["id", "role", "author", "timestamp", "kind", "text"]


def test_the_page_about_the_schema_is_up_to_date(golden: Golden) -> None:
    page = (DOCS / "schema.md").read_text(encoding="utf-8")
    begin, end = "<!-- begin: fields -->\n", "<!-- end: fields -->\n"
    head, _, rest = page.partition(begin)
    tail = rest.partition(end)[2]
    assert tail, "docs/schema.md has lost the marks around its generated part"
    golden(DOCS, {"schema.md": f"{head}{begin}{_field_tables()}{end}{tail}".encode()})


def _field_tables() -> str:
    """Describe every record of the JSON Schema as a Markdown table."""
    definitions = json_schema()["$defs"]
    parts: list[str] = []
    for record in RECORDS:
        schema = definitions[record.__name__]
        words = schema["description"].replace("``", "`")
        parts += [f"\n### {record.__name__}\n", words + "\n", "| field | type | what |\n|---|---|---|"]
        for name, field in schema["properties"].items():
            what = field.get("description", "").replace("``", "`")
            parts.append(f"| `{name}` | {_type(field)} | {what} |")
    return "\n".join(parts) + "\n\n"


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"] if value is not None) + (
            " or null" if None in schema["enum"] else ""
        )
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}"
    return "timestamp" if "pattern" in schema else str(schema["type"])
