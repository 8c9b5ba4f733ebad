"""Sizes of texts for language models: a budget as a person types it, and how much of it a text takes.

Tokens are counted by ``bpe-openai`` (the extra ``tokens``), which brings its vocabulary along and needs no
network, in the encoding ``o200k_base`` of OpenAI's newer models; other vendors count a little differently.
Without it tokens are estimated: a token for every 2.5 bytes of UTF-8. Texts in 13 languages and scripts had
2.7 (English with much Markdown, code, Spanish) to 7.8 bytes for each token, so that an estimate never
promises too much room.
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final, Literal, NamedTuple

from wamigrate.errors import OptionError

Unit = Literal["tokens", "characters"]
ENCODING: Final = "o200k_base"
_EXTRA: Final = "pip install 'wamigrate[tokens]'"
_BUDGET: Final = re.compile(
    r"([0-9][0-9_,]*(?:\.[0-9]+)?) ?([km]?) ?(t|tokens?|c|chars?|characters?)?", re.ASCII
)
_SCALES: Final = {"": 1, "k": 1000, "m": 1_000_000}
_LARGEST: Final = 10**12
_PIECE: Final = 250_000
"""Characters that are counted at once; the library refuses a million and more."""


class Budget(NamedTuple):
    """How much text there may be.

    >>> str(Budget(32_000, "tokens"))
    '32,000 tokens'
    """

    amount: int
    unit: Unit

    def __str__(self) -> str:
        """Write it as people do."""
        return f"{self.amount:,} {self.unit}"


def parse_budget(text: str, flag: str = "--budget") -> Budget:
    """Read a budget as a person types it.

    Args:
        text: a number, ``k`` or ``m`` for a thousand or a million, and ``tokens`` (also where nothing is
            said) or ``characters``.
        flag: what to call it in the error.

    Raises:
        OptionError: it is no such size.

    >>> parse_budget("32k"), parse_budget("1.5M characters").amount
    (Budget(amount=32000, unit='tokens'), 1500000)

    """
    found = _BUDGET.fullmatch(text.strip().lower())
    amount = 0
    if found is not None:
        number = float(found[1].replace(",", "").replace("_", ""))
        amount = int(number * _SCALES[found[2]]) if number < _LARGEST else _LARGEST + 1
    if found is None or not 0 < amount <= _LARGEST:
        raise OptionError(f"{flag} {text}: must be a size such as 32k (tokens) or 100k characters")
    return Budget(amount, "characters" if (found[3] or "t").startswith("c") else "tokens")


@dataclass(frozen=True, slots=True)
class Gauge:
    """Tells how much of a budget a text takes."""

    unit: Unit
    exact: bool
    """False where tokens are estimated."""
    method: str
    """How it is done, in words."""
    measure: Callable[[str], int]
    """Returns the size of a text; that of two blocks together is no more than the sum."""

    def words(self, amount: int) -> str:
        """Write a size, and that it is estimated where it is.

        >>> Gauge("tokens", False, "", len).words(12_000)
        'about 12,000 tokens'
        """
        return f"{'' if self.exact else 'about '}{amount:,} {self.unit}"


@cache
def find_gauge(unit: Unit) -> Gauge:
    """Return what measures in a unit: tokens by the library if it is there.

    >>> find_gauge("characters").measure("héllo")
    5
    """
    if unit == "characters":
        return Gauge(unit, exact=True, method="characters", measure=len)
    try:
        return _counting()
    except ImportError:
        method = f"estimated, a token for every 2.5 bytes; {_EXTRA} counts them"
        return Gauge(unit, exact=False, method=method, measure=estimate_tokens)


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text, rather too many than too few.

    >>> estimate_tokens("How long do I boil an egg?")
    11
    """
    return -(-len(text.encode("utf-8", "surrogatepass")) * 2 // 5)


def _counting() -> Gauge:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it reads its data in a way that Python gives up
        library: Any = import_module("bpe_openai")
        encode: Callable[[str], list[int]] = library.get_encoding(ENCODING).encode_ordinary

    def measure(text: str) -> int:
        pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
        return sum(len(encode(piece)) for piece in pieces)

    return Gauge("tokens", exact=True, method=f"counted with {ENCODING}", measure=measure)
