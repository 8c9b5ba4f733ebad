"""Which messages of a copy the history of other copies holds already.

Messages are the same if author and words are, and their times can be. What is surely so is paired first:
long texts, and equal words at the same second. Then short words that come again and again ("ok", "ok") are
paired in order, between neighbours that are paired already, so that none is doubled and none lost. Then
the keys get more lenient (:mod:`wamigrate.likeness`), and at last what stands in the same place counts:
a placeholder and the message, a message before and after it was edited, a text that a selection cut off.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from wamigrate.alignment import Border, line_up
from wamigrate.likeness import HOLLOW, LEVELS, NOBODY, STRONG, agree, exact_key, lenient_key
from wamigrate.shift import Clock, Moment
from wamigrate.strand import Strand
from wamigrate.thread import Entry, Thread

_NONE: Final = -1
_LOOK: Final = 50
"""Messages that are looked through for a neighbour that is paired, and between two of them."""
_SHORTEST_CUT: Final = 3
"""Characters that a text must have to be recognised as the rest of another."""


class _Window(NamedTuple):
    """Where in the history an unpaired message belongs: between what its neighbours are paired with."""

    before: int
    """Index of the nearest paired message before it; -1 for none."""
    after: int
    """The same after it."""
    low: int
    """Rank of the entry of the one before; -1 for the beginning."""
    high: int
    """Rank of the entry of the one after; the number of entries for the end."""


class Pairing:
    """Pairs the messages of a copy with the entries of a history.

    Args:
        thread: the history.
        strand: the copy.
        persons: number of each author of the copy, as in the history.
        clock: what to add to the copy's times.

    Attributes:
        matches: of each message, its entry; -1 where the history lacks it.
        shifts: of each message, the seconds to add to its time.

    """

    def __init__(self, thread: Thread, strand: Strand, persons: Mapping[str, int], clock: Clock) -> None:
        self._thread = thread
        self._strand = strand
        self._clock = clock
        authors = (message.author for message in strand.messages)
        self._persons = [NOBODY if author is None else persons.get(author, NOBODY) for author in authors]
        self._partners = [_NONE] * len(thread.entries)
        self.matches: list[int] = [_NONE] * len(strand)
        self.shifts: list[int] = [
            0 if moment is None else clock.shift(moment.low) for moment in strand.moments
        ]

    def run(self) -> None:
        """Find the pairs."""
        for level in range(LEVELS):
            self._pair_by_key(level)
        self._pair_by_place(self._stands_in)
        self._pair_by_place(self._is_cut_off)

    def _pair_by_key(self, level: int) -> None:
        keys: dict[int, Hashable] = {}
        wanted: Counter[Hashable] = Counter()
        for index in self._unpaired():
            if (key := self._key(index, level)) is not None:
                keys[index] = key
                wanted[key] += 1
        offered: dict[Hashable, list[int]] = {}
        for number, key in self._offers(level, wanted):
            offered.setdefault(key, []).append(number)
        keys = {index: key for index, key in keys.items() if key in offered}
        for index, key in keys.items():
            if wanted[key] == len(offered[key]) == 1:
                self._pair_surely(index, offered[key][0])
        shelf = _Shelf(self._thread.entries, offered)
        for run in self._runs(keys):
            self._line_up(run, keys, shelf)
        for index in keys:
            if self.matches[index] == _NONE:
                self._pair_across(index, shelf.near(keys[index], self._reach(index)))

    def _unpaired(self) -> list[int]:
        return [index for index, match in enumerate(self.matches) if match == _NONE]

    def _key(self, index: int, level: int) -> Hashable | None:
        message, person = self._strand.messages[index], self._persons[index]
        if level == 0:
            return exact_key(message, self._strand.words[index], person)
        return lenient_key(message, person, level)

    def _offers(self, level: int, wanted: Mapping[Hashable, object]) -> Iterator[tuple[int, Hashable]]:
        """Yield the entries that are not paired yet and have a wanted key, each with it."""
        near = self._range() if level and wanted else None
        for number, entry in enumerate(self._thread.entries if wanted else ()):
            if self._partners[number] != _NONE:
                continue
            if level == 0:
                keys: Sequence[Hashable | None] = entry.keys
            elif near is None or entry.moment is None or near.apart(entry.moment) == 0:
                keys = [lenient_key(one, entry.person, level) for one in self._thread.messages(entry)]
            else:
                continue
            for key in dict.fromkeys(keys):
                if key in wanted:
                    yield number, key

    def _range(self) -> Moment | None:
        """Return the time in which the unpaired messages were written; None where some have none."""
        moments = [self._strand.moments[index] for index in self._unpaired()]
        known = [moment for moment in moments if moment is not None]
        if len(known) < len(moments):
            return None
        earliest, latest = self._clock.extremes()
        slack = self._clock.jitter
        return Moment(
            min(moment.low for moment in known) + earliest - slack,
            max(moment.high for moment in known) + latest + slack,
        )

    def _pair_surely(self, index: int, number: int) -> bool:
        """Pair two messages whose keys nobody else has, where neighbours need not be asked."""
        moment, entry = self._strand.moments[index], self._thread.entries[number]
        if moment is None or entry.moment is None:
            return False
        exact = moment.low == moment.high and entry.moment.low == entry.moment.high
        if not exact and len(self._strand.words[index]) < STRONG:
            return False
        return self._pair(index, number)

    def _may_pair(self, index: int, number: int) -> bool:
        """Say whether two messages with equal keys can be the same by their times."""
        if self._partners[number] != _NONE or self._shift(index, number) is None:
            return False
        return self._agrees(index, number)

    def _shift(self, index: int, number: int) -> int | None:
        """Return what to add to a message's time so that it is an entry's; None where it cannot be."""
        moment, entry = self._strand.moments[index], self._thread.entries[number]
        if moment is None or entry.moment is None:
            return self.shifts[index]
        for shift in self._clock.shifts(moment.low):
            if moment.apart(entry.moment, shift) <= self._clock.jitter:
                return shift
        return None

    def _agrees(self, index: int, number: int) -> bool:
        message = self._strand.messages[index]
        return message.role != "notice" or all(
            agree(message, one) for one in self._thread.messages(self._thread.entries[number])
        )

    def _pair(self, index: int, number: int) -> bool:
        """Pair two messages if their times can be the same."""
        shift = self._shift(index, number)
        if shift is None or not self._agrees(index, number):
            return False
        self.shifts[index] = shift
        self.matches[index] = number
        self._partners[number] = index
        return True

    def _runs(self, keys: Mapping[int, Hashable]) -> Iterator[Sequence[int]]:
        """Yield the unpaired messages that have a key, those between the same two neighbours together."""
        run: list[int] = []
        last = _NONE
        for index in list(keys):
            if self.matches[index] != _NONE:
                continue
            if run and any(match != _NONE for match in self.matches[last + 1 : index]):
                yield run
                run = []
            run.append(index)
            last = index
        if run:
            yield run

    def _line_up(self, run: Sequence[int], keys: Mapping[int, Hashable], shelf: "_Shelf") -> None:
        """Pair messages between two neighbours in order, so that as many as can be have a partner."""
        window = self._window(run[0], run[-1])
        rank, order = self._thread.rank, self._thread.order
        rows = range(run[0], run[-1] + 1)
        choices = [
            sorted(
                rank[number]
                for number in (shelf.near(keys[index], self._reach(index)) if index in keys else ())
                if window.low < rank[number] < window.high and self._may_pair(index, number)
            )
            for index in rows
        ]
        border = Border(
            window.low if window.before >= 0 and window.before == run[0] - 1 else None,
            window.high if window.after == run[-1] + 1 else None,
        )
        for index, column in zip(rows, line_up(choices, border), strict=True):
            if column is not None:
                self._pair(index, order[column])

    def _reach(self, index: int) -> Moment | None:
        """Return the time in which a message's partner was written; None where it has no time itself."""
        moment = self._strand.moments[index]
        if moment is None:
            return None
        shifts = self._clock.shifts(moment.low)
        return Moment(
            moment.low + min(shifts) - self._clock.jitter, moment.high + max(shifts) + self._clock.jitter
        )

    def _window(self, first: int, last: int) -> _Window:
        """Look for the neighbours of some messages that are paired."""
        matches, rank = self.matches, self._thread.rank
        nearby = range(first - 1, max(first - _LOOK, 0) - 1, -1)
        before = next((one for one in nearby if matches[one] != _NONE), _NONE)
        nearby = range(last + 1, min(last + _LOOK, len(matches)))
        after = next((one for one in nearby if matches[one] != _NONE), _NONE)
        low = rank[matches[before]] if before >= 0 else -1
        high = rank[matches[after]] if after >= 0 else len(rank)
        return _Window(before, after, low, high)

    def _pair_across(self, index: int, numbers: Iterable[int]) -> None:
        """Pair messages that stand elsewhere in the history, if no copy knows better or times explain it."""
        if self._strand.moments[index] is None:
            return
        for number in numbers:
            entry = self._thread.entries[number]
            if self._partners[number] != _NONE or entry.moment is None:
                continue
            if self._may_cross(index, number) and self._pair(index, number):
                return

    def _may_cross(self, index: int, number: int) -> bool:
        """Say whether a message may be an entry, by what stands around the entry in each of its copies.

        Copies that are not in order of time explain another order. Within a minute nothing does, in whichever
        of the copies there are only minutes: there, equal words on the other side of a neighbour are others.
        """
        entries = self._thread.entries
        moment = entries[number].moment
        for member in entries[number].members:
            for step in (-1, 1):
                neighbour = self._neighbour(self._thread.chains[member.strand], member.place, step)
                if neighbour is None or (self._partners[neighbour] - index) * step > 0:
                    continue
                if not _are_apart(moment, entries[neighbour].moment):
                    return False
                here = self._strand.moments
                if not _are_apart(here[index], here[self._partners[neighbour]]):
                    return False
        return True

    def _neighbour(self, chain: Sequence[int], place: int, step: int) -> int | None:
        """Return the nearest entry before or after one in a copy that is paired."""
        places = range(
            place + step, max(place - _LOOK, -1) if step < 0 else min(place + _LOOK, len(chain)), step
        )
        return next((chain[one] for one in places if self._partners[chain[one]] != _NONE), None)

    def _pair_by_place(self, fits: Callable[[int, Entry, int, _Window], bool]) -> None:
        """Pair what is left and stands in the same place, by the same author at the same time."""
        for index in self._unpaired():
            window = self._window(index, index)
            if window.before == window.after == _NONE:
                continue
            first = window.low + 1 if window.before >= 0 else max(window.high - _LOOK, 0)
            last = window.high if window.after >= 0 else min(first + _LOOK, window.high)
            for rank in range(first, min(last, first + _LOOK)):
                number = self._thread.order[rank]
                entry = self._thread.entries[number]
                if self._partners[number] != _NONE or not fits(index, entry, rank, window):
                    continue
                if self._pair(index, number):
                    break

    def _may_be_by(self, index: int, entry: Entry) -> bool:
        return self._persons[index] == entry.person or NOBODY in (self._persons[index], entry.person)

    def _stands_in(self, index: int, entry: Entry, rank: int, window: _Window) -> bool:
        """Tell a placeholder, and a message that one of the copies holds as it was before it was edited."""
        del rank, window
        message = self._strand.messages[index]
        if message.role == "notice" or not self._may_be_by(index, entry):
            return False
        return any(
            other.role != "notice"
            and (message.kind in HOLLOW or other.kind in HOLLOW or message.edited != other.edited)
            for other in self._thread.messages(entry)
        )

    def _is_cut_off(self, index: int, entry: Entry, rank: int, window: _Window) -> bool:
        """Tell the first or last text of a copy that a selection with the mouse cut."""
        words = self._strand.words[index]
        if len(words) < _SHORTEST_CUT or not self._may_be_by(index, entry):
            return False
        wholes = [self._thread.strands[one.strand].words[one.place] for one in entry.members]
        if window.before == _NONE and rank == window.high - 1:
            return any(whole.endswith(words) for whole in wholes)
        if window.after == _NONE and rank == window.low + 1:
            return any(whole.startswith(words) for whole in wholes)
        return False


