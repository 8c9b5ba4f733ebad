"""Where one conversation of a thread ends and the next begins, and why.

The thread is cut into exchanges: what people ask, and the answers to it, which are never parted. Before each
exchange the evidence for and against a new conversation is added up with the weights of ``topics.toml``: the
pause, measured against this person's rhythm; words that the conversation has used or not; phrases such as
"another question" or "thanks"; language; code.

Only what came before, and the exchange itself, is looked at. So what is decided stays when messages are added
to the end of the thread: only the last exchange may be seen anew, once its answer is there.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log2
from typing import Final, NamedTuple

from wamigrate.model import Message
from wamigrate.register import find_bot
from wamigrate.rhythm import Rhythm
from wamigrate.tables import read_table
from wamigrate.topics import LOOK, Turn, anaphors, is_code, language_of, read_turn, stems_of, weights
from wamigrate.wording import count_words

PATIENCE: Final = timedelta(hours=1)
"""How long an assistant's last word, or a question without an answer, keeps what follows beside it."""
_ANSWER_LOOK: Final = 140
"""Characters of an answer that are read: it repeats its subject at once."""
_WHOLE: Final = 2500
"""Characters of an answer that are read before it is parted from what follows."""
_REACH: Final = 10
"""Exchanges for which a word of the conversation counts as just said."""
_DAY: Final = 24 * 60.0
_FORTNIGHT: Final = 14 * _DAY
_DOUBLINGS: Final = 4
"""How often a pause must double or halve to be as long or short as can count."""
_SHORT_TURN: Final = 12
_QUESTION: Final = re.compile("[?？؟](?:\\s|$)")
_SENTENCE: Final = 4
"""Words that are enough to tell a language."""
_REPEATED: Final = 60
"""Characters of an answer that is no chance when it comes twice: the service answers by itself."""
_PRIOR_EXCHANGES: Final = 12
_TELLING: Final = 0.4
"""What evidence must add up to to be named as a reason."""
_SHORTEST_PAUSE: Final = 10
"""Minutes below which a turn that says next to nothing cannot begin a conversation, unless it says so."""
_STARTS: Final = frozenset({"greeting", "opener"})
_LONG_ABSENCE: Final = 7 * _DAY
_EMPTY_OPENINGS: Final = frozenset({"greeting", "reset", "command"})


class Exchange(NamedTuple):
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


class Boundary(NamedTuple):
    """The start of a conversation."""

    index: int
    """Of its first message in the thread."""
    reasons: tuple[str, ...]
    """Why it starts there, in words, the weightiest first."""


def find_boundaries(messages: Sequence[Message], service: str | None = None) -> list[Boundary]:
    """Find where the second and each later conversation of a thread starts.

    Args:
        messages: the whole thread, roles assigned.
        service: key of its assistant, whose absences part conversations, too.

    """
    thread = _Thread(service)
    found: list[Boundary] = []
    for exchange in exchanges(messages):
        reasons = thread.take(exchange)
        if reasons:
            found.append(Boundary(exchange.start, reasons))
    return found


def evidence(messages: Sequence[Message], starts: Sequence[int]) -> list[tuple[int, dict[str, float]]]:
    """Return what speaks for a new conversation before each exchange, given where conversations start.

    This is what the weights are fitted on.

    Args:
        messages: a whole thread.
        starts: indexes at which conversations truly start.

    """
    thread = _Thread(None)
    true_starts = set(starts)
    found: list[tuple[int, dict[str, float]]] = []
    for exchange in exchanges(messages):
        seen = thread.weigh(exchange)
        if exchange.start:
            found.append((exchange.start, seen))
        thread.learn(exchange, starts=exchange.start in true_starts)
    return found


def exchanges(messages: Sequence[Message]) -> list[Exchange]:
    """Cut a thread into questions with their answers; notices and messages without a time stay beside them."""
    found: list[Exchange] = []
    start, first, last = -1, datetime.min, datetime.min  # noqa: DTZ901 - never compared
    asked = answer = ""
    media = answered = False
    for index, message in enumerate(messages):
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


_NOTHING: Final = Turn(set(), (), [])
_BEFORE: Final = Exchange(0, datetime.min, datetime.min, "", "", media=False)  # noqa: DTZ901 - never compared


