"""LobeHub (LobeChat): its own data files, which it imports without doubling what is there already.

Where it goes:
    LobeHub with a database: *Settings, Data storage, Import*, one file after the other, in any order and as
    often as wanted: what was imported before is skipped.

Layout:
    JSON files ``lobehub-1.json``, ``lobehub-2.json``, … with at most 20,000 messages each, because LobeHub
    drops all messages of a file with more than 32,767 and reports success. A file holds rows of LobeHub's
    tables: an agent for each assistant, a topic for each conversation, messages. As LobeHub shows the first
    1,000 messages of a topic, a longer conversation becomes several topics of 900.

What survives:
    Every message in its order with role, text as Markdown and time; titles, the assistant's name. The true
    origin (WhatsApp, the assistant and its number, the file's hash), edits, replies and kinds of messages
    stand in ``metadata``. Times without a zone are taken for UTC; a message without a time gets that of the
    one before it. LobeHub sorts by time, so a time that is not later than the one before it is moved by a
    millisecond.

What is lost:
    Media files: a line such as ``📎 IMG-1.jpg`` stands for each. Other people in a group become the user,
    with their names in the text. NUL characters, which PostgreSQL cannot store, become U+FFFD. Notices are
    left out unless asked for with ``--notices``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from wamigrate.archived import Archived, Finding
from wamigrate.derived import UniqueIds, derive_id
from wamigrate.formats import Exporter, Layout
from wamigrate.labels import assistant_label, tags
from wamigrate.model import Conversation, Message
from wamigrate.notes import Notes
from wamigrate.origin import PLATFORM, Origin, detail, origin
from wamigrate.rising import Calendar, iso_milliseconds
from wamigrate.source import Source
from wamigrate.target import Target
from wamigrate.turns import Turns, conversation_title, first_of_role

from . import _lobehub_check
from ._lobehub_records import (
    About,
    Agent,
    AgentToSession,
    Line,
    MessageMetadata,
    Metadata,
    Session,
    Topic,
    TopicMetadata,
)

_FILE: Final = 20_000
"""Messages of a file; half of what LobeHub takes is fast enough, and leaves room."""
_TOPIC: Final = 900
"""Messages of a topic; some more can be added to it and are shown."""
_HEAD: Final = b'{"mode":"postgres","schemaHash":"wamigrate","data":{'
_ESCAPED_NUL: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_NUL: Final = "\0"
_AS_TITLE: Final = 255
"""Characters of an agent's title."""
_encode: Final = msgspec.json.Encoder().encode


class _Drawer(NamedTuple):
    """An agent and its session."""

    agent: Agent
    session: Session


class _Row(NamedTuple):
    """An encoded message, with what it belongs to."""

    drawer: _Drawer
    topic: Topic
    line: bytes


