"""One copy of a chat as columns, made to be compared with others."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

from wamigrate.likeness import STRONG, gist, plain
from wamigrate.model import Conversation, Message
from wamigrate.shift import Moment

_SECOND: Final = timedelta(seconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WALL_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks have no zone
_MINUTE: Final = 60
_PRECISE_SHARE: Final = 0.8


class Strand:
    """One copy of a chat.

    Args:
        chat: whole, with roles and ids, with the texts as received.

    Attributes:
        chat: the same.
        words: of each message, its text as :func:`wamigrate.likeness.plain` gives it.
        moments: of each message, when it was written, in seconds; None where that is unknown. Wall clocks
            count as UTC.
        zoned: whether its times have an offset.

    """

    def __init__(self, chat: Conversation) -> None:
        self.chat = chat
        self.messages: Sequence[Message] = chat.messages
        self.words: list[str] = [plain(message.text) if message.text else "" for message in chat.messages]
        self.zoned: bool = has_offsets(chat)
        self.moments: list[Moment | None] = _moments(chat)

    def __len__(self) -> int:
        return len(self.messages)

    def range(self) -> tuple[int, int] | None:
        """Return the earliest and the latest time of messages that people wrote; None where there is none."""
        lows = [
            moment.low
            for moment, message in zip(self.moments, self.messages, strict=True)
            if moment is not None and message.role != "notice"
        ]
        return (min(lows), max(lows)) if lows else None

    @cached_property
    def gists(self) -> list[str]:
        """How each message begins, as :func:`wamigrate.likeness.gist` gives it."""
        return list(map(gist, self.words))

    def landmarks(self, shortest: int = STRONG) -> Mapping[str, int]:
        """Return the gists that stand only once in the copy, each with its place.

        Args:
            shortest: characters that they must have.

        """
        return {words: place for words, place in self._once.items() if len(words) >= shortest}

    @cached_property
    def _once(self) -> dict[str, int]:
        counts = Counter(self.gists)
        return {
            words: place
            for place, words in enumerate(self.gists)
            if words
            and counts[words] == 1
            and self.moments[place] is not None
            and self.messages[place].role != "notice"
        }

    def landmarks_within(self, low: int, high: int, shortest: int = STRONG) -> int:
        """Count the texts that stand once, are not shorter, and were written between two times."""
        moments = (self.moments[place] for place in self.landmarks(shortest).values())
        return sum(moment is not None and low <= moment.low <= high for moment in moments)


def has_offsets(chat: Conversation) -> bool:
    """Say whether any time of a copy has an offset."""
    return any(one.timestamp is not None and one.timestamp.tzinfo is not None for one in chat.messages)


def has_seconds(chat: Conversation) -> bool:
    """Say whether a copy tells seconds: then nearly all times have some that are not zero."""
    stamps = [one.timestamp for one in chat.messages if one.timestamp is not None]
    return sum(stamp.second > 0 for stamp in stamps) >= max(_PRECISE_SHARE * len(stamps), 2)


def _moments(chat: Conversation) -> list[Moment | None]:
    """Return when each message was written.

    A time at the full minute stands for the whole minute: a history of copies with and without seconds has
    both, so what the others look like tells nothing.
    """
    lows = [None if one.timestamp is None else _seconds(one.timestamp) for one in chat.messages]
    return [None if low is None else Moment(low, low if low % _MINUTE else low + _MINUTE - 1) for low in lows]


def _seconds(stamp: datetime) -> int:
    if stamp.tzinfo is None:
        return (stamp - _WALL_EPOCH) // _SECOND
    return (stamp - _EPOCH) // _SECOND
