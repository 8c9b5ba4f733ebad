"""What people told an assistant about themselves: found by how sentences begin, kept in their words.

No model reads the chat, so nothing is concluded, rephrased or invented: a statement is a sentence of the
person, with its day and conversation. Sentences count only if they begin as lasting statements do in
``statements.toml`` (*I live in*, *my sister is called*, *from now on*), are no question, and are not handed
over for translation or correction. Much is missed; what is found is nearly always meant.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from wamigrate.epoch import UNDATED, as_utc
from wamigrate.markup import parse_whatsapp, to_plain
from wamigrate.model import Conversation, Message
from wamigrate.nesting import one_line
from wamigrate.tables import read_table
from wamigrate.topics import words_of
from wamigrate.turns import conversation_title

_LONGEST_MESSAGE: Final = 1500
_MOST_LINES: Final = 12
"""Longer messages are mostly pasted from elsewhere."""
_LONGEST: Final = 400
_MOST_WORDS: Final = 60
_LEADS: Final = 3
"""Small words in a row that a sentence may begin with: *hi, by the way, …*."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")
_UNFINISHED: Final = re.compile(
    r"(?:^|[\s(])(?:\w|\w\.\w|dr|mr|mrs|ms|st|prof|sr|sra|nr|ca|etc|vs|mme|dott)\.$", re.IGNORECASE
)
"""Abbreviations after which a sentence goes on."""
_LIST_MARK: Final = re.compile(r"(?:[-*+•–]|\d{1,3}[.)])\s+")
_SAID_BY_OTHERS: Final = tuple("\"'“”„«»‘’‚>`")
_QUESTION: Final = ("?", "？", "؟")
_MARKS: Final = re.compile(r"[*_~`]")
_PHRASE: Final = re.compile(r"[^\W_]+\*?|['’]|[#*]|\s+")


class _Group(Struct, frozen=True, forbid_unknown_fields=True):
    section: str
    phrases: tuple[str, ...]
    then: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class _Language(Struct, frozen=True, forbid_unknown_fields=True):
    leads: tuple[str, ...]
    handed_over: tuple[str, ...]
    groups: tuple[_Group, ...]


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    sections: dict[str, str]
    languages: dict[str, _Language]


class Statement(Struct, frozen=True):
    """A sentence that somebody says about themselves."""

    section: str
    """Key of :func:`sections`."""
    text: str
    """The sentence as written, on one line, without WhatsApp's marks."""
    time: datetime | None
    """When it was written last."""
    title: str
    """Of the conversation."""
    times: int = 1
    """How often it was written in the same words."""


class _Rule(NamedTuple):
    section: str
    beginning: re.Pattern[str]


class _Rules(NamedTuple):
    """The table of all languages, ready for use."""

    by_word: Mapping[str, tuple[_Rule, ...]]
    """Rules by the first word of their phrases."""
    leads: re.Pattern[str]
    lead_words: frozenset[str]
    handed_over: re.Pattern[str]


def sections() -> Mapping[str, str]:
    """Return the titles of the sections by their keys, in order."""
    return _table().sections


def languages() -> tuple[str, ...]:
    """Return the languages that are read, as ISO 639 codes.

    >>> "en" in languages()
    True
    """
    return tuple(_table().languages)


def find_statements(conversations: Iterable[Conversation]) -> list[Statement]:
    """Return what the users of some conversations say about themselves, the oldest first.

    What was said several times in the same words is returned once, with the last day.

    Args:
        conversations: with final roles; only messages of the role ``user`` are read.

    """
    found: dict[str, Statement] = {}
    for conversation in conversations:
        title = conversation_title(conversation)
        for message in conversation.messages:
            if not _is_own(message):
                continue
            for section, sentence in _stated(message.text if message.raw is None else message.raw):
                key = " ".join(words_of(sentence))
                older = found.pop(key, None)
                new = Statement(section, sentence, message.timestamp, title)
                found[key] = new if older is None else _again(older, new)
    return sorted(found.values(), key=_moment)


def _again(one: Statement, other: Statement) -> Statement:
    newer = max(one, other, key=_moment)
    return msgspec.structs.replace(newer, times=one.times + other.times)


def _moment(statement: Statement) -> datetime:
    return UNDATED if statement.time is None else as_utc(statement.time)


def _is_own(message: Message) -> bool:
    """Tell what a person typed from what was forwarded, pasted or sent as a file."""
    return (
        message.role == "user"
        and message.kind == "text"
        and not message.forwarded
        and len(message.text) <= _LONGEST_MESSAGE
        and message.text.count("\n") < _MOST_LINES
        and "```" not in message.text
    )


