"""Text of a message as a piece of a page that people read: safe, coloured, and below the page's headings."""

import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from itertools import islice
from typing import Final

from wamigrate.highlight import highlight
from wamigrate.markup_html import to_html
from wamigrate.markup_markdown_reader import parse_markdown
from wamigrate.markup_quick_html import BARE, Look, quick_html
from wamigrate.model import Conversation
from wamigrate.sharing import map_ahead

_GROUP: Final = 300
"""Messages that are rendered at once."""

_CONTROL: Final = re.compile("[\0-\x08\x0b-\x1f\x7f]")
_PICTURES: Final = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_CODE: Final = re.compile(r'<pre><code(?: class="language-([^"]*)")?>(.*?)\n?</code></pre>', re.DOTALL)
_HEADING: Final = re.compile(r"<(/?)h([1-6])>")
_BELOW: Final = 4
"""Level of headings in messages: a page has its title, conversations and days above them."""
_INLINE: Final = re.compile(r"</?(?:a|code|del|em|span|strong)\b[^>]*>")
_ELEMENT: Final = re.compile(r"<[^>]*>")


def render(text: str) -> str:
    r"""Write Markdown as HTML for a page.

    All elements are ours: what the message has of HTML is shown as text, and so are control characters.
    Links open elsewhere and tell nobody where they were. Code and tables, which may be wider than the page,
    can be scrolled with the keyboard.

    >>> render("# A\n[b](https://c.d)")
    '<h4 class="h1">A</h4>\n<p><a rel="noreferrer noopener" target="_blank" href="https://c.d">b</a></p>'
    """
    html = quick_html(text, _LOOK)
    return _dressed(to_html(parse_markdown(text))) if html is None else html


def render_all(texts: Iterable[str]) -> list[str]:
    """Write texts as :func:`render` does; those of blanks alone are nothing."""
    return [render(text) if text and not text.isspace() else "" for text in texts]


def render_ahead(conversations: Iterable[Conversation]) -> Iterator[tuple[Conversation, list[str]]]:
    """Yield conversations with the texts of their messages as :func:`render_all` writes them.

    Some conversations are taken early, so that another process can work on them:
    :mod:`wamigrate.sharing`.
    """
    for group, bodies in map_ahead(render_all, _groups(conversations), _texts):
        rest = iter(bodies)
        for conversation in group:
            yield conversation, list(islice(rest, len(conversation.messages)))


def _groups(conversations: Iterable[Conversation]) -> Iterator[list[Conversation]]:
    """Put conversations together until they have messages enough to be worth sending elsewhere."""
    group: list[Conversation] = []
    size = 0
    for conversation in conversations:
        group.append(conversation)
        size += len(conversation.messages)
        if size >= _GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group


def _texts(conversations: Iterable[Conversation]) -> list[str]:
    return [message.text for conversation in conversations for message in conversation.messages]


def shown_text(html: str) -> str:
    """Return the words of what :func:`render` wrote.

    >>> shown_text(render("**a**b &lt; c"))
    'ab < c'
    """
    if "<" in html:
        html = _ELEMENT.sub(" ", _INLINE.sub("", html)).strip()
    return unescape(html) if "&" in html else html


def _code(code: str, language: str) -> str:
    label = f' data-language="{escape(language)}"' if language else ""
    return f'<pre tabindex="0"{label}><code>{highlight(code, language)}\n</code></pre>'


_LOOK: Final = Look(
    link='<a rel="noreferrer noopener" target="_blank" href="',
    table='<div class="table" tabindex="0"><table>',
    table_end="</table></div>",
    headings=tuple((f'<h{_BELOW} class="h{level}">', f"</h{_BELOW}>") for level in range(1, 7)),
    empty_head="<td></td>",
    code=_code,
)


def _dressed(html: str) -> str:
    """Give bare HTML the look; its tags are ours, for those of the message are text."""
    html = _CONTROL.sub(lambda sign: chr(_PICTURES[ord(sign[0])]), html)
    html = _CODE.sub(lambda block: _code(unescape(block[2]), unescape(block[1] or "")), html)
    html = _HEADING.sub(lambda tag: _LOOK.headings[int(tag[2]) - 1][bool(tag[1])], html)
    html = html.replace(BARE.link, _LOOK.link).replace(BARE.empty_head, _LOOK.empty_head)
    return html.replace(BARE.table, _LOOK.table).replace(BARE.table_end, _LOOK.table_end)
