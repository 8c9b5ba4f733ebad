"""What is in a history: how much, when, how long answers are and took, languages, code, files.

A :class:`Gatherer` takes conversations as they come and keeps nothing but counters, so that a history of
any size is summed up while it is written:

>>> gatherer = Gatherer()
>>> gatherer.result().messages
0
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from heapq import heappush, heappushpop
from typing import Final, Literal

from msgspec import Struct

from wamigrate.fences import code_blocks
from wamigrate.languages import estimate_language
from wamigrate.model import Attachment, Conversation, Message, Role
from wamigrate.register import find_bot
from wamigrate.spread import Count, Histogram, Spread
from wamigrate.turns import conversation_title

Resolution = Literal["second", "minute", "mixed"]
FileType = Literal["image", "video", "audio", "contact", "document", "unknown"]

LONGEST: Final = 10
"""Conversations that are named."""
_LENGTHS: Final = (0, 10, 25, 50, 100, 200, 400, 800)
"""Where ranges of words of an answer begin."""
_DELAYS: Final[dict[Resolution, tuple[int, ...]]] = {
    "second": (0, 5, 10, 20, 60, 300, 3600, 86400),
    "mixed": (0, 60, 120, 300, 900, 3600, 86400),
    "minute": (0, 60, 120, 300, 900, 3600, 86400),
}
"""Where ranges of seconds begin, by how fine the times are."""
_MOSTLY: Final = 0.9
"""Where so many times are no whole minutes, all are exact to the second: one in sixty is whole by chance."""
_MOST_MONTHS: Final = 600
"""Months between the first and the last up to which those without messages are counted as zero."""
_MOST_LANGUAGES: Final = 500
"""Names of programming languages that are told apart; they are words of the chat."""
_IDEOGRAM: Final = "\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED: Final = re.compile(f"[{_IDEOGRAM}]")
_WORD: Final = re.compile(rf"[{_IDEOGRAM}]|[^\s{_IDEOGRAM}]+")
_WEEK: Final = 7
_DAY: Final = 24


class Amount(Struct, frozen=True):
    """How much was written."""

    messages: Count
    words: Count
    """What stands between blanks, as word processors count; each character of Chinese and Japanese."""
    characters: Count


class Month(Struct, frozen=True):
    """A month of the calendar; notices do not count."""

    month: str
    """``2025-03``."""
    messages: Count
    questions: Count
    """Messages of people."""
    answers: Count
    """Messages of assistants."""
    words: Count
    answer_words: Count
    """Words of assistants."""


class Talk(Struct, frozen=True):
    """A conversation that is long."""

    id: str
    title: str
    """Its title, or the names of its people."""
    service: str | None
    started_at: datetime | None
    messages: Count
    """Without notices."""
    words: Count


class Files(Struct, frozen=True):
    """Attachments of one type."""

    type: FileType
    files: Count
    present: Count
    """How many came with the export."""
    size: Count
    """Bytes of those that came."""
    from_assistants: Count


class Code(Struct, frozen=True):
    """Blocks of code between backticks."""

    messages: Count
    """Messages that hold one."""
    blocks: Count
    languages: dict[str, int]
    """Blocks by the word behind the backticks, in lower case, the commonest first; without one: empty."""


class Service(Struct, frozen=True):
    """What was said with one assistant."""

    service: str | None
    """Its key in the register; null where nobody is known to be an assistant."""
    title: str
    conversations: Count
    messages: Count
    """Without notices."""
    answers: Count
    words: Count
    """Of people and assistants."""


class HistoryStats(Struct, frozen=True):
    """What is in a history."""

    conversations: Count
    messages: Count
    """All of them, notices included."""
    undated: Count
    """Messages without a readable time."""
    started_at: datetime | None
    """The earliest time, as the clock showed it, without offset."""
    ended_at: datetime | None
    utc: bool
    """Whether some times are those of UTC, as databases hold them: hours and days are then UTC's, too."""
    roles: dict[str, Amount]
    """How much each role wrote: user, assistant, other, notice."""
    kinds: dict[str, int]
    """Messages by kind."""
    months: tuple[Month, ...]
    """From the first to the last, those without messages included, unless they are more than 600."""
    hours: tuple[tuple[int, ...], ...]
    """Messages without notices by day of the week, Monday first, and hour of the day, midnight first."""
    answers: Spread
    """Words of each message of an assistant."""
    delays: Spread
    """Seconds from a question to the first answer; from the last message of the question, where it took
    several. Never finer than ``resolution``: of whole minutes, 0 says the same minute."""
    resolution: Resolution | None
    """How fine the times are: phones print seconds or whole minutes. Null without times."""
    longest: tuple[Talk, ...]
    """The conversations with most messages, the longest first."""
    languages: dict[str, int]
    """Messages with text by language, the commonest first: an estimate from common words and scripts. Tags
    of BCP 47; ``und`` is what is too short, or in a language that no table has."""
    code: Code
    files: tuple[Files, ...]
    """Attachments by type, the commonest first; types without any are left out."""
    services: tuple[Service, ...]
    """By assistant, the one with most messages first."""


