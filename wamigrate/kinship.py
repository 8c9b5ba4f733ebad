"""Which copies are of the same chat: by the texts they have in common, else by who talks.

Texts in common prove it if their times differ as two clocks can (:mod:`wamigrate.shift`): an assistant greets
everybody alike, but not at the same moments; and if they are no small part of what both have of that time:
a text can be sent to many at once. Copies of different times have no text in common; they are of one chat if
the same people talk, and nothing speaks against it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, Literal, NamedTuple

from wamigrate.likeness import STRONG
from wamigrate.model import Conversation, Participant, Span
from wamigrate.own_name import own_word
from wamigrate.register import fold
from wamigrate.shift import Anchor, Clock, find_clock
from wamigrate.strand import Strand

Reason = Literal["clock", "zone", "nothing-in-common"]
"""Why two copies of what looks like one chat are kept apart."""
PROOF: Final = 2
"""Texts in common that prove two copies to be of one chat, or the clock of one to be another."""
_SHARE: Final = 0.25
"""Part that these must be of all long texts of the time that both cover."""
_SHORT_SHARE: Final = 0.5
"""The same, where all texts are short."""
_CROWD: Final = 64
"""Copies that may hold a text; one that more hold proves nothing."""
_PAIR: Final = 2
Texts = Mapping[tuple[int, int], Sequence[Anchor]]
"""By the numbers of two copies, the texts that each of them has once."""


class Apart(NamedTuple):
    """Two copies that look like one chat and cannot be merged."""

    one: int
    other: int
    reason: Reason


class Kin(NamedTuple):
    """Which copies belong together."""

    groups: list[list[int]]
    """Numbers of the copies of each chat, in order; the groups by their first."""
    apart: list[Apart]
    shared: Mapping[tuple[int, int], int]
    """How many texts prove two copies to be of one chat; lower number first."""


def find_kin(strands: Sequence[Strand]) -> Kin:
    """Find out which copies are of the same chat."""
    texts = _texts_in_common(strands)
    roots = list(range(len(strands)))
    apart: list[Apart] = []
    shared: dict[tuple[int, int], int] = {}
    for one, other in sorted({*texts, *_same_casts(strands)}):
        verdict = _judge(strands[one], strands[other], texts.get((one, other), ()))
        if isinstance(verdict, int):
            shared[one, other] = verdict
            old, new = roots[other], roots[one]
            roots = [new if root == old else root for root in roots]
        elif verdict is not None:
            apart.append(Apart(one, other, verdict))
    groups: dict[int, list[int]] = {}
    for number, root in enumerate(roots):
        groups.setdefault(root, []).append(number)
    divided = [found for found in apart if roots[found.one] != roots[found.other]]
    return Kin(list(groups.values()), divided, shared)


def common_clock(anchors: Sequence[Anchor], *, mixed: bool, proof: int = PROOF) -> Clock | None:
    """Find the difference of two clocks by the texts that two copies have once each.

    Args:
        anchors: the texts.
        mixed: whether one copy has offsets and the other a wall clock, so that a difference is likely.
        proof: how many texts it takes to believe in a difference where none is likely.

    Returns:
        the clock; None where there is none, or too little to believe that a clock differs.

    """
    long = [anchor for anchor in anchors if anchor.long]
    found = find_clock(long if len(long) > PROOF else anchors)
    if found is None:
        return None
    return found if mixed or found.support >= proof or found.extremes() == (0, 0) else None


def _texts_in_common(strands: Sequence[Strand]) -> Texts:
    holders: dict[str, list[tuple[int, int]]] = {}
    for number, strand in enumerate(strands):
        for words, place in strand.landmarks(1).items():
            holders.setdefault(words, []).append((number, place))
    found: dict[tuple[int, int], list[Anchor]] = {}
    for words, places in holders.items():
        for (one, here), (other, there) in combinations(places, 2) if len(places) <= _CROWD else ():
            first, second = strands[one].moments[here], strands[other].moments[there]
            assert first is not None  # else it would be no landmark
            assert second is not None
            found.setdefault((one, other), []).append(Anchor(first, second, len(words) >= STRONG))
    return found


def _same_casts(strands: Sequence[Strand]) -> Iterator[tuple[int, int]]:
    """Yield the copies that have the same assistant; without one, the same people and title."""
    casts: dict[object, list[int]] = {}
    for number, strand in enumerate(strands):
        chat = strand.chat
        people = frozenset(map(_names, chat.participants))
        if chat.service is not None:
            casts.setdefault(chat.service, []).append(number)
        elif len(people) >= _PAIR:
            casts.setdefault((people, fold(chat.title or "")), []).append(number)
    for numbers in casts.values():
        yield from combinations(numbers, 2)


def _are_alike(one: Conversation, other: Conversation) -> bool:
    """Say whether two copies look like one chat by who talks: the same assistant and the same person."""
    if one.service != other.service:
        return False
    if one.service is None:
        people, others = (set(map(_names, chat.participants)) for chat in (one, other))
        return len(people) >= _PAIR and people == others
    first, second = _users(one), _users(other)
    return not first or not second or not first.isdisjoint(second)


def _users(chat: Conversation) -> set[str]:
    """Return the names of whoever talks to the assistant; the word "you" in some language is none."""
    users = (person for person in chat.participants if person.role == "user" and not own_word(person.name))
    return {name for person in users for name in _names(person)}


def _names(person: Participant) -> frozenset[str]:
    return frozenset(fold(name) for name in (person.name, person.phone, *person.raw_names) if name)


def _judge(one: Strand, other: Strand, anchors: Sequence[Anchor]) -> int | Reason | None:
    """Return how many texts prove two copies to be of one chat, else why they are not; None: plainly two."""
    services = {one.chat.service, other.chat.service} - {None}
    if len(services) > 1:
        return None
    alike = _are_alike(one.chat, other.chat)
    if one.chat.source == other.chat.source:  # a file that was read twice, or two chats of a database
        same = _spans(one) & _spans(other)
        if same or not alike:
            return len(same) or None
    mixed = one.zoned != other.zoned
    clock = common_clock(anchors, mixed=mixed, proof=1)
    if clock is not None and _proves(one, other, clock, anchors):
        return clock.support
    clock = common_clock(anchors, mixed=mixed) if alike else None
    if clock is not None:
        return clock.support
    return _doubt(one, other, anchors) if alike else None


def _doubt(one: Strand, other: Strand, anchors: Iterable[Anchor]) -> Reason | Literal[0]:
    """Say why copies of what looks like one chat, with no common clock, cannot be merged; 0: they can."""
    if sum(anchor.long for anchor in anchors) >= PROOF:
        return "clock"
    if one.zoned != other.zoned:
        return "zone"
    return "nothing-in-common" if _contradict(one, other) else 0


def _spans(strand: Strand) -> set[Span]:
    return {span for message in strand.messages for span in message.spans}


def _proves(one: Strand, other: Strand, clock: Clock, anchors: Iterable[Anchor]) -> bool:
    """Say whether texts in common are enough where nothing else shows two copies to be of one chat."""
    ranges = one.range(), other.range()
    assert ranges[0] is not None  # else there were no texts in common
    assert ranges[1] is not None
    long = any(anchor.long for anchor in anchors)
    shortest = STRONG if long else 1
    earliest, latest = clock.extremes()
    here = one.landmarks_within(ranges[1][0] - latest, ranges[1][1] - earliest, shortest)
    there = other.landmarks_within(ranges[0][0] + earliest, ranges[0][1] + latest, shortest)
    least = min(here, there)
    if not long:
        return clock.support > PROOF and clock.support >= _SHORT_SHARE * least
    return clock.support >= (PROOF if least > 1 else 1) and clock.support >= _SHARE * least


def _contradict(one: Strand, other: Strand) -> bool:
    """Say whether both have long texts of the same time, and none in common."""
    ranges = one.range(), other.range()
    if ranges[0] is None or ranges[1] is None:
        return False
    low, high = max(ranges[0][0], ranges[1][0]), min(ranges[0][1], ranges[1][1])
    return all(strand.landmarks_within(low, high) >= PROOF for strand in (one, other))
