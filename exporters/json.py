"""wamigrate JSON: the common schema itself, as one document.

Where it goes:
    Programs of your own, ``jq``, ``diff``, backups, and back into wamigrate with ``--from json``.

Layout:
    One JSON object of schema ``wamigrate/1`` in UTF-8. Every key of every record is present, and every
    message stands on a line of its own. ``wamigrate schema`` prints the JSON Schema; ``docs/schema.md``
    explains the fields. Sources and notes stand at the end.

What survives:
    Everything in the schema: reading the file back gives the same objects.

What is lost:
    The media files themselves: ``attachments`` says where each one is inside its source.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from wamigrate.archived import Archived, Finding
from wamigrate.canon import write_document
from wamigrate.formats import Exporter, Layout
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.source import Source
from wamigrate.target import Target

from . import _canon_check


@dataclass(frozen=True)
class JsonDocument:
    """Writes one JSON document."""

    name: str = field(default="json", init=False)
    title: str = field(default="wamigrate JSON", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".json", init=False)

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write all conversations, sources and notes."""
        with target.writing() as stream:
            write_document(conversations, stream, notes)

    def recognises(self, source: Source) -> bool:
        """Look at the first line."""
        return _canon_check.recognises(source, lines=False)

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield where the file does not fit the schema, or ids are not unique."""
        return _canon_check.check(source, self.name)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations."""
        return _canon_check.contents(source)


exporter: Final[Exporter] = JsonDocument()
