"""OpenAI fine-tuning JSONL: a conversation on each line, for training language models.

Where it goes:
    OpenAI's fine-tuning, Hugging Face ``datasets`` and trainers that read ``messages``, such as TRL and
    Axolotl.

Layout:
    UTF-8, on each line ``{"messages":[{"role":"user","content":"…"},{"role":"assistant","content":"…"}]}``.
    User and assistant take turns, the user first and the assistant last, as chat templates demand; what one
    side writes without a break is one message. There is no system message: WhatsApp has none.

What survives:
    The texts as Markdown, in their order.

What is lost:
    Times, ids, titles and files; the format has no room for them. An answer before the first question, a
    question after the last answer, and conversations without an assistant are left out, which a finding
    counts. Notices are left out unless asked for with ``--notices``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import msgspec

from wamigrate.alternation import Alternator, alternate
from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.errors import ParseError, SourceError
from wamigrate.formats import Exporter, Layout
from wamigrate.json_values import Json, as_list, as_object
from wamigrate.model import Conversation, Message
from wamigrate.notes import Notes
from wamigrate.reader_rules import Rules
from wamigrate.source import Source
from wamigrate.target import Target

_LINE_ENDS: Final = {end.encode(): b"\\u%04x" % ord(end) for end in ("\N{NEXT LINE}", "\u2028", "\u2029")}
"""Characters that JSON need not escape and that some programs take for line ends, by their UTF-8."""
_ROLES: Final = ("user", "assistant")
_encode: Final = msgspec.json.Encoder().encode
_rows: Final = msgspec.json.Decoder()


@dataclass(frozen=True)
class OpenAIJsonl:
    """Writes a line for each conversation."""

    name: str = field(default="openai_jsonl", init=False)
    title: str = field(default="OpenAI fine-tuning JSONL", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".openai.jsonl", init=False)
    notices: bool = field(default=False, init=False)
    text_only: bool = field(default=True, init=False)

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write the conversations that have a question and an answer."""
        with target.writing() as stream:
            for _, turns in Alternator(notes).each(conversations):
                rows = [{"role": turn.role, "content": turn.text} for turn in turns]
                stream.write(_one_line(_encode({"messages": rows})))

    def left_out(self, conversation: Conversation) -> Iterator[tuple[Message, str]]:
        """Yield the messages that stand before the first question or after the last answer."""
        yield from alternate(conversation).left_out

    def recognises(self, source: Source) -> bool:
        """Look at the first line."""
        if source.kind != "file":
            return False
        try:
            return source.head(source.members[0]).startswith(b'{"messages":[{"role":')
        except SourceError:
            return False

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield the rules of trainers that the file breaks."""
        rules = Rules(self.name)
        for number, line in _lines(source):
            where = f"line {number}"
            if any(end in line for end in _LINE_ENDS):
                yield rules.broken("one-line", where)
            for rule in _broken(line):
                yield rules.broken(rule, where)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations, without titles and times."""
        for number, line in _lines(source):
            try:
                messages = as_list(as_object(_rows.decode(line)).get("messages"))
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise ParseError(f"{source.name}, line {number}: is no JSON ({error})") from error
            yield Archived(None, tuple(_archived(as_object(message)) for message in messages))


def _one_line(row: bytes) -> bytes:
    for end, escaped in _LINE_ENDS.items():
        row = row.replace(end, escaped)
    return row + b"\n"


def _lines(source: Source) -> Iterator[tuple[int, bytes]]:
    with source.reading(source.members[0]) as stream:
        for number, line in enumerate(stream, 1):
            yield number, line.rstrip(b"\n")


def _broken(line: bytes) -> Iterator[str]:
    """Yield the rules that a line breaks."""
    try:
        row = as_object(_rows.decode(line))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        yield "line"
        return
    messages = [as_object(message) for message in as_list(row.get("messages"))]
    if set(row) != {"messages"} or not messages:
        yield "line"
        return
    if any(set(message) != {"role", "content"} or not message["content"] for message in messages):
        yield "message"
    roles = [message.get("role") for message in messages]
    if any(role not in _ROLES for role in roles):
        yield "role"
    elif roles[0] != "user" or any(role == following for role, following in pairwise(roles)):
        yield "turns"
    if roles[-1] != "assistant":
        yield "last"


def _archived(message: Json) -> ArchivedMessage:
    answer = message.get("role") == "assistant"
    return ArchivedMessage("assistant" if answer else "user", str(message.get("content", "")), timed=False)


exporter: Final[Exporter] = OpenAIJsonl()
