"""Reading wamigrate's own JSON back, to verify it."""

import re
from collections.abc import Iterator
from typing import Final

from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.canon import loads
from wamigrate.errors import ParseError, SourceError
from wamigrate.model import SCHEMA, Archive, Message
from wamigrate.reader_rules import Rules
from wamigrate.source import Source

_START: Final = re.compile(rb'\s*\{\s*"schema"\s*:\s*"' + re.escape(SCHEMA.encode()) + rb'"')
"""With any white space: other programs write the same JSON with their own."""


def recognises(source: Source, *, lines: bool) -> bool:
    """Tell from the beginning whether a source is of a layout: a document, or lines."""
    if source.kind != "file":
        return False
    try:
        head = source.head(source.members[0]).removeprefix(b"\xef\xbb\xbf")
    except SourceError:
        return False
    first, _, rest = head.lstrip().partition(b"\n")
    whole = first.rstrip().endswith(b"}") and bool(rest.strip())
    return _START.match(head) is not None and whole == lines


def check(source: Source, exporter: str) -> Iterator[Finding]:
    """Yield what breaks a rule of :mod:`wamigrate.reader_rules`."""
    rules = Rules(exporter)
    try:
        archive = _archive(source)
    except ParseError:
        yield rules.broken("schema", source.name)
        return
    seen: set[str] = set()
    for index, conversation in enumerate(archive.conversations):
        where = f"conversations[{index}]"
        if not conversation.id or conversation.id in seen:
            yield rules.broken("conversation-id", where)
        seen.add(conversation.id)
        ids = [message.id for message in conversation.messages]
        if not all(ids) or len(set(ids)) < len(ids):
            yield rules.broken("message-id", where)


def contents(source: Source) -> Iterator[Archived]:
    """Yield the conversations."""
    for conversation in _archive(source).conversations:
        yield Archived(conversation.title, tuple(map(_archived, conversation.messages)))


def _archive(source: Source) -> Archive:
    return loads(source.read(source.members[0]), source.name)


def _archived(message: Message) -> ArchivedMessage:
    files = tuple(file.name for file in message.attachments if file.name)
    return ArchivedMessage(message.role, message.text, message.timestamp, message.id or None, files)
