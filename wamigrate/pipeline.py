"""From an opened input to a written result, step by step.

``read → assign roles → set the zone → identify → merge → find service notices → rejoin → find damage →
repair → redact → mark up → split → filter → write``

Every step is a function of the model that can be used on its own:

====================  ===========================================
assign roles          :func:`wamigrate.bots.assign_roles`
set the zone          :func:`wamigrate.zones.localize`
identify              :func:`wamigrate.ids.identify`
merge                 :func:`wamigrate.merging.merge`
find service notices  :func:`wamigrate.service.service_notices`
rejoin                :func:`wamigrate.rejoin.rejoin`
find damage           :func:`wamigrate.damage.mark_damage`
repair                :func:`wamigrate.damage.repair_damage`
redact                :func:`wamigrate.redaction.redact`
mark up               :func:`wamigrate.marking.marked_up`
split                 :class:`wamigrate.split.Splitter`
filter                :meth:`wamigrate.filters.Filter.keep`
====================  ===========================================

:func:`settle` writes roles, zone and ids at once, because making 40,000 messages anew three times is slow.
Merging needs all inputs (:mod:`wamigrate.joint`) and happens on request.
Redaction needs all chats of an input, and comes before everything that is made of their words: Markdown,
titles, ids of conversations.
What comes with ids has been through all this before (wamigrate's own JSON) and is left as it is, except
where a setting asks for a change.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as renew
from datetime import datetime
from pathlib import Path
from typing import Protocol

from wamigrate.bots import apply_roles, assign_roles, decide, roles_of
from wamigrate.chosen import parse_chosen
from wamigrate.columns import rebuild
from wamigrate.damage import mark_damage, repair_damage
from wamigrate.errors import NothingToExportError, VerificationError
from wamigrate.filters import left_out_words
from wamigrate.formats import Confidence, Exporter, Parser, find_parsers, is_text_only
from wamigrate.ids import chat_key, conversation_id, final_replies, message_ids
from wamigrate.marking import Marking, begin_marking, parts_to_split
from wamigrate.model import Conversation, Message, SourceInfo, replace
from wamigrate.notes import Notes
from wamigrate.rejoin import rejoin
from wamigrate.report import Result
from wamigrate.service import service_notices
from wamigrate.settings import Settings
from wamigrate.sharing import prepare_sharing
from wamigrate.source import Source, open_source
from wamigrate.split import DEFAULT, Splitter, chat_title, time_range
from wamigrate.target import PathTarget, Target
from wamigrate.wording import count_words
from wamigrate.zones import local_times, localize

Watch = Callable[[str, int, int], None]
"""Told the step, how many conversations are done, and of how many; zero of zero where that is unknown."""


def watch_nothing(step: str, done: int, total: int) -> None:
    """Take no notice."""


class Stream(Protocol):
    """Conversations that are made one by one, each time anew: :mod:`wamigrate.streaming`."""

    @property
    def messages(self) -> int:
        """How many messages the last run had, notices included; parts of one answer count as one."""
        ...

    @property
    def joined(self) -> int:
        """How many parts the last run put together with the part before them."""
        ...

    def run(self, notes: Notes) -> Iterator[Conversation]:
        """Make all conversations; ``notes`` has the sources, and takes the findings."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """One input, read and understood, with its source still open for the media."""

    input: str
    """As given."""
    format: str
    """Name of the parser."""
    chats: tuple[Conversation, ...]
    """Whole chats, prepared; or conversations that were split before."""
    conversations: tuple[Conversation, ...]
    """The same, split."""
    notes: Notes
    media: Mapping[str, Source]
    """Where the media are, by ``id`` of the chat's source."""
    merged: int = 0
    """Messages that were read and are copies of another: :mod:`wamigrate.joint` made one of them."""
    stream: Stream | None = None
    """Of an input that is too long to be held in memory, which has no ``chats`` and ``conversations``."""

    @property
    def messages(self) -> int:
        """Number of messages, notices included; parts of one answer count as one."""
        if self.stream is not None:
            return self.stream.messages
        return sum(len(chat.messages) for chat in self.chats)

    @property
    def joined(self) -> int:
        """Number of parts that were put together with the part before them."""
        if self.stream is not None:
            return self.stream.joined
        return sum(count_joined(chat.messages) for chat in self.chats)


@contextmanager
def reading(path: Path | str, settings: Settings, watch: Watch = watch_nothing) -> Generator[Reading]:
    """Open an input and read it; its source stays open inside the ``with`` block.

    Raises:
        SourceError: it cannot be opened or trusted.
        DetectionError: its format is unknown.
        ParseError: it is broken.
        OptionError: a setting does not fit what is in it.

    """
    source = open_source(path)
    try:
        yield read_source(source, settings, str(path), watch)
    finally:
        source.close()


