"""From the rows of a phone's database to conversations: who writes, which chat is meant, what comes first.

A database knows more than an export: whose phone it is, who sent what, when to the millisecond in UTC, what
answers what. It holds all chats at once; :func:`choose` takes those that a person asks for.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from wamigrate.contacts import Contacts, unique_name
from wamigrate.errors import OptionError
from wamigrate.jids import is_private, phone
from wamigrate.model import Attachment, Conversation, Kind, Message, Participant, Role, Span
from wamigrate.register import address as folded
from wamigrate.register import clean_name, find_bot, fold

OWNER: Final = "You"
"""What the owner of the phone is called whose name is nowhere; WhatsApp Web's export says the same."""
REASON: Final = "the database says which messages were sent"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = 253_402_300_799_999
"""Milliseconds until the end of the year 9999."""
_LISTED: Final = 20


class Body(NamedTuple):
    """What a row holds that is more than plain text."""

    kind: Kind
    text: str
    raw: str | None = None
    """The text as stored, where it differs."""
    attachments: tuple[Attachment, ...] = ()
    flags: tuple[str, ...] = ()
    notice: bool = False
    """Whether WhatsApp itself wrote it."""


class Entry(NamedTuple):
    """A row, as far as all rows are alike."""

    row: int
    """Its number in the database."""
    order: int
    """What the phone sorts a chat by."""
    key: str
    """WhatsApp's own id of the message; unique in a chat, nearly."""
    own: bool
    """Whether the owner of the phone sent it."""
    sender: str | None
    """Address; None where the chat has but one other side, or nobody is named."""
    time: datetime | None
    reply_to: str | None = None
    """Key of the message that it answers."""
    edited: bool = False
    forwarded: bool = False
    flags: tuple[str, ...] = ()


class Owner(NamedTuple):
    """Whose phone it is."""

    name: str | None = None
    address: str | None = None


def moment(milliseconds: int) -> datetime | None:
    """Return a time of the database; None where there is none.

    Args:
        milliseconds: since 1970, UTC.

    >>> moment(1_693_993_938_000).isoformat(), moment(0)
    ('2023-09-06T09:52:18+00:00', None)

    """
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if 0 < milliseconds <= _LATEST else None


class StoredChat:
    """One chat of a database, filled row by row.

    Args:
        address: of the group, or of the other side.
        subject: the group's name, where it has one.
        contacts: what people are called.
        owner: whose phone it is.
        source: ``id`` of the source.

    """

    def __init__(
        self, address: str, subject: str | None, contacts: Contacts, owner: Owner, source: str
    ) -> None:
        self.address = address
        self.contacts = contacts
        self.title: str | None = clean_name(subject or "") or (contacts.name(address) if address else None)
        self._owner = owner
        self._source = source
        self._people: dict[str | None, Participant] = {}
        self._rows: list[tuple[int, int, Message]] = []
        self._beside: list[Message] = []
        self._keys: set[str] = set()
        self._authors: dict[str | None, str] = {}
        self._partner = address if is_private(address) else None

    def __len__(self) -> int:
        return len(self._rows) + len(self._beside)

    def author(self, sender: str | None, *, own: bool) -> str | None:
        """Return the name of whoever sent something, and remember this one as a participant."""
        key = None if own else sender or self._partner
        found = self._authors.get(key)
        if found is None and (own or key):
            found = self._authors[key] = self._known(key).name
        return found

    def _known(self, address: str | None) -> Participant:
        """Return a participant by any of the addresses; without one, the owner of the phone."""
        resolved = None if address is None else self.contacts.resolve(address)
        if resolved not in self._people:
            if resolved is None and self._partner:
                self.author(self._partner, own=False)  # the name of the other side is the known one
            self._people[resolved] = self._newcomer(resolved)
        return self._people[resolved]

    def named(self, sender: str | None, *, own: bool) -> str:
        """Return the name of somebody who did something else than write."""
        address = None if own else self.contacts.resolve(sender or self.address)
        known = self._people.get(address)
        if known is not None:
            return known.name
        return clean_name(self._owner.name or "") or OWNER if address is None else self.contacts.name(address)

    def called(self, address: str) -> str:
        """Return what a notice calls somebody: ``you`` for the owner."""
        own = self._owner.address
        if own is not None and self.contacts.resolve(address) == self.contacts.resolve(own):
            return "you"
        return self.contacts.name(address)

    def _newcomer(self, address: str | None) -> Participant:
        taken = [one.name for one in self._people.values()]
        if address is not None:
            name = unique_name(self.contacts.name(address), phone(address), taken)
            return self.contacts.participant(name, address)
        stored = self._owner.name or ""
        name = unique_name(clean_name(stored) or OWNER, "me", taken)
        own = self._owner.address or ""
        spellings = tuple(filter(None, (stored, own)))
        return Participant(name, "user", phone=phone(own), raw_names=spellings, reason=REASON)

    def add(self, entry: Entry, body: Body) -> None:
        """Add a message that is more than plain text."""
        self._rows.append((entry.order, entry.row, self._message(entry, body)))

    def add_text(
        self, row: int, order: int, key: str, own: bool, sender: str | None, time: datetime | None, text: str
    ) -> None:
        """Add a plain message; most are, so this is short. The arguments are the fields of :class:`Entry`."""
        if not key or key in self._keys:
            key = f"{key}#{row}"
        self._keys.add(key)
        message = Message(
            key, "user" if own else "other", self.author(sender, own=own), time, "text", text,
            spans=(Span(self._source, row if row > 0 else 1, 0, 0),),
        )  # fmt: skip
        self._rows.append((order, row, message))

    def add_beside(self, entry: Entry, body: Body) -> None:
        """Add something that is stored elsewhere, such as a call; its time says where it belongs."""
        self._beside.append(self._message(entry, body))

    def _message(self, entry: Entry, body: Body) -> Message:
        role: Role = "notice" if body.notice else "user" if entry.own else "other"
        return Message(
            self._key(entry),
            role,
            None if body.notice else self.author(entry.sender, own=entry.own),
            entry.time,
            body.kind,
            body.text,
            None if body.raw == body.text else body.raw,
            body.attachments,
            entry.edited,
            entry.forwarded,
            entry.reply_to,
            (*body.flags, *entry.flags),
            (Span(self._source, max(entry.row, 1), 0, 0),),
        )

    def _key(self, entry: Entry) -> str:
        """Return a key that no other message of the chat has."""
        key = entry.key if entry.key and entry.key not in self._keys else f"{entry.key}#{entry.row}"
        self._keys.add(key)
        return key

    def conversation(self) -> Conversation:
        """Return everything that was added, in the phone's order."""
        self._rows.sort(key=_place)
        messages = tuple(_merged([row[-1] for row in self._rows], self._beside))
        if self._partner:
            self.author(self._partner, own=False)
        if self._people:
            self._known(None)  # else whoever writes alone would be taken for the owner of the phone
        times = [message.timestamp for message in messages if message.timestamp is not None]
        return Conversation(
            id="",
            title=self.title,
            service=None,
            participants=tuple(self._people.values()),
            started_at=min(times, default=None),
            ended_at=max(times, default=None),
            messages=messages,
            source=self._source,
        )


