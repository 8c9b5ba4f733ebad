"""The schema of ``ChatStorage.sqlite``: Core Data tables, the same in outline since 2013."""

import json
import re
from collections import Counter
from datetime import datetime
from typing import Final, cast

from wamigrate.contacts import Contacts
from wamigrate.database import Cell, Database, as_float, as_int, as_text
from wamigrate.jids import bare, is_private
from wamigrate.media_paths import MediaPaths
from wamigrate.members import looks_like_file
from wamigrate.message_types import numbers
from wamigrate.printed_bodies import call_words, length_words
from wamigrate.protobuf import contents, fields, texts
from wamigrate.stored_body import Parts, Place, StoredFile, compose, notice
from wamigrate.stored_chat import Body, Entry, Owner, StoredChat, choose, moment

MAIN: Final = ("ZWAMESSAGE", "ZCHATSESSION")
"""Table and column that tell this schema."""
_COLUMNS: Final = (
    "Z_PK", "ZCHATSESSION", "ZISFROMME", "ZSTANZAID", "ZGROUPMEMBER", "ZFROMJID", "ZMESSAGEDATE",
    "ZMESSAGETYPE", "ZGROUPEVENTTYPE", "ZTEXT", "ZSORT", "ZSTARRED", "ZFLAGS",
)  # fmt: skip
_ITEM: Final = (
    "ZMEDIALOCALPATH", "ZTITLE", "ZVCARDSTRING", "ZVCARDNAME", "ZLATITUDE", "ZLONGITUDE", "ZMEDIAURL",
    "ZMETADATA",
)  # fmt: skip
_TEXT: Final = 0
_CONTACT: Final = 4
_PLACE: Final = 5
_GROUP: Final = 6
_LINK: Final = 7
_DOCUMENT: Final = 8
_EVENT: Final = 10
_POLL: Final = 46
_CALL: Final = 59
_FORWARDED: Final = 1 << 7
"""Bit of ``ZFLAGS``."""
_COCOA: Final = 978_307_200
"""Seconds from 1970 to 2001, when Apple's time begins."""
_FAR: Final = 1e12
_SEPARATOR: Final = "_$!<VCard-Separator>!$_"
_KEY: Final = re.compile(r"[0-9A-Za-z._-]{8,64}")
_QUOTED: Final = 5
"""Field of ``ZMETADATA`` with the key of the message that is answered."""
_TEMPLATES: Final = (24, 43, 51)
"""Fields of ``ZMETADATA`` with what a template says."""
_TEMPLATE_LINES: Final = (2, 6, 7)
_INFO: Final = (7, 8)
"""Fields of ``ZRECEIPTINFO`` with reactions and polls; most messages have neither."""
_INFO_MARKS: Final = (b"\x3a", b"\x42")
"""How they begin."""
_ADDED: Final = frozenset({2, 50})
_REMOVED: Final = 7
_TIMER: Final = 26
_RENAMED: Final = 56


