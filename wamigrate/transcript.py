"""The messages of a chat text as columns: names, times, bodies and places.

Cuts the text at its headers, dates them, decides which are headers, and reads blocks of another shape (two
exports in one file) the same way.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, compress, count, repeat
from operator import is_, itemgetter
from typing import Final

from wamigrate.authors import settle_authors
from wamigrate.bots import clean_name, match_participant
from wamigrate.boundaries import Candidates, find_texts
from wamigrate.classify import notice_topic
from wamigrate.clock import Order
from wamigrate.dating import Dating, date_pieces
from wamigrate.lines import IOS, Lock, Pieces, all_crlf, cut, find_lock
from wamigrate.model import DateOrder, Participant
from wamigrate.timeline import Timeline

BLOCK: Final = 20
"""Headers of another shape in a row that are another export, not a quotation."""
_KNOWN_SHARE: Final = 0.8
_HEADERISH: Final = re.compile(rb"\n(?:\xe2\x80[\x8e\x8f])*\[?[^\n ]{6,14},? ")
_PROVING: Final = 1
"""Rank of a match by number or by a name that no person bears."""
_MARKS: Final = (b"\xe2\x80\x8e", b"\xe2\x80\x8f")
"""What WhatsApp on iPhones puts before its own words."""
_GROUP_TOPICS: Final = frozenset({"group"})
Texts = dict[int, tuple[str, ...]]
"""Candidates that are text of the message before, with the reasons in words."""


@dataclass(frozen=True)
class Known:
    """What is known about a chat text before it is read."""

    title: str | None = None
    """The chat's name."""
    latest: datetime | None = None
    """When the file was written."""
    date_order: DateOrder | None = None
    year: int | None = None
    errors: str = "strict"
    """What to do with bytes that are no text: ``strict`` raises :exc:`UnicodeDecodeError`."""
    judge: Callable[[Pieces, Sequence[datetime | None], Texts], Texts] | None = None
    """Has the last word on which candidates are text, given their times and what their looks say. Then no
    block of another shape is read as part of the chat."""


@dataclass
class Transcript:
    """Columns of messages, in file order; all lists have one entry per message."""

    lock: Lock
    order: Order
    names: list[str | None]
    moments: list[datetime | None]
    bodies: list[bytes]
    starts: list[int]
    """Offset of each header in the text."""
    lines: list[int]
    spellings: dict[str, list[str]]
    """Every printed spelling of each name."""
    preamble: bytes
    inner: Callable[[int], int]
    """Finds the offset of a body in the text that was read, for messages before the first block that was
    spliced in."""
    completed_years: str = ""
    """What told the years that are not printed, in words; empty where all are."""
    calendars: frozenset[str] = frozenset()
    absorbed: dict[int, list[tuple[int, tuple[str, ...]]]] = field(
        default_factory=dict[int, list[tuple[int, tuple[str, ...]]]]
    )
    """By message: lines that look like headers and were taken for its text, with the reasons."""
    blocks: list[int] = field(default_factory=list[int])
    """Lines where blocks of another shape begin."""
    _timeline: Timeline | None = None

    def timeline(self) -> Timeline:
        """Return what the times tell of their order; it is looked at anew after messages came in."""
        if self._timeline is None or not self._timeline.is_of(self.moments):
            self._timeline = Timeline(self.moments)
        return self._timeline


def read_transcript(data: bytes, lock: Lock, known: Known) -> Transcript:
    """Read all messages of a chat text.

    Args:
        data: the text as UTF-8.
        lock: the shape of its headers.
        known: what is known from outside.

    """
    transcript = _read(data, lock, known)
    for index in reversed(_blocks(transcript)) if known.judge is None else ():
        _splice(transcript, index, data, known)
    return transcript


def moved(transcript: Transcript, offset: int, lines: int) -> Transcript:
    """Return the transcript of a part of a text with its places in the whole text.

    Args:
        transcript: of the part.
        offset: bytes of the text before the part.
        lines: of the text before the part.

    """
    return replace(
        transcript,
        starts=[start + offset for start in transcript.starts],
        lines=[line + lines for line in transcript.lines],
        absorbed={
            index: [(line + lines, reasons) for line, reasons in rows]
            for index, rows in transcript.absorbed.items()
        },
        blocks=[line + lines for line in transcript.blocks],
    )


