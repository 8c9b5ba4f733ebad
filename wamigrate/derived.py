"""Ids of what an archive has beside our messages: derived from ours, so that they are the same every time."""

from typing import Final
from uuid import uuid5

from wamigrate.ids import NAMESPACE

_SEPARATOR: Final = "\x1f"


def derive_id(*parts: str) -> str:
    """Return a UUID that follows from ``parts`` alone.

    Args:
        parts: what it is for, and what it is derived from: ``("root", conversation.id)``.

    >>> derive_id("root", "8c0d9a52") == derive_id("root", "8c0d9a52") != derive_id("file", "8c0d9a52")
    True

    """
    content = _SEPARATOR.join(("derived", *parts)).encode("utf-8", "surrogatepass")
    return str(uuid5(NAMESPACE, content.decode("utf-8", "backslashreplace")))


class UniqueIds:
    """Hands out ids of messages for places where two alike would overwrite each other.

    Ours are unique within a chat; what other programs put together may not be.

    >>> ids = UniqueIds()
    >>> ids.claim("a"), ids.claim("a") not in ("", "a"), ids.claim("") != ids.claim("")
    ('a', True, True)
    """

    def __init__(self, *taken: str) -> None:
        self._taken = {"", *taken}

    def claim(self, id_: str) -> str:
        """Return ``id_``, or one derived from it where it is blank or taken."""
        claimed, turn = id_, 0
        while claimed in self._taken or claimed.isspace():
            turn += 1
            claimed = derive_id("again", id_, str(turn))
        self._taken.add(claimed)
        return claimed