class ChatStore:
    """All chats of a database.

    Args:
        database: the database.
        contacts: what people are called; names in this database are added.
        media: the files that came with it.

    """

    def __init__(self, database: Database, contacts: Contacts, media: MediaPaths) -> None:
        self._database = database
        self._contacts = contacts
        self._media = media
        self._sessions = {
            as_int(row): (as_text(address), as_text(name))
            for row, address, name in database.select("ZWACHATSESSION", "Z_PK", "ZCONTACTJID", "ZPARTNERNAME")
        }
        self._members = {
            as_int(row): as_text(address)
            for row, address in database.select("ZWAGROUPMEMBER", "Z_PK", "ZMEMBERJID")
        }
        self._add_names()
        self._items = database.by_key("ZWAMEDIAITEM", "ZMESSAGE", *_ITEM)
        self._infos = self._read_infos()
        self._owner = self._find_owner()

    def chats(self, source: str, wanted: str | None) -> list[StoredChat]:
        """Return the chats that are wanted, with all their messages.

        Args:
            source: ``id`` of the source.
            wanted: a name, number or address; None: all.

        Raises:
            OptionError: there is no such chat.

        """
        filled = {as_int(chat) for (chat,) in self._database.select("ZWAMESSAGE", "ZCHATSESSION")}
        chats: dict[int, StoredChat] = {}
        for row in sorted(filled):
            address, name = self._sessions.get(row, ("", ""))
            subject = None if is_private(address) else name
            chats[row] = StoredChat(address, subject, self._contacts, self._owner, source)
        kept = choose(list(chats.values()), wanted, self._database.where)
        rows = {row for row, chat in chats.items() if chat in kept}
        for cells in self._database.select("ZWAMESSAGE", *_COLUMNS, only=("ZCHATSESSION", rows)):
            chat = as_int(cells[1])
            if chat in rows:
                self._add(chats[chat], cells)
        return kept

    def _add(self, chat: StoredChat, cells: tuple[Cell, ...]) -> None:
        row_, _, own_, key, member, address, date, type_, event, text_, sort, starred, flags = cells
        row, own, text, number = as_int(row_), bool(own_), as_text(text_), as_int(type_)
        items, info = self._items.get(row), self._infos.get(row)
        marked = items or info or starred or as_int(flags) & _FORWARDED or self._database.damaged
        if number == _TEXT and text and not marked:
            sender = None if own else self._sender(chat, as_int(member), as_text(address))
            chat.add_text(row, as_int(sort), as_text(key), own, sender, _time(date), text)
            return
        entry = Entry(
            row,
            as_int(sort),
            as_text(key),
            own,
            None if own else self._sender(chat, as_int(member), as_text(address)),
            _time(date),
            _quoted(items[0][-1]) if items else None,
            forwarded=bool(as_int(flags) & _FORWARDED),
            flags=self._flags(chat, info, starred=bool(starred)) if starred or info else (),
        )
        if self._database.damaged and "\N{REPLACEMENT CHARACTER}" in text:
            entry = entry._replace(flags=(*entry.flags, "damaged-text"))
        if number == _TEXT and text:
            chat.add(entry, Body("text", text))
        elif number in (_GROUP, _EVENT):
            chat.add(entry, self._notice(chat, entry, number, as_int(event), text))
        elif number == _CALL:
            chat.add(entry, Body("call", call_words(video=False, answered=True, own=own)))
        else:
            item = items[0] if items else (None,) * len(_ITEM)
            chat.add(entry, self._body(Parts(number, own, text), item, info))

    def _body(self, parts: Parts, item: tuple[Cell, ...], info: bytes | None) -> Body:
        """Return what a message says that is more than plain text."""
        path, title, string, name, latitude, longitude, url, metadata = item
        known = numbers("ios").types.get(parts.number)
        if known is not None and known.words is not None:
            return Body("notice", parts.text or known.words, notice=True)
        if parts.number == _CONTACT:
            parts.contacts = [vcard for vcard in as_text(string).split(_SEPARATOR) if vcard] or [parts.text]
        elif parts.number == _PLACE:
            details = dict.fromkeys(filter(None, (as_text(title), as_text(name), as_text(url))))
            parts.place = Place(as_float(latitude), as_float(longitude), tuple(details))
        elif parts.number == _LINK:
            parts.text = parts.text or "\n".join(filter(None, (as_text(title), as_text(url))))
        elif path or (known is not None and known.kind == "media"):
            parts.file = _file(parts, as_text(path), as_text(title), as_text(string))
        elif parts.number == _POLL:
            parts.text = "\n".join(texts(info or b"", 8, 2)) or parts.text
            parts.options = [(option, None) for option in texts(info or b"", 8, 3, 1)]
        elif not parts.text and isinstance(metadata, bytes):
            parts.lines = _template(metadata)
        return compose(parts, known, self._media)

    def _notice(self, chat: StoredChat, entry: Entry, number: int, event: int, text: str) -> Body:
        known = numbers("ios")
        partner = self._contacts.name(chat.address) if is_private(chat.address) else ""
        if number == _EVENT:
            template = known.events.get(event)
            if event in known.calls and template is not None:
                return Body("call", template)
            return notice(event, template, {"partner": partner, "actor": partner, "text": text})
        member = chat.called(entry.sender) if entry.sender else ""
        values = {"actor": member, "users": member, "text": text}
        template = known.notices.get(event)
        if event in _ADDED or event == _REMOVED:
            values.update(self._joined(chat, member, text), text="")
            if event in _ADDED and not values["actor"]:
                template = known.variants["added"]
        elif event == _RENAMED:
            values.update(_renamed(text), text="")
        elif event == _TIMER:
            template = template if as_int(text) else known.variants["timer_off"]
            values.update(length=length_words(as_int(text)), text="")
        return notice(event, template, values)

    def _joined(self, chat: StoredChat, member: str, text: str) -> dict[str, str]:
        """Return who added or removed whom: ``actor;user,user``, or only the actor, of the sender."""
        actor, _, users = text.partition(";")
        called = ", ".join(self._called(chat, user) for user in users.split(",") if user)
        return {"actor": self._called(chat, actor), "users": called or member}

    def _called(self, chat: StoredChat, text: str) -> str:
        return chat.called(text) if "@" in text else text

    def _sender(self, chat: StoredChat, member: int, address: str) -> str | None:
        """Return who sent a message; in a chat of two nobody needs to be named."""
        if is_private(chat.address):
            return None
        found = self._members.get(member) or address
        return found if is_private(found) else None

    def _flags(self, chat: StoredChat, info: bytes | None, *, starred: bool) -> tuple[str, ...]:
        """Return what people did with a message."""
        reactions = info or b""
        found = ["starred"] if starred else []
        found += [f"reaction:{sign}:{chat.named(None, own=True)}" for sign in texts(reactions, 7, 2, 2)]
        for reaction in contents(reactions, 7, 1):
            address = next(iter(texts(reaction, 2)), "")
            name = chat.named(self._sender(chat, 0, address), own=False)
            found += [f"reaction:{sign}:{name}" for sign in texts(reaction, 3)]
        return tuple(found)

    def _read_infos(self) -> dict[int, bytes]:
        """Return what is stored beside messages, where it holds reactions or a poll."""
        return {
            as_int(row): info
            for row, info in self._database.select("ZWAMESSAGEINFO", "ZMESSAGE", "ZRECEIPTINFO")
            if isinstance(info, bytes) and any(mark in info for mark in _INFO_MARKS) and _tells(info)
        }

    def _add_names(self) -> None:
        for address, name in self._sessions.values():
            if is_private(address):
                self._contacts.add(address, name)
        for member, *names in self._database.select(
            "ZWAGROUPMEMBER", "ZMEMBERJID", "ZCONTACTNAME", "ZFIRSTNAME"
        ):
            self._contacts.add(as_text(member), *map(as_text, names))
        for somebody, pushed in self._database.select("ZWAPROFILEPUSHNAME", "ZJID", "ZPUSHNAME"):
            self._contacts.add(as_text(somebody), as_text(pushed))

    def _find_owner(self) -> Owner:
        """Find out whose phone it is: to whom messages come that somebody else sent."""
        received: Counter[str] = Counter(
            bare(as_text(to))
            for to, own in self._database.select("ZWAMESSAGE", "ZTOJID", "ZISFROMME")
            if to and not own and is_private(as_text(to))
        )
        if not received:
            return Owner()
        address = max(received, key=received.__getitem__)
        names = self._contacts.names(address)
        return Owner(names[0] if names else None, address)


