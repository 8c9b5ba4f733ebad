"""One endless thread to conversations, and back.

A conversation ends where the subject changes or people paused long enough for them (``auto``, see
:mod:`wamigrate.segments`), where a new day begins (``day``), or after a fixed pause (``gap=6h``), but never
between a question and its answer. The pieces hold the same messages in the same order, so joining them gives
the thread back.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from wamigrate.bots import find_bot
from wamigrate.errors import OptionError
from wamigrate.ids import chat_key, conversation_id
from wamigrate.model import Conversation, Message, replace
from wamigrate.segments import PATIENCE, Boundary, Thread, find_boundaries
from wamigrate.titles import (
    LANGUAGE_REACH,
    UniqueTitles,
    date_title,
    language_before,
    media_title,
    question_title,
)
from wamigrate.wording import clock_words, date_words

__all__ = [
    "DEFAULT",
    "PATIENCE",
    "Boundary",
    "Mode",
    "Splitter",
    "chat_title",
    "explain",
    "join",
    "parse_mode",
    "split",
    "time_range",
]

DEFAULT: Final = "auto"
"""What ``--split`` does when it is not given."""
_SHARE: Final = 16
"""What share of an open conversation has to come before it is gone through again."""
_GAP: Final = re.compile(r"gap=(\d+(?:\.\d+)?)(m|h|d)", re.ASCII)
_REASONS: Final = {"day": "day", "gap": "days"}
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to split, made by :func:`parse_mode`."""

    name: str
    """``auto``, ``none``, ``day`` or ``gap``."""
    gap: timedelta = timedelta.max
    """The pause that ends a conversation; only for ``gap``."""


def parse_mode(text: str) -> Mode:
    """Read what a person gave with ``--split``.

    Args:
        text: ``auto``, ``none``, ``day``, or ``gap=`` and a number of minutes, hours or days, as in
            ``gap=90m``.

    Raises:
        OptionError: it is none of these.

    >>> parse_mode("gap=6h").gap
    datetime.timedelta(seconds=21600)

    """
    if text in ("auto", "none", "day"):
        return Mode(text)
    match = _GAP.fullmatch(text)
    try:
        gap = timedelta(**{_UNITS[match[2]]: float(match[1])}) if match else timedelta()
    except OverflowError:
        gap = timedelta()
    if not gap:
        raise OptionError(
            f"--split {text}: must be auto, none, day, or a pause such as gap=6h, gap=90m or gap=2d"
        )
    return Mode("gap", gap)


def split(chat: Conversation, mode: str = DEFAULT) -> tuple[Conversation, ...]:
    """Split a chat into conversations with titles and ids of their own.

    Args:
        chat: a whole chat, roles and message ids assigned.
        mode: as for :func:`parse_mode`.

    Raises:
        OptionError: there is no such mode.

    """
    splitter = Splitter(chat, mode)
    return (*splitter.feed(chat.messages), *splitter.finish())


def explain(chat: Conversation, mode: str = DEFAULT) -> tuple[Boundary, ...]:
    """Say where :func:`split` lets the second and each later conversation start, and why.

    Args:
        chat: a whole chat, roles assigned.
        mode: as for :func:`parse_mode`.

    Raises:
        OptionError: there is no such mode.

    """
    chosen = parse_mode(mode)
    messages = chat.messages
    if chosen.name == "none":
        return ()
    if chosen.name != "auto":
        return tuple(_starts(messages, chosen))
    return tuple(_in_auto(Thread(chat.service), messages))


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
    """Return what people call a chat: its assistant, else the title it came with, else who talks.

    A group that an assistant is in keeps its own name.
    """
    bot = None if chat.service is None else find_bot(chat.service)
    if bot is not None and not (chat.title and _is_group(chat)):
        return bot.title
    return chat.title or ", ".join(participant.name for participant in chat.participants) or "Chat"


def _is_group(chat: Conversation) -> bool:
    """Tell whether several people are in a chat, and not one with an assistant."""
    return sum(person.role in ("user", "other") for person in chat.participants) > 1


def time_range(messages: Iterable[Message]) -> tuple[datetime | None, datetime | None]:
    """Return the times of the first and the last message that have one."""
    stamps = [message.timestamp for message in messages if message.timestamp is not None]
    return (stamps[0], stamps[-1]) if stamps else (None, None)