def _read(data: bytes, lock: Lock, known: Known) -> Transcript:
    pieces = cut(data, lock)
    authors = settle_authors(pieces, _is_notice_bytes, known.title)
    dating = date_pieces(
        pieces,
        time_first=lock.shape.time_first,
        date_order=known.date_order,
        year=known.year,
        latest=known.latest,
    )
    spellings = _spellings(authors, known.errors)
    names = list(map(spellings.__getitem__, pieces.author))
    counts: Counter[str | None] = Counter()
    for author, number in authors.items():
        counts[spellings[author]] += number
    candidates = _candidates(pieces, dating, names, counts, known.title)
    texts = find_texts(candidates)
    if known.judge is not None:
        texts = known.judge(pieces, dating.moments, texts)
    transcript = Transcript(
        lock,
        dating.order,
        names,
        dating.moments,
        pieces.body,
        pieces.start,
        pieces.line,
        {},
        pieces.preamble,
        pieces.inner,
        dating.completed_years,
        dating.calendars,
        _timeline=candidates.timeline,
    )
    if texts:
        _absorb(transcript, texts, pieces, data)
    _trim(transcript, data, pieces)
    for raw, name in spellings.items():
        if name is not None:
            transcript.spellings.setdefault(name, []).append(_printed(raw, known.errors))
    return transcript


def _printed(raw: bytes, errors: str) -> str:
    return re.sub("[::] ?$", "", raw.decode("utf-8", errors))


def _name(raw: bytes, errors: str) -> str:
    printed = _printed(raw, errors)
    return clean_name(printed) or printed


def _spellings(authors: Iterable[bytes], errors: str) -> dict[bytes, str | None]:
    """Return the name for each spelling. A tilde marks those who are no contacts: not the contact."""
    names = {raw: _name(raw, errors) if raw else None for raw in authors}
    contacts = {name for raw, name in names.items() if name and b"~" not in raw}
    return {raw: f"~ {name}" if name in contacts and b"~" in raw else name for raw, name in names.items()}


def _is_notice_bytes(text: bytes) -> bool:
    return notice_topic(text.decode("utf-8", "replace")) is not None


def _candidates(
    pieces: Pieces,
    dating: Dating,
    names: Sequence[str | None],
    counts: Counter[str | None],
    title: str | None,
) -> Candidates:
    distinct = {name for name in counts if name is not None}
    alone = {name for name in distinct if _chats_alone(name)}
    trusted = set(alone)
    if title is not None:
        folded = clean_name(title).casefold()
        trusted |= {name for name in distinct if name.casefold() == folded}
    return Candidates(
        dating.moments,
        names,
        counts,
        pieces.body,
        pieces.loose,
        pieces.newline == b"\r\n",
        lambda index: _is_notice_bytes(pieces.body[index]),
        frozenset(trusted),
        speaks_of_group=lambda: not alone and _speaks_of_group(names, pieces.body),
        odd_style=dating.odd_style,
    )


def _speaks_of_group(names: Sequence[str | None], bodies: Sequence[bytes]) -> bool:
    """Tell whether one of WhatsApp's own lines is about a group."""
    nameless = compress(bodies, map(is_, names, repeat(None)))
    marked = compress(bodies, map(_MARKS.__contains__, map(itemgetter(slice(len(_MARKS[0]))), bodies)))
    return any(
        notice_topic(body.decode("utf-8", "replace")) in _GROUP_TOPICS for body in chain(nameless, marked)
    )


def _chats_alone(name: str) -> bool:
    """Tell whether a name is that of an assistant which chats with one person only."""
    match = match_participant(Participant(name, "other"))
    return match is not None and not match.bot.groups and match.rank <= _PROVING


