"""Inputs of any size: the conversations of a long chat are made one by one while they are written.

Not everything that :mod:`wamigrate.pipeline` does can be done with a part of a chat at a time. What needs the
whole (redaction, and a chat that is not to be split) is done with all of it in memory.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from wamigrate.bots import apply_roles, decide
from wamigrate.chosen import survey_chosen
from wamigrate.long_chat import LongChat, in_parts
from wamigrate.marking import Marking, begin_marking, parts_to_split
from wamigrate.model import Conversation, replace
from wamigrate.notes import Notes
from wamigrate.pipeline import (
    Reading,
    Watch,
    check_parts,
    count_joined,
    media_of,
    note_others,
    read_source,
    reconstruct,
    settle_messages,
    watch_nothing,
)
from wamigrate.settings import Settings
from wamigrate.sharing import ENOUGH, prepare_sharing
from wamigrate.source import Source, open_source
from wamigrate.split import DEFAULT, Splitter, chat_title

T = TypeVar("T")
LONG: Final = 32 << 20
"""Bytes of a chat from which it is read in parts; phones export 40,000 messages, half of that."""


@contextmanager
def streaming(path: Path | str, settings: Settings, watch: Watch = watch_nothing) -> Generator[Reading]:
    """Open an input to be written; only a short one is read at once.

    The arguments and errors are those of :func:`wamigrate.pipeline.reading`; more errors may come when
    :func:`wamigrate.pipeline.export` takes the conversations.
    """
    source = open_source(path)
    try:
        yield _long(source, settings, str(path), watch) or read_source(source, settings, str(path), watch)
    finally:
        source.close()


def _long(source: Source, settings: Settings, name: str, watch: Watch) -> Reading | None:
    """Return the reading of an input that is long; None where it must be read at once."""
    if settings.redact or settings.split == "none" or sum(member.size for member in source.members) < LONG:
        return None
    parser = settings.parser(source)
    if not in_parts(parser):
        return None
    watch("reading", 0, 0)
    chats = survey_chosen(parser, source, LONG, settings)
    if chats is None:
        return None
    notes = Notes()
    if settings.from_ is None:
        note_others(source, parser, notes)
    for chat in chats:
        notes.add_source(replace(chat.info, time_zone=settings.time_zone))
    media = media_of(source, notes.sources)
    return Reading(name, parser.name, (), (), notes, media, stream=_Stream(chats, settings))


@dataclass
class _Stream:
    """See :class:`wamigrate.pipeline.Stream`."""

    chats: tuple[LongChat, ...]
    settings: Settings
    messages: int = 0
    joined: int = 0

    def run(self, notes: Notes) -> Iterator[Conversation]:
        """Make all conversations, holding one part of a chat at a time."""
        self.messages = self.joined = 0
        for chat in self.chats:
            yield from self._run(chat, notes)

    def _run(self, chat: LongChat, notes: Notes) -> Iterator[Conversation]:
        prepare_sharing(ENOUGH)
        settings, excerpt = self.settings, chat.excerpt
        people = decide(excerpt, assistant=settings.assistant, me=settings.me, notes=notes)
        head = apply_roles(replace(excerpt, messages=()), people)
        head = replace(head, title=chat_title(head))
        splitter = Splitter(head, settings.split or DEFAULT)
        for part, begun in _one_ahead(self._parts(chat, head, notes)):
            self.messages += len(part.messages)
            self.joined += count_joined(part.messages)
            for group in parts_to_split(part, settings, begun):
                yield from splitter.feed(group)
        yield from splitter.finish()

    def _parts(
        self, chat: LongChat, head: Conversation, notes: Notes
    ) -> Iterator[tuple[Conversation, Marking]]:
        """Yield the parts of a chat, prepared, while another process begins to mark them up."""
        seen: dict[str, int] = {}
        count = 0
        for messages in chat.parts(notes):
            if chat.is_in_order:
                seen.clear()
            begun = begin_marking(replace(head, messages=messages), self.settings)
            found = replace(head, messages=settle_messages(head, messages, self.settings, seen))
            part = reconstruct(found, self.settings, notes)
            check_parts(found, part)
            count += len(messages)
            yield part, begun
        _correct(notes, chat.info.id, count)


def _one_ahead(parts: Iterable[T]) -> Iterator[T]:
    """Yield parts, each once the next one is there: so the other process always has something to do."""
    held: list[T] = []
    for part in parts:
        held.append(part)
        if len(held) > 1:
            yield held.pop(0)
    yield from held


def _correct(notes: Notes, source: str, count: int) -> None:
    """Set how many messages a source has, now that all are read."""
    notes.sources[:] = [
        replace(info, messages=count) if info.id == source and info.messages != count else info
        for info in notes.sources
    ]