class _Sum:
    """Counters of a service."""

    __slots__ = ("answers", "conversations", "messages", "words")

    def __init__(self) -> None:
        self.conversations = self.messages = self.answers = self.words = 0


class Gatherer:
    """Sums up conversations one by one.

    Args:
        distinct: count a message once, however often it comes, for inputs that overlap. That keeps eight
            bytes of the id of each message; everything else is counters.

    """

    def __init__(self, *, distinct: bool = False) -> None:
        self._seen: set[int] | None = set() if distinct else None
        self._conversations = 0
        self._roles: dict[Role, list[int]] = {}
        self._kinds: Counter[str] = Counter()
        self._months: dict[int, list[int]] = {}
        self._hours = [0] * (_WEEK * _DAY)
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._undated = self._fine = 0
        self._utc = False
        self._answers, self._delays = Histogram(), Histogram()
        self._longest: list[tuple[int, int, int, Talk]] = []
        self._languages: Counter[str] = Counter()
        self._coded = 0
        self._code: Counter[str] = Counter()
        self._files: dict[FileType, list[int]] = {}
        self._services: dict[str | None, _Sum] = {}

    def add(self, conversation: Conversation) -> None:
        """Count a conversation; one of which every message was counted before does not count."""
        messages: Sequence[Message] = conversation.messages
        if self._seen is not None:
            messages = [message for message in messages if self._is_new(message.id)]
        if not messages:
            return
        self._conversations += 1
        spoken = words = answers = 0
        for message in messages:
            role = message.role
            written = self._count(message)
            if role != "notice":
                spoken += 1
                words += written
                answers += role == "assistant"
        self._add_delays(messages)
        self._add_talk(conversation, spoken, words)
        found = self._services.setdefault(conversation.service, _Sum())
        found.conversations += 1
        found.messages += spoken
        found.answers += answers
        found.words += words

    def result(self) -> HistoryStats:
        """Return what was counted until now."""
        resolution = self._resolution()
        return HistoryStats(
            conversations=self._conversations,
            messages=self._kinds.total(),
            undated=self._undated,
            started_at=self._first,
            ended_at=self._last,
            utc=self._utc,
            roles={role: Amount(*self._roles[role]) for role in sorted(self._roles)},
            kinds=_ranked(self._kinds),
            months=tuple(_months(self._months)),
            hours=tuple(tuple(self._hours[day * _DAY : (day + 1) * _DAY]) for day in range(_WEEK)),
            answers=self._answers.spread(_LENGTHS),
            delays=self._delays.spread(_DELAYS[resolution or "minute"]),
            resolution=resolution,
            longest=tuple(talk for *_, talk in sorted(self._longest, reverse=True)),
            languages=_ranked(self._languages),
            code=Code(self._coded, self._code.total(), _ranked(self._code)),
            files=tuple(self._file_types()),
            services=tuple(self._by_service()),
        )

    def _is_new(self, id_: str) -> bool:
        """Tell whether a message did not come before; without an id nothing tells, and it counts."""
        assert self._seen is not None
        if not id_:
            return True
        key = hash(id_)
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _count(self, message: Message) -> int:
        """Count a message; return its words."""
        role, text = message.role, message.text
        words = number_of_words(text)
        amount = self._roles.get(role)
        if amount is None:
            amount = self._roles[role] = [0, 0, 0]
        amount[0] += 1
        amount[1] += words
        amount[2] += len(text)
        self._kinds[message.kind] += 1
        if message.timestamp is None:
            self._undated += 1
        else:
            self._add_time(message.timestamp, role, words)
        if message.attachments:
            self._add_files(message.attachments, role)
        if role != "notice" and text:
            self._add_text(text)
            if role == "assistant":
                self._answers.add(words)
        return words

    def _add_time(self, stamp: datetime, role: Role, words: int) -> None:
        if stamp.tzinfo is not None:
            self._utc = self._utc or stamp.tzinfo is UTC
            stamp = stamp.replace(tzinfo=None)
        if self._first is None or stamp < self._first:
            self._first = stamp
        if self._last is None or stamp > self._last:
            self._last = stamp
        self._fine += stamp.second != 0
        if role == "notice":
            return
        self._hours[stamp.weekday() * _DAY + stamp.hour] += 1
        key = stamp.year * 12 + stamp.month - 1
        month = self._months.get(key)
        if month is None:
            month = self._months[key] = [0, 0, 0, 0, 0]
        month[0] += 1
        month[3] += words
        if role == "assistant":
            month[2] += 1
            month[4] += words
        else:
            month[1] += 1

    def _add_text(self, text: str) -> None:
        self._languages[estimate_language(text)] += 1
        if "```" in text:
            found = [block.language for block in code_blocks(text)]
            self._coded += bool(found)
            for language in found:
                known = language in self._code or len(self._code) < _MOST_LANGUAGES
                self._code[language if known else ""] += 1

    def _add_files(self, files: Iterable[Attachment], role: Role) -> None:
        for file in files:
            counts = self._files.setdefault(file_type(file.media_type), [0, 0, 0, 0])
            counts[0] += 1
            counts[1] += file.present
            counts[2] += (file.size or 0) if file.present else 0
            counts[3] += role == "assistant"

    def _add_delays(self, messages: Iterable[Message]) -> None:
        asked: datetime | None = None
        for message in messages:
            role = message.role
            if role == "assistant":
                if asked is not None and message.timestamp is not None:
                    self._add_delay(asked, message.timestamp)
                asked = None
            elif role != "notice":
                asked = message.timestamp

    def _add_delay(self, asked: datetime, answered: datetime) -> None:
        if (asked.tzinfo is None) != (answered.tzinfo is None):
            asked, answered = asked.replace(tzinfo=None), answered.replace(tzinfo=None)
        seconds = int((answered - asked).total_seconds())
        if seconds >= 0:
            self._delays.add(seconds)

    def _add_talk(self, conversation: Conversation, messages: int, words: int) -> None:
        key = (messages, words, -self._conversations)
        if not messages or (len(self._longest) == LONGEST and key < self._longest[0][:3]):
            return
        title = conversation_title(conversation)
        talk = Talk(conversation.id, title, conversation.service, conversation.started_at, messages, words)
        keep = heappush if len(self._longest) < LONGEST else heappushpop
        keep(self._longest, (*key, talk))

    def _resolution(self) -> Resolution | None:
        dated = self._kinds.total() - self._undated
        if not dated:
            return None
        if not self._fine:
            return "minute"
        return "second" if self._fine >= dated * _MOSTLY else "mixed"

    def _file_types(self) -> Iterator[Files]:
        for type_, counts in sorted(self._files.items(), key=lambda item: (-item[1][0], item[0])):
            yield Files(type_, *counts)

    def _by_service(self) -> Iterator[Service]:
        ranked = sorted(self._services.items(), key=lambda item: (-item[1].messages, item[0] or ""))
        for key, found in ranked:
            yield Service(key, _title(key), found.conversations, found.messages, found.answers, found.words)


