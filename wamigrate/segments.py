"""Where one conversation of a thread ends and the next begins, and why.

The thread is cut into exchanges: what people ask, and the answers to it, which are never parted. Before each
exchange the evidence for and against a new conversation is added up with the weights of ``topics.toml``: the
pause, measured against this person's rhythm; words that the conversation has used or not; phrases such as
"another question" or "thanks"; language; code.

Only what came before, and the exchange itself, is looked at. So what is decided stays when messages are added
to the end of the thread: only the last exchange may be seen anew, once its answer is there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from math import log2
from operator import itemgetter, mul
from typing import Final

from msgspec import Struct

from wamigrate.model import Message
from wamigrate.register import find_bot
from wamigrate.rhythm import Rhythm
from wamigrate.tables import read_table
from wamigrate.topics import (
    LOOK,
    Turn,
    anaphors,
    is_code,
    language_of_words,
    read_turn,
    stems_among,
    stems_of,
    weights,
)
from wamigrate.wording import count_words

PATIENCE: Final = timedelta(hours=1)
"""How long an assistant's last word, or a question without an answer, keeps what follows beside it."""
_ANSWER_LOOK: Final = 100
"""Characters of an answer that are read: it repeats its subject at once."""
_WHOLE: Final = 2500
"""Characters of an answer that are read before it is parted from what follows."""
_REACH: Final = 6
"""Exchanges for which a word of the conversation counts as just said."""
_TWO_HOURS: Final = 2 * 60.0
_DAY: Final = 24 * 60.0
_FORTNIGHT: Final = 14 * _DAY
_DOUBLINGS: Final = 4
"""How often a pause must double or halve to be as long or short as can count."""
_SHORT_TURN: Final = 12
_QUESTION_MARKS: Final = frozenset("？؟")
_SENTENCE: Final = 4
"""Words that are enough to tell a language."""
_REPEATED: Final = 60
"""Characters of an answer that is no chance when it comes twice: the service answers by itself."""
_PRIOR: Final = 12
"""Conversations without a word that are assumed, so that the first repetition says little."""
_TELLING: Final = 0.4
"""What evidence must add up to to be named as a reason."""
_SHORTEST_PAUSE: Final = 10
"""Minutes below which a turn that says next to nothing cannot begin a conversation, unless it says so."""
_STARTS: Final = frozenset({"greeting", "opener"})
_LONG_ABSENCE: Final = 7 * _DAY
_EMPTY_OPENINGS: Final = frozenset({"greeting", "reset", "command"})


class Exchange(Struct, frozen=True, gc=False):
    """What people wrote without an answer in between, and the answers to it."""

    start: int
    """Index of its first message."""
    first: datetime
    last: datetime
    asked: str
    """The beginning of what people wrote."""
    answer: str
    """The first message of the answer."""
    media: bool
    """Whether it begins with a file."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The start of a conversation."""

    index: int
    """Of its first message in the thread."""
    evidence: tuple[tuple[str, float], ...]
    """What spoke for it, the weightiest first: keys of ``reasons`` in ``topics.toml``, and their weights."""
    pause: timedelta
    """Since the message before."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it starts there, in words."""
        texts: dict[str, str] = read_table("topics.toml")["reasons"]
        pause = duration_words(self.pause)
        names = [name for name, _ in self.evidence]
        if "pause" in names and "days" in names:
            names.remove("days")
        return tuple(texts[name].replace("{pause}", pause) for name in names)


def find_boundaries(thread: "Thread", messages: Sequence[Message], known: int = 0) -> Iterator[Boundary]:
    """Find where the second and each later conversation of a thread starts.

    Args:
        thread: a new one; where messages come in parts, the same for all.
        messages: those of the thread, roles assigned.
        known: how many of the messages the thread has seen already; they end with a whole exchange.

    """
    for exchange in exchanges(messages, known):
        parts = thread.take(exchange)
        if parts:
            yield Boundary(exchange.start, parts, thread.pause)


