"""Titles of conversations: short, in the language of the chat, from the first real question.

Greetings, thanks, polite phrases and marks of formatting are left out. Where nobody asked anything, the title
says what was sent and when. Words and dates of each language are in ``titles.toml``.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import islice
from typing import Any, Final

from wamigrate.model import Message
from wamigrate.tables import read_table
from wamigrate.topics import language_of, phrase_kinds, stems_of

LIMIT: Final = 60
"""Characters of a title, before what tells it from another one."""
HARD_LIMIT: Final = 80
_SHORTEST: Final = 24
"""Characters that must be left where a title is cut at the end of a clause."""
_LOOK: Final = 400
LANGUAGE_REACH: Final = 400
"""Messages that are looked back for the language that people write."""
_SENTENCES: Final = 6
_LEAD: Final = 8
"""Words of the longest phrase that is left out."""
_MESSAGES: Final = 40
"""Messages of a conversation that are searched for a question."""
_TELLING: Final = 2
"""Telling words of a sentence that says what a conversation is about."""
_DROPPED: Final = frozenset({"greeting", "feedback", "opener", "command", "reset"})
_SPOKEN: Final = frozenset({"user", "other"})
_WRITTEN: Final = frozenset({"text", "media", "poll"})
_QUESTION_MARKS: Final = ("?", "？", "؟")

_MARK: Final = re.compile(r"[`*_~\\\[]|^\s*[>#\-+•\d]|://", re.MULTILINE)
"""What all formatting has: looked for first, as most questions have none of it."""
_FENCE: Final = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_URL: Final = re.compile(r"https?://(?:www\.)?([^/\s?#]+)\S*")
_LINK: Final = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_BLOCK_MARK: Final = re.compile(r"^(?:\s{0,3}(?:>+|#{1,6}|[-*+•]|\d{1,3}[.)])\s+)+", re.MULTILINE)
_INLINE_MARK: Final = re.compile(r"(?<!\\)(?:`+|\*+|~~|(?<!\w)[_~]+(?=\w)|(?<=[^\W_])[_~]+(?!\w))")
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])\s+(?=\S)|(?<=[。！？])|\s*\n\s*")
_BREAK: Final = re.compile(r"[.!?…。！？\n](?:(?<=[。！？\n])|(?=\s))")
"""What is at the end of all sentences but the last: looked for first, as most texts are one sentence."""
_CLAUSE_END: Final = re.compile(r"[,;:–—(]|\s-\s|[.!?…](?=\s)|[，；：、]")
_WORD: Final = re.compile(r"[^\W_]+")
_EDGES: Final = " \t\n,;:.…-–—،؛，、：；。\u200e\u200f\ufeff"
_OPENING: Final = frozenset("\"'“„«‘([{¿¡#@$€£<+/~")
"""Signs that belong to what follows them."""
_FIRST_LETTER: Final = re.compile(r"""["'“„«‘(\[¿¡]*(?=[^\W\d_])""")
_OWN_SPELLING: Final = re.compile(r".[A-Z]|\w+\.\w")
_PAUSED: Final = re.compile(r"\s*(?:[,;:.!…\-–—)\n]|$|[^\w\s?])")
_JOINERS: Final = "\u200c\u200d\ufe0f"


def question_title(messages: Sequence[Message]) -> str | None:
    """Return a title from the first real question; None where nobody asks or tells anything.

    Args:
        messages: those of one conversation.

    """
    for least in (_TELLING, 1):
        for message in messages[:_MESSAGES]:
            if message.role in _SPOKEN and message.kind in _WRITTEN and message.text:
                title = title_from(message.text[:_LOOK], least)
                if title:
                    return title
    return None


def title_from(text: str, least: int = 1) -> str | None:
    """Return a title from what somebody wrote, in WhatsApp's marks or Markdown.

    Args:
        text: a message.
        least: how many telling words it must have.

    >>> title_from("Hi! Can you please tell me **how yeast works**?")
    'How yeast works?'
    >>> title_from("Thanks 👍") is None
    True

    """
    first = None
    text = plain_text(text)
    sentences = _SENTENCE_END.split(text)[:_SENTENCES] if _BREAK.search(text) else [text]
    for sentence in sentences:
        bare = _bare(sentence) if sentence else ""
        count = len(stems_of(bare)) if bare else 0
        asks = bare.endswith(_QUESTION_MARKS)
        if asks and count > _TELLING:
            return shorten(bare)
        if first is None and (count >= least or (asks and count)):
            first = bare
    return shorten(first) if first else None


