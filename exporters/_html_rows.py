"""Messages as rows: the HTML of each, and what a search wants to know about it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from html import escape
from typing import Final, NamedTuple

from wamigrate.embedding import address as to_address
from wamigrate.model import Conversation, Kind, Message, Role
from wamigrate.nesting import one_line
from wamigrate.rendered import render, shown_text
from wamigrate.turns import BARE_WORDS
from wamigrate.wording import count_words

from ._html_files import Files, show_file

ROLES: Final[tuple[Role, ...]] = ("user", "assistant", "other", "notice")
_ROLE_NUMBERS: Final = {role: number for number, role in enumerate(ROLES)}
_NOBODY: Final[dict[Role, str]] = {
    "user": "User",
    "assistant": "Assistant",
    "other": "Unknown",
    "notice": "WhatsApp",
}
_EPOCH: Final = date(1970, 1, 1).toordinal()
_HOURS: Final = 24
_MINUTES: Final = 60
_QUOTED: Final = 140
"""Characters of a message that its answer shows."""
FACETS: Final = (
    ("file", "Any file"),
    ("image", "Pictures"),
    ("video", "Videos"),
    ("audio", "Audio"),
    ("document", "Documents"),
    ("code", "Code"),
    ("table", "Tables"),
    ("link", "Links"),
    ("poll", "Polls"),
    ("location", "Places"),
    ("contact", "Contacts"),
    ("call", "Calls"),
    ("deleted", "Deleted messages"),
    ("edited", "Edited messages"),
    ("forwarded", "Forwarded messages"),
    ("notice", "Notices of WhatsApp"),
)
"""What a search can ask for, each a bit of :attr:`Row.facets`, with its label."""
_BITS: Final = {name: 1 << index for index, (name, _) in enumerate(FACETS)}
_OF_KIND: Final[dict[Kind, int]] = {
    "poll": _BITS["poll"],
    "location": _BITS["location"],
    "contact": _BITS["contact"],
    "call": _BITS["call"],
    "deleted": _BITS["deleted"],
    "notice": _BITS["notice"],
}
_MARKS: Final = (("<pre ", _BITS["code"]), ('<div class="table"', _BITS["table"]), ("<a rel", _BITS["link"]))


class Row(NamedTuple):
    """A message; the page's script knows the places by their order."""

    id: str
    person: int
    """Number of its author among all people."""
    minute: int | None
    """Minutes from 1970 to it, by the clock on the wall."""
    facets: int
    role: int
    """Place in :data:`ROLES`."""
    body: str
    """HTML, and what is searched."""
    remarks: str
    """Words below it: edits, findings."""


class People:
    """Numbers the authors of all messages."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self._known: dict[tuple[str | None, Role], int] = {}

    def number(self, author: str | None, role: Role) -> int:
        """Return the number of an author."""
        known = self._known.get((author, role))
        if known is None:
            number = self.names.setdefault(author_name(author, role), len(self.names))
            known = self._known[author, role] = number
        return known


class Rows:
    """Makes the rows of one conversation after the other.

    Args:
        people: numbers the authors.
        files: where files are.
        link_replies: whether a message of another conversation is on the same page.

    """

    def __init__(self, people: People, files: Files, *, link_replies: bool) -> None:
        self._people = people
        self._files = files
        self._link_replies = link_replies
        self._by_id: dict[str, Message] = {}
        self._source = ""

    def of(self, conversation: Conversation, bodies: Iterable[str]) -> Iterator[Row]:
        """Yield the rows of a conversation, given the texts of its messages as HTML."""
        messages = conversation.messages
        replies = any(message.reply_to for message in messages)
        self._by_id = {message.id: message for message in messages} if replies else {}
        self._source = conversation.source
        number = self._people.number
        for message, html in zip(messages, bodies, strict=True):
            body, facets = self._body(message, html)
            yield Row(
                message.id,
                number(message.author, message.role),
                _minute(message.timestamp),
                facets,
                _ROLE_NUMBERS[message.role],
                body,
                _remarks(message) if message.edited or message.flags or message.parts else "",
            )

    def _body(self, message: Message, html: str) -> tuple[str, int]:
        facets = 0
        text = ""
        if html:
            for mark, bit in _MARKS:
                if mark in html:
                    facets |= bit
            text = f'<div class="text" dir="auto">{html}</div>'
        plain = message.kind == "text" and text and not message.attachments
        if plain and not (message.forwarded or message.edited or message.reply_to):
            return text, facets
        facets |= _OF_KIND.get(message.kind, 0)
        facets |= _BITS["edited"] * message.edited | _BITS["forwarded"] * message.forwarded
        return "".join(self._parts(message, text)), facets | _file_facets(message)

    def _parts(self, message: Message, text: str) -> Iterator[str]:
        if message.forwarded:
            yield '<p class="about">forwarded</p>'
        if message.reply_to:
            yield self._reply(message.reply_to)
        source = message.spans[0].source if message.spans else self._source
        for attachment in message.attachments:
            yield show_file(attachment, self._files, source)
        if message.kind == "unsupported" or (not text and not message.attachments):
            yield f'<p class="about">{BARE_WORDS.get(message.kind, "empty message")}</p>'
        yield text

    def _reply(self, id_: str) -> str:
        original = self._by_id.get(id_)
        anchor = to_address(id_)
        if original is None:
            words = "in reply to an earlier message"
            if self._link_replies:
                return f'<p class="reply"><a href="#m-{anchor}">{words}</a></p>'
            return f'<p class="reply">{words}</p>'
        shown = one_line(shown_text(render(original.text[: _QUOTED * 4])))
        cut = f"{shown[:_QUOTED]}…" if len(shown) > _QUOTED else shown
        names = one_line(" ".join(file.name or "file" for file in original.attachments))
        author = f"<strong><bdi>{escape(author_name(original.author, original.role))}</bdi></strong>"
        return (
            f'<p class="reply" dir="auto"><a href="#m-{anchor}">{author} '
            f"<bdi>{escape(cut or names or 'message')}</bdi></a></p>"
        )


def author_name(author: str | None, role: Role) -> str:
    """Return the name of an author, or a word for those without one."""
    return one_line(author or "") or _NOBODY[role]


def _remarks(message: Message) -> str:
    remarks = [flag.replace("-", " ") for flag in message.flags]
    if message.parts:
        remarks.append(f"{count_words(len(message.parts), 'part')} put together")
    if message.edited:
        remarks.append("edited")
    return one_line(", ".join(remarks))


def _minute(time: datetime | None) -> int | None:
    if time is None:
        return None
    return ((time.toordinal() - _EPOCH) * _HOURS + time.hour) * _MINUTES + time.minute


def _file_facets(message: Message) -> int:
    facets = 0
    for attachment in message.attachments:
        type_ = (attachment.media_type or "").partition("/")[0]
        facets |= _BITS["file"] | _BITS[type_ if type_ in ("image", "video", "audio") else "document"]
    return facets