def evidence(messages: Sequence[Message], starts: Sequence[int]) -> list[tuple[int, dict[str, float]]]:
    """Return what speaks for a new conversation before each exchange, given where conversations start.

    This is what the weights are fitted on.

    Args:
        messages: a whole thread.
        starts: indexes at which conversations truly start.

    """
    thread = Thread(None)
    true_starts = set(starts)
    found: list[tuple[int, dict[str, float]]] = []
    for exchange in exchanges(messages):
        seen = thread.weigh(exchange)
        if thread.started:
            found.append((exchange.start, seen))
        thread.learn(exchange, starts=exchange.start in true_starts)
    return found


def exchanges(messages: Sequence[Message], known: int = 0) -> list[Exchange]:
    """Cut a thread into questions with their answers; notices and messages without a time belong to none.

    The first ``known`` messages are left out.
    """
    found: list[Exchange] = []
    start, first, last = -1, datetime.min, datetime.min  # noqa: DTZ901 - never compared
    asked = answer = ""
    media = answered = False
    for index, message in enumerate(islice(messages, known, None) if known else messages, known):
        role, stamp = message.role, message.timestamp
        if stamp is None or role == "notice":
            continue
        if stamp.tzinfo is not None:
            stamp = stamp.replace(tzinfo=None)
        ends = answered and role != "assistant"
        if start < 0 or ends or (answered == (role == "assistant") and abs(stamp - last) >= PATIENCE):
            if start >= 0:
                found.append(Exchange(start, first, last, asked, answer, media))
            start, first, asked, answer, answered = index, stamp, "", "", False
            media = message.kind == "media"
        last = stamp
        if role == "assistant":
            answered = True
            answer = answer or message.text
        elif len(asked) < LOOK:
            asked = f"{asked}\n{message.text[:LOOK]}" if asked else message.text[:LOOK]
    if start >= 0:
        found.append(Exchange(start, first, last, asked, answer, media))
    return found


_Parts = tuple[tuple[str, float], ...]
_CERTAIN: Final = 9.0
_weight: Final = itemgetter(1)
_NOTHING: Final = Turn(set(), (), [], [])
_BEFORE: Final = Exchange(0, datetime.min, datetime.min, "", "", media=False)  # noqa: DTZ901 - never compared


