"""The JSON of WhatsApp-Chat-Exporter: its own, and what it writes for readers of Telegram's."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from wamigrate.errors import ParseError

from ._chat_exporter_rows import ExportedChat, ExportedRow, is_sentence

_OWN: Final = re.compile(
    rb"\s*\{\s*\"[^\"]{1,100}\"\s*:\s*\{\s*\"name\"\s*:[^{}]{0,4000}?\"type\"\s*:\s*\"(?:android|ios|exported)\"\s*,"
    rb"\s*\"my_avatar\"",
)
_TELEGRAM: Final = re.compile(
    rb"\s*\{\s*\"name\"\s*:[^{}\[\]]{0,4000}?\"type\"\s*:\s*\"(?:personal_chat|private_group|calls|status_broadcast"
    rb"|broadcast_channel)\"\s*,\s*\"id\"\s*:\s*\d+,\s*\"messages\"\s*:\s*\[\s*\{[^{}]{0,400}?\"date_unixtime\"\s*:\s*\d"
)
"""Telegram itself puts the number in quotation marks."""
_MILLISECONDS: Final = 9_999_999_999
"""Larger times are no seconds; the exporter draws the same line."""
_LATEST: Final = 253_402_300_799
_EXPORTED: Final = "exported"
_HALF_DAY: Final = 12 * 60
_DAY: Final = 24 * 60
_BREAK: Final = "<br>"
_SPACED: Final = " <br>"
_MOST: Final = 0.9
"""Share of line breaks with a blank before by which an export of Android is known to put it there."""
_PHONE_FILE: Final = re.compile(r"(?:[^\n<>]*/)?(?:Media|Message)/[^\n<>]+\.\w{1,8}")


class _Row(Struct):
    """A message; fields that the exporter leaves out in some version have a default."""

    from_me: bool | int
    timestamp: float | None
    key_id: Any = None
    time: Any = None
    media: bool = False
    meta: bool = False
    data: Any = None
    sender: str | None = None
    safe: bool = False
    mime: str | None = None
    message_type: int | None = None
    reply: Any = None
    caption: str | None = None
    reactions: dict[str, Any] = {}


class _Chat(Struct):
    messages: dict[str, _Row]
    name: str | None = None
    type: str | None = None


class _TelegramRow(Struct, rename={"sender": "from"}):
    id: int
    date_unixtime: int
    text: str | None = None
    sender: str | None = None
    from_id: str | None = None
    reply_to_message_id: int | None = None


class _TelegramChat(Struct):
    name: str
    type: str
    id: int
    messages: list[_TelegramRow]


_chats: Final = msgspec.json.Decoder(dict[str, _Chat])
_telegram: Final = msgspec.json.Decoder(_TelegramChat)


def is_json(head: bytes) -> bool:
    """Tell from its first bytes whether a file is the exporter's JSON."""
    return _OWN.match(head) is not None or _TELEGRAM.match(head) is not None


def read_json(data: bytes, where: str) -> tuple[list[ExportedChat], str | None]:
    """Read a file of the exporter.

    Args:
        data: the file.
        where: its name, for errors.

    Returns:
        the chats, and the platform they are from, if it says.

    Raises:
        ParseError: it is broken.

    """
    try:
        if _TELEGRAM.match(data):
            return [_telegram_chat(_telegram.decode(data))], None
        chats = _chats.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError(f"{where}: is no complete JSON of WhatsApp-Chat-Exporter: {error}") from error
    platforms = {chat.type for chat in chats.values()} - {_EXPORTED}
    found = [_chat(address, chat) for address, chat in chats.items() if chat.messages]
    return found, platforms.pop() if len(platforms) == 1 else None


def _chat(address: str, chat: _Chat) -> ExportedChat:
    spaced = chat.type == "android" and _breaks_are_spaced(chat.messages)
    rows = (
        _row(place, row, local=chat.type == _EXPORTED, line_break=_SPACED if spaced else _BREAK)
        for place, row in enumerate(chat.messages.values(), 1)
    )
    return ExportedChat(address if "@" in address else "", chat.name, tuple(rows))


def _breaks_are_spaced(rows: Mapping[str, _Row]) -> bool:
    """Tell whether line feeds became a blank and a tag, as newer versions make of Android's."""
    texts = [row.data for row in rows.values() if not row.meta and isinstance(row.data, str)]
    every = sum(text.count(_BREAK) for text in texts)
    return every > 0 and sum(text.count(_SPACED) for text in texts) >= _MOST * every


def _row(place: int, row: _Row, *, local: bool, line_break: str) -> ExportedRow:
    text = None if row.data is None else str(row.data)
    is_file = row.media and not row.meta
    if text is not None and not row.meta:
        text = text.replace(line_break, "\n")
    return ExportedRow(
        place=place,
        key=str(row.key_id if row.key_id is not None else place),
        own=bool(row.from_me),
        time=_time(row, local=local),
        sender=row.sender,
        text=None if is_file else text,
        system=row.meta,
        path=text if is_file else None,
        media_type=row.mime,
        caption=row.caption,
        reply_to=None if row.reply is None else str(row.reply),
        reactions=tuple((str(sign), who) for who, sign in row.reactions.items() if sign),
        type=row.message_type,
    )


def _time(row: _Row, *, local: bool) -> datetime | None:
    """Return when a message was written.

    Databases know the moment. Of a chat that a phone exported, the exporter took the wall clock for that of
    its own computer; the hour that it prints beside tells how far that was from UTC.
    """
    moment = _moment(row.timestamp)
    if moment is None or not local:
        return moment
    wall = moment.replace(tzinfo=None)
    printed = re.fullmatch(r"(\d{1,2}):(\d\d)", str(row.time or ""))
    if printed is None:
        return wall
    ahead = int(printed[1]) * 60 + int(printed[2]) - wall.hour * 60 - wall.minute
    return wall + timedelta(minutes=(ahead + _HALF_DAY) % _DAY - _HALF_DAY)


def _moment(stamp: float | None) -> datetime | None:
    if stamp is None:
        return None
    seconds = stamp / 1000 if stamp > _MILLISECONDS else stamp
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds <= _LATEST else None


def _telegram_chat(chat: _TelegramChat) -> ExportedChat:
    group = chat.type == "private_group"
    address = f"{chat.id}@{'g.us' if group else 's.whatsapp.net'}" if chat.id else ""
    rows = tuple(_telegram_rows(chat, group=group))
    return ExportedChat(address, None if "@" in chat.name else chat.name, rows)


def _telegram_rows(chat: _TelegramChat, *, group: bool) -> Iterator[ExportedRow]:
    for place, row in enumerate(chat.messages, 1):
        own = row.from_id == "user00000"
        text = (row.text or "").replace(_SPACED, "\n").replace(_BREAK, "\n")
        is_file = _PHONE_FILE.fullmatch(text) is not None
        yield ExportedRow(
            place=place,
            key=str(row.id),
            own=own,
            time=_moment(row.date_unixtime),
            sender=row.sender if group and not own and row.sender != str(chat.id) else None,
            text=None if is_file else text,
            system=is_sentence(text),
            path=text if is_file else None,
            reply_to=None if row.reply_to_message_id is None else str(row.reply_to_message_id),
        )
