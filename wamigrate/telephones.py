"""Telephone numbers in a text, told from all other numbers.

A number is one of a telephone where it is written in the international form (``+49 …``, ``0049 …``, ``tel:``
and ``wa.me/`` links, ``@`` mentions), or in the national form of a region that the caller names. What is
possible and what is valid is known to the library phonenumbers, which has the metadata of Google's
libphonenumber. Dates, times, prices,
versions, network addresses and order numbers are no telephone numbers.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple

from wamigrate.register import address, find_bot, official_accounts
from wamigrate.tables import read_table

SPACE: Final = " \u00a0\u2007\u2009\u202f"
_UNSEEN: Final = "\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069"
_SEPARATOR: Final = rf"[{SPACE}{_UNSEEN}().\-\u2010-\u2015/]"
FEWEST: Final = 7
_MOST: Final = 15
"""Digits of a telephone number (ITU-T E.164, section 6)."""
_GROUPS: Final = 8
"""Groups of digits that are tried as one number."""
_REMEMBERED: Final = 1 << 14
"""Numbers whose verdict is remembered."""
_SHOWN: Final = 9
"""Digits from which on a number without its prefix is recognised again."""
_RUN: Final = re.compile(rf"(?:\+|%2B)?\(?\+?\d(?:{_SEPARATOR}{{0,3}}\d){{{FEWEST - 1},}}")
_PLUS: Final = re.compile(r"\(?\+|%2B")
_INVISIBLE: Final = re.compile(f"[{_UNSEEN}]")
_GROUP: Final = re.compile(rf"[^{SPACE}/]+")
_LINKED: Final = re.compile(r"(?:wa\.me/|phone=|(?<!\w)@[\u2066-\u2069]?|whatsapp:|tel:)$", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"(?:\w://|\b(?:tel|sms|mailto|callto|whatsapp|skype|sip):|\bwa\.me/|\bwww\.)",
    re.IGNORECASE,
)
_AROUND: Final = " \n\t\r<>\"')]\u00a0"
"""What ends an address."""
_CLUE: Final = re.compile(r"00|@|wa\.me/|phone=|whatsapp:|tel:|\u0660|\u06f0|\u0966|\uff10", re.IGNORECASE)
"""What the numbers of no region have with them."""
_REST: Final = 2
"""Digits that may stand beside a number without a prefix, as in ``555 2368 10 times``."""
_REACH: Final = 400
"""How far back an address is looked for, in characters."""
_WORD_BEFORE: Final = re.compile(r"\w[-_./\u2010-\u2015]?$")
_WORD: Final = re.compile(r"[^\W\d_]+|[#№]")
_ABROAD: Final = "00"
_ONE_ALONE: Final = re.compile(rf"[{SPACE}]\d$")
_NO_DIGIT: Final = re.compile("[^0-9]+")
_HINT: Final = 30
"""How far back a word is looked for that says what a number counts, in characters."""
_CURRENCY: Final = r"(?:[$€£¥₹₽₺₩]|\b(?:EUR|USD|GBP|CHF|INR|BRL|MXN|JPY)\b)"
_NO_PHONE: Final = re.compile(
    r"(?<![\d./-])(?:"
    r"\d{4}([-./])\d{1,2}\1\d{1,2}(?:[-T_. ]\d{1,2}){0,3}"  # 2024-01-02, 2024-01-02-10-11-12
    r"|\d{1,2}([-./])\d{1,2}\2(?:\d{4}|\d{2})"  # 2.1.2024
    r"|\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?"  # 10:00:00.123
    r"|(?:\d{1,3}\.){3}\d{1,3}"  # 192.168.100.200
    r"|\d{1,3}(?:[.,'’ ]\d{3})+[.,]\d{1,2}"  # 1.234.567,89
    r"|(?:0|[1-9]\d{0,2})[.,]\d{4,}"  # 52.5200066
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d\d){0,3}"  # 20240102100000
    r"|1[4-9]\d{8}"  # seconds since 1970
    r")(?![./-]?\d)"
    rf"|{_CURRENCY}\s?\d[\d.,'’ ]*\d|\d[\d.,'’ ]*\d\s?{_CURRENCY}"
)


def digit_forms(phone: str) -> tuple[str, ...]:
    """Return the digits by which a number is known again where it is written without ``+``.

    >>> digit_forms("+491701234567")
    ('491701234567', '1701234567', '01701234567')
    """
    import phonenumbers  # noqa: PLC0415 - slow to load, and most chats hold no number

    number = phonenumbers.parse(phone)
    national = phonenumbers.national_significant_number(number)
    forms = [phone.removeprefix("+")]
    if len(national) >= _SHOWN:
        printed = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        forms += [national, digits(printed)]
    return tuple(dict.fromkeys(forms))


def region_of(phone: str) -> str | None:
    """Return the country of a number in E.164; null where it is none's, as for satellite telephones.

    >>> region_of("+491701234567")
    'DE'
    """
    import phonenumbers  # noqa: PLC0415 - as above

    return phonenumbers.region_code_for_number(phonenumbers.parse(phone))


def in_address(text: str, at: int) -> bool:
    """Say whether a place is inside the address of a link.

    >>> in_address("https://wa.me/4917", 14), in_address("call 4917", 5)
    (True, False)
    """
    before = text[max(0, at - _REACH) : at]
    start = max(map(before.rfind, _AROUND)) + 1
    return _ADDRESS.search(before, start) is not None


def digits(text: str) -> str:
    """Return the digits of a text, of whatever script, as ASCII.

    >>> digits("٤٢ +1")
    '421'
    """
    if text.isascii():
        return _NO_DIGIT.sub("", text)
    return "".join(str(int(char)) for char in text if char.isdecimal())


Classify = Callable[[str, int, int], str | None]
"""Given a text and a range of it, returns the value that the range stands for."""


class Place(NamedTuple):
    """Where a value stands in a text."""

    start: int
    end: int
    value: str


def windows(text: str, run: re.Match[str], classify: Classify) -> Iterator[Place]:
    """Yield the groups of a run of digits that together are a value, the longest first."""
    groups = [group.span() for group in _GROUP.finditer(text, run.start(), run.end())]
    first = 0
    while first < len(groups):
        for last in range(min(len(groups), first + _GROUPS), first, -1):
            start, end = groups[first][0], groups[last - 1][1]
            value = classify(text, start, end)
            if value is not None:
                yield Place(start, end, value)
                first = last - 1
                break
        first += 1


def find_international(text: str) -> Iterator[Place]:
    """Find the numbers that begin with a plus; the value is E.164.

    >>> list(find_international("+49 170 1234567 2 times"))
    [Place(start=0, end=15, value='+491701234567')]
    """
    for run in _RUN.finditer(text):
        if not _PLUS.match(run[0]) or text[run.start() - 1 : run.start()].isdecimal():
            continue
        groups = [group.span() for group in _GROUP.finditer(text, run.start(), run.end())][:_GROUPS]
        groups.sort(key=lambda group: (group[1] - group[0] == 1, -group[1]))  # one digit alone comes last
        ends = [end for _, end in groups if FEWEST <= len(_number(run, end)) <= _MOST]
        found = [end for check in (_valid, _possible) for end in ends if check(_number(run, end))]
        if found:
            yield Place(run.start(), found[0], _e164(_number(run, found[0])))


def _number(run: re.Match[str], end: int) -> str:
    return digits(run.string[run.start() + run[0].startswith("%2B") * len("%2B") : end])


def find_local(text: str, regions: Collection[str], known: Mapping[str, str]) -> Iterator[Place]:
    """Find the numbers without a plus; the value is E.164.

    Args:
        text: any text.
        regions: ISO 3166 codes of the countries whose own numbers are found; those after ``00`` and in links
            are found anyway.
        known: E.164 by :func:`digit_forms`; these digits are found wherever they stand.

    >>> list(find_local("030 123456, invoice 030123456", ["DE"], {}))
    [Place(start=0, end=10, value='+4930123456')]

    """
    if not (regions or known or _CLUE.search(text)) or not _RUN.search(text):
        return
    text = _NO_PHONE.sub(lambda match: "\0" * len(match[0]), text)

    def classify(text: str, start: int, end: int) -> str | None:
        number = digits(text[start:end])
        if number in known:
            return known[number]
        return _written_alone(text, start, end, number, regions if _stands_out(run, start, end) else ())

    for run in _RUN.finditer(text):
        yield from windows(text, run, classify)


def _stands_out(run: re.Match[str], start: int, end: int) -> bool:
    """Say whether a part of a run of digits may be a national number, not a piece of something longer."""
    text = run.string
    if text[run.start() - 1 : run.start()].isalnum():
        return False
    rest = digits(text[run.start() : start]) + digits(text[end : run.end()])
    return len(rest) <= _REST or text.startswith(("0", "(0"), start)


def _written_alone(text: str, start: int, end: int, number: str, regions: Collection[str]) -> str | None:
    """Return the number that some digits are, judged by what stands around them."""
    if not FEWEST <= len(number) <= _MOST + len(_ABROAD):
        return None
    if _LINKED.search(text, max(0, start - _HINT), start) and _valid(number):
        return _e164(number)
    if _WORD_BEFORE.search(text, max(0, start - 2), start) or text[end : end + 1].isalnum():
        return None
    if number.startswith(_ABROAD) and _valid(number.removeprefix(_ABROAD)):
        return _e164(number.removeprefix(_ABROAD))
    if (
        not regions
        or _ONE_ALONE.search(text, start, end)
        or in_address(text, start)
        or _counts_things(text, start, end)
    ):
        return None
    plain = _INVISIBLE.sub("", text[start:end])
    return next((value for region in regions if (value := _national(plain, region))), None)


def _counts_things(text: str, start: int, end: int) -> bool:
    """Say whether a number without separators stands after a word such as ``order``."""
    if not text[start:end].isdecimal():
        return False
    line = text[max(0, start - _HINT) : start].rpartition("\n")[2]
    words = _WORD.findall(line.lower())[-2:]
    return not _references().isdisjoint(words)


@cache
def _references() -> frozenset[str]:
    return frozenset(("#", "№", *read_table("redaction.toml")["references"]))


@lru_cache(_REMEMBERED)
def _national(text: str, region: str) -> str | None:
    """Return the number that a text is in a country's own form."""
    import phonenumbers  # noqa: PLC0415 - as above

    for match in phonenumbers.PhoneNumberMatcher(text, region):
        if match.start == 0 and match.end == len(text):
            return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return None


@lru_cache(_REMEMBERED)
def _valid(number: str) -> bool:
    import phonenumbers  # noqa: PLC0415 - as above

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{number}"))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(_REMEMBERED)
def _possible(number: str) -> bool:
    import phonenumbers  # noqa: PLC0415 - as above

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(f"+{number}"))
    except phonenumbers.NumberParseException:
        return False


def _e164(number: str) -> str:
    import phonenumbers  # noqa: PLC0415 - as above

    return phonenumbers.format_number(phonenumbers.parse(f"+{number}"), phonenumbers.PhoneNumberFormat.E164)


@lru_cache(_REMEMBERED)
def is_public(phone: str) -> bool:
    """Say whether a number (E.164) is an assistant's or another official account's.

    >>> is_public("+18002428478"), is_public("+491701234567")
    (True, False)
    """
    return find_bot(phone) is not None or address(phone) in official_accounts()
