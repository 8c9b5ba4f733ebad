"""Hypothesis strategies for the common schema, shared by all tests of parsers, steps and exporters."""

from datetime import datetime, timedelta, timezone
from typing import Final, TypeVar, get_args

from hypothesis import strategies as st

from wamigrate.model import (
    SCHEMA,
    Archive,
    Attachment,
    Conversation,
    DateOrder,
    Generator,
    Kind,
    Message,
    Note,
    Part,
    Participant,
    Platform,
    Role,
    SourceInfo,
    Span,
)
from wamigrate.notes import CODES

T = TypeVar("T")

LAST_COUNT: Final = 2**53
"""Largest whole number that every JSON reader keeps exact."""

_HARD: Final = (
    *(
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\t",
        "    ",
        "\u2028",
        "\u0085",
        "\v",
        "\0",
        "\x07",
        "\x7f",
        "\u200e",
        "\u202e",
    ),
    *(
        "*",
        "_",
        "~",
        "`",
        "```",
        "~~~",
        "```py\n",
        "#",
        "# ",
        "## x\n",
        "> ",
        "- ",
        "1. ",
        "|",
        "[",
        "](",
        "]]",
        "![x](y)",
    ),
    *(
        "---",
        "\n---\n",
        "===",
        "<",
        "<!--",
        "<b>",
        "<script>",
        "&amp;",
        "\\",
        "$",
        "$$",
        "%%",
        "==",
        "^id",
        ": ",
        "'",
        '"',
    ),
    *(
        "yes",
        "null",
        "2025-03-25",
        "0x10",
        "1e3",
        "🙂",
        "👨‍👩‍👧",
        "e\u0301",
        "مرحبا",
        "https://example.com/a_b_c",
    ),
)


def texts(max_size: int = 40) -> st.SearchStrategy[str]:
    """Any text that UTF-8 can hold, rich in what breaks Markdown, YAML and line-based formats."""
    characters = st.characters(exclude_categories=["Cs"])
    pieces = st.lists(
        st.one_of(st.sampled_from(_HARD), st.text(characters, max_size=8)), max_size=max_size // 4
    )
    return pieces.map("".join)


def clocks() -> st.SearchStrategy[datetime]:
    """Wall clocks without an offset, and times with an offset of whole minutes."""
    zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    return st.datetimes(timezones=st.one_of(st.none(), zones), allow_imaginary=False)


def counts() -> st.SearchStrategy[int]:
    """Whole numbers from zero."""
    return st.integers(0, LAST_COUNT)


def spans() -> st.SearchStrategy[Span]:
    """Ranges of a source."""
    return st.builds(Span, source=texts(), line=st.integers(1, LAST_COUNT), start=counts(), end=counts())


def attachments() -> st.SearchStrategy[Attachment]:
    """Attachments, present and missing."""
    return st.builds(
        Attachment,
        name=st.none() | texts(),
        media_type=st.none()
        | st.sampled_from(("image/jpeg", "image", "application/pdf", "audio/ogg"))
        | texts(),
        size=st.none() | counts(),
        sha256=st.none() | texts(),
        member=st.none() | texts(),
        present=st.booleans(),
        caption=st.none() | texts(),
    )


def parts() -> st.SearchStrategy[Part]:
    """Parts of an answer."""
    return st.builds(Part, id=texts(), delay=counts(), start=counts(), end=counts(), flags=_some(texts()))


def messages() -> st.SearchStrategy[Message]:
    """Messages of every role and kind."""
    return st.builds(
        Message,
        id=texts(),
        role=st.sampled_from(get_args(Role)),
        author=st.none() | texts(),
        timestamp=st.none() | clocks(),
        kind=st.sampled_from(get_args(Kind)),
        text=texts(80),
        raw=st.none() | texts(),
        attachments=_some(attachments()),
        edited=st.booleans(),
        forwarded=st.booleans(),
        reply_to=st.none() | texts(),
        flags=_some(texts()),
        spans=_some(spans()),
        parts=_some(parts()),
    )


def participants() -> st.SearchStrategy[Participant]:
    """People and assistants."""
    return st.builds(
        Participant,
        name=texts(),
        role=st.sampled_from(get_args(Role)),
        service=st.none() | st.sampled_from(("chatgpt", "copilot")) | texts(),
        phone=st.none() | texts(),
        raw_names=_some(texts()),
        reason=st.none() | texts(),
    )


def conversations() -> st.SearchStrategy[Conversation]:
    """Conversations of a few messages."""
    return st.builds(
        Conversation,
        id=texts(),
        title=st.none() | texts(),
        service=st.none() | st.sampled_from(("chatgpt", "copilot")) | texts(),
        participants=_some(participants()),
        started_at=st.none() | clocks(),
        ended_at=st.none() | clocks(),
        messages=_some(messages(), 4),
        source=texts(),
    )


def sources() -> st.SearchStrategy[SourceInfo]:
    """Chat files that were read."""
    return st.builds(
        SourceInfo,
        id=texts(),
        name=texts(),
        member=st.none() | texts(),
        format=st.sampled_from(("whatsapp", "json")) | texts(),
        sha256=texts(),
        size=counts(),
        platform=st.none() | st.sampled_from(get_args(Platform)),
        date_order=st.none() | st.sampled_from(get_args(DateOrder)),
        date_order_evidence=st.none() | texts(),
        ambiguous=st.booleans(),
        time_zone=st.none() | texts(),
        encoding=texts(),
        messages=counts(),
    )


def notes() -> st.SearchStrategy[Note]:
    """Findings with a code of the register."""
    return st.builds(
        _note,
        code=st.sampled_from(sorted(CODES)),
        text=texts(),
        source=st.none() | texts(),
        line=st.none() | st.integers(-LAST_COUNT, LAST_COUNT),
    )


def _note(code: str, text: str, source: str | None, line: int | None) -> Note:
    return Note(code, CODES[code][0], text, source, line)


def archives() -> st.SearchStrategy[Archive]:
    """Whole archives."""
    return st.builds(
        Archive,
        schema=st.just(SCHEMA),
        generator=st.builds(Generator, texts(), texts()),
        sources=_some(sources()),
        conversations=_some(conversations()),
        notes=_some(notes()),
    )


def _some(items: st.SearchStrategy[T], most: int = 2) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(items, max_size=most).map(tuple)
