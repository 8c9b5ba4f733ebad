"""Byte accounting: every byte of a chat text belongs to exactly one message."""

from collections.abc import Iterable, Iterator

from wamigrate.archived import Finding
from wamigrate.model import Conversation, SourceInfo, Span
from wamigrate.pipeline import Reading
from wamigrate.source import Source


def unaccounted(read: Reading) -> Iterator[Finding]:
    """Yield where the spans of messages leave a byte of a chat text out, or claim one twice.

    Sources that are no text (databases, JSON of ours about exports that are not at hand) are passed over.

    Args:
        read: an input, whose source is still open.

    """
    for info in read.notes.sources:
        spans = sorted(_spans(read.chats, info.id), key=lambda span: (span.start, span.end))
        source = read.media.get(info.id)
        if source is not None and any(span.end for span in spans):
            yield from _gaps(info, spans, _size(info, source))


def _spans(chats: Iterable[Conversation], source: str) -> Iterator[Span]:
    for chat in chats:
        for message in chat.messages:
            for span in message.spans:
                if span.source == source:
                    yield span


def _gaps(info: SourceInfo, spans: Iterable[Span], size: int) -> Iterator[Finding]:
    place, line = 0, 1
    for span in spans:
        if span.start != place:
            yield _finding(info, line, place, span.start)
        place, line = max(place, span.end), span.line
    if place != size:
        yield _finding(info, line, place, size)


def _finding(info: SourceInfo, line: int, place: int, start: int) -> Finding:
    what = "belong to no message" if start > place else "belong to more than one message"
    first, last = sorted((place, start))
    return Finding("bytes", f"{info.name}, line {line:,}", f"bytes {first:,} to {last:,} {what}")


def _size(info: SourceInfo, source: Source) -> int:
    """Return what the last span must end at: the size of the text as UTF-8."""
    if info.encoding.startswith("utf-8"):
        return info.size
    member = source.members[0] if info.member is None else source.find(info.member)
    return len(source.read(member).decode(info.encoding, "replace").encode())
