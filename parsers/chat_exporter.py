"""What WhatsApp-Chat-Exporter (KnugiHK) wrote.

Where it comes from:
    ``wtsexporter`` turns WhatsApp's databases into pages (``result/*.html``) or JSON (``--json``, also
    chat by chat, and as Telegram exports). Give a file, or the folder ``result`` with the pages and the
    media.

Layout:
    JSON: an object of chats by WhatsApp's address, each with messages by their row; or one chat as Telegram
    exports it. HTML: one page for each chat, or several with links, in one of two looks. Line breaks are
    ``<br>`` in both.

What survives:
    Every chat, each as a conversation: who sent what, replies, captions, paths of files, reactions, contacts,
    places, calls and notices in the exporter's English words. Of JSON, times to the second in UTC.

What is lost:
    On pages, seconds and time zone. Edited and forwarded marks, polls, receipts, and what the exporter calls
    unsupported. Somebody's own ``<br>`` cannot always be told from a line break. Where a folder holds both
    forms, the pages are not read.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join
from typing import Final, NamedTuple

from wamigrate.errors import NoChatError, SourceError
from wamigrate.formats import Confidence, Parser
from wamigrate.media_paths import MediaPaths
from wamigrate.model import Conversation, Platform, SourceInfo, Span, replace
from wamigrate.notes import Notes
from wamigrate.source import Member, Source, no_chat
from wamigrate.source_info import source_info
from wamigrate.stored_chat import choose
from wamigrate.stored_report import report
from wamigrate.web_page import decode_page, is_page, may_be_page, naming

from ._chat_exporter_json import is_json, read_json
from ._chat_exporter_pages import SIGN, PageHead, number_in, read_head, read_rows
from ._chat_exporter_rows import ExportedChat, ExportedRow, finish, name_contacts, store

_MOST: Final = 500
"""Files of a folder that are looked at to tell whether it is the exporter's."""
_PLATFORMS: Final[Mapping[str | None, Platform]] = {"android": "android", "ios": "ios"}


class _Page(NamedTuple):
    """A page that was read."""

    member: Member
    head: PageHead
    rows: tuple[ExportedRow, ...]
    info: SourceInfo


@dataclass(frozen=True)
class ChatExporter:
    """Reads JSON and pages of WhatsApp-Chat-Exporter."""

    chat: str | None = None
    """Name, number or address of the one chat to read; all without it."""
    name: str = field(default="chat_exporter", init=False)
    title: str = field(default="WhatsApp-Chat-Exporter", init=False)

    @property
    def gathers(self) -> bool:
        """Whether files in one folder are one input."""
        return True

    def sniff(self, source: Source) -> Confidence:
        """Look for the first keys of its JSON, or the title of its pages."""
        members = _candidates(source)[:_MOST]
        found = any(_is_json(source, member) or _is_page(source, member) for member in members)
        return Confidence.SIGNATURE if found else Confidence.NO

    def parse(self, source: Source, notes: Notes) -> Iterator[Conversation]:
        """Yield each chat as one conversation."""
        members = _candidates(source)
        files = [member for member in members if _is_json(source, member)]
        if files:
            for member in files:
                yield from self._read_json(source, member, notes)
            return
        members = [member for member in members if _is_page(source, member)]
        if not members:
            raise no_chat(source)
        yield from self._read_pages(source, members, notes)

    def _read_json(self, source: Source, member: Member, notes: Notes) -> list[Conversation]:
        data = source.read(member)
        exported, platform = read_json(data, source.where(member))
        info = _info(source, member, data, self.name)
        contacts = name_contacts(exported)
        media = MediaPaths(() if source.kind == "file" else source.members)
        stored = [store(chat, contacts, media, info.id) for chat in exported]
        chats = [finish(chat) for chat in choose(stored, self.chat, source.where(member)) if len(chat)]
        count = sum(len(chat.messages) for chat in chats)
        notes.add_source(replace(info, messages=count, platform=_PLATFORMS.get(platform)))
        report(chats, notes, source=info.id, origin="JSON")
        return chats

    def _read_pages(self, source: Source, members: Iterable[Member], notes: Notes) -> list[Conversation]:
        chains = list(_chains([_read_page(source, member, self.name) for member in members]))
        exported = [_joined(chain) for chain in chains]
        contacts = name_contacts(exported)
        media = MediaPaths(() if source.kind == "file" else source.members)
        stored = [
            store(chat, contacts, media, chain[0].info.id)
            for chat, chain in zip(exported, chains, strict=True)
        ]
        wanted = choose(stored, self.chat, source.name)
        chats: list[Conversation] = []
        for chat, chain in zip(stored, chains, strict=True):
            if chat in wanted and len(chat):
                chats.append(_with_pages(finish(chat), chain))
                notes.sources.extend(page.info for page in chain)
                _report(chats[-1], chain, notes)
        if not chats:
            raise NoChatError(
                f"{source.name}: the pages hold no messages; they may be cut off, make them again"
            )
        return chats


