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
from wamigrate.window_place import wipe
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
    wish: Wish = field(default_factory=Wish)
    look: Look | None = None
    made: Made | None = None
    failure: Failure | None = None
    """Why the last work could not be done."""
    job: Job | None = None
    tasks: int = 0
    turn: int = 0
    """Counts up with every new state, so that a page sees that there is one."""
    _places: dict[str, Path] = field(default_factory=dict[str, Path])
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

    def clear(self) -> None:
        """Forget everything but the language, from the disk, too."""
        with self._lock:
            self.cancel()
            wipe(self.folder)
            self.received, self.choice, self.wish = 0, Choice(), Wish()
            self.look = self.made = self.failure = None
            self._places.clear()
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
        self.choice = choice
        self._start("look", choice.options())

    def start_make(self, wish: Wish) -> None:
        """Begin to write a result."""
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

    @property
    def result(self) -> Path | None:
        """Return the file or folder that was made."""
        if self.made is None or "make" not in self._places:
            return None
        return self._places["make"] / RESULT / self.made.path

    def preview(self, conversation: str) -> bytes | None:
        """Return a conversation as JSON; None where there is none of that id, or not any more."""
        place = self._places.get("look")
        if self.look is None or place is None or conversation not in self.look.lines:
            return None
        offset, length = self.look.lines[conversation]
        try:
            with (place / PREVIEW).open("rb") as stream:
                stream.seek(offset)
                return stream.read(length)
        except OSError:
            return None

    def _start(self, work: Literal["look", "make"], options: dict[str, str | bool]) -> None:
        with self._lock:
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
                self.look = _read(place / LOOK, Look)
            else:
                self.made = _read(place / MADE, Made)
        except OSError as error:
            self.failure = unwritable(error)
            return
        self._forget(job.task.work)
        self._places[job.task.work] = place

    def _forget(self, work: str) -> None:
        with suppress(KeyError):
            wipe(self._places.pop(work))


def unwritable(error: OSError) -> Failure:
    """Describe what the system says when something cannot be stored or started."""
    return Failure("Unwritable", ExportError.exit_code, error.strerror or type(error).__name__)


def _read(path: Path, type_: type[_T]) -> _T:
    return msgspec.json.decode(path.read_bytes(), type=type_)
