"""What a body in an export from WhatsApp Web is: words, a file, a place, a poll, or only a placeholder.

``chat.md`` prints what WhatsApp wrote otherwise than ``chat.txt`` (``[Image]`` for ``<image omitted>``) and
what people wrote alike, which tells them apart in every language. Where it is missing, the words themselves
must be known.
"""

import re
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from wamigrate import phrases
from wamigrate.members import looks_like_file
from wamigrate.model import Attachment, Kind
from wamigrate.phrases import LONGEST, Phrase, phrase_key
from wamigrate.tables import read_table
from wamigrate.web_media import WebMedia, noun_type

_LEAD: Final = re.compile(r"\[([^\[\]\n]{1,60})\] ")
_ANGLE: Final = re.compile(r"<([^<>\n]{1,80})>(?: (.*))?", re.DOTALL)
_SQUARE: Final = re.compile(r"\[([^\[\]\n]{1,80})\](?: (.*))?", re.DOTALL)
_LINK: Final = re.compile(r"\[[^\[\]\n]{1,60}\]\([^/\n]{1,20}/")
_LINK_END: Final = re.compile(r"\)(?= |\Z)")
_LONGEST_NAME: Final = 255
_ATTACHED: Final = re.compile(r"([^\n]{1,255}?) \(([^()\n]{2,60})\)(?: (.*))?", re.DOTALL)
_LOCATION: Final = re.compile(
    r"(?:.{1,2000}: )?([^:\n]{1,40}): (-?\d+(?:\.\d+)?), (-?\d+(?:\.\d+)?) - https://maps\.google\.com/\?q=\2,\3",
    re.DOTALL,
)
_POLL: Final = re.compile(r"([^:\n]{1,30})(?:: [^\n]*)?((?:\n    - [^\n]*){1,20})")
_CONTACT: Final = re.compile(r"([^:\n]{1,30}): (?:[^\n]{1,200}|BEGIN:VCARD\r?\n.*END:VCARD\s*)", re.DOTALL)
_COUNTED: Final = re.compile(r"\[(\d+) [^\[\]\n]{1,40}\]")
_TYPE: Final = re.compile(r"[a-z]+(?:_[a-z]+)* message")
"""What stands for kinds of messages that the export does not know: ``<order message>``."""
_LIKELY: Final = re.compile(r"[<\[]|[^\n]{1,255} \(|[^\n]{1,60}(?::|attached\Z)|[^\n]*\n    - ")


class WebBody(NamedTuple):
    """What was found out about a body."""

    kind: Kind
    text: str
    attachments: tuple[Attachment, ...] = ()
    flags: tuple[str, ...] = ()
    forwarded: bool = False


def read_body(body: str, printed: str | None, when: datetime | None, media: WebMedia) -> WebBody | None:
    """Tell what a body is; None for plain text.

    Args:
        body: as ``chat.txt`` has it.
        printed: as ``chat.md`` prints it; None where that is not known.
        when: time of the message.
        media: the files of the export.

    """
    if not body:
        return WebBody("empty", "")
    lead = _LEAD.match(body)
    flags = _forwarded(lead[1]) if lead else None
    if lead is None or flags is None:
        return _read(body, printed, when, media)
    inside = printed.removeprefix(lead[0]) if printed is not None and printed.startswith(lead[0]) else None
    rest = body[lead.end() :]
    found = _read(rest, inside, when, media) or WebBody("text", rest)
    return found._replace(forwarded=True, flags=(*flags, *found.flags))


def may_be_more(body: str) -> bool:
    """Tell cheaply whether a body of which nothing else is known could be more than plain text."""
    return not body or _LIKELY.match(body) is not None or len(body) <= LONGEST


def _forwarded(word: str) -> tuple[str, ...] | None:
    key = phrase_key(word)
    if key in _keys("forwarded_many"):
        return ("forwarded-many-times",)
    return () if key in _keys("forwarded") else None


def _read(body: str, printed: str | None, when: datetime | None, media: WebMedia) -> WebBody | None:
    place = _LOCATION.fullmatch(body)
    if place is not None:
        live = phrase_key(place[1]) in _keys("live_location")
        return WebBody("location", body, flags=("live-location",) if live else ())
    if printed == body:
        return None
    return (
        _read_placeholder(body, printed)
        or _read_deleted(body, printed)
        or _read_attached(body, printed, when, media)
        or _read_contact(body, printed)
        or _read_poll(body, printed)
    )


def _read_deleted(body: str, printed: str | None) -> WebBody | None:
    """Read what stands for a message that was deleted, or has not arrived: ``chat.md`` has it in italics."""
    if printed is not None and printed != f"_{body}_":
        return None
    key = phrase_key(body) if len(body) <= LONGEST else ""
    if key in _keys("deleted_by_admin") or _names_admin(body):
        return WebBody("deleted", body, flags=("deleted-by-admin",))
    phrase = phrases.whole_bodies().get(key)
    if phrase is not None and phrase.kind in ("deleted", "unsupported") and not phrase.marked_only:
        return WebBody(phrase.kind, body, flags=phrase.flags)
    return None if printed is None else WebBody("deleted", body)


