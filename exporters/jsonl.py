"""wamigrate JSON Lines: the common schema, a conversation on each line.

Where it goes:
    Data pipelines that read line by line, search engines, and back into wamigrate with ``--from json``.

Layout:
    UTF-8, one JSON object on each line. The first line holds ``schema`` and ``generator``, the last one
    ``sources`` and ``notes``, and every line between them is a conversation as in the document that
    ``--to json`` writes; ``jq 'select(.messages)'`` keeps the conversations alone.

What survives:
    Everything in the schema: reading the file back gives the same objects.

What is lost:
    The media files themselves: ``attachments`` says where each one is inside its source.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from wamigrate.archived import Archived, Finding
from wamigrate.canon import write_lines
from wamigrate.formats import Exporter, Layout
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.source import Source
from wamigrate.target import Target

from . import _canon_check


@dataclass(frozen=True)
class JsonLines:
    """Writes a line for each conversation."""

    name: str = field(default="jsonl", init=False)
    title: str = field(default="wamigrate JSON Lines", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".jsonl", init=False)

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write all conversations, between a header and a line of sources and notes."""
        with target.writing() as stream:
            write_lines(conversations, stream, notes)

    def recognises(self, source: Source) -> bool:
        """Look at the first line."""
        return _canon_check.recognises(source, lines=True)

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield where the file does not fit the schema, or ids are not unique."""
        return _canon_check.check(source, self.name)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations."""
        return _canon_check.contents(source)


exporter: Final[Exporter] = JsonLines()
