r"""Dollar signs that ChatGPT lost in WhatsApp.

It reads ``$...$`` as a formula, across lines and in code, too: it pairs the dollar signs of a message, drops
both of each pair, deletes the braces between them and strips the rest. So no more than one dollar sign is
left in a damaged message, and of two interpolations in a template literal the second keeps its braces:

>>> eat_dollars("`${first} and ${second}`")
'`first and{second}`'
"""

import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Final

import msgspec
from msgspec import Struct

from wamigrate.fences import Block, code_blocks
from wamigrate.tables import read_table

_PAIR: Final = re.compile(r"\$([^$]*)\$")
_BRACES: Final = dict.fromkeys(map(ord, "{}"))
_BARE: Final = re.compile("```|`[^`\n]*`")
_FORMULA: Final = re.compile(r"\\(?:frac|sqrt)[0-9A-Za-z]")
_MOST_LEFT: Final = 1
_NOTHING: Final = "(?!)"


class _Family(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Languages that need dollar signs in the same places; ``damage.toml`` says what the keys mean."""

    languages: frozenset[str]
    signs: tuple[str, ...]
    looks: str = _NOTHING
    names: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    within: str | None = None
    unless: str = _NOTHING
    repairs: tuple[tuple[str, str], ...] = ()

    @cached_property
    def name_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(re.compile, self.names))

    @cached_property
    def sign_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(_compile, self.signs))

    @cached_property
    def repair_patterns(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        return tuple((_compile(pattern), replacement) for pattern, replacement in self.repairs)

    def names_of(self, code: str) -> frozenset[str]:
        """Return the names that the code has outside the places that are searched."""
        outside = code if self.within is None or not self.names else re.sub(self.within, "", code)
        return frozenset(self.known).union(*(pattern.findall(outside) for pattern in self.name_patterns))

    def places(self, code: str) -> Iterator[re.Match[str]]:
        return re.finditer(self.within or r"(?s)\A.*\Z", code)


def _compile(pattern: str) -> re.Pattern[str]:
    """Compile a pattern; what stands for a name is caught, to be looked up."""
    return re.compile(pattern.replace("NAME", r"(?P<name>[A-Za-z_]\w*)", 1))


def _stands(found: re.Match[str], names: frozenset[str]) -> bool:
    """Tell whether what stands for a name, if anything does, is one of the names."""
    return "name" not in found.re.groupindex or found["name"] in names


class _Dollars(Struct, frozen=True, forbid_unknown_fields=True):
    services: frozenset[str]
    families: tuple[_Family, ...]


@cache
def _table() -> _Dollars:
    return msgspec.convert(read_table("damage.toml")["dollars"], _Dollars)


def eat_dollars(text: str) -> str:
    """Do to a text what ChatGPT did to its answers in WhatsApp.

    The model fits three copies of such chats that people published, exactly.
    """
    return _PAIR.sub(lambda pair: pair[1].translate(_BRACES).strip(), text)


def eats_dollars(service: str | None) -> bool:
    """Tell whether a service damages its answers this way."""
    return service in _table().services


def has_lost_dollars(text: str) -> bool:
    """Tell whether a message shows code, or a formula, that dollar signs were taken out of.

    Args:
        text: a whole answer with WhatsApp's marks.

    """
    if text.count("$") > _MOST_LEFT:
        return False
    if "```" in text and any(_is_damaged(block) for block in code_blocks(text)):
        return True
    return "\\" in text and _FORMULA.search(_BARE.sub("", text)) is not None


@cache
def _families(language: str) -> tuple[_Family, ...]:
    """Return the families of a language; without a language, those that can be told by the code."""
    return tuple(
        family
        for family in _table().families
        if (language in family.languages if language else family.looks != _NOTHING)
    )


def _fitting(block: Block) -> Iterator[_Family]:
    for family in _families(block.language):
        looks_so = bool(block.language) or re.search(family.looks, block.code) is not None
        if looks_so and not re.search(family.unless, block.code):
            yield family


def _is_damaged(block: Block) -> bool:
    for family in _fitting(block):
        names: frozenset[str] | None = None
        for place in family.places(block.code):
            for sign in family.sign_patterns:
                for found in sign.finditer(place[0]):
                    names = family.names_of(block.code) if names is None else names
                    if _stands(found, names):
                        return True
    return False


def restore_dollars(text: str) -> tuple[str, int]:
    r"""Put back the dollar signs of which the code itself tells the place.

    Braces and blanks that went with the others are not known and stay lost.

    Args:
        text: an answer for which :func:`has_lost_dollars` is true.

    Returns:
        the text, and how many dollar signs were put back.

    >>> restore_dollars("```sh\nname=x\necho \"{name}\"\n```")
    ('```sh\nname=x\necho "${name}"\n```', 1)

    """
    pieces: list[str] = []
    at = total = 0
    for block in code_blocks(text):
        code, count = _restore(block)
        pieces += (text[at : block.start], code)
        at, total = block.end, total + count
    return "".join((*pieces, text[at:])), total


def _restore(block: Block) -> tuple[str, int]:
    code, total = block.code, 0
    for family in _fitting(block):
        names = family.names_of(code)
        pieces: list[str] = []
        at = 0
        for place in family.places(code):
            piece, count = _put_back(place[0], family, names)
            pieces += (code[at : place.start()], piece)
            at, total = place.end(), total + count
        code = "".join((*pieces, code[at:]))
    return code, total


def _put_back(piece: str, family: _Family, names: frozenset[str]) -> tuple[str, int]:
    before = piece.count("$")
    for pattern, replacement in family.repair_patterns:

        def put(found: re.Match[str], wanted: str = replacement) -> str:
            return found.expand(wanted) if _stands(found, names) else found[0]

        piece = pattern.sub(put, piece)
    return piece, piece.count("$") - before
