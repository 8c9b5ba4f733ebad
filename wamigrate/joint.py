"""Several inputs, read together: copies of one chat become one history on the way.

Each input is read by its own parser, and each chat gets its roles, zone and ids by itself. Then copies of the
same chat are merged (:mod:`wamigrate.merging`), and everything else happens to the history as to any chat.
"""

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from wamigrate.bots import assign_roles, decide
from wamigrate.chosen import parse_chosen
from wamigrate.errors import OptionError, VerificationError, WamigrateError
from wamigrate.model import Conversation, Span
from wamigrate.notes import Notes
from wamigrate.pipeline import (
    Reading,
    Watch,
    complete,
    introduce,
    media_of,
    reconstruct,
    settle,
    watch_nothing,
)
from wamigrate.report import BETWEEN, failure
from wamigrate.restored import DERIVED, check_restorable, restore
from wamigrate.settings import Settings
from wamigrate.source import Source, open_source
from wamigrate.zones import localize


@dataclass(frozen=True, slots=True)
class _Input:
    """One of the inputs, read."""

    name: str
    """As given."""
    source: Source
    format: str
    chats: list[Conversation]
    """Whole chats; those without an id have no roles yet."""
    notes: Notes
    files: Mapping[str, int]
    """How many media it holds, by the ``id`` of each chat file that it holds itself."""


@contextmanager
def reading_together(
    paths: Iterable[Path | str], settings: Settings, watch: Watch = watch_nothing
) -> Generator[Reading]:
    """Open inputs, read them and merge copies; all stay open inside the ``with`` block.

    Raises:
        SourceError: one cannot be opened or trusted.
        DetectionError: the format of one is unknown.
        ParseError: one is broken.
        OptionError: a setting does not fit what is in them, or one was redacted.

    """
    with ExitStack() as stack:
        found: list[_Input] = []
        for path in paths:
            watch("reading", 0, 0)
            with _named(str(path)):
                source = open_source(path)
                stack.callback(source.close)
                found.append(_read(source, str(path), settings))
        watch("merging", 0, 0)
        yield _together(found, settings)


@contextmanager
def _named(name: str) -> Generator[None]:
    """Let errors say which of the inputs is meant, as it was given."""
    try:
        yield
    except WamigrateError as error:
        error.args = (failure(error, name).message, *error.args[1:])
        raise


def _read(source: Source, name: str, settings: Settings) -> _Input:
    notes = Notes()
    parser = settings.parser(source)
    found = list(parse_chosen(parser, source, notes, settings))
    finished = [chat for chat in found if chat.id]
    if finished:
        check_restorable(notes.items, source.name)
        notes.items[:] = [note for note in notes.items if note.code not in DERIVED]
    files: Counter[str] = Counter()
    for chat in found:
        if not chat.id:
            files[chat.source] += sum(file.present for one in chat.messages for file in one.attachments)
    chats = [chat for chat in found if not chat.id] + restore(finished, notes.sources)
    return _Input(name, source, parser.name, chats, notes, files)


def _together(inputs: Sequence[_Input], settings: Settings) -> Reading:
    from wamigrate.merging import merge  # noqa: PLC0415 - slow to import, and most runs merge nothing

    notes = Notes()
    kept = _without_repetitions(inputs, notes)
    copies = _settle([chat for one in kept for chat in one.chats], settings, notes)
    histories = merge(copies, notes)
    _check(copies, histories)
    chats = [reconstruct(chat, settings, notes) for chat in histories]
    media: dict[str, Source] = {}
    for one in kept:
        media |= media_of(one.source, one.notes.sources)
    read = Reading(
        BETWEEN.join(one.name for one in inputs),
        ", ".join(dict.fromkeys(one.format for one in inputs)),
        tuple(chats),
        (),
        notes,
        media,
        _count(chat for one in inputs for chat in one.chats) - _count(histories),
    )
    return complete(read, [False] * len(chats), settings, [None] * len(chats))


def _count(chats: Iterable[Conversation]) -> int:
    return sum(len(chat.messages) for chat in chats)


def _without_repetitions(inputs: Sequence[_Input], notes: Notes) -> list[_Input]:
    """Keep each chat file of the input that holds most of its media; gather sources and findings."""
    best: dict[str, int] = {}
    for number, one in enumerate(inputs):
        for id_, files in one.files.items():
            if id_ not in best or files > inputs[best[id_]].files[id_]:
                best[id_] = number
    kept: list[_Input] = []
    for number, one in enumerate(inputs):
        repeated = {id_ for id_ in one.files if best[id_] != number}
        for id_ in sorted(repeated):
            other = inputs[best[id_]].source.name
            text = f"{one.source.name} holds the same chat file as {other}; it was read once"
            notes.add("repeated-source", text, source=id_)
        own = Notes()
        own.sources[:] = [info for info in one.notes.sources if info.id not in repeated]
        own.items[:] = [note for note in one.notes.items if note.source not in repeated]
        kept.append(
            replace(one, chats=[chat for chat in one.chats if chat.source not in repeated], notes=own)
        )
    infos = {info.id: info for one in reversed(kept) for info in one.notes.sources}
    notes.sources.extend(infos[id_] for id_ in dict.fromkeys(_ids(kept)))
    notes.items.extend(note for one in kept for note in one.notes.items)
    return kept


def _ids(inputs: Iterable[_Input]) -> Iterator[str]:
    for one in inputs:
        yield from (info.id for info in one.notes.sources)


def _settle(chats: Sequence[Conversation], settings: Settings, notes: Notes) -> list[Conversation]:
    """Give every copy its roles, zone and ids.

    Names differ from phone to phone, so one that was given must be somebody's in one of the copies only.
    """
    found: list[Conversation] = []
    strange: dict[str, list[OptionError]] = {}
    for chat in chats:
        assistant, me = settings.assistant, settings.me
        if (error := _error(chat, assistant=assistant)) is not None:
            strange.setdefault("--assistant", []).append(error)
            assistant = None
        if (error := _error(chat, me=me)) is not None:
            strange.setdefault("--me", []).append(error)
            me = None
        found.append(_settled(chat, replace(settings, assistant=assistant, me=me), notes))
    for errors in strange.values():
        if len(errors) == len(chats):
            raise errors[0]
    return found


def _error(chat: Conversation, *, assistant: str | None = None, me: str | None = None) -> OptionError | None:
    """Return what is wrong with a name that was given, for a chat in which nobody bears it."""
    if assistant is None and me is None:
        return None
    try:
        decide(chat, assistant=assistant, me=me)
    except OptionError as error:
        return error
    return None


def _settled(chat: Conversation, settings: Settings, notes: Notes) -> Conversation:
    if not chat.id:
        return settle(introduce(chat, settings, notes), settings)
    if settings.assistant is not None or settings.me is not None:
        chat = assign_roles(chat, assistant=settings.assistant, me=settings.me, notes=notes)
    return chat if settings.zone is None else localize(chat, settings.zone)


def _check(copies: Iterable[Conversation], histories: Iterable[Conversation]) -> None:
    """Make sure that everything read has its place in the histories.

    Raises:
        VerificationError: something got lost.

    """
    lost = _places(copies) - _places(histories)
    if lost:
        raise VerificationError(
            f"{len(lost):,} messages got lost when copies were merged; please report this"
        )


def _places(chats: Iterable[Conversation]) -> set[Span]:
    return {span for chat in chats for message in chat.messages for span in message.spans}
