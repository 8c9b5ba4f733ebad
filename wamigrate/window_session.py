"""What one tab of the window is about: its files, what was found in them, what was asked for and made."""

import asyncio
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Final, Literal, TypeVar

import msgspec
from msgspec import Struct

from wamigrate.errors import ExportError
from wamigrate.report import Failure
from wamigrate.window_job import Job, Task
from wamigrate.window_place import size_of, wipe
from wamigrate.window_words import FALLBACK
from wamigrate.window_work import LOOK, MADE, PREVIEW, RESULT, Look, Made

State = Literal["empty", "looking", "looked", "making", "made"]
BUSY: Final[frozenset[State]] = frozenset({"looking", "making"})
STEPS: Final[dict[str, State]] = {"choose": "empty", "check": "looked", "take": "made"}
"""What a page can show of a session at rest, and the states in which it is as far."""
INPUT: Final = "input"
_T = TypeVar("_T")


class Choice(Struct, frozen=True):
    """What a person may correct; nothing where wamigrate is to find out."""

    chat: str = ""
    assistant: str = ""
    service: str = ""
    me: str = ""
    date_order: str = ""
    split: str = "auto"
    hours: int = 6
    """Pause that parts conversations, where ``split`` is ``gap``."""
    zone: str = ""

    def options(self) -> dict[str, str | bool]:
        """Return them as the library takes them: only what was chosen."""
        assistant = f"{self.assistant}={self.service}" if self.assistant and self.service else self.assistant
        split = f"gap={self.hours}h" if self.split == "gap" else self.split
        given = {
            "chat": self.chat,
            "assistant": assistant,
            "me": self.me,
            "date_order": self.date_order,
            "split": "" if split == "auto" else split,
            "time_zone": self.zone,
        }
        return {key: value for key, value in given.items() if value}


class Wish(Struct, frozen=True):
    """What is to be made."""

    into: str | None = None
    """Key of a destination."""
    to: str | None = None
    """Name of a format."""
    redact: bool = False


@dataclass(slots=True, eq=False)
class Place:
    """A folder with what came of work."""

    folder: Path
    content: Path
    """What of it is shown, or downloaded."""
    size: int
    """Bytes of its files, which do not change any more."""
    served: int = 0
    """Downloads of it that are on their way."""


