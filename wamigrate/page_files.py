"""The files that came with a saved page, and which message shows them.

Browsers put a page's pictures into a folder beside it and write their paths into the page. What the page had
loaded as a blob has no name of its own there, and no suffix; its first bytes tell what it is.
"""

from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import Final

from wamigrate.addresses import from_address
from wamigrate.errors import SourceError
from wamigrate.members import MemberIndex, media_type
from wamigrate.model import Attachment, replace
from wamigrate.page_row import Row
from wamigrate.source import Member, Source

_BEGINNINGS: Final = (
    (0, b"\x89PNG\r\n", "png"),
    (0, b"\xff\xd8\xff", "jpg"),
    (0, b"GIF8", "gif"),
    (8, b"WEBP", "webp"),
    (4, b"ftyp", "mp4"),
    (0, b"OggS", "ogg"),
)
"""Where in a file which bytes stand, and the suffix that belongs to them."""
_ENOUGH: Final = 16


class PageFiles:
    """Finds the files of a page's messages.

    Args:
        source: what holds the page and its files.
        page: the page.

    """

    def __init__(self, source: Source, page: Member) -> None:
        self._source = source
        self._folder = dirname(page.name)
        others = () if source.kind == "file" else tuple(one for one in source.members if one is not page)
        self._members = {one.name: one for one in others}
        self._index = MemberIndex(others)

    def attachments(self, row: Row) -> Iterator[Attachment]:
        """Yield the files of a message, those that the page only hints at included."""
        caption = row.text or None
        for index in range(row.file_count):
            found = self._attachment(row.files[index] if index < len(row.files) else "", row.media_type)
            yield replace(found, caption=caption) if caption and index == 0 and row.kind == "media" else found

    def _attachment(self, address: str, type_: str | None) -> Attachment:
        if not address:
            return Attachment(media_type=type_)
        if type_ is None:
            return self._index.attach(address)
        path = normpath(join(self._folder, from_address(address.partition("?")[0])))
        member = self._members.get(path) or self._members.get(normpath(join(self._folder, address)))
        name = path.rpartition("/")[2]
        if member is None:
            return self._index.attach(name, fallback=type_)
        if media_type(name) is None:
            name += self._suffix(member)
        return Attachment(name, media_type(name) or type_, member.size, None, member.name, present=True)

    def _suffix(self, member: Member) -> str:
        try:
            head = self._source.head(member, _ENOUGH)
        except SourceError:
            return ""
        return next((f".{suffix}" for at, sign, suffix in _BEGINNINGS if head.startswith(sign, at)), "")
