"""SillyTavern: its own chat files, with a character for each assistant and the pictures.

Where it goes:
    SillyTavern: copy everything in the folder into ``data/default-user``, and start SillyTavern anew; forks
    of it likewise. Or take single chats: *Manage chat files, Import chat*, with a character chosen.

Layout:
    ``chats/ChatGPT (WhatsApp)/YYYY-MM-DD title.jsonl`` for each conversation: a first line about the chat,
    and a line for each message. ``characters/ChatGPT (WhatsApp).png`` is a character card without
    instructions, so that SillyTavern shows the chats; pictures, recordings and videos stand in
    ``user/images/WhatsApp``.

What survives:
    Every message in its order with sender's name, text as Markdown, time and id, pictures, recordings,
    videos. Times without a zone stay the phone's wall clock, which SillyTavern shows as it is. The true
    origin (WhatsApp, the assistant and its number, the file's hash), edits, replies and kinds of messages
    stand under keys ``wamigrate``. Notices, where asked for with ``--notices``, are system messages.

What is lost:
    Other files: a line such as ``📎 notes.pdf`` stands for each. SillyTavern keeps no title beside the file's
    name.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from wamigrate.addresses import as_address
from wamigrate.archived import Archived, Finding
from wamigrate.file_names import ConversationNames
from wamigrate.formats import Exporter, Layout
from wamigrate.inline_media import InlinePolicy, MediaKind, media_kind
from wamigrate.labels import assistant_label, author_label, user_label
from wamigrate.media import Media
from wamigrate.model import Attachment, Conversation, Message, replace
from wamigrate.names import UniqueNames, safe_name
from wamigrate.notes import Notes
from wamigrate.origin import PLATFORM, Detail, Origin, detail, generator_words, origin
from wamigrate.png import plain_png
from wamigrate.source import Source
from wamigrate.target import Target
from wamigrate.turns import TurnRole, Turns, conversation_title, visible_text

from . import _sillytavern_check

_IMAGES: Final = f"user/images/{PLATFORM}"
_CARD: Final = (128, 192)
"""Width and height of a card, in pixels."""
_COLOUR: Final = (84, 110, 122)
_encode: Final = msgspec.json.Encoder().encode


class _Known(Struct, frozen=True, omit_defaults=True):
    """What SillyTavern has no field for in a message."""

    id: str
    detail: Detail | None = None


class _Medium(Struct, frozen=True):
    """A picture, recording or video of a message."""

    url: str
    type: MediaKind
    title: str


class _Extra(Struct, frozen=True, omit_defaults=True):
    """What belongs to a message beside its text."""

    wamigrate: _Known
    media: tuple[_Medium, ...] = ()


class _Line(Struct, frozen=True):
    """A message."""

    name: str
    is_user: bool
    is_system: bool
    mes: str
    extra: _Extra
    send_date: str | UnsetType = UNSET


class _About(Struct, frozen=True):
    """Where a chat comes from."""

    conversation: str
    number: int
    """Of the conversation among all that were written, from 1."""
    title: str
    origin: Origin


class _ChatMetadata(Struct, frozen=True):
    """What is known about a chat."""

    wamigrate: _About


class _First(Struct, frozen=True):
    """The first line of a chat."""

    user_name: str
    character_name: str
    create_date: str
    chat_metadata: _ChatMetadata


class _CardData(Struct, frozen=True):
    """A character, as the specification of cards, version 2, has it."""

    name: str
    creator_notes: str
    tags: tuple[str, ...]
    description: str = ""
    personality: str = ""
    scenario: str = ""
    first_mes: str = ""
    mes_example: str = ""
    system_prompt: str = ""
    post_history_instructions: str = ""
    alternate_greetings: tuple[str, ...] = ()
    creator: str = ""
    character_version: str = ""
    extensions: dict[str, str] = {}


class _Card(Struct, frozen=True):
    """A character card; the keys below ``data`` are repeated for programs of version 1."""

    name: str
    chat: str
    data: _CardData
    spec: Literal["chara_card_v2"] = "chara_card_v2"
    spec_version: Literal["2.0"] = "2.0"
    description: str = ""
    personality: str = ""
    scenario: str = ""
    first_mes: str = ""
    mes_example: str = ""


@dataclass(frozen=True)
class SillyTavernFolder:
    """Writes a folder for SillyTavern."""

    name: str = field(default="sillytavern", init=False)
    title: str = field(default="SillyTavern chats", init=False)
    layout: Layout = field(default="folder", init=False)
    suffix: str = field(default="", init=False)
    notices: bool = field(default=False, init=False)
    media: InlinePolicy = "copy"
    """``copy`` pictures, recordings and videos into the folder, or ``omit`` them."""

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write a chat for each conversation, then the characters."""
        media = Media(self.media, target, notes, _IMAGES)
        folders = UniqueNames()
        characters: dict[str, _Character] = {}
        for number, conversation in enumerate(conversations, 1):
            name = assistant_label(conversation)
            if name not in characters:
                characters[name] = _Character(
                    name, folders.claim(safe_name(f"{name} ({PLATFORM})", PLATFORM))
                )
            character = characters[name]
            chat = character.names.claim(conversation)
            with target.writing(f"chats/{character.folder}/{chat}") as stream:
                about = _About(
                    conversation.id, number, conversation_title(conversation), origin(conversation, notes)
                )
                stream.writelines(_lines(conversation, name, media, about))
            character.last = chat.removesuffix(_sillytavern_check.SUFFIX)
        for character in characters.values():
            with target.writing(f"characters/{character.folder}.png") as stream:
                stream.write(character.card())
        media.report()

    def recognises(self, source: Source) -> bool:
        """Look at the first line of a chat."""
        return _sillytavern_check.recognises(source)

    def check(self, source: Source) -> Iterator[Finding]:
        """Yield every rule of SillyTavern that a file breaks."""
        return _sillytavern_check.check(source)

    def contents(self, source: Source) -> Iterator[Archived]:
        """Yield the conversations, in the order in which they were written."""
        return _sillytavern_check.contents(source)


