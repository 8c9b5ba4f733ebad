"""A page to look at: conversations as chat bubbles, with search, in one file or as a folder of pages.

Where it goes:
    Every browser, on a computer or a phone, without a network: open the file with a double click, keep it,
    print it, send it on.

Layout:
    With ``pages=one`` (the default) a single ``.html`` file that holds everything: the list of conversations
    by month, the conversation that is chosen, a search over all messages with filters, statistics, and the
    files of the chat. With ``pages=many`` a folder for big histories: ``index.html`` with list, search and
    statistics, a page for each conversation in a folder for its month, files in ``media/``. Those pages can
    be read without a script.

What survives:
    Every message in its order: author, day, minute, formatting, code in colours, tables, pictures, players
    for audio and video, files to save, replies, edits, deleted messages, calls, polls, notices, flags, and
    a link to each by its id (``#m-ID``). Findings and sources stand under *About*.

What is lost:
    Seconds in the single page; files above 64 MB there (a folder takes them). Headings in messages are all
    of one level for screen readers, columns of tables lose their alignment, and control characters are
    shown as signs. Texts are read as Markdown, so what was read with ``--text raw`` shows WhatsApp's marks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from wamigrate.formats import Exporter, Layout
from wamigrate.media import Policy
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.target import Target

from ._html_many import write_many
from ._html_one import write_one


@dataclass(frozen=True)
class HtmlPages:
    """Writes a page, or a folder of pages."""

    name: str = field(default="html", init=False)
    title: str = field(default="Page for browsers", init=False)
    notices: bool = field(default=True, init=False)
    pages: Literal["one", "many"] = "one"
    """``one`` file with everything, or ``many`` in a folder, for more than about 100,000 messages."""
    media: Policy = "copy"
    """``copy`` files into the page or its folder, ``link`` to where they are now (unpacked exports only), or
    ``omit`` them."""

    @property
    def layout(self) -> Layout:
        """One file or a folder, as ``pages`` says."""
        return "document" if self.pages == "one" else "folder"

    @property
    def suffix(self) -> str:
        """File name suffix of the single page."""
        return ".html" if self.pages == "one" else ""

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write all conversations."""
        write = write_one if self.pages == "one" else write_many
        write(conversations, self.media, target, notes)


exporter: Final[Exporter] = HtmlPages()
