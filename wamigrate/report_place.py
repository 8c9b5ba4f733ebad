"""Where a report may go: nowhere where something is read or written."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from wamigrate.errors import OptionError, TargetExistsError, WamigrateError
from wamigrate.places import is_same_file
from wamigrate.planning import STREAM, Job
from wamigrate.report import Outcome, check_place, failure, make_report, write_report


def check_typed(report: Path, inputs: Iterable[str], output: str | None) -> None:
    """Raise an OptionError where the report has the name of an input or of the output."""
    place = report.resolve()
    if any(_is_same(place, Path(name).resolve()) for name in inputs):
        raise OptionError(f"--report {report}: is an input; choose another place")
    if output not in (None, STREAM) and _is_same(place, Path(output).resolve()):
        raise OptionError(f"--report {report}: a result goes there; choose another place")


def check_apart(report: Path, jobs: Sequence[Job]) -> None:
    """Raise unless the report goes where nothing is read or written.

    Raises:
        OptionError: it would replace an input or a result.
        TargetExistsError: it would replace a file of an input that is a folder.

    """
    place = report.resolve()
    for job in jobs:
        for path in (path.resolve() for path in job.inputs if isinstance(path, Path)):
            if _is_same(place, path):
                raise OptionError(f"--report {report}: is an input; choose another place")
            if path in place.parents:
                check_place(report, overwrite=False)
        for output in (path.resolve() for _, path in job.outputs if isinstance(path, Path)):
            if _is_same(place, output) or place in output.parents:
                raise OptionError(f"--report {report}: a result goes there; choose another place")


def report_refusal(report: Path, inputs: Iterable[str], error: WamigrateError) -> None:
    """Report that nothing was begun; a file that is no report may be an input, and is left alone."""
    with suppress(TargetExistsError):
        check_place(report, overwrite=False)
        refused = tuple(Outcome(name, failure=failure(error)) for name in inputs)
        write_report(make_report(refused, error.exit_code), report)


def _is_same(one: Path, other: Path) -> bool:
    """Compare resolved paths, of which one may not be there yet."""
    return one == other or is_same_file(one, other)
