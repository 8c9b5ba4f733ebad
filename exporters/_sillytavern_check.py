"""Reading chats of SillyTavern back, as its server and its page do (``src/endpoints/chats.js``)."""

import binascii
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final, Literal

from wamigrate.addresses import from_address
from wamigrate.archived import Archived, ArchivedMessage, Finding
from wamigrate.errors import ParseError, WamigrateError
from wamigrate.loose import Object, as_list, as_object, as_text, begins_with, files_named, objects, parse_json
from wamigrate.png import read_texts
from wamigrate.reader_rules import Rules
from wamigrate.source import Member, Source

SUFFIX: Final = ".jsonl"
CARD: Final = "chara"
"""Keyword of a character in a picture."""
_KEYS: Final = ("user_name", "character_name", "chat_metadata")
_MEDIA: Final = ("image", "video", "audio")
_rules: Final = Rules("sillytavern")


def recognises(source: Source) -> bool:
    """Tell a chat by its first line."""
    return begins_with(source, b"{", *_KEYS, suffix=SUFFIX)


def check(source: Source) -> Iterator[Finding]:
    """Yield every rule that a file breaks."""
    names = {member.name for member in source.members}
    for member in files_named(source, SUFFIX):
        lines = [*_read(source, member)]
        for rule, place in _broken(lines, names if source.kind != "file" else None):
            yield _rules.broken(rule, f"{member.name}{place}")
        folder, _, _ = member.name.rpartition("/")
        card = f"characters/{folder.rpartition('/')[2]}.png"
        if source.kind != "file" and (card not in names or not _is_card(source, card)):
            yield _rules.broken("character", card)


def contents(source: Source) -> Iterator[Archived]:
    """Yield the conversations in the order in which they were written, where chats tell it."""
    for member in sorted(files_named(source, SUFFIX), key=partial(_number, source)):
        first, *lines = [line or {} for line in _read(source, member)] or [{}]
        about = _about(first)
        title = as_text(about.get("title")) or member.basename.removesuffix(SUFFIX)
        yield Archived(title, tuple(map(_message, lines)))


def _read(source: Source, member: Member) -> Iterator[dict[str, object] | None]:
    """Yield the lines; None for one that is no object, which SillyTavern passes over."""
    for number, line in enumerate(source.read(member).split(b"\n"), 1):
        try:
            value = parse_json(line, f"{source.where(member)}, line {number}")
        except ParseError:
            yield None
        else:
            yield as_object(value) or None


def _about(first: Object) -> dict[str, object]:
    return as_object(as_object(first.get("chat_metadata")).get("wamigrate"))


def _number(source: Source, member: Member) -> tuple[int, str]:
    """Return what chats are sorted by: their number, then their name."""
    first = next(_read(source, member), None) or {}
    number = _about(first).get("number")
    return (number if isinstance(number, int) else 0), member.name


def _message(line: Object) -> ArchivedMessage:
    extra = as_object(line.get("extra"))
    return ArchivedMessage(
        _role(line),
        as_text(line.get("mes")),
        _time(line.get("send_date")),
        as_text(as_object(extra.get("wamigrate")).get("id")) or None,
        tuple(as_text(medium.get("title")) for medium in objects(extra.get("media"))),
    )


def _role(line: Object) -> Literal["user", "assistant", "notice"]:
    if line.get("is_user") is not True:
        return "assistant"
    return "notice" if line.get("is_system") is True else "user"


def _time(value: object) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(as_text(value))
    return None


def _broken(lines: list[dict[str, object] | None], names: set[str] | None) -> Iterator[tuple[str, str]]:
    """Yield the rules that a chat breaks, each with its line."""
    first = (lines[0] if lines else None) or {}
    if not all(as_text(first.get(key)) for key in ("user_name", "character_name")) or "mes" in first:
        yield "first-line", ":1"
    if len(lines) < 2:  # noqa: PLR2004 - the first line, and a message
        yield "messages", ""
    for number, line in enumerate(lines[1:], 2):
        if line is None:
            yield "line", f":{number}"
            continue
        for rule in _broken_line(line, names):
            yield rule, f":{number}"


def _broken_line(line: Object, names: set[str] | None) -> Iterator[str]:
    if not as_text(line.get("name")):
        yield "name"
    if not all(isinstance(line.get(key), bool) for key in ("is_user", "is_system")):
        yield "side"
    media = list(objects(as_object(line.get("extra")).get("media")))
    if not isinstance(line.get("mes"), str) or not (as_text(line.get("mes")).strip() or media):
        yield "text"
    if "send_date" in line and _time(line["send_date"]) is None:
        yield "time"
    for medium in media:
        path = from_address(as_text(medium.get("url"))).removeprefix("/")
        if medium.get("type") not in _MEDIA or (names is not None and path not in names):
            yield "media"


def _is_card(source: Source, name: str) -> bool:
    """Tell whether a picture holds a character."""
    try:
        text = b64decode(read_texts(source.read(source.find(name))).get(CARD, ""), validate=True)
        card = as_object(parse_json(text, name))
    except (WamigrateError, binascii.Error):
        return False
    data = as_object(card.get("data"))
    lists = all(isinstance(data.get(key), list) for key in ("tags", "alternate_greetings"))
    return (
        card.get("spec") == "chara_card_v2"
        and lists
        and bool(as_text(data.get("name")) and as_list(data["tags"]))
    )
