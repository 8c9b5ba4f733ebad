"""Copies of one chat, added to each other: first the best, then always the one with most in common."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from wamigrate.kinship import PROOF, common_clock
from wamigrate.likeness import NOBODY, STRONG
from wamigrate.model import Participant, Role
from wamigrate.pairing import Pairing
from wamigrate.register import fold
from wamigrate.shift import Anchor, Clock
from wamigrate.strand import Strand
from wamigrate.thread import Thread

_UNIQUE: tuple[Role, ...] = ("assistant", "user")
"""Roles that one person has in most chats."""
Votes = Counter[tuple[str, int]]
"""How many texts say that an author of a copy is a person of the history."""


def weave_copies(strands: Sequence[Strand], shared: Mapping[tuple[int, int], int]) -> Thread:
    """Make a history of copies of one chat.

    Args:
        strands: the copies, the best one first.
        shared: how many texts two of them have in common, by their numbers, lower first.

    """
    thread = Thread()
    for number, texts in _sequence(len(strands), shared):
        strand = strands[number]
        anchors = list(_anchors(thread, strand))
        mixed = any(one.zoned for one in thread.strands) != strand.zoned
        found = common_clock([one for one, _, _ in anchors], mixed=mixed, proof=min(texts, PROOF) or PROOF)
        clock = found or _usual(thread, strand)
        votes: Votes = Counter()
        for anchor, author, person in anchors:
            shifts = clock.shifts(anchor.here.low)
            if author is not None and any(
                anchor.here.apart(anchor.there, one) <= clock.jitter for one in shifts
            ):
                votes[author, person] += 1
        persons = _recognise(thread, strand.chat.participants, votes)
        pairing = Pairing(thread, strand, persons, clock)
        if thread.entries:
            pairing.run()
        thread.add(strand, persons, clock, pairing.matches, pairing.shifts)
    return thread


def _usual(thread: Thread, strand: Strand) -> Clock:
    """Return the clock of a copy that has no text in common with the history: that of the largest like it."""
    known = [
        (len(other), -number) for number, other in enumerate(thread.strands) if other.zoned == strand.zoned
    ]
    return thread.clocks[-max(known)[1]] if known and not strand.zoned else Clock(())


def _sequence(count: int, shared: Mapping[tuple[int, int], int]) -> Iterator[tuple[int, int]]:
    """Yield the numbers of the copies, each connected with those before as well as can be (Prim).

    With each comes how many texts it has in common with one of those before.
    """
    near = dict.fromkeys(range(count), 0)
    latest = 0
    while near:
        yield latest, near.pop(latest)
        for number in near:
            texts = shared.get((min(latest, number), max(latest, number)), 0)
            near[number] = max(near[number], texts)
        latest = min(near, key=lambda number: (-near[number], number), default=0)


def _anchors(thread: Thread, strand: Strand) -> Iterator[tuple[Anchor, str | None, int]]:
    """Yield the texts that both have once: times, the author here, the person there."""
    places = strand.landmarks(1)
    for words, number in thread.landmarks(1).items() if places else ():
        place = places.get(words)
        if place is None:
            continue
        entry = thread.entries[number]
        here, there = strand.moments[place], entry.moment
        assert here is not None, "landmarks have a time"
        assert there is not None, "landmarks have a time"
        yield Anchor(here, there, len(words) >= STRONG), strand.messages[place].author, entry.person


def _recognise(thread: Thread, people: Sequence[Participant], votes: Votes) -> dict[str, int]:
    """Say who is who: by texts in common, number, name, or a role that only one has; else somebody new."""
    known = thread.people()
    found: dict[str, int] = {}
    for (author, person), _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        if person != NOBODY:
            found.setdefault(author, person)
    for one in people:
        if one.name not in found:
            same = (
                number for number, others in known.items() if any(_is_same(one, other) for other in others)
            )
            number = next(same, None)
            if number is not None and number not in found.values():
                found[one.name] = number
    for role in _UNIQUE:
        here = [one.name for one in people if one.role == role]
        there = [number for number, others in known.items() if any(other.role == role for other in others)]
        if len(here) == len(there) == 1 and there[0] not in found.values():
            found.setdefault(here[0], there[0])
    new = max(known, default=NOBODY) + 1
    for one in people:
        if one.name not in found:
            found[one.name], new = new, new + 1
    return found


def _is_same(one: Participant, other: Participant) -> bool:
    if one.phone is not None and other.phone is not None:
        return one.phone == other.phone
    return fold(one.name) == fold(other.name)
