"""Finding the shape of a file's headers and cutting the file at them.

A phone prints every header of an export in one shape. A sample of the file's lines tells which; a regular
expression over bytes is made from the very characters of these headers, and one pass of it cuts the file.
Whatever is left between headers is body, byte for byte.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress, islice, repeat
from operator import add, contains
from typing import Final, Literal, NamedTuple

from wamigrate.header import HEADER_LENGTH, MARKS, SPACES, Family, Header, read_header

Newline = Literal[b"\n", b"\r\n"]

IOS: Final[frozenset[Family]] = frozenset({"bracket", "colon"})
"""Families of iPhones, which end messages with CRLF."""
_HEAD_LINES: Final = 400
_HEAD_SIZE: Final = 1 << 14
_CHUNKS: Final = 8
_CHUNK_SIZE: Final = 1 << 11
_LINE_LIMIT: Final = HEADER_LENGTH * 4
"""Bytes of a line that the sample looks at: a header's characters take four bytes at most."""
_MARK_BYTES: Final = (
    rb"(?:[\xe2\xd8\xef](?:(?<=\xe2)(?:\x80[\x8b\x8e\x8f\xaa-\xae]|\x81[\xa0\xa6-\xa9])"
    rb"|(?<=\xd8)\x9c|(?<=\xef)\xbb\xbf))*"
)
_NAME_END: Final = rb":(?: |(?=\r?(?:\n|\Z)))"
_AUTHOR: Final = rb"([^\n:]{1,400}: |(?:[^\n:]{1,400}" + _NAME_END + rb"|[^\n]{1,400}?" + _NAME_END + rb")?)"
"""A name ends at the first colon that a space or the line's end follows; 400 bytes hold a hundred characters
of any script. The first alternatives are the usual case made fast: a name without a colon inside."""
_TIGHT_AUTHOR: Final = rb"((?:[^\n:]{1,400}:(?!//) ?)?)"
"""The same where no space follows the colon."""
_WIDE_AUTHOR: Final = rb"((?:[^\n]{1,400}?(?:" + _NAME_END + rb"|\xef\xbc\x9a ?))?)"
"""The same where the phone's language has a wide colon."""
_WORD_BYTES: Final = rb"[^0-9\n\[\]]{1,60}?"
_WORD_GROUPS: Final = ("weekday", "month", "month2", "era", "before", "after")
_LEADING: Final = "".join(
    chr(code)
    for code in (
        0x200B,
        0x200E,
        0x200F,
        0x061C,
        *range(0x202A, 0x202F),
        0x2060,
        *range(0x2066, 0x206A),
        0xFEFF,
    )
)
"""The marks that may stand before a header, as :data:`wamigrate.header.MARKS`."""
_DROP: Final = re.compile(f"[{MARKS}]")
_SPACE: Final = re.compile(f"[{SPACES}]")
_TOKEN: Final = re.compile(r"\d+|\D+")
_DIGITS: Final = re.compile(r"\d+")
_PUNCTUATION: Final = str.maketrans("،，、：／．－‐‑–—［］", ",,,:/.-----[]")
_LOOSE: Final = re.compile(rb"\n" + _MARK_BYTES + rb"\[")
_LIKELY: Final = re.compile(rb"\n([^\n]{0,12}?[0-9\xd9\xdb\xe0-\xe3][^\n]{2,60}?[:.][^\n]*)")
_BARE_FEED: Final = re.compile(rb"\n(?<!\r\n)")
_COLUMNS: Final = 5
"""What cutting gives for each message: the four groups of a lock, and the body."""
_TRUSTED_CRLF: Final = 0.98
"""Share of CRLFs that precede headers in an untouched iOS export: 41,347 of 41,364 in real files."""


class Shape(NamedTuple):
    """What all headers of a file have in common: its headers with numbers and words left open."""

    key: str
    family: Family
    time_first: bool
    has_seconds: bool
    has_year: bool


class Token(NamedTuple):
    """A run of digits, a word, or the literal characters between them."""

    kind: Literal["digits", "word", "text"]
    text: str
    second: bool
    """Whether it belongs to the header's second part (after the gap between date and time)."""