class Splitter:
    """Splits a chat that comes in parts.

    A conversation is given out once the next one has begun. Parts may end anywhere: what may still belong to
    an exchange that is not over waits for the next part.
    """

    def __init__(self, chat: Conversation, mode: str = DEFAULT) -> None:
        """Begin a chat.

        Args:
            chat: who talks, with roles; its messages are given to :meth:`feed`.
            mode: as for :func:`parse_mode`.

        Raises:
            OptionError: there is no such mode.

        """
        self._mode = parse_mode(mode)
        self._chat = chat
        self._key = chat_key(chat)
        self._thread = Thread(chat.service)
        self._namer = _Namer(chat_title(chat), self._mode)
        self._before: tuple[Message, ...] = ()
        """The end of what was given out, for the language of titles."""
        self._open: tuple[Message, ...] = ()
        """What has not been given out yet: the beginning of a conversation."""
        self._waiting: tuple[Message, ...] = ()
        """What comes after it, and may belong to an exchange that is not over."""
        self._coming: list[Message] = []
        """What comes after that, and was not looked at yet."""

    def feed(self, messages: tuple[Message, ...]) -> Iterator[Conversation]:
        """Take the next messages of the chat; yield the conversations that are complete."""
        self._coming += messages
        # Not with every part: of a conversation that never ends, that would take the square of its length.
        if len(self._coming) * _SHARE >= len(self._open) + len(self._waiting):
            waiting = (*self._waiting, *self._coming)
            end = _latest_turn(waiting, len(self._waiting))
            self._waiting, self._coming = waiting[end:], []
            yield from self._take(waiting[:end])

    def finish(self) -> Iterator[Conversation]:
        """Yield what is left: at least the last conversation, also one of a chat without messages."""
        yield from self._take((*self._waiting, *self._coming))
        rest = self._before + self._open
        yield self._piece(rest, len(self._before), len(rest))

    def _take(self, messages: tuple[Message, ...]) -> Iterator[Conversation]:
        known = self._before + self._open
        shown = known + messages if known else messages
        start = len(self._before)
        for boundary in self._boundaries(shown, len(known)):
            yield self._piece(shown, start, boundary.index)
            start = boundary.index
        self._before, self._open = shown[max(0, start - LANGUAGE_REACH) : start], shown[start:]

    def _boundaries(self, messages: tuple[Message, ...], known: int) -> Iterator[Boundary]:
        if self._mode.name == "none":
            return iter(())
        if self._mode.name == "auto":
            return _in_auto(self._thread, messages, known)
        # Where the open conversation begins, a fixed rule can begin anew.
        start = len(self._before)
        found = _starts(messages[start:] if start else messages, self._mode)
        return (dataclasses.replace(one, index=one.index + start) for one in found)

    def _piece(self, messages: tuple[Message, ...], start: int, end: int) -> Conversation:
        inside = messages[start:end]
        started_at, ended_at = time_range(inside)
        return replace(
            self._chat,
            id=conversation_id(self._key, inside[0].id if inside else ""),
            title=self._namer.name(inside, started_at, messages, end),
            started_at=started_at,
            ended_at=ended_at,
            messages=inside,
        )


def _latest_turn(messages: Sequence[Message], start: int) -> int:
    """Return the last place, not before ``start``, where an exchange surely begins; 0 where there is none."""
    for index in range(len(messages) - 1, max(0, start - 1), -1):
        before, following = messages[index - 1], messages[index]
        begins = following.role != "assistant" and _is_spoken(before) and _is_spoken(following)
        if begins and _may_part(before, following, PATIENCE):
            return index
    return 0


def _is_spoken(message: Message) -> bool:
    """Tell whether somebody wrote a message whose time is known."""
    return message.role != "notice" and message.timestamp is not None


def _in_auto(thread: Thread, messages: Sequence[Message], known: int = 0) -> Iterator[Boundary]:
    """Yield where conversations start in the messages after those that the thread knows."""
    for one in find_boundaries(thread, messages, known):
        yield Boundary(_with_notices(messages, one.index), one.evidence, one.pause)


class _Namer:
    """Gives the conversations of a chat their titles, first come, first served."""

    def __init__(self, chat: str, mode: Mode) -> None:
        self._chat = chat
        self._mode = mode.name
        self._titles = UniqueTitles()

    def name(
        self, inside: Sequence[Message], time: datetime | None, messages: Sequence[Message], end: int
    ) -> str:
        """Name a conversation.

        Args:
            inside: its messages.
            time: when it started.
            messages: these, and what people wrote before.
            end: where it ends among them.

        """
        title = question_title(inside) if self._mode in ("auto", "gap") else None
        if title is None:
            if self._mode == "none" or time is None:
                title = self._chat
            else:
                title = self._by_date(inside, time, language_before(messages, end))
        if time is None or not self._titles.is_taken(title):
            return self._titles.claim(title, None)
        return self._titles.claim(title, date_title(time.date(), language_before(messages, end)))

    def _by_date(self, inside: Sequence[Message], time: datetime, language: str) -> str:
        sent = media_title(inside, language) if self._mode == "auto" else None
        if sent is not None:
            return f"{sent}, {date_title(time.date(), language)}"
        day = f"{self._chat}, {date_words(time)}"
        return f"{day}, {clock_words(time)}" if self._mode == "gap" else day


def _starts(messages: Sequence[Message], mode: Mode) -> Iterator[Boundary]:
    """Yield where the second and each later conversation starts, by day or pause."""
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
            evidence = ((_REASONS[mode.name], 1.0),)
            yield Boundary(_with_notices(messages, index), evidence, _pause(before, message))
        latest = index


def _next_speaker(messages: Sequence[Message], index: int) -> int:
    """Return the first message at or after ``index`` that somebody wrote and that has a time."""
    while index < len(messages) and not _is_spoken(messages[index]):
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


def _with_notices(messages: Sequence[Message], following: int) -> int:
    """Return where to cut before a message: the notices before it go with the message nearer in time."""
    latest = following - 1
    while latest >= 0 and not _is_spoken(messages[latest]):
        latest -= 1
    cut = following
    while cut - 1 > latest >= 0 and messages[cut - 1].role == "notice":
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
