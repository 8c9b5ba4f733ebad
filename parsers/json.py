"""wamigrate JSON: what ``--to json`` and ``--to jsonl`` write.

Where it comes from:
    ``wamigrate export CHAT --to json`` or ``--to jsonl``, or any program that keeps to the JSON Schema of
    ``wamigrate schema``.

Layout:
    One JSON object of schema ``wamigrate/1``, or JSON Lines: a header, a conversation on each line, and
    a line with sources and notes. Both in UTF-8.

What survives:
    Everything: conversations, sources and notes are those of the run that wrote the file. Keys that the
    schema does not know are skipped.

What is lost:
    The media files themselves, which stay in the export that the file was made from.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from wamigrate.canon import loads
from wamigrate.formats import Confidence, Parser
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.source import Source, no_chat

_SIGNATURE: Final = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{(?:.*?,)??\s*"schema"\s*:\s*"wamigrate/\d+"', re.DOTALL
)
"""Any version: a newer one is recognised too, so that the error can say what it is."""


@dataclass(frozen=True)
class WamigrateJson:
    """Reads a document or lines of the common schema."""

    name: str = field(default="json", init=False)
    title: str = field(default="wamigrate JSON", init=False)

    def sniff(self, source: Source) -> Confidence:
        """Look for the ``schema`` key at the beginning of a file."""
        if source.kind != "file":
            return Confidence.NO
        found = _SIGNATURE.match(source.head(source.members[0]))
        return Confidence.SIGNATURE if found else Confidence.NO

    def parse(self, source: Source, notes: Notes) -> Iterator[Conversation]:
        """Yield the conversations, after their sources and notes."""
        if source.kind != "file":
            raise no_chat(source)
        archive = loads(source.read(source.members[0]), source.name)
        notes.sources.extend(archive.sources)
        notes.items.extend(archive.notes)
        yield from archive.conversations


parser: Final[Parser] = WamigrateJson()
