"""Files of a chat that become part of a document: their bytes, one after the other, never all at once."""

import base64
from collections import Counter
from typing import Final, Literal

from wamigrate.media import Media
from wamigrate.model import Attachment
from wamigrate.notes import Notes
from wamigrate.target import MemoryTarget, Target
from wamigrate.wording import count_words, size_words

InlinePolicy = Literal["copy", "omit"]
"""``copy`` files into the document, or ``omit`` them."""
MediaKind = Literal["image", "video", "audio"]
"""What browsers show or play."""
LIMIT: Final = 64 << 20
"""Files above this many bytes stay outside; applications hold the file in memory several times over."""


class InlineMedia:
    """Reads the files of messages.

    Args:
        policy: what to do with files.
        target: whose sources hold them.
        notes: where a file that does not come along is noted.
        limit: largest file that is taken, in bytes.

    """

    def __init__(self, policy: InlinePolicy, target: Target, notes: Notes, limit: int = LIMIT) -> None:
        self._memory = MemoryTarget()
        self._memory.sources = target.sources
        self._media = Media(policy, self._memory, notes)
        self._notes = notes
        self._limit = limit
        self._large: Counter[str] = Counter()

    def read(self, attachment: Attachment, source: str) -> bytes | None:
        """Return a file; None where it does not come along.

        Args:
            attachment: of a message.
            source: id of the source that the message was read from.

        """
        if (attachment.size or 0) > self._limit:
            self._large[source] += 1
            return None
        address = self._media.place(attachment, source).address
        if address is None or attachment.member is None:
            return None
        if address not in self._memory.files:
            self._memory.copy(source, attachment.member, address)
        return self._memory.files.pop(address)

    def report(self) -> None:
        """Note how many files do not come along; call it once, at the end."""
        self._media.report()
        for source, count in self._large.items():
            was = "was" if count == 1 else "were"
            text = f"{count_words(count, 'file')} {was} not written: larger than {size_words(self._limit)}"
            self._notes.add("media-unwritten", text, source=source)


def media_kind(attachment: Attachment) -> MediaKind | None:
    """Return how a browser shows a file; None where it does not.

    >>> media_kind(Attachment("a.opus", "audio/ogg")), media_kind(Attachment("a.pdf", "application/pdf"))
    ('audio', None)
    """
    match (attachment.media_type or "").partition("/")[0]:
        case "image" | "video" | "audio" as kind:
            return kind
        case _:
            return None


def data_url(content: bytes, media_type: str) -> str:
    """Write a file as an address that holds the file itself (RFC 2397).

    >>> data_url(b"hi", "text/plain")
    'data:text/plain;base64,aGk='
    """
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
