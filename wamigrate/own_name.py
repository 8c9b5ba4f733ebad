"""The word with which an export calls whoever made it: ``You``, ``Du``, ``Vous``, ``あなた``."""

from functools import cache
from typing import Final, Literal

from wamigrate.phrases import phrase_key
from wamigrate.tables import read_table

_LONGEST: Final = 16


def own_word(name: str) -> Literal["sure", "name"] | None:
    """Tell whether a name is the word for "you" in some language.

    Args:
        name: as the export prints it, invisible marks and all.

    Returns:
        ``sure``; ``name`` where people are called so, too; None for any other name.

    >>> own_word("You"), own_word("Vous"), own_word("Ty"), own_word("Ana")
    ('sure', 'sure', 'name', None)

    """
    if len(name) > _LONGEST:
        return None
    key = phrase_key(name)
    if key in _words("names"):
        return "name"
    return "sure" if key in _words("you") else None


@cache
def _words(kind: Literal["you", "names"]) -> frozenset[str]:
    table = read_table("web.toml")
    if kind == "names":
        return frozenset(map(phrase_key, table["also"]["names"]))
    return frozenset(phrase_key(word) for words in table["you"].values() for word in words)
