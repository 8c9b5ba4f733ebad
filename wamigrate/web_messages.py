"""The messages of an export from WhatsApp Web, completed by what ``chat.md`` says about them."""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from hashlib import sha256
from typing import Final, NamedTuple

from wamigrate.model import Message, replace
from wamigrate.phrases import phrase_key
from wamigrate.register import clean_name
from wamigrate.tables import read_table
from wamigrate.transcript import Transcript
from wamigrate.web_bodies import WebBody, may_be_more, read_body
from wamigrate.web_markdown import Printed, WebMarkdown, pair_entries
from wamigrate.web_media import WebMedia

_FAILED: Final = re.compile(rb"\n<([^<>\n]{1,200})>\Z")
_LABEL: Final = re.compile(r"\[([^\[\]\n]{1,60})\](?:\([^\n]*?\)(?= |\Z))?(?: (.*))?", re.DOTALL)
_YOU: Final = "You"
"""What quotations call whoever made the export, in every language."""


def find_printed(markdown: WebMarkdown | None, transcript: Transcript, errors: str) -> list[Printed | None]:
    """Return what ``chat.md`` has for each message; None where it has nothing, or is missing."""
    if markdown is None:
        return [None] * len(transcript.names)
    pairs = pair_entries(markdown.entries, transcript.names, transcript.moments, transcript.bodies)
    found: list[Printed | None] = [None] * len(pairs)
    following: int | None = None
    for index in range(len(pairs) - 1, -1, -1):
        first = pairs[index]
        if first is not None:
            body = transcript.bodies[index].decode("utf-8", errors)
            found[index] = markdown.printed(first, following, body)
            following = first
    return found


def split_failures(
    transcript: Transcript, data: bytes, printed: Sequence[Printed | None]
) -> list[Printed | None]:
    """Make messages of their own of what could not be exported at all: ``<words>`` on a line without a time.

    In ``chat.md`` it is a paragraph in brackets; without that, the words must be known.

    Args:
        transcript: the messages, changed in place.
        data: the text.
        printed: what ``chat.md`` has for each message.

    Returns:
        what it has for each message afterwards.

    """
    peeled = {
        index: found
        for index, body in enumerate(transcript.bodies)
        if body.endswith(b">") and (found := _peel(body, printed[index])).failures
    }
    if not peeled:
        return list(printed)
    old, shown = _take_columns(transcript), list[Printed | None]()
    for index, start in enumerate(old.starts):
        found = peeled.get(index) or _Peeled(old.bodies[index], printed[index], ())
        end = old.starts[index + 1] if index + 1 < len(old.starts) else len(data)
        places = _places(found.failures, data, start, end)
        failed = len(places)
        transcript.names += [old.names[index], *[None] * failed]
        transcript.moments += [old.moments[index], *[None] * failed]
        transcript.bodies += [found.body, *found.failures]
        transcript.starts += [start, *places]
        transcript.lines += [old.lines[index] + data.count(b"\n", start, place) for place in (start, *places)]
        if index in old.absorbed:
            transcript.absorbed[len(shown)] = old.absorbed[index]
        shown += [found.printed, *[None] * failed]
    return shown


def _take_columns(transcript: Transcript) -> Transcript:
    """Return a copy of the messages, and leave the original without any."""
    old = copy(transcript)
    transcript.names, transcript.moments, transcript.bodies = [], [], []
    transcript.starts, transcript.lines, transcript.absorbed = [], [], {}
    return old


class _Peeled(NamedTuple):
    """A body without what follows it, in both files."""

    body: bytes
    printed: Printed | None
    failures: tuple[bytes, ...]


def _peel(body: bytes, printed: Printed | None) -> _Peeled:
    """Take the lines off the end of a body that stand for messages which could not be exported."""
    failures: list[bytes] = []
    while (match := _FAILED.search(body)) and _is_failure(match, printed):
        failures.insert(0, match[0][1:])
        body = body[: match.start()]
        if printed is not None:
            printed = printed._replace(body=printed.body.rpartition("\n\n[")[0])
    return _Peeled(body, printed, tuple(failures))


def _places(failures: Sequence[bytes], data: bytes, start: int, end: int) -> list[int]:
    """Return where lines at the end of a message begin."""
    places: list[int] = []
    for line in reversed(failures):
        end = data.rindex(b"\n" + line, start, end)
        places.insert(0, end + 1)
    return places


def _is_failure(match: re.Match[bytes], shown: Printed | None) -> bool:
    words = match[1].decode("utf-8", "replace")
    if shown is not None:
        return shown.body.endswith(f"\n\n[{words}]")
    return phrase_key(words) in map(phrase_key, read_table("web.toml")["placeholders"]["unexportable"])


def complete(
    messages: Sequence[Message], printed: Sequence[Printed | None], media: WebMedia, owner: str | None
) -> list[Message]:
    """Read the bodies of all messages, and find what they answer.

    Args:
        messages: as ``chat.txt`` has them.
        printed: what ``chat.md`` has for each.
        media: the files of the export.
        owner: name of whoever made the export.

    Returns:
        the messages; what others answer has a key in ``id``, which ``reply_to`` names.

    """
    completed: list[Message] = []
    heard: dict[tuple[str, str], int] = {}
    quoted = any(shown is not None and shown.quote is not None for shown in printed)
    for message, shown in zip(messages, printed, strict=True):
        found = message if message.role == "notice" else _complete(message, shown, media)
        if shown is not None and shown.quote is not None:
            place = _find_quoted(shown.quote, heard, owner)
            key = f"quote-{sha256(shown.quote.encode()).hexdigest()[:12]}"
            if place is not None:
                key = f"line-{completed[place].spans[0].line}"
                completed[place] = replace(completed[place], id=key)
            found = replace(found, reply_to=key)
        if quoted and found.author is not None:
            heard[found.author, _as_quoted(found, shown)] = len(completed)
        completed.append(found)
    return completed


def _complete(message: Message, shown: Printed | None, media: WebMedia) -> Message:
    text = message.text
    if shown is None:
        body = read_body(text, None, message.timestamp, media) if may_be_more(text) else None
    elif shown.body == text and text and text[0] != "[" and "maps.google.com" not in text:
        body = None
    else:
        body = read_body(text, shown.body, message.timestamp, media)
    return message if body is None else _with_body(message, body)


def _with_body(message: Message, body: WebBody) -> Message:
    raw = message.text if message.raw is None else message.raw
    return replace(
        message,
        kind=body.kind,
        text=body.text,
        raw=None if raw == body.text else raw,
        attachments=body.attachments,
        forwarded=body.forwarded,
        flags=(*body.flags, *message.flags),
    )


def _as_quoted(message: Message, shown: Printed | None) -> str:
    """Return how an answer quotes a message: its words, or for a file what it is called, and the caption."""
    label = _LABEL.fullmatch(shown.body) if shown is not None and message.kind == "media" else None
    if label is None:
        return message.text
    return f"{label[1]}: {label[2]}" if label[2] else label[1]


def _find_quoted(quote: str, heard: Mapping[tuple[str, str], int], owner: str | None) -> int | None:
    """Return the place of the last message that a quotation can mean; None where there is none."""
    at = quote.find(": ")
    while at >= 0:
        name = clean_name(quote[:at])
        for author in (name, owner if name == _YOU else None):
            if author is not None and (author, quote[at + 2 :]) in heard:
                return heard[author, quote[at + 2 :]]
        at = quote.find(": ", at + 1) if at < 100 else -1  # noqa: PLR2004 - no name is longer
    return None
