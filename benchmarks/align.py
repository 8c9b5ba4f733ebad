"""Lays what a reader found beside the truth, in order, and scores it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from typing import Final

from msgspec import Struct

from benchmarks.corpus import Truth
from wamigrate.model import Kind

_MARKS: Final = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0xFEFF)
_INVISIBLE: Final = dict.fromkeys(_MARKS)
ASPECTS: Final = ("time", "author", "text", "kind", "files")


class Found(Struct, frozen=True):
    """A message as a reader gave it back."""

    time: datetime | None
    author: str | None
    body: str
    kind: Kind | None = None
    attachments: tuple[str | None, ...] = ()
    edited: bool = False


class Pair(Struct, frozen=True):
    """A true message, what was found for it (if anything), and which aspects of it are right."""

    truth: Truth
    found: Found | None
    right: dict[str, bool]

    @property
    def whole(self) -> bool:
        """Whether time, author and text are right."""
        return self.right["time"] and self.right["author"] and self.right["text"]


class Score(Struct, frozen=True):
    """How well a file was read."""

    pairs: list[Pair]
    extra: int
    """Messages found that are none: mostly pieces of one that was split."""

    def share(self, aspect: str) -> float:
        """Return the share of messages whose ``time``, ``author``, … is right; ``whole``: the first three."""
        right = sum(pair.whole if aspect == "whole" else pair.right[aspect] for pair in self.pairs)
        return right / len(self.pairs)

    @property
    def lost(self) -> int:
        """Messages that were not found."""
        return sum(pair.found is None for pair in self.pairs)

    def traps(self) -> tuple[int, int]:
        """Return how many messages with a trap kept their text, and how many there are."""
        kept = [pair.right["text"] for pair in self.pairs if pair.truth.trap]
        return sum(kept), len(kept)


def score(truths: Sequence[Truth], found: Sequence[Found]) -> Score:
    """Pair what was found with the truth and judge every pair.

    >>> from benchmarks.corpus import make
    >>> from benchmarks.styles import find_styles
    >>> truths = make(find_styles()["ios-de"], "plain", 9).truths
    >>> copy = [Found(truth.time, truth.author, truth.body, truth.kind) for truth in truths]
    >>> score(truths, copy).share("whole"), score(truths, copy[1:]).lost
    (1.0, 1)
    >>> score(truths, [*copy, copy[0]]).extra
    1
    """
    partners = dict(_align(truths, found))
    places = map(partners.get, range(len(truths)))
    pairs = [
        _judge(truth, None if place is None else found[place])
        for truth, place in zip(truths, places, strict=True)
    ]
    return Score(pairs, len(found) - len(partners))


def _align(truths: Sequence[Truth], found: Sequence[Found]) -> Iterator[tuple[int, int]]:
    """Yield pairs of places: runs of equal bodies first, then what lies between them."""
    bodies = [truth.body for truth in truths]
    matcher = SequenceMatcher(None, bodies, [one.body for one in found], autojunk=False)
    left = right = 0
    for start, other, size in matcher.get_matching_blocks():
        yield from _fill(truths, found, range(left, start), range(right, other))
        yield from ((start + step, other + step) for step in range(size))
        left, right = start + size, other + size


def _fill(
    truths: Sequence[Truth], found: Sequence[Found], gap: range, others: range
) -> Iterator[tuple[int, int]]:
    """Pair a gap: by place where both sides are equally long, else each truth with what starts like it."""
    if len(gap) == len(others):
        yield from zip(gap, others, strict=True)
        return
    place = others.start
    for index in gap:
        for other in range(place, others.stop):
            if _similar(truths[index], found[other]):
                yield index, other
                place = other + 1
                break


def _similar(truth: Truth, found: Found) -> bool:
    if truth.time == found.time and clean(truth.author) == clean(found.author):
        return True
    return bool(found.body) and truth.body.startswith(found.body.split("\n")[0])


def _judge(truth: Truth, found: Found | None) -> Pair:
    if found is None:
        return Pair(truth, None, dict.fromkeys(ASPECTS, False))
    unsigned = truth.kind == "notice" and found.author is None
    right = {
        "time": truth.time == found.time,
        "author": unsigned or clean(truth.author) == clean(found.author),
        "text": truth.body == found.body,
        "kind": truth.kind == found.kind and truth.edited == found.edited,
        "files": truth.attachment is None or truth.attachment in found.attachments,
    }
    return Pair(truth, found, right)


def clean(name: str | None) -> str | None:
    """Return a name without what is not seen: marks, the tilde of strangers, kinds of spaces.

    >>> clean("~" + chr(0x202F) + "Ana"), clean(None)
    ('Ana', None)
    """
    if name is None:
        return None
    return " ".join(name.translate(_INVISIBLE).lstrip("~").replace("\u2011", "-").split())
