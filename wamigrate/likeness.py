"""What of a message counts when copies of a chat are compared: words, without what a copy adds or loses.

Copies differ in invisible marks, in the variation selectors of emoji, in kinds of space and line ends; some
have lost WhatsApp's own marks (Windows drops backticks, pages show bullets). Nothing here changes a text:
it makes keys to compare.
"""

import re
import unicodedata
from collections.abc import Hashable
from typing import Final

from wamigrate.model import Kind, Message
from wamigrate.notices import notice_topic

LEVELS: Final = 3
"""How many keys a message has, from the strictest to the most lenient."""
STRONG: Final = 20
"""Characters from which on equal words are hardly chance."""
HOLLOW: Final[frozenset[Kind]] = frozenset({"deleted", "unsupported", "empty"})
"""Kinds that stand for a message of which a copy has nothing."""
NOBODY: Final = -1
"""Number of the author where a copy names none."""

_INVISIBLE: Final = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0e\ufe0f\ufeff]"
)
_MARKUP: Final = re.compile(r"^[ \t]*[-*•>]+[ \t]+|[*_~`\s]+", re.MULTILINE)
_HAS_MARKS: Final = re.compile("[*_~`•-]")
_MARKS: Final = "*_~`•-"
_GIST: Final = 100
"""Characters that tell a text from others."""
_LOOK: Final = 3 * _GIST
_FAMILIES: Final[dict[Kind, str]] = {"contact": "media"}


def plain(text: str) -> str:
    r"""Return a text without what nobody sees, with one space for any run of spaces and line ends.

    >>> plain("\u200eI \u2764\ufe0f\u00a0you\r\n") == plain("I \u2764 you")
    True
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def gist(words: str) -> str:
    """Return how a text begins, of what :func:`plain` gave, without the marks that some copies lose.

    >>> gist("* *Mix* the `dough`") == gist("• Mix the dough")
    True
    """
    words = words[:_LOOK]
    if _HAS_MARKS.search(words):
        for mark in _MARKS:
            words = words.replace(mark, "")
        words = words.replace("  ", " ").strip()
    return words[:_GIST]


def bare(text: str) -> str:
    """Return a text without marks of markup and spaces, too; a text of nothing else is kept.

    >>> bare("- *Mix* the `dough`") == bare("• Mix the dough")
    True
    >>> bare("***")
    '***'
    """
    return _MARKUP.sub("", plain_lines(text)) or plain(text)


def plain_lines(text: str) -> str:
    """Return what :func:`plain` does, with the line ends kept."""
    return "\n".join(map(plain, text.split("\n")))


def exact_key(message: Message, words: str, person: int) -> Hashable | None:
    """Return the strictest key: the words, or the name of a file.

    Args:
        message: the message.
        words: its text as :func:`plain` gives it.
        person: number of its author, the same in all copies.

    """
    if message.role == "notice":
        return ("notice", words)
    if words:
        return (person, words)
    name = next((file.name for file in message.attachments if file.name), None)
    return None if name is None else (person, "", name)


def lenient_key(message: Message, person: int, level: int) -> Hashable | None:
    """Return a more lenient key.

    Args:
        message: the message.
        person: number of its author.
        level: 1: words without marks, type of a file, subject of a notice; 2: kind alone, for what
            WhatsApp words differently in each language.

    Returns:
        The key; None where there is none of that level.

    """
    if message.kind == "call":
        return ("call",) if level > 1 else None
    if message.role == "notice":
        subject = notice_topic(message.text) if level == 1 else None
        return ("notice",) if level > 1 else subject and ("notice", None, subject)
    family = _FAMILIES.get(message.kind, message.kind)
    if level == 1 and message.kind == "text":
        return (person, "bare", bare(message.text))
    if level == 1:
        kind = next((file.media_type for file in message.attachments if file.media_type), None)
        return kind and (person, "file", kind.partition("/")[0])
    return None if message.kind == "text" else (person, "kind", "" if message.kind in HOLLOW else family)


def agree(one: Message, other: Message) -> bool:
    """Say whether two messages with equal keys may be the same: notices about two subjects are not."""
    if one.role != "notice" or other.role != "notice":
        return True
    first, second = notice_topic(one.text), notice_topic(other.text)
    return first is None or second is None or first == second
