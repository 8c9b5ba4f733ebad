"""From what a person names to the single exports: files, folders of exports, patterns."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path
from typing import Final

from wamigrate.errors import AmbiguousFormatError, DetectionError, SourceError, UnknownFormatError
from wamigrate.formats import Parser, detect, find_parsers, gathers, marks_of
from wamigrate.source import describe_bytes, open_source
from wamigrate.target import MARKER

_HEADS: Final = (b"PK\x03\x04", b"SQLite format 3\0", b"<html>", b"text")
_WORTH_A_LOOK: Final = frozenset(map(describe_bytes, _HEADS))
_PEEK: Final = 1024
_HIDDEN: Final = (".", "__MACOSX")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was found under the names that a person gave."""

    paths: tuple[Path, ...]
    """One for each export, in the order given; within folders and patterns by name."""
    skipped: tuple[Path, ...]
    """Archives and texts beside exports that are no exports."""


def find_inputs(arguments: Iterable[str | Path]) -> Inputs:
    """Find the exports that are meant.

    A folder is either one unpacked export (the chat and its media) or holds exports: files, archives,
    folders. A pattern (``chats/*.zip``) stands for what it matches. What does not exist is passed on, to be
    reported when it is opened.

    Args:
        arguments: paths and patterns.

    """
    paths: dict[Path, None] = {}
    skipped: dict[Path, None] = {}
    for argument in arguments:
        for path in _matches(argument):
            found, others = _in_folder(path) if path.is_dir() else ([path], [])
            paths.update(dict.fromkeys(found or [path]))
            skipped.update(dict.fromkeys(others if found else ()))
    return Inputs(tuple(paths), tuple(skipped))


def _matches(argument: str | Path) -> list[Path]:
    """Return what a pattern matches; a file whose own name looks like a pattern is meant itself."""
    path = Path(argument)
    if path.exists() or not has_magic(str(argument)):
        return [path]
    return [Path(found) for found in sorted(glob(str(argument), recursive=True))] or [path]  # noqa: PTH207 - patterns may be absolute


def _in_folder(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the exports in a folder, which may be the folder itself, and what only looks like one."""
    found, others = _look(folder)
    single = len(found) == 1 and not _is_zip(found[0])
    whole = single or _is_marked(folder) or _are_gathered(found)
    if whole and _state(folder):
        return [folder], []
    for child in sorted(_children(folder)):
        if child.is_dir():
            deeper, rest = _in_folder(child)
            found += deeper
            others += rest
    return sorted(found), others


def _is_marked(folder: Path) -> bool:
    """Tell whether a file in a folder makes all of it one input: an unpacked export, an app's data."""
    return any((folder / mark).is_file() for parser in find_parsers().values() for mark in marks_of(parser))


def _are_gathered(found: list[Path]) -> bool:
    """Tell whether several files are of one format, and belong together there: pages with links and media."""
    first = _parser(found[0]) if len(found) > 1 else None
    return first is not None and gathers(first) and all(_parser(path) is first for path in found[1:])


def _look(folder: Path) -> tuple[list[Path], list[Path]]:
    """Judge the files of a folder; one that is broken counts as an export where a sound one is like it."""
    states = {
        child: _state(child)
        for child in sorted(_children(folder))
        if not child.is_dir() and _is_worth_a_look(child)
    }
    suffixes = {path.suffix.lower() for path, state in states.items() if state}
    found = [
        path for path, state in states.items() if state or (state is None and path.suffix.lower() in suffixes)
    ]
    return found, [path for path in states if path not in found]


def _children(folder: Path) -> Iterator[Path]:
    """Yield what may be an export: nothing hidden, no links, and no results of ours."""
    try:
        children = list(folder.iterdir())
    except OSError as error:
        raise SourceError(f"{folder}: cannot be listed ({error.strerror})") from error
    for child in children:
        hidden = child.name.startswith(_HIDDEN) or child.is_symlink()
        if not hidden and not (child.is_dir() and (child / MARKER).exists()):
            yield child


def _is_worth_a_look(path: Path) -> bool:
    """Tell texts and archives from the pictures and recordings of an unpacked export, cheaply."""
    try:
        with path.open("rb") as stream:
            return describe_bytes(stream.read(_PEEK)) in _WORTH_A_LOOK
    except OSError:
        return True


def _is_zip(path: Path) -> bool:
    try:
        with closing(open_source(path)) as source:
            return source.kind == "zip"
    except SourceError:
        return True


def _parser(path: Path) -> Parser | None:
    """Return the parser that knows a file."""
    try:
        with closing(open_source(path)) as source:
            return detect(source)
    except (DetectionError, SourceError):
        return None


def _state(path: Path) -> bool | None:
    """Say whether a parser knows a file or folder; None: it cannot be read, which is to be reported."""
    try:
        with closing(open_source(path)) as source:
            detect(source)
    except AmbiguousFormatError:
        return True
    except UnknownFormatError:
        return False
    except SourceError:
        return None
    return True
