"""What ``response_json`` holds in rows of ours: which messages a row is made of, each with its time.

A row of ``llm`` is one prompt with one response. People and assistants often send several messages in a
row; these stand in one text with blank lines between them, and here is where each begins and ends.
"""

from typing import Final

import msgspec
from msgspec import Struct

from wamigrate.origin import Detail, Origin
from wamigrate.turns import TurnRole

JOINT: Final = "\n\n"
"""What stands between the messages of a row."""


class Piece(Struct, frozen=True, omit_defaults=True):
    """A message within a row."""

    id: str
    role: TurnRole
    start: int
    """Where it begins in ``prompt`` or ``response``, in characters."""
    end: int
    time: str | None = None
    """ISO 8601; without an offset it counts as UTC."""
    files: tuple[str, ...] = ()
    """Names of its attachments."""
    detail: Detail | None = None


class Record(Struct, frozen=True, omit_defaults=True):
    """A row."""

    messages: tuple[Piece, ...] = ()
    origin: Origin | None = None
    """In the first row of a conversation."""


class ResponseJson(Struct, frozen=True):
    """The whole field."""

    wamigrate: Record


decode: Final = msgspec.json.Decoder(ResponseJson).decode
