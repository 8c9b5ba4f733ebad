"""Messages as bubbles in a page that is read without a script.

``_html_one.js`` makes the same of rows: a page of its own needs no script, and one page with everything would
be some 200 bytes a message larger, and slower to open, if it held what stands around each. A test in a
browser holds the two together.
"""

from collections.abc import Iterable, Iterator
from html import escape

from wamigrate.embedding import address as to_address
from wamigrate.model import Message
from wamigrate.wording import clock_words, day_words

from ._html_rows import Row, author_name


def bubbles(messages: Iterable[Message], rows: Iterable[Row]) -> Iterator[str]:
    """Yield each message as HTML, with a heading before the first one of a day."""
    day: object = None
    before: object = None
    for index, (message, row) in enumerate(zip(messages, rows, strict=True)):
        time = message.timestamp
        if not index or (time is not None and time.date() != day):
            day, before = time and time.date(), None
            yield f'<h3 class="day">{day_words(time) if time else "Without a date"}</h3>'
        yield _bubble(message, row, first=before != (row.person, row.role))
        before = (row.person, row.role)


def _bubble(message: Message, row: Row, *, first: bool) -> str:
    name = escape(author_name(message.author, message.role))
    named = first and message.role != "notice"
    return "".join(
        (
            f'<article class="{message.role}{" first" if first else ""}" id="m-{escape(row.id)}"',
            f' aria-label="{name}">',
            f'<p class="who"><bdi>{name}</bdi></p>' if named else "",
            row.body,
            "<footer>",
            f"<span>{escape(row.remarks)}</span>" if row.remarks else "",
            f'<a href="#m-{to_address(row.id)}">{_clock(message)}</a></footer></article>',
        )
    )


def _clock(message: Message) -> str:
    time = message.timestamp
    return "no time" if time is None else f'<time datetime="{time.isoformat()}">{clock_words(time)}</time>'
