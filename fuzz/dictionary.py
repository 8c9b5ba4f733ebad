"""Words that are worth putting into an input, gathered from our own tables when fuzzing starts."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from wamigrate.tables import read_table

_STYLES: Final = Path(__file__).resolve().parent.parent / "tests" / "phone_styles.toml"
_LONGEST: Final = 64
"""Bytes of the longest word that a fuzzer's dictionary takes."""
_SIGNS: Final = (
    "\n",
    "\r\n",
    "\r",
    "\0",
    "\u2028",
    "\u200e",
    "\u200f",
    "\u202f",
    "\ufeff",
    "\x1a",
    "\x1b[31m",
    " - ",
    ": ",
    "] ",
    "```",
    "\n```\n",
    "**",
    "~~",
    "> ",
    "- ",
    "1. ",
    "|--|--|",
    "$$",
    "\\(",
    "\\[",
    "<b>",
    "&#x0;",
    "&lt;",
    "http://a",
    "POLL:\n",
    "OPTION: ",
    "<attached: ",
    "IMG-20250115-WA0003.jpg",
    "٢٥/٣/٢٠٢٥",
    "½",
    "²",
    "𝟏",
    "🏳️‍🌈",
    "\udfff",
)
_TAGS: Final = (
    "<div>",
    "</div>",
    '<div class="message-in" data-id="true_1@c.us_A">',
    '<span class="selectable-text">',
    'data-pre-plain-text="[21:04, 25/03/2025] Ana: "',
    'id="main"',
    "<header>",
    "</header>",
    "<footer>",
    "<svg>",
    "</svg>",
    "<script>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<?xml",
    'role="row"',
    "&#xD800;",
    "&#0;",
    "&#1114112;",
    'data-icon="',
    '<img src="data:',
    "<table>",
    "<template>",
    "</html>",
    "<title>Whatsapp - ",
    "<br>",
    'class="w3-row w3-padding-small w3-margin-bottom"',
    '<base href="',
    '<p class="mt-1">',
)
_VALUES: Final = (
    "null",
    "true",
    "-1",
    "1e999",
    "-0.0",
    "9007199254740993",
    '""',
    "[]",
    "{}",
    '"\\ud800"',
    '"\\u0000"',
    "NaN",
    "253402300800",
    "-62135596801",
    '"2025-03-25T21:04:05+99:99"',
    '"9999-12-31T23:59:59-14:00"',
    "1e-400",
)


@cache
def _headers() -> tuple[str, ...]:
    """Beginnings of messages as phones of many languages print them."""
    styles = tomllib.loads(_STYLES.read_text(encoding="utf-8"))["style"] if _STYLES.is_file() else ()
    return tuple(header for style in styles for header in style["headers"])


@cache
def chat_words() -> tuple[str, ...]:
    """Return what WhatsApp writes in all languages, parts of the day, names of assistants, and signs."""
    dialects = read_table("dialects.toml")
    words = [
        re.sub(r"\{[XYZ]\}", "Ana", word) for word in _strings([dialects["languages"], dialects["notices"]])
    ]
    periods = [word for row in dialects["day_periods"] for word in str(row["words"]).split("|")]
    bots = [str(name) for bot in read_table("bots.toml")["bots"] for name in _strings(bot.get("names", ()))]
    return (*_headers(), *_SIGNS, *words, *periods, *bots)


def headers() -> tuple[str, ...]:
    """Return beginnings of messages, of every style that is known."""
    return _headers() or ("25/03/2025, 21:04 - Ana: ", "[25/03/2025, 21:04:05] Ana: ")


def of_chats() -> Iterator[bytes]:
    """Words of chats."""
    yield from _encoded(chat_words())


@cache
def page_words() -> tuple[str, ...]:
    """Return tags, attributes and sentences of saved pages, and signs."""
    return (*_TAGS, *_strings(read_table("web_page.toml")), *_SIGNS)


def of_pages() -> Iterator[bytes]:
    """Words of saved pages."""
    yield from _encoded(page_words())


def of_json() -> Iterator[bytes]:
    """Words of JSON, and of the schema."""
    keys = (
        "id",
        "role",
        "kind",
        "author",
        "timestamp",
        "text",
        "raw",
        "spans",
        "flags",
        "attachments",
        "messages",
        "participants",
        "schema",
        "wamigrate/1",
        "key_id",
        "from_me",
        "meta",
        "data",
        "reply",
        "mapping",
    )
    yield from _encoded((*_VALUES, *(f'"{key}":' for key in keys)))


def of_databases() -> Iterator[bytes]:
    """Words of SQLite's own, and of tables."""
    words = (
        "SQLite format 3",
        "CREATE TABLE ",
        "CREATE VIEW ",
        "CREATE VIRTUAL TABLE ",
        "CREATE TRIGGER ",
        "message",
        "chat_row_id",
        "ZWAMESSAGE",
        "WITHOUT ROWID",
        "GENERATED ALWAYS AS (",
    )
    yield from _encoded((*words, "\ud83d", "\ufffd", "\0"))
    yield b"\xed\xa0\xbd\xed\xb8\x80"


def of_archives() -> Iterator[bytes]:
    """Signatures and names of ZIP archives."""
    yield from (
        b"PK\x03\x04",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"PK\x06\x06",
        b"PK\x06\x07",
        b"PK\x07\x08",
        b"\x01\x00",
    )
    yield from _encoded(("../", "_chat.txt", "C:\\", ".zip", "\0", "/", "__MACOSX/", "chat.md"))


def of_markup() -> Iterator[bytes]:
    """Signs of WhatsApp, Markdown and HTML."""
    yield from _encoded(
        (*_SIGNS, *_TAGS, "[x](y)", "![", "| a | b |\n|---|---|\n", "    ", "\t", "***", "___", "- [ ] ")
    )


def _strings(value: Any) -> Iterator[str]:
    """Yield every text in a table."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in cast("dict[str, object]", value).values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in cast("list[object]", value):
            yield from _strings(one)


def _encoded(words: tuple[str, ...]) -> Iterator[bytes]:
    for word in dict.fromkeys(words):
        data = word.encode("utf-8", "surrogatepass")
        if data and len(data) <= _LONGEST:
            yield data
