"""What a turn is about: its telling words, its language, and the phrases it begins with.

Nothing here knows a model of any language. Words are compared by their first letters, which hides most
endings; words that tell nothing and phrases of several languages are in ``topics.toml``.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from msgspec import Struct

from wamigrate.tables import read_table

LOOK: Final = 400
"""Characters of a turn that are read; what follows seldom changes the subject."""
_STEM: Final = 5
_SHORTEST: Final = 3
_PROOF: Final = 3
"""Common words that are enough to tell a language."""
_KNOWN_WORDS: Final = 100_000
_CUES: Final = 4
"""Phrases in a row, such as a greeting, thanks, and the announcement of another question."""
_WORD: Final = re.compile(r"[^\W_]+")
_LATIN: Final = bytes(ord(chr(code).lower()) if chr(code).isalnum() else 32 for code in range(256))
"""Lower case for the letters of Latin-1, spaces for its signs."""
_BEYOND: Final = re.compile(
    "[^\0-\xff\u2010-\u2027\u2030-\u205e\u2190-\u245f\u2500-\u2bff\ufe0f\U0001f000-\U0001faff]"
)
"""What is neither of Latin-1 nor a dash, quotation mark, arrow, symbol or emoji."""
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_CODE: Final = re.compile(
    r"[`;{}(_.=<]"
    r"(?:(?<=`)``|(?<=[;{}]) *(?:\n|$)|(?<=\w\()\w*\)|(?<=\w_)\w|(?<=\w\.)\w+\(|(?<==)[=>]|(?<=<)/)"
)
"""Begins with a sign, so that whatever is none is passed over at once: most turns have none of it."""
_ERROR: Final = re.compile(r"\b[A-Z]\w+Error\b")


class Turn(Struct, frozen=True, gc=False):
    """What was read from a turn."""

    stems: set[str]
    """Its telling words, cut to their first letters."""
    cues: tuple[str, ...]
    """Kinds of the phrases it begins with: keys of ``phrases`` in ``topics.toml``."""
    rest: list[str]
    """The words after these phrases, lower-cased."""
    words: list[str]
    """All its words, lower-cased."""


def words_of(text: str) -> list[str]:
    """Return the words of a text, lower-cased.

    >>> words_of("It's 7 o'clock, Zoë!")
    ['it', 's', '7', 'o', 'clock', 'zoë']
    """
    if text.isascii():
        return text.encode().translate(_LATIN).decode().split()
    if _is_latin(text):
        return _spaced(text).split()
    return _WORD.findall(text.lower())


def read_turn(text: str) -> Turn:
    """Read what a person wrote.

    Args:
        text: a turn, in any language; its first :data:`LOOK` characters count.

    >>> read_turn("Thanks! Another question: how tall is the Matterhorn?").cues
    ('feedback', 'opener')
    >>> sorted(read_turn("How tall is the Matterhorn?").stems)
    ['matte', 'tall']

    """
    words = words_of(text[:LOOK])
    kinds, at = _cues(words)
    return Turn(_stems(words, text), kinds, words[at:] if at else words, words)


def stems_of(text: str) -> set[str]:
    """Return the telling words of a text, cut to their first letters.

    >>> stems_of("The potatoes, and a potato.")
    {'potat'}
    """
    return _stems(words_of(text), text)


def stems_among(stems: set[str], text: str) -> set[str]:
    """Return those of a few stems that are of a text, too, which is not read in full where that is long.

    >>> stems_among({"potat", "onion", "soup"}, "The potatoes, and a soupspoon.")
    {'potat'}
    """
    if _is_latin(text):
        lowered = _spaced(text)
    elif _UNSPACED.search(text):
        return stems & stems_of(text)
    else:
        lowered = text.lower()
    return {stem for stem in stems if _has_stem(lowered, stem)}


def is_code(text: str) -> bool:
    """Tell whether a turn holds code or what a compiler says.

    >>> is_code("why does print(x) raise a KeyError?"), is_code("why is the sky blue?")
    (True, False)
    """
    if _CODE.search(text, 0, LOOK) is not None:
        return True
    return "Error" in text and _ERROR.search(text, 0, LOOK) is not None


def language_of(text: str) -> str | None:
    """Tell the language of a text by its commonest words; None where they do not tell.

    >>> language_of("Wie lange muss der Teig in den Kühlschrank?"), language_of("pizza?")
    ('de', None)
    """
    return language_of_words(words_of(text[:LOOK]))


def language_of_words(words: list[str]) -> str | None:
    """Tell the language of a text, given its words, as :func:`language_of` does."""
    known = _languages()
    common = known.keys() & words
    if len(common) < _PROOF:
        return None
    hits: dict[str, int] = {}
    for word in common:
        for language in known[word]:
            hits[language] = hits.get(language, 0) + 1
    most = max(hits.values())
    best = [language for language, count in hits.items() if count == most]
    return best[0] if most >= _PROOF and len(best) == 1 else None


@cache
def anaphors() -> frozenset[str]:
    """Return the words that point back."""
    return frozenset(read_table("topics.toml")["words"]["anaphors"])


@cache
def phrase_kinds() -> dict[str, str]:
    """Return the kinds of phrases by their lower-cased words; the first kind of the table wins.

    >>> phrase_kinds()["another question"]
    'opener'
    """
    found: dict[str, str] = {}
    for kind, texts in read_table("topics.toml")["phrases"].items():
        for text in texts:
            found.setdefault(" ".join(words_of(text)), kind)
    return found


def weights() -> Mapping[str, float]:
    """Return what each kind of evidence counts."""
    found: Mapping[str, float] = read_table("topics.toml")["weights"]
    return found


def _is_latin(text: str) -> bool:
    """Tell whether all letters of a text are of Latin-1."""
    return text.isascii() or not _BEYOND.search(text)


def _spaced(text: str) -> str:
    """Return a text of Latin letters in lower case, with spaces for its signs, in no time."""
    return text.encode("latin-1", "replace").translate(_LATIN).decode("latin-1")


def _has_stem(lowered: str, stem: str) -> bool:
    """Tell whether a telling word with a stem is in a text in lower case."""
    at = lowered.find(stem)
    while at >= 0:
        if not (at and lowered[at - 1].isalnum()):
            word = _WORD.match(lowered, at)
            if word and _telling()[word[0]] == stem:
                return True
        at = lowered.find(stem, at + 1)
    return False


def _cues(words: list[str]) -> tuple[tuple[str, ...], int]:
    """Return the kinds of the phrases that a turn begins with, and how many words these are."""
    tree = _phrase_tree()
    kinds: tuple[str, ...] = ()
    end = 0
    while len(kinds) < _CUES and end < len(words) and words[end] in tree:
        node, kind = tree, None
        for at in range(end, len(words)):
            following = node.get(words[at])
            if following is None:
                break
            node = following
            if node.kind is not None:
                kind, end = node.kind, at + 1
        if kind is None:
            break
        kinds += (kind,)
    return kinds, end


def _stems(words: list[str], text: str) -> set[str]:
    if not text.isascii() and _UNSPACED.search(text):
        words = [part for word in words for part in _pairs(word)]
    found = set(map(_telling().__getitem__, words))
    found.discard("")
    return found


def _pairs(word: str) -> list[str]:
    """Return neighbouring characters as pairs: words of scripts without spaces mostly have two."""
    if not _UNSPACED.search(word):
        return [word]
    return [f"{word[at : at + 2]}  " for at in range(len(word) - 1)]


class _Telling(dict[str, str]):
    """Stems by word, found when asked for; nothing where the word tells nothing."""

    def __missing__(self, word: str) -> str:
        stem = word[:_STEM].strip() if len(word) >= _SHORTEST and word not in _languages() else ""
        if len(self) < _KNOWN_WORDS:
            self[word] = stem
        return stem


@cache
def _telling() -> _Telling:
    return _Telling()


class _Phrases(dict[str, "_Phrases"]):
    """Phrases that begin alike, by their next word."""

    kind: str | None = None
    """Kind of the phrase that ends here."""


@cache
def _phrase_tree() -> _Phrases:
    tree = _Phrases()
    for phrase, kind in phrase_kinds().items():
        node = tree
        for word in phrase.split(" "):
            node = node.setdefault(word, _Phrases())
        node.kind = kind
    return tree


@cache
def _languages() -> dict[str, tuple[str, ...]]:
    """Return common words, each with the languages that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for language, text in read_table("topics.toml")["stop"].items():
        for word in set(text.split()):
            found[word] = (*found.get(word, ()), language)
    return found