@dataclass
class _Sightings:
    """What was seen of one shape."""

    shape: Shape
    count: int = 0
    rows: dict[tuple[str, ...], tuple[Token, ...]] = field(
        default_factory=dict[tuple[str, ...], tuple[Token, ...]]
    )
    """One header for each way in which the characters between numbers and words differ."""
    digits: set[str] = field(default_factory=set[str])
    wide: bool = False
    """Whether a wide colon follows a header."""
    spaced: int = 0
    tight: int = 0
    """Headers whose first colon a space follows, or a text at once."""

    def add_row(self, tokens: tuple[Token, ...]) -> None:
        """Take in what a header consists of."""
        self.rows.setdefault(tuple(token.text for token in tokens if token.kind == "text"), tokens)

    def add(self, header: Header) -> None:
        """Take in a header whose row is known."""
        self.count += 1
        self.digits.update(*_DIGITS.findall(header.match.group()))
        rest = header.match.string[header.match.end() :]
        self.wide = self.wide or "：" in rest
        after = rest.partition(":")[2]
        self.spaced += ": " in rest or (":" in rest and not after)
        self.tight += ": " not in rest and bool(after) and not after.startswith("//")


@dataclass(frozen=True)
class Lock:
    """A shape, and what cuts a file at headers of that shape."""

    shape: Shape
    pattern: bytes
    """Regular expression of a header and name, without the newline before it: groups *first part*,
    *second part*, *seconds and what follows them* (empty where the time has none or comes first), *name
    with its colon* (empty where nobody is named)."""
    seen: int = 0
    """Headers of this shape in the sample."""

    def compile(self, newline: bytes) -> re.Pattern[bytes]:
        """Return the expression that finds headers after ``newline``.

        The literal newline stands first: the matcher skips to it, which makes one pass over the file cheap.
        """
        return re.compile(re.escape(newline) + self.pattern)


@dataclass
class Pieces:
    """A file cut at everything that looks like a header; all lists have one entry per candidate."""

    newline: Newline
    preamble: bytes
    first: list[bytes]
    """First part of the header: the date and the gap after it (or the time, if that comes first)."""
    second: list[bytes]
    """Second part of the header, up to the seconds or to where name or text begins."""
    third: list[bytes]
    """Seconds, with the sign before and all that follows; empty where the time has none or comes first."""
    author: list[bytes]
    """Name with its colon and space; empty where nobody is named."""
    body: list[bytes]
    """Everything up to the newline before the next header."""
    start: list[int]
    """Offset of the header in the file."""
    line: list[int]
    """Line of the header, from 1."""
    loose: set[int]
    """Candidates after a bare LF in a file whose messages are separated by CRLF."""
    size: int
    """Length of the file in bytes."""

    def __len__(self) -> int:
        return len(self.first)

    def inner(self, index: int) -> int:
        """Return the offset of a body in the file."""
        columns = (self.first, self.second, self.third, self.author)
        return self.start[index] + sum(len(column[index]) for column in columns)


def find_lock(
    data: bytes, exclude: Iterable[str] = (), read: Callable[[str], Header | None] = read_header
) -> Lock | None:
    """Find the shape of a file's headers.

    Args:
        data: the file as UTF-8.
        exclude: keys of shapes that are not wanted.
        read: reads the header of a line; those of phone exports are wanted unless said otherwise.

    Returns:
        the lock, or None where no line has a header.

    """
    found, first = _sight(_sample(data), set(exclude), read)
    if not found:
        found, first = _sight(_search(data), set(exclude), read)
    if not found:
        return None
    best = found[first] if first else max(found.values(), key=lambda sightings: sightings.count)
    siblings = [
        other for other in found.values() if other is not best and _are_siblings(best.shape, other.shape)
    ]
    lock = Lock(best.shape, _lock_pattern([best, *siblings]), best.count)
    finder = lock.compile(b"\n")
    return lock if finder.search(b"\n" + data[:_HEAD_SIZE]) or finder.search(data) else None


def cut(data: bytes, lock: Lock) -> Pieces:
    """Cut a file at every line that has a header of the lock's shape.

    On iOS messages end in CRLF and line breaks inside a message are bare LF; where a file keeps to that,
    headers after a bare LF are candidates too, but marked as ``loose``.
    """
    if lock.shape.family in IOS and b"\r" in data and not all_crlf(data):
        pieces = _split(data, lock, b"\r\n")
        if pieces is not None and _keeps_ends(pieces, data):
            return _add_loose(pieces, lock)
    pieces = _split(data, lock, b"\n")
    assert pieces is not None, "a lock is made from lines of the file"
    return pieces


def _keeps_ends(pieces: Pieces, data: bytes) -> bool:
    """Tell whether CRLF stands between messages only; a pasted text may bring in a few others."""
    last = data.endswith(b"\r\n")
    holding = compress(pieces.body, map(contains, pieces.body, repeat(ord("\r"))))
    inside = pieces.preamble.count(b"\r") + sum(body.count(b"\r") for body in holding) - last
    if len(pieces) - 1 >= _TRUSTED_CRLF * (len(pieces) - 1 + inside):
        return True
    ends = data.count(b"\r\n") - last
    return ends - (len(pieces) - 1) <= max(1, (1 - _TRUSTED_CRLF) * ends)


