"""Finding the chat among the files of an export, and the title that its name holds."""

import re
import unicodedata
from functools import cache
from typing import Final, NamedTuple

from wamigrate.encoding import to_utf8
from wamigrate.errors import SourceError
from wamigrate.lines import find_lock
from wamigrate.source import Member, Source, no_chat
from wamigrate.tables import read_table
from wamigrate.words import plain

_DOCUMENT: Final = re.compile(r"-?\d{7,8}-")
"""iOS numbers every file that was sent, documents too: ``00000012-notes.txt`` is none of the chat."""
_COPY: Final = re.compile(r"(?: ?\(\d+\)| - Copy|\.txt)+$", re.IGNORECASE)
_PROBE: Final = 1 << 18


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
        return tuple(
            member for member in self.source.members if member is not self.member and not is_debris(member)
        )


def find_chat(source: Source) -> ChatFile:
    """Find the chat text of an export.

    A single file is taken as it is. Among several, names decide first (``_chat.txt``, a title such as
    ``WhatsApp Chat with Ana.txt``), then the content: the text must have message headers. An archive inside
    the archive is looked into if nothing else is there.

    Raises:
        NoChatError: no member is a chat.
        SourceError: the source cannot be read.

    """
    if source.kind == "file":
        return ChatFile(source, source.members[0], _title(source, source.members[0]))
    found = _find(source)
    if found is None:
        for member in source.members:
            if member.name.casefold().endswith(".zip") and not is_debris(member):
                try:
                    found = _find(source.nested(member))
                except SourceError:
                    continue
                if found is not None:
                    break
    if found is None:
        raise no_chat(source)
    return found


def _find(source: Source) -> ChatFile | None:
    ranked = sorted(
        ((_rank(member), member.name.count("/"), order, member) for order, member in enumerate(source.members)
         if _may_be_chat(member)),
        key=lambda row: row[:3],
    )  # fmt: skip
    for _, _, _, member in ranked:
        if has_headers(source, member):
            return ChatFile(source, member, _title(source, member))
    return None


def has_headers(source: Source, member: Member) -> bool:
    """Tell from the beginning of a member whether it has message headers."""
    head = source.head(member, _PROBE)
    if member.size > len(head):
        head = head[: head.rfind(b"\n") + 1] or head
    return bool(head) and find_lock(to_utf8(head).data) is not None


def is_debris(member: Member) -> bool:
    """Tell whether a member is what macOS adds to archives."""
    return "__MACOSX/" in member.name or member.basename.startswith("._") or member.basename == ".DS_Store"


def _may_be_chat(member: Member) -> bool:
    return member.name.casefold().endswith(".txt") and not is_debris(member)


def _rank(member: Member) -> int:
    name = member.basename.casefold()
    if _DOCUMENT.match(name):
        return 3
    if name.startswith("_chat"):
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
    """Cut the title out of the name in its own case; folding may have changed lengths."""
    kept = " ".join(stem.translate(_INVISIBLE).split())
    if len(kept) == len(plain(stem)):
        return kept[slice(*span)].strip() or None
    return plain(stem)[slice(*span)].strip() or None


_INVISIBLE: Final = dict.fromkeys(
    [0x200B, 0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)


@cache
def _templates() -> tuple[re.Pattern[str], ...]:
    """Compile the title templates, longer ones first: words of theirs are not part of the name."""
    languages = read_table("dialects.toml")["languages"].values()
    templates = {plain(title) for language in languages for title in language.get("chat_title", ())}
    ordered = sorted(templates, key=lambda template: (-len(template), template))
    return tuple(re.compile(re.escape(template).replace(r"\{x\}", "(.+)")) for template in ordered)
