"""WhatsApp's own "Export chat" from WhatsApp Web and for desktop.

Where it comes from:
    WhatsApp Web, WhatsApp for Windows and for Mac, since 2026: chat → ⋮ → Export chat. It is a ZIP archive,
    named after the chat.

Layout:
    ``chat.txt``, ``chat.md`` and, with media, a folder ``media``. In ``chat.txt`` dates are American in
    every language, ``[1/2/26, 9:05:12 AM] Name: text``; whoever made the export is ``You`` in the language
    of the browser; lines without a time come first; notices have a dash instead of a name. ``chat.md`` has
    the same messages with quotations of what they answer. The archive, its folder, and ``chat.txt`` alone
    can be read.

What survives:
    Every message with name, time to the second and text; who made the export; what a message answers (from
    ``chat.md``); attachments; forwarded and deleted marks; locations, contacts, polls, calls; notices.

What is lost:
    Reactions, edits, votes, pins and time zone. WhatsApp leaves out messages that can be viewed once, all
    that were sent under a timer, and files above 15 MB; it writes the newest 100,000 messages. Answers of
    Meta AI with pictures and the like become a placeholder.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from wamigrate.errors import SourceError
from wamigrate.formats import Confidence, Parser
from wamigrate.model import Conversation, DateOrder
from wamigrate.notes import Notes
from wamigrate.source import Source, no_chat
from wamigrate.web_chat import read_web_chat
from wamigrate.web_export import WebChat, find_web_chats


@dataclass(frozen=True)
class WhatsAppWeb:
    """Reads exports from WhatsApp Web and for desktop."""

    date_order: DateOrder | None = None
    """Order of day and month, where the user knows better than the file."""
    encoding: str | None = None
    """Encoding of the text, where the user knows it."""

    @property
    def name(self) -> str:
        """What ``--from`` takes."""
        return "whatsapp_web"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return "WhatsApp Web or Desktop export"

    @property
    def marks(self) -> frozenset[str]:
        """What no other export has; a folder that holds it is one unpacked export."""
        return frozenset({"chat.md"})

    def sniff(self, source: Source) -> Confidence:
        """Look for chat.txt with chat.md beside it, or for what only its text has."""
        try:
            return Confidence.SIGNATURE if find_web_chats(source) else Confidence.NO
        except SourceError:
            return Confidence.NO

    def parse(self, source: Source, notes: Notes) -> Iterator[Conversation]:
        """Yield each chat as one conversation."""
        chats = find_web_chats(source)
        if not chats and source.kind == "file":
            chats = [WebChat(source, source.members[0], None)]
        if not chats:
            raise no_chat(source)
        for chat in chats:
            yield read_web_chat(
                chat, notes, format_name=self.name, date_order=self.date_order, encoding=self.encoding
            )


parser: Final[Parser] = WhatsAppWeb()
