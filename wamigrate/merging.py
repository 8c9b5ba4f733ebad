"""Copies of chats become histories: one for each chat, without doubles, and what is doubtful is said.

A person has a chat in two languages from two phones, from WhatsApp Web, pasted, and in a database; each copy
with another part missing. :func:`merge` finds out which copies are of the same chat
(:mod:`wamigrate.kinship`), by how much their clocks differ (:mod:`wamigrate.shift`), which messages are the
same (:mod:`wamigrate.pairing`) and in which order they belong (:mod:`wamigrate.ordering`), and takes of each
message what the richest copy has (:mod:`wamigrate.fusion`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from wamigrate.history import History, converse, in_order
from wamigrate.kinship import Apart, Kin, find_kin
from wamigrate.model import Conversation, Note
from wamigrate.notes import Notes
from wamigrate.strand import Strand
from wamigrate.thread import Thread
from wamigrate.weaving import weave_copies
from wamigrate.wording import count_words

__all__ = ["History", "merge"]

_MANY: Final = 10
"""Gaps that are named each; the rest is summed up."""
_HOUR: Final = 3600
_APART: Final = {
    "clock": "says the same as another copy at times that no two clocks explain; both were kept. If day and "
    "month were taken for each other in one of them, add --date-order",
    "zone": "prints times without a zone, another copy of the chat has some, and no text stands in both to "
    "compare them; both were kept. Add --tz ZONE",
    "nothing-in-common": "has nothing in common with another chat of the same people at the same time; both "
    "were kept",
}
_CAP: Final = "this copy ends where an export may end; another copy holds what is older"


def merge(copies: Iterable[Conversation], notes: Notes | None = None) -> tuple[Conversation, ...]:
    """Make one history of all copies of each chat; what fits to nothing stays as it is.

    The result is a function of the *set* of copies: their order, and how often each is given, change nothing.
    So merging is commutative and idempotent, and associative in this sense: however copies are grouped into
    sets that are united (:class:`~wamigrate.history.History`), the same set gives the same result.

    Args:
        copies: whole chats with roles, ids and zones, with the texts as received, before answers are put
            together (:func:`wamigrate.pipeline.settle`).
        notes: takes what was found out; findings about single copies that the others settle are changed.

    Returns:
        the histories, by time.

    """
    strands = [Strand(copy) for copy in in_order(copies)]
    kin = find_kin(strands)
    found: list[tuple[int, str, Conversation]] = []
    for group in kin.groups:
        members = [strands[number] for number in group]
        thread = weave_copies(members, _within(kin, group))
        chat = converse(thread, members)
        if notes is not None and len(members) > 1:
            others = {strand.chat.source for strand in strands if strand not in members}
            _report(thread, members, chat, others, notes)
        begin = min((one.low for strand in members for one in strand.moments if one is not None), default=0)
        found.append((begin, chat.source, chat))
    if notes is not None:
        for apart in kin.apart:
            _report_apart(apart, strands, notes)
    return tuple(chat for _, _, chat in sorted(found, key=lambda row: row[:2]))


def _within(kin: Kin, group: Sequence[int]) -> dict[tuple[int, int], int]:
    """Return what copies of a group have in common, by their places in it."""
    places = {number: place for place, number in enumerate(group)}
    return {
        (places[one], places[other]): texts
        for (one, other), texts in kin.shared.items()
        if one in places and other in places
    }


def _report(
    thread: Thread, strands: Sequence[Strand], chat: Conversation, others: set[str], notes: Notes
) -> None:
    """Say what was merged, and settle findings; those about files that hold other chats, too, stay."""
    copies = sum(map(len, strands))
    several = sum(len(entry.members) > 1 for entry in thread.entries)
    notes.add(
        "merged",
        f"{len(strands)} copies with {count_words(copies, 'message')} became one history of "
        f"{len(chat.messages):,}; {several:,} stand in more than one copy",
        source=chat.source,
    )
    _report_clocks(thread, notes)
    covers = _covers(thread)
    holes = list(_holes(covers))
    for before, after in holes[:_MANY]:
        one, other = _day(thread.strands[before], max), _day(thread.strands[after], min)
        source = thread.strands[after].chat.source
        notes.add(
            "gap", f"no copy covers the time from {one} to {other}; messages may be missing", source=source
        )
    if len(holes) > _MANY:
        more = count_words(len(holes) - _MANY, "time")
        notes.add("gap", f"{more} more that no copy covers; messages may be missing", source=chat.source)
    older = {thread.strands[number].chat.source for number in _continued(covers)}
    whole = {strand.chat.source for strand in strands} - others
    unassisted = (strand.chat.source for strand in strands if strand.chat.service is None)
    assisted = Counter(unassisted if chat.service is not None else ())
    notes.items[:] = _settled(notes.items, whole, older, assisted)
    if whole:
        _report_media(chat, notes)


def _report_clocks(thread: Thread, notes: Notes) -> None:
    """Say which copies have another clock than the best one."""
    for number, strand in enumerate(thread.strands):
        shifts = thread.shifts[number]
        if shifts == (0, 0):
            continue
        hours = " to ".join(dict.fromkeys(f"{-shift / _HOUR:+g}" for shift in sorted(shifts, reverse=True)))
        zoned = any(one.zoned for one in thread.strands)
        reference = "UTC" if zoned and not strand.zoned else "the best copy's"
        text = (
            f"the clock of this copy differs from {reference} by {hours} hours; all times were brought to one"
        )
        notes.add("other-clock", text, source=strand.chat.source)


def _covers(thread: Thread) -> list[tuple[int, int, int]]:
    """Return the time that each copy covers, beginning and end in the history's time, with its number."""
    found: dict[int, tuple[int, int]] = {}
    for entry in thread.entries:
        for member in entry.members:
            strand = thread.strands[member.strand]
            moment = strand.moments[member.place]
            if moment is None or strand.messages[member.place].role == "notice":
                continue
            time = moment.low + member.shift
            low, high = found.get(member.strand, (time, time))
            found[member.strand] = min(low, time), max(high, moment.high + member.shift)
    return sorted((low, high, number) for number, (low, high) in found.items())


