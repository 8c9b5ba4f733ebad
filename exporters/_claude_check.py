"""Reading a Claude archive back, and the rules that its readers demand of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec

from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.conversations_json import NAME, check_place, looks_like, read_rows
from wamigrate.errors import ParseError, SourceError
from wamigrate.json_values import Json, as_key, as_list, as_object, is_list, is_text
from wamigrate.reader_rules import Rules
from wamigrate.source import Source

FIRST_PARENT: Final = "00000000-0000-4000-8000-000000000000"
"""What stands in Anthropic's exports as the parent of a first message."""


def recognises(source: Source) -> bool:
    """Tell whether a source is a Claude archive, from the beginning of ``conversations.json``."""
    return looks_like(source, "chat_messages", "uuid")


def contents(source: Source) -> Iterator[Archived]:
    """Yield the conversations, their messages in the order of the list."""
    for _, row in read_rows(source):
        messages = (_archived(as_object(message)) for message in as_list(row.get("chat_messages")))
        yield Archived(row.get("name"), tuple(messages))


def check(source: Source) -> Iterator[Finding]:
    """Yield what breaks a rule of :mod:`wamigrate.reader_rules`."""
    rules = Rules("claude")
    yield from check_place(source, rules)
    for name, rule in (("users.json", "users"), ("projects.json", "projects")):
        if source.kind != "file" and not _is_list_file(source, name):
            yield rules.broken(rule, name)
    seen: set[object] = set()
    try:
        for where, row in read_rows(source):
            if not is_text(row.get("uuid")) or row.get("uuid") in seen:
                yield rules.broken("uuid", where)
            seen.add(as_key(row.get("uuid")))
            yield from _conversation(rules, where, row)
    except ParseError:
        yield rules.broken("list", NAME)


def _conversation(rules: Rules, where: str, row: Json) -> Iterator[Finding]:
    created, updated = _moment(row.get("created_at")), _moment(row.get("updated_at"))
    messages = [as_object(message) for message in as_list(row.get("chat_messages"))]
    holding = {
        "name": is_text(row.get("name")),
        "created-at": created is not None,
        "updated-at": updated is not None and (created is None or updated >= created),
        "account": is_text(as_object(row.get("account")).get("uuid")),
        "messages": bool(messages),
    }
    for rule, holds in holding.items():
        if not holds:
            yield rules.broken(rule, where)
    parent: object = FIRST_PARENT
    seen: set[object] = set()
    for index, message in enumerate(messages):
        place = f"{where}.chat_messages[{index}]"
        uuid = message.get("uuid")
        if not is_text(uuid) or uuid in seen:
            yield rules.broken("message-uuid", place)
        if message.get("parent_message_uuid") != parent:
            yield rules.broken("parent", place)
        yield from _message(rules, place, message)
        seen.add(as_key(uuid))
        parent = uuid


def _message(rules: Rules, where: str, message: Json) -> Iterator[Finding]:
    blocks = [as_object(block) for block in as_list(message.get("content"))]
    time = message.get("created_at")
    lists = (message.get("attachments"), message.get("files"))
    named = (as_object(file).get("file_name") for listed in lists for file in as_list(listed))
    holding = {
        "text": is_text(message.get("text")),
        "content": [(block.get("type"), block.get("text")) for block in blocks]
        == [("text", message.get("text"))],
        "sender": message.get("sender") in ("human", "assistant"),
        "message-time": time is None or _moment(time) is not None,
        "lists": all(is_list(listed) for listed in lists) and all(is_text(name) for name in named),
    }
    for rule, holds in holding.items():
        if not holds:
            yield rules.broken(rule, where)


def _archived(message: Json) -> ArchivedMessage:
    files = (*as_list(message.get("attachments")), *as_list(message.get("files")))
    text: object = message.get("text")
    return ArchivedMessage(
        "assistant" if message.get("sender") == "assistant" else "user",
        text if isinstance(text, str) else "",
        _moment(message.get("created_at")),
        message.get("uuid"),
        tuple(str(as_object(file).get("file_name")) for file in files),
    )


def _moment(value: object) -> datetime | None:
    """Read a time; None where it is no moment in UTC."""
    if not isinstance(value, str) or not value.endswith("Z"):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        return None


def _is_list_file(source: Source, name: str) -> bool:
    try:
        return is_list(msgspec.json.decode(source.read(source.find(name))))
    except (SourceError, msgspec.MsgspecError, UnicodeDecodeError):
        return False