def _are_apart(one: Moment | None, other: Moment | None) -> bool:
    """Say whether times tell which of two messages came first."""
    return one is not None and other is not None and one.apart(other) > 0


class _Shelf:
    """Entries by their keys, to be found by time.

    Args:
        entries: all entries of the history.
        offered: the numbers of those that have a key.

    """

    def __init__(self, entries: Sequence[Entry], offered: Mapping[Hashable, Sequence[int]]) -> None:
        self._timed: dict[Hashable, list[tuple[int, int]]] = {}
        self._timeless: dict[Hashable, list[int]] = {}
        self._longest = 0
        for key, numbers in offered.items():
            timed = self._timed[key] = []
            for number in numbers:
                moment = entries[number].moment
                if moment is None:
                    self._timeless.setdefault(key, []).append(number)
                else:
                    timed.append((moment.low, number))
                    self._longest = max(self._longest, moment.high - moment.low)
            timed.sort()

    def near(self, key: Hashable, reach: Moment | None) -> Iterator[int]:
        """Yield the entries with a key that were written within a time; those without a time always.

        Args:
            key: a key that is on the shelf.
            reach: the time; None: any.

        """
        timed = self._timed[key]
        yield from self._timeless.get(key, ())
        if reach is None:
            yield from (number for _, number in timed)
            return
        first = bisect_left(timed, (reach.low - self._longest, -1))
        for place in range(first, bisect_left(timed, (reach.high + 1, -1))):
            yield timed[place][1]