def _holes(covers: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the copies before and after each time that none covers."""
    end, last = None, 0
    for low, high, number in covers:
        if end is not None and low > end:
            yield last, number
        if end is None or high > end:
            end, last = high, number


def _continued(covers: Sequence[tuple[int, int, int]]) -> Iterator[int]:
    """Yield the copies whose beginning lies within another copy, so that what is older is known."""
    for low, _, number in covers:
        if any(begin < low <= end for begin, end, other in covers if other != number):
            yield number


def _day(strand: Strand, choose: Callable[[Iterable[tuple[int, int]]], tuple[int, int]]) -> str:
    """Return when the first or last message of a copy was written, as the copy prints it."""
    _, place = choose(
        (moment.low, place)
        for place, moment in enumerate(strand.moments)
        if moment is not None and strand.messages[place].role != "notice"
    )
    return f"{strand.messages[place].timestamp:%Y-%m-%d %H:%M}"


def _settled(
    items: Iterable[Note], whole: set[str], older: set[str], assisted: Counter[str]
) -> Iterator[Note]:
    """Leave out or change the findings about single copies that the others settle.

    Args:
        items: all findings.
        whole: files that are copies of this chat and of no other.
        older: files of which another copy holds what is older.
        assisted: how many copies in a file had an assistant only another copy tells.

    """
    for note in items:
        source = note.source or ""
        if note.code == "no-assistant" and assisted[source]:
            assisted[source] -= 1
        elif note.code == "export-cap" and source in older:
            yield Note(note.code, note.severity, _CAP, note.source, note.line)
        elif note.code != "media-missing" or source not in whole:
            yield note


def _report_media(chat: Conversation, notes: Notes) -> None:
    files = [file for message in chat.messages for file in message.attachments]
    missing = sum(not file.present for file in files)
    if missing:
        text = f"{missing:,} of {count_words(len(files), 'attachment')} came with no copy"
        notes.add("media-missing", text, source=chat.source)


def _report_apart(apart: Apart, strands: Sequence[Strand], notes: Notes) -> None:
    # Of copies with and without a zone, the one without it is the other: see in_order.
    notes.add("not-merged", _APART[apart.reason], source=strands[apart.other].chat.source)
