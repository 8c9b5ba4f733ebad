"""Changes of ZIP archives: members with other content, names, methods and headers that lie."""

import io
import lzma
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from random import Random
from typing import Final

from . import mutate_text

_METHODS: Final = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
)
_NAMES: Final = (
    "../up.txt",
    "/etc/passwd",
    "C:\\x.txt",
    "\\\\host\\share",
    "CON.txt",
    "chat.txt",
    "_chat.txt",
    "chat.md",
    "a.zip",
    "x/",
    "con\nrol.txt",
    "\x1b[31m.txt",
    "日本.txt",
    "x" * 300 + ".txt",
    "media/../a.jpg",
    "msgstore.db",
    "a.html",
    "",
    ".",
    "..",
    "__MACOSX/._chat.txt",
    "WhatsApp Chat with ChatGPT.txt",
    "result.json",
    "conversations.json",
)
_MOST: Final = 30
_LARGEST: Final = 1 << 18
_CENTRAL: Final = b"PK\x01\x02"
_LOCAL: Final = b"PK\x03\x04"
_FIELDS: Final = (
    (8, "H"),
    (10, "H"),
    (16, "I"),
    (20, "I"),
    (24, "I"),
    (28, "H"),
    (30, "H"),
    (34, "H"),
    (38, "I"),
    (42, "I"),
)
"""Places of numbers in a record of the central directory; APPNOTE.TXT, section 4.3.12."""


def change(data: bytes, chance: Random, inner: Callable[[bytes, Random], bytes]) -> bytes:
    """Change an archive in one place.

    Args:
        data: the archive.
        chance: where every choice comes from.
        inner: changes the content of a member.

    """
    kind = chance.randrange(6)
    if kind == 0:
        return mutate_text.change_bytes(data, chance)
    if kind == 1:
        return _lie(data, chance)
    members = _members(data)
    if not members:
        return mutate_text.change_bytes(data, chance)
    _edit(members, chance, inner)
    return _packed(members, chance)


def _edit(members: list[tuple[str, bytes]], chance: Random, inner: Callable[[bytes, Random], bytes]) -> None:
    at = chance.randrange(len(members))
    name, content = members[at]
    kind = chance.randrange(6)
    if kind == 0:
        members[at] = (chance.choice(_NAMES), content)
    elif kind == 1:
        members.insert(chance.randrange(len(members) + 1), (chance.choice((name, *_NAMES)), content))
    elif kind == 2 and len(members) > 1:  # noqa: PLR2004 - the third of six
        del members[at]
    else:
        members[at] = (name, inner(content, chance))


def _lie(data: bytes, chance: Random) -> bytes:
    """Change a number in a record of the directory, or in the header of a member."""
    whole = bytearray(data)
    starts = [at for at in range(len(data) - 46) if data[at : at + 4] == _CENTRAL]
    if not starts:
        return data
    at = chance.choice(starts)
    offset, form = chance.choice(_FIELDS)
    most = (1 << (8 * struct.calcsize(f"<{form}"))) - 1
    (old,) = struct.unpack_from(f"<{form}", whole, at + offset)
    value = chance.choice((0, 1, most, most - 1, old ^ 1, old + 1, old * 2, chance.randrange(most)))
    struct.pack_into(f"<{form}", whole, at + offset, value & most)
    return bytes(whole)


def _members(data: bytes) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist()[:_MOST]:
                if info.file_size <= _LARGEST:
                    with archive.open(info) as stream:
                        found.append((info.filename, stream.read(_LARGEST)))
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        struct.error,
        zlib.error,
        lzma.LZMAError,
        MemoryError,
    ):
        pass
    return found


def _packed(members: list[tuple[str, bytes]], chance: Random) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as archive:
        warnings.simplefilter("ignore")  # two members of one name are what is wanted
        for name, content in members:
            info = zipfile.ZipInfo("x")
            info.filename = name
            if not chance.randrange(10):
                info.external_attr = chance.randrange(1 << 32)
            archive.writestr(info, content, chance.choice(_METHODS))
    return stream.getvalue()