def _place(row: tuple[int, int, Message]) -> tuple[int, int]:
    return row[0], row[1]


def _merged(messages: Sequence[Message], others: list[Message]) -> Iterable[Message]:
    """Put others before the first message that is younger."""
    waiting = sorted(others, key=lambda one: one.timestamp or _EPOCH, reverse=True)
    for message in messages:
        time = message.timestamp
        while waiting and time is not None and (waiting[-1].timestamp or _EPOCH) < time:
            yield waiting.pop()
        yield message
    yield from reversed(waiting)


def choose(chats: Sequence[StoredChat], wanted: str | None, where: str) -> list[StoredChat]:
    """Return the chats that a person asks for.

    Args:
        chats: all of them.
        wanted: a name, a number, an address, or an assistant of the register; None: all.
        where: what to call the database in messages for people.

    Raises:
        OptionError: there is no such chat.

    """
    if wanted is None:
        return list(chats)
    name = fold(clean_name(wanted))
    found = [chat for chat in chats if fold(chat.title or "") == name] or _by_address(chats, wanted)
    if not found and (bot := find_bot(wanted)) is not None:
        found = [chat for chat in chats if _bot_key(chat) == bot.key]
    if not found:
        raise OptionError(f"chat {wanted!r}: there is no such chat in {where}; there are: {_listed(chats)}")
    return found


def _by_address(chats: Iterable[StoredChat], wanted: str) -> list[StoredChat]:
    digits = folded(clean_name(wanted))
    return [
        chat
        for chat in chats
        for address in {chat.address, chat.contacts.resolve(chat.address)}
        if digits in (folded(address), (phone(address) or "").removeprefix("+"))
    ]


def _bot_key(chat: StoredChat) -> str | None:
    """Tell which assistant a chat is with, by number, address or name."""
    resolved = chat.contacts.resolve(chat.address)
    bot = find_bot(phone(resolved) or resolved) or find_bot(chat.title or "")
    return bot.key if bot else None


def _listed(chats: Sequence[StoredChat]) -> str:
    """Name the chats, those with assistants first."""
    ordered = sorted(chats, key=lambda chat: _bot_key(chat) is None)
    titles = list(dict.fromkeys(chat.title or chat.address or "a chat without a name" for chat in ordered))
    more = f" and {len(titles) - _LISTED:,} more" if len(titles) > _LISTED else ""
    return (", ".join(titles[:_LISTED]) or "none") + more
