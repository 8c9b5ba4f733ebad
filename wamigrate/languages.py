"""Languages of messages: an estimate, cheap enough for every message of a long history.

Texts in Latin letters are told apart by their common words, as :mod:`wamigrate.topics` does, in seven
languages; others by their script alone. What neither tells is ``und``, which stands for *undetermined* in
BCP 47 (RFC 5646, section 4.1).
"""

import re
from functools import cache
from typing import Final

from wamigrate.tables import read_table
from wamigrate.topics import words_of

UNKNOWN: Final = "und"
_LOOK: Final = 120
"""Characters that are read."""
_SHORTEST: Final = 12
"""Characters below which a text in Latin letters cannot hold enough common words."""
_PROOF: Final = 3
"""Common words that are enough to tell a language, as in :mod:`wamigrate.topics`."""
_LETTER: Final = re.compile(r"[^\W\d_]")
_FOREIGN: Final = re.compile("[\u0370-\u1fff\u3040-\ud7af\uf900-\ufefc]")
"""What may be of a script other than the Latin one."""
_SHARE: Final = 3
"""A script counts where one letter in so many is of it; terms and names in Latin letters stand anywhere."""


def estimate_language(text: str) -> str:
    """Estimate the language of a text by its beginning.

    Args:
        text: a message.

    Returns:
        a tag of BCP 47: ``de``; ``und-Cyrl`` where only the script is known; ``und`` where nothing is.

    >>> estimate_language("Wie lange muss der Teig in den Kühlschrank?"), estimate_language("pizza?")
    ('de', 'und')
    >>> estimate_language("Сколько варить яйцо?"), estimate_language("卵をゆでるのは何分？")
    ('und-Cyrl', 'ja')

    """
    head = text[:_LOOK]
    if not head.isascii() and _FOREIGN.search(head):
        script = _script(head)
        if script is not None:
            return script
    return _by_words(head) if len(head) >= _SHORTEST else UNKNOWN


def language_name(tag: str) -> str:
    """Return what a language is called in English; the tag itself where no table knows it.

    >>> language_name("de"), language_name("und-Cyrl")
    ('German', 'in Cyrillic letters')
    """
    return str(read_table("languages.toml")["names"].get(tag, tag))


def _by_words(text: str) -> str:
    """Tell a language by its common words, as :func:`wamigrate.topics.language_of` does, in half the time.

    All languages are counted at once: a number has a byte for each.
    """
    tags, known = _common_words()
    counts = sum(map(known.__getitem__, known.keys() & words_of(text))).to_bytes(len(tags), "little")
    most = max(counts)
    return tags[counts.index(most)] if most >= _PROOF and counts.count(most) == 1 else UNKNOWN


@cache
def _common_words() -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the languages, and of each common word the bytes of those that have it."""
    stop: dict[str, str] = read_table("topics.toml")["stop"]
    known: dict[str, int] = {}
    for place, words in enumerate(stop.values()):
        for word in set(words.split()):
            known[word] = known.get(word, 0) | 1 << 8 * place
    return tuple(stop), known


def _script(text: str) -> str | None:
    """Return the tag of the script that a good part of the letters is of."""
    letters = len(_LETTER.findall(text))
    for tag, pattern in _scripts().items():
        if len(pattern.findall(text)) * _SHARE >= letters > 0:
            return tag
    return None


@cache
def _scripts() -> dict[str, re.Pattern[str]]:
    return {tag: re.compile(f"[{blocks}]") for tag, blocks in read_table("languages.toml")["scripts"].items()}
