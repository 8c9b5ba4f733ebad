"""Redact everything that was read from one input: conversations, sources, findings, names of media.

Ids and digests are made of content, so a short number could be found out from them by trial. What is
replaced gets an id from the words that are left, and each source a digest of them; ids of all other messages
stay. Media files are not looked into.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as altered
from typing import BinaryIO, Final
from urllib.parse import unquote
from uuid import uuid5

from wamigrate.errors import SourceError
from wamigrate.ids import NAMESPACE, chat_key, conversation_id, message_ids
from wamigrate.model import (
    Attachment,
    Conversation,
    Message,
    Part,
    Participant,
    SourceInfo,
    Span,
    replace,
)
from wamigrate.notes import Notes
from wamigrate.redact import Redactor, keep_literal
from wamigrate.sensitive import find_sensitive
from wamigrate.source import Member, Source
from wamigrate.telephones import region_of

_SEPARATOR: Final = "\x1f"


def redact(
    chats: Sequence[Conversation], notes: Notes, media: Mapping[str, Source], *, markdown: Sequence[bool]
) -> tuple[list[Conversation], dict[str, Source]]:
    """Replace every value in all that was read from one input, and note how many there are.

    Args:
        chats: with ids; their texts as received, or as CommonMark.
        notes: sources and findings, which are changed; takes the note ``redacted``.
        media: where the media are, by ``id`` of the chat's source.
        markdown: of each chat, whether its texts are CommonMark already.

    Returns:
        the chats, and where the media are under the names that the chats now give them.

    """
    redactor = Redactor()
    redactor.learn_names(name for info in notes.sources for name in (info.name, info.member))
    for chat in chats:
        redactor.learn(_strings(chat))
    redactor.learn(note.text for note in notes.items)
    redactor.settle(_regions(chats, notes.sources))
    notes.add("redacted", f"{redactor.summary()} replaced by placeholders; media files are not looked into")
    if not redactor.labels:
        return list(chats), dict(media)
    notes.items[:] = [replace(note, text=redactor.text(note.text)) for note in notes.items]
    names = _member_names(media.values(), redactor)
    work = _Work(redactor, _source_ids(chats, notes.sources, redactor), names)
    done = [work.conversation(chat, markdown=form) for chat, form in zip(chats, markdown, strict=True)]
    notes.sources[:] = [work.source(info) for info in notes.sources]
    notes.items[:] = [
        replace(note, source=work.sources.get(note.source or "", note.source)) for note in notes.items
    ]
    opened = {work.sources.get(id_, id_): _Renamed(origin, redactor, names) for id_, origin in media.items()}
    return [work.with_replies(chat) for chat in done], dict(opened)


def _strings(chat: Conversation) -> Iterator[str | None]:
    """Yield everything in a chat that may hold values."""
    yield chat.title
    for person in chat.participants:
        yield from (person.name, person.phone, person.reason, *person.raw_names)
    for message in chat.messages:
        yield from (message.author, message.text, message.raw)
        for attachment in message.attachments:
            yield from (attachment.name, attachment.caption, attachment.member)


def _regions(chats: Iterable[Conversation], sources: Iterable[SourceInfo]) -> set[str]:
    """Return the countries of the numbers that chats are named after and of those who write."""
    texts = [text for info in sources for text in (info.name, info.member)]
    for chat in chats:
        texts.append(chat.title)
        texts += [text for person in chat.participants for text in (person.name, person.phone)]
    found = (one for text in filter(None, texts) for one in find_sensitive(text))
    regions = (region_of(one.value) for one in found if one.kind == "phone")
    return {region for region in regions if region is not None}


def _member_names(sources: Iterable[Source], redactor: Redactor) -> dict[str, str]:
    """Return the new names of members whose names hold values, all different."""
    names: dict[str, str] = {}
    taken = {member.name for source in sources for member in source.members}
    for name in sorted(taken):
        new = redactor.text(name)
        if new == name:
            continue
        number, unique = 1, new
        while unique in taken:
            number += 1
            stem, dot, suffix = new.rpartition(".")
            unique = f"{stem} ({number}){dot}{suffix}" if dot else f"{new} ({number})"
        taken.add(unique)
        names[name] = unique
    return names


def _source_ids(
    chats: Sequence[Conversation], sources: Iterable[SourceInfo], redactor: Redactor
) -> dict[str, str]:
    """Return a digest for each source, of the words that are left; by ``id`` of the source."""
    found: dict[str, str] = {}
    for number, info in enumerate(sources):
        digest = hashlib.sha256(f"redacted{_SEPARATOR}{number}".encode())
        for chat in chats:
            if chat.source == info.id:
                for message in chat.messages:
                    words = redactor.text(message.text if message.raw is None else message.raw)
                    digest.update(f"{_SEPARATOR}{words}".encode(errors="surrogatepass"))
        found.setdefault(info.id, digest.hexdigest())
    return found


@dataclass(slots=True)
class _Work:
    """Redacts chats; every value is known already."""

    redactor: Redactor
    digests: dict[str, str]
    members: dict[str, str]
    sources: dict[str, str] = field(init=False)
    """New ``id`` of each source."""
    ids: dict[str, str] = field(default_factory=dict[str, str])
    """New ids of the messages that have changed."""

    def __post_init__(self) -> None:
        self.sources = {id_: digest[:12] for id_, digest in self.digests.items()}

    def source(self, info: SourceInfo) -> SourceInfo:
        """Return a source with another name, id and digest."""
        return replace(
            info,
            id=self.sources[info.id],
            name=self.redactor.text(info.name),
            member=_text(self.redactor, info.member),
            sha256=self.digests[info.id],
        )

    def conversation(self, old: Conversation, *, markdown: bool) -> Conversation:
        """Return a conversation without values; replies still name the old ids."""
        names = _unique({person.name: self.redactor.text(person.name) for person in old.participants})
        new = replace(
            old,
            title=None if old.title is None else self.redactor.title(old.title),
            participants=tuple(self._participant(person, names) for person in old.participants),
            messages=tuple(self._message(message, names, markdown=markdown) for message in old.messages),
            source=self.sources.get(old.source, old.source),
        )
        return self._identified(old, new)

    def _participant(self, person: Participant, names: Mapping[str, str]) -> Participant:
        return replace(
            person,
            name=names[person.name],
            phone=_text(self.redactor, person.phone),
            raw_names=tuple(map(self.redactor.text, person.raw_names)),
            reason=_text(self.redactor, person.reason),
        )

    def _message(self, message: Message, names: Mapping[str, str], *, markdown: bool) -> Message:
        text = self.redactor.text(message.text)
        raw = _text(self.redactor, message.raw)
        changes: dict[str, object] = {}
        if text != message.text or raw != message.raw:
            body = text if raw is None else raw
            changes["text"] = text = keep_literal(text) if markdown else text
            changes["raw"] = None if body == text else body
            changes["parts"] = self._parts(message)
        if message.author is not None and message.author not in names:
            changes["author"] = self.redactor.text(message.author)
        elif message.author is not None and names[message.author] != message.author:
            changes["author"] = names[message.author]
        if message.attachments:
            changes["attachments"] = tuple(map(self._attachment, message.attachments))
        if message.spans:
            changes["spans"] = tuple(
                Span(self.sources.get(span.source, span.source), span.line, span.start, span.end)
                for span in message.spans
            )
        return replace(message, **changes) if changes else message

    def _parts(self, message: Message) -> tuple[Part, ...]:
        body = message.text if message.raw is None else message.raw
        places = self.redactor.shift(
            body, (place for part in message.parts for place in (part.start, part.end))
        )
        return tuple(
            replace(part, start=start, end=end)
            for part, start, end in zip(message.parts, places[::2], places[1::2], strict=True)
        )

    def _attachment(self, file: Attachment) -> Attachment:
        member = file.member
        return replace(
            file,
            name=_text(self.redactor, file.name),
            caption=_text(self.redactor, file.caption),
            member=None if member is None else self.members.get(member) or self.redactor.text(member),
        )

    def _identified(self, old: Conversation, new: Conversation) -> Conversation:
        """Give the messages that have changed ids from the words that are left."""
        key = chat_key(new)
        renamed = key != chat_key(old)
        changed = [
            index
            for index, (before, after) in enumerate(zip(old.messages, new.messages, strict=True))
            if renamed or _content(before) != _content(after)
        ]
        if not changed:
            return new
        messages = list(new.messages)
        some = [messages[index] for index in changed]
        space = f"redacted{_SEPARATOR}{key}"
        ids = message_ids(space, new.participants, some, [message.role for message in some])
        for index, id_ in zip(changed, ids, strict=True):
            message = messages[index]
            parts = tuple(
                replace(
                    part, id=id_ if part.id == message.id else str(uuid5(NAMESPACE, f"{id_}{_SEPARATOR}{at}"))
                )
                for at, part in enumerate(message.parts)
            )
            self.ids |= {message.id: id_} | {
                before.id: after.id for before, after in zip(message.parts, parts, strict=True)
            }
            messages[index] = replace(message, id=id_, parts=parts)
        first = messages[0].id if 0 in changed else None
        return replace(
            new, id=old.id if first is None else conversation_id(key, first), messages=tuple(messages)
        )

    def with_replies(self, chat: Conversation) -> Conversation:
        """Let replies name the new ids."""
        if not any(message.reply_to in self.ids for message in chat.messages):
            return chat
        messages = (
            replace(message, reply_to=self.ids.get(message.reply_to, message.reply_to))
            if message.reply_to is not None
            else message
            for message in chat.messages
        )
        return replace(chat, messages=tuple(messages))


class _Renamed(Source):
    """A source whose members have names without values."""

    def __init__(self, inner: Source, redactor: Redactor, names: Mapping[str, str]) -> None:
        super().__init__(inner.path, redactor.text(inner.name))
        self.kind = inner.kind
        self._inner = inner
        self._redactor = redactor
        self._names = names
        self._originals: dict[str, Member] = {}

    def _list(self) -> Iterator[Member]:
        for member in self._inner.members:
            name = self._names.get(member.name, member.name)
            self._originals[name] = member
            yield altered(member, name=name)

    def open(self, member: Member) -> BinaryIO:
        """Open a member, by its new name."""
        try:
            return self._inner.open(self._originals[member.name])
        except SourceError as error:
            raise type(error)(self._redactor.text(str(error))) from None

    def uri(self, member: Member) -> str | None:
        """Return the file's address, unless it holds a value."""
        address = self._inner.uri(self._originals[member.name])
        if address is None or self._redactor.find(address) or self._redactor.find(unquote(address)):
            return None
        return address


def _content(message: Message) -> tuple[object, ...]:
    """Return what an id could be found out from."""
    return message.text, message.raw, message.author, message.attachments


def _text(redactor: Redactor, text: str | None) -> str | None:
    return None if text is None else redactor.text(text)


def _unique(names: Mapping[str, str]) -> dict[str, str]:
    """Add numbers to new names that are equal, as those of two spellings of one number are."""
    found: dict[str, str] = {}
    for old, new in names.items():
        number, unique = 1, new
        while unique in found.values():
            number += 1
            unique = f"{new} ({number})"
        found[old] = unique
    return found
