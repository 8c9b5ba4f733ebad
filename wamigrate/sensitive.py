"""Telephone numbers, mail addresses, card and account numbers in a text, told from all other numbers.

Telephone numbers are found by :mod:`wamigrate.telephones`, except those of the register (``bots.toml``),
which are public. A card number has the first digits and the length of an issuer and passes Luhn's check
(ISO/IEC 7812), an account number is an IBAN whose check digits are right (ISO 13616).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple, get_args

from wamigrate.register import find_bot
from wamigrate.tables import read_table
from wamigrate.telephones import FEWEST, SPACE, digits, find_international, find_local, is_public, windows

SensitiveKind = Literal["phone", "mail", "card", "account"]
KINDS: Final[tuple[SensitiveKind, ...]] = get_args(SensitiveKind)

_GONE: Final = "\0"
"""Stands for a character that belongs to something found already."""
_DIGITS: Final = bytes.maketrans(b"123456789", b"000000000")
_BETWEEN: Final = b" ().-/\\" + bytes(range(0x80, 0x100))
_RUN_OF_ZEROS: Final = b"0" * FEWEST
_OTHER_DIGIT: Final = re.compile(
    "[\u0660-\u0669\u06f0-\u06f9\u07c0-\u07c9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\uff10-\uff19]"
)
_ESCAPE: Final = re.compile(r"\\(?=[!-/:-@\[-`{-~])")

_AT: Final = re.compile("@|%40")
_LOCAL: Final = re.compile(r"[^\W_][\w.%+'’-]*$")
_DOMAIN: Final = re.compile(r"(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.)+[^\W\d_]{2,}")
_LONGEST_LOCAL: Final = 64

_ACCOUNT: Final = re.compile(
    rf"(?<![^\W_])(?=([A-Za-z]{{2}}[0-9]{{2}}(?:[{SPACE}\-\u2011]?[A-Za-z0-9]){{11,30}}))"
)
_CARD: Final = re.compile(rf"(?<!\d)\d(?:[{SPACE}\-\u2011]?\d){{12,}}")

_SMALL_GROUP: Final = re.compile(r"(?<!\d)\d{1,2}(?=\D)")
"""Card numbers are printed in groups of three or more; the last may be shorter."""


class Found(NamedTuple):
    """A value in a text."""

    start: int
    end: int
    kind: SensitiveKind
    value: str
    """The same for every spelling: E.164, lower case, digits alone."""


def may_hold(text: str) -> bool:
    """Say quickly whether anything could be found in a text.

    >>> may_hold("In 1789, 12 of 13"), may_hold("+49 170-12 34")
    (False, True)
    """
    if "@" in text or "%40" in text:
        return True
    plain = text.encode(errors="surrogatepass").translate(_DIGITS, _BETWEEN)
    return _RUN_OF_ZEROS in plain or (not text.isascii() and _OTHER_DIGIT.search(text) is not None)


def find_sensitive(
    text: str, regions: Collection[str] = (), known: Mapping[str, str] | None = None
) -> list[Found]:
    r"""Return what is found in a text, in order and without overlap.

    Args:
        text: any text; where it is Markdown, escaped characters are taken for what they stand for.
        regions: ISO 3166 codes of the countries whose national numbers are to be found, too.
        known: E.164 by :func:`wamigrate.telephones.digit_forms`; these digits are found without any prefix.

    >>> find_sensitive("Write to a\\_b@example.com")
    [Found(start=9, end=25, kind='mail', value='a_b@example.com')]
    >>> [found.value for found in find_sensitive("030 123456 at 10:00", ["DE"])]
    ['+4930123456']

    """
    if not may_hold(text):
        return []
    places: list[int] | None = None
    if _ESCAPE.search(text):
        escapes = {match.start() for match in _ESCAPE.finditer(text)}
        places = [index for index in range(len(text)) if index not in escapes]
    found = _find(text if places is None else "".join(text[at] for at in places), regions, known or {})
    if places is None:
        return found
    return [one._replace(start=_before(places, one.start), end=places[one.end - 1] + 1) for one in found]


def _before(places: list[int], start: int) -> int:
    """Return where a character begins in the text with escapes, its backslash included."""
    return places[start - 1] + 1 if start else 0


def _find(text: str, regions: Collection[str], known: Mapping[str, str]) -> list[Found]:
    found: list[Found] = []
    if "@" in text or "%40" in text:
        found.extend(_mails(text))
        text = _blank(text, found)
    for search in (_accounts, _cards):
        more = list(search(text))
        found.extend(more)
        text = _blank(text, more)
    found.extend(Found(start, end, "phone", value) for start, end, value in find_international(text))
    text = _blank(text, found)
    found.extend(Found(start, end, "phone", value) for start, end, value in find_local(text, regions, known))
    return sorted(one for one in found if not _is_public(one))


def _is_public(found: Found) -> bool:
    return (
        is_public(found.value)
        if found.kind == "phone"
        else found.kind == "mail" and bool(find_bot(found.value))
    )


def _blank(text: str, found: Iterable[Found]) -> str:
    """Wipe out what is found, so that nothing else is found in it."""
    pieces: list[str] = []
    end = 0
    for one in sorted(found):
        pieces += (text[end : one.start], _GONE * (one.end - one.start))
        end = one.end
    return "".join((*pieces, text[end:]))


def _mails(text: str) -> Iterator[Found]:
    end = 0
    for at in _AT.finditer(text):
        local = _LOCAL.search(text, max(end, at.start() - _LONGEST_LOCAL), at.start())
        domain = _DOMAIN.match(text, at.end())
        if local and domain:
            end = domain.end()
            yield Found(local.start(), end, "mail", f"{local[0]}@{domain[0]}".casefold())


def _accounts(text: str) -> Iterator[Found]:
    lengths: dict[str, int] = read_table("redaction.toml")["accounts"]
    done = 0
    for match in _ACCOUNT.finditer(text):
        places = [at for at in range(*match.span(1)) if text[at].isalnum()]
        size = lengths.get(match[1][:2].upper(), len(places) + 1)
        if size > len(places) or match.start() < done:
            continue
        end = places[size - 1] + 1
        value = "".join(text[at] for at in places[:size]).upper()
        if not text[end : end + 1].isalnum() and _is_account(value):
            done = end
            yield Found(match.start(), end, "account", value)


def _is_account(value: str) -> bool:
    return int("".join(str(int(char, 36)) for char in value[4:] + value[:4])) % 97 == 1


def _cards(text: str) -> Iterator[Found]:
    for match in _CARD.finditer(text):
        for place in windows(text, match, _card):
            yield Found(place.start, place.end, "card", place.value)


def _card(text: str, start: int, end: int) -> str | None:
    number = digits(text[start:end])
    if _SMALL_GROUP.search(text, start, end):
        return None
    return number if _is_issued(number) and _passes_luhn(number) else None


def _is_issued(number: str) -> bool:
    return any(
        len(number) in row["lengths"]
        and any(low <= number[: len(low)] <= high for low, high in row["ranges"])
        for row in read_table("redaction.toml")["cards"]
    )


def _passes_luhn(number: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(doubled)) % 10 == 0
