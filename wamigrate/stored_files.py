"""Finding the databases of an app among the files that a person has."""

import re
from dataclasses import dataclass
from typing import Final

from wamigrate.database import is_database, reading_database
from wamigrate.errors import NoChatError, SourceError, WamigrateError
from wamigrate.formats import Confidence
from wamigrate.source import Member, Source, no_chat

_SUFFIXES: Final = (".db", ".sqlite", ".sqlite3")
_ENCRYPTED: Final = re.compile(r".+\.crypt\d{1,2}", re.IGNORECASE)
"""Names of WhatsApp's backups: ``msgstore.db.crypt15``."""
_HEAD: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredKind:
    """What tells one app's databases from all others."""

    names: frozenset[str]
    """File names, in lower case, that the app itself gives."""
    similar: re.Pattern[str]
    """Names that tools and people make of them."""
    tables: tuple[tuple[str, str], ...]
    """Tables that only these databases have, each with one of its columns; one of them is enough."""


def sniff_stored(source: Source, kind: StoredKind) -> Confidence:
    """Tell whether a source holds a database of a kind. Never raises.

    What has the tables is sure; what only has the name, or cannot be opened but speaks of the tables, might
    be one, so that parsing can say what is wrong with it.
    """
    try:
        candidates = _candidates(source, kind)
        found = [_look(source, member, kind) for member in candidates]
    except WamigrateError:
        return Confidence.NO
    return max(found, default=Confidence.NO)


def find_stored(source: Source, kind: StoredKind) -> list[Member]:
    """Return the databases of a source, best one: copies beside one with the app's own name are left alone.

    Raises:
        NoChatError: there is none.
        SourceError: there are only encrypted ones.

    """
    if source.kind == "file":
        _refuse_encrypted(source, source.members[0])
        return [source.members[0]]
    found = [
        member for member in _candidates(source, kind) if _look(source, member, kind) is not Confidence.NO
    ]
    named = [member for member in found if member.basename.lower() in kind.names]
    plain = [member for member in named or found if not is_encrypted(member)]
    if not plain:
        for member in found:
            _refuse_encrypted(source, member)
        raise no_chat(source)
    return plain


def is_encrypted(member: Member) -> bool:
    """Tell an encrypted backup by its name."""
    return _ENCRYPTED.fullmatch(member.basename) is not None


def not_this(where: str, kind: StoredKind) -> NoChatError:
    """Make the error for a database without the tables of a kind."""
    tables = " or ".join(repr(table) for table, _ in kind.tables)
    return NoChatError(f"{where}: an SQLite database, but none of WhatsApp's: it has no table {tables}")


def _candidates(source: Source, kind: StoredKind) -> list[Member]:
    """Return the files worth opening: those with the right name, and databases where opening is cheap."""
    if source.kind == "file":
        return [source.members[0]]
    return [
        member
        for member in source.members
        if (name := member.basename.lower()) in kind.names
        or kind.similar.fullmatch(name)
        or (source.kind == "folder" and name.endswith(_SUFFIXES))
    ]


def _look(source: Source, member: Member, kind: StoredKind) -> Confidence:
    named = (
        member.basename.lower() in kind.names or kind.similar.fullmatch(member.basename.lower()) is not None
    )
    if not is_database(source, member):
        return Confidence.SHAPE if named else Confidence.NO
    if source.kind == "zip":
        return Confidence.SIGNATURE if named or _speaks(source, member, kind) else Confidence.NO
    try:
        with reading_database(source, member, hashed=False) as database:
            held = any(database.has(table, column) for table, column in kind.tables)
            return Confidence.SIGNATURE if held else Confidence.NO
    except WamigrateError:
        return Confidence.SHAPE if named or _speaks(source, member, kind) else Confidence.NO


def _speaks(source: Source, member: Member, kind: StoredKind) -> bool:
    """Tell whether the beginning of a database that cannot be opened creates one of the tables."""
    head = source.head(member, _HEAD).lower()
    return any(re.search(rb"create table \W?%b\W" % table.lower().encode(), head) for table, _ in kind.tables)


def _refuse_encrypted(source: Source, member: Member) -> None:
    if not is_encrypted(member) or is_database(source, member):
        return
    key = "64-digit key" if member.basename.lower().endswith("15") else "file 'key' of the phone"
    raise SourceError(
        f"{source.where(member)}: is an encrypted backup; decrypt it with its {key} first, for example with "
        f"`wadecrypt KEY {member.basename} msgstore.db` of the package wa-crypt-tools, and give msgstore.db"
    )
