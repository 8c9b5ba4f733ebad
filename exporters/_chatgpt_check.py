"""Reading a ChatGPT archive back, and the rules that its readers demand of it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.conversations_json import NAME, check_place, looks_like, read_rows
from wamigrate.epoch import from_seconds
from wamigrate.errors import ParseError
from wamigrate.json_values import Json, as_key, as_list, as_object, is_list, is_number, is_text
from wamigrate.reader_rules import Rules
from wamigrate.source import Source

_FILE_ID: Final = 24 + len("file-")
"""Shortest id of a file."""


def recognises(source: Source) -> bool:
    """Tell whether a source is a ChatGPT archive, from the beginning of ``conversations.json``."""
    return looks_like(source, "mapping", "create_time")


def contents(source: Source) -> Iterator[Archived]:
    """Yield the conversations, each along the path from its root to its current node."""
    for _, row in read_rows(source):
        mapping = as_object(row.get("mapping"))
        messages = [
            _archived(node) for node in _path(mapping, row.get("current_node")) if node.get("message")
        ]
        yield Archived(row.get("title"), tuple(messages))


def check(source: Source) -> Iterator[Finding]:
    """Yield what breaks a rule of :mod:`wamigrate.reader_rules`."""
    rules = Rules("chatgpt")
    yield from check_place(source, rules)
    names = frozenset(member.name for member in source.members) if source.kind != "file" else None
    seen: set[str | None] = set()
    try:
        for where, row in read_rows(source):
            checker = _Checker(rules, where, names)
            yield from checker.conversation(row)
            key = as_key(row.get("id"))
            if key is not None and key in seen:
                yield rules.broken("unique-conversation", where)
            seen.add(key)
    except ParseError:
        yield rules.broken("list", NAME)


class _Checker:
    """Checks one conversation."""

    def __init__(self, rules: Rules, where: str, names: frozenset[str] | None) -> None:
        self._rules = rules
        self._where = where
        self._names = names
        self._ids = frozenset("-".join(name.split("-", 2)[:2]) for name in names or ())

    def conversation(self, row: Json) -> Iterator[Finding]:
        """Yield the rules that a conversation breaks."""
        yield from self._fields(row)
        mapping = as_object(row.get("mapping"))
        nodes = [as_object(node) for node in mapping.values()]
        messages = [node for node in nodes if node.get("message") is not None]
        if not messages:
            yield self._broken("mapping")
            return
        if row.get("current_node") != messages[-1].get("id"):
            yield self._broken("current-node")
        yield from self._tree(mapping, nodes)
        for node in messages:
            yield from self._message(as_object(node["message"]), node.get("id"))

    def _broken(self, rule: str, node: object = None) -> Finding:
        return self._rules.broken(rule, self._where if node is None else f"{self._where}.mapping[{node}]")

    def _fields(self, row: Json) -> Iterator[Finding]:
        create: object = row.get("create_time")
        update: object = row.get("update_time")
        id_ = row.get("id")
        rules = {
            "id": is_text(id_),
            "conversation-id": is_text(id_) and row.get("conversation_id") == id_,
            "title": is_text(row.get("title")),
            "create-time": is_number(create) and bool(create),
            "update-time": is_number(update) and update >= (create if is_number(create) else update),
        }
        for rule, holds in rules.items():
            if not holds:
                yield self._broken(rule)

    def _tree(self, mapping: Json, nodes: list[Json]) -> Iterator[Finding]:
        """Check that the nodes are one chain, in the order of their keys."""
        roots = [node for node in nodes if node.get("parent") is None]
        if len(roots) != 1 or roots[0].get("message") is not None:
            yield self._broken("root")
        for key, node in mapping.items():
            if as_object(node).get("id") != key or not is_list(as_object(node).get("children")):
                yield self._broken("node", key)
        chain = [node.get("id") for node in _path(mapping, nodes[-1].get("id"))]
        if chain != list(mapping):
            yield self._broken("key-order")
        for before, node in pairwise(nodes):
            if node.get("parent") != before.get("id"):
                yield self._broken("parent", node.get("id"))
            if before.get("children") != [node.get("id")]:
                yield self._broken("children", before.get("id"))

    def _message(self, message: Json, key: object) -> Iterator[Finding]:
        metadata = message.get("metadata")
        role = as_object(message.get("author")).get("role")
        time = message.get("create_time")
        rules = {
            "message-id": message.get("id") == key,
            "role": role in ("user", "assistant"),
            "metadata-object": isinstance(metadata, dict),
            "model-slug": role != "assistant" or is_text(as_object(metadata).get("model_slug")),
            "message-time": time is None or is_number(time),
        }
        for rule, holds in rules.items():
            if not holds:
                yield self._broken(rule, key)
        yield from self._content(as_object(message.get("content")), key)
        for file in _files(message):
            yield from self._file(as_object(file).get("id"), key)

    def _content(self, content: Json, key: object) -> Iterator[Finding]:
        parts = content.get("parts")
        if content.get("content_type") not in ("text", "multimodal_text") or not is_list(parts):
            yield self._broken("content", key)
            return
        listed = as_list(parts)
        texts = [part for part in listed if isinstance(part, str)]
        pointers = [as_object(part) for part in listed if not isinstance(part, str)]
        if len(texts) > 1:
            yield self._broken("one-part", key)
        if not pointers and not any(text.strip() for text in texts):
            yield self._broken("text", key)
        if pointers and isinstance(listed[0], str):
            yield self._broken("pointer-first", key)
        for pointer in pointers:
            address = pointer.get("asset_pointer")
            yield from self._file(str(address).partition("://")[2], key)

    def _file(self, id_: object, key: object) -> Iterator[Finding]:
        if not isinstance(id_, str) or not id_.startswith("file-") or len(id_) < _FILE_ID:
            yield self._broken("file-id", key)
        elif self._names is not None and id_ not in self._ids:
            yield self._broken("file", key)


def _path(mapping: Json, last: object) -> list[Json]:
    """Return the nodes from the root to ``last``; a circle ends where it closes."""
    found: list[Json] = []
    seen: set[str | None] = set()
    key = last
    while isinstance(key, str) and key in mapping and key not in seen:
        seen.add(key)
        node = as_object(mapping[key])
        found.append(node)
        key = node.get("parent")
    return found[::-1]


def _archived(node: Json) -> ArchivedMessage:
    message = as_object(node.get("message"))
    parts = as_list(as_object(message.get("content")).get("parts"))
    time: object = message.get("create_time")
    role = as_object(message.get("author")).get("role")
    return ArchivedMessage(
        role if role in ("user", "assistant") else "other",
        "\n".join(part for part in parts if isinstance(part, str)),
        from_seconds(time) if is_number(time) else None,
        message.get("id"),
        tuple(str(as_object(file).get("name")) for file in _files(message)),
    )


def _files(message: Json) -> list[object]:
    return as_list(as_object(message.get("metadata")).get("attachments"))
