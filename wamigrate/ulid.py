"""Identifiers that sort by time (ULID): 48 bits of milliseconds, then 80 bits that here follow from content.

Layout and alphabet are those of https://github.com/ulid/spec; where it asks for randomness, the same
content gives the same bits, so that an archive written twice has the same ids.
"""

from hashlib import sha256
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 26
_LATEST: Final = (1 << 48) - 1
_SEPARATOR: Final = "\x1f"


def ulid(milliseconds: int, *parts: str) -> str:
    """Return the identifier of a moment and some content.

    Args:
        milliseconds: since 1970 in UTC; earlier moments count as 1970.
        parts: what the other bits follow from.

    >>> ulid(1742936640000, "a") < ulid(1742936640001, "a")
    True
    >>> ulid(1742936640000, "a")[:10], len(ulid(0, "a"))
    ('01JQ7HX2G0', 26)

    """
    moment = min(max(milliseconds, 0), _LATEST)
    digest = sha256(_SEPARATOR.join(parts).encode(errors="surrogatepass")).digest()
    number = moment << 80 | int.from_bytes(digest[:10], "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def ulid_milliseconds(text: str) -> int | None:
    """Return the moment of an identifier; None where it is none.

    >>> ulid_milliseconds(ulid(1742936640000, "a")), ulid_milliseconds("8" * 26), ulid_milliseconds("x")
    (1742936640000, None, None)
    """
    if len(text) != LENGTH or text[0] > "7" or not set(text) <= set(ALPHABET):
        return None
    number = 0
    for sign in text:
        number = number << 5 | ALPHABET.index(sign)
    return number >> 80
