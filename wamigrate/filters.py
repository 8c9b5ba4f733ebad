"""Leave messages out on request, and count what was left out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from wamigrate.errors import OptionError
from wamigrate.model import Conversation, Message, replace
from wamigrate.split import time_range
from wamigrate.wording import count_words

NOTICES: Final = "notices"
SERVICE_NOTICES: Final = "service-notices"
AFTER: Final = "after"
BEFORE: Final = "before"


@dataclass(frozen=True, slots=True)
class Filter:
    """What to keep.

    A message without a time counts as written when the one before it was.
    """

    after: datetime | None = None
    """The first moment that is kept."""
    before: datetime | None = None
    """The first moment that is no longer kept."""
    notices: bool = True
    """Whether to keep what WhatsApp itself wrote."""
    service_notices: bool | None = None
    """Whether to keep linking steps and automatic replies of a service; None: as ``notices`` when made, so
    that a filter which kept them still does after ``replace(filter, notices=False)``."""

    def __post_init__(self) -> None:
        if self.service_notices is None:
            object.__setattr__(self, "service_notices", self.notices)

    def keep(self, conversations: Iterable[Conversation]) -> tuple[tuple[Conversation, ...], Counter[str]]:
        """Return what is kept, and how many messages were left out for each reason.

        Conversations that lose all their messages are left out with them; ids and titles stay.
        """
        left_out: Counter[str] = Counter()
        return tuple(self.each(conversations, left_out)), left_out

    def each(self, conversations: Iterable[Conversation], left_out: Counter[str]) -> Iterator[Conversation]:
        """Yield what is kept, one by one, and count what was left out; see :meth:`keep`."""
        for conversation in conversations:
            kept = self._keep(conversation, left_out)
            if kept.messages:
                yield kept

    def _keep(self, conversation: Conversation, left_out: Counter[str]) -> Conversation:
        reasons = self.reasons(conversation.messages)
        if not any(reasons):
            return conversation
        left_out.update(reason for reason in reasons if reason is not None)
        messages = tuple(
            message for message, reason in zip(conversation.messages, reasons, strict=True) if reason is None
        )
        started_at, ended_at = time_range(messages)
        return replace(conversation, started_at=started_at, ended_at=ended_at, messages=messages)

    def reasons(self, messages: Iterable[Message]) -> list[str | None]:
        """Say of each message of a conversation why it is left out; None where it is kept."""
        found: list[str | None] = []
        time: datetime | None = None
        for message in messages:
            time = message.timestamp or time
            found.append(self._reason(message, time))
        return found

    def _reason(self, message: Message, time: datetime | None) -> str | None:
        if time is not None and self.after is not None and time < _alike(self.after, time):
            return AFTER
        if time is not None and self.before is not None and time >= _alike(self.before, time):
            return BEFORE
        if message.role != "notice":
            return None
        if "service-notice" in message.flags:
            return None if self.service_notices else SERVICE_NOTICES
        return None if self.notices else NOTICES


def left_out_words(reason: str, count: int) -> str:
    """Say how many messages were left out, and why.

    Args:
        reason: as :meth:`Filter.keep` counts it.
        count: of messages.

    >>> left_out_words("notices", 1)
    "1 of WhatsApp's own notices was left out"
    >>> left_out_words("after", 1200)
    '1,200 messages were left out because of --after'

    """
    was = "was" if count == 1 else "were"
    if reason == NOTICES:
        return f"{count:,} of WhatsApp's own notices {was} left out"
    if reason == SERVICE_NOTICES:
        return f"{count:,} of the service's notices {was} left out"
    return f"{count_words(count, 'message')} {was} left out because of --{reason}"


def parse_date(text: str | date | datetime, flag: str = "date") -> datetime:
    """Read a date, or date and time, as a person types it.

    Args:
        text: ``2025-03-01``, ``2025-03-01 18:30``, ``1 March 2025``, ``March 2025``, ``2025``; what is not
            said is the first of it. Dates and datetimes are taken as they are.
        flag: what to call it in the error.

    Raises:
        OptionError: it is no date, or could be two.

    >>> parse_date("March 2025")
    datetime.datetime(2025, 3, 1, 0, 0)

    """
    if isinstance(text, datetime):
        return text
    if isinstance(text, date):
        return datetime(text.year, text.month, text.day)  # noqa: DTZ001 - the phone's wall clock
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _parse_free(text, flag)


def _parse_free(text: str, flag: str) -> datetime:
    from dateutil.parser import parse  # noqa: PLC0415 - slow to import, and rarely needed

    one, other = datetime(2000, 1, 1), datetime(2004, 1, 1)  # noqa: DTZ001 - fill what is not said
    try:
        found = parse(text, default=one)
        if found != parse(text, default=other):
            raise OptionError(f"{flag} {text}: has no year; write it like 2025-03-01")
        other_order = parse(text, default=one, dayfirst=True)
    except (ValueError, OverflowError):
        raise OptionError(f"{flag} {text}: is no date; write it like 2025-03-01") from None
    if found != other_order:
        raise OptionError(
            f"{flag} {text}: could be {found:%Y-%m-%d} or {other_order:%Y-%m-%d}; write one of these"
        )
    return found


def _alike(limit: datetime, time: datetime) -> datetime:
    """Give a limit the zone of the time it is compared with; a wall clock knows none."""
    if limit.tzinfo is None or time.tzinfo is None:
        return limit.replace(tzinfo=time.tzinfo)
    return limit.astimezone(UTC)
