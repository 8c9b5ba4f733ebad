"""WhatsApp's own "Export chat" from a phone.

Where it comes from:
    Android: chat → ⋮ → More → Export chat. iOS: chat → name → Export Chat. With media it is a ZIP archive,
    without media a text file (Android) or a ZIP archive that holds only ``_chat.txt`` (iOS).

Layout:
    One text, UTF-8: ``25/03/2025, 21:04 - Name: text`` on Android, ``[25/03/2025, 21:04:05] Name: text`` on
    iOS, dates and marks as the phone's region prints them. Media lie beside it.

What survives:
    Every message with time, name and text byte for byte; attachments; edited, deleted and view-once marks;
    calls, locations, contacts, polls; WhatsApp's own notices.

What is lost:
    Replies, reactions, receipts and time zone are not in the export. Phones write the newest 40,000 messages,
    10,000 with media.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from wamigrate.chatfile import find_chats, is_debris
from wamigrate.errors import NoChatError, SourceError
from wamigrate.formats import Confidence, Parser
from wamigrate.long_chat import LongChat
from wamigrate.model import Conversation, DateOrder
from wamigrate.notes import Notes
from wamigrate.pasted_text import probe
from wamigrate.phone import read_chat
from wamigrate.phone_parts import survey_chat
from wamigrate.source import Source
from wamigrate.transcript import Known
from wamigrate.web_export import is_web_file


@dataclass(frozen=True)
class WhatsAppPhone:
    """Reads phone exports of WhatsApp."""

    date_order: DateOrder | None = None
    """Order of day and month, where the user knows better than the file."""
    year: int | None = None
    """Year of the first date that shows none (old Android)."""
    encoding: str | None = None
    """Encoding of the text, where the user knows it."""

    @property
    def name(self) -> str:
        """What ``--from`` takes."""
        return "whatsapp"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return "WhatsApp phone export"

    @property
    def marks(self) -> frozenset[str]:
        """What iPhones call the chat in every export; a folder that holds it is one unpacked export."""
        return frozenset({"_chat.txt"})

    def sniff(self, source: Source) -> Confidence:
        """Look for message headers in the text that is the chat."""
        try:
            if source.kind == "file":
                found = probe(source, source.members[0])
                is_phone = found is not None and found.is_export and not is_web_file(*find_chats(source))
                return Confidence.SIGNATURE if is_phone else Confidence.NO
            if not any(_may_hold_chat(member.name) for member in source.members if not is_debris(member)):
                return Confidence.NO
            if all(map(is_web_file, find_chats(source))):
                return Confidence.NO
        except NoChatError:
            return Confidence.NO
        except SourceError:
            return Confidence.SHAPE  # a text that cannot be read: parsing says why
        return Confidence.SIGNATURE

    def parse(self, source: Source, notes: Notes) -> Iterator[Conversation]:
        """Yield each chat as one conversation."""
        for file in find_chats(source):
            known = Known(file.title, file.member.modified, self.date_order, self.year)
            yield read_chat(file, notes, known, format_name=self.name, encoding=self.encoding)

    def survey(self, source: Source, at_least: int) -> tuple[LongChat, ...] | None:
        """Look through chats of at least so many bytes that can be read in parts; None: there are none."""
        if self.encoding or self.year or all(member.size < at_least for member in source.members):
            return None
        chats: list[LongChat] = []
        for file in find_chats(source):
            known = Known(file.title, file.member.modified, self.date_order, self.year)
            chat = None if file.member.size < at_least else survey_chat(file, known, self.name)
            if chat is None:
                return None
            chats.append(chat)
        return tuple(chats)


def _may_hold_chat(name: str) -> bool:
    return name.casefold().endswith((".txt", ".zip"))


parser: Final[Parser] = WhatsAppPhone()
