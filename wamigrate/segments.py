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
_ANSWER_LOOK: Final = 180
"""Characters of an answer that are read: it repeats its subject at once."""
_WHOLE: Final = 2500
"""Characters of an answer that are read before it is parted from what follows."""
_REACH: Final = 10
"""Exchanges for which a word of the conversation counts as just said."""
_DAY: Final = 24 * 60.0
_FORTNIGHT: Final = 14 * _DAY
_NEARLY_A_DAY: Final = 0.9 / 14
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
_LONG_ABSENCE: Final = timedelta(days=7)
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
        if seen is not None:
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


_NOTHING: Final = Turn(frozenset(), (), [])


class _Thread:
    """What is known of a thread while its exchanges come by."""

    def __init__(self, service: str | None) -> None:
        self._weights = weights()
        self._anaphors = anaphors()
        self._service = service
        self._rhythm = Rhythm()
        self._latest: Exchange | None = None
        self._turn = _NOTHING
        self._answer_stems: frozenset[str] = frozenset()
        self._number = 0
        self._start = 0
        self._seen: dict[str, int] = {}
        self._counts: Counter[str] = Counter()
        self._code = self._asks_code = False
        self._greeted = False

    def take(self, exchange: Exchange) -> tuple[str, ...]:
        """Go on to the next exchange; return why it starts a conversation, or nothing if it does not."""
        found = self.weigh(exchange)
        reasons: tuple[str, ...] = ()
        if found is not None:
            reasons = self._decide(exchange, found)
        self.learn(exchange, starts=bool(reasons))
        return reasons

    def weigh(self, exchange: Exchange) -> dict[str, float] | None:
        """Return the evidence before an exchange; None before the first."""
        self._turn = turn = read_turn(exchange.asked)
        self._answer_stems = stems_of(exchange.answer[:_ANSWER_LOOK])
        latest = self._latest
        if latest is None:
            return None
        minutes = _minutes(latest, exchange)
        found = self._pause(minutes)
        self._words(turn, exchange.asked, found)
        self._phrases(turn, found)
        if exchange.media:
            found["media"] = 1.0
        if self._greeted and minutes < _DAY:
            found["greeted"] = 1.0
        self._asks_code = is_code(exchange.asked)
        if self._asks_code:
            found["code_goes_on" if self._code else "code_begins"] = 1.0
        return found

    def _decide(self, exchange: Exchange, found: dict[str, float]) -> tuple[str, ...]:
        latest, turn = self._latest, self._turn
        assert latest is not None
        if len(exchange.answer) >= _REPEATED and exchange.answer == latest.answer:
            return ()
        if "reset" in turn.cues or (not turn.rest and "command" in turn.cues):
            return (_reason("reset"),)
        if _absent(self._service, latest.last, exchange.first):
            return (_reason("era"),)
        score = self._score(found)
        if -self._weights["language"] < score <= 0 and len(turn.rest) >= _SENTENCE:
            score += self._language(latest, exchange, found)
        if score <= 0:
            return ()
        if found.get("days", 0.0) < _NEARLY_A_DAY:
            self._look_again(latest, found)
            if self._score(found) <= 0:
                return ()
        return self._reasons(found, _minutes(latest, exchange))

    def _score(self, found: dict[str, float]) -> float:
        weights = self._weights
        return weights["base"] + sum([weights[name] * found[name] for name in found])

    def _reasons(self, found: dict[str, float], minutes: float) -> tuple[str, ...]:
        parts = {name: self._weights[name] * value for name, value in found.items()}
        telling = sorted((name for name in parts if parts[name] >= _TELLING), key=lambda name: -parts[name])
        return tuple(_reason(name).replace("{pause}", _duration(minutes)) for name in telling)

    def _look_again(self, latest: Exchange, found: dict[str, float]) -> None:
        """Compare a turn with the whole of the answer before it: people pick up what stands far down."""
        whole = stems_of(latest.answer[_ANSWER_LOOK:_WHOLE])
        counts, total = self._counts, self._number + _PRIOR_EXCHANGES
        shared = sum([1 - log2(counts[stem] + 1) / log2(total) for stem in self._turn.stems & whole])
        if shared > 0:
            found["shared"] = max(found.get("shared", 0.0), shared / (shared + 1))
            found.pop("fresh", None)
            found["asks"] = found.get("asks", 0.0) / (1 + shared)

    def learn(self, exchange: Exchange, *, starts: bool) -> None:
        """Remember an exchange that :meth:`weigh` has read."""
        latest, turn, answer = self._latest, self._turn, self._answer_stems
        if latest is not None:
            self._rhythm.add(_minutes(latest, exchange))
        self._number = number = self._number + 1
        if starts:
            self._start = number
        fresh = starts or latest is None
        code = self._asks_code or "`" in exchange.answer[:_ANSWER_LOOK]
        self._code = code or (self._code and not fresh)
        self._greeted = (fresh or self._greeted) and not turn.rest and not _EMPTY_OPENINGS.isdisjoint(turn.cues)
        words = turn.stems | answer
        self._counts.update(words)
        self._seen.update(dict.fromkeys(words, number))
        self._latest = exchange

    def _pause(self, minutes: float) -> dict[str, float]:
        longer = log2((minutes + 1) / (self._rhythm.usual + 1)) / _DOUBLINGS
        if longer < 0:
            return {"haste": min(1.0, -longer)}
        return {"pause": min(1.0, longer), "days": min(1.0, minutes / _FORTNIGHT)}

    def _words(self, turn: Turn, asked: str, found: dict[str, float]) -> None:
        shared = self._shared(turn.stems)
        if shared:
            found["shared"] = shared / (shared + 1)
        in_answer = self._shared(self._answer_stems)
        if in_answer:
            found["answer_shared"] = in_answer / (in_answer + 2)
        count = len(turn.stems)
        if count <= 1:
            found["brief"] = 1.0
        elif count:
            found["fresh"] = fresh = count / (count + 3) / (1 + shared)
            if "task" in turn.cues or _QUESTION.search(asked):
                found["asks"] = fresh

    def _shared(self, stems: frozenset[str]) -> float:
        """Add up how telling the words are that the conversation has used of late."""
        since = max(self._start, self._number - _REACH + 1, 1)
        seen, counts = self._seen, self._counts
        common = [counts[stem] for stem in stems if seen.get(stem, 0) >= since]
        if not common:
            return 0.0
        total = self._number + _PRIOR_EXCHANGES
        scale = log2(total)
        return sum([1 - log2(count + 1) / scale for count in common if count < total])

    def _phrases(self, turn: Turn, found: dict[str, float]) -> None:
        for kind in turn.cues:
            if kind in self._weights:
                found[kind] = 1.0
        if len(turn.rest) <= _SHORT_TURN and not self._anaphors.isdisjoint(turn.rest):
            found["anaphor"] = 1.0

    def _language(self, latest: Exchange, exchange: Exchange, found: dict[str, float]) -> float:
        """Add another language to the evidence, where it can make a difference; return its weight."""
        before, now = language_of(latest.asked), language_of(exchange.asked)
        if before is None or now is None or before == now:
            return 0.0
        found["language"] = 1.0
        return self._weights["language"]


def _minutes(latest: Exchange, exchange: Exchange) -> float:
    """Return the pause before an exchange; a step back in time counts like one ahead."""
    return abs((exchange.first - latest.last).total_seconds()) / 60


def _absent(service: str | None, before: datetime, after: datetime) -> bool:
    """Tell whether a pause lies between two periods in which the service answered in WhatsApp."""
    if service is None or after - before < _LONG_ABSENCE:
        return False
    bot = find_bot(service)
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
