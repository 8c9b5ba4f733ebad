"""Times for applications that must have one of each message, or show messages in the order of their times.

WhatsApp prints minutes: many messages of a chat have the same time, some have none, and where a phone
crossed a zone the clock goes back. Applications that sort by time would shuffle such a chat.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from wamigrate.epoch import EPOCH, UNDATED, Clock
from wamigrate.model import Conversation, Message
from wamigrate.notes import Notes
from wamigrate.wording import count_words

_MOVED: Final = 60_000
"""From this many milliseconds on, a time is said to be another one."""
_FIRST: Final = (datetime.min.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
_UNDATED: Final = round((UNDATED - EPOCH).total_seconds() * 1000)


class Calendar:
    """Gives every message of a conversation a moment; notes what it had to make up.

    Args:
        notes: where assumed zones, undated conversations and moved times are noted.

    """

    def __init__(self, notes: Notes) -> None:
        self._clock = Clock(notes)
        self._notes = notes
        self._undated = 0
        self._moved = 0

    def moments(self, conversation: Conversation) -> list[int]:
        """Return the time of each message, in milliseconds since 1970 in UTC.

        A message without a time has that of the one before it, or else of the first that has one.
        """
        if not any(message.timestamp for message in conversation.messages):
            self._undated += 1
        return filled(self._milliseconds(conversation.messages))

    def in_order(self, times: Sequence[int]) -> list[int]:
        """Return the times of a conversation's messages, each later than the one before it."""
        found = rising(times)
        self._moved += sum(new - old >= _MOVED for new, old in zip(found, times, strict=True))
        return found

    def report(self) -> None:
        """Note what had to be made up; call it once, at the end."""
        if self._undated:
            text = f"{count_words(self._undated, 'conversation')} without any time: dated {UNDATED.date()}"
            self._notes.add("undated", text)
        if self._moved:
            was = "was" if self._moved == 1 else "were"
            text = (
                f"{count_words(self._moved, 'message')} of chats that go back in time {was} given a later "
                "one: the application sorts by time"
            )
            self._notes.add("moved-time", text)

    def _milliseconds(self, messages: Iterable[Message]) -> list[int | None]:
        seconds = self._clock.seconds
        return [
            None if message.timestamp is None else round(seconds(message.timestamp) * 1000)
            for message in messages
        ]


def filled(times: Sequence[int | None]) -> list[int]:
    """Fill gaps with the time before, or else the first one.

    >>> filled([None, 5, None, 3])
    [5, 5, 5, 3]
    >>> filled([None]) == [round((UNDATED - EPOCH).total_seconds() * 1000)]
    True
    """
    last = next((time for time in times if time is not None), _UNDATED)
    found: list[int] = []
    for time in times:
        last = last if time is None else time
        found.append(last)
    return found


def rising(times: Iterable[int]) -> list[int]:
    """Move each time that is not later than the one before it one step behind that.

    >>> rising([5, 5, 9, 3])
    [5, 6, 9, 10]
    """
    found: list[int] = []
    for time in times:
        found.append(time if not found else max(time, found[-1] + 1))
    return found


def iso_milliseconds(milliseconds: int) -> str:
    """Write a moment as JavaScript does: three digits of the second, and ``Z``.

    What is beyond the years 1 to 9999 becomes their first or last moment.

    >>> iso_milliseconds(1742936640250)
    '2025-03-25T21:04:00.250Z'
    """
    moment = EPOCH + timedelta(milliseconds=min(max(milliseconds, _FIRST), _LAST))
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
