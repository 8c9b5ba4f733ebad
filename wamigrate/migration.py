"""Moving conversations to a destination: the files it takes, and the steps to bring them there.

The result is one folder that appears whole or not at all. Where to go, and what that needs, is data:
:mod:`wamigrate.destinations`.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Unpack

from msgspec import Struct

from wamigrate.budget import parse_budget
from wamigrate.destinations import Destination, Evidence, Piece, find_destination
from wamigrate.errors import OptionError, TargetExistsError
from wamigrate.formats import find_exporter, option_types
from wamigrate.howto import NAME, all_notes, howto
from wamigrate.inputs import find_inputs
from wamigrate.joint import reading_together
from wamigrate.library import public_stem, stem
from wamigrate.model import Note, replace
from wamigrate.parcels import Delivery, Parcel, configured, write_pieces
from wamigrate.pipeline import Reading, Watch, reading, watch_nothing
from wamigrate.places import is_same_file
from wamigrate.ranking import wanted_stems
from wamigrate.report import Result
from wamigrate.settings import ReadOptions, Settings
from wamigrate.target import FolderTarget

MERGED: Final = "merged"
"""What a migration of several inputs is named after."""


STREAM: Final = "-"
"""What ``-o`` takes for standard output elsewhere."""


class Migration(Struct, frozen=True):
    """What was made for a destination."""

    destination: str
    """Key of the destination."""
    title: str
    chats: bool
    """Whether it imports conversations; otherwise they go along as text."""
    evidence: Evidence
    remark: str
    """What the evidence is."""
    output: Path
    """The folder; ``HOWTO.md`` in it says what to do."""
    parcels: tuple[Parcel, ...]
    """Files and folders in it."""
    results: tuple[Result, ...]
    """What became of the input, one for each time an exporter wrote."""
    missing: tuple[str, ...] = ()
    """Why a file is not there that the destination could have got."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """Findings of all results, each once."""
        return all_notes(self.results)

    @property
    def doubtful(self) -> bool:
        """Whether any finding is a warning or a loss."""
        return any(note.severity != "info" for note in self.notes)


def migrate(
    inputs: str | Path | Iterable[str | Path],
    into: str,
    output: str | Path | None = None,
    *,
    budget: str | None = None,
    about: str | None = None,
    overwrite: bool = False,
    watch: Watch = watch_nothing,
    **options: Unpack[ReadOptions],
) -> Migration:
    """Make what a destination takes of some exports: a folder with files and a ``HOWTO.md``.

    Copies of one chat among several inputs become one history, without doubles.

    Args:
        inputs: a file, ZIP archive, folder or pattern, or several of them.
        into: key of the destination; :func:`wamigrate.destinations.list_destinations` has all.
        output: the folder to write; None: named after the input and the destination, in the current folder.
        budget: size of the conversations that an assistant gets as text: ``32k`` (tokens, also if None),
            ``100k characters``.
        about: words; only conversations with any of them go into that text, the most relevant first. None:
            the newest first.
        overwrite: whether to replace an older result.
        watch: told what is being done.
        options: see :class:`wamigrate.settings.Settings`.

    Returns:
        what was written where, with all counts and findings.

    Raises:
        OptionError: the destination or an option does not exist, or does not fit.
        TargetExistsError: something is there and may not be replaced.
        NothingToExportError: there is nothing to write.
        WamigrateError: an input cannot be read; :mod:`wamigrate.errors` lists the kinds.

    """
    destination = find_destination(into)
    settings = Settings(**options)
    pieces = with_budget(destination, budget, about)
    for piece in pieces:
        configured(piece, settings)
    paths = find_paths(inputs)
    place = _place(output, paths, destination, settings)
    target = FolderTarget(place, overwrite=overwrite)
    with reading_inputs(paths, settings, watch) as read, target:
        delivery = write_pieces(read, pieces, target, settings, watch)
        with target.writing(NAME) as stream:
            stream.write(howto(destination, delivery).encode("utf-8", "surrogatepass"))
    return _migration(destination, place, delivery)


def with_budget(destination: Destination, budget: str | None, about: str | None) -> tuple[Piece, ...]:
    """Return the pieces of a destination with the size and subject of the text that goes along.

    Raises:
        OptionError: the destination gets no such text, or there is no such size or subject.

    """
    wanted: dict[str, str] = {}
    if budget is not None:
        parse_budget(budget)
        wanted["budget"] = budget
    if about is not None:
        wanted_stems(about)
        wanted["about"] = about
    pieces = [_with_options(piece, wanted) for piece in destination.pieces]
    if wanted and pieces == list(destination.pieces):
        flags = " and ".join(f"--{name}" for name in wanted)
        raise OptionError(f"{flags}: {destination.title} gets all conversations whole, not a choice of them")
    return tuple(pieces)


def find_paths(inputs: str | Path | Iterable[str | Path]) -> tuple[Path, ...]:
    """Return the exports that are meant.

    Raises:
        OptionError: none is given.

    """
    paths = find_inputs([inputs] if isinstance(inputs, str | Path) else inputs).paths
    if not paths:
        raise OptionError("no input is given")
    return paths


@contextmanager
def reading_inputs(
    paths: Sequence[Path], settings: Settings, watch: Watch = watch_nothing
) -> Generator[Reading]:
    """Read one export, or several together; the errors are those of :func:`wamigrate.pipeline.reading`."""
    if len(paths) == 1:
        with reading(paths[0], settings, watch) as read:
            yield read
    else:
        with reading_together(paths, settings, watch) as read:
            yield read


def _with_options(piece: Piece, wanted: dict[str, str]) -> Piece:
    types = option_types(find_exporter(piece.exporter))
    fitting = {key: value for key, value in wanted.items() if key in types}
    return replace(piece, options=piece.options | fitting)


def _place(
    output: str | Path | None, paths: Sequence[Path], destination: Destination, settings: Settings
) -> Path:
    """Return where the folder goes; never to where an input is."""
    if output is None:
        named = public_stem if settings.redact else stem
        name = named(paths[0]) if len(paths) == 1 else MERGED
        return Path(f"{name}-{destination.key}")
    if str(output) == STREAM:
        raise OptionError("-o -: a folder cannot go to standard output; name one")
    place = Path(output)
    if any(is_same_file(place, path) for path in paths):
        raise TargetExistsError(f"{place}: is the input itself; choose another place with -o")
    return place


def _migration(destination: Destination, place: Path, delivery: Delivery) -> Migration:
    pairs = zip(delivery.parcels, delivery.results, strict=True)
    return Migration(
        destination.key,
        destination.title,
        destination.chats,
        destination.evidence,
        destination.remark,
        place,
        tuple(delivery.parcels),
        tuple(replace(result, output=place / parcel.path) for parcel, result in pairs),
        tuple(delivery.missing.values()),
    )