def _names_admin(body: str) -> bool:
    short = len(body) <= LONGEST * 2 and "\n" not in body
    return short and any(
        body.startswith(hole.prefix) and body.endswith(hole.suffix) for hole in phrases.deleted_by()
    )


def _read_placeholder(body: str, printed: str | None) -> WebBody | None:
    """Read ``<image omitted> caption``, ``<AI message>``, ``<order message>``."""
    match = _ANGLE.fullmatch(body)
    if match is None:
        return None
    shown = None if printed is None else _SQUARE.fullmatch(printed)
    if printed is not None and (shown is None or shown[2] != match[2]):
        return None
    words, caption = match.groups()
    phrase = _placeholders().get(phrase_key(words))
    if phrase is not None:
        return _omitted(phrase, body, caption)
    same = shown is not None and shown[1] == words
    type_ = _TYPE.fullmatch(words) is not None
    if caption is None and (same or type_ or phrase_key(words) in _answers()):
        answer = phrase_key(words) in _answers() or not type_
        return WebBody("unsupported", body, flags=("placeholder",) if answer else ())
    return None if shown is None else _omitted(Phrase("media"), body, caption)


def _omitted(phrase: Phrase, body: str, caption: str | None) -> WebBody:
    if phrase.kind not in ("media", "contact"):
        return WebBody(phrase.kind, body, flags=phrase.flags)
    attachment = Attachment(media_type=phrase.media_type, caption=caption)
    return WebBody(phrase.kind, caption or "", (attachment,), phrase.flags)


def _read_attached(body: str, printed: str | None, when: datetime | None, media: WebMedia) -> WebBody | None:
    """Read ``name (file attached) caption``, and ``GIF attached``, which names no file."""
    if printed is not None:
        return _read_linked(body, printed, when, media)
    if phrase_key(body) in _keys("gif_attached"):
        return WebBody("media", "", (media.attach("video", when, None),))
    match = _ATTACHED.fullmatch(body)
    if match is None or phrase_key(match[2]) not in phrases.attached_notes():
        return None
    name, caption = match[1], match[3]
    if not (looks_like_file(name) or noun_type(name) or media.knows(name)):
        return None
    return WebBody("media", caption or "", (media.attach(name, when, caption),))


def _read_linked(body: str, printed: str, when: datetime | None, media: WebMedia) -> WebBody | None:
    """Read an attached file by its link in ``chat.md``: ``[Image](media/name) caption``."""
    link = _LINK.match(printed)
    if link is None:
        return None
    name = caption = ""
    for end in _LINK_END.finditer(printed, link.end(), link.end() + _LONGEST_NAME):
        name, caption = printed[link.end() : end.start()], printed[end.end() + 1 :]
        tail = f") {caption}" if caption else ")"
        if body.startswith(f"{name} (") and body.endswith(tail) and "\n" not in name:
            return WebBody("media", caption, (media.attach(name, when, caption or None),))
    if not name or caption or "\n" in body or len(body) > LONGEST:
        return None
    attachment = media.attach(name if media.knows(name) else "video", when, None)
    return WebBody("media", "", (attachment,))


def _read_contact(body: str, printed: str | None) -> WebBody | None:
    match = _CONTACT.fullmatch(body)
    if match is not None and (
        phrase_key(match[1]) in _keys("contact") if printed is None else printed == f"[{body}]"
    ):
        return WebBody("contact", body)
    count = None if printed is None else _COUNTED.fullmatch(printed)
    counted = count is not None and body.startswith(f"{count[1]} ") and "\n" not in body
    if counted or (printed is None and re.sub(r"^\d+ ", "{x} ", phrase_key(body[:LONGEST])) in _counts()):
        return WebBody("contact", body)
    return None


def _read_poll(body: str, printed: str | None) -> WebBody | None:
    match = _POLL.fullmatch(body)
    if match is None:
        return None
    head, *options = body.split("\n    - ")
    if printed is None:
        return WebBody("poll", body) if phrase_key(match[1]) in _keys("poll") else None
    return WebBody("poll", body) if printed == "\n- ".join([f"**{head}**", *options]) else None


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = read_table("web.toml")
    return table


@cache
def _keys(kind: str) -> frozenset[str]:
    words = _table()[kind] if kind in _table() else _table()["words"][kind]
    return frozenset(map(phrase_key, words))


@cache
def _counts() -> frozenset[str]:
    return frozenset(re.sub(r"^\d+ ", "{x} ", key) for key in _keys("contacts_shared"))


@cache
def _answers() -> frozenset[str]:
    return frozenset(map(phrase_key, _table()["placeholders"]["answers"]))


@cache
def _placeholders() -> dict[str, Phrase]:
    """Return what stands in angle brackets for something that was left out, without these."""
    found = {key[1:-1]: phrase for key, phrase in phrases.placeholders().items() if key.startswith("<")}
    live = {key[1:-1]: phrase for key, phrase in phrases.whole_bodies().items() if key.startswith("<")}
    own = {
        phrase_key(word): Phrase(kind, media_type)
        for word, (kind, media_type) in _table()["placeholders"]["omitted"].items()
    }
    return {**own, **found, **live}
