"""Many inputs: plan what goes where, convert each on its own, and never let one stop the others."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from wamigrate import pipeline
from wamigrate.errors import (
    BatchError,
    ExportError,
    OptionError,
    StrictError,
    TargetExistsError,
    WamigrateError,
)
from wamigrate.formats import Exporter, find_exporter, names, option_types
from wamigrate.inputs import find_inputs
from wamigrate.joint import reading_together
from wamigrate.library import open_target, public_stem, result_name, stem
from wamigrate.names import UniqueNames
from wamigrate.pipeline import Watch, watch_nothing
from wamigrate.report import BETWEEN, Outcome, check_place, failure, make_report, write_report
from wamigrate.settings import ReadOptions, Settings
from wamigrate.target import StreamTarget, Target

STREAM: Final = "-"
"""What ``-o`` takes for standard output."""
MERGED: Final = "merged"
"""What results of inputs that are merged are named after."""


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


class Run(NamedTuple):
    """How a run ended."""

    outcomes: tuple[Outcome, ...]
    exit_code: int
    message: str
    """What went wrong, in one line; empty where nothing did."""


class Listener(Protocol):
    """Who is told what happens while it happens."""

    def skipped(self, paths: Sequence[Path]) -> None:
        """Take note of files beside exports that are none."""

    def outcome(self, outcome: Outcome, *, alone: bool) -> None:
        """Take note of what became of an input."""

    def trace(self, error: BaseException) -> None:
        """Take note of an error that became an outcome."""


@dataclass(frozen=True, slots=True)
class Job:
    """One input and where each of its results goes; no path stands for standard output."""

    inputs: tuple[Path, ...]
    """Several, or one, that are to be merged; else one."""
    outputs: tuple[tuple[Exporter, Path | None], ...]
    merge: bool = False

    @property
    def name(self) -> str:
        """What messages call it."""
        return BETWEEN.join(map(str, self.inputs))


def carry_out(order: Order, listener: Listener, watch: Watch = watch_nothing) -> Run:
    """Convert everything that was asked for, one input after the other, and write the report.

    Raises:
        OptionError: something asked for does not exist or does not fit.
        TargetExistsError: the report would replace a file that is none.

    """
    if order.report is not None:
        _check_typed(order, order.report)
        check_place(order.report, overwrite=order.overwrite)
    try:
        settings, jobs, skipped = _prepare(order)
    except WamigrateError as error:
        if order.report is not None:
            _report_refusal(order, order.report, error)
        raise
    if order.report is not None:
        _check_apart(order.report, jobs)
    listener.skipped(skipped)
    outcomes = _convert(order, settings, jobs, listener, watch)
    code, message = verdict(outcomes, strict=order.strict)
    if order.report is not None:
        write_report(make_report(outcomes, code), order.report)
    return Run(outcomes, code, message)


def _check_typed(order: Order, report: Path) -> None:
    """Raise an OptionError where the report has the name of an input or of the output."""
    place = report.resolve()
    if any(_is_same(place, Path(name).resolve()) for name in order.inputs):
        raise OptionError(f"--report {report}: is an input; choose another place")
    if order.output not in (None, STREAM) and _is_same(place, Path(order.output).resolve()):
        raise OptionError(f"--report {report}: a result goes there; choose another place")


def _report_refusal(order: Order, report: Path, error: WamigrateError) -> None:
    """Report that nothing was begun; a file that is no report may be an input, and is left alone."""
    with suppress(TargetExistsError):
        check_place(report, overwrite=False)
        refused = tuple(Outcome(name, failure=failure(error)) for name in order.inputs)
        write_report(make_report(refused, error.exit_code), report)


def _check_apart(report: Path, jobs: Sequence[Job]) -> None:
    """Raise unless the report goes where nothing is read or written.

    Raises:
        OptionError: it would replace an input or a result.
        TargetExistsError: it would replace a file of an input that is a folder.

    """
    place = report.resolve()
    for job in jobs:
        for path in (path.resolve() for path in job.inputs):
            if _is_same(place, path):
                raise OptionError(f"--report {report}: is an input; choose another place")
            if path in place.parents:
                check_place(report, overwrite=False)
        for output in (path.resolve() for _, path in job.outputs if path is not None):
            if _is_same(place, output) or place in output.parents:
                raise OptionError(f"--report {report}: a result goes there; choose another place")


def _is_same(one: Path, other: Path) -> bool:
    """Compare resolved paths; names may differ in case, or be two of one file."""
    if one == other:
        return True
    with suppress(OSError):
        return one.samefile(other)
    return False


def _prepare(order: Order) -> tuple[Settings, tuple[Job, ...], Sequence[Path]]:
    settings = _settings(order)
    exporters = [settings.exporter(name) for name in order.to]
    if order.merge:
        each = [find_inputs([name]) for name in order.inputs]
        together = [path for found in each for path in found.paths]
        skipped = [path for found in each for path in found.skipped]
        return settings, plan_merge(together, exporters, order.output), skipped
    found = find_inputs(order.inputs)
    named = public_stem if settings.redact else stem
    return settings, plan(found.paths, exporters, order.output, named=named), found.skipped


def _convert(
    order: Order, settings: Settings, jobs: Sequence[Job], listener: Listener, watch: Watch
) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []
    for job in jobs:
        news = watch if len(jobs) == 1 else _naming(job.inputs[0].name, watch)
        work = partial(run, job, settings, overwrite=order.overwrite, watch=news)
        outcome = attempt(job.name, work, listener.trace)
        outcomes.append(outcome)
        listener.outcome(outcome, alone=len(jobs) == 1)
    return tuple(outcomes)


def _naming(name: str, watch: Watch) -> Watch:
    return lambda step, done, total: watch(f"{name}: {step}", done, total)


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


def plan(
    paths: Sequence[Path],
    exporters: Sequence[Exporter],
    output: str | None = None,
    *,
    named: Callable[[Path], str] = stem,
) -> tuple[Job, ...]:
    """Decide where every result goes.

    One result goes to ``output`` itself; several go into it as a folder, as does one where ``output`` ends
    with a slash. Without ``output`` they go into the current folder. ``named`` says
    what results of a path are called.

    Raises:
        OptionError: several results, or a folder, cannot go to standard output.

    """
    single = len(paths) == 1 and len(exporters) == 1
    if output == STREAM:
        if not single or exporters[0].layout != "document":
            raise OptionError(
                "-o -: only one input in one format that is a single file can go to standard output"
            )
        return (Job((paths[0],), ((exporters[0], None),)),)
    if single and output is not None and not output.endswith(("/", "\\")):
        return (Job((paths[0],), ((exporters[0], Path(output)),)),)
    folder, unique = Path(output or ""), UniqueNames()
    stems = [(path, unique.claim(f"{named(path)}.").removesuffix(".")) for path in paths]
    return tuple(
        Job((path,), tuple((exporter, folder / result_name(name, exporter)) for exporter in exporters))
        for path, name in stems
    )


def plan_merge(
    paths: Sequence[Path], exporters: Sequence[Exporter], output: str | None = None
) -> tuple[Job, ...]:
    """Decide where the results of all paths together go, by the rules of :func:`plan` for one input.

    Raises:
        OptionError: several results, or a folder, cannot go to standard output.

    """
    (job,) = plan([Path(MERGED)], exporters, output, named=str)
    return (Job(tuple(paths), job.outputs, merge=True),)


def run(job: Job, settings: Settings, *, overwrite: bool = False, watch: Watch = watch_nothing) -> Outcome:
    """Convert one input, or several merged ones; places are checked first, and broken input writes nothing.

    Raises:
        WamigrateError: :mod:`wamigrate.errors` lists the kinds.

    """
    targets = [
        (exporter, _target(job, exporter, path, overwrite=overwrite)) for exporter, path in job.outputs
    ]
    with _reading(job, settings, watch) as found:
        results = [pipeline.export(found, exporter, target, settings, watch) for exporter, target in targets]
    return Outcome(job.name, tuple(results))


def _reading(job: Job, settings: Settings, watch: Watch) -> AbstractContextManager[pipeline.Reading]:
    if job.merge:
        return reading_together(job.inputs, settings, watch)
    return pipeline.reading(job.inputs[0], settings, watch)


def attempt(
    name: str, work: Callable[[], Outcome], failed: Callable[[Exception], None] = lambda _: None
) -> Outcome:
    """Do what is to be done with one input; an error becomes its outcome, so that the others go on.

    Args:
        name: the input, as given.
        work: what is to be done.
        failed: told the error.

    Raises:
        BrokenPipeError: nobody reads the output any more, so there is no point in going on.

    """
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with one input must not stop the others
        if isinstance(error.__cause__, BrokenPipeError):
            raise error.__cause__ from None
        failed(error)
        return Outcome(name, failure=failure(error, name))


def verdict(outcomes: Sequence[Outcome], *, strict: bool = False) -> tuple[int, str]:
    """Sum up a run: the exit code, and the error in words; zero and nothing where all is well.

    >>> verdict([Outcome("a.zip"), Outcome("b.zip", failure=failure(OptionError("no")))])
    (10, '1 of 2 inputs failed; the others are done')
    """
    failures = [outcome.failure for outcome in outcomes if outcome.failure is not None]
    if failures and len(outcomes) == 1:
        return failures[0].exit_code, failures[0].message
    if failures:
        rest = "the others are done" if len(failures) < len(outcomes) else "nothing was written"
        return BatchError.exit_code, f"{len(failures)} of {len(outcomes)} inputs failed; {rest}"
    if strict and any(result.doubtful for outcome in outcomes for result in outcome.results):
        return StrictError.exit_code, "there are warnings or losses; the result was written all the same"
    return 0, ""


def _target(job: Job, exporter: Exporter, path: Path | None, *, overwrite: bool) -> Target:
    if path is None:
        return StreamTarget()
    try:
        return open_target(exporter, path, *job.inputs, overwrite=overwrite)
    except OSError as error:
        raise ExportError(
            f"{path.absolute()}: cannot be written ({error.strerror or error}); choose another place with -o"
        ) from error
