"""Lines that WhatsApp itself writes into a chat: encryption, groups, timers, business accounts."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from wamigrate.phrases import phrase_key
from wamigrate.tables import read_table
from wamigrate.words import BIDI, SPACES

LONGEST: Final = 1500
"""Characters; the longest notice known, Meta AI's first line, has about 800."""
_LONGEST_LINE: Final = 300
_SHORTEST_SENTENCE: Final = 36
"""Bytes. The words for encryption are ordinary ones; a notice holds them in a whole sentence."""
_LONGEST_NAME: Final = 60
_COLON: Final = re.compile(": |\uff1a")
_QUOTE: Final = re.compile("[\u201c\u201d\u201e\u00ab\u00bb\u2018\u2019'\"]")
_GAP: Final = r"[^:\n]{1,100}?"
_SHOWN: Final = str.maketrans({**dict.fromkeys(BIDI), **dict.fromkeys(SPACES, " ")})
_HOLE: Final = re.compile(r"\{[XYZ]\}")
_LANGUAGE_TOPICS: Final = {
    "notice_group": "group",
    "group_named": "group",
    "notice_number_changed": "number-changed",
    "notice_security_code": "security-code",
}


class _Lookups(NamedTuple):
    """The table of notices, everything in the form of :func:`~wamigrate.phrases.phrase_key`."""

    fragments: tuple[tuple[str, str], ...]
    encryption: tuple[str, ...]
    templates: tuple["_Template", ...]


class _Template(NamedTuple):
    anchor: str
    """The longest fixed part: looking for it first makes the others fast."""
    parts: tuple[str, ...]
    topic: str


@lru_cache(maxsize=4096)  # the same few lines come again and again, and are asked about at several places
def notice_topic(text: str) -> str | None:
    """Tell whether a whole text looks like a line that WhatsApp writes, and what it is about.

    This is for texts that nothing else shows to be somebody's words: short lines such as ``Ana left`` look
    like a notice too. ``Ana: Bob left`` does not: who acts comes first, and a colon after it makes it a
    person's message.

    Args:
        text: a whole body, paragraphs included.

    Returns:
        ``encryption``, ``business``, ``meta-ai``, ``disappearing``, ``privacy``, ``security-code``,
        ``number-changed``, ``contact``, ``block``, ``group``, ``pinned``, ``call``, ``system``; or None.

    >>> notice_topic("Ana hat Bob hinzugefügt")
    'group'
    >>> notice_topic("Shopping: bread, milk") is None
    True

    """
    if len(text) > LONGEST:
        return None
    key = phrase_key(text)
    lookups = _lookups()
    for fragment, topic in lookups.fragments:
        if fragment in key and not _COLON.search(key, 0, key.find(fragment)):
            return topic
    if len(key) > _LONGEST_LINE or "\n" in key:
        return None
    if len(key.encode("utf-8", "replace")) >= _SHORTEST_SENTENCE and any(
        word in key for word in lookups.encryption
    ):
        return None if _COLON.search(key) else "encryption"
    for anchor, parts, topic in lookups.templates:
        if anchor in key and _fits(parts, key):
            return topic
    return None


def proven_topic(text: str) -> str | None:
    """Tell which notice a text is that its words alone prove, or None.

    These count even where the text has an author and no mark of WhatsApp before it: phones print some
    notices as messages of those who caused them.

    >>> proven_topic("This business uses a secure service from Meta to manage this chat. Tap to learn more.")
    'business'
    >>> proven_topic("Ana left") is None
    True
    """
    if len(text) > LONGEST:
        return None
    if text.startswith(_opening_texts()):
        return next(topic for opening, topic in openings() if text.startswith(opening))
    if len(text) > _LONGEST_LINE or "\n" in text or not text.endswith(_sentence_ends()):
        return None
    return next((topic for parts, topic in sentences() if _fits(parts, text)), None)


