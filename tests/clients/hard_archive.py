"""One invented archive that holds what importers stumble over, written by our exporters for their readers."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from wamigrate.canon import generator
from wamigrate.library import write
from wamigrate.model import SCHEMA, Archive, Attachment, Conversation, Message, Participant, Role, SourceInfo

PICTURE: Final = Path(__file__).parent.parent.parent / "fixtures" / "exporters" / "media"
"""Folder that holds the files of the archive, as if it were the export."""
IMAGE: Final = "IMG-20250325-WA0001.png"
CARD: Final = "Mills.vcf"
TURNS: Final = 5000
_BERLIN: Final = timezone(timedelta(hours=1))
_START: Final = datetime(2025, 3, 1, 9, 30, 15, 250000, tzinfo=_BERLIN)
_SOURCE: Final = "0123456789ab"
_PEOPLE: Final = (
    Participant("Nora", "user", phone="+447700900123"),
    Participant("ChatGPT", "assistant", service="chatgpt", phone="+18002428478"),
)

TABLE: Final = "| tea | minutes |\n|:----|--------:|\n| green | 2 |\n| black \\| strong | 4 |"
CODE: Final = (
    "Use this:\n\n```python\ndef f(x):\n    if x:\n        return  x\n\n\n    return None\n```\n\ndone"
)
HARD: Final[tuple[tuple[Role, str], ...]] = (
    ("assistant", "Hello! I speak first. 👋"),
    ("user", "cafe\u0301 with a decomposed é, and café with a composed one"),
    ("user", "a family: 👨‍👩‍👧‍👦, a flag 🏴󠁧󠁢󠁳󠁣󠁴󠁿, skin 👍🏽"),
    ("assistant", CODE),
    ("assistant", TABLE),
    ("user", "كيف أقول «مقهى»؟ \u200fRTL\u200e and back"),
    ("assistant", "تقول: **مقهى** ☕️"),
    ("user", "my linkedin page; cite the turn0search1 list,  two  blanks"),
    ("assistant", "日本語と中文, <b>not bold</b> &amp; \"quotes\" 'too', back\\slash"),
    ("user", "line one\nline two\n\n\nafter two empty lines\ttab"),
    ("assistant", "1. one\n2. two\n   - nested\n\n> quoted\n\n---\n\n$x^2$ and \\(y\\)"),
)
TITLE: Final = 'Tee & "Kaffee" <3: كيف أقول؟ 🍵 cafe\u0301'


def hard_archive() -> Archive:
    """Return an archive of two conversations: the hard one, with a picture, and a very long one."""
    info = SourceInfo(
        _SOURCE, PICTURE.name, None, "whatsapp", "0123456789ab" + "0" * 52, 1000, platform="ios"
    )
    conversations = (_hard(), _long())
    return Archive(SCHEMA, generator(), (info,), conversations)


def write_archive(to: str, path: Path, **options: str) -> Path:
    """Write the archive with an exporter; ``options`` are the exporter's."""
    named = {f"{to}.{key}": value for key, value in options.items()}
    write(hard_archive(), to, path, options=named, media_from=[PICTURE])
    return path


def _hard() -> Conversation:
    messages = [_message(0, index, role, text) for index, (role, text) in enumerate(HARD)]
    caption = "Is it *too* flat?"
    picture = Attachment(IMAGE, "image/png", 3096, member=IMAGE, present=True, caption=caption)
    messages.append(_message(0, len(messages), "user", caption, picture))
    messages.append(_message(0, len(messages), "assistant", "A little. 🍞"))
    card = Attachment(CARD, "text/vcard", 87, member=CARD, present=True)
    messages.append(_message(0, len(messages), "user", "", card))
    return _conversation(0, TITLE, messages)


def _long() -> Conversation:
    """Two messages have each time, and every tenth runs on."""
    roles: list[Role] = [
        "user" if index % 2 == 0 or index % 10 == 7 else "assistant" for index in range(TURNS)
    ]
    messages = [_message(1, index, role, f"Message number {index} 🧵") for index, role in enumerate(roles)]
    return _conversation(1, "Five thousand turns", messages)


def _message(chat: int, index: int, role: Role, text: str, *files: Attachment) -> Message:
    id_ = f"0000000{chat}-0000-5000-8000-{index:012}"
    time = _START + timedelta(days=chat, minutes=index // 2)
    author = "Nora" if role == "user" else "ChatGPT"
    return Message(id_, role, author, time, "media" if files else "text", text, attachments=files)


def _conversation(chat: int, title: str, messages: list[Message]) -> Conversation:
    id_ = f"cccccccc-0000-5000-8000-{chat:012}"
    times = (messages[0].timestamp, messages[-1].timestamp)
    return Conversation(id_, title, "chatgpt", _PEOPLE, *times, tuple(messages), _SOURCE)
