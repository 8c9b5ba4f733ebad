"""Ids that follow from the content: the same message has the same id in every export of its chat.

An id is a UUID of version 5 (RFC 9562, section 5.5) over the chat, the author, the minute, the kind, the
words, and a number that tells equal messages of one minute apart. Nothing in it depends on the phone: not
its language, not its clock's seconds (Android prints none), not the names of the file and of media. Words
that WhatsApp itself writes differ from language to language and do not count.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha1
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from wamigrate.columns import rebuild
from wamigrate.model import Conversation, Kind, Message, Participant, Role, replace

NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:wamigrate:1")
"""Name space of all ids."""
_PREFIX: Final = NAMESPACE.bytes
_SEPARATOR: Final = "\x1f"
_WRITTEN_BY_PEOPLE: Final[frozenset[Kind]] = frozenset({"text", "media", "location", "contact", "poll"})
"""Kinds whose text is what somebody wrote (for media, the caption)."""
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_PAIR: Final = 2


def identify(conversation: Conversation) -> Conversation:
    """Give a conversation and its messages their ids.

    Call it on a whole chat with its roles assigned, before anything is changed in the texts, split off or
    left out.
    """
    messages = conversation.messages
    chat = chat_key(conversation)
    ids = message_ids(chat, conversation.participants, messages, [message.role for message in messages])
    return replace(
        conversation,
        id=conversation_id(chat, ids[0]) if ids else conversation_id(chat, ""),
        messages=rebuild(messages, ids=ids, replies=final_replies(chat, messages, ids)),
    )


def chat_key(conversation: Conversation) -> str:
    """Return what names the chat in every export of it.

    That is the assistant's key; without an assistant, the names of the two who talk, or nothing for a
    group, whose members come and go.
    """
    if conversation.service is not None:
        return conversation.service
    names = sorted(participant.name for participant in conversation.participants)
    return _SEPARATOR.join(names) if len(names) <= _PAIR else ""


def message_ids(
    chat: str,
    participants: Sequence[Participant],
    messages: Sequence[Message],
    roles: Sequence[Role],
    seen: dict[str, int] | None = None,
) -> list[str]:
    """Return the id of each message.

    Args:
        chat: what :func:`chat_key` returned.
        participants: everybody in the chat, with their final roles.
        messages: all messages of the chat, in file order, with the words as WhatsApp printed them.
        roles: final role of each message.
        seen: where the chat comes in parts: empty for the first, and kept from part to part.

    """
    authors = _author_keys(participants)
    seen = {} if seen is None else seen
    found: list[str] = []
    for message, role in zip(messages, roles, strict=True):
        stamp = message.timestamp
        author = message.author
        content = _SEPARATOR.join(
            (
                role if author is None else authors.get(author, author),
                "" if stamp is None else stamp.isoformat()[:16],
                message.kind,
                message.text if message.kind in _WRITTEN_BY_PEOPLE else "",
            )
        )
        id_ = _uuid5(f"{chat}\x1f0\x1f{content}")
        if id_ in seen:
            seen[id_] += 1
            id_ = _uuid5(f"{chat}\x1f{seen[id_]}\x1f{content}")
        else:
            seen[id_] = 0
        found.append(id_)
    return found


def final_replies(chat: str, messages: Sequence[Message], ids: Sequence[str]) -> list[str | None] | None:
    """Translate the keys with which a parser says what answers what.

    A parser may give messages keys of its source in ``id`` and name them in ``reply_to``. What answers a
    message that is not in the chat gets the id of nothing, so that it still is an answer.

    Args:
        chat: what :func:`chat_key` returned.
        messages: all messages of the chat, as the parser yields them.
        ids: their final ids.

    Returns:
        ``reply_to`` of each as a final id; None where no message is an answer.

    >>> question, answer = (Message(key, "other", "Ana", None, "text", key) for key in ("a", "b"))
    >>> final_replies("chatgpt", (question, replace(answer, reply_to="a")), ("1", "2"))
    [None, '1']

    """
    if not any([message.reply_to is not None for message in messages]):  # noqa: C419 - a list is faster here
        return None
    final = {message.id: id_ for message, id_ in zip(messages, ids, strict=True) if message.id}
    return [
        None if (key := message.reply_to) is None else final.get(key) or _uuid5(f"{chat}\x1freply\x1f{key}")
        for message in messages
    ]


def conversation_id(chat: str, first: str) -> str:
    r"""Return the id of a conversation of ``chat`` that starts with the message ``first``.

    It stays when later messages are added.

    >>> conversation_id("chatgpt", "x") == str(uuid5(NAMESPACE, "conversation\x1fchatgpt\x1fx"))
    True
    """
    return _uuid5(_SEPARATOR.join(("conversation", chat, first)))


def _author_keys(participants: Sequence[Participant]) -> dict[str, str]:
    """Name each by the role where one person alone has it: contact names differ from phone to phone."""
    holders = Counter(participant.role for participant in participants)
    return {
        participant.name: participant.role if holders[participant.role] == 1 else participant.name
        for participant in participants
    }


def _uuid5(content: str) -> str:
    """Return ``str(uuid.uuid5(NAMESPACE, content))`` in a third of its time; lone surrogates pass."""
    digest = sha1(_PREFIX + content.encode(errors="surrogatepass"), usedforsecurity=False).hexdigest()
    return (
        f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"
    )
