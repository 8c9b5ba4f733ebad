"""Conversations as compact Markdown for language models: a heading for each turn, and parts that fit a size.

What assistants wrote keeps its Markdown below the headings of turns; what a message leaves open ends with it.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from wamigrate.model import Conversation, Message, replace
from wamigrate.nesting import escape, nest
from wamigrate.origin import PLATFORM
from wamigrate.turns import conversation_title, first_of_role, visible_text
from wamigrate.wording import clock_words, count_words, period_words

_LEVEL: Final = 2
_ROLES: Final = {"user": "User", "assistant": "Assistant", "other": "Somebody", "notice": PLATFORM}


class Block(NamedTuple):
    """What one person wrote within a minute, with its heading and a blank line at the end."""

    text: str
    messages: int


class Excerpt(NamedTuple):
    """A conversation, or the part of it for which there is room."""

    head: str
    """Title, assistant and days; with a blank line at the end."""
    blocks: tuple[Block, ...]
    before: int = 0
    """Messages that are left out before the blocks."""
    after: int = 0
    """Messages that are left out after them."""

    @property
    def messages(self) -> int:
        """Messages in the blocks."""
        return sum(block.messages for block in self.blocks)

    def pieces(self) -> Iterator[str]:
        """Yield head, remarks and blocks; a document may break between any two of them."""
        yield self.head
        if self.before:
            yield _remark(self.before, "earlier")
        for block in self.blocks:
            yield block.text
        if self.after:
            yield _remark(self.after, "later")

    def text(self) -> str:
        """Return all of it."""
        return "".join(self.pieces())


def excerpt(conversation: Conversation) -> Excerpt:
    r"""Write a conversation.

    >>> from datetime import datetime
    >>> noon = datetime(2025, 3, 25, 12)
    >>> said = Message("", "user", "Ana", noon, "text", "Bread?")
    >>> chat = Conversation("", "Bread", "chatgpt", (), noon, noon, (said,), "")
    >>> print(excerpt(chat).text(), end="")
    # Bread
    <BLANKLINE>
    *WhatsApp, 25 March 2025*
    <BLANKLINE>
    ## Ana, 2025-03-25 12:00
    <BLANKLINE>
    Bread?
    <BLANKLINE>
    """
    return Excerpt(_head(conversation), tuple(_blocks(conversation.messages)))


def fitted(
    whole: Excerpt, room: int, measure: Callable[[str], int], hits: Sequence[int] = ()
) -> Excerpt | None:
    """Cut an excerpt to a size: to the blocks in a row with most hits, the last ones where none has more.

    Args:
        whole: an excerpt of a whole conversation.
        room: size it may have.
        measure: returns the size of a text.
        hits: of each block, how much it matters; empty: all the same.

    Returns:
        the part that fits, at best all of it; None where there is no room for a single block.

    """
    sizes = [measure(block.text) for block in whole.blocks]
    room -= measure(whole.head)
    if sum(sizes) <= room:
        return whole
    total = whole.messages
    room -= measure(_remark(total, "earlier")) + measure(_remark(total, "later"))
    window = _best_window(sizes, room, hits or [0] * len(sizes))
    if window is None:
        return None
    start, end = window
    before = sum(block.messages for block in whole.blocks[:start])
    kept = whole.blocks[start:end]
    after = total - before - sum(block.messages for block in kept)
    return Excerpt(whole.head, kept, before, after)


def _best_window(sizes: Sequence[int], room: int, hits: Sequence[int]) -> tuple[int, int] | None:
    """Return where the blocks in a row begin and end that fit and have most hits; of equal ones the last."""
    found = list(accumulate(hits, initial=0))
    best: tuple[int, int] | None = None
    start = used = 0
    for end, size in enumerate(sizes, 1):
        used += size
        while used > room and start < end:
            used -= sizes[start]
            start += 1
        if start < end and (best is None or found[end] - found[start] >= found[best[1]] - found[best[0]]):
            best = start, end
    return best


def _head(conversation: Conversation) -> str:
    person = first_of_role(conversation, "assistant")
    place = PLATFORM if person is None else f"{escape(person.name)} on {PLATFORM}"
    start, end = conversation.started_at, conversation.ended_at
    days = "" if start is None else f", {period_words(start.date(), (end or start).date())}"
    return f"# {escape(conversation_title(conversation))}\n\n*{place}{days}*\n\n"


def _blocks(messages: Sequence[Message]) -> Iterator[Block]:
    heading: str | None = None
    texts: list[str] = []
    for message in messages:
        if (own := _heading(message)) != heading:
            if heading is not None:
                yield _block(heading, texts)
            heading, texts = own, []
        texts.append(nest(_text(message), _LEVEL))
    if heading is not None:
        yield _block(heading, texts)


def _block(heading: str, texts: Sequence[str]) -> Block:
    return Block("\n\n".join((heading, *texts)) + "\n\n", len(texts))


def _heading(message: Message) -> str:
    time = message.timestamp
    when = "" if time is None else f", {time.date()} {clock_words(time)}"
    return f"{'#' * _LEVEL} {escape(message.author or '') or _ROLES[message.role]}{when}"


def _text(message: Message) -> str:
    """Return the words of a message with line feeds as line ends, and none around it."""
    text = visible_text(message)
    if "\r" in text:
        text = visible_text(replace(message, text=message.text.replace("\r\n", "\n").replace("\r", "\n")))
    return text.strip("\n")


def _remark(messages: int, where: str) -> str:
    were = "is" if messages == 1 else "are"
    return f"*({count_words(messages, f'{where} message')} {were} left out.)*\n\n"
