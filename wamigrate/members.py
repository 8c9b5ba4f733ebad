"""Which file of an export a message means, and what type of file that is."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from wamigrate.model import Attachment
from wamigrate.source import Member
from wamigrate.tables import read_table
from wamigrate.words import unmarked

MEDIA_NAME: Final = re.compile(
    r"(?:(?:IMG|VID|AUD|PTT|STK|DOC|GIF)-\d{8}-WA\d{4,}"
    r"|-?\d{7,8}-(PHOTO|VIDEO|AUDIO|GIF|STICKER)-\d{4}(?:-\d\d){5}"
    r"|\d{4}-\d\d-\d\d-(PHOTO|VIDEO|AUDIO|GIF|STICKER)-\d{8})\.\w{1,5}"
)
"""Names that WhatsApp gives to files: Android, iPhone, old iPhone; iPhones put the kind of file in them."""

_SUFFIX: Final = re.compile(r"\.(\w{1,8})$")
_INDEX: Final = re.compile(r"^-?\d{7,8}-")
_COPY: Final = re.compile(r" ?\(\d{1,3}\)(?=\.\w{1,8}$|$)")
_LONGEST_NAME: Final = 255


def looks_like_file(name: str) -> bool:
    """Tell whether a text could be a file's name: short, on one line, with a suffix.

    >>> looks_like_file("Plan (final).pdf"), looks_like_file("see above")
    (True, False)
    """
    return len(name) <= _LONGEST_NAME and _SUFFIX.search(name) is not None and not set(name) & set('/\\\n<>"')


def media_type(name: str) -> str | None:
    """Return the IANA media type for a file name, or None where the table has none.

    >>> media_type("PTT-20250115-WA0003.opus"), media_type("notes")
    ('audio/ogg', None)
    """
    _, dot, suffix = name.rpartition(".")
    found: str | None = read_table("dialects.toml")["media_types"].get(suffix.lower()) if dot else None
    return found


class MemberIndex:
    """Finds the files that came with a chat under the names that its messages give them.

    Names are compared in steps, each more lenient than the one before: exact; without regard to case,
    Unicode composition and invisible marks; with ``_`` and ``%20`` for spaces and the ``(1)`` of a second
    download; without the running number that iPhones put in front. A lenient name that fits several files
    fits none.

    Args:
        members: the files.

    Attributes:
        used: names of the members that were found so far.

    >>> index = MemberIndex([Member("media/IMG_1.JPG", 5, None)])
    >>> index.attach("img 1.jpg").member
    'media/IMG_1.JPG'
    >>> index.attach("img 2.jpg").present
    False

    """

    def __init__(self, members: Iterable[Member]) -> None:
        self.used: set[str] = set()
        self._exact, self._lenient = _index(_Same(members if isinstance(members, tuple) else tuple(members)))

    def find(self, name: str) -> Member | None:
        """Return the file that a message calls ``name``, or None."""
        if not self._exact:
            return None
        found = self._exact.get(name)
        if found is not None:
            return found
        for names, key in zip(self._lenient, _keys(name), strict=True):
            found = names.get(key)
            if found is not None:
                return found
        return None

    def attach(self, name: str, caption: str | None = None, fallback: str | None = None) -> Attachment:
        """Return the attachment for a name as printed, and remember its file as used.

        Args:
            name: as printed, invisible marks included.
            caption: text below the file.
            fallback: media type where the name tells none.

        """
        name = visible(name)
        member = self.find(name)
        if member is None:
            return Attachment(name=name, media_type=media_type(name) or fallback, caption=caption)
        self.used.add(member.name)
        return Attachment(
            name=name,
            media_type=media_type(name) or media_type(member.name) or fallback,
            size=member.size,
            member=member.name,
            present=True,
            caption=caption,
        )


class _Same:
    """Files that are the same as others only if they are the same list, which takes no time to tell."""

    __slots__ = ("members",)

    def __init__(self, members: tuple[Member, ...]) -> None:
        self.members = members

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.members is self.members

    def __hash__(self) -> int:
        return id(self.members)


@lru_cache(maxsize=1)  # all chats of an archive ask for the same files, one after the other
def _index(same: _Same) -> tuple[dict[str, Member], tuple[dict[str, Member | None], ...]]:
    """Return files by their names, and by each lenient form of them."""
    exact: dict[str, Member] = {}
    lenient: tuple[dict[str, Member | None], ...] = ({}, {}, {})
    for member in same.members:
        name = member.basename
        if name.startswith("._") or member.name.startswith("__MACOSX/"):
            continue
        exact.setdefault(name, member)
        for names, key in zip(lenient, _keys(name), strict=True):
            names[key] = None if key in names else member
    return exact, lenient


def visible(name: str) -> str:
    """Return a name without invisible marks and outer spaces."""
    return name.strip() if name.isascii() else unmarked(name).strip()


def _keys(name: str) -> tuple[str, str, str]:
    """Return the lenient forms of a name, strictest first."""
    plain = unicodedata.normalize("NFC", visible(name)).casefold()
    loose = _COPY.sub("", plain.replace("%20", " ").replace("_", " "))
    return plain, loose, _INDEX.sub("", loose)
