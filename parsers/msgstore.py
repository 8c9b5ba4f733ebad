"""WhatsApp's own database on Android phones.

Where it comes from:
    ``msgstore.db`` from the app's folder on a rooted phone or from a phone's full backup, or decrypted from
    ``WhatsApp/Databases/msgstore.db.crypt14`` (or 12, 15). ``wa.db``, with the names of contacts, lies
    beside it, and ``WhatsApp/Media`` holds the files: give the folder or ZIP archive that has them all.

Layout:
    SQLite: one table of messages, of chats and of addresses, with a table for every kind of detail;
    before 2020 one wide table ``messages``. Columns come and go with versions; none is taken for granted.

What survives:
    Every chat, each as a conversation: times to the millisecond in UTC, who sent what, replies, reactions,
    stars, edited, forwarded and deleted marks, captions, files, places, contacts, polls with their votes,
    calls, mentions by name, buttons and templates of businesses, transcriptions of voice messages, notices.

What is lost:
    Earlier wordings of edited messages, receipts, who voted for what, and what the phone itself has deleted.
    Changes that are only in the write-ahead log ``msgstore.db-wal`` if that file is not beside the database.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from wamigrate.contacts import Contacts
from wamigrate.database import Database, as_text, beside, reading_database
from wamigrate.formats import Confidence, Parser
from wamigrate.media_paths import MediaPaths
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.source import Member, Source
from wamigrate.stored_files import StoredKind, find_stored, not_this, sniff_stored
from wamigrate.stored_report import describe, report

from ._msgstore_current import MAIN as CURRENT
from ._msgstore_current import CurrentStore
from ._msgstore_legacy import MAIN as LEGACY
from ._msgstore_legacy import LegacyStore

_KIND: Final = StoredKind(
    names=frozenset({"msgstore.db"}),
    similar=re.compile(r"msgstore.*\.db|.+\.crypt\d{1,2}"),
    tables=(CURRENT, LEGACY),
)
_CONTACTS: Final = "wa.db"


@dataclass(frozen=True)
class MsgStore:
    """Reads ``msgstore.db``."""

    chat: str | None = None
    """Name, number or address of the one chat to read; all without it."""

    @property
    def name(self) -> str:
        """What ``--from`` takes."""
        return "msgstore"

    @property
    def title(self) -> str:
        """What a person calls it."""
        return "WhatsApp database (Android)"

    @property
    def marks(self) -> frozenset[str]:
        """Where apps and people keep the database, beside the media; a folder that holds it is one input."""
        return frozenset({"msgstore.db", "Databases/msgstore.db", "WhatsApp/Databases/msgstore.db"})

    def sniff(self, source: Source) -> Confidence:
        """Look for the tables of messages, or for an encrypted copy by its name."""
        return sniff_stored(source, _KIND)

    def parse(self, source: Source, notes: Notes) -> Iterator[Conversation]:
        """Yield each chat as one conversation."""
        for member in find_stored(source, _KIND):
            yield from self._read(source, member, notes)

    def _read(self, source: Source, member: Member, notes: Notes) -> list[Conversation]:
        contacts = _contacts(source, member)
        media = MediaPaths(() if source.kind == "file" else source.members)
        with reading_database(source, member) as database:
            store = _store(database, contacts, media)
            id_ = database.sha256()[:12]
            chats = [chat.conversation() for chat in store.chats(id_, self.chat)]
            count = sum(len(chat.messages) for chat in chats)
            notes.add_source(describe(database, source, member, self.name, "android", count))
            report(chats, notes, source=id_, damaged=database.damaged, unread=store.unread)
        return chats


def _store(database: Database, contacts: Contacts, media: MediaPaths) -> CurrentStore | LegacyStore:
    """Choose the schema; while WhatsApp moved from one to the other, a database has both."""
    current = database.count(CURRENT[0]) if database.has(*CURRENT) else -1
    legacy = database.count(LEGACY[0]) if database.has(*LEGACY) else -1
    if current < 0 and legacy < 0:
        raise not_this(database.where, _KIND)
    return (
        CurrentStore(database, contacts, media)
        if current >= legacy
        else LegacyStore(database, contacts, media)
    )


def _contacts(source: Source, member: Member) -> Contacts:
    """Read the names from ``wa.db``, if that is beside the database; without it, numbers do."""
    contacts = Contacts()
    found = beside(source, member, _CONTACTS)
    if found is None:
        return contacts
    with reading_database(*found, hashed=False) as database:
        rows = list(database.select("wa_contacts", "jid", "display_name", "wa_name", "nickname"))
        for address, name, *_ in rows:
            contacts.add(as_text(address), as_text(name))
        for address, name in database.select("wa_vnames", "jid", "verified_name"):
            contacts.add(as_text(address), as_text(name))
        for address, _, *names in rows:
            contacts.add(as_text(address), *map(as_text, names))
    return contacts


parser: Final[Parser] = MsgStore()
