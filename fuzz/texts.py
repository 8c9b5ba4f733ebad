"""The target that reads marked-up text: WhatsApp's, Markdown, HTML."""

from wamigrate.markup import (
    parse_html,
    parse_markdown,
    parse_whatsapp,
    to_html,
    to_markdown,
    to_plain,
    to_whatsapp,
    whatsapp_to_markdown,
)
from wamigrate.markup_assistant import parse_assistant
from wamigrate.markup_flat import write_flat
from wamigrate.markup_quick import read_assistant

from .properties import require


def read_markup(data: bytes) -> None:
    """Read a text in every way, and write it in every way."""
    text = data.decode("utf-8", "replace")
    for assistant in (False, True):
        tree = parse_whatsapp(text, assistant=assistant)
        to_whatsapp(tree)
        to_plain(tree)
        markdown = to_markdown(tree)
        parse_html(to_html(tree))
        require(to_markdown(parse_whatsapp(text, assistant=assistant)) == markdown, "two results")
        whatsapp_to_markdown(text, assistant=assistant)
    _compare(text)
    for breaks in (False, True):
        to_markdown(parse_markdown(text, breaks=breaks))
    to_markdown(parse_html(text))


def _compare(text: str) -> None:
    """Check that writing at once gives what the tree gives."""
    flat = write_flat(text)
    if flat is not None:
        require(
            flat == to_markdown(parse_assistant(text, read_assistant)), "the flat way writes another text"
        )
