"""Many inputs: plan what goes where, convert each on its own, and never let one stop the others."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from wamigrate.crew import hire
from wamigrate.errors import BatchError, OptionError, StrictError, WamigrateError
from wamigrate.execution import Execution, Listener, Work
from wamigrate.formats import find_exporter, names, option_types
from wamigrate.inputs import Judge, find_inputs, judge_with
from wamigrate.interruption import INTERRUPTED, InterruptedRunError
from wamigrate.journal import JOURNAL, Past, read_journal
from wamigrate.library import public_stem, stem
from wamigrate.pipeline import Watch, watch_nothing
from wamigrate.places import Place, blind_identity, find_place
from wamigrate.planning import Job, plan, plan_merge
from wamigrate.report import Outcome, check_place, make_report, write_report
from wamigrate.report_place import check_apart, check_typed, report_refusal
from wamigrate.settings import ReadOptions, Settings
from wamigrate.sharing import sharing
from wamigrate.workers import WorkerPool


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What ``wamigrate export`` was asked for, as typed."""

    inputs: tuple[str, ...]
    to: tuple[str, ...]
    """Names of the exporters."""
    reading: ReadOptions
    output: str | None = None
    media: str | None = None
    """Value of the option ``media`` for every exporter that has one."""
    options: tuple[str, ...] = ()
    """``FORMAT.KEY=VALUE``."""
    overwrite: bool = False
    strict: bool = False
    report: Path | None = None
    merge: bool = False
    """Whether copies of one chat among the inputs become one history, and all inputs one result."""
    jobs: int = 1
    """How many processes work."""
    scheduler: str | None = None
    """Address of the Dask scheduler whose workers do it, or ``local``."""
    resume: bool = False
    """Whether to leave what an earlier run has finished, and do the rest."""
    storage: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """What :mod:`fsspec` is to know about places elsewhere."""
    share: bool = False
    """Whether a second process may help with a long chat."""


class Run(NamedTuple):
    """How a run ended."""

    outcomes: tuple[Outcome, ...]
    exit_code: int
    message: str
    """What went wrong, in one line; empty where nothing did."""


class _Plan(NamedTuple):
    """What an order comes to."""

    work: Work
    skipped: Sequence[Path]
    """Files beside exports that are none."""


def carry_out(
    order: Order, listener: Listener, watch: Watch = watch_nothing, executor: Executor | None = None
) -> Run:
    """Convert everything that was asked for, and write the report.

    Args:
        order: what was asked for.
        listener: told what happens.
        watch: told what is being done.
        executor: who does it; None: as the order says, this process or worker processes.

    Raises:
        OptionError: something asked for does not exist or does not fit.
        TargetExistsError: the report would replace a file that is none.
        InterruptedRunError: somebody stopped it; what was finished is whole.

    """
    if order.report is not None:
        check_typed(order.report, order.inputs, order.output)
        check_place(order.report, overwrite=order.overwrite)
    executions: list[Execution] = []
    try:
        with ExitStack() as stack:
            workers = stack.enter_context(hire(order.jobs, order.scheduler)) if executor is None else executor
            if order.share and workers is None:
                stack.enter_context(sharing())
            outcomes = _carry_out(order, listener, watch, workers, executions)
    except KeyboardInterrupt:
        for execution in executions:
            execution.tidy()
            _interrupted(order, execution)
        raise
    code, message = verdict(outcomes, strict=order.strict)
    if order.report is not None:
        write_report(make_report(outcomes, code), order.report)
    return Run(outcomes, code, message)


def _carry_out(
    order: Order, listener: Listener, watch: Watch, executor: Executor | None, executions: list[Execution]
) -> tuple[Outcome, ...]:
    """Plan and execute; ``executions`` gets what is being executed, for the case that it is broken off."""
    try:
        made = _prepare(order, executor)
    except WamigrateError as error:
        if order.report is not None:
            report_refusal(order.report, order.inputs, error)
        raise
    if order.report is not None:
        check_apart(order.report, made.work.jobs)
    listener.skipped(made.skipped)
    execution = Execution(made.work, listener, watch)
    executions.append(execution)
    alone = len(made.work.jobs) == 1 and isinstance(executor, WorkerPool)
    return execution.run(None if alone else executor)


