"""What is timed of wamigrate's library."""

import wamigrate
from wamigrate.formats import find_parser
from wamigrate.notes import Notes
from wamigrate.source import open_source


def parse(path: str) -> int:
    """Read a chat into the schema: kinds, dates, authors, spans; return the number of messages."""
    source = open_source(path)
    try:
        return sum(len(chat.messages) for chat in list(find_parser("whatsapp").parse(source, Notes())))
    finally:
        source.close()


def read(path: str) -> int:
    """Read a chat as the library does: also roles, Markdown, conversations; return the number of messages.

    Those that were put together with the one before, as parts of one answer, count as they came.
    """
    found = wamigrate.read(path).conversations
    return sum(max(1, len(message.parts)) for chat in found for message in chat.messages)
