"""The chats that speed and memory are measured on: in the cache folder, each written once."""

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

from benchmarks.corpus import names, write
from benchmarks.environments import cache_folder
from benchmarks.styles import find_styles

STYLES: Final = ("android-eu-24h", "ios-us-12h")
GIANT: Final = 2_400_000
"""Messages of a chat of 1 GB."""
_SUFFIXES: Final = {"k": 1000, "m": 1_000_000}


def messages_of(text: str) -> int:
    """Read a number of messages.

    >>> messages_of("40k"), messages_of("2.4M"), messages_of("500")
    (40000, 2400000, 500)
    """
    factor = _SUFFIXES.get(text[-1:].lower(), 1)
    return round(float(text[:-1] if factor > 1 else text) * factor)


def short(messages: int) -> str:
    """Write a number of messages.

    >>> short(40_000), short(2_400_000), short(999)
    ('40k', '2.4M', '999')
    """
    if messages >= 1_000_000:  # noqa: PLR2004 - a million
        return f"{messages / 1_000_000:g}M"
    return f"{messages / 1000:g}k" if messages >= 1000 else str(messages)  # noqa: PLR2004 - a thousand


def chat(style: str, messages: int) -> Path:
    """Return a plain chat of that length."""
    path = cache_folder() / "chats" / short(messages) / f"{style}.txt"
    _make_once(path, style, messages, 1)
    return path


def many(chats: int, messages: int) -> Path:
    """Return a folder of chats of that length, of both phones in turn."""
    folder = cache_folder() / "chats" / f"{chats}-of-{short(messages)}"
    _make_once(folder, ",".join(STYLES), messages, chats)
    return folder


def archive(style: str, messages: int) -> Path:
    """Return the chat in a ZIP archive, as an iPhone exports it."""
    path = chat(style, messages)
    packed = path.with_name(f"{style} - Someone.zip")
    if not packed.exists():
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as writer:
            writer.write(path, "_chat.txt")
    return packed


def person(style: str, messages: int) -> str:
    """Return the name of the person in a chat."""
    return names(find_styles()[style], "plain", messages)[0]


def _make_once(path: Path, styles: str, messages: int, chats: int) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    print(f"writing {path.parent.name}/{path.name}", file=sys.stderr, flush=True)
    draft = path.with_name(path.name + ".part")
    arguments = [str(draft), styles, str(messages), str(chats)]
    folder = Path(__file__).parents[1]
    subprocess.run([sys.executable, "-m", "benchmarks.chats", *arguments], check=True, cwd=folder)
    draft.rename(path)


def main() -> None:
    """Write one chat, or a folder of them: ``python -m benchmarks.chats PATH STYLE,STYLE MESSAGES CHATS``."""
    path, styles = Path(sys.argv[1]), [find_styles()[name] for name in sys.argv[2].split(",")]
    messages, chats = int(sys.argv[3]), int(sys.argv[4])
    if chats == 1 and len(styles) == 1:
        write(styles[0], "plain", messages, path)
        return
    for number in range(1, chats + 1):
        write(styles[number % len(styles)], "plain", messages, path / f"chat {number:05}.txt", number)


if __name__ == "__main__":
    main()
