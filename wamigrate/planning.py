"""What goes where: one job for each input, with the place of each of its results."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wamigrate.errors import OptionError
from wamigrate.formats import Exporter
from wamigrate.library import result_name, stem
from wamigrate.names import UniqueNames
from wamigrate.places import Place, base_name, blind_identity, find_place, join
from wamigrate.report import BETWEEN

STREAM: Final = "-"
"""What ``-o`` takes for standard output."""
MERGED: Final = "merged"
"""What results of inputs that are merged are named after."""


@dataclass(frozen=True, slots=True)
class Job:
    """One input and where each of its results goes; no place stands for standard output."""

    inputs: tuple[Place, ...]
    """Several, or one, that are to be merged; else one."""
    outputs: tuple[tuple[Exporter, Place | None], ...]
    merge: bool = False
    stem: str = ""
    """What its results are named after, if they are named after anything."""

    @property
    def name(self) -> str:
        """What messages call it."""
        return BETWEEN.join(map(str, self.inputs))

    @property
    def key(self) -> str:
        """What it is known by in every run, from whatever folder it is started."""
        return blind_identity(*self.inputs)

    @property
    def short(self) -> str:
        """What a line on the screen has space for."""
        return base_name(self.inputs[0]) or str(self.inputs[0])


def plan(
    inputs: Sequence[Place],
    exporters: Sequence[Exporter],
    output: str | None = None,
    *,
    named: Callable[[Path], str] = stem,
    known: Mapping[str, str] | None = None,
) -> tuple[Job, ...]:
    """Decide where every result goes.

    One result goes to ``output`` itself; several go into it as a folder, as does one where ``output`` ends
    with a slash. Without ``output`` they go into the current folder.

    Args:
        inputs: all inputs.
        exporters: what each is to be written by.
        output: what ``-o`` was given.
        named: says what results of a path are called.
        known: what results of inputs were called in an earlier run, by :attr:`Job.key`; they are again.

    Raises:
        OptionError: several results, or a folder, cannot go to standard output.

    """
    single = len(inputs) == 1 and len(exporters) == 1
    if output == STREAM:
        if not single or exporters[0].layout != "document":
            raise OptionError(
                "-o -: only one input in one format that is a single file can go to standard output"
            )
        return (Job((inputs[0],), ((exporters[0], None),)),)
    if single and output is not None and not output.endswith(("/", "\\")):
        return (Job((inputs[0],), ((exporters[0], find_place(output)),)),)
    return _plan_names(inputs, exporters, find_place(output or ""), named, known or {})


def _plan_names(
    inputs: Sequence[Place],
    exporters: Sequence[Exporter],
    folder: Place,
    named: Callable[[Path], str],
    known: Mapping[str, str],
) -> tuple[Job, ...]:
    """Name results so that no two have the same place; those with a name from earlier choose first."""
    stems, results = UniqueNames(), UniqueNames()

    mine = {os.path.realpath(place): place for place in inputs if isinstance(place, Path)}

    def is_other_input(place: Place, name: str) -> bool:
        result = join(folder, name)
        return isinstance(result, Path) and mine.get(os.path.realpath(result), place) != place

    def job(place: Place, wanted: str) -> Job:
        chosen = wanted
        while True:
            chosen = stems.claim(f"{wanted}.").removesuffix(".")
            names = [result_name(chosen, exporter) for exporter in exporters]
            if all(map(results.is_free, names)) and not any(is_other_input(place, name) for name in names):
                break
        outputs = (
            (exporter, join(folder, results.claim(name)))
            for exporter, name in zip(exporters, names, strict=True)
        )
        return Job((place,), tuple(outputs), stem=chosen)

    jobs: dict[Place, Job] = {}
    for place in inputs:
        if (name := known.get(blind_identity(place))) is not None:
            jobs[place] = job(place, name)
    for place in inputs:
        if place not in jobs:
            jobs[place] = job(place, named(Path(base_name(place)) if isinstance(place, str) else place))
    return tuple(jobs[place] for place in inputs)


def plan_merge(
    inputs: Sequence[Place], exporters: Sequence[Exporter], output: str | None = None
) -> tuple[Job, ...]:
    """Decide where the results of all inputs together go, by the rules of :func:`plan` for one input.

    Raises:
        OptionError: several results, or a folder, cannot go to standard output.

    """
    (job,) = plan([Path(MERGED)], exporters, output, named=str)
    return (Job(tuple(inputs), job.outputs, merge=True),)
