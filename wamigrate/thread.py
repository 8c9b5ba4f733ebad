"""The history that copies of a chat make together, while one copy after the other is added.

An *entry* of the history is one message with its place in each copy that holds it.
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from wamigrate.likeness import NOBODY, exact_key
from wamigrate.model import Message, Participant
from wamigrate.ordering import Place, weave
from wamigrate.shift import Clock, Moment
from wamigrate.strand import Strand


class Member(NamedTuple):
    """Where a copy holds a message."""

    strand: int
    """Number of the copy."""
    place: int
    """Which of its messages."""
    shift: int
    """Seconds that are added to the copy's time here."""


class Entry:
    """One message of the history.

    Attributes:
        person: number of its author; :data:`~wamigrate.likeness.NOBODY` where no copy names one.
        moment: when it was written, as exact as any copy tells, in the time of the history.
        members: where it stands in the copies.
        keys: its exact keys, of all copies.

    """

    __slots__ = ("keys", "members", "moment", "person")

    def __init__(self, person: int, moment: Moment | None, member: Member, key: Hashable | None) -> None:
        self.person: int = person
        self.moment = moment
        self.members: list[Member] = [member]
        self.keys: tuple[Hashable, ...] = () if key is None else (key,)

    def join(self, person: int, moment: Moment | None, member: Member, key: Hashable | None) -> None:
        """Add a copy that holds the same message."""
        self.members.append(member)
        if self.person == NOBODY:
            self.person = person
        if key is not None and key not in self.keys:
            self.keys = (*self.keys, key)
        self.moment = _narrow(self.moment, moment)


class Thread:
    """A history of some copies.

    Attributes:
        strands: the copies, in the order in which they were added.
        persons: of each copy, the number of each author.
        clocks: of each copy, what is to be added to its times.
        shifts: of each copy, the smallest and the largest amount of seconds that are added to its times.
        entries: the messages; their order means nothing.
        rank: of each entry, its place in the history.
        order: the entries, by their places.
        chains: of each copy, its messages as entries.

    """

    def __init__(self) -> None:
        self.strands: list[Strand] = []
        self.persons: list[dict[str, int]] = []
        self.clocks: list[Clock] = []
        self.shifts: list[tuple[int, int]] = []
        self.entries: list[Entry] = []
        self.rank: list[int] = []
        self.order: list[int] = []
        self.chains: list[list[int]] = []

    def add(
        self,
        strand: Strand,
        persons: dict[str, int],
        clock: Clock,
        matches: Sequence[int],
        shifts: Sequence[int],
    ) -> None:
        """Add a copy.

        Args:
            strand: the copy.
            persons: number of each of its authors.
            clock: what is to be added to its times.
            matches: of each message, the entry that it is the same as; -1 for new ones.
            shifts: of each message, the seconds to add to its time.

        """
        number = len(self.strands)
        chain: list[int] = []
        rows = zip(strand.messages, strand.words, strand.moments, matches, shifts, strict=True)
        for index, (message, words, moment, match, shift) in enumerate(rows):
            author = message.author
            person = NOBODY if author is None else persons.get(author, NOBODY)
            if moment is not None and shift:
                moment = Moment(moment.low + shift, moment.high + shift)  # noqa: PLW2901 - the same, moved
            key = exact_key(message, words, person)
            member = Member(number, index, shift)
            if match < 0:
                chain.append(len(self.entries))
                self.entries.append(Entry(person, moment, member, key))
            else:
                chain.append(match)
                self.entries[match].join(person, moment, member, key)
        self.strands.append(strand)
        self.persons.append(persons)
        self.clocks.append(clock)
        self.shifts.append((min(shifts, default=0), max(shifts, default=0)))
        self.chains.append(chain)
        self._arrange()

    def messages(self, entry: Entry) -> Iterable[Message]:
        """Return an entry's message in each copy."""
        return (self.strands[member.strand].messages[member.place] for member in entry.members)

    def people(self) -> dict[int, list[Participant]]:
        """Return what the copies say of each person, by number."""
        found: dict[int, list[Participant]] = {}
        for strand, persons in zip(self.strands, self.persons, strict=True):
            for one in strand.chat.participants:
                found.setdefault(persons[one.name], []).append(one)
        return found

    def landmarks(self, shortest: int) -> dict[str, int]:
        """Return the gists that stand only once in the history, each with its entry."""
        found: dict[str, int] = {}
        for number, entry in enumerate(self.entries):
            if entry.moment is None:
                continue
            for words in {self.strands[one.strand].gists[one.place] for one in entry.members}:
                if len(words) >= shortest:
                    found[words] = -1 if words in found else number
        return {words: number for words, number in found.items() if number >= 0}

    def _arrange(self) -> None:
        """Bring the entries into an order that suits all copies."""
        self.order = weave(self.chains, self._places())
        self.rank = [0] * len(self.order)
        for place, number in enumerate(self.order):
            self.rank[number] = place

    def _places(self) -> list[Place]:
        """Return where each entry belongs in time; without a time, right after the one before it."""
        places: list[Place | None] = [None] * len(self.entries)
        for number, entry in enumerate(self.entries):
            if entry.moment is not None:
                first = entry.members[0]
                role = self.strands[first.strand].messages[first.place].role
                places[number] = Place(entry.moment.low, int(role == "assistant"))
        for chain in self.chains:
            _fill(places, chain)
        return [place or Place(0, 0) for place in places]


def _fill(places: list[Place | None], chain: Sequence[int]) -> None:
    """Give entries without a time that of the entry before in a copy, the first ones that of the next."""
    last = next((place for number in chain if (place := places[number]) is not None), None)
    for number in chain:
        if places[number] is None:
            places[number] = last
        last = places[number]


def _narrow(one: Moment | None, other: Moment | None) -> Moment | None:
    """Return the moment that both tell; the shorter one where they miss each other."""
    if one is None or other is None:
        return one or other
    both = Moment(max(one.low, other.low), min(one.high, other.high))
    if both.low <= both.high:
        return both
    return min(one, other, key=lambda moment: (moment.high - moment.low, moment))
