"""Summing up the history in one or several inputs: what ``wamigrate stats`` prints."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Unpack

from msgspec import Struct

from wamigrate.errors import NothingToExportError
from wamigrate.formats import Layout
from wamigrate.history_stats import Gatherer, HistoryStats
from wamigrate.inputs import find_inputs
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.pipeline import Watch, export, watch_nothing
from wamigrate.report import Outcome, failure
from wamigrate.settings import ReadOptions, Settings
from wamigrate.streaming import streaming
from wamigrate.target import MemoryTarget, Target

STATS: Final = "wamigrate-stats/1"


class StatsReport(Struct, frozen=True):
    """What ``stats --json`` prints."""

    schema: Literal["wamigrate-stats/1"]
    """``wamigrate-stats/1``."""
    inputs: tuple[str, ...]
    """The inputs that were counted, as given."""
    stats: HistoryStats
    """All of them together; a message that several hold counts once."""
    failures: tuple[Outcome, ...]
    """Inputs that could not be read, or that all had no message left, and why."""

    def outcomes(self) -> tuple[Outcome, ...]:
        """Return what became of every input."""
        return (*map(Outcome, self.inputs), *self.failures)


@dataclass(frozen=True)
class _Counting:
    """Takes conversations as exporters do, and counts them."""

    gatherer: Gatherer
    name: str = "stats"
    title: str = "Statistics"
    layout: Layout = "document"
    suffix: str = ""

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Count all conversations; nothing is written."""
        del target, notes
        for conversation in conversations:
            self.gatherer.add(conversation)


def stats(inputs: str | Path | Iterable[str | Path], **options: Unpack[ReadOptions]) -> HistoryStats:
    """Sum up what is in exports: how much, when, how long answers are and took, languages, code, files.

    Args:
        inputs: a file, ZIP archive, folder or pattern, or several of them; a message that several of them
            hold counts once.
        options: see :class:`wamigrate.settings.Settings`.

    Raises:
        NothingToExportError: no input has a message that filters leave.
        WamigrateError: an input cannot be read; :mod:`wamigrate.errors` lists the kinds.

    """
    settings = Settings(**options)
    paths = find_inputs([inputs] if isinstance(inputs, str | Path) else inputs).paths
    gatherer = Gatherer(distinct=len(paths) > 1)
    without: list[NothingToExportError] = []
    for path in paths:
        try:
            gather(path, gatherer, settings)
        except NothingToExportError as error:
            without.append(error)
    if len(without) == len(paths):
        raise without[0]
    return gatherer.result()


def sum_up(
    paths: Sequence[Path],
    settings: Settings,
    watch: Watch = watch_nothing,
    failed: Callable[[Exception], None] = lambda _: None,
) -> StatsReport:
    """Sum up many inputs; what cannot be read does not stop the others, and nothing of it counts.

    An input without a message that filters leave is a failure only where no other has any either.

    Args:
        paths: the inputs.
        settings: how to read.
        watch: told about the progress.
        failed: told each error.

    """
    gatherer = Gatherer(distinct=len(paths) > 1)
    counted: list[str] = []
    without: dict[str, NothingToExportError] = {}
    failures: dict[str, Exception] = {}
    for path in paths:
        attempt = deepcopy(gatherer) if len(paths) > 1 else gatherer
        try:
            gather(path, attempt, settings, watch)
        except NothingToExportError as error:
            without[str(path)] = error
            counted.append(str(path))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong with one input must not stop the others
            failed(error)
            failures[str(path)] = error
        else:
            gatherer = attempt
            counted.append(str(path))
    if len(without) == len(counted):
        failures |= without
        counted.clear()
    return StatsReport(STATS, tuple(counted), gatherer.result(), tuple(_outcomes(paths, failures)))


def _outcomes(paths: Sequence[Path], failures: Mapping[str, Exception]) -> Iterator[Outcome]:
    """Yield the inputs that failed, in their order."""
    for name in dict.fromkeys(map(str, paths)):
        if name in failures:
            yield Outcome(name, failure=failure(failures[name], name))


def gather(path: str | Path, gatherer: Gatherer, settings: Settings, watch: Watch = watch_nothing) -> None:
    """Count what is in one input.

    Raises:
        NothingToExportError: there is no message in it that filters leave.
        WamigrateError: it cannot be read.

    """
    with streaming(path, settings, watch) as found:
        try:
            export(found, _Counting(gatherer), MemoryTarget(), settings, watch)
        except NothingToExportError as error:
            words = str(error).removesuffix("; nothing was written").replace(" is left to write", " is left")
            raise NothingToExportError(f"{words}; there is nothing to sum up") from None
