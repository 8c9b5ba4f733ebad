"""Reading files for LibreChat back, as its importer does.

``api/server/utils/import/importers.js`` tells formats apart by their keys; ``fork.js`` hangs each message
on its parent, which must stand before it, and dates what has no time with the moment of the import.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final

from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.epoch import as_utc
from wamigrate.loose import Object, as_object, as_text, begins_with, files_named, objects, read_json
from wamigrate.reader_rules import Rules
from wamigrate.source import Member, Source

NO_PARENT: Final = "00000000-0000-0000-0000-000000000000"
"""What the first message names as the one before it."""
_LIMIT: Final = 262_144_000
"""Bytes that LibreChat takes unless it is set up otherwise."""
_rules: Final = Rules("librechat")


def recognises(source: Source) -> bool:
    """Tell files that hold a conversation each."""
    return begins_with(source, b"{", "conversationId", "messages", "messageId")


def check(source: Source) -> Iterator[Finding]:
    """Yield every rule that a file breaks."""
    for member in files_named(source, ".json"):
        if member.size > _LIMIT:
            yield _rules.broken("size", member.name)
        for rule, place in _broken(read_json(source, member)):
            yield _rules.broken(rule, f"{member.name}{place}")


def contents(source: Source) -> Iterator[Archived]:
    """Yield the conversations in the order in which they were written, where files tell it."""
    for member in sorted(files_named(source, ".json"), key=partial(_number, source)):
        file = as_object(read_json(source, member))
        messages = tuple(map(_message, _shown(objects(file.get("messages")))))
        yield Archived(as_text(file.get("title")), messages)


def _number(source: Source, member: Member) -> tuple[int, str]:
    """Return what files are sorted by: their number, then their name."""
    about = as_object(as_object(read_json(source, member)).get("wamigrate"))
    number = about.get("number")
    return (number if isinstance(number, int) else 0), member.name


def _message(line: Object) -> ArchivedMessage:
    return ArchivedMessage(
        "user" if line.get("isCreatedByUser") is True else "assistant",
        as_text(line.get("text")),
        _time(line.get("createdAt")),
        as_text(line.get("messageId")) or None,
    )


def _shown(lines: Iterator[dict[str, object]]) -> list[dict[str, object]]:
    """Return the messages that hang on the first one, each below the one before it."""
    found: list[dict[str, object]] = []
    parent = NO_PARENT
    for line in lines:
        if line.get("parentMessageId") == parent:
            found.append(line)
            parent = as_text(line.get("messageId"))
    return found


def _time(value: object) -> datetime | None:
    with suppress(ValueError, OverflowError):
        return as_utc(datetime.fromisoformat(as_text(value)))
    return None


def _broken(value: object) -> Iterator[tuple[str, str]]:
    """Yield the rules that a file breaks, each with the place inside it."""
    file = as_object(value)
    if not file:
        yield "object", ""
        return
    if not as_text(file.get("conversationId")) or "history" in file or file.get("recursive"):
        yield "native", ""
    if not as_text(file.get("title")).strip():
        yield "title", ".title"
    lines = list(objects(file.get("messages")))
    if not lines:
        yield "messages", ".messages"
    seen = {""}
    parent = NO_PARENT
    for index, line in enumerate(lines):
        id_ = as_text(line.get("messageId"))
        for rule in _broken_line(line, parent, seen):
            yield rule, f".messages[{index}]"
        seen.add(id_)
        parent = id_


def _broken_line(line: Object, parent: str, seen: set[str]) -> Iterator[str]:
    if as_text(line.get("messageId")) in seen:
        yield "message-id"
    if line.get("parentMessageId") != parent:
        yield "parent"
    if not as_text(line.get("text")).strip():
        yield "text"
    if not isinstance(line.get("isCreatedByUser"), bool):
        yield "side"
    if not as_text(line.get("sender")).strip():
        yield "sender"
    if _time(line.get("createdAt")) is None:
        yield "time"
