"""A page of WhatsApp Web as a conversation: who wrote what, when, and in answer to what."""

import hashlib
import re
from collections import defaultdict
from datetime import datetime
from typing import Final

from wamigrate.clock import read_date
from wamigrate.errors import NoChatError
from wamigrate.model import (
    Conversation,
    DateOrder,
    Kind,
    Message,
    Role,
    SourceInfo,
    Span,
    replace,
)
from wamigrate.notes import Notes
from wamigrate.notices import notice_topic
from wamigrate.page_files import PageFiles
from wamigrate.page_findings import report
from wamigrate.page_list import read_chat_page
from wamigrate.page_people import People, Person
from wamigrate.page_row import Quoted, Row
from wamigrate.page_times import Line, Times, find_times
from wamigrate.register import clean_name
from wamigrate.source import Member, Source
from wamigrate.source_info import source_info
from wamigrate.web_page import decode_page, naming

_LONGEST_DAY: Final = 30
"""Characters of the longest line above a day."""
_MARKS: Final = re.compile(r"[\s*_~`\u200b-\u200f\ufe0f]+")
_HEAD: Final = 12
"""Characters by which a quotation is looked up."""
_CANDIDATES: Final = 50
_START: Final = 4096
"""Characters in which a whole page begins, and in which it ends."""


def read_page(
    source: Source, member: Member, notes: Notes, *, format_name: str, date_order: DateOrder | None
) -> Conversation:
    """Read the open chat of a saved page.

    Args:
        source: what holds the page.
        member: the page.
        notes: takes the source and the findings.
        format_name: name of the parser, for the record.
        date_order: order of day and month, where the user knows it.

    Raises:
        NoChatError: no chat is open on the page.
        ParseError: it is no page.
        SourceError: it cannot be read.

    """
    data = source.read(member)
    sha256 = hashlib.sha256(data).hexdigest()
    text = decode_page(data, source.where(member))
    with naming(source.where(member)):
        page = read_chat_page(text)
    if not any(row.is_bubble for row in page.rows):
        raise NoChatError(
            f"{source.where(member)}: shows no messages of WhatsApp Web; open the chat, scroll up to the "
            "first message you want, and save the page again"
        )
    days = [_begins_day(row) for row in page.rows]
    lines = [Line(row.stamp, row.clock, begins_day=day) for row, day in zip(page.rows, days, strict=True)]
    times = find_times(lines, date_order, member.modified)
    people = People(page)
    writer = _Writer(PageFiles(source, member), sha256[:12], people)
    messages = [
        writer.message(row, moment, person)
        for row, moment, person, day in zip(page.rows, times.moments, people.of_rows, days, strict=True)
        if not day
    ]
    info = _info(source, member, format_name, sha256, len(data), times, len(messages))
    notes.add_source(info)
    if "<html" in text[:_START].lower() and "</html" not in text[-_START:].lower():
        notes.add("page-excerpt", "the page is cut off at its end; save it again", source=info.id)
    report(page, times, messages, info.id, notes, alone=source.kind == "file")
    moments = [message.timestamp for message in messages if message.timestamp is not None]
    return Conversation(
        id="",
        title=page.title,
        service=None,
        participants=people.participants(),
        started_at=min(moments, default=None),
        ended_at=max(moments, default=None),
        messages=tuple(messages),
        source=info.id,
    )


def _info(
    source: Source, member: Member, format_name: str, sha256: str, size: int, times: Times, count: int
) -> SourceInfo:
    return replace(
        source_info(source, member, format_name, sha256, size),
        platform="web",
        date_order=times.order.order,
        date_order_evidence=times.order.evidence,
        ambiguous=times.order.ambiguous,
        messages=count,
    )


def _begins_day(row: Row) -> bool:
    """Tell whether a row is the line above a day, or the one above unread messages."""
    if row.is_bubble or row.key or row.kind != "unsupported":
        return False
    if not row.text:
        return True
    short = len(row.text) <= _LONGEST_DAY and "\n" not in row.text
    return short and (read_date(row.text) is not None or notice_topic(row.text) is None)


class _Writer:
    """Makes messages of rows, one after the other."""

    def __init__(self, files: PageFiles, id_: str, people: People) -> None:
        self._files = files
        self._source = id_
        self._people = people
        self._said: defaultdict[str, list[tuple[str, str | None, str]]] = defaultdict(list)
        """Texts so far with their authors and keys, by how they begin."""
        self._count = 0

    def message(self, row: Row, moment: datetime | None, person: Person) -> Message:
        """Return the message that a row is."""
        self._count += 1
        key = row.key or f"row {self._count}"
        kind, flags = _kind(row, person)
        notice = kind == "notice" or (kind == "call" and person.outgoing is None)
        role: Role = "notice" if notice else "user" if person.outgoing else "other"
        message = Message(
            key,
            role,
            None if notice else person.name,
            moment,
            kind,
            row.text,
            attachments=tuple(self._files.attachments(row)),
            edited=row.edited,
            forwarded=row.forwarded,
            reply_to=None if row.quoted is None else self._answered(row.quoted),
            flags=flags,
            spans=(Span(self._source, row.line, 0, 0),),
        )
        if row.text:
            plain = _plain(row.text)
            self._said[plain[:_HEAD]].append((plain, person.name, key))
        return message

    def _answered(self, quoted: Quoted) -> str:
        """Return the key of the latest message that a quotation shows; a key of nothing where there is none.

        Long quotations are cut, and the name over them may be the word for oneself.
        """
        plain = _plain(quoted.text.rstrip().removesuffix("…").removesuffix("..."))
        name = clean_name(quoted.author)
        known = name if name in self._people.names else None
        said = [
            one
            for one in reversed(self._said.get(plain[:_HEAD], [])[-_CANDIDATES:])
            if one[0].startswith(plain) and known in (None, one[1])
        ]
        whole = (key for text, _, key in said if text == plain)
        return next(whole, said[0][2] if said else f"quoted: {plain[:_HEAD]}")


def _plain(text: str) -> str:
    return _MARKS.sub("", text)


def _kind(row: Row, person: Person) -> tuple[Kind, tuple[str, ...]]:
    """Return kind and flags of a row."""
    if row.kind == "deleted":
        return "deleted", (*row.flags, "deleted-by-you") if person.outgoing else row.flags
    if "view-once" in row.flags:
        return "unsupported", row.flags
    if row.kind in ("text", "unsupported") and not row.is_bubble:
        return "notice", row.flags if notice_topic(row.text) else (*row.flags, "unknown-notice")
    return "unsupported" if row.kind == "text" and not row.text else row.kind, row.flags