def group_name(text: str) -> str | None:
    """Return the name that a notice gives to a group, or None where it gives none.

    Args:
        text: a notice.

    >>> group_name("Ana created group “Plan B”"), group_name("Ana hat den Betreff von „A“ zu „B“ geändert.")
    ('Plan B', 'B')

    """
    if len(text) > _LONGEST_LINE or "\n" in text or not _QUOTE.search(text):
        return None
    form = text.translate(_SHOWN).strip()
    lower = form.lower()
    found = (_naming(template).fullmatch(form) for anchor, template in _group_names() if anchor in lower)
    return next((match[1].strip() for match in found if match), None)


@cache
def _group_names() -> tuple[tuple[str, str], ...]:
    """Return the templates of notices that name a group, each after its longest fixed part in lower case."""
    languages = read_table("dialects.toml")["languages"].values()
    templates = [template for words in languages for template in words.get("group_named", ())]
    return tuple((_anchor(template), template) for template in templates)


def _anchor(template: str) -> str:
    """Return what to look for before anything is compiled."""
    parts = [piece for part in _HOLE.split(template) for piece in _QUOTE.split(part)]
    return max(parts, key=len).strip().lower()


@cache
def _naming(template: str) -> re.Pattern[str]:
    """Compile a template whose last gap is the name; quotation marks differ from phone to phone."""
    parts = [_QUOTE.sub(_QUOTE.pattern, re.escape(part)) for part in _HOLE.split(template)]
    *before, last, end = parts
    pattern = "".join([part + _GAP for part in before]) + last + "(.+)" + end
    return re.compile(pattern + "[.\u3002\u0964\u06d4]?", re.IGNORECASE)


@cache
def openings() -> tuple[tuple[str, str], ...]:
    """Return first words that prove a notice, as printed, each with its topic."""
    return tuple((opening, entry["topic"]) for entry in _entries() for opening in entry.get("openings", ()))


@cache
def sentences() -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return whole texts that prove a notice, as their fixed parts, each with its topic."""
    return tuple((tuple(_HOLE.split(text)), topic) for topic, text in _texts("sentences"))


@cache
def _opening_texts() -> tuple[str, ...]:
    return tuple(opening for opening, _ in openings())


@cache
def _sentence_ends() -> tuple[str, ...]:
    return tuple({parts[-1] for parts, _ in sentences()})


@cache
def _lookups() -> _Lookups:
    fragments = [(phrase_key(text), topic) for topic, text in _texts("fragments")]
    fragments += [(phrase_key(opening), topic) for opening, topic in openings()]
    templates = [_template(text, topic) for topic, text in _texts("templates")]
    encryption: list[str] = []
    for words in read_table("dialects.toml")["languages"].values():
        encryption += map(phrase_key, words.get("encryption", ()))
        for key, topic in _LANGUAGE_TOPICS.items():
            templates += [_template(text, topic) for text in words.get(key, ())]
    return _Lookups(tuple(fragments), tuple(dict.fromkeys(encryption)), tuple(templates))


def _entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = read_table("dialects.toml")["notices"]
    return entries


def _texts(field: str) -> Iterator[tuple[str, str]]:
    for entry in _entries():
        for text in entry.get(field, ()):
            yield entry["topic"], text


def _template(text: str, topic: str) -> _Template:
    # The gaps must outlive phrase_key, which trims spaces and periods at the ends of what it is given.
    parts = tuple(phrase_key(_HOLE.sub("\0", text)).split("\0"))
    return _Template(max(parts, key=len), parts, topic)


def _fits(parts: tuple[str, ...], text: str) -> bool:
    """Tell whether a text is the template, with something in every gap and a name in a leading one."""
    if len(parts) == 1:
        return text == parts[0]
    at, end = len(parts[0]), len(text) - len(parts[-1])
    if not text.startswith(parts[0]) or not text.endswith(parts[-1]):
        return False
    leading = not parts[0]
    for part in parts[1:-1]:
        found = text.find(part, at + 1, end)
        if found < 0 or (leading and not _is_name(text[:found])):
            return False
        at = found + len(part)
        leading = False
    return end > at and (not leading or _is_name(text[:end]))


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and not _COLON.search(text)
