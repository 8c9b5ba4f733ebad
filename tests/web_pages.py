"""Pages as WhatsApp Web draws them, with invented chats: the DOM of 2020, and that of 2026.

Elements, attributes and their nesting are those of a page saved in November 2020 and of captures of August to
October 2026; classes that mean nothing are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final, Literal

Dom = Literal["2020", "2026"]

PREVIEW: Final = "data:image/jpeg;base64," + "/9j/4AAQSkZJRgABAQAAAQABAAD" * 10
"""What stands where a picture is not loaded."""
_BLANK: Final = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_TAIL: Final = (
    '<svg viewBox="0 0 8 13" height="13" width="8"><title>{0}</title><path d="M5.188,1H0v11.193l6.467-8.625 '
    'C7.526,2.156,6.958,1,5.188,1z"></path></svg>'
)


@dataclass(frozen=True)
class Said:
    """A message to be drawn."""

    stamp: str
    """``21:04, 25/03/2025``; for what has no text, the hour is drawn."""
    name: str
    html: str = ""
    """The text as elements; see :func:`written`."""
    out: bool = False
    key: str = ""
    tail: bool = True
    quote: tuple[str, str] | None = None
    extra: str = ""
    """Elements beside the text: pictures, icons."""
    meta: str = ""
    """Elements before the time."""
    side: bool = True
    """Whether anything but the name shows who sent it."""
    label: str | None = None
    after: str = ""
    """Elements behind the bubble."""

    @property
    def clock(self) -> str:
        return self.stamp.partition(", ")[0]


HEAD: Final = (
    '<html id="whatsapp-web" dir="ltr" lang="en"><head><meta charset="utf-8"><title>WhatsApp</title></head>'
)
LIST_OF_CHATS: Final = (
    '<div id="side"><div id="pane-side"><div role="row"><span title="Ben">Ben</span>'
    '<span data-icon="status-dblcheck"></span></div></div></div>'
)


@dataclass(frozen=True)
class Page:
    """A page to be drawn."""

    rows: Sequence[Said | str]
    """Messages; a string is drawn as what it is."""
    title: str = "ChatGPT"
    dom: Dom = "2026"
    chat: str = "18002428478@c.us"
    saved: str = "<!-- saved from url=(0025)https://web.whatsapp.com/ -->"

    def draw(self) -> str:
        """Return the page."""
        return (
            f'<!DOCTYPE html>\n{self.saved}\n{HEAD}<body><div id="app">{LIST_OF_CHATS}{self.draw_chat()}'
            "</div></body></html>"
        )

    def draw_chat(self) -> str:
        """Return the element of the open chat."""
        title = escape(self.title)
        return (
            '<div id="main"><header><div role="button"><img src="./page_files/pp(3).jpg"></div>'
            f'<div role="button"><span dir="auto" title="{title}">{title}</span></div></header>'
            f'<div role="application" tabindex="0">{self.draw_rows()}</div>'
            '<footer><div contenteditable="true" role="textbox" aria-label="Type a message"><p>not sent</p>'
            "</div></footer></div>"
        )

    def draw_rows(self) -> str:
        """Return what stands between header and footer."""
        draw = _row_2020 if self.dom == "2020" else _row_2026
        return "".join(
            row if isinstance(row, str) else draw(replace(row, key=row.key or f"3EB0{place:06X}"), self.chat)
            for place, row in enumerate(self.rows, 1)
        )


def written(text: str, *, by_line: bool = True) -> str:
    """Draw a text without formatting, as 2026 does: a span for each line, its line feed inside."""
    lines = escape(text, quote=False).split("\n")
    if not by_line:
        return f"<span>{chr(10).join(lines)}</span>"
    return "".join(f"<span>{line}\n</span>" for line in lines[:-1]) + f"<span>{lines[-1]}</span>"


def marked(tag: str, mark: str, text: str) -> str:
    """Draw formatting."""
    template = f"{mark}${{appText}}{mark}"
    inner = escape(text, quote=False)
    return f'<{tag} class="selectable-text copyable-text" data-app-text-template="{template}">{inner}</{tag}>'


def emoji(char: str) -> str:
    """Draw an emoji."""
    return (
        f'<img crossorigin="anonymous" src="{_BLANK}" alt="{char}" draggable="false" class="b35 emoji wa '
        f'selectable-text copyable-text" data-plain-text="{char}">'
    )


def day(words: str) -> str:
    """Draw the line above a day."""
    return f'<div class="focusable-list-item" tabindex="-1"><div><span dir="auto">{words}</span></div></div>'


def notice(words: str, key: str = "") -> str:
    """Draw a line of WhatsApp."""
    given = f' data-id="{key}"' if key else ""
    return (
        f'<div tabindex="-1" class="focusable-list-item"{given}>'
        f'<div role="button"><div><span dir="auto">{words}</span></div></div></div>'
    )


def bare(words: str) -> str:
    """Draw a day or a line of WhatsApp as 2026 does."""
    return f'<div role="row"><div tabindex="-1"><div><span dir="auto">{words}</span></div></div></div>'


def _row_2020(said: Said, chat: str) -> str:
    side = "out" if said.out else "in"
    tail = f'<span data-testid="tail-{side}" data-icon="tail-{side}">{_TAIL.format("")}</span>'
    own = "true" if said.out else "false"
    group = f"_{_number(said.name)}@c.us" if chat.endswith("g.us") and not said.out else ""
    ticks = '<div><span data-testid="msg-dblcheck" aria-label=" Read " data-icon="msg-dblcheck"></span></div>'
    return (
        f'<div tabindex="-1" class="message-{side} focusable-list-item" '
        f'data-id="{own}_{chat}_{said.key}{group}"><span></span><div>{tail if said.tail else ""}'
        f'<div><span aria-label="{escape(_label(said))}:"></span>{said.extra}{_block(said, "")}'
        f'<div><div role="button">{said.meta}<span dir="auto">{said.clock}</span>'
        f"{ticks if said.out else ''}</div></div><span></span></div></div>{said.after}</div>"
    )


def _row_2026(said: Said, _chat: str) -> str:
    side = f"tail-{'out' if said.out else 'in'}"
    tail = f'<span data-testid="{side}" aria-hidden="true" data-icon="{side}">{_TAIL.format(side)}</span>'
    ticks = (
        '<div><span aria-hidden="false" aria-label=" Read "><svg viewBox="0 0 24 24" width="16">'
        '<title>wds-ic-read</title><path d="M14.73 6.01a1 1 0 0 1 1.41-.15Z"></path></svg></span></div>'
    )
    label = f'<span aria-label="{escape(_label(said))}:"></span>'
    padding = f'<span class=""><span aria-hidden="true"><span></span><span>{said.clock}</span></span></span>'
    return (
        f'<div role="row"><div tabindex="-1" data-id="{said.key}" data-testid="conv-msg-{said.key}">'
        '<div data-virtualized="false"><div><div class="focusable-list-item"><span class=""></span>'
        f'<div data-testid="msg-container">{tail if said.tail and said.side else ""}'
        f"<div><div>{label if said.side else ''}<div>{said.extra}{_block(said, padding)}"
        f'<div><div data-testid="msg-meta" role="button">{said.meta}'
        f'<span dir="auto"><span>{said.clock}</span></span>{ticks if said.out and said.side else ""}'
        '</div></div></div></div></div><span class=""></span></div></div></div>'
        f'<div data-testid="addon-bubble-container">{said.after}</div></div></div></div>'
    )


def _block(said: Said, padding: str) -> str:
    if not said.html:
        return ""
    return (
        f'<div class="copyable-text" data-pre-plain-text="[{said.stamp}] {escape(said.name)}: ">'
        f'{_quote(said)}<div><span data-testid="selectable-text" dir="ltr" '
        f'class="selectable-text copyable-text" style="min-height: 0px;">{said.html}</span>'
        f"{padding}</div></div>"
    )


def _quote(said: Said) -> str:
    if said.quote is None:
        return ""
    name, text = said.quote
    return (
        '<div><div role="button" aria-label="Quoted message"><span></span><div><div><div role="button">'
        f'<span dir="auto">{escape(name)}</span></div><div dir="ltr" role="button">'
        f'<span dir="auto" class="quoted-mention">{text}</span></div></div></div></div></div>'
    )


def _label(said: Said) -> str:
    return said.label if said.label is not None else "You" if said.out else said.name


def _number(name: str) -> str:
    return "49170" + "".join(str(ord(char) % 10) for char in name)[:7].ljust(7, "0")
