r"""WhatsApp's formatting as a small tree, and from there to CommonMark, HTML and plain text.

Two kinds of writers need two readers. People's messages are read by WhatsApp's rules alone: what its apps
show literally (``# x``, ``[x](y)``, ``**x**``, ``<b>``) is literal in every output. Assistants write
Markdown whether WhatsApp shows it or not, so theirs is kept as Markdown, and WhatsApp's single star is
bold too. In both, raw HTML is text, and nothing that a message opens reaches past its end.

>>> whatsapp_to_markdown("*Hello* _you_\n# 1")
'**Hello** *you*  \n\\# 1'
>>> whatsapp_to_markdown("*Hello* _you_\n# 1", assistant=True)
'**Hello** *you*\n\n# 1'
"""

import re
from collections.abc import Iterable
from typing import Final

from wamigrate.markup_assistant import parse_assistant
from wamigrate.markup_flat import write_flat
from wamigrate.markup_html import to_html
from wamigrate.markup_html_reader import parse_html
from wamigrate.markup_markdown import to_markdown
from wamigrate.markup_markdown_inline import HARD_BREAK
from wamigrate.markup_markdown_reader import parse_markdown
from wamigrate.markup_plain import to_plain
from wamigrate.markup_quick import read_assistant, read_person
from wamigrate.markup_tree import Document
from wamigrate.markup_whatsapp import parse_person, to_whatsapp

__all__ = [
    "Document",
    "parse_html",
    "parse_markdown",
    "parse_whatsapp",
    "texts_to_markdown",
    "to_html",
    "to_markdown",
    "to_plain",
    "to_whatsapp",
    "whatsapp_to_markdown",
]

_SIGN: Final = re.compile(r"[\\`*_~\[<&#$^\r]")
_FIRST_SIGN: Final = re.compile(r"[ \t>+\-•=:|]|[0-9]{1,9}[.)]")
_LINE_SIGN: Final = re.compile(r"\n(?:[ \t>+\-•=:|]|[0-9]{1,9}[.)])")
_SINGLE_LINE_END: Final = re.compile(r"\n(?<=[^\n]\n)(?=[^\n])")


def parse_whatsapp(text: str, *, assistant: bool = False) -> Document:
    """Read the body of a message. Every text can be read, and :func:`to_whatsapp` writes it again.

    Args:
        text: the body as WhatsApp exports it.
        assistant: whether an assistant wrote it, so that Markdown in it is Markdown.

    """
    return parse_assistant(text) if assistant else parse_person(text)


def whatsapp_to_markdown(text: str, *, assistant: bool = False) -> str:
    """Write the body of a message as CommonMark: :func:`parse_whatsapp`, then :func:`to_markdown`.

    Args:
        text: the body as WhatsApp exports it.
        assistant: whether an assistant wrote it, so that Markdown in it is Markdown.

    """
    if _is_plain(text):
        if "\n" not in text:
            return text
        return _SINGLE_LINE_END.sub(HARD_BREAK, text)
    if assistant:
        flat = write_flat(text)
        return to_markdown(parse_assistant(text, read_assistant)) if flat is None else flat
    return to_markdown(parse_person(text, read_person))


def texts_to_markdown(texts: Iterable[tuple[str, bool]]) -> list[str]:
    """Write bodies of messages as CommonMark, as :func:`whatsapp_to_markdown` does.

    Args:
        texts: each with whether an assistant wrote it.

    """
    return [whatsapp_to_markdown(text, assistant=assistant) for text, assistant in texts]


def _is_plain(text: str) -> bool:
    """Tell whether nothing in a text is a sign, in WhatsApp or in Markdown: most messages are so."""
    return not (
        _SIGN.search(text)
        or "://" in text
        or "==" in text
        or "%%" in text
        or "www." in text
        or _FIRST_SIGN.match(text)
        or _LINE_SIGN.search(text)
    )
