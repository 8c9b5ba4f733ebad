"""Files of messages as a page shows them: pictures, players, links, or words where there is no file.

A page that is one file holds them as data that the page's script turns into addresses when they are shown
(``data-file`` names the element); pages of a folder point to files beside them.
"""

import re
from collections.abc import Callable
from html import escape
from typing import Final, Protocol

from wamigrate.embedding import address as to_address
from wamigrate.inline_media import LIMIT, InlineMedia, data_url, media_kind
from wamigrate.media import Media, Policy
from wamigrate.model import Attachment
from wamigrate.nesting import one_line
from wamigrate.notes import Notes
from wamigrate.target import Target
from wamigrate.turns import FILE_WORDS
from wamigrate.wording import size_words

_NOT_SHOWN: Final = frozenset(("image/heic", "image/heif", "image/tiff"))
"""Pictures that browsers do not show."""
_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_UNKNOWN: Final = "application/octet-stream"


class Files(Protocol):
    """Where the files of messages are."""

    def address(self, attachment: Attachment, source: str) -> tuple[str, str]:
        """Return the attribute that leads to a file (``src`` as its name), and why there is none."""
        ...

    def report(self) -> None:
        """Note what did not come along; call it once, at the end."""
        ...


class FilesInside:
    """Files that become part of the page.

    Args:
        target: whose sources hold them.
        notes: where a file that does not come along is noted.
        write: puts a piece of HTML into the page, where nobody sees it.

    """

    def __init__(self, target: Target, notes: Notes, write: Callable[[bytes], object]) -> None:
        self._media = InlineMedia("copy", target, notes)
        self._target = target
        self._write = write
        self._ids: dict[tuple[str, str], str] = {}

    def address(self, attachment: Attachment, source: str) -> tuple[str, str]:
        """Write the file into the page, once, and name the element that holds it."""
        if not attachment.present or attachment.member is None:
            return "", "not in the export"
        key = (source, attachment.member)
        if key not in self._ids:
            self._ids[key] = self._embed(attachment, source)
        id_ = self._ids[key]
        if id_:
            return f'data-file="{id_}"', ""
        if (attachment.size or 0) > LIMIT:
            return "", f"larger than {size_words(LIMIT)}"
        return "", "could not be read" if source in self._target.sources else "not in what was read"

    def _embed(self, attachment: Attachment, source: str) -> str:
        content = self._media.read(attachment, source)
        if content is None:
            return ""
        id_ = f"f-{len(self._ids)}"
        type_ = attachment.media_type or ""
        # Neither a type nor base64 has a character that could end the element.
        url = data_url(content, type_ if _TYPE.fullmatch(type_) else _UNKNOWN)
        self._write(f'<script type="text/plain" id="{id_}">{url}</script>\n'.encode())
        return id_

    def report(self) -> None:
        """Note what did not come along."""
        self._media.report()


class FilesBeside:
    """Files in the folder of the pages, or where they are now, or left out.

    Args:
        policy: what to do with files.
        target: where the pages are written.
        notes: where a file that cannot be brought is noted.
        root: from a page to the folder of the pages.

    """

    def __init__(self, policy: Policy, target: Target, notes: Notes, root: str = "") -> None:
        self._media = Media(policy, target, notes)
        self._root = root

    def address(self, attachment: Attachment, source: str) -> tuple[str, str]:
        """Bring the file to its place and say where that is."""
        place = self._media.place(attachment, source)
        if place.address is None:
            return "", place.reason
        if place.address.startswith("file:"):
            return f'src="{escape(place.address)}"', ""
        return f'src="{self._root}{to_address(place.address)}"', ""

    def report(self) -> None:
        """Note what did not come along."""
        self._media.report()


def show_file(attachment: Attachment, files: Files, source: str) -> str:
    """Write a file as HTML: shown, played, linked to, or named with the reason why it is not there."""
    name = one_line(attachment.name or (attachment.member or "").rpartition("/")[2])
    type_ = one_line(attachment.media_type or "")
    word = FILE_WORDS.get(type_.partition("/")[0], "file")
    address, reason = files.address(attachment, source)
    if not address:
        label = f"<bdi>{escape(name)}</bdi> ({word}): " if name else f"{word} "
        return f'<p class="missing">{label}{reason}</p>'
    kind = None if type_ in _NOT_SHOWN else media_kind(attachment)
    label = escape(name or word)
    match kind:
        case "image":
            return f'<figure><img {address} alt="{label}" loading="lazy"></figure>'
        case "audio" | "video":
            return (
                f'<figure><{kind} controls preload="none" {address} aria-label="{label}"></{kind}></figure>'
            )
        case _:
            link = address.replace("src=", "href=", 1) if address.startswith("src=") else address
            about = " · ".join(filter(None, (type_, size_words(attachment.size) if attachment.size else "")))
            note = f" <small>{escape(about)}</small>" if about else ""
            return f'<p class="file"><a {link} download="{label}"><bdi>{label}</bdi></a>{note}</p>'