def read_source(
    source: Source, settings: Settings, name: str | None = None, watch: Watch = watch_nothing
) -> Reading:
    """Read an opened input; the arguments and errors are those of :func:`reading`."""
    notes = Notes()
    parser = settings.parser(source)
    if settings.from_ is None:
        note_others(source, parser, notes)
    watch("reading", 0, 0)
    chats: list[Conversation] = []
    finished: list[bool] = []
    begun: list[Marking] = []
    prepare_sharing(max((member.size for member in source.members if member.is_text), default=0))
    for chat in parse_chosen(parser, source, notes, settings):
        watch("understanding", 0, 0)
        prepared, marking = prepare(chat, settings, notes)
        check_parts(chat, prepared)
        chats.append(prepared)
        begun.append(marking)
        finished.append(bool(chat.id))
    found = Reading(
        name or source.name, parser.name, tuple(chats), (), notes, media_of(source, notes.sources)
    )
    return complete(found, finished, settings, begun)


def note_others(source: Source, parser: Parser, notes: Notes) -> None:
    """Say what else is in a folder or archive of which one format was chosen."""
    for other in find_parsers().values() if source.kind != "file" else ():
        if other.name != parser.name and other.sniff(source) is Confidence.SIGNATURE:
            words = f"there is a {other.title} in it, too, which was not read; --from {other.name} reads that"
            notes.add("ignored-member", words)


def _sum_up(notes: Notes, chats: int) -> None:
    """Say once, for an input of many chats such as an app's database, that most are with people."""
    alone = [note for note in notes.items if note.code == "no-assistant"]
    if len(alone) > 1:
        notes.items[:] = [note for note in notes.items if note.code != "no-assistant"]
        text = f"in {len(alone):,} of {chats:,} chats nobody could be told to be an assistant"
        notes.add("no-assistant", text)


def complete(
    found: Reading, finished: Sequence[bool], settings: Settings, begun: Sequence[Marking]
) -> Reading:
    """Do what needs all chats of an input: redact them; then mark them up and split them into conversations.

    Args:
        found: chats as :func:`prepare` returns them, and no conversations yet.
        finished: of each chat, whether it had been split before it was read.
        settings: what was asked for.
        begun: of each chat, the marking up that another process has begun.

    """
    chats, media, notes = list(found.chats), found.media, found.notes
    _sum_up(notes, len(chats))
    if settings.redact:
        chats, media = _redact(chats, finished, settings, notes, media)
    conversations: list[Conversation] = []
    for number, (done, marking) in enumerate(zip(finished, begun, strict=True)):
        chats[number], pieces = _finish(chats[number], settings, marking, done=done)
        conversations.extend(pieces)
    if settings.time_zone is not None:
        notes.sources[:] = [replace(info, time_zone=settings.time_zone) for info in notes.sources]
    return renew(found, chats=tuple(chats), conversations=tuple(conversations), media=media)


def _redact(
    chats: list[Conversation],
    finished: Sequence[bool],
    settings: Settings,
    notes: Notes,
    media: Mapping[str, Source],
) -> tuple[list[Conversation], dict[str, Source]]:
    from wamigrate.redaction import redact  # noqa: PLC0415 - rarely asked for

    in_markdown = settings.text == "markdown"
    return redact(chats, notes, media, markdown=[done and in_markdown for done in finished])


def _finish(
    chat: Conversation, settings: Settings, begun: Marking, *, done: bool
) -> tuple[Conversation, Sequence[Conversation]]:
    """Mark up a chat and split it, both at once: its beginning is split while the rest is marked up.

    Args:
        chat: as :func:`prepare` returns it.
        settings: what was asked for.
        begun: the marking up that another process has begun.
        done: whether it had been marked up and split before it was read.

    """
    groups = (chat.messages,) if done else parts_to_split(chat, settings, begun)
    mode = settings.split if done else settings.split or DEFAULT
    if mode is None:
        return chat, (chat,)
    splitter = Splitter(chat, mode)
    messages: list[Message] = []
    pieces: list[Conversation] = []
    for group in groups:
        messages += group
        pieces += splitter.feed(group)
    pieces += splitter.finish()
    return replace(chat, messages=tuple(messages)), pieces


def media_of(source: Source, infos: Iterable[SourceInfo]) -> dict[str, Source]:
    """Say for which chat files an opened source holds the media, by their ``id``.

    wamigrate's own JSON speaks of exports by another name, whose media are elsewhere.
    """
    origins = ((info.id, _origin(source, info.name)) for info in infos)
    return {id_: origin for id_, origin in origins if origin is not None}


