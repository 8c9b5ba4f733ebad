"""What became of each input: counts, findings, and where the result is; for programs, as JSON."""

import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from wamigrate.errors import ExportError, OptionError, TargetExistsError, WamigrateError
from wamigrate.model import Generator, Note, SourceInfo
from wamigrate.notes import SELECTED
from wamigrate.places import has_folder
from wamigrate.printed_json import encode_indented
from wamigrate.target import FileTarget

REPORT: Final = "wamigrate-report/1"
BETWEEN: Final = " + "
"""What stands between the names of inputs that are merged."""


class Result(Struct, frozen=True):
    """One input, or several merged ones, written in one format.

    ``messages_in`` = ``messages_out`` + the sum of ``left_out`` + ``merged``.
    """

    input: str
    """The input, as given; merged ones with `` + `` between them."""
    format: str
    """Name of the parser; of merged inputs all, with commas between them."""
    to: str
    """Name of the exporter."""
    output: Path | None
    """The file or folder; None for a stream."""
    conversations: int
    """Conversations written."""
    messages_in: int
    """Messages read, notices included; an answer that arrived in several parts counts as one."""
    messages_out: int
    """Messages written."""
    joined: int
    """Parts of answers that were put together with the part before; a whole answer counts as one message."""
    left_out: dict[str, int]
    """Messages left out, by the setting that asked for it, or the default of the format: ``after``,
    ``before``, ``notices`` (WhatsApp's own), ``service-notices`` (linking steps and automatic replies)."""
    kinds: dict[str, int]
    """Messages written, by kind."""
    assistants: tuple[str, ...]
    """Names of the participants who are assistants."""
    started_at: datetime | None
    """Time of the first message written."""
    ended_at: datetime | None
    """Time of the last message written."""
    media_present: int
    """Attachments whose file came with the export."""
    media_missing: int
    """Attachments whose file did not."""
    sources: tuple[SourceInfo, ...]
    """The chat files."""
    notes: tuple[Note, ...]
    """Everything that was guessed, doubtful, repaired or lost."""
    merged: int = 0
    """Messages that were read more than once, from several inputs, and written once."""
    url: str | None = None
    """Address of the result where it is on no disk of this machine, as in ``s3://bucket/chat.json``."""

    @property
    def lossless(self) -> bool:
        """Whether nothing was left out on request, it is no selection, and no finding is a loss."""
        return not self.left_out and all(
            note.severity != "loss" and note.code != SELECTED for note in self.notes
        )

    @property
    def doubtful(self) -> bool:
        """Whether any finding is a warning or a loss."""
        return any(note.severity != "info" for note in self.notes)


class Failure(Struct, frozen=True):
    """Why an input could not be converted."""

    error: str
    """Name of the class in :mod:`wamigrate.errors`, or of any other exception."""
    exit_code: int
    message: str


class Outcome(Struct, frozen=True):
    """What became of one input: results, one for each format, or a failure."""

    input: str
    results: tuple[Result, ...] = ()
    failure: Failure | None = None
    kept: bool = False
    """Whether an earlier run did all of it, and nothing has changed since (``--resume``)."""


class Report(Struct, frozen=True):
    """What ``--report`` writes."""

    schema: Literal["wamigrate-report/1"]
    generator: Generator
    exit_code: int
    outcomes: tuple[Outcome, ...]
    notes: dict[str, int]
    """Findings of all results by severity."""


def failure(error: BaseException, input_: str = "") -> Failure:
    """Describe an error.

    Args:
        error: what was raised.
        input_: the input as given; it replaces the bare file name at the beginning of the message.

    >>> failure(TargetExistsError("a.zip: is damaged"), "chats/a.zip").message
    'chats/a.zip: is damaged'

    """
    kind = type(error).__name__
    if isinstance(error, WamigrateError):
        message = str(error) or kind
        name = Path(input_).name
        if name and message.startswith((f"{name}: ", f"{name}/")):
            message = input_ + message.removeprefix(name)
        return Failure(kind, error.exit_code, message)
    if isinstance(error, FileNotFoundError) and not has_folder():
        words = "the current folder was removed; change to one that is there"
        return Failure(kind, ExportError.exit_code, words)
    words = f"{kind}: {error}" if str(error) else kind
    return Failure(kind, WamigrateError.exit_code, f"internal error: {words}; run again with --debug")


def make_report(outcomes: tuple[Outcome, ...], exit_code: int) -> Report:
    """Sum up a run."""
    from wamigrate.canon import generator  # noqa: PLC0415 - asks the installed package, which is slow

    severities = Counter(
        note.severity for outcome in outcomes for result in outcome.results for note in result.notes
    )
    return Report(REPORT, generator(), exit_code, outcomes, dict(sorted(severities.items())))


def check_place(path: Path, *, overwrite: bool) -> None:
    """Make sure that a report may be written; an older report may be replaced, any other file not.

    Raises:
        OptionError: it is no file name.
        TargetExistsError: something else is there.
        ExportError: no file can be there.

    """
    if str(path) == "-":
        raise OptionError("--report -: a report goes into a file; name one, for example report.json")
    try:
        free = not path.exists()
    except OSError as error:
        raise ExportError(
            f"{path.absolute()}: cannot be written ({error.strerror}); choose another place with --report"
        ) from error
    if path.is_dir():
        raise TargetExistsError(f"{path}: is a folder; choose another place with --report")
    _check_folder(path.absolute())
    if free or overwrite:
        return
    try:
        with path.open("rb") as stream:
            ours = REPORT.encode() in stream.read(64)
    except OSError:
        ours = False
    if not ours:
        raise TargetExistsError(
            f"{path}: exists and is no report; choose another --report, or add --overwrite"
        )


def _check_folder(path: Path) -> None:
    """Make sure that a file may be made in the first folder above it that is there; the others are made.

    Raises:
        ExportError: it may not.

    """
    folder = next(parent for parent in path.parents if os.path.exists(parent))  # noqa: PTH110 - never raises
    reason = "" if folder.is_dir() else "Not a directory"
    if not reason and not os.access(folder, os.W_OK | os.X_OK):
        reason = "Permission denied"
    if reason:
        raise ExportError(
            f"{path}: cannot be written ({folder}: {reason}); choose another place with --report"
        )


def write_report(report: Report, path: Path) -> None:
    """Write a report as indented JSON.

    Raises:
        ExportError: it cannot be written.

    """
    data = encode_indented(report)
    with FileTarget(path, overwrite=True, option="--report") as target, target.writing() as stream:
        stream.write(data + b"\n")
