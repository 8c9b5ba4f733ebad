"""Conversations that were finished once (wamigrate's own JSON) as the whole chats that they were made from.

What a finished conversation is made of is undone: pieces are joined, answers taken apart, texts are the
bodies as received, and what was found out about damage and services is forgotten, to be found out again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from wamigrate.classify import Classifier
from wamigrate.columns import rebuild
from wamigrate.errors import OptionError
from wamigrate.model import Conversation, Message, Note, Platform, Role, SourceInfo, replace
from wamigrate.rejoin import unjoin
from wamigrate.split import chat_title, join

DERIVED: Final = frozenset(
    {
        "left-out",
        "lossy-math",
        "lost-fence",
        "merged",
        "other-clock",
        "placeholder",
        "rejoined",
        "repaired",
        "service-notice",
    }
)
"""Codes of findings about what is undone."""
_FLAGS: Final = frozenset(
    {"lossy-math", "lost-fence", "lost-indent", "placeholder", "rejoined", "repaired", "service-notice"}
)


def restore(conversations: Iterable[Conversation], sources: Iterable[SourceInfo]) -> list[Conversation]:
    """Return the whole chats, with roles and ids, with the texts as received.

    Args:
        conversations: finished ones, as exported; pieces of one chat in their order.
        sources: what they were read from.

    """
    platforms: dict[str, Platform | None] = {info.id: info.platform for info in sources}
    chats: dict[object, list[Conversation]] = {}
    for piece in conversations:
        names = tuple(person.name for person in piece.participants)
        chats.setdefault((piece.source, piece.service, names), []).append(piece)
    return [_whole(pieces, platforms.get(pieces[0].source)) for pieces in chats.values()]


def check_restorable(notes: Iterable[Note], name: str) -> None:
    """Raise unless what was read still has the words as received.

    Args:
        notes: findings that came with it.
        name: of the input.

    Raises:
        OptionError: it was redacted, so its words differ from those of every other copy.

    """
    if any(note.code == "redacted" for note in notes):
        raise OptionError(
            f"{name}: was redacted, so nothing in it can be compared with other copies; merge the originals "
            "with --redact"
        )


def _whole(pieces: Sequence[Conversation], platform: Platform | None) -> Conversation:
    chat = replace(unjoin(join(pieces)), title=None)  # the title was that of a piece
    classifier = Classifier(platform or "android")
    known: dict[str, Role] = {person.name: person.role for person in chat.participants}
    roles: list[Role] = [_role(message, known) for message in chat.messages]
    messages = rebuild(
        chat.messages,
        roles=roles,
        texts=[_body(message, classifier) for message in chat.messages],
    )
    messages = tuple(_forget(message) if message.flags else message for message in messages)
    return replace(chat, title=chat_title(chat), messages=messages)


def _role(message: Message, known: Mapping[str, Role]) -> Role:
    """Return whose a message is that was taken for a notice of the service."""
    if "service-notice" not in message.flags or message.author is None:
        return message.role
    return known.get(message.author, message.role)


def _body(message: Message, classifier: Classifier) -> str:
    """Return the text before its markup was read: the body, without what WhatsApp adds to it."""
    if message.raw is None:
        return message.text
    if message.kind == "text" and not message.edited:
        return message.raw
    found = classifier.read(message.raw, authored=message.author is not None)
    return found.text if found is not None and found.kind == message.kind else message.text


def _forget(message: Message) -> Message:
    return replace(message, flags=tuple(flag for flag in message.flags if flag not in _FLAGS))
