"""Changes of chat texts: lines, headers, words, and single bytes."""

from random import Random
from typing import Final

from . import dictionary

_CODES: Final = ("utf-16", "utf-16-be", "utf-8-sig", "cp1252", "utf-32", "shift-jis")
_BLOCK: Final = 12


def change(data: bytes, chance: Random) -> bytes:
    """Change a chat in one place."""
    return chance.choice(_CHANGES)(data, chance)


def change_bytes(data: bytes, chance: Random) -> bytes:
    """Change, add, remove or repeat a few bytes anywhere."""
    whole = bytearray(data or b"\0")
    at = chance.randrange(len(whole))
    kind = chance.randrange(4)
    if kind == 0:
        whole[at] = chance.choice((0, 10, 13, 32, 127, 128, 255, chance.randrange(256)))
    elif kind == 1:
        del whole[at : at + chance.randrange(1, 20)]
    elif kind == 2:  # noqa: PLR2004 - the third of four
        whole[at:at] = chance.randbytes(chance.randrange(1, 5))
    else:
        piece = whole[at : at + chance.randrange(1, 60)]
        whole[at:at] = piece * chance.choice((1, 1, 2, 30))
    return bytes(whole)


def _insert_word(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + _encoded(chance.choice(dictionary.chat_words())) + data[at:]


def _insert_header(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    at = chance.randrange(len(lines) + 1)
    word = chance.choice(dictionary.chat_words())
    lines.insert(at, _encoded(_odd(chance.choice(dictionary.headers()), chance) + word))
    return b"\n".join(lines)


def _odd(header: str, chance: Random) -> str:
    """Make a header another day, an impossible one, or one in other digits."""
    kind = chance.randrange(6)
    if kind == 0:
        header = header.translate({ord(sign): chance.choice("0123456789") for sign in "0123456789"})
    elif kind == 1:
        zero = chance.choice("٠۰०০๐０᠐")
        header = header.translate({ord("0") + digit: chr(ord(zero) + digit) for digit in range(10)})
    elif kind == 2:  # noqa: PLR2004 - the third of six
        header = header.replace(
            "Ana", chance.choice(("ChatGPT", "+1 800 242 8478", "a: b", "", "\u200e", "x" * 300))
        )
    return header


def _move_lines(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    block = lines[at : at + chance.randrange(1, _BLOCK)]
    if chance.randrange(2):
        del lines[at : at + len(block)]
    if chance.randrange(3):
        to = chance.randrange(len(lines) + 1)
        lines[to:to] = block
    return b"\n".join(lines)


def _recode(data: bytes, chance: Random) -> bytes:
    if chance.randrange(4):
        return data.replace(
            *chance.choice(((b"\n", b"\r\n"), (b"\r\n", b"\n"), (b", ", b" "), (b"2025", b"25")))
        )
    return data.decode("utf-8", "replace").encode(chance.choice(_CODES), "replace")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_CHANGES: Final = (change_bytes, _insert_word, _insert_header, _insert_header, _move_lines, _recode)
