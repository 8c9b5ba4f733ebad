"""Copied messages as people keep them: found among other texts, and freed from what editors put around them.

Editors put ``> ``, spaces or tabs before headers, and mostly before all lines of a message. They are taken
off before a header, and off the lines below where all of these bear the same; a quotation or indentation
that a message has by itself stays.
"""

import re
from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from wamigrate.encoding import to_utf8
from wamigrate.header import Header, read_copied_header
from wamigrate.lines import Lock, find_lock
from wamigrate.source import Member, Source

_PROBE: Final = 1 << 18
"""Bytes at the beginning of a file that tell whether it holds copied messages."""
_AUTHOR: Final = 4
"""Group of a lock that holds the name."""
_LEAD: Final = rb"(?:[ \t>]|\xc2\xa0|\xe3\x80\x80)+"
_LEADS: Final = re.compile(rb"(?:\A|(?<=\n))" + _LEAD)
_BLANK: Final = re.compile(rb"(?:[ \t\r>]|\xc2\xa0|\xe3\x80\x80)*\Z")
_NAME: Final = re.compile(r"[^:：\n]*[^\s:：][^:：\n]*(?:[:：](?!//))")


class CopyLock(NamedTuple):
    """The shape of the headers in a text, and what it says about the text."""

    lock: Lock
    is_export: bool
    """Whether the text is a phone export rather than a copy: headers of exports begin its lines."""


class Undone(NamedTuple):
    """A text as the clipboard gave it."""

    data: bytes
    cuts: dict[int, int]
    """By line, from 1: bytes that were taken off its beginning."""

    def original_starts(self, stored: bytes, lines: Sequence[int]) -> list[int]:
        """Return where lines, counted from 1, begin in the text as stored."""
        begins = [0, *accumulate(len(line) + 1 for line in stored.split(b"\n"))]
        return [begins[number - 1] for number in lines]


def probe(source: Source, member: Member) -> CopyLock | None:
    """Tell from the beginning of a file what messages it holds, if any; several parsers ask that.

    Raises:
        SourceError: it cannot be read.

    """
    known = _PROBED.setdefault(source, {})
    if member not in known:
        known[member] = _probe(source, member)
    return known[member]


_PROBED: Final = WeakKeyDictionary[Source, dict[Member, CopyLock | None]]()
"""What was found out about files of sources that are open."""


def _probe(source: Source, member: Member) -> CopyLock | None:
    head = source.head(member, _PROBE)
    if member.size > len(head):
        head = head[: head.rfind(b"\n") + 1] or head
    return find_copy_lock(to_utf8(head).data) if head else None


def find_copy_lock(data: bytes) -> CopyLock | None:
    r"""Find the shape of the headers of a text of copied messages, whatever stands before them.

    Args:
        data: the text as UTF-8, or its beginning.

    Returns:
        the lock, which fits the text that :func:`undo_editing` makes; None where there are no headers with
        names.

    >>> found = find_copy_lock(b"> [28/11, 18:02] Ana: hello")
    >>> found.lock.shape.family, found.lock.shape.has_year, found.is_export
    ('copy', False, False)
    >>> find_copy_lock(b"25/03/2025, 21:04 - Ana: hello").is_export
    True
    >>> find_copy_lock(b"Dear Ana, 28/11, 18:02") is None
    True
    >>> find_copy_lock(b"Subject: when\n\n> [25/03/2025, 21:04:00] was it then?") is None
    True

    """
    lock = find_lock(data, read=read_named_header)
    if lock is not None:
        return CopyLock(lock, is_export=lock.shape.family != "copy")
    for text in (data[:_PROBE], data):
        bare = _LEADS.sub(b"", text)
        lock = find_lock(bare, read=read_named_header)
        if lock is not None and any(match[_AUTHOR] for match in lock.compile(b"\n").finditer(b"\n" + bare)):
            return CopyLock(lock, is_export=False)
    return None


def read_named_header(line: str) -> Header | None:
    """Read a header; after one of a copy a name must follow, as times in brackets head other lists, too.

    >>> read_named_header("[28/11, 18:02] Ana: hello").family
    'copy'
    >>> read_named_header("[28/11, 18:02] https://example.org") is None
    True
    """
    header = read_copied_header(line)
    if header is None or header.family != "copy":
        return header
    return header if _NAME.match(line, header.match.end()) else None


def undo_editing(data: bytes, lock: Lock, keep: Collection[int] = ()) -> Undone:
    """Take quotation marks and indentation off headers, and off the lines of messages that all bear them.

    Args:
        data: the text as UTF-8.
        lock: the shape of its headers.
        keep: lines, counted from 1, that are no headers, whatever they look like.

    """
    header = re.compile(b"(" + _LEAD + b")?" + lock.pattern)
    if not _has_lead_before(lock, data):
        return Undone(data, {})
    lines = data.split(b"\n")
    found = {
        index: match[1] or b""
        for index, line in enumerate(lines)
        if index + 1 not in keep and (match := header.match(line))
    }
    first = min(found)
    cuts = _cut_lines(lines, range(first), found[first])
    ends = [*list(found)[1:], len(lines)]
    for (index, lead), end in zip(found.items(), ends, strict=True):
        if lead:
            cuts[index] = len(lead)
            cuts |= _cut_lines(lines, range(index + 1, end), lead)
    for index, length in cuts.items():
        lines[index] = lines[index][length:]
    return Undone(b"\n".join(lines), {index + 1: length for index, length in cuts.items()})


def _has_lead_before(lock: Lock, data: bytes) -> bool:
    """Tell whether some header has something before it."""
    led = _LEAD + lock.pattern
    return re.match(led, data) is not None or re.search(b"\n" + led, data) is not None


def _cut_lines(lines: Sequence[bytes], block: range, lead: bytes) -> dict[int, int]:
    """Say what to take off lines, if all of them bear ``lead`` or are blank."""
    if not lead or not all(lines[i].startswith(lead) or _BLANK.match(lines[i]) for i in block):
        return {}
    short = lead.rstrip(b" \t")
    cuts = {i: len(lead) if lines[i].startswith(lead) else len(short) for i in block}
    return {i: length for i, length in cuts.items() if length and lines[i].startswith(lead[:length])}
