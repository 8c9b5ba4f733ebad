"""ChatGPT archive: a ZIP as OpenAI's own data export was, which many programs import.

Where it goes:
    Open WebUI, LibreChat, Cherry Studio, Obsidian (with Nexus AI Chat Importer), basic-memory, convoviz,
    chatgpt-to-sqlite and datasette, llm-memex, echomine, and other readers of ChatGPT's exports. Open WebUI,
    LibreChat and Cherry Studio take the bare ``conversations.json``: ``--option chatgpt.file=json``. Google
    announced that Gemini imports the archives of OpenAI itself; whether it takes this one is not known.
    ChatGPT imports no conversations.

Layout:
    The classic archive of before 2026: ``conversations.json`` with a tree of messages for each conversation,
    ``user.json``, ``chat.html`` with a list of the conversations, the files as ``file-<id>-<name>``, and
    ``wamigrate.json`` with the sources and findings. In the text, a line such as ``📎 IMG-1.jpg`` stands for
    a file, because several importers drop conversations with pictures inside messages; with
    ``--option chatgpt.images=pointers`` pictures stand inside messages, which convoviz, llm-memex, Nexus and
    chat-history show.

What survives:
    Every message in its order with role, text as Markdown, second and id, titles, media files. The true
    origin (WhatsApp, the assistant and its number, the file's hash), edits, replies and kinds of messages
    stand under keys ``wamigrate``, which importers pass over. Times without a zone are taken for UTC.

What is lost:
    Other people in a group become the user, with their names in the text. The model is not known: where
    readers demand its name, it is called ``chatgpt-on-whatsapp``. Notices are left out unless asked for with
    ``--notices``.
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

from . import _chatgpt_check
from ._chatgpt_writer import Files, Writer


@dataclass(frozen=True)
class ChatGPTArchive:
    """Writes a ChatGPT archive."""

    name: str = field(default="chatgpt", init=False)
    title: str = field(default="ChatGPT archive", init=False)
    layout: Layout = field(default="document", init=False)
    notices: bool = field(default=False, init=False)
    file: Literal["zip", "json"] = "zip"
    """``zip``: the whole archive; ``json``: ``conversations.json`` alone, without files."""
    images: Literal["safe", "pointers"] = "safe"
    """``safe``: pictures beside messages, for all readers; ``pointers``: inside, for those that show them."""
    media: Literal["copy", "omit"] = "copy"
    """``copy`` media files into the archive, or ``omit`` them."""

    @property
    def suffix(self) -> str:
        """File name suffix."""
        return f".chatgpt.{self.file}"

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write the archive; no more than one conversation is held at a time."""
        if self.file == "json":
            writer = Writer(Files("omit", target, notes), notes)
            with target.writing() as stream:
                stream.writelines(writer.document(conversations))
            return
        with zip_target(target) as archive:
            files = Files(self.media, archive, notes)
            writer = Writer(files, notes, pointers=self.images == "pointers")
            with archive.writing(NAME) as stream:
                stream.writelines(writer.document(conversations))
            files.report()
            for name, content in writer.others():
                with archive.writing(name) as stream:
                    stream.write(content)

    def recognises(self, source: Source) -> bool:
        """Look for the tree of messages at the beginning of ``conversations.json``."""
        return _chatgpt_check.recognises(source)

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield the rules of readers that an archive breaks."""
        return _chatgpt_check.check(source)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations of an archive."""
        return _chatgpt_check.contents(source)


exporter: Final[Exporter] = ChatGPTArchive()
