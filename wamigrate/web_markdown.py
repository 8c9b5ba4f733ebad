"""``chat.md`` of an export from WhatsApp Web: the same messages as in ``chat.txt``, laid out for reading.

It begins with ``# heading: title``, prints each day as ``## long date``, and a message as
``[time] **Name:** body`` or ``[time] __notice__``, with a blank line after each; answers to a message quote
it first. Dates and times are those of the browser's language, without seconds. What people wrote is printed
as in ``chat.txt``, what WhatsApp itself puts in place of pictures, deleted messages and the like is printed
otherwise: where both files agree, it is somebody's words.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple

from wamigrate.register import clean_name

_ENTRY: Final = re.compile(
    r"\n\n\[(?P<time>[^\[\]\n]{3,24})\] (?:\*\*(?P<name>[^\n]{1,400}?):\*\*(?=[ \n])|(?=__|\[))"
)
_NAME: Final = re.compile(r"\n\n\[[^\[\]\n]{3,24}\] \*\*([^\n]{1,400}?):\*\*[ \n]")
_DAY: Final = re.compile(r"\n\n---\n\n## ([^\n]*)\n*\Z")
_HEADING: Final = re.compile(r"\ufeff?# [^\n]{1,80}?: ([^\n]*)")
_CLOCK: Final = re.compile(r"(\d{1,2})\D{1,3}(\d\d)(?!\d)")
_AHEAD: Final = 16
"""Entries and messages among which a pair is looked for where the two files do not agree."""
_NOON: Final = 12
_OPENING: Final = 64
"""Bytes of a body that are compared; a quarter of that in characters."""
_REPLACED: Final = (" [", " _", " **", "\n> _")
"""How bodies begin that chat.md prints otherwise, and those that quote."""


class Entry(NamedTuple):
    """A message as ``chat.md`` prints it, or something in a body that looks like one."""

    start: int
    body: int
    """Where the body begins."""
    clock: tuple[int, int] | None
    """Hour, on a clock of twelve, and minute."""
    name: str | None
    opening: str
    """How the body begins."""

    def may_be(self, body: bytes) -> bool:
        """Tell whether it could be the message that ``chat.txt`` has with this body."""
        if self.name is None or self.opening.startswith(_REPLACED):
            return True
        first = body[:_OPENING].partition(b"\n")[0].decode("utf-8", "ignore")
        return self.opening.startswith(" " + first[: _OPENING // 4])


class Printed(NamedTuple):
    """What stands in ``chat.md`` for one message."""

    body: str
    quote: str | None
    """What it answers: ``Name: text``."""


class WebMarkdown(NamedTuple):
    """``chat.md``, cut into entries."""

    text: str
    entries: list[Entry]
    days: list[str]
    """The dates between the messages, as printed."""
    names: frozenset[str]
    """Names that hold a colon and a space, which ``chat.txt`` alone does not tell from what follows."""

    @property
    def title(self) -> str | None:
        """Name of the chat; null where the heading is missing."""
        match = _HEADING.match(self.text)
        return (match[1].strip() or None) if match else None

    def printed(self, first: int, following: int | None, body: str) -> Printed:
        """Return what stands for a message.

        Args:
            first: its entry.
            following: the entry of the next message; None for the last.
            body: the message as ``chat.txt`` has it.

        """
        end = len(self.text) if following is None else self.entries[following].start
        text = _DAY.sub("", self.text[self.entries[first].body : end]).removesuffix("\n").removesuffix("\n")
        if text.startswith("\n> _"):
            return _split_quote(text[4:], body)
        return Printed(text.removeprefix(" "), None)


def read_web_markdown(data: bytes) -> WebMarkdown:
    r"""Read ``chat.md``.

    >>> heading = "# WhatsApp Chat Export: ChatGPT\nExport date: x\n\n---\n\n## 2 January\n\n"
    >>> found = read_web_markdown((heading + "[9:05] **You:** hi\n").encode())
    >>> found.title, found.days, found.entries[0].name, found.printed(0, None, "hi").body
    ('ChatGPT', ['2 January'], 'You', 'hi')

    """
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    names = cache(clean_name)
    entries = [
        Entry(
            match.start() + 2,
            match.end(),
            _clock(match["time"]),
            name and names(name),
            text[match.end() : match.end() + _OPENING],
        )
        for match in _ENTRY.finditer(text)
        for name in (match["name"],)
    ]
    days = re.findall(r"\n---\n\n## ([^\n]*)\n\n(?=\[)", text)
    counts = Counter(name for name in _NAME.findall(text) if ": " in name)
    names_with_colon = frozenset(name for name, count in counts.items() if count > 1)
    return WebMarkdown(text, [entry for entry in entries if entry.clock], days, names_with_colon)


@cache
def _clock(text: str) -> tuple[int, int] | None:
    match = _CLOCK.search(text)
    return (int(match[1]) % _NOON, int(match[2])) if match else None


def _split_quote(text: str, body: str) -> Printed:
    """Split a quotation from the answer: it ends before the body that ``chat.txt`` has, or else soonest."""
    if text.endswith(f"_\n{body}"):
        return Printed(body, text[: -len(body) - 2])
    quote, _, rest = text.partition("_\n")
    return Printed(rest, quote)


def pair_entries(
    entries: Sequence[Entry],
    names: Sequence[str | None],
    moments: Sequence[datetime | None],
    bodies: Sequence[bytes],
) -> list[int | None]:
    """Find the entry of each message.

    Args:
        entries: those of ``chat.md``.
        names: author of each message of ``chat.txt``.
        moments: its time.
        bodies: its text.

    Returns:
        the place of the entry; None where there is none.

    """
    keys = [
        _Key(name, None if moment is None else (moment.hour % _NOON, moment.minute), body)
        for name, moment, body in zip(names, moments, bodies, strict=True)
    ]
    pairs: list[int | None] = [None] * len(keys)
    i = j = 0
    while i < len(keys) and j < len(entries):
        if not keys[i].fits(entries[j]):
            step = _resume(keys[i : i + _AHEAD], entries[j : j + _AHEAD])
            i, j = i + step[0], j + step[1]
            continue
        pairs[i] = j
        i, j = i + 1, j + 1
    return pairs


class _Key(NamedTuple):
    """What a message and its entry have in common."""

    name: str | None
    clock: tuple[int, int] | None
    body: bytes

    def fits(self, entry: Entry) -> bool:
        return self.clock == entry.clock and self.name == entry.name and entry.may_be(self.body)


def _resume(keys: Sequence[_Key], entries: Sequence[Entry]) -> tuple[int, int]:
    """Return how far to go on in both, so that they agree again and least is left out."""
    for skipped in range(1, len(keys) + len(entries)):
        for step in range(max(0, skipped - len(entries) + 1), min(skipped, len(keys) - 1) + 1):
            if keys[step].fits(entries[skipped - step]):
                return step, skipped - step
    return max(len(keys), 1), max(len(entries), 1)
