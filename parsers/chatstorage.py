"""WhatsApp's own database on iPhones and Macs.

Where it comes from:
    ``ChatStorage.sqlite`` from a backup of an iPhone on a computer, not encrypted, where its name is
    ``7c7fba66680ef796b916b067077cc246adacf01d`` (``724bd3b98b18518b455a87c1f3ac3a0d189c4466`` for WhatsApp
    Business), or from ``~/Library/Group Containers/group.net.whatsapp.WhatsApp.shared`` of a Mac. Give the
    folder that also has ``Message/Media``, or the backup's folder, so that the files come with it.

Layout:
    SQLite made by Core Data: tables of chats, messages, media and members of groups; replies, reactions and
    polls are inside binary columns.

What survives:
    Every chat, each as a conversation: times in UTC, who sent what, replies, reactions, stars, forwarded and
    deleted marks, captions, files, places, contacts, polls, notices, missed calls.

What is lost:
    Votes of polls, the mark of edited messages, receipts, and the list of calls, which iPhones keep in
    another database (``CallHistory.sqlite``). Changes that are only in the write-ahead log
    ``ChatStorage.sqlite-wal`` if that file is not beside the database.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from wamigrate.contacts import Contacts
from wamigrate.database import as_text, beside, is_database, reading_database
from wamigrate.formats import Confidence, Parser
from wamigrate.media_paths import MediaPaths
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.source import Member, Source
from wamigrate.stored_files import StoredKind, find_stored, not_this, sniff_stored
from wamigrate.stored_report import describe, report

from ._chatstorage_messages import MAIN, ChatStore

_KIND: Final = StoredKind(
    names=frozenset(
        {
            "chatstorage.sqlite",
            "7c7fba66680ef796b916b067077cc246adacf01d",
            "724bd3b98b18518b455a87c1f3ac3a0d189c4466",
        }
    ),
    similar=re.compile(r"chatstorage.*\.sqlite"),
    tables=(MAIN,),
)
_CONTACTS: Final = "ContactsV2.sqlite"
_CONTACTS_IN_BACKUP: Final = frozenset(
    {"b8548dc30aa1030df0ce18ef08b882cf7ab5212f", "d7246a707f51ddf8b17ee2dddabd9e0a4da5c552"}
)
_UNDER: Final = (
    "AppDomainGroup-group.net.whatsapp.WhatsApp.shared-Message/",
    "AppDomainGroup-group.net.whatsapp.WhatsAppSMB.shared-Message/",
)
"""Domain and folder of media in a backup, whose files are called by the SHA-1 of domain and path."""
_NUMBERS: Final = "@s.whatsapp.net"


@dataclass(frozen=True)
class ChatStorage:
    """Reads ``ChatStorage.sqlite``."""

    chat: str | None = None
    """Name, number or address of the one chat to read; all without it."""

    @property
    def name(self) -> str:
        """What ``--from`` takes."""
        return "chatstorage"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return "WhatsApp database (iPhone)"

    @property
    def marks(self) -> frozenset[str]:
        """Where the app and backups of iTunes keep the database; a folder that holds it is one input."""
        plain = {"ChatStorage.sqlite"}
        return frozenset(plain | {f"{name[:2]}/{name}" for name in _KIND.names if "." not in name})

    def sniff(self, source: Source) -> Confidence:
        """Look for the table of messages."""
        return sniff_stored(source, _KIND)

    def parse(self, source: Source, notes: Notes) -> Iterator[Conversation]:
        """Yield each chat as one conversation."""
        media = MediaPaths(() if source.kind == "file" else source.members, _UNDER)
        for member in find_stored(source, _KIND):
            contacts = _contacts(source, member)
            with reading_database(source, member) as database:
                if not database.has(*MAIN):
                    raise not_this(database.where, _KIND)
                store = ChatStore(database, contacts, media)
                id_ = database.sha256()[:12]
                chats = [chat.conversation() for chat in store.chats(id_, self.chat)]
                count = sum(len(chat.messages) for chat in chats)
                notes.add_source(describe(database, source, member, self.name, "ios", count))
                report(chats, notes, source=id_, damaged=database.damaged)
            yield from chats


def _contacts(source: Source, member: Member) -> Contacts:
    """Read the names from the address book that WhatsApp keeps, if that is there."""
    contacts = Contacts()
    found = beside(source, member, _CONTACTS)
    if found is None and source.kind != "file":
        hashed = (one for one in source.members if one.basename in _CONTACTS_IN_BACKUP)
        found = next(((source, one) for one in hashed if is_database(source, one)), None)
    if found is None:
        return contacts
    with reading_database(*found, hashed=False) as database:
        for id_, hidden, name in database.select("ZWAADDRESSBOOKCONTACT", "ZWHATSAPPID", "ZLID", "ZFULLNAME"):
            address = as_text(id_)
            if address:
                contacts.add(address if "@" in address else f"{address}{_NUMBERS}", as_text(name))
            if hidden:
                contacts.add(as_text(hidden), as_text(name))
    return contacts


parser: Final[Parser] = ChatStorage()
