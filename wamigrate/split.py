"""One endless thread to conversations, and back.

A conversation ends where a new day begins or where people paused long enough, but never between a question
and its answer. The pieces hold the same messages in the same order, so joining them gives the thread back.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from wamigrate.bots import find_bot
from wamigrate.errors import OptionError
from wamigrate.ids import chat_key, conversation_id
from wamigrate.model import Conversation, Message, replace

DEFAULT: Final = "day"
"""What ``--split`` does when it is not given."""
PATIENCE: Final = timedelta(hours=1)
"""How long an assistant's last word, or a question without an answer, keeps what follows beside it."""
_GAP: Final = re.compile(r"gap=(\d+(?:\.\d+)?)(m|h|d)", re.ASCII)
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to split, made by :func:`parse_mode`."""

    name: str
    """``none``, ``day`` or ``gap``."""
    gap: timedelta = timedelta.max
    """The pause that ends a conversation; only for ``gap``."""


def parse_mode(text: str) -> Mode:
    """Read what a person gave with ``--split``.

    Args:
        text: ``none``, ``day``, or ``gap=`` and a number of minutes, hours or days such as ``gap=90m``.

    Raises:
        OptionError: it is none of these.

    >>> parse_mode("gap=6h").gap
    datetime.timedelta(seconds=21600)

    """
    if text in ("none", "day"):
        return Mode(text)
    match = _GAP.fullmatch(text)
    try:
        gap = timedelta(**{_UNITS[match[2]]: float(match[1])}) if match else timedelta()
    except OverflowError:
        gap = timedelta()
    if not gap:
        raise OptionError(f"--split {text}: must be none, day, or a pause such as gap=6h, gap=90m or gap=2d")
    return Mode("gap", gap)


def split(chat: Conversation, mode: str = DEFAULT) -> tuple[Conversation, ...]:
    """Split a chat into conversations with titles and ids of their own.

    Args:
        chat: a whole chat, roles and message ids assigned.
        mode: as for :func:`parse_mode`.

    Raises:
        OptionError: there is no such mode.

    """
    chosen = parse_mode(mode)
    starts = list(_starts(chat.messages, chosen)) if chosen.name != "none" else []
    name = chat_title(chat)
    key = chat_key(chat)
    bounds = [0, *starts, len(chat.messages)]
    pieces = (chat.messages[start:end] for start, end in pairwise(bounds))
    return tuple(_piece(chat, messages, key, _title(name, messages, chosen)) for messages in pieces)


def join(pieces: Sequence[Conversation]) -> Conversation:
    """Put the conversations of one chat together again; the first gives title and id.

    Raises:
        ValueError: there are no pieces.

    """
    if not pieces:
        raise ValueError("there is nothing to join")
    messages = tuple(message for piece in pieces for message in piece.messages)
    started_at, ended_at = time_range(messages)
    return replace(pieces[0], started_at=started_at, ended_at=ended_at, messages=messages)


def chat_title(chat: Conversation) -> str:
    """Return what people call a chat: its assistant, else the title it came with, else who talks."""
    bot = None if chat.service is None else find_bot(chat.service)
    if bot is not None:
        return bot.title
    return chat.title or ", ".join(participant.name for participant in chat.participants) or "Chat"


def time_range(messages: Iterable[Message]) -> tuple[datetime | None, datetime | None]:
    """Return the times of the first and the last message that have one."""
    stamps = [message.timestamp for message in messages if message.timestamp is not None]
    return (stamps[0], stamps[-1]) if stamps else (None, None)


def _piece(chat: Conversation, messages: tuple[Message, ...], key: str, title: str) -> Conversation:
    started_at, ended_at = time_range(messages)
    return replace(
        chat,
        id=conversation_id(key, messages[0].id if messages else ""),
        title=title,
        started_at=started_at,
        ended_at=ended_at,
        messages=messages,
    )


def _title(name: str, messages: Sequence[Message], mode: Mode) -> str:
    start = time_range(messages)[0]
    if mode.name == "none" or start is None:
        return name
    day = f"{name}, {start.day} {_MONTHS[start.month - 1]} {start.year}"
    return day if mode.name == "day" else f"{day}, {start:%H:%M}"


def _starts(messages: Sequence[Message], mode: Mode) -> Iterator[int]:
    """Yield where the second and each later conversation starts."""
    ends = _different_day if mode.name == "day" else _paused(mode.gap)
    patience = min(PATIENCE, mode.gap)
    latest = _next_speaker(messages, 0)
    first = messages[latest].timestamp if latest < len(messages) else None
    for index in range(latest + 1, len(messages)):
        message = messages[index]
        if message.role == "notice" or message.timestamp is None:
            continue
        before, time = messages[latest], message.timestamp
        if ends(first, before.timestamp, time) and _may_part(before, message, patience):
            first = time
            yield _with_notices(messages, latest, index)
        latest = index


def _next_speaker(messages: Sequence[Message], index: int) -> int:
    """Return the first message at or after ``index`` that somebody wrote and that has a time."""
    while index < len(messages) and (messages[index].role == "notice" or messages[index].timestamp is None):
        index += 1
    return index


def _different_day(first: datetime | None, latest: datetime | None, following: datetime) -> bool:  # noqa: ARG001 - shaped like the other
    """Say whether a conversation that began at ``first`` may end before ``following``."""
    return first is not None and first.date() != following.date()


def _paused(gap: timedelta) -> Callable[[datetime | None, datetime | None, datetime], bool]:
    def paused(first: datetime | None, latest: datetime | None, following: datetime) -> bool:  # noqa: ARG001 - as above
        return latest is not None and _apart(latest, following) >= gap

    return paused


def _may_part(latest: Message, following: Message, patience: timedelta) -> bool:
    """Say whether two neighbours may be parted.

    An answer stays with its question however late it comes. Further parts of an answer, and what somebody
    adds to a question that has no answer yet, stay for as long as ``patience``.
    """
    if following.role == "assistant":
        return latest.role == "assistant" and _pause(latest, following) >= patience
    return latest.role == "assistant" or _pause(latest, following) >= patience


def _with_notices(messages: Sequence[Message], latest: int, following: int) -> int:
    """Return where to cut between two messages: the notices between them go with the one nearer in time."""
    cut = following
    while cut - 1 > latest and messages[cut - 1].role == "notice":
        notice = messages[cut - 1]
        if notice.timestamp is not None and (
            _pause(messages[latest], notice) < _pause(notice, messages[following])
        ):
            break
        cut -= 1
    return cut


def _pause(one: Message, other: Message) -> timedelta:
    assert one.timestamp is not None
    assert other.timestamp is not None
    return _apart(one.timestamp, other.timestamp)


def _apart(one: datetime, other: datetime) -> timedelta:
    """Return the time between two readings of the phone's clock."""
    return abs(other.replace(tzinfo=None) - one.replace(tzinfo=None))
