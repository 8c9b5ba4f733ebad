"""How much of an input is believed: bounds that no export reaches, and that stop what was made to do harm.

Who has a larger input sets the environment variable ``WAMIGRATE_LIMITS``, for example to
``total=1T,members=2000000``. Sizes are bytes, with K, M, G or T for powers of 1024.
"""

import dataclasses
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from wamigrate.errors import OptionError

VARIABLE: Final = "WAMIGRATE_LIMITS"
"""Environment variable with limits that differ from the defaults."""
_AMOUNT: Final = re.compile(r"(\d{1,15})([KMGT]?)(?:i?B)?", re.IGNORECASE)
_POWERS: Final = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what is read; the defaults are far beyond every export.

    >>> Limits.parse("total=1T, members=5").members
    5

    """

    text: int = 4 << 30
    """Bytes of the largest file that is read as a whole: a chat, a page."""
    total: int = 256 << 30
    """Bytes that all files of an archive may have when they are unpacked."""
    ratio: int = 200
    """How many times as long as it is packed a file may be; chats grow tenfold."""
    free: int = 64 << 20
    """Bytes up to which a file may grow as it likes; a whole archive up to sixteen times as many."""
    members: int = 500_000
    """Files in an archive or a folder."""
    nested: int = 1 << 30
    """Bytes of the largest archive inside an archive that is opened."""
    depth: int = 3
    """How many archives may be inside each other."""
    tags: int = 1_500_000
    """Tags of a saved page, and ten times what one message in it may have; each takes memory and time."""

    def __str__(self) -> str:
        """Write limits as :meth:`parse` reads them."""
        return ",".join(f"{field.name}={getattr(self, field.name)}" for field in dataclasses.fields(self))

    @classmethod
    def parse(cls, text: str) -> "Limits":
        """Read limits as people write them: ``KEY=VALUE``, with commas between; others keep their defaults.

        Raises:
            OptionError: a limit does not exist, or is no number above zero.

        """
        names = [field.name for field in dataclasses.fields(cls)]
        values: dict[str, int] = {}
        for part in filter(None, map(str.strip, text.split(","))):
            name, _, amount = map(str.strip, part.partition("="))
            if name not in names:
                raise OptionError(f"there is no limit {name!r}; there are: {', '.join(names)}")
            values[name] = _parse_amount(name, amount)
        return cls(**values)


def current_limits() -> Limits:
    """Return the limits that hold for this process.

    Raises:
        OptionError: the environment variable names one that does not exist or does not fit.

    """
    return _parsed(os.environ.get(VARIABLE, ""))


@lru_cache(maxsize=4)
def _parsed(text: str) -> Limits:
    try:
        return Limits.parse(text)
    except OptionError as error:
        raise OptionError(f"{VARIABLE}: {error}") from None


def _parse_amount(name: str, text: str) -> int:
    match = _AMOUNT.fullmatch(text)
    amount = int(match[1]) << _POWERS[match[2].upper()] if match else 0
    if amount < 1:
        raise OptionError(f"the limit {name}={text} must be a number above zero, such as 500000 or 4G")
    return amount
