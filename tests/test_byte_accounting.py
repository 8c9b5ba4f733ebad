"""Nothing is lost: the spans of all messages, put together, are the file, and each holds its body."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whatsapp_cases import BOM, LRM, NBSP, NNBSP, ROOT, SAMPLES, VARIANTS, Chat, Variant, body, read_chat

from wamigrate.errors import WamigrateError
from wamigrate.source import open_source

FIXTURES = ROOT / "fixtures"


def stored_text(path: Path, chat: Chat) -> bytes:
    """Return the chat file's bytes, as stored."""
    source = open_source(path)
    try:
        wanted = chat.info.member
        member = next(entry for entry in source.members if wanted is None or entry.name == wanted)
        return source.read(member)
    finally:
        source.close()


def as_utf8(data: bytes, chat: Chat) -> bytes:
    """Return what the offsets count: the bytes themselves where they are UTF-8, else the text as UTF-8."""
    if chat.info.encoding.startswith("utf-8"):
        return data
    return data.decode(chat.info.encoding, "replace").encode()


def visible(text: str) -> str:
    """Return a text without carriage returns and last line ends: CRLF that an editor wrote is undone."""
    return text.replace("\r", "").rstrip("\n")


def assert_tiled(chat: Chat, data: bytes) -> None:
    """Check that the spans tile ``data`` in order, and that each piece is header, body and line end."""
    spans = [span for message in chat.messages for span in message.spans]
    assert len(spans) == len(chat.messages) == chat.info.messages
    assert {span.source for span in spans} == {chat.info.id}
    assert b"".join(data[span.start : span.end] for span in spans) == data
    place = line = 0
    for span, message in zip(spans, chat.messages, strict=True):
        assert span.start == place
        assert span.line == line + 1
        piece = data[span.start : span.end]
        assert visible(piece.decode("utf-8", "replace")).endswith(visible(body(message)))
        place = span.end
        line += piece.count(b"\n")
    assert place == len(data)


def assert_file_is_tiled(path: Path) -> None:
    chat = read_chat(path)
    data = stored_text(path, chat)
    assert chat.info.size == len(data)
    assert_tiled(chat, as_utf8(data, chat))


def inputs() -> list[Path]:
    """Return the bundled examples and the input of every golden case of the parser."""
    examples = [path for path in (FIXTURES / "examples").iterdir() if path.suffix in (".zip", ".txt")]
    cases = [
        next(iter(sorted(path.iterdir()))) if len(list(path.iterdir())) == 1 else path
        for path in (FIXTURES / "parsers" / "whatsapp").glob("*/input")
    ]
    return sorted(examples) + sorted(cases)


