"""Whether an archive holds every message of its source, with its text, time, role and files, in order."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.epoch import as_utc
from wamigrate.model import Conversation, Message
from wamigrate.nesting import escape, one_line
from wamigrate.turns import Turns, conversation_title, file_line

_AHEAD: Final = 1000
"""Messages that are searched for one that the archive has next, where it has no ids."""
_WORD: Final = re.compile(r"\w")
_MILLISECOND: Final = timedelta(milliseconds=1)
_SECOND: Final = timedelta(seconds=1)


class Expected(NamedTuple):
    """A message that the source holds."""

    message: Message
    turns: Turns
    conversation: Conversation
    first: bool
    """Whether the conversation begins with it, in an archive that leaves out what it may."""
    excuse: str | None
    """Why the archive need not hold it."""


class Comparison:
    """Walks through the source and the archive side by side.

    A message is found by its id where the archive keeps ids, else by its text. Several messages may stand in
    one of the archive, if it is of the same role.

    Attributes:
        found: messages of the source that the archive holds.
        left_out: messages that it need not hold and does not, by the reason.

    """

    def __init__(self, expected: Sequence[Expected]) -> None:
        self.found: int = 0
        self.left_out: Counter[str] = Counter()
        self._expected = expected
        self._by_id: defaultdict[str, list[int]] = defaultdict(list)
        for index, item in enumerate(expected):
            self._by_id[item.message.id].append(index)
        self._next = 0
        self._skipped: dict[int, None] = {}

    def findings(self, archived: Iterable[Archived]) -> Iterator[Finding]:
        """Yield every difference that is no reasoned one."""
        for number, conversation in enumerate(archived, 1):
            for place, message in enumerate(conversation.messages, 1):
                where = f"conversation {number}, message {place}"
                start = self._locate(message)
                if start is None:
                    yield Finding("not-in-source", where, "the source holds no such message")
                elif start < self._next:
                    yield self._again(start, where)
                else:
                    yield from self._title(conversation, place, start, f"conversation {number}")
                    yield from self._compare(message, start, where)
        self._skip(len(self._expected))
        for index in self._skipped:
            where = _where(self._expected[index].message, index)
            yield Finding("missing", where, "the archive does not hold this message")

    def _again(self, index: int, where: str) -> Finding:
        """Report a message that comes too late, or for the second time."""
        if index in self._skipped:
            del self._skipped[index]
            self.found += 1
            return Finding("order", where, "the message stands earlier in the source")
        return Finding("twice", where, "the archive holds the message before already")

    def _skip(self, index: int) -> None:
        """Pass over the messages before ``index``, which the archive does not hold next."""
        for place in range(self._next, index):
            excuse = self._expected[place].excuse
            if excuse is None:
                self._skipped[place] = None
            else:
                self.left_out[excuse] += 1
        self._next = index

    def _locate(self, message: ArchivedMessage) -> int | None:
        """Return the place of a message in the source, the next one if there are several."""
        places = self._by_id.get(message.id or "")
        if places:
            return places[min(bisect_left(places, self._next), len(places) - 1)]
        ahead = range(self._next, min(self._next + _AHEAD, len(self._expected)))
        return next((place for place in ahead if self._piece(place, message.text, 0) is not None), None)

    def _piece(self, index: int, text: str, start: int) -> tuple[int, int] | None:
        """Return where a message of the source stands in a text of the archive, with its whole text."""
        item = self._expected[index]
        own = item.message.text
        spoken = item.turns.text(item.message)
        for words in (spoken, own) if own.isspace() or own in spoken else (own,):
            place = _find(words, text, start)
            if place is not None and (words or text == words):
                return place, place + len(words)
        return None

    def _compare(self, message: ArchivedMessage, start: int, where: str) -> Iterator[Finding]:
        """Compare a message of the archive with the one at ``start`` and those that were joined to it."""
        self._skip(start)
        first = self._expected[start]
        pieces = self._pieces(message, start)
        yield from _time(first.message, message, where)
        if message.role != first.message.role and not _same_side(first, message):
            yield Finding("role", where, "the message is of another role in the source")
        if not pieces:
            yield Finding("text", where, "the text is not that of the source")
            pieces = [(start, 0, len(message.text))]
        elif _WORD.search(self._rest(message.text, pieces)):
            yield Finding("added-text", where, "the archive has words that the source has not")
        for index, _, _ in pieces:
            yield from _missing_files(self._expected[index].message, message, where)
        self.found += len(pieces)
        last = pieces[-1][0] + 1
        held = {index for index, _, _ in pieces}
        for index in range(start, last):
            excuse = self._expected[index].excuse
            if index not in held and excuse is not None:
                self.left_out[excuse] += 1
        self._next = last

    def _pieces(self, message: ArchivedMessage, start: int) -> list[tuple[int, int, int]]:
        """Return the messages of the source that one of the archive holds, with their places in its text."""
        found: list[tuple[int, int, int]] = []
        offset = 0
        for index in range(start, len(self._expected)):
            item = self._expected[index]
            joined = not found or (item.turns.role(item.message) == "assistant") == (
                message.role == "assistant"
            )
            place = self._piece(index, message.text, offset) if joined else None
            if place is not None:
                found.append((index, *place))
                offset = place[1]
            elif item.excuse is None or not found:
                break
            if not message.text[offset:].strip():
                break
        return found

    def _rest(self, text: str, pieces: Sequence[tuple[int, int, int]]) -> str:
        """Return what a text holds beside its pieces, and beside names of speakers and files."""
        ends = [0, *(end for _, _, end in pieces)]
        starts = [*(start for _, start, _ in pieces), len(text)]
        rest = "\n".join(text[end:start] for end, start in zip(ends, starts, strict=True))
        for index, _, _ in pieces:
            item = self._expected[index]
            for attachment in item.message.attachments:
                rest = rest.replace(file_line(attachment), "", 1)
            speaker = item.turns.speaker(item.message)
            if speaker is not None:
                rest = rest.replace(f"{escape(speaker)}:", "", 1)
        return rest

    def _title(self, archived: Archived, place: int, start: int, where: str) -> Iterator[Finding]:
        """Compare titles where a conversation begins in both."""
        item = self._expected[start]
        if place == 1 and item.first and archived.title is not None:
            theirs = one_line(archived.title)
            if theirs not in (one_line(item.conversation.title or ""), conversation_title(item.conversation)):
                yield Finding("title", where, "the title is not that of the source")


def expect(conversation: Conversation, excuses: Sequence[str | None] | None = None) -> Iterator[Expected]:
    """Yield what an archive must hold of a conversation.

    Args:
        conversation: of the source.
        excuses: for each message, why it may be missing; None: none may.

    """
    turns = Turns(conversation)
    reasons = excuses if excuses is not None else [None] * len(conversation.messages)
    first = True
    for message, excuse in zip(conversation.messages, reasons, strict=True):
        yield Expected(message, turns, conversation, first, excuse)
        first = first and excuse is not None


def same_moment(time: datetime, archived: datetime) -> bool:
    """Tell whether an archive has the time of a message, to the second or better.

    >>> noon = datetime.fromisoformat("2025-03-25T12:00:00.250")
    >>> same_moment(noon, as_utc(noon.replace(microsecond=0))), same_moment(noon, noon.replace(hour=13))
    (True, False)
    """
    if archived.tzinfo is None:
        return time.replace(tzinfo=None) == archived
    lag = as_utc(time) - archived
    return abs(lag) < _MILLISECOND or (archived.microsecond == 0 and timedelta() <= lag < _SECOND)


def _same_side(item: Expected, archived: ArchivedMessage) -> bool:
    """Tell whether both are the assistant's, or both somebody else's."""
    return (item.turns.role(item.message) == "assistant") == (archived.role == "assistant")


def _find(words: str, text: str, start: int) -> int | None:
    """Return where words stand in a text from ``start`` on, not inside other words."""
    place = text.find(words, start)
    while place >= 0:
        end = place + len(words)
        inside = (place > 0 and _is_word(text[place - 1 : place + 1])) or _is_word(text[end - 1 : end + 1])
        if not words or not inside:
            return place
        place = text.find(words, place + 1)
    return None


def _is_word(pair: str) -> bool:
    return len(pair) == len("ab") and all(map(_WORD.match, pair))


def _time(message: Message, archived: ArchivedMessage, where: str) -> Iterator[Finding]:
    time = message.timestamp
    if time is None or not archived.timed:
        return
    if archived.moment is None or not same_moment(time, archived.moment):
        yield Finding("time", where, "the time is not that of the source")


def _missing_files(message: Message, archived: ArchivedMessage, where: str) -> Iterator[Finding]:
    for attachment in message.attachments:
        name = one_line(attachment.name or "")
        if name and name not in archived.text and not any(name in one_line(file) for file in archived.files):
            yield Finding("file-name", where, "the archive does not name a file of the message")


def _where(message: Message, index: int) -> str:
    """Name a message of the source by its line, or its number where it has none."""
    span = next(iter(message.spans), None)
    return f"source message {index + 1}" if span is None else f"source {span.source}, line {span.line}"
