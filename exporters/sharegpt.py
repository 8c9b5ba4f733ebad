"""ShareGPT: a list of conversations between ``human`` and ``gpt``, for training language models.

Where it goes:
    FastChat, LLaMA-Factory, Axolotl, Hugging Face ``datasets``, and viewers of training data.

Layout:
    A JSON list in UTF-8, a conversation on each line: ``id``, ``title``, ``created``, ``conversations`` with
    ``from`` and ``value`` of each turn, and the true origin as ``source``, ``assistant`` and ``generator``.
    ``human`` and ``gpt`` take turns, ``human`` first and ``gpt`` last, as trainers demand; what one side
    writes without a break is one turn. There is no ``system`` turn: WhatsApp has none.

What survives:
    The texts as Markdown in their order, titles, ids, the time each conversation began.

What is lost:
    Times of messages, and files; the format has no room for them. An answer before the first question, a
    question after the last answer, and conversations without an assistant are left out, which a finding
    counts. Notices are left out unless asked for with ``--notices``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import msgspec
from msgspec import Struct

from wamigrate.alternation import Alternator, Turn, alternate
from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.conversations_json import looks_like, read_rows
from wamigrate.derived import UniqueIds
from wamigrate.errors import ParseError
from wamigrate.formats import Exporter, Layout
from wamigrate.json_values import Json, as_key, as_list, as_object, is_text
from wamigrate.model import Conversation, Message
from wamigrate.notes import Notes
from wamigrate.origin import PLATFORM, generator_words
from wamigrate.reader_rules import Rules
from wamigrate.source import Source
from wamigrate.target import Target
from wamigrate.turns import conversation_title, first_of_role

_SPEAKERS: Final = {"user": "human", "assistant": "gpt"}
_encode: Final = msgspec.json.Encoder().encode


class _Turn(Struct, frozen=True, rename={"speaker": "from"}):
    speaker: str
    value: str


class _Row(Struct, frozen=True):
    """A conversation; every value is a text, so that tables can hold it."""

    id: str
    title: str
    created: str
    conversations: tuple[_Turn, ...]
    source: str
    assistant: str
    generator: str


@dataclass(frozen=True)
class ShareGPT:
    """Writes a list of conversations."""

    name: str = field(default="sharegpt", init=False)
    title: str = field(default="ShareGPT", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".sharegpt.json", init=False)
    notices: bool = field(default=False, init=False)
    text_only: bool = field(default=True, init=False)

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write the conversations that have a question and an answer."""
        ids = UniqueIds()
        between = b"[\n"
        with target.writing() as stream:
            for conversation, turns in Alternator(notes).each(conversations):
                stream.write(between + _encode(_row(ids.claim(conversation.id), conversation, turns)))
                between = b",\n"
            stream.write(b"]\n")

    def left_out(self, conversation: Conversation) -> Iterator[tuple[Message, str]]:
        """Yield the messages that stand before the first question or after the last answer."""
        return iter(alternate(conversation).left_out)

    def recognises(self, source: Source) -> bool:
        """Look for turns at the beginning of the file."""
        return source.kind == "file" and looks_like(source, "conversations", "from", "value")

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield the rules of trainers that the file breaks."""
        rules = Rules(self.name)
        seen: set[str | None] = set()
        try:
            for where, row in read_rows(source):
                for rule in _broken(row, seen):
                    yield rules.broken(rule, where)
                seen.add(as_key(row.get("id")))
        except ParseError:
            yield rules.broken("list", source.name)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations, without times."""
        for _, row in read_rows(source):
            turns = [as_object(turn) for turn in as_list(row.get("conversations"))]
            yield Archived(row.get("title"), tuple(map(_archived, turns)))


def _row(id_: str, conversation: Conversation, turns: Iterable[Turn]) -> _Row:
    assistant = first_of_role(conversation, "assistant")
    return _Row(
        id_,
        conversation_title(conversation),
        "" if conversation.started_at is None else conversation.started_at.isoformat(),
        tuple(_Turn(_SPEAKERS[turn.role], turn.text) for turn in turns),
        PLATFORM,
        "" if assistant is None else assistant.name,
        generator_words(),
    )


def _broken(row: Json, seen: set[str | None]) -> Iterator[str]:
    """Yield the rules that a conversation breaks; ``seen`` has the ids of those before it."""
    if not is_text(row.get("id")) or row["id"] in seen:
        yield "id"
    turns = [as_object(turn) for turn in as_list(row.get("conversations"))]
    if not turns or not all(
        isinstance(turn.get("from"), str) and is_text(turn.get("value")) for turn in turns
    ):
        yield "turn"
        return
    speakers = [turn["from"] for turn in turns]
    if any(speaker not in ("human", "gpt") for speaker in speakers):
        yield "role"
    elif speakers[0] != "human" or any(one == following for one, following in pairwise(speakers)):
        yield "turns"
    if speakers[-1] != "gpt":
        yield "last"


def _archived(turn: Json) -> ArchivedMessage:
    answer = turn.get("from") == "gpt"
    return ArchivedMessage("assistant" if answer else "user", str(turn.get("value", "")), timed=False)


exporter: Final[Exporter] = ShareGPT()