class Thread:
    """What is known of a thread while its exchanges come by."""

    def __init__(self, service: str | None) -> None:
        """Begin a thread.

        Args:
            service: key of its assistant, whose absences part conversations, too.

        """
        self._weights = weights()
        known = ("base", "fresh", "language", "code_begins")
        self._best_of_no_question = sum(map(self._weights.__getitem__, known))
        self._service = service
        self._rhythm = Rhythm()
        self._latest = _BEFORE
        self._minutes = 0.0
        self._turn = _NOTHING
        self._latest_words: list[str] = []
        self._answer_stems: set[str] = set()
        self._number = 0
        self._recent: tuple[set[str], set[str]] = (set(), set())
        self._counts: Counter[str] = Counter()
        self._older: set[str] = set()
        self._conversations = 0
        self._scale = log2(_PRIOR)
        self._code = self._asks_code = False
        self._greeted = False
        self._closed = False

    @property
    def started(self) -> bool:
        """Whether an exchange was learned already."""
        return self._number > 0

    @property
    def pause(self) -> timedelta:
        """The pause before the exchange that was read last."""
        return timedelta(minutes=self._minutes)

    def take(self, exchange: Exchange) -> _Parts:
        """Go on to the next exchange; return why it starts a conversation, or nothing if it does not."""
        self._read(exchange)
        parts = self._decide(exchange) if self._number else ()
        self.learn(exchange, starts=bool(parts))
        return parts

    def weigh(self, exchange: Exchange) -> dict[str, float]:
        """Read an exchange and return all evidence before it."""
        self._read(exchange)
        found = self._first_look(exchange)
        self._second_look(found)
        if self._is_other_language():
            found["language"] = 1.0
        return found

    def learn(self, exchange: Exchange, *, starts: bool) -> None:
        """Remember an exchange that was read."""
        turn = self._turn
        if self._number:
            self._rhythm.add(self._minutes)
        fresh = starts or not self._number
        if fresh:
            self._counts.update(self._older.union(*self._recent))
            self._conversations += 1
            self._scale = log2(self._conversations + _PRIOR)
            self._older, self._recent = set(), (set(), set())
        elif self._number % _REACH == 0:
            self._older |= self._recent[1]
            self._recent = (set(), self._recent[0])
        self._recent[0].update(turn.stems, self._answer_stems)
        self._number += 1
        self._code = self._asks_code or "`" in exchange.answer[:_ANSWER_LOOK] or (self._code and not fresh)
        empty = not turn.rest and not _EMPTY_OPENINGS.isdisjoint(turn.cues)
        self._greeted = (fresh or self._greeted) and empty
        self._closed = "feedback" in turn.cues and len(turn.rest) < _SENTENCE
        self._latest, self._latest_words = exchange, turn.words

    def _read(self, exchange: Exchange) -> None:
        self._turn = turn = read_turn(exchange.asked)
        # Answers to thanks and the like would only bring in words that stand in every conversation.
        read = len(turn.stems) > 1 or exchange.media
        self._answer_stems = stems_of(exchange.answer[:_ANSWER_LOOK]) if read else set()
        self._minutes = _minutes(self._latest, exchange)
        self._asks_code = is_code(exchange.asked)

    def _decide(self, exchange: Exchange) -> _Parts:
        latest, turn = self._latest, self._turn
        if len(exchange.answer) >= _REPEATED and exchange.answer == latest.answer:
            return ()
        if "reset" in turn.cues or (not turn.rest and "command" in turn.cues):
            return (("reset", _CERTAIN),)
        if self._is_hopeless(exchange):
            return ()
        if self._minutes > _LONG_ABSENCE and _absent(self._service, latest.last, exchange.first):
            return (("era", _CERTAIN),)
        found = self._first_look(exchange)
        doubt = self._weights["language"] if len(turn.rest) >= _SENTENCE else 0.0
        score = self._score(found)
        # What a second look finds only speaks against it.
        if score <= 0 and (score + doubt <= 0 or not self._is_other_language()):
            return ()
        self._second_look(found)
        score = self._score(found)
        if score > 0:
            if self._minutes < _DAY and self._third_look(found):
                score = self._score(found)
        elif score + doubt > 0 and self._is_other_language():
            found["language"] = 1.0
            score += doubt
        return self._parts(found) if score > 0 else ()

    def _is_hopeless(self, exchange: Exchange) -> bool:
        """Tell early that no evidence could be enough: most turns follow at once and ask nothing new."""
        turn, usual = self._turn, self._rhythm.usual
        if self._minutes >= _SHORTEST_PAUSE or self._closed or exchange.media:
            return False
        if not _STARTS.isdisjoint(turn.cues):
            return False
        if len(turn.stems) <= 1:
            return True
        if "task" in turn.cues or _asks(exchange.asked):
            return False
        haste = min(1.0, log2((usual + 1) / (self._minutes + 1)) / _DOUBLINGS)
        return self._best_of_no_question + haste * self._weights["haste"] <= 0

    def _first_look(self, exchange: Exchange) -> dict[str, float]:
        """Return what is cheap to find."""
        turn = self._turn
        found = self._pause()
        for kind in turn.cues:
            if kind in self._weights:
                found[kind] = 1.0
        if exchange.media:
            found["media"] = 1.0
        if self._greeted and self._minutes < _DAY:
            found["greeted"] = 1.0
        if self._closed:
            found["closed"] = 1.0
        if self._asks_code:
            found["code_goes_on" if self._code else "code_begins"] = 1.0
        self._words(turn, exchange.asked, found)
        return found

    def _words(self, turn: Turn, asked: str, found: dict[str, float]) -> None:
        count = len(turn.stems)
        if count <= 1:
            found["brief"] = 1.0
        shared = self._shared(turn.stems)
        if shared:
            found["shared"] = shared / (shared + 1)
        if count > 1:
            found["fresh"] = fresh = count / (count + 3) / (1 + shared)
            if "task" in turn.cues or _asks(asked):
                found["asks"] = fresh

    def _second_look(self, found: dict[str, float]) -> None:
        """Add what may still speak against a new conversation, and code."""
        rest = self._turn.rest
        if len(rest) <= _SHORT_TURN and not anaphors().isdisjoint(rest):
            found["anaphor"] = 1.0
        shared = self._shared(self._answer_stems)
        if shared:
            found["answer_shared"] = shared / (shared + 2)

    def _third_look(self, found: dict[str, float]) -> bool:
        """Compare a turn with the whole of the answer before it: people pick up what stands far down."""
        rest = self._latest.answer[_ANSWER_LOOK:_WHOLE]
        common = stems_among(self._turn.stems, rest)
        if not common:
            return False
        shared = self._telling(common)
        found["shared"] = max(found.get("shared", 0.0), shared / (shared + 1))
        for name in ("fresh", "asks"):
            if name in found:
                found[name] /= 1 + shared
        return True

    def _is_other_language(self) -> bool:
        if len(self._turn.rest) < _SENTENCE:
            return False
        now = language_of_words(self._turn.words)
        before = None if now is None else language_of_words(self._latest_words)
        return before is not None and before != now

    def _pause(self) -> dict[str, float]:
        longer = log2((self._minutes + 1) / (self._rhythm.usual + 1)) / _DOUBLINGS
        if longer < 0:
            return {"haste": min(1.0, -longer)}
        return {"pause": min(1.0, longer), "days": min(1.0, self._minutes / _FORTNIGHT)}

    def _shared(self, stems: set[str]) -> float:
        """Add up how telling the words are that the conversation has used of late."""
        now, before = self._recent
        common = stems & now
        if before:
            common |= stems & before
        return self._telling(common) if common else 0.0

    def _telling(self, stems: Iterable[str]) -> float:
        """Add up how rare words are: one of no earlier conversation counts 1, one of each counts 0."""
        counts, scale = self._counts, self._scale
        return sum([1 - log2(counts.get(stem, 0) + 1) / scale for stem in stems])

    def _score(self, found: dict[str, float]) -> float:
        weights = self._weights
        return sum(map(mul, map(weights.__getitem__, found), found.values()), weights["base"])

    def _parts(self, found: dict[str, float]) -> _Parts:
        weights = self._weights
        parts = [(name, weights[name] * value) for name, value in found.items()]
        telling = [part for part in parts if part[1] >= _TELLING]
        return tuple(sorted(telling or [max(parts, key=_weight)], key=_weight, reverse=True))


def _asks(text: str) -> bool:
    return "?" in text or (not text.isascii() and not _QUESTION_MARKS.isdisjoint(text))


def _minutes(latest: Exchange, exchange: Exchange) -> float:
    """Return the pause before an exchange; a step back in time counts like one ahead."""
    return abs((exchange.first - latest.last).total_seconds()) / 60


def _absent(service: str | None, before: datetime, after: datetime) -> bool:
    """Tell whether a pause lies between two periods in which the service answered in WhatsApp."""
    bot = None if service is None else find_bot(service)
    starts = [period.start for period in bot.periods] if bot else []
    return any(before.date() < start <= after.date() for start in starts[1:])


def duration_words(pause: timedelta) -> str:
    """Write a pause as people say it.

    >>> [duration_words(timedelta(minutes=minutes)) for minutes in (25, 14 * 60, 77 * 60)]
    ['25 minutes', '14 hours', '3 days']
    """
    minutes = pause.total_seconds() / 60
    if minutes >= _DAY:
        return count_words(round(minutes / _DAY), "day")
    if minutes >= _TWO_HOURS:
        return count_words(round(minutes / 60), "hour")
    return count_words(round(minutes), "minute")
