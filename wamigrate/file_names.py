"""Names of files that hold one conversation each."""

from wamigrate.model import Conversation
from wamigrate.names import UniqueNames, safe_name
from wamigrate.turns import conversation_title
from wamigrate.wording import date_words


class ConversationNames:
    """Hands out a file name for each conversation: its day, then its title; no two alike.

    Args:
        suffix: of all names, with its dot.

    >>> names = ConversationNames(".json")
    >>> chat = Conversation("", "Bread & butter", None, (), None, None, (), "")
    >>> names.claim(chat), names.claim(chat)
    ('Bread & butter.json', 'Bread & butter (2).json')

    """

    def __init__(self, suffix: str) -> None:
        self._suffix = suffix
        self._names = UniqueNames()

    def claim(self, conversation: Conversation) -> str:
        """Return a name that is still free."""
        name = conversation_title(conversation)
        start = conversation.started_at
        if start is not None:
            name = f"{start.date()} {name.replace(f', {date_words(start)}', '')}"
        return self._names.claim(safe_name(name, "conversation") + self._suffix)
