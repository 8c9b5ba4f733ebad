"""File names that every system takes, and that never collide."""

import re
import unicodedata
from collections import Counter
from typing import Final

from pathvalidate import sanitize_filename

MAX_CHARS: Final = 80
MAX_BYTES: Final = 200
"""Linux and macOS stop at 255 bytes; this leaves room for a counter and a suffix."""
_JOINERS: Final = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Invisible, but Persian words and joined emoji are spelled with them."""
_SKIN_TONES: Final = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_EDGES: Final = f" .-{_JOINERS}"
_CLOCK_COLON: Final = re.compile(r"(?<=\d):(?=\d)")
_CONSOLE: Final = re.compile(r"^con(?:in|out)\$(?=\.|$)", re.IGNORECASE)
"""Reserved by Windows, and not known to pathvalidate."""
_PLAIN: Final = re.compile(r"[^\W_][\w ,;!'()&+=@\-]{10,198}[^\W_]")
"""Takes no look at what systems forbid: no sign of theirs is in it, and what they reserve is shorter."""
_FORBIDDEN: Final = str.maketrans("", "", ':*?"<>|')
"""Left out, as pathvalidate does: nearly all titles are questions."""


def safe_name(text: str, fallback: str = "untitled") -> str:
    """Turn any text into a file name for Windows, macOS and Linux.

    Args:
        text: any text; a suffix such as ``.jpg`` is kept when the rest must be shortened.
        fallback: what to use when nothing is left.

    >>> safe_name("What's 1/2 of *3*?  ")
    "What's 1-2 of 3"
    >>> safe_name("Bread: first rise, 21:04")
    'Bread first rise, 21.04'
    >>> safe_name("../../etc/passwd")
    'etc-passwd'
    >>> safe_name("CON.txt"), safe_name("...")
    ('CON_.txt', 'untitled')

    """
    visible = " ".join(text.split())
    if not (visible.isascii() and visible.isprintable()):
        visible = "".join([char for char in visible if _is_visible(char)])
    visible = _CLOCK_COLON.sub(".", visible).replace("/", "-").replace("\\", "-")
    name = _sanitize(visible)
    name = unicodedata.normalize("NFC", " ".join(name.split())).strip(_EDGES)
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or len(suffix) > 8 or " " in suffix:  # noqa: PLR2004 - longer ones are no suffixes
        stem, suffix = name, ""
    else:
        suffix = f".{suffix}"
    stem = _shorten(stem, MAX_CHARS - len(suffix)).rstrip(_EDGES)
    return _sanitize(_CONSOLE.sub(r"\g<0>_", stem) + suffix) or fallback


def _sanitize(name: str) -> str:
    plain = name.translate(_FORBIDDEN)
    return plain if _PLAIN.fullmatch(plain) else sanitize_filename(name, platform="universal")


class UniqueNames:
    """Hands out names that differ also where upper and lower case do not.

    >>> names = UniqueNames()
    >>> names.claim("Notes.md"), names.claim("notes.md"), names.claim("notes.md")
    ('Notes.md', 'notes (2).md', 'notes (3).md')
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._counts: Counter[str] = Counter()

    def is_free(self, name: str) -> bool:
        """Tell whether :meth:`claim` would return the name as it is."""
        return _key(name) not in self._taken

    def claim(self, name: str) -> str:
        """Return ``name``, or the first free variant of it, and remember it."""
        stem, dot, suffix = name.rpartition(".")
        if not dot:
            stem, suffix = name, ""
        key, candidate = _key(name), name
        while _key(candidate) in self._taken:
            self._counts[key] += 1
            candidate = f"{stem} ({self._counts[key] + 1}){dot}{suffix}"
        self._taken.add(_key(candidate))
        return candidate


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _shorten(text: str, limit: int) -> str:
    """Cut to ``limit`` characters and :data:`MAX_BYTES` bytes, not inside what is drawn as one character."""
    end = min(len(text), limit)
    while len(text[:end].encode()) > MAX_BYTES:
        end -= 1
    start = end
    while 0 < start < len(text) and (_is_joined(text[start]) or text[start - 1] in _JOINERS):
        start -= 1
    return text[: start or end]


def _is_joined(char: str) -> bool:
    """Tell a character that is drawn as part of the one before it: accent, joiner, skin tone."""
    return char in _JOINERS or char in _SKIN_TONES or unicodedata.category(char) in ("Mn", "Mc", "Me")


def _is_visible(char: str) -> bool:
    """Keep letters, signs and joiners; drop controls and the marks that reorder text."""
    return char in _JOINERS or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