@dataclass(slots=True)
class Session:
    """One tab; everything in it is in a folder of its own."""

    id: str
    folder: Path
    language: str = FALLBACK
    trace: bool = False
    """Whether errors are traced on the standard error."""
    received: int = 0
    """Bytes that were uploaded."""
    choice: Choice = field(default_factory=Choice)
    """What was heeded when the files were looked at."""
    wish: Wish = field(default_factory=Wish)
    look: Look | None = None
    made: Made | None = None
    failure: Failure | None = None
    """Why the last work could not be done."""
    job: Job | None = None
    tasks: int = 0
    turn: int = 0
    """Counts up with every new state, so that a page sees that there is one."""
    _asked: Choice = field(default_factory=Choice)
    """What is to be heeded by the look that is on its way, or was last."""
    _places: dict[str, Place] = field(default_factory=dict[str, Place])
    """What came last of each kind of work."""
    _late: list[Place] = field(default_factory=list[Place])
    """What nobody wants any more, but is still being downloaded: the last download removes it."""
    receiving: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a file comes in."""
    _lock: AbstractContextManager[object] = field(default_factory=RLock)

    @property
    def state(self) -> State:
        """Return how far it is."""
        job = self.job  # once: a thread may end it meanwhile
        if job is not None:
            return "looking" if job.task.work == "look" else "making"
        if self.look is None:
            return "empty"
        return "looked" if self.made is None else "made"

    def shown(self, step: str = "") -> State:
        """Return the state to show where a step is asked for: earlier ones stay there to go back to."""
        state = self.state
        if state in BUSY:
            return state
        there: dict[str, bool] = {
            "choose": True,
            "check": self.look is not None,
            "take": self.made is not None,
        }
        return STEPS[step] if there.get(step) else state

    @property
    def input(self) -> Path:
        """Return the folder of the files that were uploaded."""
        return self.folder / INPUT

    @property
    def size(self) -> int:
        """Return how many bytes it holds on the disk; only for work on its way files are looked at."""
        with self._lock:
            growing = 0 if self.job is None else size_of(Path(self.job.task.place))
            return self.received + growing + sum(one.size for one in (*self._places.values(), *self._late))

    def clear(self) -> None:
        """Forget everything but the language, from the disk, too; a download comes to its end before."""
        with self._lock:
            self.cancel()
            for work in list(self._places):
                self._forget(work)
            self._wipe_all()
            self.received, self.choice, self.wish = 0, Choice(), Wish()
            self.look = self.made = self.failure = None
            self.turn += 1

    def cancel(self) -> None:
        """Stop what is being done; what was there before stays."""
        with self._lock:
            job, self.job = self.job, None
            if job is not None:
                job.cancel()
                wipe(Path(job.task.place))
                self.turn += 1

    def start_look(self, choice: Choice) -> None:
        """Begin to find out what the files are, with corrections."""
        with self._lock:
            self._asked = choice
            self._start("look", choice.options())

    def start_make(self, wish: Wish) -> None:
        """Begin to write a result."""
        with self._lock:
            self.wish = wish
            options = self.choice.options()
            if wish.redact:
                options["redact"] = True
            self._start("make", options)

    def reconsider(self) -> None:
        """Go back from a result to the choice of one; the result is removed."""
        with self._lock:
            self.made, self.failure = None, None
            self._forget("make")
            self.turn += 1

    def fail(self, failure: Failure) -> None:
        """Say why something could not be done."""
        with self._lock:
            self.failure = failure
            self.turn += 1

    def take(self) -> Place | None:
        """Return where the result is, or None; it stays until :meth:`let_go`, come what may."""
        with self._lock:
            place = self._places.get("make")
            if place is not None:
                place.served += 1
            return place

    def let_go(self, place: Place) -> None:
        """Note that a download has ended; the last one of what nobody wants any more removes it."""
        with self._lock:
            place.served -= 1
            if not place.served and place in self._late:
                self._late.remove(place)
                wipe(place.folder)

    def preview(self, conversation: str) -> bytes | None:
        """Return a conversation as JSON; None where there is none of that id, or not any more."""
        place = self._places.get("look")
        if self.look is None or place is None or conversation not in self.look.lines:
            return None
        offset, length = self.look.lines[conversation]
        try:
            with place.content.open("rb") as stream:
                stream.seek(offset)
                return stream.read(length)
        except OSError:
            return None

    def _start(self, work: Literal["look", "make"], options: dict[str, str | bool]) -> None:
        """Begin work; the caller holds the lock."""
        self.cancel()
        self.tasks += 1
        self.failure, self.made = None, None
        self._forget("make")
        place = str(self.folder / f"{work}-{self.tasks}")
        wish = self.wish if work == "make" else Wish()
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            task = Task(work, self._files(), place, options, wish.into, wish.to, self.trace)
            self.job = Job(task, self._ended)
        except OSError as error:
            self.failure = unwritable(error)
        self.turn += 1

    def _files(self) -> tuple[str, ...]:
        """Return what was uploaded: a file alone is meant itself, several are meant together."""
        found = sorted(self.input.iterdir()) if self.input.is_dir() else []
        return (str(found[0]),) if len(found) == 1 else (str(self.input),)

    def _ended(self, job: Job) -> None:
        """Take over what came of a job."""
        with self._lock:
            if self.job is not job:
                return
            try:
                self._take(job)
            finally:
                # Last: who reads the state without the lock must not see work done with nothing come of it.
                self.job = None
                self.turn += 1

    def _take(self, job: Job) -> None:
        place = Path(job.task.place)
        self.failure = job.news.failure
        if self.failure is not None:
            wipe(place)
            return
        try:
            if job.task.work == "look":
                self.look, self.choice = _read(place / LOOK, Look), self._asked
                content = place / PREVIEW
            else:
                self.made = _read(place / MADE, Made)
                content = place / RESULT / self.made.path
        except OSError as error:
            self.failure = unwritable(error)
            wipe(place)
            return
        self._forget(job.task.work)
        self._places[job.task.work] = Place(place, content, size_of(place))

    def _forget(self, work: str) -> None:
        place = self._places.pop(work, None)
        if place is None:
            return
        if place.served:
            self._late.append(place)
        else:
            wipe(place.folder)

    def _wipe_all(self) -> None:
        """Remove the folder with everything in it that is not being downloaded."""
        late = {place.folder for place in self._late}
        with suppress(OSError):  # it was never made, or something stays in it
            for path in list(self.folder.iterdir()):
                if path not in late:
                    wipe(path)
            self.folder.rmdir()


def unwritable(error: OSError) -> Failure:
    """Describe what the system says when something cannot be stored or started."""
    return Failure("Unwritable", ExportError.exit_code, error.strerror or type(error).__name__)


def _read(path: Path, type_: type[_T]) -> _T:
    return msgspec.json.decode(path.read_bytes(), type=type_)
