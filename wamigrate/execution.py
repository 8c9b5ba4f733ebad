"""Carries out planned jobs, here or by workers, and keeps the journal that ``--resume`` reads."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import suppress
from dataclasses import dataclass, field
from dataclasses import replace as renew
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec.structs import replace

from wamigrate.canon import generator
from wamigrate.conversion import Done, Task, convert
from wamigrate.crew import spread
from wamigrate.errors import WamigrateError, WorkerError
from wamigrate.journal import JOURNAL, Finished, Journal, Past, read_journal, settings_key
from wamigrate.pipeline import Watch, watch_nothing
from wamigrate.places import Place, identity
from wamigrate.planning import Job
from wamigrate.report import Outcome, failure
from wamigrate.resuming import Asked, Todo, decide
from wamigrate.settings import Settings
from wamigrate.twin import InUseError, LeftOverError, recover

_KILLED: Final = frozenset({"KilledWorker"})
"""How other executors call what happens to a call whose worker ends, beside :class:`BrokenExecutor`."""


class Listener(Protocol):
    """Who is told what happens while it happens."""

    def skipped(self, paths: Sequence[Path]) -> None:
        """Take note of files beside exports that are none."""

    def expects(self, inputs: int) -> None:
        """Take note of how many inputs there are."""

    def outcome(self, outcome: Outcome, *, alone: bool) -> None:
        """Take note of what became of an input; they come in the order of the inputs."""

    def trace(self, error: BaseException) -> None:
        """Take note of an error that became an outcome."""

    def error(self, text: object) -> None:
        """Take note of what went wrong beside the inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be carried out."""

    jobs: Sequence[Job]
    settings: Settings
    formats: Mapping[Path, str] = field(default_factory=dict[Path, str])
    """Names of the parsers of inputs that were looked at already."""
    overwrite: bool = False
    resume: bool = False
    """Whether to go on where an earlier run stopped."""
    storage: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """What :mod:`fsspec` is to know."""


class Execution:
    """The jobs of a run, on their way to outcomes.

    Attributes:
        outcomes: what became of each job, by its number; grows while the run goes on.
        resumable: whether another run can go on where this one stops.

    """

    def __init__(self, work: Work, listener: Listener, watch: Watch = watch_nothing) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self._work = work
        self._listener = listener
        self._watch = watch
        self._told = 0
        self._todos: dict[int, Todo] = {}
        self._unfinished: set[int] = set()
        self._journal: Journal | None = None
        path = _journal_path(work)
        self.resumable: bool = path is not None
        self._past = read_journal(path) if path is not None and work.resume else Past()
        self._path = path
        self._asked = Asked(
            keys={
                exporter.name: self._key(exporter.name) for job in work.jobs for exporter, _ in job.outputs
            },
            version=generator().version,
            overwrite=work.overwrite,
            storage=work.storage,
        )

    @property
    def total(self) -> int:
        """Number of jobs."""
        return len(self._work.jobs)

    def run(self, executor: Executor | None = None) -> tuple[Outcome, ...]:
        """Carry out all jobs, by an executor if there is one, and return what became of each."""
        self._listener.expects(len(self._work.jobs))
        tasks = dict(self._tasks())
        self._unfinished = set(tasks)
        if tasks and self._path is not None:
            self._begin(self._path, tasks.values())
        try:
            for number, done in self._results(tasks, executor):
                self._take(number, tasks[number], done)
        except BaseException:
            self._close(Journal.close)
            raise
        self._close(Journal.end)
        return tuple(self.outcomes[number] for number in range(len(self._work.jobs)))

    def tidy(self) -> None:
        """Put in order what a run left that was broken off, once nobody works on it any more."""
        for number in self._unfinished:
            _recover(output.place for output in self._todos[number].outputs)

    def _key(self, exporter: str) -> str:
        return settings_key(
            self._work.settings, exporter, {"merge": any(job.merge for job in self._work.jobs)}
        )

    def _tasks(self) -> Iterator[tuple[int, Task]]:
        """Yield what is left to do; what is not to be done gets its outcome."""
        for number, job in enumerate(self._work.jobs):
            try:
                todo = decide(job, self._past, self._asked)
            except (WamigrateError, OSError) as error:
                self._settle(number, Outcome(job.name, failure=failure(error, job.name)))
                continue
            self._todos[number] = todo
            if todo.outputs:
                yield number, self._task(job, todo)
            else:
                # Nothing is written there, so nobody else removes what an earlier run could not.
                _recover(place for _, place in job.outputs)
                self._settle(number, Outcome(job.name, tuple(todo.kept.values()), kept=True))

    def _task(self, job: Job, todo: Todo) -> Task:
        settings = self._work.settings
        known = self._work.formats.get(job.inputs[0]) if isinstance(job.inputs[0], Path) else None
        if known is not None and settings.from_ is None and not job.merge:
            settings = renew(settings, from_=known)
        return Task(
            name=job.name,
            inputs=job.inputs,
            outputs=todo.outputs,
            settings=settings,
            folder=Path.cwd(),
            merge=job.merge,
            prove=self._path is not None,
            storage=self._work.storage,
        )

    def _results(
        self, tasks: Mapping[int, Task], executor: Executor | None
    ) -> Iterator[tuple[int, Done | Exception]]:
        """Yield numbers of jobs and what became of them, as it comes."""
        jobs, numbers = self._work.jobs, list(tasks)
        if executor is None or any(
            output.place is None for task in tasks.values() for output in task.outputs
        ):
            for number in numbers:
                yield number, convert(tasks[number], self._naming(number))
            return

        def watch(running: list[int], _: int) -> None:
            names = ", ".join(jobs[numbers[index]].short for index in running)
            self._watch(names or "waiting for workers", len(self.outcomes), len(jobs))

        for index, done in spread(convert, list(tasks.values()), executor, watch):
            yield numbers[index], done

    def _naming(self, number: int) -> Watch:
        """Let the news of one of several jobs say which."""
        jobs, watch = self._work.jobs, self._watch
        if len(jobs) == 1:
            return watch
        where = f"{number + 1:,} of {len(jobs):,}, {jobs[number].short}"
        return lambda step, done, total: watch(f"{where}: {step}", done, total)

    def _take(self, number: int, task: Task, found: Done | Exception) -> None:
        """Take note of what became of a job."""
        self._unfinished.discard(number)
        done = _lost(task, found) if isinstance(found, Exception) else found
        outcome, todo = done.outcome, self._todos[number]
        if outcome.failure is not None:
            if done.trace:
                self._listener.trace(_remote_error(outcome.failure.message, done.trace))
            self._settle(number, outcome)
            return
        self._record(self._work.jobs[number], task, done)
        fresh = iter(outcome.results)
        total = len(outcome.results) + len(todo.kept)
        results = tuple(todo.kept.get(index) or next(fresh) for index in range(total))
        self._settle(number, replace(outcome, results=results))

    def _settle(self, number: int, outcome: Outcome) -> None:
        """Tell the outcomes in the order of the jobs, whatever is done first."""
        self.outcomes[number] = outcome
        while (following := self.outcomes.get(self._told)) is not None:
            self._told += 1
            self._listener.outcome(following, alone=len(self._work.jobs) == 1)

    def _begin(self, path: Path, tasks: Iterable[Task]) -> None:
        outputs = (output for task in tasks for output in task.outputs)
        free = [identity(output.place) for output in outputs if output.place is not None and output.free]
        self._journal = Journal(path)
        try:
            self._journal.begin(free)
        except OSError:
            self._close(
                Journal.end
            )  # what keeps the journal from being written keeps the results, and they say so

    def _record(self, job: Job, task: Task, done: Done) -> None:
        """Write into the journal what is finished."""
        if self._journal is None:
            return
        lines = [
            Finished(
                input=job.key,
                stem=job.stem,
                output=identity(output.place),
                settings=self._asked.keys[output.exporter],
                version=self._asked.version,
                read=read,
                written=written,
                result=replace(result, input=""),  # which may name a person; this run's name is put in
            )
            for output, result, (read, written) in zip(
                task.outputs, done.outcome.results, done.proofs, strict=False
            )
            if output.place is not None
        ]
        try:
            self._journal.finish(lines)
        except OSError as error:
            words = f"{self._journal.path}: cannot be written ({error.strerror or error})"
            self._listener.error(f"{words}; --resume will not know what is done from here on")
            self._close(Journal.close)

    def _close(self, how: Callable[[Journal], None]) -> None:
        """Take leave of the journal."""
        journal, self._journal = self._journal, None
        if journal is not None:
            with suppress(OSError):
                how(journal)


def _journal_path(work: Work) -> Path | None:
    """Return where the journal is: with the results, or in the current folder where these are elsewhere.

    A single input needs none, unless somebody asks for it.
    """
    if not work.jobs or (len(work.jobs) == 1 and not work.resume):
        return None
    place = work.jobs[0].outputs[0][1]
    if place is None:
        return None
    return (place.parent if isinstance(place, Path) else Path()) / JOURNAL


def _lost(task: Task, error: Exception) -> Done:
    """Make the outcome of a task whose worker had no answer; put in order what it left."""
    _recover(output.place for output in task.outputs)
    if isinstance(error, BrokenExecutor) or type(error).__name__ in _KILLED:
        error = WorkerError("the processes that worked on it ended before their time, again and again")
    if isinstance(error, WorkerError):
        error = WorkerError(f"{task.name}: {error}")
    return Done(Outcome(task.name, failure=failure(error, task.name)))


def _recover(places: Iterable[Place | None]) -> None:
    """Remove what a killed process left beside the places of results."""
    for place in places:
        if isinstance(place, Path):
            with suppress(OSError, InUseError, LeftOverError):
                recover(place.absolute())


def _remote_error(message: str, trace: str) -> Exception:
    """Make an error that shows where it comes from, though it was raised in another process."""
    error = RuntimeError(message)
    error.add_note(trace)
    return error