class _Character:
    """An assistant with its chats.

    Attributes:
        folder: name of its chats' folder, and of its card.
        names: of its chats.
        last: name of the chat that was written last, which is shown first.

    """

    def __init__(self, name: str, folder: str) -> None:
        self._name = name
        self.folder = folder
        self.names = ConversationNames(_sillytavern_check.SUFFIX)
        self.last = ""

    def card(self) -> bytes:
        """Return the picture that holds the character."""
        notes = f"Keeps conversations that took place on {PLATFORM}. Made by {generator_words()}."
        data = _CardData(self._name, notes, (PLATFORM.lower(),))
        content = b64encode(_encode(_Card(self._name, self.last, data))).decode()
        return plain_png(*_CARD, _COLOUR, {_sillytavern_check.CARD: content})


def _lines(conversation: Conversation, assistant: str, media: Media, about: _About) -> Iterator[bytes]:
    name = user_label(conversation)
    started = conversation.started_at
    turns = Turns(conversation)
    yield _encode(_First(name, assistant, started.isoformat() if started else "", _ChatMetadata(about)))
    for message in conversation.messages:
        line = _line(message, conversation.source, (name, assistant), media, turns.role(message))
        yield b"\n" + _encode(line)


def _line(message: Message, source: str, names: tuple[str, str], media: Media, role: TurnRole) -> _Line:
    if message.spans:
        source = message.spans[0].source
    shown = dict(_shown(message, source, media)) if message.attachments else {}
    is_user = role == "user"
    is_system = message.role == "notice"
    default = PLATFORM if is_system else names[0] if is_user else names[1]
    return _Line(
        author_label(message, default),
        is_user,
        is_system,
        visible_text(message, list(shown)),
        _Extra(_Known(message.id, detail(message)), tuple(shown.values())),
        UNSET if message.timestamp is None else message.timestamp.isoformat(),
    )


def _shown(message: Message, source: str, media: Media) -> Iterator[tuple[Attachment, _Medium]]:
    """Bring the files that SillyTavern shows to their place."""
    for file in message.attachments:
        kind = media_kind(file)
        address = kind and media.place(_renamed(file), source).address
        if kind and address:
            yield file, _Medium(f"/{as_address(address)}", kind, file.name or "")


def _renamed(file: Attachment) -> Attachment:
    """Take per cent signs out of a name: SillyTavern's server decodes addresses twice and fails on them."""
    name = file.name or (file.member or "").rpartition("/")[2]
    return replace(file, name=name.replace("%", "_")) if "%" in name else file


exporter: Final[Exporter] = SillyTavernFolder()
