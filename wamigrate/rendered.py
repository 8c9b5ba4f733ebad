"""Text of a message as a piece of a page that people read: safe, coloured, and below the page's headings."""

import re
from html import escape, unescape
from typing import Final

from wamigrate.highlight import highlight
from wamigrate.markup_html import to_html
from wamigrate.markup_markdown_reader import parse_markdown
from wamigrate.markup_quick_html import BARE, Look, quick_html

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
