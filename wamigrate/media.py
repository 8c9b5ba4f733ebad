"""Bringing the files of a chat to where an exported page can link to them."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from wamigrate.errors import SourceError, UnsafeArchiveError
from wamigrate.model import Attachment, Note
from wamigrate.names import UniqueNames, safe_name
from wamigrate.notes import Notes
from wamigrate.target import Target
from wamigrate.wording import count_words

Policy = Literal["copy", "link", "omit"]
"""``copy`` files into the target, ``link`` to where they are now, or ``omit`` them."""
_IN_ARCHIVE: Final = "cannot be linked to inside an archive"
_ELSEWHERE: Final = "not in what was read"
_UNREADABLE: Final = "could not be read"
_UNWRITTEN: Final = {
    _IN_ARCHIVE: "inside an archive, which nothing can link to; unpack it first, or use --media copy",
    _ELSEWHERE: "not in what was read; convert the export of WhatsApp itself, or use --media omit",
    _UNREADABLE: "unreadable in the export; make the export again in WhatsApp",
}
"""Why files were not written and what to do, by what a page says in their place."""
_COUNT: Final = re.compile(r"[\d,]+")


def count_unwritten(notes: Iterable[Note]) -> int:
    """Count the files that could not be brought to their place, as the findings tell.

    >>> count_unwritten([Note("media-unwritten", "warning", "1,200 files were not written: …")])
    1200
    """
    return sum(_number(note) for note in notes if note.code in ("media-unwritten", "media-unsafe"))


def _number(note: Note) -> int:
    """Read the number that :meth:`Media.report` begins with; an unsafe file has a finding of its own."""
    found = _COUNT.match(note.text) if note.code == "media-unwritten" else None
    return int(found[0].replace(",", "")) if found else 1


class Place(NamedTuple):
    """Where a file is, or why it is nowhere."""

    address: str | None
    """Path inside the target, or a ``file:`` address."""
    reason: str = ""
    """Words for people, where there is no address."""


class Media:
    """Brings each file to its place once, however many messages show it.

    Args:
        policy: what to do with files.
        target: where pages are written.
        notes: where a file that cannot be brought is noted.
        folder: of the target, which the files go to.

    """

    def __init__(self, policy: Policy, target: Target, notes: Notes, folder: str = "media") -> None:
        self._policy = policy
        self._target = target
        self._notes = notes
        self._folder = folder
        self._names = UniqueNames()
        self._places: dict[tuple[str, str], Place] = {}
        self._failed: Counter[tuple[str, str]] = Counter()

    def place(self, attachment: Attachment, source: str) -> Place:
        """Return where the file of an attachment is, after bringing it there.

        Args:
            attachment: of a message.
            source: id of the source that the message was read from.

        """
        if not attachment.present or attachment.member is None:
            return Place(None, "not in the export")
        if self._policy == "omit":
            return Place(None, "left out")
        key = (source, attachment.member)
        if key not in self._places:
            self._places[key] = self._bring(source, attachment.member, attachment.name)
        return self._places[key]

    def report(self) -> None:
        """Note how many files could not be brought; call it once, at the end."""
        for (source, reason), count in self._failed.items():
            was = "was" if count == 1 else "were"
            text = f"{count_words(count, 'file')} {was} not written: {_UNWRITTEN[reason]}"
            self._notes.add("media-unwritten", text, source=source)

    def _bring(self, source: str, member: str, name: str | None) -> Place:
        if source not in self._target.sources:
            return self._fail(source, _ELSEWHERE)
        try:
            if self._policy == "link":
                address = self._target.address(source, member)
                return Place(address) if address else self._fail(source, _IN_ARCHIVE)
            path = self._path(source, member, safe_name(name or member.rpartition("/")[2], "file"))
            self._target.copy(source, member, path)
        except UnsafeArchiveError as error:
            self._notes.add("media-unsafe", str(error), source=source)
            return Place(None, "cannot be trusted")
        except SourceError:
            return self._fail(source, _UNREADABLE)
        return Place(path)

    def _path(self, source: str, member: str, name: str) -> str:  # noqa: ARG002 - for formats that name files
        """Return the path inside the target for a file with a safe name."""
        return f"{self._folder}/{self._names.claim(name)}"

    def _fail(self, source: str, reason: str) -> Place:
        self._failed[source, reason] += 1
        return Place(None, reason)