@dataclass(frozen=True)
class LobeHubFiles:
    """Writes data files for LobeHub."""

    name: str = field(default="lobehub", init=False)
    title: str = field(default="LobeHub data", init=False)
    layout: Layout = field(default="folder", init=False)
    suffix: str = field(default="", init=False)
    notices: bool = field(default=False, init=False)
    text_only: bool = field(default=True, init=False)

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write as many files as there must be; no more than one is held at a time."""
        calendar = Calendar(notes)
        rows = _rows(conversations, calendar, notes)
        number = 0
        while part := list(islice(rows, _FILE)):
            number += 1
            with target.writing(f"lobehub-{number}.json") as stream:
                stream.writelines(_file(part))
        calendar.report()

    def recognises(self, source: Source) -> bool:
        """Look for the keys of a data file."""
        return _lobehub_check.recognises(source)

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield every rule of LobeHub that a file breaks."""
        return _lobehub_check.check(source)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations, their topics put together."""
        return _lobehub_check.contents(source)


def _file(rows: Sequence[_Row]) -> Iterator[bytes]:
    drawers = {row.drawer.agent.id: row.drawer for row in rows}.values()
    tables: dict[str, Iterable[Struct]] = {
        "agents": [drawer.agent for drawer in drawers],
        "sessions": [drawer.session for drawer in drawers],
        "topics": {row.topic.id: row.topic for row in rows}.values(),
        "agentsToSessions": [AgentToSession(drawer.agent.id, drawer.session.id) for drawer in drawers],
    }
    yield _HEAD
    for name, records in tables.items():
        yield b'\n"%b":[\n%b],' % (name.encode(), b",\n".join(map(_storable, records)))
    yield b'\n"messages":[\n'
    for index, row in enumerate(rows):
        yield b",\n" + row.line if index else row.line
    yield b"]}}\n"


def _rows(conversations: Iterable[Conversation], calendar: Calendar, notes: Notes) -> Iterator[_Row]:
    claim_topic, claim_message = UniqueIds().claim, UniqueIds().claim
    drawers: dict[tuple[str, str | None], _Drawer] = {}
    for conversation in conversations:
        key = (assistant_label(conversation), conversation.service)
        drawer = drawers.get(key) or drawers.setdefault(key, _drawer(conversation, *key))
        kept = calendar.moments(conversation)
        times = calendar.in_order(kept)
        where_from = origin(conversation, notes)
        id_ = claim_topic(conversation.id)
        ids = [claim_message(message.id) for message in conversation.messages]
        topics = list(_topics(conversation, id_, times, where_from, drawer.session.id))
        turns = Turns(conversation)
        for index, message in enumerate(conversation.messages):
            topic = topics[index // _TOPIC]
            moved = times[index] != kept[index]
            yield _Row(drawer, topic, _line(message, turns, ids[index], times[index], (drawer, topic), moved))


def _topics(
    conversation: Conversation, id_: str, times: Sequence[int], where_from: Origin, session: str
) -> Iterator[Topic]:
    title = conversation_title(conversation)
    for part, start in enumerate(range(0, len(times), _TOPIC), 1):
        own = id_ if part == 1 else derive_id("topic", id_, str(part))
        yield Topic(
            own,
            own,
            title if part == 1 else f"{title} ({part})",
            session,
            iso_milliseconds(times[start]),
            iso_milliseconds(times[start : start + _TOPIC][-1]),
            TopicMetadata(About(id_, part, title, where_from)),
        )


def _line(
    message: Message, turns: Turns, id_: str, time: int, place: tuple[_Drawer, Topic], moved: bool
) -> bytes:
    drawer, topic = place
    moment = iso_milliseconds(time)
    true_time = message.timestamp.isoformat() if moved and message.timestamp else None
    text = turns.text(message)
    nuls = tuple(index for index, sign in enumerate(text) if sign == _NUL) if _NUL in text else ()
    about = MessageMetadata(true_time, nuls, detail(message))
    return _storable(
        Line(
            id_,
            id_,
            turns.role(message),
            text,
            drawer.session.id,
            topic.id,
            drawer.agent.id,
            moment,
            moment,
            None if about == MessageMetadata() else Metadata(about),
        )
    )


def _drawer(conversation: Conversation, name: str, service: str | None) -> _Drawer:
    person = first_of_role(conversation, "assistant")
    number = f", {person.phone}" if person and person.phone else ""
    slug = f"{PLATFORM.lower()}-{service or 'assistant'}"[:80]
    agent = derive_id("agent", name, service or "")
    session = derive_id("session", name, service or "")
    words = f"Conversations with {name} on {PLATFORM}{number}"
    return _Drawer(
        Agent(agent, agent, slug, name[:_AS_TITLE], words[:1000], tags(conversation)),
        Session(session, session, slug, name[:_AS_TITLE]),
    )


def _storable(record: Struct) -> bytes:
    """Encode a row; PostgreSQL refuses NUL in texts, and with it all rows of the file."""
    line = _encode(record)
    return _ESCAPED_NUL.sub(rb"\1\\ufffd", line) if b"\\u0000" in line else line


exporter: Final[Exporter] = LobeHubFiles()
