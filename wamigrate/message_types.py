"""What the numbers in WhatsApp's databases stand for; ``message_types.toml`` holds them."""

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

import msgspec
from msgspec import Struct

from wamigrate.model import Kind
from wamigrate.tables import read_table

UNKNOWN: Final = "unknown-notice"
"""Flag of a notice that no table knows; the same as in phone exports."""
_NOBODY: Final = "someone"
_ABSENT: Final = {
    "actor": _NOBODY,
    "users": _NOBODY,
    "partner": "this contact",
    "old": _NOBODY,
    "new": _NOBODY,
}


class MessageType(Struct, frozen=True, forbid_unknown_fields=True):
    """What a message of some type is."""

    kind: Kind
    media: str | None = None
    """Media type where the row stores none: whole or its first part."""
    flags: tuple[str, ...] = ()
    words: str | None = None
    """What a notice says that has no words of its own."""


class Numbers(Struct, frozen=True, forbid_unknown_fields=True):
    """The tables of a platform."""

    types: dict[int, MessageType]
    notices: dict[int, str]
    """By the number of what happened; fields in braces are filled in."""
    variants: dict[str, str]
    """Words for what the same number says in another case."""
    events: dict[int, str] = {}
    """The second list of notices, where a platform has two."""
    calls: tuple[int, ...] = ()
    """Those of the second list that are calls."""


@cache
def numbers(platform: Literal["android", "ios"]) -> Numbers:
    """Return the tables of a platform.

    >>> numbers("android").types[20].media, numbers("ios").types[20].kind
    ('image/webp', 'text')
    """
    return msgspec.convert(read_table("message_types.toml")[platform], Numbers, strict=False)


def notice_words(template: str, values: Mapping[str, str]) -> str:
    """Fill in what a notice says; what is unknown gets a word that fits anybody.

    Args:
        template: words with fields ``actor``, ``users``, ``partner``, ``text``, ``old``, ``new``, ``length``.
        values: the fields; empty ones count as unknown.

    >>> notice_words("{actor} added {users}", {"actor": "you", "users": "Bob"})
    'You added Bob'
    >>> notice_words("{actor} changed the group description: {text}", {"actor": "Ana"})
    'Ana changed the group description'

    """
    known = {key: value for key, value in values.items() if value}
    for optional in ("text", "length"):
        if optional not in known:
            template = template.replace(f": {{{optional}}}", "").replace(f" “{{{optional}}}”", "")
    text = template.format_map({**_ABSENT, "text": "", "length": "", **known})
    return text[:1].upper() + text[1:]
