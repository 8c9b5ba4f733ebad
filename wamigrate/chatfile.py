"""Finding the chat among the files of an export, and the title that its name holds."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from functools import cache
from itertools import accumulate, islice
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from wamigrate.encoding import to_utf8
from wamigrate.errors import SourceError
from wamigrate.lines import Lock, find_lock
from wamigrate.source import Member, Source, no_chat
from wamigrate.tables import read_table
from wamigrate.words import plain, unfolded

_DOCUMENT: Final = re.compile(r"-?\d{7,8}-")
"""iOS numbers every file that was sent, documents too: ``00000012-notes.txt`` is none of the chat."""
_COPY: Final = re.compile(r"(?: ?\(\d+\)| - Copy|\.txt)+$", re.IGNORECASE)
_PROBE: Final = 1 << 18
_MOST: Final = 4000
"""Texts, and archives inside, that are looked at; those first whose names look like a chat's."""
_SUFFIXES: Final = (".txt", ".zip")
_IOS: Final = "_chat"
_NAMED: Final = 1
"""Rank of texts whose name says that they are a chat."""


class ChatFile(NamedTuple):
    """The chat text of an export."""

    source: Source
    """The input, or the archive inside it that holds the chat."""
    member: Member
    title: str | None
    """Name of the chat, from the file's name; null where the name does not tell."""

    @property
    def media(self) -> tuple[Member, ...]:
        """Every other file of the export."""
        if self.source.kind == "file":
            return ()
        others = _beside_chats(self.source)
        if _is_called_chat(self.member):
            return others
        return tuple(member for member in others if member is not self.member)


def find_chats(source: Source) -> list[ChatFile]:
    """Find the chat texts of an export.

    A single file is taken as it is. Among several, names decide first: every ``_chat.txt`` and every text
    named as phones name it (``WhatsApp Chat with Ana.txt``) that has message headers is a chat. If there is
    none, the other text with most headers is, and if there is none either, archives inside are looked into.

    Raises:
        NoChatError: no member is a chat.
        SourceError: the source cannot be read.

    """
    if source.kind == "file":
        return [ChatFile(source, source.members[0], _title(source, source.members[0]))]
    found = _find(source)
    if not found or _rank(found[0].member) > _NAMED:
        archives = islice(filter(_is_archive, source.members), _MOST)
        inner = [chat for member in archives for chat in _find_inside(source, member)]
        found = [chat for chat in inner if _rank(chat.member) <= _NAMED] or found or inner
    if not found:
        raise no_chat(source)
    return found


def _find_inside(source: Source, member: Member) -> list[ChatFile]:
    try:
        return _find(source.nested(member))
    except SourceError:
        return []


def _is_archive(member: Member) -> bool:
    return member.name.casefold().endswith(".zip") and not is_debris(member)


def _find(source: Source) -> list[ChatFile]:
    """Return the chats that names tell, or else the best of the other texts."""
    texts = [member for member in source.members if _may_be_chat(member)]
    if len(texts) > _MOST:
        texts = sorted(texts, key=_rank)[:_MOST]
    named = [member for member in texts if _rank(member) <= _NAMED and has_headers(source, member)]
    if not named:
        counts = {member: _count_headers(source, member) for member in texts if _rank(member) > _NAMED}
        named = sorted(
            (member for member in counts if counts[member]),
            key=lambda member: (_rank(member), -counts[member]),
        )[:1]
    titles = len(named) == 1
    return [
        ChatFile(source, member, _title(source, member) if titles else chat_title(member.basename))
        for member in named
    ]


def _count_headers(source: Source, member: Member) -> int:
    lock = _probe(source, member)
    return 0 if lock is None else lock.seen


def has_headers(source: Source, member: Member) -> bool:
    """Tell from the beginning of a member whether it has message headers."""
    return _probe(source, member) is not None


def _probe(source: Source, member: Member) -> Lock | None:
    head = source.head(member, _PROBE)
    if member.size > len(head):
        head = head[: head.rfind(b"\n") + 1] or head
    return find_lock(to_utf8(head).data) if head else None


def is_debris(member: Member) -> bool:
    """Tell whether a member is what macOS adds to archives."""
    return "__MACOSX/" in member.name or member.basename.startswith("._") or member.basename == ".DS_Store"


def _beside_chats(source: Source) -> tuple[Member, ...]:
    """Return the files of a source that are no chats by their name; once for all its chats."""
    if source not in _BESIDE:
        _BESIDE[source] = tuple(
            member for member in source.members if not is_debris(member) and not _is_called_chat(member)
        )
    return _BESIDE[source]


_BESIDE: Final = WeakKeyDictionary[Source, tuple[Member, ...]]()


def _is_called_chat(member: Member) -> bool:
    """Tell whether a file's name is that of a chat; cheap for all the pictures of an export."""
    name = member.basename.casefold()
    return name.endswith(_SUFFIXES) and (name.startswith(_IOS) or chat_title(member.basename) is not None)


def _may_be_chat(member: Member) -> bool:
    return member.name.casefold().endswith(".txt") and not is_debris(member)


def _rank(member: Member) -> int:
    name = member.basename.casefold()
    if _DOCUMENT.match(name):
        return 3
    if name.startswith(_IOS):
        return 0
    return 1 if chat_title(member.basename) else 2


def _title(source: Source, member: Member) -> str | None:
    names = (member.basename, source.name.rpartition("/")[2], source.path.name)
    return next((title for name in names if (title := chat_title(name))), None)


def chat_title(name: str) -> str | None:
    """Return the chat's name from a file name that a phone gave it, in any language known.

    Spaces that a download turned into ``_`` or ``%20`` are put right, and counters dropped.

    >>> chat_title("WhatsApp Chat with ChatGPT.txt"), chat_title("WhatsApp_Chat_-_Copilot (1).zip")
    ('ChatGPT', 'Copilot')
    >>> chat_title("notes.txt") is None
    True
    """
    stem = re.sub(r"\.(txt|zip)$", "", unicodedata.normalize("NFC", name), flags=re.IGNORECASE)
    stem = _COPY.sub("", stem.replace("%20", " "))
    if " " not in stem:
        stem = stem.replace("_", " ")
    text = plain(stem)
    for template in _templates():
        match = template.fullmatch(text)
        if match:
            return _as_printed(stem, match.span(1))
    return None


def _as_printed(stem: str, span: tuple[int, int]) -> str | None:
    """Cut the title out of the name in its own case; one sign may be several where case makes none."""
    kept = unfolded(stem)
    ends = list(accumulate(len(sign.casefold()) for sign in kept))
    title = kept[bisect_right(ends, span[0]) : bisect_left(ends, span[1]) + 1]
    return " ".join(title.split()) or None


@cache
def _templates() -> tuple[re.Pattern[str], ...]:
    """Compile the title templates, longer ones first: words of theirs are not part of the name."""
    languages = read_table("dialects.toml")["languages"].values()
    templates = {plain(title) for language in languages for title in language.get("chat_title", ())}
    ordered = sorted(templates, key=lambda template: (-len(template), template))
    return tuple(re.compile(re.escape(template).replace(r"\{x\}", "(.+)")) for template in ordered)
