"""The register of assistants, and which of them a name or number stands for.

``bots.toml`` holds the rows.
"""

import re
import unicodedata
from datetime import date
from functools import cache
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from wamigrate.model import Participant
from wamigrate.tables import read_table


class Period(Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    """Days on which an assistant answered; both ends included."""

    start: date
    end: date | None = None
    known_to: date | None = None
    """Last day that the sources speak of, where no end is known."""
    regions: tuple[str, ...] = ()
    """Country codes, ``EU``, ``EEA`` or ``LATAM``; empty: everywhere."""


class Fingerprint(Struct, frozen=True, forbid_unknown_fields=True):
    """A mark that some line of a chat bears; give ``text`` or ``pattern``."""

    line: Literal["user", "assistant", "notice"]
    """Whose line."""
    meaning: str
    decides: bool
    """Whether only a chat with this assistant has it."""
    text: str | None = None
    """Substring of the lower-cased line."""
    pattern: str | None = None
    """Regular expression, searched in the lower-cased line."""

    def fits(self, line: str) -> bool:
        """Tell whether a line, lower-cased and with plain spaces, bears the mark."""
        if self.text is not None:
            return self.text in line
        return self.pattern is not None and re.search(self.pattern, line) is not None


class Bot(Struct, frozen=True, forbid_unknown_fields=True):
    """An assistant of the register."""

    key: str
    """What ``service`` holds in the schema."""
    title: str
    state: Literal["live", "ended", "unconfirmed", "not-seen"]
    evidence: Literal["A", "B", "C", "?"]
    """How well it is known; ``bots.toml`` explains the classes."""
    names: tuple[str, ...]
    """Names that prove it."""
    weak_names: tuple[str, ...] = ()
    """Names that people bear, too."""
    vendor: str | None = None
    numbers: tuple[str, ...] = ()
    """E.164."""
    number_is_proof: bool = True
    ids: tuple[str, ...] = ()
    """WhatsApp's own addresses (JIDs)."""
    periods: tuple[Period, ...] = ()
    regions: tuple[str, ...] = ()
    """Where it was offered; empty: everywhere or unknown."""
    fingerprints: tuple[Fingerprint, ...] = ()
    cut_length: int | None = None
    """Characters after which an answer goes on in the next message; null where none is known."""
    groups: bool = False
    """Whether it writes in chats between people."""
    remark: str = ""


class NotAssistant(Struct, frozen=True, forbid_unknown_fields=True):
    """An official account that is no assistant."""

    title: str
    numbers: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


class _Words(Struct, frozen=True, forbid_unknown_fields=True):
    machine: frozenset[str]
    plain: frozenset[str]
    introductions: tuple[str, ...]


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    bots: tuple[Bot, ...]
    not_assistants: tuple[NotAssistant, ...]
    business: tuple[Fingerprint, ...]
    words: _Words


@cache
def read_register() -> _Table:
    """Read the whole table, once per process."""
    return msgspec.convert(read_table("bots.toml"), _Table)


def register() -> tuple[Bot, ...]:
    """Return every assistant of the register, the larger services first.

    >>> [bot.key for bot in register()][:3]
    ['chatgpt', 'copilot', 'perplexity']
    """
    return read_register().bots


def business_fingerprints() -> tuple[Fingerprint, ...]:
    """Return the marks of any business account; they name no service."""
    return read_register().business


def find_bot(name_or_key_or_number: str) -> Bot | None:
    """Return the assistant that a number, address, key or name stands for; case does not matter.

    Args:
        name_or_key_or_number: as printed or typed, invisible marks and all.

    >>> find_bot("+1 (800) 242-8478").key, find_bot("microsoft copilot").key, find_bot("Ana")
    ('chatgpt', 'copilot', None)

    """
    name = clean_name(name_or_key_or_number)
    return _by_address().get(address(name)) or bots_by_name().get(fold(name))


def cut_length(service: str | None) -> int | None:
    """Return after how many characters a service cuts its answers; null where it is unknown or never.

    >>> cut_length("chatgpt"), cut_length("meta-ai")
    (1300, None)
    """
    bot = bots_by_name().get(service or "")
    return bot.cut_length if bot else None


def active(service: str, day: date) -> bool | None:
    """Tell whether an assistant answered in WhatsApp on a day, somewhere in the world.

    Returns:
        null where the register does not know.

    >>> active("chatgpt", date(2025, 6, 1)), active("chatgpt", date(2026, 3, 1))
    (True, False)
    >>> active("luzia", date(2026, 3, 1)) is None
    True

    """
    bot = bots_by_name().get(service)
    if bot is None or not bot.periods:
        return None
    running = [period for period in bot.periods if period.start <= day <= (period.end or date.max)]
    if any(period.known_to is None or day <= period.known_to for period in running):
        return True
    return None if running else False


@cache
def bots_by_name() -> dict[str, Bot]:
    """Keys win over names, and proving names over weak ones."""
    weak = {fold(name): bot for bot in register() for name in bot.weak_names}
    strong = {fold(name): bot for bot in register() for name in bot.names}
    return weak | strong | {bot.key: bot for bot in register()}


@cache
def _by_address() -> dict[str, Bot]:
    return {address(text): bot for bot in register() for text in bot.numbers + bot.ids}


@cache
def official_accounts() -> dict[str, str]:
    """Return the titles of official accounts that are no assistants, by :func:`address`."""
    return {
        address(text): row.title for row in read_register().not_assistants for text in row.numbers + row.ids
    }


_INVISIBLE: Final = dict.fromkeys(
    [0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
_MARKS: Final[dict[int, str | None]] = {**_INVISIBLE, 0x2011: "-"}
_NUMBER: Final = re.compile(r"\+?[\d\s().\-/]{6,}")
_TOKEN: Final = re.compile(
    r"\d+[a-z]?(?![a-z])|[a-z]+|[^\W\d_a-z]+"  # numbers, Latin words, words of other scripts
    r"|[^\w\s!-/:-@\[-`{-~\u200b-\u200f\u2010-\u205e\ufe0f]"  # and signs, such as emoji
)


def clean_name(raw: str) -> str:
    """Return a name as people see it: without invisible marks, ``~`` and odd spaces; nothing is normalised.

    WhatsApp prints ``~`` and a space before names that are not in the phone's contacts, wraps numbers in
    marks of direction, and writes them with U+2011 and no-break spaces.

    >>> clean_name("\u202a+1\u00a0(800)\u00a0242\u20118478\u202c"), clean_name("~\u202fAna  Lima")
    ('+1 (800) 242-8478', 'Ana Lima')
    """
    shown = " ".join(raw.translate(_MARKS).split())
    return shown.lstrip("~ ") or shown[:1]


def phone_of(name: str) -> str | None:
    """Return the number that a name is, as E.164; null where it is none.

    Args:
        name: as printed; a number counts with its ``+`` alone, as WhatsApp prints it.

    >>> phone_of("+1 (800) 242-8478"), phone_of("7 of 9")
    ('+18002428478', None)

    """
    cleaned = clean_name(name)
    if not cleaned.startswith("+") or not _NUMBER.fullmatch(cleaned):
        return None
    import phonenumbers  # noqa: PLC0415 - slow to load, and most chats show names

    try:
        number = phonenumbers.parse(cleaned)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def fold(name: str) -> str:
    """Return what names are compared by: without case, composed."""
    return unicodedata.normalize("NFC", name.casefold())


def address(text: str) -> str:
    """Return the digits of a number in any form, or an address (JID) folded."""
    if not _NUMBER.fullmatch(text):
        return text.casefold()
    return "".join(str(int(char)) for char in text if char.isdecimal()).removeprefix("00")


NUMBERED, NAMED, WEAK = range(3)


class Match(NamedTuple):
    """An assistant that a participant could be."""

    bot: Bot
    rank: int
    """0: the number proves it, 1: the name proves it, 2: neither does, as people have it, too."""
    reason: str


def match_participant(participant: Participant) -> Match | None:
    """Compare a participant's number, addresses and names with the register.

    >>> match_participant(Participant("ChatGPT 🤖", "other")).reason
    "name 'ChatGPT 🤖' is ChatGPT's"
    >>> match_participant(Participant("Claude", "other")).rank
    2
    """
    for spelling in spellings(participant):
        bot = _by_address().get(address(spelling))
        if bot is None:
            continue
        if "@" in spelling:
            return Match(bot, NUMBERED, f"address {spelling} is {bot.title}'s")
        number = f"number +{address(spelling)} is {bot.title}'s"
        return Match(bot, NUMBERED, number) if bot.number_is_proof else Match(bot, WEAK, number)
    return match_name(clean_name(participant.name))


def spellings(participant: Participant) -> list[str]:
    """Return everything that a participant is called, cleaned."""
    given = (participant.phone or "", participant.name, *participant.raw_names)
    return [clean_name(text) for text in given if text]


def match_name(name: str) -> Match | None:
    """Compare a cleaned name with the names of the register, words beside it included."""
    for bot in register():
        if name in bot.names:
            return Match(bot, NAMED, f"name is exactly '{name}'")
    words = _tokens(name)
    for tokens, bot, weak in _token_names():
        size = len(tokens)
        for at in range(len(words) - size + 1):
            if words[at : at + size] != tokens:
                continue
            rank = _rank_beside(words[:at] + words[at + size :], bot, weak=weak)
            if rank is not None:
                return Match(bot, rank, f"name '{name}' is {bot.title}'s")
    return None


def _rank_beside(rest: tuple[str, ...], bot: Bot, *, weak: bool) -> int | None:
    """Rank a name by the words beside the bot's own; null where they say that it is another's."""
    words = read_register().words
    telling = words.machine.union(_tokens(bot.vendor or ""))
    if any(word not in telling and word not in words.plain and not word[0].isdigit() for word in rest):
        return None
    return WEAK if weak and telling.isdisjoint(rest) else NAMED


def _tokens(name: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(fold(name)))


@cache
def _token_names() -> tuple[tuple[tuple[str, ...], Bot, bool], ...]:
    """Names as words, longest first; weak before strong, as LuzIA proves what Luzia does not."""
    weak = [(_tokens(name), bot, True) for bot in register() for name in bot.weak_names]
    strong = [(_tokens(name), bot, False) for bot in register() for name in bot.names]
    return tuple(sorted(weak + strong, key=lambda row: -len(row[0])))
