"""File names that every system takes, and that never collide."""

import unicodedata
from typing import Final

from pathvalidate import sanitize_filename

MAX_CHARS: Final = 80
MAX_BYTES: Final = 200
"""Linux and macOS stop at 255 bytes; this leaves room for a counter and a suffix."""


def safe_name(text: str, fallback: str = "untitled") -> str:
    """Turn any text into a file name for Windows, macOS and Linux.

    Args:
        text: any text; a suffix such as ``.jpg`` is kept when the rest must be shortened.
        fallback: what to use when nothing is left.

    >>> safe_name("What's 1/2 of *3*?  ")
    "What's 1-2 of 3"
    >>> safe_name("../../etc/passwd")
    'etc-passwd'
    >>> safe_name("CON.txt"), safe_name("...")
    ('CON_.txt', 'untitled')
    """
    visible = "".join(char for char in unicodedata.normalize("NFC", text) if _is_visible(char))
    name = sanitize_filename(visible.replace("/", "-").replace("\\", "-"), platform="universal")
    name = " ".join(name.split()).strip(" .-")
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or len(suffix) > 8 or " " in suffix:  # noqa: PLR2004 - longer ones are no suffixes
        stem, suffix = name, ""
    else:
        suffix = f".{suffix}"
    stem = stem[: MAX_CHARS - len(suffix)]
    while len(stem.encode()) > MAX_BYTES:
        stem = stem[:-1]
    return sanitize_filename(stem.rstrip(" .-") + suffix, platform="universal") or fallback


class UniqueNames:
    """Hands out names that differ also where upper and lower case do not.

    >>> names = UniqueNames()
    >>> names.claim("Notes.md"), names.claim("notes.md"), names.claim("notes.md")
    ('Notes.md', 'notes (2).md', 'notes (3).md')
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def claim(self, name: str) -> str:
        """Return ``name``, or the first free variant of it, and remember it."""
        stem, dot, suffix = name.rpartition(".")
        if not dot:
            stem, suffix = name, ""
        candidate, count = name, 1
        while _key(candidate) in self._taken:
            count += 1
            candidate = f"{stem} ({count}){dot}{suffix}"
        self._taken.add(_key(candidate))
        return candidate


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _is_visible(char: str) -> bool:
    """Keep letters, signs and joiners; drop controls and the marks that reorder text."""
    return char == "\N{ZERO WIDTH JOINER}" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