def number_of_words(text: str) -> int:
    """Count words as word processors do: what stands between blanks, and each Chinese and Japanese sign.

    Thai, Lao, Khmer and Burmese put no blanks between words, so that too few are counted.

    >>> number_of_words("Boil it for 6 minutes."), number_of_words("卵を 6 分")
    (5, 4)
    """
    if not text.isascii() and _UNSPACED.search(text):
        return len(_WORD.findall(text))
    return len(text.split())


def file_type(media_type: str | None) -> FileType:
    """Tell what people call a file of a media type.

    >>> file_type("image/webp"), file_type("application/pdf"), file_type(None)
    ('image', 'document', 'unknown')
    """
    match (media_type or "").partition("/")[0]:
        case "image" | "video" | "audio" as kind:
            return kind
        case "":
            return "unknown"
        case _:
            return "contact" if media_type == "text/vcard" else "document"


def _title(service: str | None) -> str:
    bot = None if service is None else find_bot(service)
    return (service or "no assistant") if bot is None else bot.title


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _months(found: dict[int, list[int]]) -> Iterator[Month]:
    if not found:
        return
    first, last = min(found), max(found)
    keys = range(first, last + 1) if last - first < _MOST_MONTHS else sorted(found)
    for key in keys:
        yield Month(f"{key // 12:04}-{key % 12 + 1:02}", *found.get(key, (0, 0, 0, 0, 0)))
