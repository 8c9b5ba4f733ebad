"""Reading data files for LobeHub back, as its importer and its pages do.

The importer (``packages/database/src/repositories/dataImporter``) works in one transaction: a row that the
database refuses costs all rows of its table and of those after it, and the page reports success.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final, Literal

from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.epoch import as_utc
from wamigrate.json_values import as_key
from wamigrate.loose import Object, as_list, as_object, as_text, begins_with, files_named, objects, read_json
from wamigrate.reader_rules import Rules
from wamigrate.source import Source

_ROWS: Final = 32_767
"""Values that a query may have; LobeHub asks for all ids of a table in one."""
_SHOWN: Final = 1000
"""Messages of a topic that a page loads."""
_TITLE: Final = 255
_DESCRIPTION: Final = 1000
_TABLES: Final = ("agents", "sessions", "topics", "messages")
_rules: Final = Rules("lobehub")


def recognises(source: Source) -> bool:
    """Tell files with the keys of a data file."""
    return begins_with(source, b"{", "schemaHash", "data", "agents")


def check(source: Source) -> Iterator[Finding]:
    """Yield every rule that a file breaks."""
    seen: set[str] = set()
    sizes: Counter[str] = Counter()
    for member in files_named(source, ".json"):
        value = as_object(read_json(source, member))
        if value.get("mode") not in ("pglite", "postgres") or not as_text(value.get("schemaHash")):
            yield _rules.broken("object", member.name)
        data = as_object(value.get("data"))
        for rule, place in (*_broken_tables(data), *_broken_messages(data, seen)):
            yield _rules.broken(rule, f"{member.name}{place}")
        sizes.update(as_text(line.get("topicId")) for line in objects(data.get("messages")))
    for topic, size in sizes.items():
        if size > _SHOWN:
            yield _rules.broken("topic-size", f"topics[{topic}]")


def contents(source: Source) -> Iterator[Archived]:
    """Yield the conversations, their topics put together, with messages in the order of their times."""
    found: dict[str, tuple[str, list[tuple[str, ArchivedMessage]]]] = {}
    for member in files_named(source, ".json"):
        data = as_object(as_object(read_json(source, member)).get("data"))
        topics = {as_text(topic.get("id")): _about(topic) for topic in objects(data.get("topics"))}
        for line in objects(data.get("messages")):
            key, title = topics.get(as_text(line.get("topicId")), ("", ""))
            lines = found.setdefault(key, (title, []))[1]
            lines.append((as_text(line.get("createdAt")), _message(line)))
    for title, lines in found.values():
        lines.sort(key=lambda line: line[0])
        yield Archived(title, tuple(message for _, message in lines))


def _about(topic: Object) -> tuple[str, str]:
    """Return the conversation that a topic belongs to, and its title."""
    about = as_object(as_object(topic.get("metadata")).get("wamigrate"))
    key = as_text(about.get("conversation")) or as_text(topic.get("id"))
    return key, as_text(about.get("title")) or as_text(topic.get("title"))


def _message(line: Object) -> ArchivedMessage:
    about = as_object(as_object(line.get("metadata")).get("wamigrate"))
    time = _time(about.get("time")) or _time(line.get("createdAt"))
    text = list(as_text(line.get("content")))
    for place in as_list(about.get("nuls")):
        if isinstance(place, int) and 0 <= place < len(text):
            text[place] = "\0"
    role: Literal["assistant", "user"] = "assistant" if line.get("role") == "assistant" else "user"
    return ArchivedMessage(role, "".join(text), time, as_text(line.get("id")) or None)


def _time(value: object) -> datetime | None:
    with suppress(ValueError, OverflowError):
        return as_utc(datetime.fromisoformat(as_text(value)))
    return None


def _broken_tables(data: Object) -> Iterator[tuple[str, str]]:
    for table in _TABLES:
        rows = list(objects(data.get(table)))
        if not rows:
            yield "tables", f".data.{table}"
        if len(rows) > _ROWS:
            yield "rows", f".data.{table}"
        if not all(as_text(row.get("id")) and row.get("clientId") == row.get("id") for row in rows):
            yield "client-id", f".data.{table}"
    for index, row in enumerate((*objects(data.get("agents")), *objects(data.get("sessions")))):
        slug, title = as_text(row.get("slug")), as_text(row.get("title"))
        if (
            not slug
            or not title
            or len(title) > _TITLE
            or len(as_text(row.get("description"))) > _DESCRIPTION
        ):
            yield "agent", f".data.agents or sessions[{index}]"
    yield from _broken_links(data)


def _broken_links(data: Object) -> Iterator[tuple[str, str]]:
    """Yield rows that point to a row which the same file does not hold."""
    ids = {table: {as_text(row.get("id")) for row in objects(data.get(table))} for table in _TABLES}
    for index, row in enumerate(objects(data.get("agentsToSessions"))):
        if not _points_to(row, ids, "agent", "session"):
            yield "link", f".data.agentsToSessions[{index}]"
    for index, row in enumerate(objects(data.get("topics"))):
        if not _points_to(row, ids, "session") or not as_text(row.get("title")):
            yield "link", f".data.topics[{index}]"
    for index, row in enumerate(objects(data.get("messages"))):
        if not _points_to(row, ids, "session", "topic", "agent"):
            yield "link", f".data.messages[{index}]"


def _points_to(row: Object, ids: dict[str, set[str]], *kinds: str) -> bool:
    """Tell whether a row names one of the file's rows of each kind."""
    return all(as_key(row.get(f"{kind}Id")) in ids[f"{kind}s"] for kind in kinds)


def _broken_messages(data: Object, seen: set[str]) -> Iterator[tuple[str, str]]:
    last: dict[str, datetime] = {}
    for index, line in enumerate(objects(data.get("messages"))):
        for rule in _broken_line(line, seen):
            yield rule, f".data.messages[{index}]"
        time, topic = _time(line.get("createdAt")), as_text(line.get("topicId"))
        if time is None or (topic in last and time <= last[topic]):
            yield "time", f".data.messages[{index}]"
        else:
            last[topic] = time
        seen.add(as_text(line.get("id")))


def _broken_line(line: Object, seen: set[str]) -> Iterator[str]:
    text = line.get("content")
    if as_text(line.get("id")) in seen:
        yield "message-id"
    if line.get("role") not in ("user", "assistant"):
        yield "role"
    if not isinstance(text, str) or not text.strip():
        yield "content"
    elif "\0" in text:
        yield "nul"
