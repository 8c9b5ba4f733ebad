"""JSON for people: the canonical layout without the keys that hold their default."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import NODEFAULT, Struct

from wamigrate.model import Conversation, Note, SourceInfo

_INVISIBLE: Final = re.compile(
    "[\x7f-\xa0\xad\u061c\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)


def golden_json(
    conversations: Iterable[Conversation], sources: Iterable[SourceInfo], notes: Iterable[Note]
) -> bytes:
    """Write what a parser made of an input, one message on each line, invisible characters escaped."""
    parts = {
        "conversations": "[" + ",".join(map(_conversation, conversations)) + "]",
        "sources": _rows(sources),
        "notes": _rows(notes),
    }
    return ("{" + ",\n".join(f"{json.dumps(key)}:{value}" for key, value in parts.items()) + "}\n").encode()


def _conversation(conversation: Conversation) -> str:
    fields = _trimmed(conversation)
    del fields["messages"]
    return f'\n{_dump(fields)[:-1]},"messages":{_rows(conversation.messages)}}}'


def _rows(records: Iterable[Struct]) -> str:
    rows = ",\n".join(_dump(_trimmed(record)) for record in records)
    return f"[\n{rows}]" if rows else "[]"


def _dump(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _INVISIBLE.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _trimmed(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_trimmed(item) for item in value]  # pyright: ignore[reportUnknownVariableType] - any tuple of the model
    if not isinstance(value, Struct):
        return msgspec.to_builtins(value)
    return {
        field.name: _trimmed(getattr(value, field.name))
        for field in msgspec.structs.fields(value)
        if field.default is NODEFAULT or getattr(value, field.name) != field.default
    }
