"""Messages copied out of WhatsApp and pasted into a text.

Where it comes from:
    Phone: hold a message, select more, copy. WhatsApp Web: mark messages with the mouse, copy. Windows:
    select messages, copy. What was copied is then kept in a text file, a note or a repository.

Layout:
    One text. Headers are ``[21:04, 25/03/2025] Name: text`` from WhatsApp Web, ``[25/03, 21:04] Name: text``
    from phones, ``[25-Mar-25 9:04 PM] Name: text`` from Windows, in the order, digits and words of the
    region. Editors may have put ``> ``, spaces or tabs before lines. One text may hold several copies, and
    begin within a message.

What survives:
    Every message with name, minute and text; text before the first header, as a message without name and
    time.

What is lost:
    Pictures and files leave empty messages. Seconds, replies, reactions, edits and notices are not copied,
    phones leave the year out, Windows leaves backticks out. WhatsApp Web can copy several messages without
    names and times: such a text cannot be read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from wamigrate.chatfile import find_chats
from wamigrate.copied_chat import read_copy
from wamigrate.errors import ParseError, SourceError
from wamigrate.formats import Confidence, Parser
from wamigrate.model import Conversation, DateOrder
from wamigrate.notes import Notes
from wamigrate.pasted_text import probe
from wamigrate.source import Source
from wamigrate.transcript import Known


@dataclass(frozen=True)
class PastedMessages:
    """Reads messages copied from the phone, from WhatsApp Web and from Windows."""

    year: int | None = None
    """Year of the first date that shows none."""
    date_order: DateOrder | None = None
    """Order of day and month, where the user knows better than the text."""
    encoding: str | None = None
    """Encoding of the text, where the user knows it."""

    @property
    def name(self) -> str:
        """What ``--from`` takes."""
        return "pasted"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return "Copied and pasted messages"

    def sniff(self, source: Source) -> Confidence:
        """Look for headers that the clipboard writes, or others behind quotation marks and indentation."""
        if source.kind != "file":
            return Confidence.NO
        try:
            found = probe(source, source.members[0])
        except SourceError:
            return Confidence.NO
        return Confidence.SIGNATURE if found and not found.is_export else Confidence.NO

    def parse(self, source: Source, notes: Notes) -> Iterator[Conversation]:
        """Yield the messages as one conversation."""
        if source.kind != "file":
            raise ParseError(f"{source.name}: copied messages are read from one text file each")
        (file,) = find_chats(source)
        known = Known(file.title, file.member.modified, self.date_order, self.year)
        yield read_copy(file, notes, known, format_name=self.name, encoding=self.encoding)


parser: Final[Parser] = PastedMessages()