def _stated(body: str) -> Iterator[tuple[str, str]]:
    """Yield the statements in a message, each with its section, up to where it hands something over."""
    if _MARKS.search(body):
        body = to_plain(parse_whatsapp(body))
    for line in body.split("\n"):
        if line.lstrip().startswith(_SAID_BY_OTHERS):
            continue
        for sentence in _sentences(line):
            words = words_of(sentence[:_LONGEST])
            starts = list(_starts(words))
            if any(_rules().handed_over.match(start) for start in starts):
                return
            section = _section(starts) if _may_be(sentence, words) else None
            if section is not None:
                yield section, sentence
        if line.rstrip().endswith((":", "：")):
            return


def _sentences(line: str) -> Iterator[str]:
    pending = ""
    for part in _SENTENCE_END.split(line):
        pending = f"{pending} {part}" if pending else part
        if not _UNFINISHED.search(pending):
            yield one_line(_LIST_MARK.sub("", pending.strip(), count=1))
            pending = ""
    if pending:
        yield one_line(_LIST_MARK.sub("", pending.strip(), count=1))


def _may_be(sentence: str, words: Sequence[str]) -> bool:
    return (
        1 < len(words) <= _MOST_WORDS
        and len(sentence) <= _LONGEST
        and not sentence.startswith(_SAID_BY_OTHERS)
        and not any(mark in sentence for mark in _QUESTION)
        and not sentence.endswith((":", "："))
    )


def _starts(words: Sequence[str]) -> Iterator[str]:
    """Yield the words of a sentence, then those after its leads."""
    rest = " ".join(words)
    yield rest
    for _ in range(_LEADS):
        if rest.partition(" ")[0] not in _rules().lead_words:
            return
        lead = _rules().leads.match(rest)
        if lead is None:
            return
        rest = rest[lead.end() :]
        yield rest


def _section(starts: Iterable[str]) -> str | None:
    for start in starts:
        for section, beginning in _rules().by_word.get(start.partition(" ")[0], ()):
            if beginning.match(start):
                return section
    return None


@cache
def _table() -> _Table:
    return msgspec.convert(read_table("statements.toml"), _Table)


@cache
def _rules() -> _Rules:
    by_word: dict[str, list[_Rule]] = {}
    all_languages = _table().languages.values()
    for group in (group for language in all_languages for group in language.groups):
        rule = _Rule(group.section, _beginning(group))
        for word in {word for phrase in group.phrases for word in _first_words(phrase)}:
            by_word.setdefault(word, []).append(rule)
    leads = [lead for language in all_languages for lead in language.leads]
    handed_over = [phrase for language in all_languages for phrase in language.handed_over]
    return _Rules(
        {word: tuple(rules) for word, rules in by_word.items()},
        re.compile(f"{_any_of(leads)} (?=.)"),
        frozenset(word for lead in leads for word in _first_words(lead)),
        re.compile(f"{_any_of(handed_over)}(?![^ ])"),
    )


def _beginning(group: _Group) -> re.Pattern[str]:
    """Return what the words of a sentence must begin with; atomic, so that the longest phrase decides."""
    pattern = _any_of(group.phrases)
    if group.then:
        pattern += f"(?: {_any_of(group.then)}| [^ ]+ {_any_of(group.then)})"
    else:
        pattern += "(?= .)"
    if group.unless:
        pattern += f"(?! {_any_of(group.unless)}(?![^ ]))"
    return re.compile(pattern)


def _any_of(phrases: Iterable[str]) -> str:
    patterns = sorted(map(_pattern, phrases), key=len, reverse=True)
    return f"(?>{'|'.join(f'{pattern}(?![^ ])' for pattern in patterns)})"


def _pattern(phrase: str) -> str:
    """Return a phrase as a pattern for words with one blank between them; apostrophes may be missing."""
    parts: list[str] = []
    for part in _PHRASE.findall(phrase.lower()):
        if part in "'’":
            parts.append(" ?")
        elif part == "#":
            parts.append(r"\d+")
        elif part.endswith("*"):
            parts.append(re.escape(part[:-1]) + "[^ ]*")
        else:
            parts.append(" " if part.isspace() else re.escape(part))
    return "".join(parts)


def _first_words(phrase: str) -> Iterator[str]:
    """Yield the first word of a phrase, and how it is spelt without its apostrophe."""
    first = phrase.lower().partition(" ")[0]
    before, apostrophe, after = first.replace("’", "'").partition("'")
    yield before
    if apostrophe:
        yield before + after
