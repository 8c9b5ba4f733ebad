"""What pages call the chats that they show: by those with whom somebody chatted."""

from itertools import chain
from typing import Final

from wamigrate.bots import find_bot
from wamigrate.model import Conversation, Participant
from wamigrate.nesting import one_line

_NAMED: Final = 3
"""Names that are said; where there are more, the last is how many."""
_LONGEST: Final = 60
"""Characters that a name may have in a title."""


class ChatNames:
    """Collects with whom conversations are.

    >>> from wamigrate.model import Participant
    >>> names = ChatNames()
    >>> names.words
    'Conversations'
    >>> for name in ("ChatGPT", "Copilot", "ChatGPT"):
    ...     people = (Participant("Ana", "user"), Participant(name, "assistant"))
    ...     names.add(Conversation("", None, None, people, None, None, (), ""))
    ...     names.words
    'Chat with ChatGPT'
    'Chats with ChatGPT and Copilot'
    'Chats with ChatGPT and Copilot'

    Who is no contact has a number for a name:

    >>> people = (Participant("+1 (800) 242-8478", "assistant", "chatgpt"),)
    >>> ChatNames(Conversation("", None, None, people, None, None, (), "")).words
    'Chat with ChatGPT'

    """

    def __init__(self, *conversations: Conversation) -> None:
        """Begin with some conversations."""
        self._chats: dict[tuple[str, ...], None] = {}
        for conversation in conversations:
            self.add(conversation)

    def add(self, conversation: Conversation) -> None:
        """Take a conversation in."""
        people = conversation.participants
        assistants = tuple(_name(person) for person in people if person.role == "assistant")
        self._chats[assistants or tuple(person.name for person in people if person.role != "user")] = None

    @property
    def words(self) -> str:
        """Say with whom all of them are."""
        names = [_short(one_line(name)) for name in dict.fromkeys(chain.from_iterable(self._chats))]
        if not names:
            return "Conversations"
        if len(names) > _NAMED:
            names[_NAMED - 1 :] = [f"{len(names) - _NAMED + 1:,} others"]
        listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
        return f"Chat{'s' if len(self._chats) > 1 else ''} with {listed}"


def _name(assistant: Participant) -> str:
    """Return what an assistant is called; its service, where the phone knew no more than a number."""
    bot = find_bot(assistant.service or "")
    nameless = not any(char.isalpha() for char in assistant.name)
    return bot.title if bot is not None and nameless else assistant.name


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
