"""The schema of ``msgstore.db`` until 2020: one wide table ``messages``, with chats by their addresses."""

from collections.abc import Iterable, Iterator
from typing import Final

from wamigrate.contacts import Contacts
from wamigrate.database import Cell, Database, as_float, as_int, as_text
from wamigrate.jids import is_private
from wamigrate.media_paths import MediaPaths
from wamigrate.message_types import numbers
from wamigrate.printed_bodies import call_words
from wamigrate.stored_body import Parts, Place, StoredFile, compose, notice
from wamigrate.stored_chat import Body, Entry, Owner, StoredChat, choose, moment

MAIN: Final = ("messages", "key_remote_jid")
"""Table and column that tell this schema."""
_COLUMNS: Final = (
    "_id", "key_remote_jid", "key_from_me", "key_id", "remote_resource", "timestamp", "media_wa_type", "data",
    "status", "starred", "forwarded", "quoted_row_id", "edit_version",
    "media_mime_type", "media_name", "media_caption", "media_size", "latitude", "longitude",
)  # fmt: skip
_TEXT: Final = 0
_CONTACTS: Final = frozenset({4, 14})
_PLACES: Final = frozenset({5, 16})
_CALLS: Final = frozenset({8, 10})
_MISSED: Final = 10
_DELETED: Final = 15
_BY_THEMSELVES: Final = frozenset({4, 5, 13, 20})
"""What somebody did without another: join, leave. Whom else it is about is in a binary column."""
_NOTICE: Final = 6
"""``status`` of what WhatsApp itself wrote."""
_REVOKED: Final = 7
"""``edit_version`` of a message that was deleted."""
_SENTINEL: Final = "-1"
_SERIALIZED: Final = b"Media/"
"""How the path begins in the serialised Java object that older versions keep with a picture's preview."""
_LENGTH: Final = 2