def plain_text(text: str) -> str:
    r"""Return a text without code blocks and marks of formatting.

    >>> plain_text("*Why* does `x_1` \\* y fail?\n```\nx\n```")
    'Why does x_1 * y fail?'
    """
    if _MARK.search(text):
        text = _URL.sub(r"\1", _LINK.sub(r"\1", _FENCE.sub("\n", text)))
        text = _ESCAPE.sub(r"\1", _INLINE_MARK.sub("", _BLOCK_MARK.sub("", text)))
    if not text.replace("\n", "").isprintable():
        text = "".join([_printed(char) for char in text])
    return text.strip()


def shorten(text: str, limit: int = LIMIT) -> str:
    """Cut a text to ``limit`` characters: at the end of a clause, else between words and with an ellipsis.

    >>> shorten("Why does bread rise, and why does it sometimes fall flat as soon as it leaves the oven")
    'Why does bread rise, and why does it sometimes fall flat…'
    >>> shorten("The boiler has been broken since Friday, and the landlord says that he will look into it")
    'The boiler has been broken since Friday'
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    ends = [match.start() for match in _CLAUSE_END.finditer(text, 0, limit + 1)]
    ends = [end for end in ends if _is_closed(text[:end])]
    if ends and (ends[-1] >= _SHORTEST or (len(ends) == 1 and ends[0] * 3 >= limit)):
        return text[: ends[-1]].rstrip(_EDGES)
    end = text.rfind(" ", _SHORTEST, limit)
    if end < 0:
        return text[: _whole(text, limit - 1)] + "…"
    before = text.rfind(" ", 0, end)
    while before > _SHORTEST and not stems_of(text[before:end]):
        end, before = before, text.rfind(" ", 0, before)
    return text[:end].rstrip(_EDGES) + "…"


def language_before(messages: Sequence[Message], end: int) -> str:
    """Return the language that people wrote last before a message; English where nothing tells."""
    for index in range(min(end, len(messages)) - 1, max(-1, end - LANGUAGE_REACH), -1):
        message = messages[index]
        if message.role in _SPOKEN and message.text:
            found = language_of(message.text)
            if found is not None:
                return found
    return "en"


def media_title(messages: Iterable[Message], language: str) -> str | None:
    """Return what the first message is that is no text, in words; None where all are text.

    Args:
        messages: those of one conversation.
        language: key of ``languages`` in ``titles.toml``.

    """
    words: dict[str, str] = _language(language)["words"]
    for message in messages:
        if message.role == "notice":
            continue
        if message.attachments or message.kind == "media":
            types = [attachment.media_type or "" for attachment in message.attachments] or [""]
            return words.get(types[0].partition("/")[0], words["document"])
        if message.kind in words:
            return words[message.kind]
    return None


def date_title(day: date, language: str) -> str:
    """Write a date in a language.

    >>> date_title(date(2025, 5, 3), "de"), date_title(date(2025, 5, 3), "pt")
    ('3. Mai 2025', '3 de maio de 2025')
    """
    table = _language(language)
    text: str = table["date"].format(day=day.day, month=table["months"][day.month - 1], year=day.year)
    return text


class UniqueTitles:
    """Hands out titles that differ, also without regard to case.

    >>> titles = UniqueTitles()
    >>> [titles.claim("Bread", "3 May 2025") for _ in range(3)]
    ['Bread', 'Bread, 3 May 2025', 'Bread, 3 May 2025 (2)']
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[tuple[str, str | None], int] = {}  # thousands may share a title

    def is_taken(self, title: str) -> bool:
        """Tell whether a title was given already."""
        return title.casefold() in self._taken

    def claim(self, title: str, when: str | None) -> str:
        """Return ``title``, or with a date, or with a date and a number; whichever is free first."""
        candidate, number = title, self._next.get((title, when), 1)
        while self.is_taken(candidate):
            tail = f", {when}" if when and when not in title else ""
            if number > 1 or not tail:
                number = max(2, number)
                tail += f" ({number})"
            number += 1
            candidate = title[: HARD_LIMIT - len(tail)].rstrip(_EDGES) + tail
        self._taken.add(candidate.casefold())
        self._next[title, when] = number
        return candidate


