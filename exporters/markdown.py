"""Markdown: a folder of notes, one for each conversation, with an index and the media.

Where it goes:
    Obsidian (open the folder as a vault, or drop it into one), GitHub, any Markdown viewer or editor, and
    everything that searches plain text.

Layout:
    ``index.md`` lists the conversations by month. Each conversation is a note
    ``YYYY-MM-DD title.md``: front matter in YAML, the title, a heading for each day (a line for the only
    one), a heading with name and time for each turn. What one person writes within a minute stands under
    one heading. What people wrote is quoted, what the assistant wrote is not. Media are copied to
    ``media/``; images are shown, other files linked.

What survives:
    Every message in its order: author, day, minute, text as Markdown, media with type and size, edits,
    replies, deleted messages, calls, polls; notices where the conversation has them.

What is lost:
    Seconds and message ids, which the JSON keeps. Headings inside an answer are moved below the heading
    of its turn. Text that leaves a fence or comment open is quoted as a whole. Carriage returns become
    line feeds.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from wamigrate.canon import generator
from wamigrate.formats import Exporter, Layout
from wamigrate.front_matter import Value, front_matter
from wamigrate.media import Media, Place, Policy
from wamigrate.model import (
    Attachment,
    Conversation,
    Kind,
    Message,
    Note,
    Platform,
    Severity,
    SourceInfo,
)
from wamigrate.names import UniqueNames, safe_name
from wamigrate.nesting import escape, link, nest, one_line, quote
from wamigrate.notes import CODES, Notes
from wamigrate.target import Target
from wamigrate.turns import BARE_WORDS, FILE_WORDS
from wamigrate.wording import (
    anniversary_words,
    clock_words,
    count_words,
    date_words,
    day_words,
    month_words,
    period_words,
    size_words,
)

_INDEX: Final = "index.md"
_WHATSAPP: Final = ("whatsapp", "pasted", "chat_exporter", "msgstore", "chatstorage")
"""How the names of formats begin whose chats are WhatsApp's; those of plug-ins may be of other messengers."""
_TURN_LEVEL: Final = 3
_TAG: Final = re.compile(r"[a-z][a-z0-9-]*")
_ROLES: Final = {"user": "User", "assistant": "Assistant", "other": "Unknown", "notice": "WhatsApp"}
_PLATFORMS: Final[dict[Platform, str]] = {"android": "Android", "ios": "iPhone", "web": "WhatsApp Web"}
_NOT_SHOWN: Final = frozenset(("image/heic", "image/heif", "image/tiff"))
"""Pictures that no Markdown viewer shows."""
_MARKED: Final = re.compile(r"[*_\\\n]")
"""What cannot be set in italics as it is."""
_RUNS_ON: Final = re.compile(r"[ \t]|[-*+][ \t]|\d{1,9}[.)][ \t]")
"""Beginnings that would continue a list at the end of the text above."""
_OBSIDIAN: Final = str.maketrans({"#": None, "^": None, "[": "(", "]": ")", "|": "-"})
"""Characters that Obsidian cannot link to in a file name."""
_SEVERITIES: Final[tuple[Severity, ...]] = ("loss", "warning", "info")
_MANY: Final = 10
"""Findings of one kind that the index lists one by one."""