def _interrupted(order: Order, execution: Execution) -> None:
    """Report what was finished, and say how to go on.

    Raises:
        InterruptedRunError: always where another run can go on.

    """
    done = tuple(outcome for _, outcome in sorted(execution.outcomes.items()))
    if order.report is not None:
        write_report(make_report(done, INTERRUPTED), order.report)
    if execution.resumable:
        whole = sum(outcome.failure is None for outcome in done)
        raise InterruptedRunError(
            f"interrupted; {whole:,} of {execution.total:,} inputs are done, what was unfinished is removed; "
            "the same command with --resume goes on"
        ) from None


def _prepare(order: Order, executor: Executor | None) -> _Plan:
    settings = _settings(order)
    exporters = [settings.exporter(name) for name in order.to]
    judge = judge_with(executor) if isinstance(executor, WorkerPool) else None
    past = _past(order.output) if order.resume else Past()
    found = [_find(name, order.storage, judge, past) for name in order.inputs]
    places = [place for one in found for place in one.places]
    jobs: tuple[Job, ...]
    if order.merge:
        jobs = plan_merge(places, exporters, order.output)
    else:
        named = public_stem if settings.redact else stem
        jobs = plan(list(dict.fromkeys(places)), exporters, order.output, named=named, known=past.stems)
    work = Work(
        jobs=jobs,
        settings=settings,
        formats={path: name for one in found for path, name in one.formats.items()},
        overwrite=order.overwrite,
        resume=order.resume,
        storage=order.storage,
    )
    return _Plan(work, tuple(dict.fromkeys(path for one in found for path in one.skipped)))


class _Found(NamedTuple):
    """What was found under one of the names that a person gave."""

    places: Sequence[Place]
    skipped: Sequence[Path] = ()
    formats: Mapping[Path, str] = {}


def _find(name: str, storage: Mapping[str, Any], judge: Judge | None, past: Past) -> _Found:
    place = find_place(name)
    if isinstance(place, Path):
        argument = place if name.lower().startswith("file:") else name
        found = find_inputs([argument], judge, lambda path: past.knows(blind_identity(path)))
        return _Found(found.paths, found.skipped, found.formats)
    from wamigrate.remote import find_urls  # noqa: PLC0415 - slow to import, and most inputs are here

    return _Found(find_urls(place, storage))


def _past(output: str | None) -> Past:
    """Return what is known of earlier runs to the same folder."""
    folder = find_place(output or "")
    return read_journal((folder if isinstance(folder, Path) else Path()) / JOURNAL)


def _settings(order: Order) -> Settings:
    options = dict(_parse_option(text) for text in order.options)
    for key in options:
        name = key.partition(".")[0]
        if name in names("exporters") and name not in (*order.to, *names("parsers")):
            raise OptionError(f"--option {key}: nothing is written as {name} here; add --to {name}")
    if order.media is not None:
        for name in order.to:
            if "media" in option_types(find_exporter(name)):
                options.setdefault(f"{name}.media", order.media)
    reading: ReadOptions = {**order.reading, "options": options}
    return Settings(**reading)


def _parse_option(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or "." not in key:
        raise OptionError(f"--option {text}: must be FORMAT.KEY=VALUE, for example markdown.media=omit")
    return key, value


def verdict(outcomes: Sequence[Outcome], *, strict: bool = False) -> tuple[int, str]:
    """Sum up a run: the exit code, and the error in words; zero and nothing where all is well.

    >>> from wamigrate.report import failure
    >>> verdict([Outcome("a.zip"), Outcome("b.zip", failure=failure(OptionError("no")))])
    (10, '1 of 2 inputs failed; the others are done')
    """
    failures = [outcome.failure for outcome in outcomes if outcome.failure is not None]
    if failures and len(outcomes) == 1:
        return failures[0].exit_code, failures[0].message
    if failures:
        rest = "the others are done" if len(failures) < len(outcomes) else "nothing was written"
        return BatchError.exit_code, f"{len(failures):,} of {len(outcomes):,} inputs failed; {rest}"
    if strict and any(result.doubtful for outcome in outcomes for result in outcome.results):
        return StrictError.exit_code, "there are warnings or losses; the result was written all the same"
    return 0, ""
