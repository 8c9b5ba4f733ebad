"""The schema of ``msgstore.db`` since 2020: table ``message``, with a table for each kind of detail."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from wamigrate.contacts import Contacts
from wamigrate.database import Cell, Database, as_int, as_text
from wamigrate.jids import is_private
from wamigrate.media_paths import MediaPaths
from wamigrate.message_types import numbers
from wamigrate.printed_bodies import call_words
from wamigrate.stored_body import Parts, compose
from wamigrate.stored_chat import Body, Entry, Owner, StoredChat, choose, moment
from wamigrate.wording import count_words

from ._msgstore_calls import Calls
from ._msgstore_details import Details
from ._msgstore_notices import stored_notice

MAIN: Final = ("message", "chat_row_id")
"""Table and column that tell this schema."""
_COLUMNS: Final = (
    "_id", "chat_row_id", "from_me", "key_id", "sender_jid_row_id", "timestamp", "message_type", "text_data",
    "sort_id", "starred", "origination_flags",
)  # fmt: skip
_TEXT: Final = 0
_NOTICE: Final = 7
_CALLS: Final = frozenset({8, 10, 90})
_MISSED: Final = 10
_ALBUM: Final = 99
_FORWARDED: Final = 1
"""Bit of ``origination_flags``."""
_MANY_TIMES: Final = 5
"""``forward_score`` from which WhatsApp says "Forwarded many times"."""
_ASSISTANT: Final = "@bot"
_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"
_SENTINEL: Final = "-1"
"""Key of a row that is no message; WhatsApp puts it first into every database."""


class CurrentStore:
    """All chats of a database.

    Args:
        database: the database.
        contacts: what people are called; links of hidden numbers are added.
        media: the files that came with it.

    """

    def __init__(self, database: Database, contacts: Contacts, media: MediaPaths) -> None:
        self._database = database
        self._contacts = contacts
        self._media = media
        self._addresses = {
            as_int(row): as_text(raw) or f"{as_text(user)}@{as_text(server)}"
            for row, user, server, raw in database.select("jid", "_id", "user", "server", "raw_string")
        }
        self._link_hidden_numbers()
        self._details = Details(database)
        self._quoted = database.by_key("message_quoted", "message_row_id", "key_id")
        self._edited = database.by_key("message_edit_info", "message_row_id", "original_key_id")
        self._forwarded = database.by_key("message_forwarded", "message_row_id", "forward_score")
        self._aliases = self._earlier_keys()
        self._reactions = self._read_reactions()
        self._special = {*self._quoted, *self._edited, *self._forwarded, *self._reactions}
        self._calls = Calls(database, self._resolved)
        self._owner = self._find_owner()
        if self._owner.address:
            contacts.add(self._owner.address, self._owner.name)
        self.unread: list[int] = []

    def chats(self, source: str, wanted: str | None) -> list[StoredChat]:
        """Return the chats that are wanted, with all their messages.

        Args:
            source: ``id`` of the source.
            wanted: a name, number or address; None: all.

        Raises:
            OptionError: there is no such chat.

        """
        channels = self._database.by_key("newsletter", "chat_row_id", "name")
        chats = {
            as_int(row): StoredChat(
                self._address(jid),
                as_text(subject) or as_text(channels.get(as_int(row), [(None,)])[0][0]),
                self._contacts,
                self._owner,
                source,
            )
            for row, jid, subject in sorted(
                self._database.select("chat", "_id", "jid_row_id", "subject"), key=_row
            )
        }
        if wanted is not None:
            filled = {as_int(chat) for (chat,) in self._database.select("message", "chat_row_id")}
            offered = [chat for row, chat in chats.items() if row in filled]
            kept = choose(offered, wanted, self._database.where)
            chats = {row: chat for row, chat in chats.items() if chat in kept}
        only = None if wanted is None else chats.keys()
        for chat, cells in self._rows(only):
            if chat not in chats:
                chats[chat] = StoredChat("", None, self._contacts, self._owner, source)
            self._add(chats[chat], cells)
        strangers = self._add_calls(chats.values(), source, every=wanted is None)
        return [chat for chat in (*chats.values(), *strangers) if len(chat)]

    def _rows(self, only: Collection[int] | None) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        chosen = None if only is None else ("chat_row_id", only)
        for cells in self._database.select("message", *_COLUMNS, only=chosen):
            chat = as_int(cells[1])
            if cells[3] != _SENTINEL and (only is None or chat in only):
                yield chat, cells

    def _add(self, chat: StoredChat, cells: tuple[Cell, ...]) -> None:
        row_, _, own_, key, sender_, time, type_, text_, sort, starred, origin = cells
        row, own, text = as_int(row_), bool(own_), as_text(text_)
        sender = self._sender(chat, sender_) if sender_ else None
        stamp = moment(as_int(time))
        plain = type_ == _TEXT and bool(text) and row not in self._details.messages
        marked = starred or row in self._special or as_int(origin) & _FORWARDED or self._database.damaged
        if plain and not marked:
            chat.add_text(row, as_int(sort), as_text(key), own, sender, stamp, text)
            return
        quoted = self._quoted.get(row)
        entry = Entry(
            row,
            as_int(sort),
            as_text(key),
            own,
            sender,
            stamp,
            self._present_key(as_text(quoted[0][0])) if quoted else None,
            row in self._edited,
            row in self._forwarded or bool(as_int(origin) & _FORWARDED),
            self._flags(chat, row, text, starred=bool(starred)),
        )
        body = Body("text", text) if plain else self._body(chat, entry, as_int(type_), text, as_int(time))
        chat.add(entry, body)

    def _body(self, chat: StoredChat, entry: Entry, number: int, text: str, time: int) -> Body:
        """Return what a message says that is more than plain text."""
        row, details = entry.row, self._details
        if number == _NOTICE:
            partner = self._contacts.name(chat.address) if is_private(chat.address) else ""
            actor = chat.called(entry.sender) if entry.sender else "you" if entry.own else partner
            return stored_notice(details, row, text, actor, partner, lambda one: self._called(chat, one))
        if number == _ALBUM:
            return self._album(row)
        if number in _CALLS:
            return self._call(chat, entry, number, text, time)
        parts = Parts(number, entry.own, text)
        details.fill(parts, row)
        parts.mentions = [self._mention(mention) for mention in details.all("message_mentions", row)]
        admin = details.number("message_revoked", row)
        parts.deleted_by = self._called(chat, admin) or None
        if details.has_unread_answer(row) and not parts.text:
            self.unread.append(row)
        known = numbers("android").types.get(number)
        if known is not None and known.words is not None:
            return Body("notice", text or known.words, notice=True)
        return compose(parts, known, self._media)

    def _album(self, row: int) -> Body:
        """Return what stands for several pictures; each of them is a message of its own."""
        images, videos = self._details.first("message_album", row) or (0, 0)
        counted = ((as_int(images), "picture"), (as_int(videos), "video"))
        words = " and ".join(count_words(count, what) for count, what in counted if count)
        return Body("notice", f"Album of {words}" if words else "Album", notice=True)

    def _call(self, chat: StoredChat, entry: Entry, number: int, text: str, time: int) -> Body:
        linked = self._details.number("message_call_log", entry.row)
        call = self._calls.tell(self._contacts.resolve(chat.address), time, linked)
        if call is not None:
            return call.body()
        video = text == "video" or bool(self._details.number("missed_call_logs", entry.row))
        return Body("call", call_words(video=video, answered=number != _MISSED, own=entry.own))

    def _add_calls(self, chats: Iterable[StoredChat], source: str, *, every: bool) -> Collection[StoredChat]:
        """Add the calls that no message is about; return new chats for those with whom there is none."""
        by_address = {self._contacts.resolve(chat.address): chat for chat in chats}
        strangers: dict[str, StoredChat] = {}
        for call in self._calls.untold():
            chat = by_address.get(call.chat) or strangers.get(call.chat)
            if chat is None and every:
                chat = StoredChat(call.chat, None, self._contacts, self._owner, source)
                strangers[call.chat] = chat
            if chat is not None:
                entry = Entry(call.row, 0, call.key, call.own, None, moment(call.time))
                chat.add_beside(entry, call.body())
        return strangers.values()

    def _sender(self, chat: StoredChat, sender: Cell) -> str | None:
        """Return who sent a message; in a chat of two only an assistant needs to be named."""
        address = self._addresses.get(as_int(sender))
        if address is not None and is_private(chat.address) and not address.endswith(_ASSISTANT):
            return None
        return address

    def _flags(self, chat: StoredChat, row: int, text: str, *, starred: bool) -> tuple[str, ...]:
        """Return what people did with a message, and what became of its text."""
        found = ["starred"] if starred else []
        if as_int(self._forwarded.get(row, [(0,)])[0][0]) >= _MANY_TIMES:
            found.append("forwarded-many-times")
        if self._database.damaged and _REPLACED in text:
            found.append("damaged-text")
        for sign, sender, own in self._reactions.get(row, ()):
            found.append(f"reaction:{sign}:{self._reactor(chat, sender, own=own)}")
        return tuple(found)

    def _reactor(self, chat: StoredChat, sender: int, *, own: bool) -> str:
        return chat.named(self._sender(chat, sender), own=own)

    def _read_reactions(self) -> dict[int, list[tuple[str, int, bool]]]:
        """Return sign, sender and direction of all reactions, by message."""
        signs = {
            as_int(row): as_text(sign)
            for row, sign in self._database.select(
                "message_add_on_reaction", "message_add_on_row_id", "reaction"
            )
            if sign
        }
        found: dict[int, list[tuple[str, int, bool]]] = {}
        rows = self._database.select(
            "message_add_on", "_id", "parent_message_row_id", "sender_jid_row_id", "from_me"
        )
        for row, message, sender, own in rows:
            if sign := signs.get(as_int(row)):
                found.setdefault(as_int(message), []).append((sign, as_int(sender), bool(own)))
        return found

    def _earlier_keys(self) -> dict[str, str]:
        """Return the present key for each that a message had before it was edited or deleted."""
        revoked = self._database.by_key("message_revoked", "message_row_id", "revoked_key_id")
        changed = {**self._edited, **revoked}
        rows = self._database.select("message", "_id", "key_id", only=("_id", changed))
        return {
            as_text(earlier): as_text(key)
            for row, key in rows
            for (earlier,) in changed.get(as_int(row), ())
            if earlier and earlier != key
        }

    def _present_key(self, key: str) -> str:
        return self._aliases.get(key, key)

    def _find_owner(self) -> Owner:
        """Find out whose phone it is: the name is a property, the number shows where the owner joins."""
        names = (as_text(value) for key, value in self._database.select("props", "key", "value")
                 if key == "user_push_name")  # fmt: skip
        joined = self._database.by_key("message_system_group", "message_row_id", "is_me_joined")
        own = (
            self._addresses.get(as_int(users[0][0]))
            for row, users in self._joining()
            if len(users) == 1 and as_int((joined.get(row) or [(0,)])[0][0]) == 1
        )
        return Owner(next(names, None), next(filter(None, own), None))

    def _joining(self) -> Iterator[tuple[int, list[tuple[Cell, ...]]]]:
        for row in self._details.messages:
            users = self._details.all("message_system_chat_participant", row)
            if users:
                yield row, users

    def _link_hidden_numbers(self) -> None:
        for hidden, known in self._database.select("jid_map", "lid_row_id", "jid_row_id"):
            pair = self._addresses.get(as_int(hidden)), self._addresses.get(as_int(known))
            if pair[0] and pair[1]:
                self._contacts.link(pair[0], pair[1])
        for hidden, name in self._database.select("lid_display_name", "lid_row_id", "display_name"):
            if address := self._addresses.get(as_int(hidden)):
                self._contacts.add(address, as_text(name))

    def _address(self, row: Cell) -> str:
        return self._addresses.get(as_int(row), "")

    def _resolved(self, row: int) -> str:
        return self._contacts.resolve(self._address(row))

    def _called(self, chat: StoredChat, row: int) -> str:
        """Name somebody by the row of the address; empty where there is none."""
        address = self._addresses.get(row)
        return chat.called(address) if address else ""

    def _mention(self, cells: tuple[Cell, ...]) -> tuple[str, str]:
        address = self._address(cells[0])
        name = as_text(cells[1]) or (self._contacts.name(address) if address else "")
        return address.partition("@")[0], name


def _row(cells: tuple[Cell, ...]) -> int:
    return as_int(cells[0])
