"""Times as other programs count them: in UTC, as seconds since 1970 or as ISO 8601 with a ``Z``.

A chat export prints the wall clock of the phone and no zone. Where a format must have a moment, a time
without an offset is taken for UTC, and a finding says so.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.wording import count_words

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
UNDATED: Final = EPOCH + timedelta(days=1)
"""What a format gets that must have a time where there is none: not 0, which programs take for nothing, and
no moment that is before 1970 in any zone, which Windows cannot show."""
_WALL_EPOCH: Final = EPOCH.replace(tzinfo=None)
_SECOND: Final = timedelta(seconds=1)


class Clock:
    """Turns times of the schema into moments; notes once if it had to assume their zone.

    >>> notes = Notes()
    >>> clock = Clock(notes)
    >>> clock.seconds(datetime(2025, 3, 25, 21, 4)), clock.seconds(datetime(2025, 3, 25, 21, 5))
    (1742936640.0, 1742936700.0)
    >>> [note.code for note in notes.items]
    ['assumed-zone']
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._assumed = False
        self._undated = 0
        self._latest = UNDATED

    def seconds(self, time: datetime) -> float:
        """Return the seconds since the beginning of 1970 in UTC, to the microsecond."""
        if time.tzinfo is None:
            self._assume()
            return (time - _WALL_EPOCH) / _SECOND
        return (time - EPOCH) / _SECOND

    def utc(self, time: datetime) -> datetime:
        """Return the moment in UTC."""
        if time.tzinfo is None:
            self._assume()
        return as_utc(time)

    def span(self, conversation: Conversation) -> tuple[datetime, datetime]:
        """Return the moments at which a conversation began and ended.

        One without any time takes place at the end of the one before; :meth:`report` counts these.
        """
        times = (message.timestamp for message in conversation.messages)
        start = conversation.started_at or next((time for time in times if time is not None), None)
        if start is None:
            self._undated += 1
            return self._latest, self._latest
        first = self.utc(start)
        self._latest = max(first, self.utc(conversation.ended_at or start))
        return first, self._latest

    def report(self) -> None:
        """Note how many conversations had no time; call it once, at the end."""
        if self._undated:
            words = count_words(self._undated, "conversation")
            self._notes.add(
                "undated", f"{words} without any time: dated like the one before, because a date is needed"
            )

    def _assume(self) -> None:
        if not self._assumed:
            self._assumed = True
            self._notes.add(
                "assumed-zone",
                "the times have no zone and were taken for UTC; --tz ZONE says where the phone was",
            )


def as_utc(time: datetime) -> datetime:
    """Return a time as a moment in UTC; one without an offset is taken for UTC.

    >>> as_utc(datetime.fromisoformat("2025-03-25T21:04:00+01:00")).isoformat()
    '2025-03-25T20:04:00+00:00'
    """
    if time.tzinfo is None:
        return time.replace(tzinfo=UTC)
    try:
        return time.astimezone(UTC)
    except OverflowError:  # within a day of the first or last that there is
        return time.replace(tzinfo=UTC)


def from_seconds(seconds: float) -> datetime:
    """Return the moment that many seconds after the beginning of 1970 in UTC.

    Raises:
        OverflowError: it is beyond the years 1 to 9999.

    >>> from_seconds(1742936640.25).isoformat()
    '2025-03-25T21:04:00.250000+00:00'

    """
    return EPOCH + timedelta(microseconds=round(seconds * 1_000_000))


def iso_utc(moment: datetime) -> str:
    """Write a moment as Claude's exports do: six digits of the second, and ``Z``.

    >>> iso_utc(datetime(2025, 3, 25, 21, 4, tzinfo=UTC))
    '2025-03-25T21:04:00.000000Z'
    """
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