def _origin(source: Source, name: str) -> Source | None:
    """Return the source of a chat file: the input itself, or an archive in it (``outer.zip/inner.zip``)."""
    if name == source.name:
        return source
    outer, _, inner = name.rpartition("/")
    if outer != source.name:
        return None
    return next((source.nested(member) for member in source.members if member.basename == inner), None)


def prepare(found: Conversation, settings: Settings, notes: Notes) -> tuple[Conversation, Marking]:
    """Find out who is who, and give a chat its zone, ids and title; texts are not marked up yet.

    As soon as it is known who is who, another process begins to mark up, if there is one.

    Args:
        found: a chat as a parser yields it, without ids; or finished, with ids.
        settings: what was asked for.
        notes: where findings go.

    Returns:
        the chat, and the marking up that was begun.

    Raises:
        OptionError: ``assistant`` or ``me`` is nobody in the chat.

    """
    if found.id:
        return _revise(found, settings, notes), None
    chat = introduce(found, settings, notes)
    begun = begin_marking(chat, settings)
    return reconstruct(settle(chat, settings), settings, notes), begun


def introduce(found: Conversation, settings: Settings, notes: Notes) -> Conversation:
    """Find out who is who; the messages stay as they are until :func:`settle`.

    Args:
        found: a chat as a parser yields it, without ids.
        settings: what was asked for.
        notes: where findings go.

    Raises:
        OptionError: ``assistant`` or ``me`` is nobody in the chat.

    """
    prepare_sharing(sum([len(message.text) for message in found.messages]))
    people = decide(found, assistant=settings.assistant, me=settings.me, notes=notes)
    return replace(apply_roles(replace(found, messages=()), people), messages=found.messages)


def settle(chat: Conversation, settings: Settings) -> Conversation:
    """Give a chat its roles, zone, ids and title: what comes before copies are merged.

    Args:
        chat: as :func:`introduce` returns it.
        settings: what was asked for.

    """
    changed = settle_messages(chat, chat.messages, settings)
    started_at, ended_at = time_range(changed)
    return replace(
        chat,
        id=conversation_id(chat_key(chat), changed[0].id if changed else ""),
        title=chat_title(chat),
        started_at=started_at,
        ended_at=ended_at,
        messages=changed,
    )


def settle_messages(
    chat: Conversation, messages: tuple[Message, ...], settings: Settings, seen: dict[str, int] | None = None
) -> tuple[Message, ...]:
    """Give messages their roles, zone and ids.

    Args:
        chat: the chat they are of, with the roles of its participants.
        messages: as a parser yields them; all of the chat, or its next part.
        settings: what was asked for.
        seen: as for :func:`wamigrate.ids.message_ids`.

    """
    roles = roles_of(messages, chat.participants)
    key = chat_key(chat)
    ids = message_ids(key, chat.participants, messages, roles, seen)
    zone = settings.zone
    return rebuild(
        messages,
        ids=ids,
        replies=final_replies(key, messages, ids),
        timestamps=None if zone is None else local_times((message.timestamp for message in messages), zone),
        roles=roles,
    )


def reconstruct(chat: Conversation, settings: Settings, notes: Notes) -> Conversation:
    """Bring back what was said from what WhatsApp made of it: what comes after copies are merged.

    Args:
        chat: as :func:`settle` returns it.
        settings: what was asked for.
        notes: where findings go.

    """
    chat = service_notices(chat, notes)
    if settings.rejoin:
        chat = rejoin(chat, notes)
    chat = mark_damage(chat, notes)
    if settings.repair:
        chat = repair_damage(chat, notes)
    return chat


def export(
    read: Reading, exporter: Exporter, target: Target, settings: Settings, watch: Watch = watch_nothing
) -> Result:
    """Write what was read; nothing is left behind when it fails.

    Raises:
        NothingToExportError: no message is left to write.
        ExportError: it cannot be written.
        VerificationError: the exporter did not take every message.

    """
    notes = _own_notes(read.notes)
    left_out: Counter[str] = Counter()
    kept = settings.filter_for(exporter).each(_conversations(read, notes), left_out)
    first = next(kept, None)
    if first is None:
        raise NothingToExportError(f"{read.input}: {_nothing(read, left_out)}")
    tally = Tally()
    target.sources = read.media
    with target:
        exporter.export(
            tally.counting(_all(first, kept, left_out, notes), watch, len(read.conversations)), target, notes
        )
        tally.check(read.input, read.messages, left_out.total())
    if tally.present and is_text_only(exporter):
        were = "was" if tally.present == 1 else "were"
        words = (
            f"{count_words(tally.present, 'file')} {were} not written: {exporter.name} has no place for files"
        )
        notes.add("media-unwritten", words)
    return Result(
        input=read.input,
        format=read.format,
        to=exporter.name,
        output=target.path if isinstance(target, PathTarget) else None,
        conversations=tally.conversations,
        messages_in=read.messages + read.merged,
        messages_out=tally.kinds.total(),
        joined=read.joined,
        merged=read.merged,
        left_out=dict(left_out),
        kinds=dict(sorted(tally.kinds.items())),
        assistants=tuple(tally.assistants),
        started_at=tally.started_at,
        ended_at=tally.ended_at,
        media_present=tally.present,
        media_missing=tally.missing,
        sources=tuple(notes.sources),
        notes=tuple(notes.items),
    )