def all_crlf(data: bytes) -> bool:
    """Tell whether every line end is CRLF: then an editor or a mail program made them so."""
    return b"\n" in data and _BARE_FEED.search(data) is None


def _sight(
    lines: Iterable[str], exclude: set[str], read: Callable[[str], Header | None]
) -> tuple[dict[str, _Sightings], str | None]:
    """Collect the headers among lines by their shape; return also the shape of the first line, if any."""
    found: dict[str, _Sightings] = {}
    alike: dict[tuple[Family, bool, str], str] = {}
    first: str | None = None
    for number, line in enumerate(lines):
        header = read(line)
        if header is None:
            continue
        look = header.family, header.time_first, _DIGITS.sub("0", header.match.group())
        if look not in alike:  # most headers differ in their numbers alone
            alike[look] = _take_row(header, found, exclude)
        key = alike[look]
        if key in found:
            found[key].add(header)
            first = key if number == 0 else first
    return found, first


def _take_row(header: Header, found: dict[str, _Sightings], exclude: set[str]) -> str:
    """Take in what a header consists of, unless its shape is not wanted; return the key of its shape."""
    tokens = tuple(_tokens(header))
    key = "".join(_key_part(token) for token in tokens)
    if key not in exclude:
        shape = Shape(key, header.family, header.time_first, header.has_seconds, header.has_year)
        found.setdefault(key, _Sightings(shape)).add_row(tokens)
    return key


def _search(data: bytes) -> Iterator[str]:
    """Yield lines all over the file that have a number and something like a time at their beginning."""
    yield ""
    for match in islice(_LIKELY.finditer(data), _HEAD_LINES * 5):
        yield match[1][:_LINE_LIMIT].decode("utf-8", "replace").rstrip("\r")


