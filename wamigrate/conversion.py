"""What is done with one input, in whatever process: read it, and write every result of it."""

import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from wamigrate import pipeline
from wamigrate.errors import TargetExistsError
from wamigrate.fingerprint import Fingerprint, fingerprint
from wamigrate.formats import Exporter
from wamigrate.joint import reading_together
from wamigrate.library import open_target
from wamigrate.pipeline import Watch, watch_nothing
from wamigrate.places import Place, Url, base_name
from wamigrate.report import Failure, Outcome, Result, failure
from wamigrate.scratch import scratch_folder
from wamigrate.settings import Settings
from wamigrate.streaming import streaming
from wamigrate.target import StreamTarget, Target


class Output(NamedTuple):
    """A result that is to be written."""

    exporter: str
    """Name of the exporter."""
    place: Place | None
    """Where it goes; None: to standard output."""
    overwrite: bool = False
    """Whether what is there may be replaced."""
    free: bool = False
    """Whether nothing was there when the run began. What is there now may come from a worker that was killed
    before it could say that it was done; it counts as done if it is what would be written now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One input, or several that are to be merged: all that a worker needs to know."""

    name: str
    """What messages call it."""
    inputs: tuple[Place, ...]
    outputs: tuple[Output, ...]
    settings: Settings
    folder: Path
    """What relative paths are relative to."""
    merge: bool = False
    prove: bool = False
    """Whether to take fingerprints."""
    storage: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """What :mod:`fsspec` is to know; it may hold secrets, and is never shown."""


class Proof(NamedTuple):
    """What a result was made of, and what it is."""

    read: Fingerprint
    written: Fingerprint


class Done(Struct, frozen=True):
    """What became of a task."""

    outcome: Outcome
    proofs: tuple[Proof, ...] = ()
    """One for each result, where they were asked for."""
    trace: str = ""
    """Where in the program a failure comes from."""


class _Writing(NamedTuple):
    """A result that is about to be written."""

    exporter: Exporter
    target: Target
    finish: Callable[[Result], tuple[Result, Fingerprint | None]]
    """Does what is to be done once it is written."""


def convert(task: Task, watch: Watch = watch_nothing) -> Done:
    """Convert one input, or several merged ones. Whatever goes wrong with it is what comes out.

    Places are checked first, and broken input writes nothing.

    Args:
        task: what is to be done.
        watch: told what is being done.

    Raises:
        BrokenPipeError: nobody reads the output any more, so there is no point in going on.

    """
    shown: dict[str, str] = {}
    try:
        stamp = _remote_stamp(task)
        with _local_inputs(task, shown) as inputs, ExitStack() as stack:
            read = _prove_inputs(inputs, stamp) if task.prove else None
            writings = [_open(output, task, inputs, shown, stack) for output in task.outputs]
            return _convert(task, inputs, read, writings, watch)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong with one input must not stop the others
        if isinstance(error.__cause__, BrokenPipeError):
            raise error.__cause__ from None
        found = failure(error, task.name)
        trace = "".join(traceback.format_exception(error))
        return Done(Outcome(task.name, failure=_as_shown(found, shown)), trace=trace)


def _convert(
    task: Task,
    inputs: tuple[Path, ...],
    read: Fingerprint | None,
    writings: Iterable[_Writing],
    watch: Watch,
) -> Done:
    results: list[Result] = []
    proofs: list[Proof] = []
    with _reading(task, inputs, watch) as found:
        for exporter, target, finish in writings:
            result = pipeline.export(found, exporter, target, task.settings, watch)
            result, written = finish(replace(result, input=task.name))
            results.append(result)
            if read is not None and written is not None:
                proofs.append(Proof(read, written))
    return Done(Outcome(task.name, tuple(results)), tuple(proofs))


def _remote_stamp(task: Task) -> str:
    """Take the stamp of inputs of which one is elsewhere, before they are fetched."""
    if not task.prove or all(isinstance(place, Path) for place in task.inputs):
        return ""
    from wamigrate.remote import stamp_of  # noqa: PLC0415 - slow to import, and most inputs are here

    return stamp_of(task.inputs, task.storage)


def _prove_inputs(inputs: tuple[Path, ...], stamp: str) -> Fingerprint | None:
    """Take the fingerprint of inputs; what cannot be read has none, and reading says why."""
    try:
        found = fingerprint(inputs)
    except OSError:
        return None
    return Fingerprint(stamp, found.sha256) if stamp else found


