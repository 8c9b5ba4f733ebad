"""What lies in a folder that ``migrate`` wrote: pieces, known by the names that destinations give them."""

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from wamigrate.archived import Finding
from wamigrate.destinations import list_destinations
from wamigrate.errors import SourceError
from wamigrate.folders import digest, listed
from wamigrate.howto import NAME

_PART: Final = re.compile(r"(.+?)-([0-9]+)(\..*)?")
"""Name of one of several files of a piece: ``conversations-2.json``."""


class Made(NamedTuple):
    """A piece of a migration."""

    exporter: str
    """Name of the exporter that wrote it."""
    names: tuple[str, ...]
    """Files or folders in the folder that are it; several, where the destination takes no larger ones."""
    places: tuple[Path, ...]
    """Those of them that are there."""
    gone: tuple[Finding, ...]
    """Files of it that were written and are not there any more."""
    as_written: bool | None
    """Whether all its files are as they were written; None where the folder does not tell."""


def pieces_in(folder: Path) -> tuple[Made, ...]:
    """Return the pieces in a folder; none where it is no folder of a migration.

    Args:
        folder: any path.

    Raises:
        SourceError: the folder, or a file in it, cannot be read.

    """
    try:
        return _pieces_in(folder) if os.path.isdir(folder) else ()  # noqa: PTH112 - never raises
    except OSError as error:
        where = error.filename or folder
        raise SourceError(f"{where}: cannot be read ({error.strerror or error})") from error


def _pieces_in(folder: Path) -> tuple[Made, ...]:
    written = listed(folder) or {}
    tops = {name.partition("/")[0] for name in written} | {child.name for child in folder.iterdir()}
    if NAME not in tops:
        return ()
    found: dict[str, dict[int, str]] = {}
    for top in tops:
        piece, number = _piece_of(top)
        if piece:
            found.setdefault(piece, {})[number] = top
    return tuple(
        _made(exporter, tuple(top for _, top in sorted(found[piece].items())), folder, written)
        for piece, exporter in exporters_by_piece().items()
        if piece in found
    )


@cache
def exporters_by_piece() -> dict[str, str]:
    """Return the exporter of every file and folder that any destination gets, by its name.

    >>> exporters_by_piece()["default-user"]
    'sillytavern'
    """
    pieces = (piece for destination in list_destinations() for piece in destination.pieces)
    return {piece.path: piece.exporter for piece in pieces}


def _piece_of(name: str) -> tuple[str, int]:
    """Return the name of the piece that a file is, or is a part of, and the number of the part."""
    if name in exporters_by_piece():
        return name, 0
    part = _PART.fullmatch(name)
    piece = "" if part is None else part[1] + (part[3] or "")
    return (piece, int(part[2])) if part is not None and piece in exporters_by_piece() else ("", 0)


def _made(exporter: str, names: tuple[str, ...], folder: Path, written: Mapping[str, str]) -> Made:
    own = {name: sha256 for name, sha256 in written.items() if name.partition("/")[0] in names}
    gone = [name for name in own if not (folder / name).is_file()]
    same = not gone and all(digest(folder / name) == sha256 for name, sha256 in own.items())
    places = tuple(folder / name for name in names if os.path.lexists(folder / name))
    return Made(exporter, names, places, tuple(_missing(gone, folder)), same if own else None)


def _missing(gone: list[str], folder: Path) -> Iterator[Finding]:
    """Yield a finding for each file that is not there; of a folder that is not there, one for all."""
    tops = ((name, name.partition("/")[0]) for name in gone)
    for name in dict.fromkeys(name if (folder / top).exists() else top for name, top in tops):
        yield Finding("missing-file", name, "was written here and is not there any more")