def _sample(data: bytes) -> Iterator[str]:
    """Yield the beginnings of the first lines, then of lines all over the file."""
    position = 0
    for _ in range(_HEAD_LINES):
        if position >= _HEAD_SIZE:
            break
        end = data.find(b"\n", position)
        stop = len(data) if end < 0 else end
        yield data[position : min(stop, position + _LINE_LIMIT)].decode("utf-8", "replace").rstrip("\r")
        if end < 0:
            return
        position = end + 1
    step = max((len(data) - position) // _CHUNKS, _CHUNK_SIZE)
    for start in range(position, len(data), step):
        chunk = data[start : start + _CHUNK_SIZE].split(b"\n")
        for line in chunk[1:] if start > position else chunk:
            yield line[:_LINE_LIMIT].decode("utf-8", "replace").rstrip("\r")


def _key_part(token: Token) -> str:
    if token.kind == "digits":
        return "0"
    if token.kind == "word":
        return "w"
    return _SPACE.sub(" ", _DROP.sub("", token.text)).translate(_PUNCTUATION)


def _tokens(header: Header) -> Iterator[Token]:
    match = header.match
    boundary = match.start("date" if header.time_first else "time")
    words = sorted(match.span(group) for group in _WORD_GROUPS if match[group] is not None)
    position = match.end() - len(match.group().lstrip(_LEADING))
    for start, end in [*words, (match.end(), match.end())]:
        for token in _TOKEN.finditer(match.string, position, start):
            yield from _split_token(token.group(), token.start(), boundary)
        if start < end:
            yield Token("word", match.string[start:end], start >= boundary)
        position = end


def _split_token(text: str, start: int, boundary: int) -> Iterator[Token]:
    """Split a run of characters where the header's second part begins."""
    if text[0].isdigit():
        yield Token("digits", text, start >= boundary)
        return
    inside = min(max(boundary - start, 0), len(text))
    if inside:
        yield Token("text", text[:inside], second=False)
    if inside < len(text):
        yield Token("text", text[inside:], second=True)


def _are_siblings(one: Shape, other: Shape) -> bool:
    """Old Android leaves the current year out: one file then has dates with and without it."""
    return (
        one.family == other.family
        and one.time_first == other.time_first
        and one.has_seconds == other.has_seconds
        and one.has_year != other.has_year
    )


def _lock_pattern(groups: list[_Sightings]) -> bytes:
    firsts: list[bytes] = []
    seconds: list[bytes] = []
    thirds: list[bytes] = []
    for group in groups:
        rows = list(group.rows.values())
        columns = list(zip(*(row for row in rows if len(row) == len(rows[0])), strict=True))
        digits = _digits(group.digits)
        patterns = [_column(column, digits) for column in columns]
        middle = sum(not column[0].second for column in columns)
        end = (
            _before_seconds(columns, middle)
            if group.shape.has_seconds and not group.shape.time_first
            else len(columns)
        )
        firsts.append(b"".join(patterns[:middle]))
        seconds.append(b"".join(patterns[middle:end]))
        thirds.append(b"".join(patterns[end:]))
    author = _WIDE_AUTHOR if any(group.wide for group in groups) else _AUTHOR
    if sum(group.spaced for group in groups) * 4 < sum(group.tight for group in groups):
        author = _TIGHT_AUTHOR
    parts = (_MARK_BYTES + _either(firsts), _either(seconds), _either(thirds))
    return _guard(groups) + b"".join(b"(" + part + b")" for part in parts) + author


def _guard(groups: list[_Sightings]) -> bytes:
    """Look at one byte first: most lines are no headers, and this is where they fail soonest."""
    openings = {row[0] for group in groups for row in group.rows.values()}
    if any(token.kind == "word" for token in openings):
        return b""
    digits = {char for group in groups for char in group.digits}
    leads = {char.encode()[:1] for char in digits} | {token.text.encode()[:1] for token in openings}
    return b"(?=[\xe2\xd8\xef" + b"".join(re.escape(lead) for lead in sorted(leads)) + b"])"


def _before_seconds(columns: Sequence[tuple[Token, ...]], middle: int) -> int:
    """Return the column of the sign before the seconds: they are the third number of the time."""
    numbers = [
        place for place, column in enumerate(columns) if place >= middle and column[0].kind == "digits"
    ]
    return numbers[2] - 1


def _column(tokens: tuple[Token, ...], digits: bytes) -> bytes:
    """Make the expression for one place of the header from all that was seen there."""
    if tokens[0].kind == "digits":
        return digits + b"{1,4}"
    if tokens[0].kind == "word":
        return _WORD_BYTES
    texts = sorted({token.text for token in tokens}, key=len, reverse=True)
    return _either([re.escape(text.encode()) for text in texts])


def _either(patterns: list[bytes]) -> bytes:
    unique = list(dict.fromkeys(patterns))
    return unique[0] if len(unique) == 1 else b"(?:" + b"|".join(unique) + b")"


def _digits(seen: set[str]) -> bytes:
    """Make the expression for one digit of the scripts that were seen."""
    zeros = {ord(char) - unicodedata.digit(char) for char in seen}
    return _either([b"[0-9]" if zero == ord("0") else _script(zero) for zero in sorted(zeros)])


def _script(zero: int) -> bytes:
    return b"(?:" + b"|".join(re.escape(chr(zero + value).encode()) for value in range(10)) + b")"


def _split(data: bytes, lock: Lock, newline: Newline) -> Pieces | None:
    finder = lock.compile(newline)
    parts = finder.split(data)
    parts[:1] = finder.split(newline + parts[0])  # the first header has no newline before it
    if len(parts) == 1:
        return None
    first, second, third, author, body = (parts[column::_COLUMNS] for column in range(1, _COLUMNS + 1))
    gap = len(newline)
    ends = list(accumulate(map(len, parts)))[:-1:_COLUMNS]
    start = list(map(add, ends, range(0, gap * len(ends), gap)))
    line = list(accumulate([text.count(b"\n") + 1 for text in body], initial=1 + parts[0].count(b"\n")))[:-1]
    return Pieces(newline, parts[0][gap:], first, second, third, author, body, start, line, set(), len(data))


def _add_loose(pieces: Pieces, lock: Lock) -> Pieces:
    """Cut bodies further at headers after a bare LF, and mark these."""
    if lock.shape.family == "bracket":
        bracketed = compress(pieces.body, map(contains, pieces.body, repeat(ord("["))))
        if not any(map(_LOOSE.search, bracketed)):
            return pieces
    finder = lock.compile(b"\n")
    rows: list[list[bytes]] = []
    start: list[int] = []
    line: list[int] = []
    loose: set[int] = set()
    columns = (pieces.first, pieces.second, pieces.third, pieces.author, pieces.body)
    for index, row in enumerate(zip(*columns, strict=True)):
        place, number = pieces.start[index], pieces.line[index]
        parts = finder.split(row[-1]) if b"\n" in row[-1] else [row[-1]]
        for at in range(0, len(parts), _COLUMNS):
            if at:
                loose.add(len(rows))
            rows.append([*row[:-1], parts[0]] if at == 0 else parts[at - _COLUMNS + 1 : at + 1])
            start.append(place)
            line.append(number)
            place += sum(map(len, rows[-1])) + 1
            number += rows[-1][-1].count(b"\n") + 1
    if not loose:
        return pieces
    first, second, third, author, body = (list(column) for column in zip(*rows, strict=True))
    return Pieces(
        pieces.newline, pieces.preamble, first, second, third, author, body, start, line, loose, pieces.size
    )
