"""A conversation as the page shows it: HTML that only wamigrate makes, page by page."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec
from markupsafe import Markup

from wamigrate.markup import parse_markdown, parse_whatsapp, to_html
from wamigrate.markup_tree import Block, Document, Heading
from wamigrate.model import Attachment, Conversation, Message, replace
from wamigrate.window_words import Words

PAGE: Final = 100
"""Messages that are shown at once."""
LONGEST: Final = 40_000_000
"""Bytes of a conversation that is shown at all."""
_LEVELS: Final = 6
_BELOW: Final = 2
"""Levels of the page's own headings, which those of a message stand below."""
_PLACES: Final = {
    "<a ": '<a target="_blank" rel="noopener noreferrer" ',
    "<pre>": '<pre tabindex="0">',
    "<table>": '<div class="wide" tabindex="0"><table>',
    "</table>": "</table></div>",
}
"""What scrolls can be reached with the keyboard, and links leave the page where it is. In what a message says
every ``<`` is written ``&lt;``, so that these are elements of ours."""
_PLACE: Final = re.compile("|".join(map(re.escape, _PLACES)))


class Line(NamedTuple):
    """A message as the page shows it."""

    day: str
    """The date, where it is another than above; else nothing."""
    role: str
    author: str
    clock: str
    html: Markup
    kind: str
    """What it is, where it has no text."""
    files: tuple[str, ...]


class Extract(NamedTuple):
    """Some messages of a conversation."""

    conversation: Conversation
    lines: tuple[Line, ...]
    before: int
    """Messages that stand before them."""
    after: int


def extract(data: bytes, start: int, words: Words) -> Extract:
    """Return the messages of a conversation from one on.

    Args:
        data: the conversation as JSON, with texts as received.
        start: number of the first, counted from 0.
        words: of the language of the page.

    """
    conversation = msgspec.json.decode(data, type=Conversation)
    start = max(0, min(start, len(conversation.messages) - 1))
    chosen = conversation.messages[start : start + PAGE]
    after = len(conversation.messages) - start - len(chosen)
    return Extract(conversation, tuple(_lines(chosen, words)), start, after)


def _lines(messages: tuple[Message, ...], words: Words) -> Iterator[Line]:
    last = ""
    for message in messages:
        time = message.timestamp
        day = words.date(time) if time is not None else last
        shown, last = ("" if day == last else day), day
        yield Line(
            shown,
            message.role,
            message.author or "",
            f"{time:%H:%M}" if time is not None else "",
            message_html(message),
            "" if message.text else words.table("kinds").get(message.kind, ""),
            tuple(_file(attachment, words) for attachment in message.attachments),
        )


def _file(attachment: Attachment, words: Words) -> str:
    name = attachment.name or attachment.media_type or ""
    if not attachment.present:
        return words("file_missing", name=name)
    return name if attachment.size is None else f"{name} ({words.size(attachment.size)})"


def message_html(message: Message) -> Markup:
    r"""Return the text of a message.

    >>> from wamigrate.model import Message
    >>> message_html(Message("", "user", None, None, "text", "<b>*hi*</b>"))
    Markup('<p>&lt;b&gt;<strong>hi</strong>&lt;/b&gt;</p>')
    """
    if message.role == "notice":
        return Markup("<p>{}</p>").format(message.text) if message.text else Markup()
    return _html(parse_whatsapp(message.text, assistant=message.role == "assistant"))


def document_html(markdown: str) -> Markup:
    """Return a text of wamigrate's own in Markdown, such as ``HOWTO.md``."""
    return _html(parse_markdown(markdown))


def _html(document: Document) -> Markup:
    lowered = Document(tuple(map(_lowered, document.blocks)), document.line_ends)
    html = _PLACE.sub(lambda found: _PLACES[found[0]], to_html(lowered))
    return Markup(html)  # noqa: S704 - `to_html` escapes everything that is not its own element


def _lowered(block: Block) -> Block:
    if not isinstance(block, Heading):
        return block
    return replace(block, mark="#" * min(_LEVELS, block.level + _BELOW) + " ")
