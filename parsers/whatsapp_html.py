"""Pages of WhatsApp Web that a browser saved.

Where it comes from:
    web.whatsapp.com in a browser: open the chat, scroll up as far as wanted, then *Save page as*: "Web page,
    complete" (a file with a folder of pictures), "single file" (MHTML), or what extensions such as SingleFile
    write. To keep the pictures, give the folder or a ZIP archive that holds both.

Layout:
    HTML as WhatsApp Web draws it, of any year since 2019: each message is an element with
    ``data-pre-plain-text="[21:04, 25/03/2025] Name: "``, what was written stands in ``selectable-text``, with
    formatting and emoji as elements. Dates as the page's language prints them, without seconds.

What survives:
    Text with WhatsApp's marks, emoji, lists and mentions; who sent what; which message an answer quotes, if
    the page holds it; edited, forwarded and deleted marks, reactions; pictures in the page's folder; names of
    documents; places, contacts, calls, polls and notices as far as the page shows them.

What is lost:
    Everything that had not been scrolled into view, seconds and time zone, the rest of a long message behind
    "Read more", pictures inside MHTML and in no folder, recordings, and documents themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from wamigrate.errors import NoChatError, SourceError
from wamigrate.formats import Confidence, Parser
from wamigrate.model import Conversation, DateOrder
from wamigrate.notes import Notes
from wamigrate.page_conversation import read_page
from wamigrate.page_list import SIGN, is_home
from wamigrate.source import Member, Source
from wamigrate.web_page import holds, is_page, may_be_page

_MOST: Final = 200
"""Pages of a folder that are looked at."""


@dataclass(frozen=True)
class WhatsAppPage:
    """Reads saved pages of WhatsApp Web."""

    date_order: DateOrder | None = None
    """Order of day and month, where the user knows better than the page."""
    name: str = field(default="whatsapp_html", init=False)
    title: str = field(default="Saved page of WhatsApp Web", init=False)

    @property
    def gathers(self) -> bool:
        """Whether files in one folder are one input."""
        return True

    def sniff(self, source: Source) -> Confidence:
        """Look for what stands before each message when it is copied."""
        return max((_sniff(source, member) for member in _pages(source)), default=Confidence.NO)

    def parse(self, source: Source, notes: Notes) -> Iterator[Conversation]:
        """Yield the open chat of each page."""
        members = [member for member in _pages(source) if _sniff(source, member) is not Confidence.NO]
        sure = [member for member in members if _sniff(source, member) is Confidence.SIGNATURE]
        if not members:
            raise NoChatError(
                f"{source.name}: holds no page of WhatsApp Web; "
                "open the chat at web.whatsapp.com, and save that page"
            )
        for member in sure or members:
            yield read_page(source, member, notes, format_name=self.name, date_order=self.date_order)


def _pages(source: Source) -> list[Member]:
    """Return what may be saved pages; those in a page's own folder of pictures are none."""
    if source.kind == "file":
        return list(source.members)
    named = (member for member in source.members if may_be_page(member.name) and "_files/" not in member.name)
    return [member for member, _ in zip(named, range(_MOST), strict=False)]


def _sniff(source: Source, member: Member) -> Confidence:
    try:
        head = source.head(member)
        if not is_page(head):
            return Confidence.NO
        if SIGN in head:
            return Confidence.SIGNATURE
        if not is_home(head):
            return Confidence.NO
        return Confidence.SIGNATURE if holds(source, member, SIGN) else Confidence.SHAPE
    except SourceError:
        return Confidence.NO


parser: Final[Parser] = WhatsAppPage()
