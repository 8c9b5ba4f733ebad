"""YAML front matter that every YAML reader reads alike.

Strings stand in double quotes with JSON's escapes, which YAML 1.1 and 1.2 share, so that no title becomes
a date, a number, a truth value or the end of the block. What YAML takes for a line break or forbids to be
printed is escaped too, and so are marks that would reorder the line in an editor.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

Value = str | int | datetime | Sequence[str] | None

_ESCAPED: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
"""Line breaks and unprintable characters of YAML 1.1 that JSON leaves as they are, and bidi controls."""
_quoted: Final = json.JSONEncoder(ensure_ascii=False).encode


def front_matter(fields: Mapping[str, Value]) -> str:
    """Write a block of front matter, fences included.

    Args:
        fields: keys (plain words) with their values; those without a value (None, no items) are left out.

    >>> print(front_matter({"title": "No: really?", "messages": 3, "tags": ["a", "b"], "service": None}))
    ---
    title: "No: really?"
    messages: 3
    tags: ["a", "b"]
    ---

    """
    lines = [f"{key}: {_value(value)}" for key, value in fields.items() if value is not None and value != []]
    return "\n".join(("---", *lines, "---"))


def _value(value: str | int | datetime | Sequence[str]) -> str:
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return f"[{', '.join(map(_scalar, value))}]"


def _scalar(text: str) -> str:
    return _ESCAPED.sub(_escape, _quoted(text))


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