def _bare(sentence: str) -> str:
    """Return a sentence without what comes before its matter."""
    asked = text = sentence.strip(_EDGES)
    begged = False
    while (first := _WORD.search(text)) and (most := _leads().get(first[0].lower())):
        end, polite = _lead(text, list(islice(_WORD.finditer(text), most + 1)), most)
        if not end:
            break
        begged |= polite
        text = _after(text, end)
    if begged and text.endswith("?"):
        text = _as_question(text, asked)
    text = text.rstrip(_EDGES)
    return _capitalised(text)


def _capitalised(text: str) -> str:
    """Begin with a capital, unless the first word has its own spelling: ``iPhone``, ``example.org``."""
    match = _FIRST_LETTER.match(text)
    if match is None or _OWN_SPELLING.match(text, match.end()):
        return text
    at = match.end()
    return text[:at] + text[at].upper() + text[at + 1 :]


def _printed(char: str) -> str:
    """Return a character of a title: breaks and tabs become spaces, what has no shape is left out."""
    if char == "\n" or char.isprintable() or char in _JOINERS:
        return char
    return " " if char.isspace() else ""


def _after(text: str, end: int) -> str:
    """Return what follows a place, from the first sign on that belongs to what follows."""
    while end < len(text) and text[end] not in _OPENING and unicodedata.category(text[end])[0] in "PZSC":
        end += 1
    return text[end:]


def _as_question(text: str, asked: str) -> str:
    """Close what is left of a polite question: ``explain x`` asks nothing any more, ``how x works`` does."""
    words = _WORD.findall(text.lower())
    if not words or words[0] not in read_table("titles.toml")["question_words"]:
        return text.rstrip(" ?")
    return f"¿{text}" if "¿" in asked and "¿" not in text else text


def _lead(text: str, words: list[re.Match[str]], most: int) -> tuple[int, bool]:
    """Return where what tells nothing at the start ends, and whether it is a polite phrase.

    Args:
        text: what is to begin with its matter.
        words: its first words.
        most: how many of them can tell nothing.

    """
    polite, kinds = _polite(), phrase_kinds()
    lowered = [word[0].lower() for word in words[:most]]
    for size in range(len(lowered), 0, -1):
        phrase = " ".join(lowered[:size])
        if phrase in polite and size < len(words):
            return words[size - 1].end(), True
        kind = kinds.get(phrase)
        if kind == "greeting" or (kind in _DROPPED and _PAUSED.match(text, words[size - 1].end())):
            return words[size - 1].end(), False
    return 0, False


def _is_closed(text: str) -> bool:
    """Tell whether every bracket and quotation mark of a text is closed."""
    pairs = (("(", ")"), ("[", "]"), ("„", "“"), ("«", "»"))
    return text.count('"') % 2 == 0 and all(text.count(left) <= text.count(right) for left, right in pairs)


def _whole(text: str, end: int) -> int:
    """Move a cut back so that it does not fall into what is drawn as one character."""
    while end > 1 and (_joins(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return end


def _joins(char: str) -> bool:
    return (
        char in _JOINERS or "\U0001f3fb" <= char <= "\U0001f3ff" or unicodedata.category(char).startswith("M")
    )


def _language(name: str) -> dict[str, Any]:
    languages: dict[str, dict[str, Any]] = read_table("titles.toml")["languages"]
    return languages.get(name, languages["en"])


@cache
def _leads() -> dict[str, int]:
    """Return the first words of all that can stand before the matter, and how many words that can be."""
    found: dict[str, int] = {}
    for phrase in (*_polite(), *phrase_kinds()):
        first, *others = phrase.split(" ")
        found[first] = min(_LEAD, max(found.get(first, 0), 1 + len(others)))
    return found


@cache
def _polite() -> frozenset[str]:
    return frozenset(" ".join(_WORD.findall(text.lower())) for text in read_table("titles.toml")["polite"])