def _candidates(source: Source) -> list[Member]:
    """Return what may be the exporter's: a file as it is; of several, by their names."""
    if source.kind == "file":
        return list(source.members)
    return [
        member
        for member in source.members
        if may_be_page(member.name) or member.name.casefold().endswith(".json")
    ]


def _is_json(source: Source, member: Member) -> bool:
    return not may_be_page(member.name) and is_json(_head(source, member))


def _is_page(source: Source, member: Member) -> bool:
    head = _head(source, member)
    return is_page(head) and SIGN.search(head) is not None


def _head(source: Source, member: Member) -> bytes:
    try:
        return source.head(member)
    except SourceError:
        return b""


def _info(source: Source, member: Member, data: bytes, format_name: str) -> SourceInfo:
    return source_info(source, member, format_name, hashlib.sha256(data).hexdigest(), len(data))


def _read_page(source: Source, member: Member, format_name: str) -> _Page:
    data = source.read(member)
    text = decode_page(data, source.where(member))
    with naming(source.where(member)):
        head = read_head(text)
        rows = tuple(read_rows(text, head.base))
    return _Page(member, head, rows, replace(_info(source, member, data, format_name), messages=len(rows)))


def _chains(read: Iterable[_Page]) -> Iterator[list[_Page]]:
    """Put the pages of each chat together, in the order of their links."""
    waiting = {page.member.name: page for page in read}
    followed = {_next_name(page) for page in waiting.values()}
    starts = [name for name in waiting if name not in followed]
    for name in (*starts, *list(waiting)):
        chain: list[_Page] = []
        at: str | None = name
        while at in waiting:
            chain.append(waiting.pop(at))
            at = _next_name(chain[-1])
        if chain:
            yield chain


def _next_name(page: _Page) -> str | None:
    return None if page.head.next is None else join(dirname(page.member.name), page.head.next)


def _joined(chain: list[_Page]) -> ExportedChat:
    """Make one chat of its pages; those between two name the other one in every message, or in none."""
    name, address = chain[0].head.name, number_in(chain[0].member.basename)
    rows = (row._replace(sender=None) if row.sender == name else row for page in chain for row in page.rows)
    numbered = address is not None and address.startswith(f"{name}@")
    return ExportedChat(address or "", None if numbered else name, tuple(rows))


def _with_pages(chat: Conversation, chain: list[_Page]) -> Conversation:
    """Say of each message on which page it stands."""
    ids = (page.info.id for page in chain for _ in page.rows)
    messages = (
        replace(message, spans=tuple(Span(id_, span.line, 0, 0) for span in message.spans))
        for message, id_ in zip(chat.messages, ids, strict=True)
    )
    return replace(chat, messages=tuple(messages))


def _report(chat: Conversation, chain: list[_Page], notes: Notes) -> None:
    report([chat], notes, source=chain[0].info.id, origin="pages")
    for page in chain:
        if not page.head.is_whole:
            notes.add("page-excerpt", "the page is cut off at its end; make it again", source=page.info.id)
    if chain[-1].head.next is not None:
        text = f"the chat goes on in {chain[-1].head.next}, which was not found beside the page"
        notes.add("page-excerpt", text, source=chain[-1].info.id)


parser: Final[Parser] = ChatExporter()
