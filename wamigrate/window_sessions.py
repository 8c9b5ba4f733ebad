"""All tabs of the window: how long what they hold is kept, and how much all of it may be.

A tab's files are removed soon after its last page was closed, and after a long time without a sign of life of
a page that is open. Pages tell when they are closed; that a browser was killed only the time tells.
"""

import secrets
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

from wamigrate.window_session import Session

GRACE: Final = 120.0
"""Seconds after which a tab is forgotten whose pages are all closed: one that is loaded anew comes back."""
IDLE: Final = 43_200.0
"""Seconds after which a tab is forgotten whose page is open but says nothing: its browser may be gone."""
TIMES: Final = 4
"""How many times what one tab may be given all of them may hold, with what was made of it."""
_INTERVAL: Final = 15.0
_KEY_BYTES: Final = 18
_PAGE_BYTES: Final = 9


@dataclass(slots=True)
class _Stay:
    """A session, and who looks at it."""

    session: Session
    seen: float
    """When somebody last asked for anything of it."""
    pages: set[str] = field(default_factory=set[str])
    """Pages that are open."""
    serving: int = 0
    """Downloads that are on their way."""

    @property
    def is_busy(self) -> bool:
        return self.serving > 0 or self.session.receiving.locked()

    def is_forgotten(self, now: float) -> bool:
        return not self.is_busy and now - self.seen > (IDLE if self.pages else GRACE)


class Sessions:
    """All tabs.

    Args:
        folder: where the folder of each is.
        total: bytes that all may hold together.
        trace: whether to show where errors come from.
        clock: returns seconds that only grow.

    """

    def __init__(
        self, folder: Path, total: int, *, trace: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.total: Final = total
        self._folder = folder
        self._trace = trace
        self._clock = clock
        self._all: dict[str, _Stay] = {}
        self._number = 0
        self._expected = 0
        self._lock = Lock()
        """Held for a moment only: every answer waits for it."""
        self._forgetting = Lock()
        """Held while what tabs held is removed, which may take long."""
        self._closed = Event()

    def add(self, language: str) -> Session:
        """Begin a new one."""
        with self._lock:
            self._number += 1
            key = secrets.token_urlsafe(_KEY_BYTES)
            session = Session(key, self._folder / f"tab-{self._number}", language, self._trace)
            self._all[key] = _Stay(session, self._clock())
            return session

    def find(self, key: str, page: str = "") -> Session | None:
        """Return the one with a key that only its own pages know, and note that one of them is there."""
        with self._lock:
            stay = self._all.get(key)
            if stay is None:
                return None
            stay.seen = self._clock()
            if page:
                stay.pages.add(page)
            return stay.session

    def new_page(self, session: Session) -> str:
        """Return a key for a page that is about to be shown."""
        page = secrets.token_urlsafe(_PAGE_BYTES)
        self.find(session.id, page)
        return page

    def leave(self, session: Session, page: str) -> None:
        """Note that a page was closed."""
        with self._lock:
            if session.id in self._all:
                self._all[session.id].pages.discard(page)

    @contextmanager
    def serving(self, session: Session) -> Generator[None]:
        """Keep a session as long as something of it is being downloaded."""
        stay = self._all.get(session.id)
        if stay is None:
            yield
            return
        stay.serving += 1
        try:
            yield
        finally:
            stay.serving -= 1
            stay.seen = self._clock()

    @contextmanager
    def expecting(self, size: int) -> Generator[None]:
        """Count a file that is about to arrive as if it were there."""
        self._expected += size
        try:
            yield
        finally:
            self._expected -= size

    def room(self, session: Session, wanted: int) -> int:
        """Return how many bytes may still be stored for a session.

        Where that is less than wanted, tabs that are closed are forgotten at once.
        """
        with self._forgetting:
            while (room := self._room()) < wanted and (closed := self._pop_closed(session)):
                closed.clear()
            return max(0, room)

    def _room(self) -> int:
        with self._lock:
            sessions = [stay.session for stay in self._all.values()]
        return self.total - self._expected - sum(session.size for session in sessions)

    def _pop_closed(self, asking: Session) -> Session | None:
        """Take out the tab that nobody looks at for longest."""
        with self._lock:
            closed = [
                stay
                for stay in self._all.values()
                if not stay.pages and not stay.is_busy and stay.session is not asking
            ]
            stay = min(closed, key=lambda one: one.seen, default=None)
            return None if stay is None else self._all.pop(stay.session.id).session

    def watch(self) -> None:
        """Forget tabs from now on, when it is time, until :meth:`close`."""
        Thread(target=self._watch, name="window-sessions", daemon=True).start()

    def _watch(self) -> None:
        while not self._closed.wait(_INTERVAL):
            self.sweep()

    def sweep(self) -> None:
        """Forget the tabs whose time is over, and remove what they held."""
        with self._forgetting:
            for session in self._pop_forgotten():
                session.clear()

    def _pop_forgotten(self) -> list[Session]:
        with self._lock:
            now = self._clock()
            keys = [key for key, stay in self._all.items() if stay.is_forgotten(now)]
            return [self._all.pop(key).session for key in keys]

    def close(self) -> None:
        """Stop all work."""
        self._closed.set()
        with self._lock:
            sessions = [stay.session for stay in self._all.values()]
        for session in sessions:
            session.cancel()
