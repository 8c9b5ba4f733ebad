"""Texts into which people pasted several times, from the phone, from the Web, from Windows.

Each paste has headers of one shape. Where headers of another shape follow each other and name the same
people, the text is read paste by paste; a single such header is a quotation.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final

from wamigrate.clock import Order
from wamigrate.dating import date_pieces
from wamigrate.lines import Lock, cut, find_lock
from wamigrate.pasted_text import read_named_header
from wamigrate.register import NAMED, clean_name, match_name
from wamigrate.transcript import Known, Texts, Transcript, read_transcript

_SHAPES: Final = 6
"""Shapes of headers that a text may have."""
_FEWEST: Final = 2
"""Headers in a row that are a paste, not a quotation."""
_MOST: Final = 500
"""Pastes in one text; with more, something else is going on."""
_TAIL: Final = 200
"""Bytes before a header in which the end of what announces it is looked for."""
_FENCE: Final = re.compile(b"```")
_BRACKETED: Final = re.compile(rb"\n(\[[^\]\n]{6,60}\] ?[^\n]{0,120})")
"""What looks like a header of a copy at first sight, and the name after it."""

Judge = Callable[..., Texts]
"""As :attr:`Known.judge`, with the number of lines before the part of the text as its first argument."""


@dataclass(frozen=True)
class _Header:
    """A line that looks like a header."""

    start: int
    shape: int
    name: str


@dataclass(frozen=True)
class _Region:
    """A part of a text with headers of one shape."""

    start: int
    end: int
    shape: int
    lines: int
    """Lines before it."""


def read_regions(data: bytes, lock: Lock, known: Known, judge: Judge) -> Transcript:
    """Read all messages of a text that may hold several pastes.

    Args:
        data: the text as UTF-8, freed from what editors put around it.
        lock: the shape of most of its headers.
        known: what is known from outside.
        judge: has the last word on what is a header.

    """
    locks = _locks(data, lock)
    regions = _regions(data, locks) if len(locks) > 1 else []
    if not 1 < len(regions) <= _MOST:
        return read_transcript(data, lock, replace(known, judge=partial(judge, 0)))
    orders = [_order(data, one, known) for one in locks]
    whole: Transcript | None = None
    for region in regions:
        text = data[region.start : region.end]
        asked = replace(known, judge=partial(judge, region.lines))
        part, asked = _read(text, locks[region.shape], asked, orders[region.shape])
        part = _go_on(text, part, asked, whole)
        _move(part, region)
        whole = part if whole is None else _append(whole, part)
    assert whole is not None, "there are regions"
    whole.order = orders[0]
    return whole


def _locks(data: bytes, lock: Lock) -> list[Lock]:
    """Return the given lock, and those of other shapes in the text."""
    main = re.compile(lock.pattern)
    others = [line for line in _BRACKETED.findall(b"\n" + data) if not main.match(line)]
    locks = [lock]
    while others and len(locks) < _SHAPES:
        found = find_lock(b"\n".join(others), [one.shape.key for one in locks], read=read_named_header)
        if found is None:
            break
        locks.append(found)
        known = re.compile(found.pattern)
        others = [line for line in others if not known.match(line)]
    return locks


def _order(data: bytes, lock: Lock, known: Known) -> Order:
    """Find the order of day and month from all pastes of one shape."""
    return date_pieces(
        cut(data, lock),
        time_first=lock.shape.time_first,
        date_order=known.date_order,
        year=known.year,
        latest=known.latest,
    ).order


def _read(text: bytes, lock: Lock, known: Known, order: Order) -> tuple[Transcript, Known]:
    """Read a paste; where it cannot tell by itself, in the order of day and month that its shape has."""
    part = read_transcript(text, lock, known)
    if not part.order.ambiguous or order.ambiguous or part.order.order == order.order:
        return part, known
    with_order = replace(known, date_order=order.order)
    other = read_transcript(text, lock, with_order)
    return (part, known) if None in other.moments else (other, with_order)


def _go_on(text: bytes, part: Transcript, known: Known, before: Transcript | None) -> Transcript:
    """Let dates without a year go on after what was pasted before, if they can."""
    last = next((moment for moment in reversed(before.moments) if moment), None) if before else None
    first = next((moment for moment in part.moments if moment), None)
    if not part.completed_years or last is None or first is None:
        return part
    year = last.year + ((first.month, first.day) < (last.month, last.day))
    if year < first.year:
        part = read_transcript(text, part.lock, replace(known, year=year))
        part.completed_years = "they go on after the dates before"
    return part


def _headers(data: bytes, locks: Sequence[Lock]) -> list[_Header]:
    """Return everything that looks like a header with a name, in order."""
    found: dict[int, _Header] = {}
    for shape, lock in enumerate(locks):
        for match in lock.compile(b"\n").finditer(b"\n" + data):
            name = clean_name(match[4].decode("utf-8", "replace").rstrip(": "))
            found.setdefault(match.start(), _Header(match.start(), shape, name))
    return [found[start] for start in sorted(found)]


def _regions(data: bytes, locks: Sequence[Lock]) -> list[_Region]:
    """Cut a text where headers of another shape begin."""
    headers = _headers(data, locks)
    names = Counter(header.name for header in headers if header.shape == 0)
    fences = [match.start() for match in _FENCE.finditer(data)]
    starts: list[_Header] = []
    for shape, run in groupby(headers, attrgetter("shape")):
        members = list(run)
        is_paste = shape == 0 or (
            _are_known(members, names) and not _is_quoted(members[0].start, data, fences)
        )
        if is_paste and (not starts or starts[-1].shape != shape):
            starts.append(members[0])
    bounds = [0, *(header.start for header in starts[1:]), len(data)]
    regions: list[_Region] = []
    lines = 0
    for header, (start, end) in zip(starts, pairwise(bounds), strict=True):
        regions.append(_Region(start, end, header.shape, lines))
        lines += data.count(b"\n", start, end)
    return regions


def _are_known(run: Sequence[_Header], names: Counter[str]) -> bool:
    """Tell whether there are several headers, and most of them name people of the other pastes."""
    known = sum(bool(names[header.name]) or _is_assistant(header.name) for header in run)
    return len(run) >= _FEWEST and known * 2 >= len(run)


def _is_quoted(start: int, data: bytes, fences: Sequence[int]) -> bool:
    """Tell whether what begins at ``start`` stands in a code block, or is announced."""
    before = data[max(start - _TAIL, 0) : start].rstrip(b"\r\n ")
    return bisect(fences, start) % 2 == 1 or before.endswith(b":")


def _is_assistant(name: str) -> bool:
    match = match_name(name)
    return match is not None and match.rank <= NAMED


def _move(part: Transcript, region: _Region) -> None:
    """Count offsets and lines of a part from the beginning of the text."""
    part.starts = [start + region.start for start in part.starts]
    part.lines = [line + region.lines for line in part.lines]
    part.absorbed = {
        place: [(line + region.lines, why) for line, why in rows] for place, rows in part.absorbed.items()
    }


def _append(whole: Transcript, part: Transcript) -> Transcript:
    """Put the messages of a part behind those that were read before."""
    shift = len(whole.names)
    whole.blocks.append(part.lines[0])
    whole.names += part.names
    whole.moments += part.moments
    whole.bodies += part.bodies
    whole.starts += part.starts
    whole.lines += part.lines
    for name, printed in part.spellings.items():
        whole.spellings.setdefault(name, []).extend(printed)
    whole.absorbed |= {place + shift: rows for place, rows in part.absorbed.items()}
    whole.calendars |= part.calendars
    whole.completed_years = whole.completed_years or part.completed_years
    return whole
