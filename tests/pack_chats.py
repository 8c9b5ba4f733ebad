"""Small conversations for the tests of packs and migrations."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from wamigrate.formats import configure, find_exporter
from wamigrate.model import Conversation, Message, Participant, Role
from wamigrate.notes import Notes
from wamigrate.target import MemoryTarget

MORNING: Final = datetime(2025, 3, 25, 9, 0)  # noqa: DTZ001 - a wall clock
ANA: Final = Participant("Ana", "user")
BOT: Final = Participant("ChatGPT", "assistant", "chatgpt", "+18002428478")


def said(text: str, *, day: int = 0, minute: int = 0, bot: bool = False) -> Message:
    """Return a message of Ana or of the assistant."""
    role: Role = "assistant" if bot else "user"
    time = MORNING + timedelta(days=day, minutes=minute)
    return Message(f"{day}-{minute}-{bot}", role, "ChatGPT" if bot else "Ana", time, "text", text)


def chat(title: str, messages: Iterable[Message]) -> Conversation:
    """Return a conversation of Ana with ChatGPT."""
    kept = tuple(messages)
    first, last = kept[0].timestamp, kept[-1].timestamp
    return Conversation(f"id of {title}", title, "chatgpt", (ANA, BOT), first, last, kept, "s")


def written(name: str, conversations: Iterable[Conversation], **options: str) -> tuple[dict[str, str], Notes]:
    """Return what an exporter writes, as text by file name, and its findings."""
    notes = Notes()
    with MemoryTarget() as target:
        configure(find_exporter(name), options).export(iter(list(conversations)), target, notes)
    return {path: content.decode() for path, content in target.files.items()}, notes
