"""Nothing in a chat escapes its place: names and texts stay data in every format and on every screen.

The tests go through all exporters that there are, so they hold for those that are added later, too.
"""

import csv
import io
import json
import os
import pty
import re
import sqlite3
import subprocess
import sys
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pytest
import yaml
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from strategies import conversations

from wamigrate.destinations import list_destinations
from wamigrate.errors import NothingToExportError
from wamigrate.formats import find_exporters
from wamigrate.library import convert
from wamigrate.model import Attachment, Conversation, Message, Participant, SourceInfo
from wamigrate.names import safe_name
from wamigrate.notes import Notes
from wamigrate.target import FolderTarget, MemoryTarget

COMMAND: Final = (sys.executable, "-c", "from wamigrate.cli import main; main()")
EXPORTERS: Final = sorted(find_exporters())
HOSTILE: Final = (
    "---\ntitle: mine\n---",
    "\n---\nowner: mine\n---\n# Mine",
    "...\nowner: mine",
    "# Mine",
    "Mine\n====",
    "```",
    "````md\n```",
    "~~~",
    "<!--",
    "<![CDATA[",
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea></style></pre><iframe src=//evil.example></iframe>",
    "<base href=//evil.example><meta http-equiv=refresh content=0>",
    "{{ config }}{% raw %}${7*7}",
    "[x](javascript:alert(1))",
    "![x](file:///etc/passwd)",
    "](javascript:alert(1)) [y",
    "[[Other note]] ![[secret.pdf]] %% hidden %% #tag ^block",
    "```dataviewjs\ndv.io.load('x')\n```",
    "```dataview\nLIST\n```",
    "<% tp.system.prompt() %>",
    '=HYPERLINK("//evil.example")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "-2+3",
    "\t=1+1",
    "'; DROP TABLE messages; --",
    '") UNION SELECT 1; --',
    "../../../../etc/passwd",
    "..\\..\\windows\\system32",
    "/etc/passwd",
    "C:\\autoexec.bat",
    "\\\\server\\share",
    "CON",
    "nul.txt",
    ".htaccess",
    "a" * 600 + ".jpg",
    "🙂" * 200,
    "\x1b[2J\x1b]0;mine\x07",
    "\x9b2J\x90",
    "a\u202egpj.exe",
    "\u2066mine\u2069",
    "a\0b",
    "a\u2028b\u2029c\x85d",
    "\r# Mine",
    "",
    " ",
    "~",
    "*",
)
RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
ACTIVE: Final = frozenset(
    ("iframe", "object", "embed", "base", "form", "svg", "math", "frame", "frameset", "applet", "link")
)


def hostile_chat(number: int, text: str) -> Conversation:
    """Return a conversation in which everything that others can choose is the same text."""
    people = (
        Participant(f"{text}1", "user", raw_names=(text,)),
        Participant(text, "assistant", "chatgpt", text),
    )
    moments = [datetime(2025, 4, 1, 12, minute, tzinfo=UTC) for minute in range(4)]
    file = Attachment(name=text, media_type=text, member=None, present=False, caption=text)
    messages = tuple(
        Message(
            id=f"m{number}-{index}",
            role="user" if index % 2 == 0 else "assistant",
            author=people[index % 2].name,
            timestamp=moment,
            kind="media" if index == 2 else "text",
            text=f"{text}\n\nend" if index % 2 else text,
            raw=text,
            attachments=(file,) if index == 2 else (),
            reply_to=f"m{number}-0" if index == 1 else None,
        )
        for index, moment in enumerate(moments)
    )
    return Conversation(f"c{number}", text, "chatgpt", people, moments[0], moments[-1], messages, "source")


def source(name: str) -> SourceInfo:
    """Return the record of a chat file of that name."""
    return SourceInfo(
        id="source",
        name=name,
        member=name,
        format="whatsapp",
        sha256="0" * 64,
        size=1,
        platform="android",
        date_order="dmy",
        date_order_evidence=name,
        ambiguous=False,
        time_zone=None,
        encoding="utf-8",
        messages=4,
    )


def exported(name: str, chats: Iterable[Conversation], label: str = "chat.txt") -> dict[str, bytes]:
    """Return what an exporter writes, by path."""
    notes = Notes()
    notes.sources.append(source(label))
    notes.add("gap", label)
    with MemoryTarget() as target:
        find_exporters()[name].export(iter(tuple(chats)), target, notes)
    suffix = find_exporters()[name].suffix if find_exporters()[name].layout == "document" else ""
    return {path or f"chat{suffix}": data for path, data in target.files.items()}


