"""Claude archive: a ZIP as Anthropic's own data export was, which many programs import.

Where it goes:
    LibreChat, Obsidian (with Nexus AI Chat Importer, which keeps the text of this format byte for byte),
    basic-memory, claude-to-sqlite and datasette, llm-memex, echomine, and other readers of Claude's exports.
    LibreChat and basic-memory take the bare ``conversations.json``: ``--option claude.file=json``. Google
    announced that Gemini imports the archives of Anthropic itself; whether it takes this one is not known.
    Claude imports no conversations.

Layout:
    The classic archive of before 2026: ``conversations.json`` with a list of messages for each conversation,
    ``users.json``, ``projects.json``, ``memories.json``, and ``wamigrate.json`` with sources and findings.
    The format carries no files but texts: a line such as ``📎 IMG-1.jpg`` in the text stands for a file, its
    name is listed, and a contact or other small text file is quoted whole.

What survives:
    Every message in its order with role, text as Markdown, second and id, titles, text files. The true
    origin (WhatsApp, the assistant and its number, the file's hash), edits, replies and kinds of messages
    stand under keys ``wamigrate``, which importers pass over. Times without a zone are taken for UTC.

What is lost:
    Media files. Other people in a group become the human, with their names in the text. Notices are left out
    unless asked for with ``--notices``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from wamigrate.archive_zip import zip_target
from wamigrate.archived import Archived, Finding
from wamigrate.conversations_json import NAME
from wamigrate.formats import Exporter, Layout
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.source import Source
from wamigrate.target import Target

from . import _claude_check
from ._claude_writer import Writer


@dataclass(frozen=True)
class ClaudeArchive:
    """Writes a Claude archive."""

    name: str = field(default="claude", init=False)
    title: str = field(default="Claude archive", init=False)
    layout: Layout = field(default="document", init=False)
    notices: bool = field(default=False, init=False)
    file: Literal["zip", "json"] = "zip"
    """``zip``: the whole archive; ``json``: ``conversations.json`` alone."""

    @property
    def suffix(self) -> str:
        """File name suffix."""
        return f".claude.{self.file}"

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write the archive; no more than one conversation is held at a time."""
        writer = Writer(target.sources, notes)
        if self.file == "json":
            with target.writing() as stream:
                stream.writelines(writer.document(conversations))
            return
        with zip_target(target) as archive:
            with archive.writing(NAME) as stream:
                stream.writelines(writer.document(conversations))
            for name, content in writer.others():
                with archive.writing(name) as stream:
                    stream.write(content)

    def recognises(self, source: Source) -> bool:
        """Look for the list of messages at the beginning of ``conversations.json``."""
        return _claude_check.recognises(source)

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield the rules of readers that an archive breaks."""
        return _claude_check.check(source)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations of an archive."""
        return _claude_check.contents(source)


exporter: Final[Exporter] = ClaudeArchive()