@dataclass(frozen=True)
class MarkdownNotes:
    """Writes a folder of Markdown notes."""

    name: str = field(default="markdown", init=False)
    title: str = field(default="Markdown notes", init=False)
    layout: Layout = field(default="folder", init=False)
    suffix: str = field(default="", init=False)
    media: Policy = "copy"
    """``copy`` into the folder, ``link`` to where the files are now (unpacked exports only), or ``omit``."""
    front_matter: bool = True
    """Whether notes begin with front matter."""

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write a note for each conversation, then the index."""
        names = UniqueNames()
        names.claim(_INDEX)
        media = Media(self.media, target, notes)
        entries: list[_Entry] = []
        for conversation in conversations:
            info = next((info for info in notes.sources if info.id == conversation.source), None)
            name = names.claim(_file_name(conversation))
            page = _Page(conversation, media).text()
            head = front_matter(_properties(conversation, info)) + "\n\n" if self.front_matter else ""
            with target.writing(name) as stream:
                stream.write(f"{head}# {escape(_title(conversation))}\n\n{page}\n".encode())
            entries.append(_entry(conversation, name))
        media.report()
        with target.writing(_INDEX) as stream:
            blocks = _index(entries, notes, with_front_matter=self.front_matter)
            stream.write(next(blocks).encode())
            stream.writelines(f"\n\n{block}".encode() for block in blocks)
            stream.write(b"\n")


class _Page:
    """The messages of one conversation."""

    def __init__(self, conversation: Conversation, media: Media) -> None:
        self._conversation = conversation
        self._media = media
        times = (message.timestamp for message in conversation.messages)
        days = {time.date() for time in times if time is not None}
        self._only_day = days.pop() if len(days) == 1 else None
        self._day: date | None = self._only_day
        self._turn: object = None
        self._names: dict[tuple[str | None, str], str] = {}
        self._blocks: list[str] = []
        self._quoted = any(person.role == "assistant" for person in conversation.participants)
        replies = any(message.reply_to for message in conversation.messages)
        self._by_id = {message.id: message for message in conversation.messages} if replies else {}

    def text(self) -> str:
        """Return the Markdown below the title."""
        if self._only_day is not None:
            self._blocks.append(f"*{day_words(self._only_day)}*")
        for message in self._conversation.messages:
            self._begin_day(message.timestamp)
            if message.role == "notice":
                self._turn = None
                self._blocks.append(_notice(message))
            else:
                body = self._body(message)
                self._begin_turn(message, body)
                self._blocks.append(body)
        return "\n\n".join(self._blocks)

    def _begin_day(self, time: datetime | None) -> None:
        if time is None:
            return
        day = time.date()
        if day != self._day:
            self._day = day
            self._turn = None
            self._blocks.append(f"## {day_words(day)}")

    def _begin_turn(self, message: Message, body: str) -> None:
        """Write a heading, unless it would repeat the last one and the body cannot run into what precedes."""
        time = message.timestamp
        turn = (message.author, message.role, None if time is None else (time.hour, time.minute))
        if turn != self._turn or _RUNS_ON.match(body):
            clock = "" if time is None else f" · {clock_words(time)}"
            name = self._names.get(turn[:2]) or self._names.setdefault(turn[:2], _author(message))
            self._blocks.append(f"### {name}{clock}")
            self._turn = turn

    def _body(self, message: Message) -> str:
        text = _text(message)
        by_person = self._quoted and message.role != "assistant"
        if text and not by_person:
            text = nest(text, _TURN_LEVEL)
        if (
            message.kind != "text"
            or message.attachments
            or message.edited
            or message.forwarded
            or message.reply_to
        ):
            text = "\n\n".join(self._parts(message, text))
        text = text or "*empty message*"
        return quote(text) if by_person else text

    def _parts(self, message: Message, text: str) -> Iterator[str]:
        if message.forwarded:
            yield "*forwarded*"
        if message.reply_to:
            yield self._reply(message.reply_to)
        source = message.spans[0].source if message.spans else self._conversation.source
        for attachment in message.attachments:
            yield _show(attachment, self._media.place(attachment, source))
        if text:
            yield _worded(message.kind, text)
        elif not message.attachments and message.kind in BARE_WORDS:
            yield f"*{BARE_WORDS[message.kind]}*"
        if message.edited:
            yield "*(edited)*"

    def _reply(self, id_: str) -> str:
        original = self._by_id.get(id_)
        if original is None:
            return "*in reply to an earlier message*"
        time = original.timestamp
        when = "" if time is None else f", {date_words(time)}, {clock_words(time)}"
        return f"*in reply to* {_author(original)}{when}"


class _Entry(NamedTuple):
    """What the index says about a conversation."""

    name: str
    conversation: str
    assistant: str | None
    start: datetime | None
    """Wall clock, so that all can be compared."""
    end: datetime | None
    messages: int
    files: int
    joined: int
    """Parts of answers that were put together with the part before."""

    def line(self, *, with_assistant: bool) -> str:
        """Return the list item."""
        start = self.start
        parts = (
            link(self.conversation, self.name),
            start and f"{anniversary_words(start)}, {clock_words(start)}",
            with_assistant and self.assistant and escape(self.assistant),
            count_words(self.messages, "message"),
            self.files and count_words(self.files, "file"),
        )
        return "- " + " · ".join(str(part) for part in parts if part)


def _entry(conversation: Conversation, name: str) -> _Entry:
    return _Entry(
        name,
        _title(conversation),
        _assistant(conversation),
        _wall_clock(conversation.started_at),
        _wall_clock(conversation.ended_at),
        len(conversation.messages),
        _files(conversation),
        sum(len(message.parts) - 1 for message in conversation.messages if message.parts),
    )


def _properties(conversation: Conversation, info: SourceInfo | None) -> dict[str, Value]:
    return {
        "title": conversation.title,
        "service": conversation.service,
        "assistant": _assistant(conversation),
        "created": conversation.started_at,
        "updated": conversation.ended_at,
        "participants": [person.name for person in conversation.participants],
        "source": info.name if info else None,
        "platform": info.platform if info else None,
        "messages": len(conversation.messages),
        "attachments": _files(conversation),
        "tags": _tags(conversation.service, info),
        "generator": _generator(),
    }


def _tags(service: str | None, info: SourceInfo | None) -> list[str]:
    origin = "whatsapp" if info and info.format.startswith(_WHATSAPP) else None
    return [tag for tag in (origin, service) if tag and _TAG.fullmatch(tag)]


def _generator() -> str:
    maker = generator()
    return f"{maker.name} {maker.version}"


def _title(conversation: Conversation) -> str:
    people = ", ".join(person.name for person in conversation.participants)
    return one_line(conversation.title or "") or one_line(people) or "Conversation"


def _file_name(conversation: Conversation) -> str:
    name = _title(conversation).translate(_OBSIDIAN)
    start = conversation.started_at
    if start:
        name = f"{start.date()} {name.replace(f', {date_words(start)}', '')}"
    return safe_name(name, "conversation") + ".md"


def _assistant(conversation: Conversation) -> str | None:
    return next((person.name for person in conversation.participants if person.role == "assistant"), None)


def _files(conversation: Conversation) -> int:
    return sum(len(message.attachments) for message in conversation.messages if message.attachments)


def _author(message: Message) -> str:
    return escape(message.author or "") or _ROLES[message.role]


def _text(message: Message) -> str:
    """Return the text with line feeds as line ends, and none around it."""
    text = message.text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip("\n")


def _notice(message: Message) -> str:
    """Write a notice as a call-out, which GitHub and Obsidian draw alike."""
    clock = "" if message.timestamp is None else f"{clock_words(message.timestamp)} · "
    return quote(f"[!NOTE]\n{clock}{_text(message)}")


def _worded(kind: Kind, text: str) -> str:
    """Set off the words that WhatsApp puts in the place of a message."""
    if kind == "unsupported":
        return f"*{BARE_WORDS[kind]}:* {text}"
    if kind in ("deleted", "call") and not _MARKED.search(text):
        return f"*{text.strip()}*"
    return text


def _show(attachment: Attachment, place: Place) -> str:
    """Show a file, link to it, or say why it is not there."""
    name = attachment.name or (attachment.member or "").rpartition("/")[2]
    kind = attachment.media_type or ""
    if place.address is None:
        words = FILE_WORDS.get(kind.partition("/")[0], "file")
        return f"*{escape(name)} ({words}): {place.reason}*" if name else f"*{words} {place.reason}*"
    if kind.startswith("image/") and kind not in _NOT_SHOWN:
        return "!" + link(name, place.address)
    size = "" if attachment.size is None else size_words(attachment.size)
    return " · ".join(filter(None, (link(name, place.address), escape(kind), size)))


def _index(entries: list[_Entry], notes: Notes, *, with_front_matter: bool) -> Iterator[str]:
    """Yield the blocks of the index: of a long history, a month at a time."""
    times = [time for entry in entries for time in (entry.start, entry.end) if time]
    messages = sum(entry.messages for entry in entries)
    counts = [count_words(len(entries), "conversation"), count_words(messages, "message")]
    joined = sum(entry.joined for entry in entries)
    if joined:
        counts.append(
            f"{count_words(joined, 'part')} of {'an answer' if joined == 1 else 'answers'} put together"
        )
    if times:
        counts.append(period_words(min(times).date(), max(times).date()))
    properties: dict[str, Value] = {
        "title": "Conversations",
        "conversations": len(entries),
        "messages": messages,
        "generator": _generator(),
    }
    if with_front_matter:
        yield front_matter(properties)
    yield "# Conversations"
    yield ", ".join(counts)
    yield from _months(entries)
    yield from _sources(notes.sources)
    yield from _findings(notes.items)


def _months(entries: list[_Entry]) -> Iterator[str]:
    several = len({entry.assistant for entry in entries}) > 1
    dated = sorted(((entry.start, entry) for entry in entries if entry.start), key=itemgetter(0))
    for month, found in groupby(dated, key=lambda row: month_words(row[0])):
        yield f"## {month}"
        yield "\n".join(entry.line(with_assistant=several) for _, entry in found)
    undated = [entry.line(with_assistant=several) for entry in entries if not entry.start]
    if undated:
        yield "## Without a date"
        yield "\n".join(undated)


def _wall_clock(time: datetime | None) -> datetime | None:
    return time and time.replace(tzinfo=None)


def _sources(sources: list[SourceInfo]) -> Iterator[str]:
    if sources:
        yield "## Sources"
        yield "\n".join(map(_source, sources))


def _source(info: SourceInfo) -> str:
    parts = (
        f"- **{escape(info.name)}**",
        _PLATFORMS[info.platform] if info.platform else "",
        count_words(info.messages, "message"),
    )
    return " · ".join(filter(None, parts))


def _findings(items: list[Note]) -> Iterator[str]:
    if items:
        yield "## Findings"
        yield "\n".join(line for severity in _SEVERITIES for line in _findings_of(severity, items))


def _findings_of(severity: Severity, items: list[Note]) -> Iterator[str]:
    """List findings, the gravest first; where there are many of one kind, only how many."""
    codes = dict.fromkeys(note.code for note in items if note.severity == severity)
    for code in codes:
        found = [note for note in items if note.code == code]
        if len(found) > _MANY:
            yield f"- {severity}: {CODES[code][1]} ({len(found):,} times)"
        else:
            for note in found:
                place = "" if note.line is None else f" (line {note.line:,})"
                yield f"- {severity}: {escape(note.text)}{place}"


exporter: Final[Exporter] = MarkdownNotes()
