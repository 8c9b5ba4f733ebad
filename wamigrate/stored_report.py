"""What reading a database found out beside its messages, as notes."""

from collections.abc import Iterable, Sequence

from wamigrate.database import Database
from wamigrate.model import Conversation, Message, Platform, SourceInfo, replace
from wamigrate.notes import Notes
from wamigrate.source import Member, Source
from wamigrate.source_info import source_info
from wamigrate.wording import count_words


def describe(
    database: Database, source: Source, member: Member, format_name: str, platform: Platform, messages: int
) -> SourceInfo:
    """Return the record of a database.

    Args:
        database: the database.
        source: what holds it.
        member: the file.
        format_name: name of the parser.
        platform: whose phone it is from.
        messages: how many were read.

    """
    found = source_info(source, member, format_name, database.sha256(), database.size)
    return replace(found, platform=platform, messages=messages)


def report(
    chats: Iterable[Conversation],
    notes: Notes,
    *,
    source: str,
    damaged: int = 0,
    unread: Sequence[int] = (),
    origin: str = "database",
) -> None:
    """Note everything about chats of a database that was doubtful or is missing.

    Args:
        chats: what was read.
        notes: takes the findings.
        source: ``id`` of the source.
        damaged: how many texts had bytes that are no text.
        unread: rows of answers whose content could not be read.
        origin: what the chats were read from, in words.

    """
    special = [message for chat in chats for message in chat.messages if _is_special(message)]
    if damaged:
        notes.add(
            "encoding-damage", f"{count_words(damaged, 'text')} had bytes that are no text", source=source
        )
    if unread:
        text = f"{count_words(len(unread), 'answer')} of Meta AI in a form that cannot be read"
        notes.add("placeholder", text, source=source, line=unread[0])
    _sum_up(special, "unknown-notice", "notice", "with a number that no table knows", notes, source)
    _sum_up(special, "unsupported", "message", "without a content that can be read", notes, source)
    _sum_up(special, "bad-date", "message", "without a date that exists", notes, source)
    files = sum(not one.present for message in special for one in message.attachments)
    if files:
        text = f"{count_words(files, 'file')} did not come with the {origin}"
        notes.add("media-missing", text, source=source)


def _sum_up(special: Iterable[Message], code: str, what: str, why: str, notes: Notes, source: str) -> None:
    found = [message for message in special if code in _codes(message)]
    if found:
        text = f"{count_words(len(found), what)} {why}"
        notes.add(code, text, source=source, line=found[0].spans[0].line)


def _is_special(message: Message) -> bool:
    return message.kind != "text" or bool(message.flags or message.attachments) or message.timestamp is None


def _codes(message: Message) -> set[str]:
    """Return the findings that a message is an example of."""
    found = set(message.flags)
    if message.kind == "unsupported":
        found.add("unsupported")
    if message.timestamp is None:
        found.add("bad-date")
    return found
