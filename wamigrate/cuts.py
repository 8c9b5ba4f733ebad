"""Whether an answer was cut between two messages, and what stood at the cut.

A service that cuts its answers cuts them where a line ends: at the last line break before its limit, also
inside code, without closing and reopening the fence. What tells a cut from two answers is arithmetic first:
the service would not have cut if the next line had still had room.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from wamigrate.fences import count_fences

TOLERANCE: Final = 40
"""Characters by which a limit is exceeded or missed; parts of ChatGPT measured 1,276 to 1,303 at a limit of
about 1,300, and the first line of a part has lost its indentation."""
NEAR: Final = 150
"""Characters short of the limit at which a part counts as full, whatever follows."""
TRANSPORT_LIMITS: Final = (1600, 4096)
"""Longest texts that the interfaces for businesses take: Twilio's, and WhatsApp's Cloud API."""
_MID_SENTENCE: Final = 600
"""Characters that a message has at least where a service with no known limit was cut inside a sentence."""
_LISTED: Final = 300
"""The same where it was cut inside a numbered list."""

_CLOSERS: Final = "*_~`\"'”’»)] \t\r\n"
_OPEN_ENDS: Final = ",;:-–—(/=+&{[،、，："
_ITEM: Final = re.compile(r"[ \t]*(?:[-*•+]|([0-9]{1,3})[.)])[ \t]")
_LABEL: Final = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]|(\*{1,2})[^*\n]+\1:?[ \t]*\Z|\*{1,2}[^*\n]+:\*{1,2}[ \t]*\Z)"
)
_LEADS: Final = {">": "quote", "|": "table", "`": "code"}


class Cut(NamedTuple):
    """A place between two messages of an assistant."""

    before: str
    """The message before."""
    after: str
    """The message after."""
    fence: bool
    """Whether a fence is open there which a later part closes."""
    crowded: bool
    """Whether several questions waited for an answer, so that two answers are to be expected."""


def is_cut(place: Cut, limit: int | None) -> bool:
    """Tell whether what follows is the rest of the same answer.

    Args:
        place: the two messages.
        limit: characters after which the service cuts; None where that is not known.

    >>> is_cut(Cut("First answer.", "Second answer.", fence=False, crowded=True), 1300)
    False
    >>> is_cut(Cut("word " * 250, "The line that had no room. " * 4, fence=False, crowded=False), 1300)
    True

    """
    if place.fence:
        return True
    if limit is None or len(place.before) > limit + TOLERANCE:
        return _goes_on(place)
    filled = len(place.before) + 1 + len(first_line(place.after)) > limit - TOLERANCE
    full = len(place.before) >= limit - NEAR
    if not place.crowded:
        return filled or full
    return (filled and full) or ((filled or full) and is_unfinished(place.before))


def _goes_on(place: Cut) -> bool:
    """Tell a cut of a service whose limit is not known: only where the words themselves go on."""
    size = len(place.before)
    if size < _LISTED or not is_unfinished(place.before):
        return False
    first = first_line(place.after)
    if not place.crowded:
        for limit in TRANSPORT_LIMITS:
            if limit - NEAR <= size <= limit < size + 1 + len(first) + TOLERANCE:
                return True
    number, next_number = _number(last_line(place.before)), _number(first)
    if number is not None and next_number == number + 1:
        return True
    return size >= _MID_SENTENCE and first[:1].islower() and not _ITEM.match(last_line(place.before))


def is_unfinished(text: str) -> bool:
    """Tell whether a text stops where no sentence ends, or with a line end, as no finished message does.

    Emoji, brackets and quotation marks may end a sentence.

    >>> is_unfinished("one, two and"), is_unfinished("That is *all.*"), is_unfinished("Enjoy! 🙂")
    (True, False, False)
    """
    core = text[-80:].rstrip(_CLOSERS)
    return text.endswith("\n") or (bool(core) and (core[-1].isalnum() or core[-1] in _OPEN_ENDS))


def first_line(text: str) -> str:
    """Return the first line that is not blank."""
    return text.lstrip("\r\n").partition("\n")[0]


def last_line(text: str) -> str:
    """Return the last line that is not blank."""
    return text.rstrip("\r\n").rpartition("\n")[2]


def _number(line: str) -> int | None:
    item = _ITEM.match(line)
    return int(item[1]) if item and item[1] else None


def seams(parts: list[str], *, blanks_kept: bool) -> list[str]:
    r"""Return what stood between the parts of an answer.

    Parts are cut at a line break, so that is what stands there. It was at a blank line, which is lost where
    both ends are trimmed, if the same answer has one wherever such lines meet. A part without any line break
    cannot have been cut at one: it was cut between two words.

    Args:
        parts: the texts, two or more.
        blanks_kept: whether parts in this chat keep blank lines at their ends, so that none are lost.

    >>> seams(["One.\n\nTwo.", "Three."], blanks_kept=False)
    ['\n\n']

    """
    votes = Counter[tuple[str, str, bool]]()
    if not blanks_kept:
        votes.update(_meetings(parts))
    found: list[str] = []
    fences = 0
    for before, after in pairwise(parts):
        fences += count_fences(before)
        if fences % 2 or before.endswith("\n") or after.startswith("\n"):
            found.append("\n")
        elif "\n" not in before and is_unfinished(before) and not _ITEM.match(after):
            found.append(" ")
        else:
            pair = (_kind(last_line(before)), _kind(first_line(after)))
            found.append("\n\n" if _has_blank(votes, pair) else "\n")
    return found


def _has_blank(votes: Counter[tuple[str, str, bool]], pair: tuple[str, str]) -> bool:
    """Tell whether an answer has a blank line where such lines meet, or, if none do, between any blocks."""
    blank, plain = votes[(*pair, True)], votes[(*pair, False)]
    if (blank or plain) or not _parts_blocks(*pair):
        return blank > plain
    blocks = Counter[bool]()
    for (above, below, has_blank), count in votes.items():
        if _parts_blocks(above, below):
            blocks[has_blank] += count
    return blocks[True] > blocks[False]


def _parts_blocks(above: str, below: str) -> bool:
    """Tell whether two kinds of lines are two blocks; a label belongs to what stands below it."""
    return above != "label" and (above != below or above == "prose")


def _meetings(parts: Iterable[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield the kinds of lines that follow each other outside code, and whether a blank line is between."""
    fences = 0
    for part in parts:
        above, blank = "", False
        for line in part.split("\n"):
            inside = fences % 2 == 1
            fences += count_fences(line)
            if not line.strip():
                blank = True
                continue
            kind = _kind(line)
            if above and not inside:
                yield above, kind, blank
            above, blank = kind, False


def _kind(line: str) -> str:
    """Name what a line is: ``item``, ``label``, ``quote``, ``table``, ``code`` or ``prose``."""
    if _ITEM.match(line):
        return "item"
    if _LABEL.match(line):
        return "label"
    return _LEADS.get(line.lstrip(" \t")[:1], "prose")