class _Thread:
    """What is known of a thread while its exchanges come by."""

    def __init__(self, service: str | None) -> None:
        self._weights = weights()
        self._doubt = self._weights["language"] + self._weights["code_begins"]
        self._service = service
        self._rhythm = Rhythm()
        self._latest = _BEFORE
        self._minutes = 0.0
        self._turn = _NOTHING
        self._answer_stems: set[str] = set()
        self._number = 0
        self._recent: tuple[set[str], set[str]] = (set(), set())
        self._counts: Counter[str] = Counter()
        self._code = False
        self._greeted = False

    def take(self, exchange: Exchange) -> tuple[str, ...]:
        """Go on to the next exchange; return why it starts a conversation, or nothing if it does not."""
        self._read(exchange)
        reasons = self._decide(exchange) if self._number else ()
        self.learn(exchange, starts=bool(reasons))
        return reasons

    def weigh(self, exchange: Exchange) -> dict[str, float]:
        """Read an exchange and return all evidence before it."""
        self._read(exchange)
        found = self._first_look(exchange)
        self._second_look(exchange, found)
        self._language(exchange, found)
        return found

    def learn(self, exchange: Exchange, *, starts: bool) -> None:
        """Remember an exchange that was read."""
        turn = self._turn
        if self._number:
            self._rhythm.add(self._minutes)
        fresh = starts or not self._number
        self._number += 1
        words = turn.stems | self._answer_stems
        self._counts.update(words)
        if fresh or self._number % _REACH == 0:
            self._recent = (words, set() if fresh else self._recent[0])
        else:
            self._recent[0].update(words)
        self._code = "`" in exchange.answer[:_ANSWER_LOOK] or (self._code and not fresh) or is_code(exchange.asked)
        self._greeted = (fresh or self._greeted) and not turn.rest and not _EMPTY_OPENINGS.isdisjoint(turn.cues)
        self._latest = exchange

    def _read(self, exchange: Exchange) -> None:
        self._turn = read_turn(exchange.asked)
        telling = len(self._turn.stems) > 1 or exchange.media
        self._answer_stems = stems_of(exchange.answer[:_ANSWER_LOOK]) if telling else set()
        self._minutes = _minutes(self._latest, exchange)

    def _decide(self, exchange: Exchange) -> tuple[str, ...]:
        latest, turn = self._latest, self._turn
        if len(exchange.answer) >= _REPEATED and exchange.answer == latest.answer:
            return ()
        if "reset" in turn.cues or (not turn.rest and "command" in turn.cues):
            return (_reason("reset"),)
        if len(turn.stems) <= 1 and self._minutes < _SHORTEST_PAUSE and _STARTS.isdisjoint(turn.cues):
            return ()
        if self._minutes > _LONG_ABSENCE and _absent(self._service, latest.last, exchange.first):
            return (_reason("era"),)
        found = self._first_look(exchange)
        if self._score(found) + self._doubt <= 0:
            return ()
        self._second_look(exchange, found)
        score = self._score(found)
        if score <= 0:
            self._language(exchange, found)
        elif self._minutes < _DAY:
            self._third_look(found)
        return self._reasons(found) if self._score(found) > 0 else ()

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
        count = len(turn.stems)
        if count <= 1:
            found["brief"] = 1.0
        shared = self._shared(turn.stems)
        if shared:
            found["shared"] = shared / (shared + 1)
        if count > 1:
            found["fresh"] = fresh = count / (count + 3) / (1 + shared)
            if "task" in turn.cues or _QUESTION.search(exchange.asked):
                found["asks"] = fresh
        return found

    def _second_look(self, exchange: Exchange, found: dict[str, float]) -> None:
        """Add what may still speak against a new conversation, and code."""
        rest = self._turn.rest
        if len(rest) <= _SHORT_TURN and not anaphors().isdisjoint(rest):
            found["anaphor"] = 1.0
        shared = self._shared(self._answer_stems)
        if shared:
            found["answer_shared"] = shared / (shared + 2)
        if is_code(exchange.asked):
            found["code_goes_on" if self._code else "code_begins"] = 1.0

    def _third_look(self, found: dict[str, float]) -> None:
        """Compare a turn with the whole of the answer before it: people pick up what stands far down."""
        whole = stems_of(self._latest.answer[_ANSWER_LOOK:_WHOLE])
        shared = self._telling(self._turn.stems & whole)
        if shared:
            found["shared"] = max(found.get("shared", 0.0), shared / (shared + 1))
            for name in ("fresh", "asks"):
                if name in found:
                    found[name] /= 1 + shared

    def _language(self, exchange: Exchange, found: dict[str, float]) -> None:
        if len(self._turn.rest) < _SENTENCE:
            return
        before, now = language_of(self._latest.asked), language_of(exchange.asked)
        if before is not None and now is not None and before != now:
            found["language"] = 1.0

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

    def _telling(self, stems: set[str]) -> float:
        """Add up how rare words are in this thread: one never used counts 1, one of every turn 0."""
        counts = self._counts
        scale = log2(self._number + _PRIOR_EXCHANGES)
        return sum([max(0.0, 1 - log2(counts[stem] + 1) / scale) for stem in stems])

    def _score(self, found: dict[str, float]) -> float:
        weights = self._weights
        return sum([weights[name] * found[name] for name in found], weights["base"])

    def _reasons(self, found: dict[str, float]) -> tuple[str, ...]:
        parts = {name: self._weights[name] * value for name, value in found.items()}
        telling = sorted((name for name in parts if parts[name] >= _TELLING), key=lambda name: -parts[name])
        pause = _duration(self._minutes)
        return tuple(_reason(name).replace("{pause}", pause) for name in telling)


def _minutes(latest: Exchange, exchange: Exchange) -> float:
    """Return the pause before an exchange; a step back in time counts like one ahead."""
    return abs((exchange.first - latest.last).total_seconds()) / 60


def _absent(service: str | None, before: datetime, after: datetime) -> bool:
    """Tell whether a pause lies between two periods in which the service answered in WhatsApp."""
    bot = None if service is None else find_bot(service)
    starts = [period.start for period in bot.periods] if bot else []
    return any(before.date() < start <= after.date() for start in starts[1:])


def _reason(name: str) -> str:
    text: str = read_table("topics.toml")["reasons"][name]
    return text


def _duration(minutes: float) -> str:
    """Write a pause as people say it.

    >>> _duration(25), _duration(60 * 14), _duration(60 * 24 * 3.2)
    ('25 minutes', '14 hours', '3 days')
    """
    for unit, size in (("day", _DAY), ("hour", 60.0)):
        if minutes >= size * 2 or (minutes >= size and unit == "day"):
            return count_words(round(minutes / size), unit)
    return count_words(round(minutes), "minute")