def _conversations(read: Reading, notes: Notes) -> Iterable[Conversation]:
    return read.conversations if read.stream is None else read.stream.run(notes)


def _all(
    first: Conversation, others: Iterable[Conversation], left_out: Counter[str], notes: Notes
) -> Iterator[Conversation]:
    """Yield all that is kept; once that is known, note what is not."""
    yield first
    yield from others
    for reason, count in left_out.items():
        notes.add("left-out", left_out_words(reason, count))


@dataclass(slots=True)
class Tally:
    """Counts what an exporter takes."""

    conversations: int = 0
    kinds: Counter[str] = field(default_factory=Counter[str])
    present: int = 0
    """Attachments whose file is there."""
    missing: int = 0
    assistants: dict[str, None] = field(default_factory=dict[str, None])
    """Their names, in order of appearance."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    """Times of the first and the last message that have one."""

    def counting(
        self, conversations: Iterable[Conversation], watch: Watch = watch_nothing, total: int = 0
    ) -> Iterator[Conversation]:
        """Pass conversations on; each counts once the exporter comes back for the next."""
        for conversation in conversations:
            yield conversation
            self._add(conversation)
            watch("writing", self.conversations if total else 0, total)

    def _add(self, conversation: Conversation) -> None:
        self.conversations += 1
        self.kinds.update([message.kind for message in conversation.messages])
        for message in conversation.messages:
            if message.attachments:
                present = sum(attachment.present for attachment in message.attachments)
                self.present += present
                self.missing += len(message.attachments) - present
        names = [person.name for person in conversation.participants if person.role == "assistant"]
        self.assistants.update(dict.fromkeys(names))
        started_at, ended_at = time_range(conversation.messages)
        self.started_at = self.started_at or started_at
        self.ended_at = ended_at or self.ended_at

    def check(self, name: str, expected: int, left_out: int) -> None:
        """Make sure that no message got lost on the way.

        Raises:
            VerificationError: one did.

        """
        written = self.kinds.total()
        if expected != written + left_out:
            raise VerificationError(
                f"{name}: {expected:,} messages were read, but {written:,} written and {left_out:,} left out "
                "on request; the result was discarded"
            )


def count_joined(messages: Iterable[Message]) -> int:
    """Return how many parts were put together with the part before them."""
    return sum(len(message.parts) - 1 for message in messages if message.parts)


def check_parts(found: Conversation, prepared: Conversation) -> None:
    """Make sure that putting parts together lost none."""
    before = len(found.messages) + count_joined(found.messages)
    after = len(prepared.messages) + count_joined(prepared.messages)
    if before != after:
        raise VerificationError(
            f"{before:,} messages and parts were read, but {after:,} are left; please report this"
        )


def _revise(chat: Conversation, settings: Settings, notes: Notes) -> Conversation:
    """Change a finished conversation only where a setting asks for it; ids stay."""
    if settings.assistant is not None or settings.me is not None:
        chat = assign_roles(chat, assistant=settings.assistant, me=settings.me, notes=notes)
    if settings.text == "raw":
        bodies = [message.text if message.raw is None else message.raw for message in chat.messages]
        chat = replace(chat, messages=rebuild(chat.messages, texts=bodies))
    return chat if settings.zone is None else localize(chat, settings.zone)


def _own_notes(notes: Notes) -> Notes:
    """Copy the findings, so that those of one exporter do not show up in the result of the next."""
    own = Notes()
    own.sources[:] = notes.sources
    own.items[:] = notes.items
    return own


def _nothing(read: Reading, left_out: Counter[str]) -> str:
    if not read.messages:
        return "there are no messages in it; nothing was written"
    words = ", ".join(left_out_words(reason, count) for reason, count in left_out.items())
    return f"no message of {read.messages:,} is left to write: {words}; nothing was written"
