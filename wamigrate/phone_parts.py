"""A phone export that is too long to be held in memory: looked through once, then read part by part.

The text is cut before headers that follow a long pause, so that nothing is torn apart that belongs together;
each part is read like a whole export. What only the whole file can tell comes from looking through it: the
order of day and month, who writes, and samples of how they write.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import BinaryIO, Final, NamedTuple

from wamigrate.bots import match_participant, phone_of
from wamigrate.chatfile import ChatFile
from wamigrate.classify import Classifier
from wamigrate.clock import Order
from wamigrate.conduct import WINDOW, WINDOWS
from wamigrate.encoding import Decoded, is_marked
from wamigrate.errors import SourceError
from wamigrate.findings import ReadChat, report_clock, report_part, report_unused
from wamigrate.lines import Lock, find_lock
from wamigrate.long_chat import LongChat
from wamigrate.model import Conversation, Message, Participant
from wamigrate.model import replace as renew
from wamigrate.notes import Notes
from wamigrate.phone import build_messages, find_participants, group_title, platform_of
from wamigrate.segments import PATIENCE
from wamigrate.source_info import source_info
from wamigrate.transcript import Known, moved, read_transcript

PART: Final = 4 << 20
"""Bytes of a part, more or less."""
_END: Final = 5
"""The last fifth of a part is searched for the longest pause."""
_ENOUGH: Final = 20
"""Headers of a sample that show what all are like."""


class _Part(NamedTuple):
    """Where a part is in the text."""

    start: int
    """Bytes before it."""
    size: int
    lines: int
    """Lines before it."""


@dataclass
class _Survey:
    """What looking through a file gathers."""

    parts: list[_Part] = field(default_factory=list[_Part])
    count: int = 0
    orders: list[Order] = field(default_factory=list[Order])
    calendars: set[str] = field(default_factory=set[str])
    spellings: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    runs: list[tuple[Message, ...]] = field(default_factory=list[tuple[Message, ...]])
    """The beginning of each part."""
    telling: dict[tuple[str, str], Message] = field(default_factory=dict[tuple[str, str], Message])
    """The first message of each writer, and the first of each kind that can tell who is who."""
    group: str | None = None
    times: list[tuple[datetime, datetime]] = field(default_factory=list[tuple[datetime, datetime]])
    """Earliest and latest time of each part."""

    def add(self, part: _Part, chat: ReadChat) -> None:
        """Take in a part."""
        self.parts.append(part)
        self.count += len(chat.messages)
        self.orders.append(chat.transcript.order)
        self.calendars |= chat.transcript.calendars
        for one in find_participants(chat):
            before = self.spellings.get(one.name, ())
            self.spellings[one.name] = tuple(dict.fromkeys((*before, *one.raw_names)))
        self.runs.append(tuple(islice(chat.messages, WINDOW)))
        for message in chat.messages:
            if message.author is not None:
                self.telling.setdefault((message.author, _trait(message)), message)
        self.group = group_title(chat) or self.group
        timeline = chat.transcript.timeline()
        if timeline.first and timeline.last:
            self.times.append((timeline.first, timeline.last))

    def order(self) -> Order | None:
        """Return the order of day and month; None where the parts contradict each other."""
        proven = [order for order in self.orders if not order.ambiguous] or self.orders
        return proven[0] if len({order.order for order in proven}) == 1 else None

    def is_in_order(self) -> bool:
        """Tell whether the parts follow each other in time, without a common minute."""
        return all(_minute(one[1]) < _minute(other[0]) for one, other in pairwise(self.times))

    def excerpt(self) -> tuple[Message, ...]:
        """Return runs of messages from all over the file, and single ones that tell who is who."""
        step = -(-len(self.runs) // WINDOWS)
        runs = [message for run in self.runs[::step] for message in run]
        known = set(map(id, runs))
        return (*runs, *(message for message in self.telling.values() if id(message) not in known))


@dataclass(frozen=True)
class _File:
    """A chat file whose parts are known."""

    chat: ChatFile
    format: str
    known: Known
    lock: Lock
    order: Order
    parts: tuple[_Part, ...]
    calendars: frozenset[str]
    source: str
    """``id`` of the source."""

    def read(self, notes: Notes) -> Iterator[tuple[Message, ...]]:
        """Read the messages of each part.

        Raises:
            SourceError: the file is not as it was when it was looked through.

        """
        report_clock(self.order, self.calendars, self.source, notes)
        classifier = Classifier(platform_of(self.lock), self.chat.media)
        with self.chat.source.reading(self.chat.member) as stream:
            for part in self.parts:
                data = stream.read(part.size)
                if len(data) != part.size:
                    where = self.chat.source.where(self.chat.member)
                    raise SourceError(f"{where}: changed while it was read; try again")
                chat = _read(self.chat, part, data, self.lock, self.known, classifier, self.source)
                report_part(chat, notes)
                yield tuple(chat.messages)
        report_unused(self.chat, classifier, self.source, notes)


def survey_chat(file: ChatFile, known: Known, format_name: str) -> LongChat | None:
    """Look through a phone export.

    Args:
        file: the chat text and what lies beside it.
        known: what is known from outside.
        format_name: name of the parser, for the record.

    Returns:
        the chat; None where it must be read as a whole: it is not plain UTF-8, dates show no year (if only at
        the end) or are printed in two orders, or it has no pauses.

    Raises:
        SourceError: it cannot be read.

    """
    survey, digest, lock, data = _Survey(), hashlib.sha256(), None, b""
    with file.source.reading(file.member) as stream:
        try:
            for part, data, lock in _pieces(stream, known):
                digest.update(data)
                chat = _read(file, part, data, lock, known, Classifier(platform_of(lock), file.media), "")
                if chat.transcript.completed_years:
                    return None
                survey.add(part, chat)
        except UnicodeDecodeError:
            return None
    order = survey.order() if survey.parts else None
    if lock is None or order is None or _ends_without_years(data, lock):
        return None
    return _long_chat(
        file, replace(known, date_order=order.order), format_name, lock, survey, digest.hexdigest()
    )


def _long_chat(
    file: ChatFile, known: Known, format_name: str, lock: Lock, survey: _Survey, sha256: str
) -> LongChat:
    order = survey.order()
    assert order is not None
    parts, calendars = tuple(survey.parts), frozenset(survey.calendars)
    reader = _File(file, format_name, known, lock, order, parts, calendars, sha256[:12])
    size = parts[-1].start + parts[-1].size
    info = renew(
        source_info(file.source, file.member, format_name, sha256, size),
        platform=platform_of(lock),
        date_order=order.order,
        date_order_evidence=order.evidence,
        ambiguous=order.ambiguous,
        encoding="utf-8",
        messages=survey.count,
    )
    excerpt = Conversation(
        id="",
        title=file.title or survey.group,
        service=None,
        participants=tuple(
            Participant(name, "other", None, phone_of(name), raw) for name, raw in survey.spellings.items()
        ),
        started_at=min((first for first, _ in survey.times), default=None),
        ended_at=max((last for _, last in survey.times), default=None),
        messages=survey.excerpt(),
        source=info.id,
    )
    return LongChat(excerpt, info, reader.read, survey.is_in_order())


def _pieces(stream: BinaryIO, known: Known) -> Iterator[tuple[_Part, bytes, Lock]]:
    """Yield the parts of a text; none where it must be read as a whole."""
    lock: Lock | None = None
    waiting, start, lines = b"", 0, 0
    while True:
        block = stream.read(PART)
        data = waiting + block
        lock = lock or _plain_lock(data)
        if lock is None:
            return
        ends = len(block) < PART
        size = len(data) if ends else _cut(data, lock, known)
        if size:
            yield _Part(start, size, lines), data[:size], lock
            start, lines = start + size, lines + data.count(b"\n", 0, size)
        if ends:
            return
        waiting = data[size:]


def _plain_lock(data: bytes) -> Lock | None:
    """Return the shape of the headers at the beginning of a text, where it needs no look at the whole."""
    lock = None if is_marked(data) else find_lock(data)
    return lock if lock and lock.shape.has_year and lock.seen >= _ENOUGH else None


def _ends_without_years(data: bytes, lock: Lock) -> bool:
    """Tell whether the last part has dates without a year: old Android prints those of the current one so."""
    other = find_lock(data, [lock.shape.key])
    return other is not None and other.shape.family == lock.shape.family and not other.shape.has_year


def _cut(data: bytes, lock: Lock, known: Known) -> int:
    """Return where a part may end, in bytes: where a new exchange begins after a long pause. 0: nowhere."""
    begin = data.find(b"\n", len(data) - len(data) // _END) + 1
    text = data[begin : data.rfind(b"\n") + 1]
    if not begin or lock.compile(b"\n").search(b"\n" + text) is None:
        return 0
    found = read_transcript(text, lock, known)
    assistants = _assistants(found.names)
    longest, place = timedelta(), 0
    for index in range(1, len(found.names)):
        one, other = found.moments[index - 1], found.moments[index]
        if one is None or other is None or other - one < longest or found.names[index] is None:
            continue
        if found.names[index] not in assistants and (
            found.names[index - 1] in assistants or other - one >= PATIENCE
        ):
            longest, place = other - one, begin + found.starts[index]
    return place


def _assistants(names: Iterable[str | None]) -> set[str]:
    """Return which names are those of assistants."""
    return {name for name in set(names) if name and match_participant(Participant(name, "other"))}


def _read(
    file: ChatFile,
    part: _Part,
    data: bytes,
    lock: Lock,
    known: Known,
    classifier: Classifier,
    source: str,
) -> ReadChat:
    text = Decoded(data, "utf-8", assumed=False, damaged=False)
    transcript = moved(read_transcript(data, lock, known), part.start, part.lines)
    messages, places = build_messages(transcript, text, classifier, source, part.start + part.size)
    return ReadChat(file, text, transcript, messages, places, classifier, source)


def _trait(message: Message) -> str:
    """Return what a message may tell of who is who: see :mod:`wamigrate.bots`."""
    if message.role == "notice":
        return "notice"
    if "deleted-by-you" in message.flags:
        return "owner"
    return "mention" if "@" in message.text else ""


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
