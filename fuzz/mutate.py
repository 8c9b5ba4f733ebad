"""Changes that keep an input readable far enough to get past its first check.

Which change fits is told by the bytes: an archive gets other members, a database other rows, a page other
elements, a document other values, a chat other lines. Whatever does not fit comes back as it was.
"""

import json
from collections.abc import Callable
from random import Random
from typing import Final

from . import mutate_archive, mutate_database, mutate_page, mutate_text, mutate_values

Change = Callable[[bytes, Random], bytes]
_DATABASE: Final = b"SQLite format 3\0"


def mutate(data: bytes, chance: Random) -> bytes:
    """Change an input in one to four places.

    Args:
        data: the input.
        chance: where every choice comes from.

    """
    change = change_for(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        data = change(data, chance)
    return data


def change_for(data: bytes) -> Change:
    """Return what changes inputs of this kind."""
    if data.startswith(b"PK"):
        return lambda whole, chance: mutate_archive.change(whole, chance, mutate)
    if data.startswith(_DATABASE):
        return mutate_database.change
    start = data[:200].lstrip().lower()
    if start.startswith((b"{", b"[{", b"[\n{")):
        return _change_document
    if start.startswith(b"<") or b"multipart/related" in data[:2000]:
        return mutate_page.change
    return mutate_text.change


def _change_document(data: bytes, chance: Random) -> bytes:
    """Change a document of JSON, or one of its lines."""
    lines = data.split(b"\n")
    rows = [number for number, line in enumerate(lines) if line.startswith(b"{") and line.endswith(b"}")]
    if len(rows) > 1 and not data.startswith(b"{\n"):
        number = chance.choice(rows)
        lines[number] = _changed(lines[number], chance)
        return b"\n".join(lines)
    return _changed(data, chance)


def _changed(data: bytes, chance: Random) -> bytes:
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return mutate_text.change_bytes(data, chance)
    return json.dumps(mutate_values.change(value, chance), ensure_ascii=chance.random() < 0.5).encode(  # noqa: PLR2004 - an even chance
        "utf-8", "surrogatepass"
    )
