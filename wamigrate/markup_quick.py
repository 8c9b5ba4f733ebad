"""Reads and writes the formatting inside lines at once, where nothing in them needs pairing.

Most lines hold no marker, or spans with nothing in them: one pass of one expression writes them, three
times as fast as reading a tree and writing that. A line that holds more is read as ever. Both ways write the
same text.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from wamigrate import markup_assistant_inline, markup_inline
from wamigrate.markup_escape import SIGNS, escaped_sign
from wamigrate.markup_markdown_inline import HARD_BREAK
from wamigrate.markup_tree import Inlines, Notation

_MARKS: Final = {"strong": "**", "emphasis": "*", "strike": "~~", "double": "**", "code": "`"}


def _span(name: str, sign: str, second: str = "", *, no_colon: bool) -> str:
    """Make the pattern of a span that stands free on both sides and holds no sign."""
    inner = rf"(?=\S)(?P<{name}>[^*_~`\n\\&$<\[#=%^{':' if no_colon else ''}]++)(?<=\S)"
    return rf"{sign}(?<![^ \t\n]{sign}){second}{inner}{sign}{second}(?=[ \n,.:;!?)\-]|\Z)"


def _spans(*, double: bool, no_colon: bool) -> list[str]:
    kinds = [("strong", r"\*"), ("emphasis", "_"), ("strike", "~"), ("code", "`")]
    spans = [_span(name, sign, no_colon=no_colon) for name, sign in kinds]
    return [*spans, _span("double", r"\*", r"\*", no_colon=no_colon)] if double else spans


_ADDRESS: Final = (
    r"h(?<![^ \t\n]h)(?<!\n[ \t]h)ttps?://(?!\S*(?:==|%%|&#?\w+;))(?P<address>"
    r"(?:[^\W_]|[-./?:@,;+!'=%#&]|(?<=[^\W_])_(?=[^\W_]))*(?:[^\W_]|[-/=&+#%@]))(?=[.,!?:]?(?:[ \n]|\Z))"
)


class NotSimpleError(Exception):
    """The text holds what needs a tree."""


def _pattern(spans: Iterable[str], candidates: Iterable[str]) -> re.Pattern[str]:
    """Join what is simple, what is not, and what is to be escaped, in this order.

    What is simple has a named group, what is not a nameless one without content, a sign has none.
    """
    return re.compile(
        "|".join((*spans, *(candidate + "()" for candidate in candidates), *SIGNS)), re.MULTILINE
    )


def _writer(candidates: tuple[str, ...], *, double: bool) -> Callable[[str], str]:
    """Make the function that writes simple lines, or raises; ``double`` tells whether ``**`` is bold."""
    with_address = _pattern([*_spans(double=double, no_colon=True), _ADDRESS], candidates)
    # Addresses start with letters: to stop at each of these takes time that few texts need.
    signs = (sign for sign in candidates if sign[0] not in ":w")
    without = _pattern(_spans(double=double, no_colon=False), signs)

    def write(text: str) -> str:
        if "www." in text:
            raise NotSimpleError
        pattern = with_address if "://" in text else without
        return pattern.sub(_written, "\n" + text)[1:]

    return write


def _written(match: re.Match[str]) -> str:
    name = match.lastgroup
    if name is None:
        if match.lastindex is None:
            return escaped_sign(match)
        raise NotSimpleError
    if name == "address":
        return match[0]
    mark = _MARKS[name]
    return mark + match[name] + mark


_write_person: Final = _writer(markup_inline.CANDIDATES, double=False)
write_assistant_lines: Final = _writer(markup_assistant_inline.CANDIDATES, double=True)


def _broken(text: str) -> str:
    """Make line ends hard breaks."""
    return text.replace("\n", HARD_BREAK) if "\n" in text else text


def read_person(text: str) -> Inlines:
    r"""Read lines of a person's message, as finished Markdown where they are simple.

    >>> read_person("*a* 2*3*4")
    (Notation(source='*a* 2*3*4', markdown='**a** 2\\*3\\*4', shown=''),)
    """
    try:
        return (Notation(text, _broken(_write_person(text)), ""),) if text else ()
    except NotSimpleError:
        return markup_inline.read_inline(text)


def read_assistant(text: str) -> Inlines:
    """Read lines of an assistant's message, as finished Markdown where they are simple."""
    try:
        return (Notation(text, _broken(write_assistant_lines(text)), ""),) if text else ()
    except NotSimpleError:
        return markup_assistant_inline.read_inline(text)