def unpacked(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield all files, those inside archives as well."""
    for path, data in files.items():
        if data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert archive.testzip() is None
                assert len(set(archive.namelist())) == len(archive.namelist())
                yield from unpacked({name: archive.read(name) for name in archive.namelist()})
        else:
            yield path, data


def steers(text: str) -> list[str]:
    """Return what in a text would steer a terminal or turn the direction of reading."""
    found = [char for char in text if unicodedata.category(char) == "Cc" and char not in "\n\r"]
    return found + re.findall("[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]", text)


def check_name(path: str) -> None:
    """Make sure that a path is safe on every system."""
    parts = PurePosixPath(path).parts
    assert parts, path
    assert not PurePosixPath(path).is_absolute()
    for part in parts:
        assert part not in {"..", "."}
        assert len(part.encode()) <= 255
        assert not re.search(r'[<>:"\\|?*\0-\x1f\x7f-\x9f]', part), path
        assert not steers(part), path
        assert not RESERVED.match(part), path
        assert not part.endswith((" ", ".")), path
        assert part == part.lstrip(), path


@pytest.fixture(scope="module")
def written() -> dict[str, dict[str, bytes]]:
    """Write all hostile chats in every format, once."""
    chats = [hostile_chat(number, text) for number, text in enumerate(HOSTILE)]
    return {name: exported(name, chats) for name in EXPORTERS}


@pytest.mark.parametrize("name", EXPORTERS)
def test_names_of_files_are_safe_everywhere(name: str, written: dict[str, dict[str, bytes]]) -> None:
    paths = [*written[name], *(path for path, _ in unpacked(written[name]))]
    assert paths
    for path in paths:
        check_name(path)
    folded = Counter(unicodedata.normalize("NFKC", path).casefold() for path in written[name])
    assert set(folded.values()) == {1}


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_file_is_what_its_name_says(name: str, written: dict[str, dict[str, bytes]]) -> None:
    for path, data in unpacked(written[name]):
        check = READERS.get(PurePosixPath(path).suffix)
        if check is not None:
            check(data)


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
@given(
    chats=st.lists(conversations().filter(lambda chat: bool(chat.messages)), min_size=1, max_size=3),
    label=st.text(),
)
@pytest.mark.parametrize("name", EXPORTERS)
def test_whatever_a_chat_holds_files_are_sound(name: str, chats: list[Conversation], label: str) -> None:
    label = label.encode("utf-8", "replace").decode()
    try:
        files = exported(name, chats, label)
    except NothingToExportError:  # such as questions without an answer, for what trains models
        return
    for path, data in unpacked(files):
        check_name(path)
        check = READERS.get(PurePosixPath(path).suffix)
        if check is not None:
            check(data)


@pytest.mark.parametrize("name", EXPORTERS)
def test_no_file_is_written_outside_the_folder(name: str, tmp_path: Path) -> None:
    exporter = find_exporters()[name]
    if exporter.layout != "folder":
        pytest.skip("writes one file, whose name the command chooses")
    chats = [hostile_chat(number, text) for number, text in enumerate(HOSTILE)]
    with FolderTarget(tmp_path / "outer" / "out") as target:
        exporter.export(iter(chats), target, Notes())
    assert [path.name for path in tmp_path.iterdir()] == ["outer"]
    assert [path.name for path in (tmp_path / "outer").iterdir()] == ["out"]
    for path in (tmp_path / "outer").rglob("*"):
        assert not path.is_symlink()


def _json(data: bytes) -> None:
    json.loads(data, parse_constant=pytest.fail)


def _jsonl(data: bytes) -> None:
    for line in data.removesuffix(b"\n").split(b"\n"):
        _json(line)


def _csv(data: bytes) -> None:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows[1:]:
        assert not [cell for cell in row if re.match("[=+@\t\r\n\N{FULLWIDTH EQUALS SIGN}-]", cell)]


def _page(data: bytes) -> None:
    page = BeautifulSoup(data, "lxml")
    assert not page.find_all(list(ACTIVE - {"form", "svg", "link"}))
    for tag in page.find_all(True):
        for key, value in tag.attrs.items():
            assert not key.lower().startswith("on"), tag
            if key.lower() in {
                "href",
                "src",
                "action",
                "formaction",
                "srcset",
                "data",
                "poster",
                "background",
            }:
                scheme = re.match(r"\s*([a-z][a-z0-9+.-]*)\s*:", "".join(str(value).split()).lower())
                allowed = {"http", "https", "mailto", "tel", "data", "wamigrate"}
                assert scheme is None or scheme[1] in allowed, tag
                assert key.lower() == "href" or not str(value).lower().startswith(("http", "//")), tag
        if tag.name == "script":
            assert "alert(1)</" not in tag.get_text()
            assert not tag.get("src") or "//" not in str(tag["src"])


def _markdown(data: bytes) -> None:
    text = data.decode()
    body, own = text, 2  # levels of headings that are ours: those below are of messages
    if text.startswith("---\n"):
        own = 3
        front, _, body = text.removeprefix("---\n").partition("\n---\n")
        fields: dict[str, object] = yaml.safe_load(front)
        assert isinstance(fields, dict)
        assert "owner" not in fields
        assert fields.get("title") != "mine"
        assert not steers(front)
    assert not steers("".join(re.findall(rf"(?m)^#{{1,{own}}} .*", body)))


def _database(data: bytes) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(data)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert any("message" in name or "response" in name for name in tables)


def _table(data: bytes) -> None:
    parquet = import_module("pyarrow.parquet")
    assert parquet.read_table(io.BytesIO(data)).num_rows > 0


READERS: Final[Mapping[str, Callable[[bytes], None]]] = {
    ".json": _json, ".jsonl": _jsonl, ".csv": _csv, ".html": _page, ".md": _markdown, ".db": _database,
    ".sqlite": _database, ".parquet": _table,
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_table_gives_texts_back_as_they_were(text: str) -> None:
    chat = hostile_chat(0, text)
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(exported("sqlite", [chat])["chat.sqlite"])
        found = database.execute("SELECT text FROM messages ORDER BY rowid").fetchall()
    assert [row[0] for row in found] == [message.text for message in chat.messages]
    rows = list(
        csv.DictReader(io.StringIO(exported("csv", [chat])["chat.csv"].decode("utf-8-sig"), newline=""))
    )
    shown = [row["text"].removeprefix("'") for row in rows]
    assert shown == [message.text for message in chat.messages]


@pytest.mark.parametrize("text", HOSTILE)
def test_front_matter_says_the_title_and_nothing_else(text: str) -> None:
    harmless = notes_of(exported("markdown", [hostile_chat(0, "Soup")]))
    found = notes_of(exported("markdown", [hostile_chat(0, text)]))
    assert len(found) == len(harmless) == 1
    assert found[0].keys() <= harmless[0].keys()


def notes_of(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """Return the front matter of every note."""
    texts = [data.decode() for path, data in files.items() if path.endswith(".md") and path != "index.md"]
    return [yaml.safe_load(text.removeprefix("---\n").partition("\n---\n")[0]) for text in texts]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_chat_adds_no_heading_above_its_turns(text: str) -> None:
    """Headings of level 1 to 3 are those of the note: title, day, turn."""
    for path, data in exported("markdown", [hostile_chat(0, text)]).items():
        if not path.endswith(".md") or path == "index.md":
            continue
        body = data.decode().removeprefix("---\n").partition("\n---\n")[2]
        tokens = MarkdownIt("commonmark").parse(body)
        tops = [token.tag for token in tokens if token.type == "heading_open" and token.level == 0]
        assert tops.count("h1") == 1, body
        assert tops.count("h2") <= 1, body
        assert tops.count("h3") <= 4, body


def test_what_people_and_assistants_write_stays_in_its_turn(tmp_path: Path) -> None:
    """From a chat file to notes: no HTML, no link inside the vault, no comment, no new heading."""
    lines = "".join(
        f"{1 + number // 20:02}/04/25, 12:{number % 60:02} - {name}: {text}\n"
        for number, text in enumerate(HOSTILE)
        if "\0" not in text and text.strip()
        for name in ("Ana", "ChatGPT")
    )
    (tmp_path / "WhatsApp Chat with ChatGPT.txt").write_bytes(lines.encode("utf-8", "surrogatepass"))
    convert(tmp_path / "WhatsApp Chat with ChatGPT.txt", "markdown", tmp_path / "out", split="none")
    (note,) = (path for path in (tmp_path / "out").glob("*.md") if path.name != "index.md")
    body = note.read_text().removeprefix("---\n").partition("\n---\n")[2]
    tokens = MarkdownIt("commonmark").parse(body)
    inner = [child for token in tokens for child in token.children or []]
    assert not [token.content for token in (*tokens, *inner) if token.type.startswith("html")]
    words = "".join(child.content for child in inner if child.type in {"text_special", "text"})
    assert "Other note" in words
    outside = re.sub(r"`+[^`]+`+", "", re.sub(r"(?ms)^[> ]*(```|~~~).*?^[> ]*\1", "", body))
    assert not re.search(r"(?<!\\)\[\[|(?<!\\)%%|(?<!\\)<%", outside)
    tops = Counter(token.tag for token in tokens if token.type == "heading_open" and token.level == 0)
    assert tops["h1"] == 1
    assert tops["h2"] <= 3
    addresses = [str(child.attrGet("href") or child.attrGet("src") or "") for child in inner]
    bad = ("javascript:", "file:", "data:", "vbscript:")
    assert not [one for one in addresses if one.lower().startswith(bad)]


@given(text=st.text() | st.sampled_from(HOSTILE))
def test_any_text_becomes_a_name_that_is_safe(text: str) -> None:
    check_name(safe_name(text))


HOSTILE_LINES: Final = (
    "01/04/25, 12:00 - Ana\x1b[2J\u202e: hello \x1b]0;mine\x07 \x9b2J \u2066x\u2069\n"
    "01/04/25, 12:01 - ChatGPT: yes \x1b[31m\x08\x08\r\u2028 red\n"
    "01/04/25, 12:02 - Bob \x1b[8m: IMG-\x1b[2J-\u202egpj.exe (file attached)\n"
    "01/04/25, 12:03 - Ana\x1b[2J\u202e changed the subject to \u201c\x1b[2J\x9b\u202e\u201d\n"
    "01/04/25, 12:04 - ChatGPT: As an AI language model \x1b[5n\n"
)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Make an export whose every name holds what steers terminals, its own included."""
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder / "WhatsApp Chat with \x1b[2J\u202e\x9bmine.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("WhatsApp Chat with \x1b[2J\u202emine.txt", HOSTILE_LINES)
        archive.writestr("IMG-\x1b[2J-\u202egpj.exe", b"MZ")
        archive.writestr("other \x1b]0;x\x07.bin", b"?")
    return path


def on_a_terminal(words: Iterable[str], cwd: Path) -> tuple[int, str]:
    """Run the command line on a terminal; return its exit code and all it printed."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "200"}
    with subprocess.Popen(
        [*COMMAND, *words], stdin=follower, stdout=follower, stderr=follower, cwd=cwd, env=environment
    ) as process:
        os.close(follower)
        said = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:
                break
            if not piece:
                break
            said += piece
        code = process.wait(120)
    os.close(leader)
    return code, said.decode("utf-8", "surrogateescape")


COMMANDS: Final = (
    ("export", "IN", "--to", "json", "-o", "a.json"),
    ("export", "IN", "--to", "markdown", "--to", "csv", "--debug"),
    ("export", "IN", "--to", "json", "-o", "a.json", "--strict", "--report", "r.json"),
    ("export", "IN", "missing\x1b[2J\u202e.zip", "--to", "json", "--debug"),
    ("export", "IN", "--to", "\x1b[2J"),
    ("export", "IN", "--to", "json", "--assistant", "\x1b[2J\u202e", "--debug"),
    ("export", "IN", "--to", "json", "--option", "json.\x1b[2J=\x9b"),
    ("export", "IN", "--to", "json", "--year", "\x1b[2J"),
    ("export", "IN", "--to", "json", "--\x1b[2J\u202e"),
    ("export", "IN", "--to", "json", "-o", "no/\x1b[2J\u202e/x"),
    ("export", "IN", "--to", "json", "--chat", "\x1b[2J"),
    ("inspect", "IN"),
    ("inspect", "IN", "--debug"),
    ("merge", "IN", "IN", "-o", "m.json"),
    ("migrate", "IN", "--into", "obsidian", "-o", "vault"),
    ("migrate", "IN", "--into", "llm", "-o", "llm"),
    ("migrate", "IN", "--into", "\x1b[2J"),
    ("destinations", "\x1b[2J\u202e"),
    ("verify", "IN"),
    ("\x1b[2J\u202e",),
)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: ascii(" ".join(words)))
def test_no_command_prints_what_steers_the_terminal(
    words: tuple[str, ...], hostile: Path, tmp_path: Path
) -> None:
    _, said = on_a_terminal([str(hostile) if word == "IN" else word for word in words], tmp_path)
    assert said.strip()
    assert not steers(said.replace("\r\n", "\n").replace("\t", "")), ascii(said)


def test_verifying_a_hostile_archive_prints_nothing_that_steers(hostile: Path, tmp_path: Path) -> None:
    code, _ = on_a_terminal(["export", str(hostile), "--to", "openwebui", "-o", "a.json"], tmp_path)
    assert code == 0
    (tmp_path / "a.json").write_bytes((tmp_path / "a.json").read_bytes().replace(b"hello", b"hullo"))
    code, said = on_a_terminal(["verify", "a.json", "--against", str(hostile)], tmp_path)
    assert code == 7
    assert not steers(said.replace("\r\n", "\n")), ascii(said)


@pytest.mark.parametrize("into", [one.key for one in list_destinations()])
def test_instructions_hold_nothing_that_steers(into: str, hostile: Path, tmp_path: Path) -> None:
    code, said = on_a_terminal(["migrate", str(hostile), "--into", into, "-o", "out"], tmp_path)
    assert code == 0, said
    assert not steers((tmp_path / "out" / "HOWTO.md").read_text())
    assert not steers(said.replace("\r\n", "\n")), ascii(said)
