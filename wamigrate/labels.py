"""Names and tags under which applications show conversations and those who speak."""

import re
from typing import Final

from wamigrate.model import Conversation, Message
from wamigrate.nesting import one_line
from wamigrate.origin import PLATFORM
from wamigrate.turns import first_of_role

_TAG: Final = re.compile(r"[a-z][a-z0-9-]*")


def tags(conversation: Conversation) -> list[str]:
    """Return the tags of a conversation: where it comes from, and the assistant's key.

    >>> tags(Conversation("", None, "meta-ai", (), None, None, (), ""))
    ['whatsapp', 'meta-ai']
    """
    found = (PLATFORM.lower(), conversation.service)
    return [tag for tag in found if tag and _TAG.fullmatch(tag)]


def assistant_label(conversation: Conversation) -> str:
    """Return the name of the assistant; never empty."""
    person = first_of_role(conversation, "assistant")
    return (person and one_line(person.name)) or "Assistant"


def user_label(conversation: Conversation) -> str:
    """Return the name of the person who talks to the assistant; never empty."""
    person = first_of_role(conversation, "user")
    return (person and one_line(person.name)) or "User"


def author_label(message: Message, fallback: str) -> str:
    """Return the name of who wrote a message; ``fallback`` where none is known.

    >>> author_label(Message("", "other", " ", None, "text", "hi"), "Ana")
    'Ana'
    """
    return one_line(message.author or "") or fallback