def identify(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


def test_there_are_fixtures_to_rebuild() -> None:
    assert len(inputs()) >= 20


@pytest.mark.parametrize("path", inputs(), ids=identify)
def test_a_fixture_is_rebuilt_from_its_spans(path: Path) -> None:
    assert_file_is_tiled(path)


@pytest.mark.parametrize("ends", ["as-printed", "unix", "windows"])
@pytest.mark.parametrize("variant", VARIANTS, ids=[variant.name for variant in VARIANTS])
def test_a_style_is_rebuilt_from_its_spans(variant: Variant, ends: str, tmp_path: Path) -> None:
    text = variant.text
    if ends != "as-printed":
        text = text.replace("\r\n", "\n").replace("\n", "\n" if ends == "unix" else "\r\n")
    path = tmp_path / variant.file_name
    path.write_bytes(text.encode())
    assert_file_is_tiled(path)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
@pytest.mark.parametrize("variant", VARIANTS[::6], ids=[variant.name for variant in VARIANTS[::6]])
def test_a_file_with_a_byte_order_mark_is_rebuilt(variant: Variant, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / variant.file_name
    path.write_bytes((BOM + variant.text).encode(encoding))
    assert_file_is_tiled(path)


def test_a_file_in_an_old_encoding_is_rebuilt(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes("25/03/2025, 21:04 - Zoë: Grüße\n25/03/2025, 21:05 - Ana: olé\n".encode("cp1252"))
    chat = read_chat(path)
    assert chat.messages[0].author == "Zoë"
    assert "encoding-fallback" in chat.notes.count()
    assert_file_is_tiled(path)


def test_a_file_with_damaged_bytes_is_rebuilt(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(
        "25/03/2025, 21:04 - Zoë: Grüße aus Köln\n".encode() + b"25/03/2025, 21:05 - Ana: ol\xff\xc3 \n"
    )
    chat = read_chat(path)
    assert len(chat.messages) == 2
    assert "encoding-damage" in chat.notes.count()
    data = path.read_bytes()
    spans = [span for message in chat.messages for span in message.spans]
    assert b"".join(data[span.start : span.end] for span in spans) == data


@pytest.mark.parametrize("tail", ["", "\n", "\n\n\n", "\r\n", "\r\n\r\n", " ", "\0"])
@pytest.mark.parametrize("head", ["", "\n", "before\n", "\r\n\r\n", BOM, BOM + "\n"])
def test_what_stands_before_and_after_the_chat_is_accounted_for(head: str, tail: str, tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes((head + "25/03/2025, 21:04 - Ana: hi\n25/03/2025, 21:05 - Bob: hello" + tail).encode())
    assert_file_is_tiled(path)


def sample_files() -> list[Path]:
    """Return the exports made by others, where they are beside the project."""
    folders = ("chat-miner", "chatistics", "chat-history-manager/whatsapp-text_2023-10")
    texts = [path for folder in folders for path in (SAMPLES / folder).glob("*.txt")]
    zips = list((SAMPLES / "whatsapp-chat-parser-website").glob("*.zip"))
    return sorted(texts) + zips


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples made by others are not beside the project")
def test_every_sample_is_rebuilt_from_its_spans() -> None:
    files = sample_files()
    assert len(files) == 11
    for path in files:
        assert_file_is_tiled(path)


HEADERS = (
    ("25/03/2025, 21:{:02} - ", "26/03/2025, 09:{:02} - "),
    ("3/25/25, 9:{:02}" + NNBSP + "PM - ", "3/26/25, 9:{:02}" + NNBSP + "AM - "),
    ("[25/03/2025, 21:{:02}:05] ", "[26/03/2025, 09:{:02}:05] "),
    (LRM + "[25.03.25, 21:{:02}:05] ", "[26.03.25, 09:{:02}:05] "),
    ("25/03/2025, 21:{:02}:05: ", "26/03/2025, 09:{:02}:05: "),
)
NAMES = st.sampled_from(["Ana: ", "Bob: ", "Dr: Who: ", "Ana:", "", f"~{NBSP}Carl: ", "+39 02 1234567: "])
PARTS = st.sampled_from([
    "hello", "", " ", "null", "<Media omitted>", "```", "IMG-20250325-WA0001.jpg (file attached)", "caption",
    LRM + "image omitted", LRM + "<attached: 00000001-PHOTO-2025-03-25-21-04-05.jpg>", BOM, "\r", "\0",
    "POLL:", "OPTION: yes (1 vote)", "24/03/2025, 20:00 - Ana: old", "[24/03/2025, 20:00:00] Ana: old",
    "Ana added Bob",
    "a: b", "\v", "\u2028", "This message was deleted", "½ 👨‍👩‍👧", "\n", "\n\n", "\r\n", "é" * 60,
])  # fmt: skip


@st.composite
def chats(draw: st.DrawFn) -> str:
    """Draw a chat file of one style, with odd bodies and any line ends."""
    styles = draw(st.sampled_from(HEADERS))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    lines = [draw(st.sampled_from(["", "", "preamble" + end, BOM]))]
    for index in range(draw(st.integers(1, 12))):
        header = styles[0 if index < 6 else 1].format(index)
        lines += [header, draw(NAMES), *draw(st.lists(PARTS, max_size=4)), end]
    return "".join(lines).removesuffix(draw(st.sampled_from(["", end])))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=chats())
def test_any_chat_is_rebuilt_from_its_spans(tmp_path: Path, text: str) -> None:
    path = tmp_path / "chat.txt"
    path.write_bytes(text.encode())
    assert_file_is_tiled(path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=chats(), noise=st.binary(max_size=60), place=st.integers(0, 400))
def test_a_chat_with_foreign_bytes_is_rebuilt_or_refused(
    tmp_path: Path, text: str, noise: bytes, place: int
) -> None:
    data = text.encode()
    path = tmp_path / "chat.txt"
    path.write_bytes(data[:place] + noise + data[place:])
    try:
        chat = read_chat(path)
    except WamigrateError:
        return
    whole = as_utf8(path.read_bytes(), chat)
    spans = [span for message in chat.messages for span in message.spans]
    assert b"".join(whole[span.start : span.end] for span in spans) == whole