class LegacyStore:
    """All chats of a database.

    Args:
        database: the database.
        contacts: what people are called.
        media: the files that came with it.

    """

    def __init__(self, database: Database, contacts: Contacts, media: MediaPaths) -> None:
        self._database = database
        self._contacts = contacts
        self._media = media
        self._files = database.by_key("message_media", "message_row_id", "file_path")
        self._paths = dict(_paths_in_previews(database))
        self._vcards = database.by_key("messages_vcards", "message_row_id", "vcard")
        self._quotes = database.by_key("messages_quotes", "_id", "key_id")
        self._calls = database.by_key("missed_call_logs", "message_row_id", "video_call")
        self._actions = database.by_key("message_system", "message_row_id", "action_type")
        self._owner = Owner()
        self.unread: list[int] = []

    def chats(self, source: str, wanted: str | None) -> list[StoredChat]:
        """Return the chats that are wanted, with all their messages.

        Args:
            source: ``id`` of the source.
            wanted: a name, number or address; None: all.

        Raises:
            OptionError: there is no such chat.

        """
        chats = {
            address: StoredChat(address, subject, self._contacts, self._owner, source)
            for address, subject in self._listed()
        }
        kept = choose(list(chats.values()), wanted, self._database.where)
        chosen = {chat.address for chat in kept}
        for cells in self._database.select("messages", *_COLUMNS):
            address = as_text(cells[1])
            if address != _SENTINEL and address in chosen:
                self._add(chats[address], cells)
        return [chat for chat in kept if len(chat)]

    def _listed(self) -> Iterator[tuple[str, str]]:
        """Yield every chat with messages, and the group's name."""
        subjects = dict[str, str]()
        for address, subject in self._database.select("chat_list", "key_remote_jid", "subject"):
            subjects[as_text(address)] = as_text(subject)
        for address, subject in self._named():
            subjects.setdefault(address, subject)
        filled = dict.fromkeys(as_text(row[0]) for row in self._database.select("messages", "key_remote_jid"))
        known = [address for address in subjects if address in filled]
        for address in dict.fromkeys((*known, *filled)):
            if address != _SENTINEL:
                yield address, subjects.get(address, "")

    def _named(self) -> Iterable[tuple[str, str]]:
        """Yield the chats of versions that already keep them by number."""
        addresses = {
            as_int(row): as_text(raw) for row, raw in self._database.select("jid", "_id", "raw_string")
        }
        for jid, subject in self._database.select("chat", "jid_row_id", "subject"):
            if address := addresses.get(as_int(jid)):
                yield address, as_text(subject)

    def _add(self, chat: StoredChat, cells: tuple[Cell, ...]) -> None:
        row, _, own, key, sender, time, type_, text, status, starred, forwarded, quoted, edit, *rest = cells
        sent_by = as_text(sender) if sender and not is_private(chat.address) else None
        quotes = self._quotes.get(as_int(quoted))
        entry = Entry(
            as_int(row),
            as_int(row),
            as_text(key),
            bool(as_int(own)),
            sent_by,
            moment(as_int(time)),
            as_text(quotes[0][0]) if quotes else None,
            forwarded=as_int(forwarded) > 0,
            flags=("starred",) if as_int(starred) else (),
        )
        number = _DELETED if as_int(edit) == _REVOKED else as_int(type_)
        if as_int(status) == _NOTICE:
            chat.add(entry, self._notice(chat, entry, as_text(text), as_int(rest[3])))
        elif number == _TEXT and text:
            chat.add(entry, Body("text", as_text(text)))
        elif number in _CALLS:
            chat.add(entry, self._call(entry, number, as_text(text)))
        else:
            chat.add(entry, self._body(entry, number, as_text(text), rest))

    def _notice(self, chat: StoredChat, entry: Entry, text: str, size: int) -> Body:
        if entry.row in self._calls:
            return self._call(entry, _MISSED, text)
        stored = self._actions.get(entry.row)
        number = as_int(stored[0][0]) if stored else size
        partner = self._contacts.name(chat.address) if is_private(chat.address) else ""
        actor = chat.called(entry.sender) if entry.sender else "you" if entry.own else partner
        users = actor if number in _BY_THEMSELVES else ""
        values = {"actor": actor, "users": users, "partner": partner, "text": text}
        return notice(number, numbers("android").notices.get(number), values)

    def _call(self, entry: Entry, number: int, text: str) -> Body:
        logged = self._calls.get(entry.row)
        video = text == "video" or bool(logged and as_int(logged[0][0]))
        return Body("call", call_words(video=video, answered=number != _MISSED, own=entry.own))

    def _body(self, entry: Entry, number: int, text: str, rest: list[Cell]) -> Body:
        media_type, name, caption, _, latitude, longitude = rest
        known = numbers("android").types.get(number)
        parts = Parts(number, entry.own, "" if number in _PLACES else text)
        if number in _CONTACTS:
            parts.contacts = [as_text(vcard) for (vcard,) in self._vcards.get(entry.row, ())] or [text]
            parts.text = ""
        elif number in _PLACES:
            parts.place = Place(
                as_float(latitude), as_float(longitude), tuple(filter(None, (as_text(name),)))
            )
        elif known is not None and known.kind == "media":
            parts.text = ""
            parts.file = StoredFile(
                self._path(entry.row), as_text(media_type) or None, as_text(name) or None, as_text(caption)
            )
        return compose(parts, known, self._media)

    def _path(self, row: int) -> str | None:
        """Return where the phone has a file: in a table of its own, or inside a serialised object."""
        stored = self._files.get(row)
        return as_text(stored[0][0]) if stored and stored[0][0] else self._paths.get(row)


def _paths_in_previews(database: Database) -> Iterator[tuple[int, str]]:
    if not database.has("messages", "thumb_image"):
        return
    for row, preview in database.select("messages", "_id", "thumb_image"):
        path = _path_in(preview) if isinstance(preview, bytes) else None
        if path is not None:
            yield as_int(row), path


def _path_in(serialized: bytes) -> str | None:
    r"""Return the path in a serialised ``MediaData``: a Java string, its length in the two bytes before it.

    >>> _path_in(b"\xac\xed\x00\x05...t\x00\x10Media/a/IMG1.jpgx")
    'Media/a/IMG1.jpg'
    """
    at = serialized.find(_SERIALIZED)
    size = int.from_bytes(serialized[max(at - _LENGTH, 0) : max(at, 0)], "big")
    if not len(_SERIALIZED) < size <= len(serialized) - at:
        return None
    return serialized[at : at + size].decode("utf-8", "replace")
