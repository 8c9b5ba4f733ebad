"""Calls: some have a row in ``message``, all have one in ``call_log``."""

from collections.abc import Callable, Collection, Iterator
from typing import Final, NamedTuple

from wamigrate.database import Database, as_int, as_text
from wamigrate.printed_bodies import call_words
from wamigrate.stored_chat import Body

_ANSWERED: Final = 5
"""``call_log.call_result`` of a call in which the two talked."""
_SAME: Final = 60_000
"""Milliseconds within which a call and a message about a call are the same one."""


class Call(NamedTuple):
    """A call of the log."""

    row: int
    chat: str
    """Address of the group, or of the other side."""
    own: bool
    """Whether the owner of the phone called."""
    time: int
    """Milliseconds since 1970, UTC."""
    video: bool
    seconds: int
    answered: bool
    key: str

    def body(self) -> Body:
        """Return it as what a message says."""
        words = call_words(video=self.video, answered=self.answered, own=self.own, seconds=self.seconds)
        return Body("call", words)


class Calls:
    """The call log.

    Args:
        database: the database.
        address: tells an address by its row.

    """

    def __init__(self, database: Database, address: Callable[[int], str]) -> None:
        self._calls = {call.row: call for call in _read(database, address)}
        self._by_minute: dict[tuple[str, int], list[int]] = {}
        for call in self._calls.values():
            self._by_minute.setdefault((call.chat, call.time // _SAME), []).append(call.row)

    def tell(self, chat: str, time: int, linked: int) -> Call | None:
        """Find the call that a message is about; each call is told once.

        Args:
            chat: address of the message's chat.
            time: of the message, in milliseconds since 1970.
            linked: row of the call, where the database says it; else 0.

        """
        found = self._calls.get(linked) or next(self._near(chat, time), None)
        return self._calls.pop(found.row) if found else None

    def _near(self, chat: str, time: int) -> Iterator[Call]:
        minute = time // _SAME
        for near in (minute, minute - 1, minute + 1):
            for row in self._by_minute.get((chat, near), ()):
                call = self._calls.get(row)
                if call is not None and abs(call.time - time) <= _SAME:
                    yield call

    def untold(self) -> Collection[Call]:
        """Return the calls that no message is about."""
        return self._calls.values()


def _read(database: Database, address: Callable[[int], str]) -> Iterator[Call]:
    rows = database.select(
        "call_log", "_id", "jid_row_id", "group_jid_row_id", "from_me", "timestamp", "video_call", "duration",
        "call_result", "call_id",
    )  # fmt: skip
    for row, person, group, own, time, video, seconds, result, key in rows:
        chat = address(as_int(group) if as_int(group) > 0 else as_int(person))
        answered = as_int(result) == _ANSWERED or as_int(seconds) > 0
        yield Call(
            row=as_int(row),
            chat=chat,
            own=bool(as_int(own)),
            time=as_int(time),
            video=bool(as_int(video)),
            seconds=as_int(seconds),
            answered=answered,
            key=as_text(key),
        )
