"""The time zone a phone was in: from its wall clock to times with an offset.

A chat export prints the wall clock and no zone. In autumn one hour of it happens twice; which of the two is
meant follows from the order in the file (PEP 495 calls the answer ``fold``).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from wamigrate.columns import rebuild
from wamigrate.errors import OptionError
from wamigrate.model import Conversation, replace

_JITTER: Final = timedelta(minutes=1)
"""Messages may stand this much out of order without the clock having been put back."""


def find_zone(name: str) -> ZoneInfo:
    """Return the zone with an IANA name.

    Raises:
        OptionError: there is none.

    >>> find_zone("Europe/Berlin").key
    'Europe/Berlin'

    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise OptionError(
            f"there is no time zone {name!r}; give its IANA name, for example Europe/Berlin"
        ) from None


def localize(conversation: Conversation, zone: ZoneInfo) -> Conversation:
    """Give every time of a conversation its offset in ``zone``; times that have one are converted."""
    timestamps = local_times((message.timestamp for message in conversation.messages), zone)
    ends = [stamp for stamp in timestamps if stamp is not None]
    return replace(
        conversation,
        started_at=ends[0] if ends else None,
        ended_at=ends[-1] if ends else None,
        messages=rebuild(conversation.messages, timestamps=timestamps),
    )


def local_times(stamps: Iterable[datetime | None], zone: ZoneInfo) -> list[datetime | None]:
    """Give wall-clock times, in file order, their offset in ``zone``.

    When the clock goes back, the hour that happens twice is first taken for its first turn; from where the
    file itself goes back within that hour, for its second.

    >>> night = [datetime(2025, 10, 26, 2, 50), datetime(2025, 10, 26, 2, 10)]
    >>> [time.isoformat() for time in local_times(night, find_zone("Europe/Berlin"))]
    ['2025-10-26T02:50:00+02:00', '2025-10-26T02:10:00+01:00']
    """
    found: list[datetime | None] = []
    before: datetime | None = None
    fold = 0
    for stamp in stamps:
        if stamp is None:
            found.append(None)
        elif stamp.tzinfo is not None:
            found.append(stamp.astimezone(zone))
        else:
            first = stamp.replace(tzinfo=zone)
            overlap = _overlap(first)
            if not overlap or before is None or abs(stamp - before) > overlap:
                fold = 0
            elif before - stamp > _JITTER:
                fold = 1
            found.append(first.replace(fold=1) if fold else first)
            before = stamp
    return found


def _overlap(time: datetime) -> timedelta:
    """Return how much the clock goes back over this time; nothing where it happens once."""
    first, second = time.utcoffset(), time.replace(fold=1).utcoffset()
    assert first is not None
    assert second is not None
    return max(first - second, timedelta())