def _template(metadata: bytes) -> list[str]:
    """Return the lines of a business's template."""
    paths = [(field, 1, line) for field in _TEMPLATES for line in _TEMPLATE_LINES]
    return [text for path in paths for text in texts(metadata, *path)]


def _file(parts: Parts, path: str, title: str, media_type: str) -> StoredFile:
    """Return a file; documents have their name as title, or as text, and pictures their caption as title."""
    stored = media_type if "/" in media_type else None
    if parts.number != _DOCUMENT:
        return StoredFile(path or None, stored, caption=title)
    names = [text for text in (title, parts.text) if looks_like_file(text)]
    name = names[0] if names else title or None
    return StoredFile(path or None, stored, name, caption="" if title == name else title)


def _renamed(text: str) -> dict[str, str]:
    try:
        found: object = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    subjects = cast("dict[str, object]", found) if isinstance(found, dict) else dict[str, object]()
    return {"old": str(subjects.get("previous_subject", "")), "new": str(subjects.get("new_subject", ""))}


def _quoted(metadata: Cell) -> str | None:
    if not isinstance(metadata, bytes):
        return None
    keys = texts(metadata, _QUOTED)
    return keys[0] if keys and _KEY.fullmatch(keys[0]) else None


def _tells(info: bytes) -> bool:
    """Tell whether there are reactions or a poll in what is stored beside a message."""
    return any(field in _INFO for field, _ in fields(info))


def _time(date: Cell) -> datetime | None:
    """Return a time; 0 stands for none."""
    seconds = as_float(date) or 0.0
    return moment(round((seconds + _COCOA) * 1000)) if seconds and abs(seconds) < _FAR else None
