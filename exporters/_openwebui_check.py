"""Reading chats of Open WebUI back, as its importer and its page do.

The importer takes a list of forms (``ChatImportForm`` in its models), the page walks from ``currentId``
up to the root; what that way does not touch is not shown.
"""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from typing import Final

from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.epoch import from_seconds
from wamigrate.loose import (
    Object,
    as_list,
    as_object,
    as_text,
    begins_with,
    has_bom,
    is_whole,
    objects,
    read_rows,
)
from wamigrate.reader_rules import Rules
from wamigrate.source import Source

_rules: Final = Rules("openwebui")
_LATEST: Final = 253_402_300_799
"""The last second of the year 9999; milliseconds of today are beyond it."""
_COMMA: Final = ";base64,"


def recognises(source: Source) -> bool:
    """Tell a list whose first element has a chat with a history."""
    return source.kind == "file" and begins_with(source, b"[", "chat", "history", "currentId")


def check(source: Source) -> Iterator[Finding]:
    """Yield every rule that the file breaks."""
    member = source.members[0]
    if has_bom(source, member):
        yield _rules.broken("list", source.name)
    for where, form in read_rows(source, member):
        for rule, place in _broken(as_object(form)):
            yield _rules.broken(rule, f"{where}{place}")


def contents(source: Source) -> Iterator[Archived]:
    """Yield the conversations as the page shows them."""
    for _, form in read_rows(source, source.members[0]):
        chat = as_object(as_object(form).get("chat"))
        entries = _shown(as_object(chat.get("history")))
        yield Archived(as_text(chat.get("title")), tuple(_message(entry) for _, entry in entries))


def _message(entry: Object) -> ArchivedMessage:
    time = entry.get("timestamp")
    return ArchivedMessage(
        "assistant" if entry.get("role") == "assistant" else "user",
        as_text(entry.get("content")),
        from_seconds(time) if isinstance(time, int) and abs(time) <= _LATEST else None,
        as_text(entry.get("id")) or None,
        tuple(as_text(file.get("name")) for file in objects(entry.get("files"))),
    )


def _shown(history: Object) -> list[tuple[str, dict[str, object]]]:
    """Return the messages on the way from the current one up to the root, the root first."""
    messages = as_object(history.get("messages"))
    found: dict[str, dict[str, object]] = {}
    key = history.get("currentId")
    while isinstance(key, str) and key in messages and key not in found:
        found[key] = as_object(messages[key])
        key = found[key].get("parentId")
    return [*reversed(found.items())]


def _broken(form: Object) -> Iterator[tuple[str, str]]:
    """Yield the rules that a form breaks, each with the place inside it."""
    chat = as_object(form.get("chat"))
    if not as_text(chat.get("title")).strip():
        yield "title", ".chat.title"
    for key in ("created_at", "updated_at"):
        if not _is_time(form.get(key)):
            yield "form-time", f".{key}"
    labels = as_list(as_object(form.get("meta")).get("tags"))
    if not labels or not all(isinstance(label, str) and label for label in labels):
        yield "tags", ".meta.tags"
    history = as_object(chat.get("history"))
    messages = as_object(history.get("messages"))
    if not messages:
        yield "messages", ".chat.history.messages"
    elif len(_shown(history)) != len(messages):
        yield "reachable", ".chat.history"
    for key, value in messages.items():
        for rule in _broken_entry(key, as_object(value), messages):
            yield rule, f".chat.history.messages[{key}]"


def _broken_entry(key: str, entry: Object, messages: Object) -> Iterator[str]:
    if entry.get("id") != key:
        yield "message-id"
    if not _is_tied(key, entry, messages):
        yield "tree"
    if entry.get("role") not in ("user", "assistant"):
        yield "role"
    files = as_list(entry.get("files"))
    text = entry.get("content")
    if not isinstance(text, str) or not (text.strip() or files):
        yield "content"
    if not _is_time(entry.get("timestamp")):
        yield "message-time"
    if entry.get("role") == "assistant":
        if entry.get("done") is not True:
            yield "done"
        if not as_text(entry.get("model")):
            yield "model"
    if not all(map(_is_picture, objects(files))):
        yield "picture"


def _is_tied(key: str, entry: Object, messages: Object) -> bool:
    """Tell whether parent and children know each other."""
    parent = entry.get("parentId")
    if parent is not None:
        siblings = as_list(as_object(messages.get(as_text(parent))).get("childrenIds"))
        if key not in siblings:
            return False
    children: object = entry.get("childrenIds")
    return isinstance(children, list) and all(
        as_object(messages.get(as_text(child))).get("parentId") == key
        for child in as_list(entry.get("childrenIds"))
    )


def _is_time(value: object) -> bool:
    """Tell whole seconds, or nothing."""
    return value is None or (is_whole(value) and abs(int(str(value))) <= _LATEST)


def _is_picture(file: Object) -> bool:
    head, comma, data = as_text(file.get("url")).partition(_COMMA)
    if file.get("type") != "image" or not comma or not head.startswith("data:image/"):
        return False
    try:
        return bool(b64decode(data, validate=True))
    except binascii.Error:
        return False
