"""Colours of code: HTML with a handful of classes, made with Pygments.

Pygments knows hundreds of kinds of words; people tell eight colours apart. A run of the same colour is one
element, so that a page with thousands of programs stays small.
"""

from collections.abc import Iterable
from functools import cache, lru_cache
from html import escape
from importlib import import_module
from typing import Final, Protocol, cast


class _Lexer(Protocol):
    """What is used of a lexer of Pygments, which has no types."""

    name: str

    def get_tokens_unprocessed(self, text: str) -> Iterable[tuple[int, object, str]]:
        """Yield place, kind and text of all tokens."""
        ...


LIMIT: Final = 20_000
"""Characters up to which code is coloured: lexers may take time that grows faster than the text."""
_REMEMBERED: Final = 512
_CLASSES: Final = (
    ("Comment.Preproc", "b"),
    ("Comment", "c"),
    ("Generic.Deleted", "d"),
    ("Generic.Error", "d"),
    ("Generic.Inserted", "s"),
    ("Generic.Heading", "f"),
    ("Generic.Prompt", "c"),
    ("Keyword.Constant", "n"),
    ("Keyword.Type", "t"),
    ("Keyword", "k"),
    ("Literal.Number", "n"),
    ("Literal.String", "s"),
    ("Literal.Date", "n"),
    ("Name.Attribute", "t"),
    ("Name.Builtin", "b"),
    ("Name.Class", "f"),
    ("Name.Constant", "n"),
    ("Name.Decorator", "b"),
    ("Name.Entity", "n"),
    ("Name.Exception", "f"),
    ("Name.Function", "f"),
    ("Name.Tag", "k"),
    ("Name.Variable", "t"),
    ("Operator.Word", "k"),
)
"""Class of the style sheet for a kind of token and all kinds below it; the first that fits counts."""


@lru_cache(_REMEMBERED)
def highlight(code: str, language: str) -> str:
    """Write code as HTML, coloured where Pygments knows the language.

    Args:
        code: any text.
        language: the word behind the backticks; any case.

    >>> highlight("if x < 1: # why", "python")
    '<span class="k">if</span> x &lt; <span class="n">1</span>: <span class="c"># why</span>'
    >>> highlight("<b>", "no such language")
    '&lt;b&gt;'

    """
    lexer = _lexer(language.lower()) if language and len(code) <= LIMIT else None
    if lexer is None:
        return escape(code, quote=False)
    parts: list[str] = []
    run: list[str] = []
    before = ""
    length = 0
    for at, kind, value in lexer.get_tokens_unprocessed(code):
        if at != length:
            return escape(code, quote=False)  # a lexer that skips or repeats would change the code
        length += len(value)
        class_ = before if value.isspace() else _class(kind)
        if class_ != before:
            _close(parts, run, before)
            before = class_
        run.append(value)
    _close(parts, run, before)
    return "".join(parts) if length == len(code) else escape(code, quote=False)


def _close(parts: list[str], run: list[str], class_: str) -> None:
    """Write a run of one colour; the blanks at its end need none."""
    text = "".join(run)
    run.clear()
    if class_ and text:
        body = text.rstrip()
        parts.append(f'<span class="{class_}">{escape(body, quote=False)}</span>{text[len(body) :]}')
    else:
        parts.append(escape(text, quote=False))


@cache
def _class(kind: object) -> str:
    name = str(kind).removeprefix("Token.") + "."
    return next((class_ for prefix, class_ in _CLASSES if name.startswith(f"{prefix}.")), "")


@cache
def _lexer(language: str) -> _Lexer | None:
    """Return the lexer of a language; loaded once, and only if a chat has code of it."""
    # Imported late: Pygments is slow to load, and few chats hold code.
    try:
        lexer = cast("_Lexer", import_module("pygments.lexers").get_lexer_by_name(language))
    except import_module("pygments.util").ClassNotFound:
        return None
    return None if lexer.name == "Text only" else lexer
