"""The times of a chat in file order: which messages have none, where time goes back, first and last."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import compress, count, islice
from operator import gt


class Timeline:
    """What the times of messages tell of their order; each answer is found once.

    Args:
        moments: time of each message in file order, None where date or time does not exist.

    Attributes:
        moments: as given.

    >>> line = Timeline([datetime(2025, 3, 1), None, datetime(2025, 3, 4), datetime(2025, 3, 2)])
    >>> line.undated, line.descents, line.first.day, line.last.day
    ([1], [3], 1, 4)

    """

    def __init__(self, moments: Sequence[datetime | None]) -> None:
        self.moments = moments
        self._size = len(moments)

    def is_of(self, moments: Sequence[datetime | None]) -> bool:
        """Tell whether these are the times, and none came in since."""
        return self.moments is moments and self._size == len(moments)

    @cached_property
    def undated(self) -> list[int]:
        """Places of the messages without a time."""
        return [place for place, moment in enumerate(self.moments) if moment is None]

    @cached_property
    def descents(self) -> list[int]:
        """Places of the messages whose time is before the last one."""
        if not self.undated:
            return self._falls
        dated = [place for place, moment in enumerate(self.moments) if moment is not None]
        return [dated[index] for index in self._falls]

    @property
    def first(self) -> datetime | None:
        """The earliest time; None where there is none."""
        # Between two steps back the times rise, so each stretch begins with its earliest.
        return min(self._known[index] for index in (0, *self._falls)) if self._known else None

    @property
    def last(self) -> datetime | None:
        """The latest time; None where there is none."""
        return max(self._known[index - 1] for index in (0, *self._falls)) if self._known else None

    def steps_back(self, least: timedelta) -> int:
        """Return how often time goes back by at least this much."""
        return sum(self._known[index - 1] - self._known[index] >= least for index in self._falls)

    @cached_property
    def _known(self) -> list[datetime]:
        return [moment for moment in self.moments if moment is not None]

    @cached_property
    def _falls(self) -> list[int]:
        """Where the known times go back."""
        return list(compress(count(1), map(gt, self._known, islice(self._known, 1, None))))
