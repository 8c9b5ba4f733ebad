"""Changes of HTML: elements moved, doubled, nested, left open, with other attributes."""

import re
from random import Random
from typing import Final

from . import dictionary, mutate_text

_TOKEN: Final = re.compile(r"<[^<>]*>|[^<]+|<")
_VALUE: Final = re.compile(r"=\"[^\"]*\"")
_NAMES: Final = (
    "div",
    "span",
    "p",
    "table",
    "tr",
    "td",
    "ul",
    "li",
    "svg",
    "script",
    "template",
    "a",
    "img",
    "pre",
    "head",
    "body",
    "html",
    "form",
    "select",
    "math",
    "frameset",
    "title",
    "header",
    "footer",
    "blockquote",
)
_DEEPEST: Final = 400


def change(data: bytes, chance: Random) -> bytes:
    """Change a page in one place."""
    if not chance.randrange(5):
        return mutate_text.change_bytes(data, chance)
    text = data.decode("utf-8", "surrogateescape")
    tokens: list[str] = _TOKEN.findall(text)
    if not tokens:
        return data
    _edit(tokens, chance)
    return "".join(tokens).encode("utf-8", "surrogateescape")


def _edit(tokens: list[str], chance: Random) -> None:
    at = chance.randrange(len(tokens))
    block = tokens[at : at + chance.choice((1, 2, 5, 20))]
    to = chance.randrange(len(tokens))
    name = chance.choice(_NAMES)
    kind = chance.randrange(8)
    if kind == 0:
        del tokens[at : at + len(block)]
    elif kind == 1:
        tokens[to:to] = block
    elif kind == 2:  # noqa: PLR2004 - one of eight kinds
        tokens[at], tokens[to] = tokens[to], tokens[at]
    elif kind == 3:  # noqa: PLR2004 - one of eight kinds
        tokens.insert(at, chance.choice((f"<{name}>", f"</{name}>", f"<{name} ", "<!--", "-->")))
    elif kind == 4:  # noqa: PLR2004 - one of eight kinds
        times = chance.choice((1, 3, _DEEPEST))
        tokens[at:at] = [f"<{name}>"] * times
        tokens[to:to] = [f"</{name}>"] * chance.choice((0, times))
    elif kind == 5:  # noqa: PLR2004 - one of eight kinds
        word = chance.choice((*dictionary.headers(), "", "&", "x" * 300, "\0", "[", "]", "9:04 PM", "-1"))
        tokens[at] = _VALUE.sub(lambda _: f'="{word}"', tokens[at], count=1)
    else:
        tokens.insert(at, _word(chance))


def _word(chance: Random) -> str:
    words = dictionary.page_words() if chance.randrange(2) else dictionary.chat_words()
    return chance.choice(words).encode("utf-8", "replace").decode()
