"""What is fuzzed: what each target does with bytes, what it begins with, and which words it knows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from . import dictionary, reading, schema, seeds, texts


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads bytes."""

    name: str
    run: Callable[[bytes], None]
    """Reads the bytes and checks what must hold; raises where it does not."""
    seeds: Callable[[], Iterator[bytes]]
    words: Callable[[], Iterator[bytes]]
    """What is worth putting into an input."""
    longest: int = 8192
    """Bytes of the longest input that is made."""
    parses: bool = True
    """Whether it is a parser."""


def _parser(parser: str, *, name: str = "", file: str, longest: int = 8192, tiled: bool = False) -> Target:
    words = {"html": dictionary.of_pages, "json": dictionary.of_json, "db": dictionary.of_databases}
    return Target(
        name or parser,
        partial(reading.parse, parser, file, tiled=tiled),
        partial(seeds.of_parser, parser, file),
        words.get(file.rpartition(".")[2], dictionary.of_chats),
        longest,
    )


_TARGETS: Final = (
    _parser("whatsapp", file="_chat.txt", tiled=True),
    _parser("pasted", file="note.txt", tiled=True),
    _parser("whatsapp_web", file="chat.txt", tiled=True),
    _parser("whatsapp_html", file="page.html", longest=32768),
    _parser("chat_exporter", name="chat_exporter_json", file="result.json"),
    _parser("chat_exporter", name="chat_exporter_pages", file="18002428478-ChatGPT.html", longest=16384),
    _parser("msgstore", file="msgstore.db", longest=65536),
    _parser("chatstorage", file="ChatStorage.sqlite", longest=32768),
    _parser("json", file="archive.json", longest=16384),
    Target("source", reading.open_archive, seeds.archives, dictionary.of_archives, 16384, parses=False),
    Target(
        "pipeline", reading.convert, partial(seeds.of_parser, "whatsapp", "_chat.txt"), dictionary.of_chats
    ),
    Target("merge", reading.merge, seeds.pairs, dictionary.of_chats),
    Target("markup", texts.read_markup, seeds.texts, dictionary.of_markup, 2048, parses=False),
    Target("canon", schema.read_schema, seeds.documents, dictionary.of_json, 16384, parses=False),
    Target("verify", schema.verify, seeds.written, dictionary.of_json, 32768, parses=False),
)
TARGETS: Final = {target.name: target for target in _TARGETS}
"""All targets by name, the parsers first."""
