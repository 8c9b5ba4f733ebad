"""Marking up the texts of a chat: from WhatsApp's marks to CommonMark, with the help of another process."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from wamigrate.bots import roles_of
from wamigrate.columns import rebuild
from wamigrate.markup import texts_to_markdown
from wamigrate.model import Conversation, Message, Role
from wamigrate.settings import Settings
from wamigrate.sharing import Begun, begin_shared, map_shared

Marking = Begun[tuple[str, bool], str] | None
"""Texts, each with whether an assistant wrote it, that another process has begun to mark up."""


def begin_marking(chat: Conversation, settings: Settings) -> Marking:
    """Let another process, if there is one, begin to mark up a chat, unless something must come before.

    Args:
        chat: as :func:`wamigrate.pipeline.introduce` returns it.
        settings: what was asked for.

    """
    if settings.redact or settings.text != "markdown":
        return None
    return begin_shared(texts_to_markdown, _texts(chat.messages, roles_of(chat.messages, chat.participants)))


def parts_to_split(
    chat: Conversation, settings: Settings, begun: Marking = None
) -> Iterable[tuple[Message, ...]]:
    """Return the messages of a chat, some at a time, marked up if that is asked for.

    Args:
        chat: as :func:`wamigrate.pipeline.prepare` returns it, redacted if it is to be.
        settings: what was asked for.
        begun: the marking up that another process has begun.

    """
    return marked_up(chat.messages, begun) if settings.text == "markdown" else (chat.messages,)


def marked_up(messages: Sequence[Message], begun: Marking = None) -> Iterator[tuple[Message, ...]]:
    """Turn the texts of messages from WhatsApp's marks to CommonMark; yield the messages some at a time."""
    rest = iter(messages)
    texts = _texts(messages, [message.role for message in messages])
    for written in map_shared(texts_to_markdown, texts, begun):
        yield rebuild(list(islice(rest, len(written))), texts=written)


def _texts(messages: Iterable[Message], roles: Iterable[Role]) -> list[tuple[str, bool]]:
    """Return what is marked up: texts, each with whether an assistant wrote it."""
    return [(message.text, role == "assistant") for message, role in zip(messages, roles, strict=True)]
