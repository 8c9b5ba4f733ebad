"""The history of one chat: what its copies tell together.

A history is a *set* of copies, and everything else follows from the set: which copy comes first, which
messages are the same, which copy decides on a field. So it does not matter in which order copies come, how
often, or how they were grouped before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wamigrate.columns import rebuild
from wamigrate.fusion import fuse, fuse_people
from wamigrate.ids import chat_key, conversation_id, message_ids
from wamigrate.kinship import find_kin
from wamigrate.merged_times import merge_times
from wamigrate.model import Conversation, Message, Participant, Role, replace
from wamigrate.split import chat_title, time_range
from wamigrate.strand import Strand, has_offsets, has_seconds
from wamigrate.thread import Entry, Thread
from wamigrate.weaving import weave_copies


@dataclass(frozen=True)
class History:
    """Copies of one chat.

    Histories are sets: ``|`` unites them, and is commutative, associative and idempotent. So is what follows
    from them: :meth:`conversation` is a function of the set.

    A merged *conversation* has forgotten what the richer copy overruled, so it is another copy, not the set
    it came from. Merged with one of its own copies or with further ones, it gives the same messages that the
    set of all copies gives, as far as the fields it kept tell them apart.

    >>> one = Conversation("", "A", None, (), None, None, (), "a")
    >>> other = Conversation("", "B", None, (), None, None, (), "b")
    >>> History.of([one, other]) == History.of([other, one, one]) == History.of([one]) | History.of([other])
    True
    """

    copies: tuple[Conversation, ...]
    """All different, the best one first: those with offsets, then with seconds, then with more messages."""

    @classmethod
    def of(cls, copies: Iterable[Conversation]) -> "History":
        """Make a history.

        Args:
            copies: whole chats with roles, ids and zones, with the texts as received, before answers are put
                together (:func:`wamigrate.pipeline.settle`).

        """
        return cls(tuple(in_order(copies)))

    def __or__(self, other: "History") -> "History":
        return History.of((*self.copies, *other.copies))

    def conversation(self) -> Conversation:
        """Return the history as one conversation; a single copy as it is.

        Times are those of the first copy's clock. Where some copies have offsets, all times get one.
        """
        strands = [Strand(copy) for copy in self.copies]
        return converse(weave_copies(strands, find_kin(strands).shared), strands)


def in_order(copies: Iterable[Conversation]) -> list[Conversation]:
    """Return copies without repetitions, the best first, by what they hold and not by where they stood."""
    ranked = [
        ((not has_offsets(copy), not has_seconds(copy), -len(copy.messages), copy.source), copy)
        for copy in dict.fromkeys(copies)
    ]
    ranks = Counter(rank for rank, _ in ranked)
    ranked.sort(key=lambda row: (*row[0], "" if ranks[row[0]] == 1 else repr(row[1])))
    return [copy for _, copy in ranked]


def converse(thread: Thread, strands: Sequence[Strand]) -> Conversation:
    """Make one conversation of copies that are paired.

    Args:
        thread: the copies, paired.
        strands: the same, the best copy first.

    """
    best = strands[0].chat
    if len(strands) == 1:
        return best
    standing = [strands.index(strand) for strand in thread.strands]
    people = _people(thread, standing)
    chat = replace(
        best,
        service=next((one.service for one in people.values() if one.service), best.service),
        participants=tuple(people.values()),
    )
    messages = _messages(thread, standing, people, chat_key(chat))
    started_at, ended_at = time_range(messages)
    return replace(
        chat,
        id=conversation_id(chat_key(chat), messages[0].id if messages else ""),
        title=chat_title(chat),
        started_at=started_at,
        ended_at=ended_at,
        messages=messages,
    )


def _people(thread: Thread, standing: Sequence[int]) -> dict[int, Participant]:
    """Return everybody by number, in the order in which the best copies name them."""
    found: dict[int, list[Participant]] = {}
    for number in sorted(range(len(standing)), key=standing.__getitem__):
        for one in thread.strands[number].chat.participants:
            found.setdefault(thread.persons[number][one.name], []).append(one)
    return fuse_people(found)


def _messages(
    thread: Thread, standing: Sequence[int], people: Mapping[int, Participant], chat: str
) -> tuple[Message, ...]:
    """Return the messages in order, each made of all its copies."""
    times = merge_times(thread, standing)
    names: dict[int, str | None] = {number: one.name for number, one in people.items()}
    messages: list[Message] = []
    for number in thread.order:
        entry = thread.entries[number]
        found = fuse(_copies(thread, entry, standing))
        person = people.get(entry.person)
        author = names.get(entry.person, found.author)
        role = found.role if found.role == "notice" or person is None else person.role
        messages.append(_settled(found, role, author, times[number]))
    ids = message_ids(chat, tuple(people.values()), messages, [message.role for message in messages])
    return rebuild(messages, ids=ids, replies=_replies(thread, standing, ids))


def _copies(thread: Thread, entry: Entry, standing: Sequence[int]) -> list[Message]:
    """Return a message in all its copies, the best first."""
    members = entry.members
    if len(members) > 1:
        members = sorted(members, key=lambda member: standing[member.strand])
    return [thread.strands[member.strand].messages[member.place] for member in members]


def _settled(found: Message, role: Role, author: str | None, time: datetime | None) -> Message:
    return Message(
        found.id,
        role,
        author,
        time,
        found.kind,
        found.text,
        found.raw,
        found.attachments,
        found.edited,
        found.forwarded,
        found.reply_to,
        found.flags,
        found.spans,
        found.parts,
    )


def _replies(thread: Thread, standing: Sequence[int], ids: Sequence[str]) -> list[str | None] | None:
    """Return what each message answers, by its new id; None where no copy knows of answers.

    Each copy names its own ids; what it names and does not hold is found in no other copy either.
    """
    strands = thread.strands
    if not any(message.reply_to is not None for strand in strands for message in strand.messages):
        return None
    final = dict(zip(thread.order, ids, strict=True))
    places: list[dict[str, str]] = [{} for _ in strands]
    for number, entry in enumerate(thread.entries):
        for member in entry.members:
            places[member.strand][strands[member.strand].messages[member.place].id] = final[number]
    found: list[str | None] = []
    for number in thread.order:
        members = sorted(thread.entries[number].members, key=lambda member: standing[member.strand])
        named = [
            (one.strand, key)
            for one in members
            if (key := strands[one.strand].messages[one.place].reply_to) is not None
        ]
        known = (places[strand][key] for strand, key in named if key in places[strand])
        found.append(next(known, named[0][1] if named else None))
    return found
