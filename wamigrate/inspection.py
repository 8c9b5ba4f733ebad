"""What an input is: format and phone, dates and how sure, who is the assistant and why, and what is in it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Final, Literal, Unpack

from msgspec import Struct

from wamigrate.formats import find_parser
from wamigrate.model import Conversation, Message, Note, Role, SourceInfo
from wamigrate.pipeline import Reading, Watch, reading, watch_nothing
from wamigrate.report import Outcome, failure
from wamigrate.settings import ReadOptions, Settings
from wamigrate.split import DEFAULT, explain, time_range

INSPECTION: Final = "wamigrate-inspection/1"


class Person(Struct, frozen=True):
    """A participant of a chat, with what was found out."""

    name: str
    role: Role
    service: str | None
    """Key of the assistant in the register."""
    phone: str | None
    """E.164."""
    messages: int
    reason: str | None
    """Why this role, in words."""


class Files(Struct, frozen=True):
    """The attachments that messages mention."""

    present: int
    """How many came with the export."""
    missing: int
    size: int
    """Bytes of those that are there."""


class Chat(Struct, frozen=True):
    """A whole chat, before it is split."""

    title: str | None
    service: str | None
    source: str
    """``id`` of its source."""
    started_at: datetime | None
    ended_at: datetime | None
    messages: int
    """Notices included."""
    kinds: dict[str, int]
    """Messages by kind."""
    attachments: Files
    participants: tuple[Person, ...]


class Piece(Struct, frozen=True):
    """A conversation, as ``export`` would write it."""

    id: str
    title: str | None
    started_at: datetime | None
    ended_at: datetime | None
    messages: int
    """Notices included."""
    turns: int
    """How often somebody takes the floor; notices do not count."""
    reasons: tuple[str, ...] = ()
    """Why it starts where it does, in words; nothing for the first of a chat and where the input decided."""


class Inspection(Struct, frozen=True):
    """Everything that was found out about an input."""

    input: str
    """As given."""
    format: str
    """Name of the parser."""
    title: str
    """What people call the format."""
    sources: tuple[SourceInfo, ...]
    """The chat files: member, size, encoding, phone, order of dates and what decided it."""
    chats: tuple[Chat, ...]
    conversations: tuple[Piece, ...]
    notes: tuple[Note, ...]


class Inspections(Struct, frozen=True):
    """What ``inspect --json`` prints."""

    schema: Literal["wamigrate-inspection/1"]
    """``wamigrate-inspection/1``."""
    inputs: tuple[Inspection, ...]
    failures: tuple[Outcome, ...]
    """Inputs that could not be read, and why."""

    def outcomes(self) -> tuple[Outcome, ...]:
        """Return what became of every input."""
        return (*(Outcome(found.input) for found in self.inputs), *self.failures)


def inspect(input: str | Path, **options: Unpack[ReadOptions]) -> Inspection:  # noqa: A002 - as in convert
    """Find out what an input is, without writing anything.

    Args:
        input: a file, ZIP archive or folder of one export.
        options: see :class:`wamigrate.settings.Settings`.

    Raises:
        WamigrateError: :mod:`wamigrate.errors` lists the kinds.

    """
    options["text"] = "raw"
    return inspect_with(input, Settings(**options))


def inspect_all(
    paths: Sequence[Path],
    settings: Settings,
    watch: Watch = watch_nothing,
    failed: Callable[[Exception], None] = lambda _: None,
) -> Inspections:
    """Inspect many inputs; what cannot be read does not stop the others.

    Args:
        paths: the inputs.
        settings: how to read.
        watch: told about the progress.
        failed: told each error.

    """
    found: list[Inspection] = []
    failures: list[Outcome] = []
    for path in paths:
        try:
            found.append(inspect_with(path, settings, watch))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with one input must not stop the others
            failed(error)
            failures.append(Outcome(str(path), failure=failure(error, str(path))))
    return Inspections(INSPECTION, tuple(found), tuple(failures))


def inspect_with(path: str | Path, settings: Settings, watch: Watch = watch_nothing) -> Inspection:
    """Do what :func:`inspect` does, with settings that are checked already."""
    with reading(path, settings, watch) as read:
        return describe(read, settings.split)


def describe(read: Reading, mode: str | None = None) -> Inspection:
    """Sum up what was read.

    Args:
        read: an input.
        mode: how it was asked to be split, as for :func:`wamigrate.split.parse_mode`; None: not at all.

    """
    return Inspection(
        input=read.input,
        format=read.format,
        title=find_parser(read.format).title,
        sources=tuple(read.notes.sources),
        chats=tuple(_chat(chat) for chat in read.chats),
        conversations=tuple(_pieces(read, mode)),
        notes=tuple(read.notes.items),
    )


def count_turns(messages: Iterable[Message]) -> int:
    """Count how often somebody takes the floor.

    >>> count_turns([])
    0
    """
    authors = (message.author for message in messages if message.role != "notice")
    return sum(1 for _ in groupby(authors))


def _chat(chat: Conversation) -> Chat:
    started_at, ended_at = time_range(chat.messages)
    return Chat(
        title=chat.title,
        service=chat.service,
        source=chat.source,
        started_at=started_at,
        ended_at=ended_at,
        messages=len(chat.messages),
        kinds=dict(sorted(Counter(message.kind for message in chat.messages).items())),
        attachments=_files(chat.messages),
        participants=_people(chat),
    )


def _people(chat: Conversation) -> tuple[Person, ...]:
    written = Counter(message.author for message in chat.messages)
    return tuple(
        Person(found.name, found.role, found.service, found.phone, written[found.name], found.reason)
        for found in chat.participants
    )


def _files(messages: Iterable[Message]) -> Files:
    found = [attachment for message in messages for attachment in message.attachments]
    present = [attachment for attachment in found if attachment.present]
    size = sum(attachment.size or 0 for attachment in present)
    return Files(len(present), len(found) - len(present), size)


def _pieces(read: Reading, mode: str | None) -> Iterator[Piece]:
    """Describe the conversations, in order; where the input was split before, nothing says why."""
    reasons: dict[str, tuple[str, ...]] = {}
    if mode is not None or len(read.conversations) != len(read.chats):
        for chat in read.chats:
            starts = explain(chat, mode or DEFAULT)
            reasons.update((chat.messages[start.index].id, start.reasons) for start in starts)
    for conversation in read.conversations:
        first = conversation.messages[0].id if conversation.messages else ""
        yield _piece(conversation, reasons.get(first, ()))


def _piece(conversation: Conversation, reasons: tuple[str, ...]) -> Piece:
    return Piece(
        id=conversation.id,
        title=conversation.title,
        started_at=conversation.started_at,
        ended_at=conversation.ended_at,
        messages=len(conversation.messages),
        turns=count_turns(conversation.messages),
        reasons=reasons,
    )
