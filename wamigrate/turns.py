"""How a conversation reads where a format knows nothing but user, assistant and text.

Files, calls, deleted messages and further people then become words, so that nothing of them vanishes:
several importers drop a message without text.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

from wamigrate.model import Attachment, Conversation, Kind, Message, Participant
from wamigrate.nesting import escape, one_line

TurnRole = Literal["user", "assistant"]
CLIP: Final = "📎"
FILE_WORDS: Final = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "application": "document",
    "text": "document",
}
"""What a file is called that has no name, by its top-level media type."""
BARE_WORDS: Final[dict[Kind, str]] = {
    "deleted": "message deleted",
    "call": "call",
    "location": "location",
    "contact": "contact",
    "poll": "poll",
    "unsupported": "WhatsApp exported no content for this message",
}
"""What stands for a message that has neither text nor files."""
_PLATFORM: Final = "WhatsApp"
"""Who wrote a notice."""
_BLOCK: Final = re.compile(
    r"[ \t]|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|`{3}|~{3}|[>|<]|\$\$|\\\[|[-*_]{3}|\n|\r|\Z"
)
"""Beginnings that mean something at the start of a line only, so that no name may stand before them."""


class Turns:
    """Tells of each message of a conversation who speaks and what a reader is to see.

    The assistant's messages are ``assistant``, all others ``user``. In a group, the text says who speaks.

    >>> people = (Participant("Ana", "other"), Participant("Bo", "user"), Participant("Meta AI", "assistant"))
    >>> chat = Conversation("", None, None, people, None, None, (), "")
    >>> turns = Turns(chat)
    >>> ana = Message("", "other", "Ana", None, "media", "", attachments=(Attachment("IMG-1.jpg"),))
    >>> turns.role(ana), turns.text(ana)
    ('user', 'Ana: 📎 IMG-1.jpg (not in the export)')
    """

    def __init__(self, conversation: Conversation) -> None:
        people = conversation.participants
        self._assistants = frozenset(person.name for person in people if person.role == "assistant")
        crowded = len(people) - len(self._assistants) > 1
        self._named = frozenset(
            filter(None, (_label(person, self._assistants, crowded) for person in people))
        )

    def role(self, message: Message) -> TurnRole:
        """Return who speaks; a notice that the assistant sent is the assistant's."""
        if message.role == "assistant":
            return "assistant"
        by_assistant = message.role == "notice" and message.author in self._assistants
        return "assistant" if by_assistant else "user"

    def speaker(self, message: Message) -> str | None:
        """Return the name that must be said; None where the role says enough."""
        if message.author is None:
            return _PLATFORM if message.role == "notice" else None
        return message.author if message.author in self._named else None

    def text(self, message: Message, shown: Sequence[Attachment] = ()) -> str:
        """Return what a reader sees of a message; empty only where all there is are files that are shown.

        Args:
            message: of the conversation.
            shown: files of the message that the format shows by itself.

        """
        text = visible_text(message, shown)
        speaker = self.speaker(message)
        return text if speaker is None else _said(speaker, text)


def visible_text(message: Message, shown: Sequence[Attachment] = ()) -> str:
    """Return what a reader sees of a message where its speaker stands beside it.

    The arguments are those of :meth:`Turns.text`.
    """
    plain = message.kind == "text" and not message.attachments and message.text
    return plain if plain and not plain.isspace() else _described(message, shown)


def file_line(attachment: Attachment) -> str:
    """Write the line that stands for a file.

    >>> file_line(Attachment("notes.pdf", present=True)), file_line(Attachment(None, "image"))
    ('📎 notes.pdf', '📎 image (not in the export)')
    """
    name = one_line(attachment.name or (attachment.member or "").rpartition("/")[2])
    words = name or FILE_WORDS.get((attachment.media_type or "").partition("/")[0], "file")
    return f"{CLIP} {words}" if attachment.present else f"{CLIP} {words} (not in the export)"


def first_of_role(conversation: Conversation, role: str) -> Participant | None:
    """Return the first participant with a role."""
    return next((person for person in conversation.participants if person.role == role), None)


def conversation_title(conversation: Conversation) -> str:
    """Return a title of one line; the names of the people where a conversation has none.

    >>> conversation_title(Conversation("", None, None, (Participant("Ana", "user"),), None, None, (), ""))
    'Ana'
    """
    people = ", ".join(person.name for person in conversation.participants)
    return one_line(conversation.title or "") or one_line(people) or "Conversation"


def _label(person: Participant, assistants: frozenset[str], crowded: bool) -> str | None:
    """Return the name of somebody whom the role does not single out."""
    if person.role == "assistant":
        return person.name if len(assistants) > 1 else None
    return person.name if crowded and person.role != "user" else None


def _described(message: Message, shown: Sequence[Attachment]) -> str:
    parts = [file_line(attachment) for attachment in message.attachments if attachment not in shown]
    text = message.text
    if text and not text.isspace():
        parts.append(f"*{BARE_WORDS['unsupported']}:* {text}" if message.kind == "unsupported" else text)
    elif not message.attachments:
        parts.append(f"*{BARE_WORDS.get(message.kind, 'empty message')}*")
    return "\n\n".join(parts)


def _said(speaker: str, text: str) -> str:
    between = "\n\n" if _BLOCK.match(text) else " "
    return f"{escape(speaker)}:{between}{text}"
