"""Finding the files that a database names by paths of the phone."""

from collections.abc import Iterable, Sequence
from hashlib import sha1
from typing import Final

from wamigrate.members import media_type as type_of_name
from wamigrate.model import Attachment
from wamigrate.source import Member

_PLAIN_TYPE: Final = "application/octet-stream"


class MediaPaths:
    """Files that came with a database, by the ends of their paths.

    Phones store paths relative to a folder of the app (``Media/WhatsApp Images/IMG-…jpg``); where a copy puts
    that folder is open. A file is meant if its path ends with the whole path stored; else if its name is
    that of one file only.

    Args:
        members: the files.
        hashed_under: what stands before a path where a backup of an iPhone names files by the SHA-1 of domain
            and path.

    >>> files = [Member("WhatsApp/Media/a/1.jpg", 5, None), Member("WhatsApp/Media/b/1.jpg", 6, None)]
    >>> paths = MediaPaths(files)
    >>> paths.find("Media/b/1.jpg").size, paths.find("Media/c/1.jpg")
    (6, None)

    """

    def __init__(self, members: Iterable[Member], hashed_under: Sequence[str] = ()) -> None:
        self._hashed_under = hashed_under
        self._by_name: dict[str, list[Member]] = {}
        for member in members:
            self._by_name.setdefault(member.basename.casefold(), []).append(member)

    def find(self, path: str) -> Member | None:
        """Return the file that a stored path means, or None."""
        plain = path.replace("\\", "/").casefold().lstrip("/")
        namesakes = self._by_name.get(plain.rpartition("/")[2], [])
        whole = [one for one in namesakes if f"/{one.name.casefold()}".endswith(f"/{plain}")]
        if whole:
            return min(whole, key=lambda one: len(one.name))
        if len(namesakes) == 1:
            return namesakes[0]
        digests = (_digest(prefix + path) for prefix in self._hashed_under)
        return next((self._by_name[digest][0] for digest in digests if digest in self._by_name), None)

    def attach(
        self, path: str | None, name: str | None, media_type: str | None, caption: str | None
    ) -> Attachment:
        """Return a file as the attachment of a message.

        Args:
            path: where the phone has it; None where it was never downloaded.
            name: what the message calls it; None: as the file is called.
            media_type: as stored, parameters and all, or a guess.
            caption: text below it.

        """
        member = self.find(path) if path else None
        shown = name or (path.replace("\\", "/").rpartition("/")[2] if path else None)
        plain = (media_type or "").partition(";")[0].strip().lower()
        if "/" not in plain or plain == _PLAIN_TYPE:
            plain = type_of_name(shown or "") or plain
        return Attachment(
            name=shown,
            media_type=plain or None,
            size=member.size if member else None,
            member=member.name if member else None,
            present=member is not None,
            caption=caption or None,
        )


def _digest(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest()
