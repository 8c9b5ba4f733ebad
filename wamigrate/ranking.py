"""Which conversations matter most: the newest ones, or those about some words.

Relevance is Okapi BM25 (Robertson and Zaragoza, *The Probabilistic Relevance Framework*, 2009, equation
3.15) over the telling words of :mod:`wamigrate.topics`; a word counts once in each message that has it.
"""

from collections import Counter
from collections.abc import Iterable
from math import log
from typing import Final

from wamigrate.epoch import UNDATED, as_utc
from wamigrate.errors import OptionError
from wamigrate.model import Conversation
from wamigrate.topics import stems_of, words_of
from wamigrate.turns import conversation_title

_SATURATION: Final = 1.2
"""BM25's *k1*: how soon further messages with a word count less."""
_LENGTH: Final = 0.75
"""BM25's *b*: how much a long conversation must have more of them."""
_TITLE: Final = 5
"""Messages that a word in the title counts for."""


def newest_first(conversations: Iterable[Conversation]) -> list[Conversation]:
    """Sort conversations by their end, the newest first; those without any time come last.

    Of two that end together, the later in the chat comes first.
    """
    found = list(conversations)
    order = sorted(range(len(found)), key=lambda index: (_end(found[index]), index), reverse=True)
    return [found[index] for index in order]


def relevant_first(conversations: Iterable[Conversation], about: str) -> list[Conversation]:
    """Return the conversations that hold any of some words, the most relevant first.

    Args:
        conversations: all there are.
        about: words; their endings make no difference, nor do words that tell nothing (*and*, *the*).

    Raises:
        OptionError: there is no word.

    """
    stems = wanted_stems(about)
    candidates = newest_first(conversations)
    counts = [_counts(conversation, stems) for conversation in candidates]
    average = sum(len(one.messages) for one in candidates) / max(len(candidates), 1)
    spread = Counter(stem for count in counts for stem in count)
    scores = [
        _score(count, len(one.messages) / average if average else 1.0, spread, len(candidates))
        for one, count in zip(candidates, counts, strict=True)
    ]
    ranked = sorted(range(len(candidates)), key=scores.__getitem__, reverse=True)
    return [candidates[index] for index in ranked if scores[index] > 0]


def wanted_stems(about: str) -> frozenset[str]:
    """Return the telling words that are asked for, cut to their first letters; all words if none tells much.

    Raises:
        OptionError: there is no word.

    >>> sorted(wanted_stems("the breads, Lisbon")), sorted(wanted_stems("my question"))
    (['bread', 'lisbo'], ['my', 'question'])

    """
    stems = frozenset(stems_of(about) or words_of(about))
    if not stems:
        raise OptionError(f"--about {about}: holds no word; give some, such as bread oven")
    return stems


def count_hits(texts: Iterable[str], stems: frozenset[str]) -> list[int]:
    """Count of each text how many of the stems are in it.

    >>> count_hits(["A loaf of bread", "Sourdough breads", "Rain"], wanted_stems("bread sourdough"))
    [1, 2, 0]
    """
    return [len(_found(text, stems)) for text in texts]


def _found(text: str, stems: frozenset[str]) -> frozenset[str]:
    lowered = text.lower()
    if not any(stem in lowered for stem in stems):  # a tenth of the time where nothing is found
        return frozenset()
    return stems & {*stems_of(text), *words_of(text)}


def _counts(conversation: Conversation, stems: frozenset[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for message in conversation.messages:
        found.update(_found(message.text, stems))
    for stem in _found(conversation_title(conversation), stems):
        found[stem] += _TITLE
    return found


def _score(counts: Counter[str], length: float, spread: Counter[str], total: int) -> float:
    damping = _SATURATION * (1 - _LENGTH + _LENGTH * length)
    return sum(
        _rarity(spread[stem], total) * count * (_SATURATION + 1) / (count + damping)
        for stem, count in counts.items()
    )


def _rarity(having: int, total: int) -> float:
    return log(1 + (total - having + 0.5) / (having + 0.5))


def _end(conversation: Conversation) -> float:
    time = conversation.ended_at or conversation.started_at
    return (UNDATED if time is None else as_utc(time)).timestamp()