def _absorb(transcript: Transcript, texts: dict[int, tuple[str, ...]], pieces: Pieces, data: bytes) -> None:
    """Give the text of false headers to the message before, byte for byte."""
    gap = len(pieces.newline)
    keep = [index for index in range(len(pieces)) if index not in texts]
    bodies: list[bytes] = []
    for place, index in enumerate(keep):
        following = keep[place + 1] if place + 1 < len(keep) else len(pieces)
        if following == index + 1:
            bodies.append(pieces.body[index])
            continue
        end = len(data)
        if following < len(pieces):
            end = pieces.start[following] - (1 if following in pieces.loose else gap)
        bodies.append(data[pieces.inner(index) : end])
        transcript.absorbed[place] = [(pieces.line[i], texts[i]) for i in range(index + 1, following)]
    transcript.bodies = bodies
    transcript.names = [transcript.names[index] for index in keep]
    transcript.moments = [transcript.moments[index] for index in keep]
    transcript.starts = [transcript.starts[index] for index in keep]
    transcript.inner = lambda place: pieces.inner(keep[place])
    transcript.lines = [transcript.lines[index] for index in keep]


def _trim(transcript: Transcript, data: bytes, pieces: Pieces) -> None:
    """Take line ends that separate messages off the bodies.

    Where CRLF stands everywhere, or inside iOS messages too, an editor or a mail program made it of LF.
    """
    bodies = transcript.bodies
    if data.endswith(pieces.newline):
        bodies[-1] = bodies[-1].removesuffix(pieces.newline)
    if pieces.newline == b"\n" and b"\r" in data:
        if _is_resaved(data, transcript.lock):
            transcript.bodies = [body.replace(b"\r\n", b"\n").removesuffix(b"\r") for body in bodies]
        elif transcript.lock.shape.family in IOS:
            transcript.bodies = [body.removesuffix(b"\r") for body in bodies]


def _is_resaved(data: bytes, lock: Lock) -> bool:
    if all_crlf(data):
        return True
    return lock.shape.family in IOS and data.count(b"\r\n") * 2 > data.count(b"\n")


def _blocks(transcript: Transcript) -> list[int]:
    """Find the messages that hold a whole block of headers of another shape."""
    lines = transcript.lines
    following = [*lines[1:], lines[-1] + transcript.bodies[-1].count(b"\n") + 1]
    return [
        index
        for index, line, end in zip(count(), lines, following, strict=False)
        if end - line > BLOCK and len(_HEADERISH.findall(transcript.bodies[index])) >= BLOCK
    ]


def _splice(transcript: Transcript, index: int, data: bytes, known: Known) -> None:
    """Replace the block inside a message by its messages, if they are of the same chat."""
    offset = transcript.inner(index)
    end = transcript.starts[index + 1] if index + 1 < len(transcript.starts) else len(data)
    text = data[offset:end]
    lock = find_lock(text, exclude=(transcript.lock.shape.key,))
    if lock is None:
        return
    inner = _read(text, lock, known)
    cast = Counter(name for name in transcript.names if name is not None)
    familiar = sum(cast[name] > 0 for name in inner.names if name is not None)
    if len(inner.names) < BLOCK or familiar < _KNOWN_SHARE * len(inner.names) or not inner.starts[0]:
        return
    line = transcript.lines[index] + data.count(b"\n", transcript.starts[index], offset)
    transcript.blocks.append(line + inner.lines[0] - 1)
    transcript.bodies[index : index + 1] = [_plain_ends(text[: inner.starts[0]]), *inner.bodies]
    transcript.calendars |= inner.calendars
    transcript.names[index + 1 : index + 1] = inner.names
    transcript.moments[index + 1 : index + 1] = inner.moments
    transcript.starts[index + 1 : index + 1] = [start + offset for start in inner.starts]
    transcript.lines[index + 1 : index + 1] = [number + line - 1 for number in inner.lines]
    for name, printed in inner.spellings.items():
        transcript.spellings.setdefault(name, []).extend(printed)
    shift = len(inner.names)
    transcript.absorbed = {
        place if place <= index else place + shift: rows for place, rows in transcript.absorbed.items()
    }
    for place, rows in inner.absorbed.items():
        transcript.absorbed[place + index + 1] = [(number + line - 1, why) for number, why in rows]


def _plain_ends(text: bytes) -> bytes:
    """Take the line end off a text, and read the others as LF."""
    return text.removesuffix(b"\n").removesuffix(b"\r").replace(b"\r\n", b"\n")