def _reading(task: Task, inputs: tuple[Path, ...], watch: Watch) -> AbstractContextManager[pipeline.Reading]:
    if task.merge:
        return reading_together(inputs, task.settings, watch)
    return streaming(inputs[0], task.settings, watch)


@contextmanager
def _local_inputs(task: Task, shown: dict[str, str]) -> Generator[tuple[Path, ...]]:
    """Bring the inputs to this machine; ``shown`` takes what messages call them."""
    with ExitStack() as stack:
        paths = [_local_input(task, place, stack) for place in task.inputs]
        pairs = zip(map(str, paths), map(str, task.inputs), strict=True)
        shown.update((local, given) for local, given in pairs if local != given)
        yield tuple(paths)


def _local_input(task: Task, place: Place, stack: ExitStack) -> Path:
    if isinstance(place, Path):
        return _here(place, task.folder)
    from wamigrate.remote import fetch  # noqa: PLC0415 - as above

    folder = stack.enter_context(scratch_folder())
    return fetch(place, folder / (base_name(place) or "input"), task.storage)


def _here(path: Path, folder: Path) -> Path:
    """Return a path that means the same as in another process, which may be in another folder."""
    return path if Path.cwd() == folder else folder / path


def _open(
    output: Output, task: Task, inputs: tuple[Path, ...], shown: dict[str, str], stack: ExitStack
) -> _Writing:
    """Make sure that a result may be written.

    Raises:
        TargetExistsError: something is there and may not be replaced.
        ExportError: nothing can be written there.

    """
    exporter = task.settings.exporter(output.exporter)
    if output.place is None:
        return _Writing(exporter, StreamTarget(), _no_proof)
    if not isinstance(output.place, Path):
        return _open_remote(exporter, output, output.place, task, stack)
    place = output.place
    path = _here(place, task.folder)
    if path != place:
        shown[str(path)] = str(place)

    def finish(result: Result) -> tuple[Result, Fingerprint | None]:
        return replace(result, output=place), _prove(task, path)

    try:
        target = open_target(exporter, path, *inputs, overwrite=output.overwrite)
    except TargetExistsError as error:
        if not output.free:
            raise
        return _open_again(exporter, path, place, error, stack)
    return _Writing(exporter, target, finish)


def _no_proof(result: Result) -> tuple[Result, None]:
    return result, None


def _prove(task: Task, path: Path) -> Fingerprint | None:
    return fingerprint([path], result=True) if task.prove else None


def _open_again(
    exporter: Exporter, path: Path, place: Path, error: TargetExistsError, stack: ExitStack
) -> _Writing:
    """Write a second copy elsewhere, to tell whether what appeared in a place is the result already."""
    twin = stack.enter_context(scratch_folder()) / path.name
    target = open_target(exporter, twin, overwrite=False)

    def finish(result: Result) -> tuple[Result, Fingerprint | None]:
        there = fingerprint([path], result=True)
        if fingerprint([twin], result=True).sha256 != there.sha256:
            raise error
        return replace(result, output=place), there

    return _Writing(exporter, target, finish)


def _open_remote(exporter: Exporter, output: Output, url: Url, task: Task, stack: ExitStack) -> _Writing:
    from wamigrate.remote import Upload, exists  # noqa: PLC0415 - as above

    if output.overwrite and getattr(exporter, "update", False) and exists(url, task.storage):
        raise TargetExistsError(
            f"{url}: a database elsewhere is not brought up to date; add "
            f"--option {exporter.name}.update=false to replace it, or choose another place with -o"
        )
    twin = stack.enter_context(scratch_folder()) / base_name(url)
    upload = Upload(url, twin, task.storage, overwrite=output.overwrite, free=output.free)
    target = open_target(exporter, twin, overwrite=True)

    def finish(result: Result) -> tuple[Result, Fingerprint | None]:
        stamp = upload.carry_out()
        proof = Fingerprint(stamp, fingerprint([twin], result=True).sha256) if task.prove else None
        return replace(result, output=None, url=url), proof

    return _Writing(exporter, target, finish)


def _as_shown(found: Failure, shown: Mapping[str, str]) -> Failure:
    """Replace the paths of temporary copies by what a person knows."""
    message = found.message
    for local, given in _longest_first(shown):
        message = message.replace(local, given)
    return replace(found, message=message)


def _longest_first(shown: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from sorted(shown.items(), key=lambda pair: -len(pair[0]))
