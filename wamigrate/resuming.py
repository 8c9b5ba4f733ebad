"""What ``--resume`` leaves as it is, what is done again, and what of that may be replaced.

A result counts as finished if the journal says so, and neither the input, nor what was asked for, nor
wamigrate, nor the result itself has changed since. An older result of ours is replaced; one that a person
changed is not.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from wamigrate.conversion import Output
from wamigrate.errors import TargetExistsError
from wamigrate.fingerprint import Fingerprint, is_same
from wamigrate.formats import Exporter
from wamigrate.journal import Finished, Past
from wamigrate.places import Place, Url, identity
from wamigrate.planning import Job
from wamigrate.report import Result


class Todo(NamedTuple):
    """What is left to do of a job."""

    outputs: tuple[Output, ...]
    """Results that are to be written."""
    kept: Mapping[int, Result]
    """Results that are there already, by their number among all outputs of the job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run was asked for, as far as it decides about older results."""

    keys: Mapping[str, str]
    """What :func:`wamigrate.journal.settings_key` says, by name of the exporter."""
    version: str
    """Of wamigrate."""
    overwrite: bool = False
    storage: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


def decide(job: Job, past: Past, asked: Asked) -> Todo:
    """Say what is left to do of a job.

    Args:
        job: an input and its places.
        past: what earlier runs did, if that counts.
        asked: what this run was asked for.

    Raises:
        TargetExistsError: a result was changed by somebody else.

    """
    outputs: list[Output] = []
    kept: dict[int, Result] = {}
    for number, (exporter, place) in enumerate(job.outputs):
        found = None if place is None else past.finished(job.key, identity(place))
        if place is None or found is None:
            outputs.append(_first(exporter, place, past, asked))
        elif (output := _again(job, exporter, place, found, asked)) is not None:
            outputs.append(output)
        else:
            kept[number] = _as_given(found.result, job, place)
    return Todo(tuple(outputs), kept)


def is_free(place: Place | None, storage: Mapping[str, Any]) -> bool:
    """Tell whether nothing is at a place; an empty folder is nothing."""
    if place is None:
        return False
    if not isinstance(place, Path):
        from wamigrate.remote import exists  # noqa: PLC0415 - slow to import

        return not exists(place, storage)
    try:
        return not os.path.lexists(place) or (place.is_dir() and not any(place.iterdir()))
    except OSError:
        return False


def _first(exporter: Exporter, place: Place | None, past: Past, asked: Asked) -> Output:
    """Write a result of which nothing is known, but perhaps that its place was free once."""
    free = is_free(place, asked.storage) or (place is not None and past.was_free(identity(place)))
    return Output(exporter.name, place, overwrite=asked.overwrite, free=free)


def _again(job: Job, exporter: Exporter, place: Place, found: Finished, asked: Asked) -> Output | None:
    """Return what is to be done about a result that was finished once; None: nothing."""
    name = exporter.name
    if is_free(place, asked.storage):
        return Output(name, place, overwrite=asked.overwrite, free=True)
    if not _is_same((place,), found.written, asked, result=True):
        if exporter.layout == "document" and not asked.overwrite:
            raise TargetExistsError(
                f"{place}: was changed after wamigrate wrote it and is not replaced; move it away, or add "
                "--overwrite"
            )
        return Output(name, place, overwrite=True)  # a folder of ours knows itself what was changed in it
    same = (found.settings, found.version) == (asked.keys[name], asked.version)
    if same and _is_same(job.inputs, found.read, asked):
        return None
    return Output(name, place, overwrite=True)


def _is_same(places: tuple[Place, ...], known: Fingerprint, asked: Asked, *, result: bool = False) -> bool:
    paths = [place for place in places if isinstance(place, Path)]
    if len(paths) == len(places):
        return is_same(paths, known, result=result)
    from wamigrate.remote import stamp_of  # noqa: PLC0415 - slow to import

    try:
        return stamp_of(places, asked.storage) == known.stamp
    except OSError:
        return False


def _as_given(result: Result, job: Job, place: Place) -> Result:
    """Name input and result as they are called in this run."""
    if isinstance(place, Path):
        return replace(result, input=job.name, output=place, url=None)
    return replace(result, input=job.name, output=None, url=Url(place))
