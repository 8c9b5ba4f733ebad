"""What the tests of the phone-export parser share: reading a chat, and the header styles of phones.

The styles are those seen in real exports, in documentation of other readers, or made from the habits of
a locale; ``phone_styles.toml`` holds every header as the phone would print it, not as the parser's tables
describe it.
"""

import tomllib
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from wamigrate.formats import configure, find_parser
from wamigrate.model import Conversation, DateOrder, Message, Platform, SourceInfo
from wamigrate.notes import Notes
from wamigrate.source import open_source

ROOT: Final = Path(__file__).resolve().parent.parent
SAMPLES: Final = ROOT.parent / "shared" / "samples"

LRM: Final = "\u200e"
RLM: Final = "\u200f"
NBSP: Final = "\u00a0"
NNBSP: Final = "\u202f"
BOM: Final = "\ufeff"


class Chat(NamedTuple):
    """A chat file as the parser reads it."""

    conversations: tuple[Conversation, ...]
    messages: tuple[Message, ...]
    info: SourceInfo
    notes: Notes


def read_chat(path: Path, **options: str) -> Chat:
    """Read one phone export with the parser under test."""
    parser = configure(find_parser("whatsapp"), options)
    notes = Notes()
    source = open_source(path)
    try:
        conversations = tuple(parser.parse(source, notes))
    finally:
        source.close()
    messages = tuple(message for conversation in conversations for message in conversation.messages)
    return Chat(conversations, messages, notes.sources[0], notes)


def read_text(folder: Path, text: str, name: str = "chat.txt", **options: str) -> Chat:
    """Write ``text`` as a chat file, byte for byte, and read it."""
    path = folder / name
    path.write_bytes(text.encode())
    return read_chat(path, **options)


def body(message: Message) -> str:
    """Return the body exactly as received."""
    return message.text if message.raw is None else message.raw


def bodies(messages: Iterable[Message]) -> list[str]:
    """Return all bodies exactly as received."""
    return [body(message) for message in messages]


def authors(messages: Iterable[Message]) -> list[str | None]:
    """Return who wrote each message."""
    return [message.author for message in messages]


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    """Write a ZIP archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 4, 1, 12, 0, 0)), data)
    return path


def clock(year: int, month: int, day: int, hour: int, minute: int, second: int = 0) -> datetime:
    """Return a time as a phone's clock shows it, without a zone."""
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a phone's wall clock


OPENING: Final = """25/03/2025, 20:50 - Ana: are you there?
25/03/2025, 20:50 - Bob: yes, always
25/03/2025, 20:51 - Meta AI: Hello both! How can I help?
25/03/2025, 20:52 - Ana: we plan the week
25/03/2025, 20:53 - Bob: and look at a log
25/03/2025, 20:53 - Meta AI: Go ahead.
"""
CLOSING: Final = """26/03/2025, 21:30 - Ana: thank you
26/03/2025, 21:31 - Meta AI: You're welcome!
26/03/2025, 21:32 - Bob: bye
"""


def at(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    """Return a time in March 2025 on the phone's clock."""
    return clock(2025, 3, day, hour, minute, second)


def only_between(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """Return the messages between the ordinary ones before and after, which must be whole."""
    assert authors(messages[:6]) == ["Ana", "Bob", "Meta AI"] * 2
    assert bodies(messages[-3:]) == ["thank you", "You're welcome!", "bye"]
    return messages[6:-3]


def read_between(folder: Path, text: str) -> tuple[Message, ...]:
    """Read ``text`` in the middle of an ordinary Android chat of three."""
    return only_between(read_text(folder, OPENING + text + CLOSING).messages)


AUTHORS: Final = ["Ana", "Bob", "Ana"]
BODIES: Final = (
    "Hi \N{VULGAR FRACTION ONE HALF} \N{LATIN SMALL LIGATURE FI} \U0001f469\u200d\U0001f467 done: yes",
    "sure \N{EN DASH} here:\nsecond line, 10:30 - not a header",
    "good  morning ",
)
SENT: Final = (clock(2025, 3, 25, 21, 4, 5), clock(2025, 3, 25, 21, 5, 6), clock(2025, 3, 26, 9, 6, 7))


class Variant(NamedTuple):
    """One phone's way to print three messages: by Ana, by Bob (two lines), by Ana the next morning."""

    name: str
    platform: Platform
    order: DateOrder
    seconds: bool
    headers: list[str]
    first_body: str = BODIES[0]

    @property
    def file_name(self) -> str:
        """What the phone calls the chat file."""
        return "_chat.txt" if self.platform == "ios" else "WhatsApp Chat with Bob.txt"

    @property
    def bodies(self) -> list[str]:
        """The bodies of the messages."""
        return [self.first_body, *BODIES[1:]]

    @property
    def text(self) -> str:
        """The chat file's text, with the line ends of the platform."""
        end = "\r\n" if self.platform == "ios" else "\n"
        return "".join(header + text + end for header, text in zip(self.headers, self.bodies, strict=True))

    @property
    def stamps(self) -> list[datetime]:
        """When the messages were sent, as exactly as the style shows it."""
        return [stamp if self.seconds else stamp.replace(second=0) for stamp in SENT]


def _load() -> tuple[Variant, ...]:
    with Path(__file__).with_name("phone_styles.toml").open("rb") as file:
        return tuple(Variant(**row) for row in tomllib.load(file)["style"])


VARIANTS: Final = _load()
