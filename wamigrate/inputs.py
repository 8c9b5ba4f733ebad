"""From what a person names to the single exports: files, folders of exports, patterns."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import Path
from typing import Final, NamedTuple

from wamigrate.errors import (
    AmbiguousFormatError,
    DetectionError,
    NoChatError,
    OptionError,
    SourceError,
    UnknownFormatError,
    WorkerError,
)
from wamigrate.formats import Parser, detect, find_parsers, gathers, marks_of
from wamigrate.journal import JOURNAL, read_journal
from wamigrate.places import identity
from wamigrate.source import describe_bytes, open_source
from wamigrate.target import MARKER

_HEADS: Final = (b"PK\x03\x04", b"SQLite format 3\0", b"<html>", b"text")
_WORTH_A_LOOK: Final = frozenset(map(describe_bytes, _HEADS))
_PEEK: Final = 1024
_HIDDEN: Final = (".", "__MACOSX")
_FEW: Final = 32
"""Files that are looked at in less time than it takes to start a process."""
_AT_ONCE: Final = 16


class Look(NamedTuple):
    """What a look at a file says."""

    known: bool | None
    """Whether a parser knows it; None: it cannot be read, which is to be reported."""
    format: str = ""
    """Name of the parser that is to read it, where that is certain and will be the same again."""


Judge = Callable[[Sequence[Path]], list[Look]]
"""Looks at files."""
Recall = Callable[[Path], bool]
"""Tells whether something was an export in an earlier run: if it is none now, it has turned bad."""


def recall_nothing(path: Path) -> bool:
    """Know of no earlier run."""
    del path
    return False


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was found under the names that a person gave."""

    paths: tuple[Path, ...]
    """One for each export, in the order given; within folders and patterns by name."""
    skipped: tuple[Path, ...]
    """Archives and texts beside exports that are no exports."""
    formats: Mapping[Path, str] = field(default_factory=dict[Path, str])
    """Names of the parsers of plain files that were looked at; it need not be done again."""


def judge_with(executor: Executor) -> Judge:
    """Let others look at files, where there are many."""

    def judge(paths: Sequence[Path]) -> list[Look]:
        if len(paths) <= _FEW:
            return look_at(paths)
        parts = [paths[start : start + _AT_ONCE] for start in range(0, len(paths), _AT_ONCE)]
        return list(_looks(executor, parts))

    return judge


def _looks(executor: Executor, parts: Sequence[Sequence[Path]]) -> Iterator[Look]:
    """Let others look at files, some at once; one that ends whoever looks at it cannot be read."""
    waiting = [executor.submit(look_at, part) for part in parts]
    for part, future in zip(parts, waiting, strict=True):
        try:
            yield from future.result()
        except WorkerError:
            yield from _looks(executor, [[path] for path in part]) if len(part) > 1 else [Look(None)]


def look_at(paths: Sequence[Path]) -> list[Look]:
    """Look at files, one after the other."""
    return [_look(path) for path in paths]


def find_inputs(
    arguments: Iterable[str | Path], judge: Judge | None = None, recall: Recall = recall_nothing
) -> Inputs:
    """Find the exports that are meant.

    A folder is either one unpacked export (the chat and its media) or holds exports: files, archives,
    folders. A pattern (``chats/*.zip``) stands for what it matches. What does not exist is passed on, to be
    reported when it is opened.

    Args:
        arguments: paths and patterns.
        judge: looks at the files in folders; None: :func:`look_at`.
        recall: knows exports of earlier runs; one that is none any more is passed on, to be reported.

    Raises:
        OptionError: an argument is empty, as an unset variable of a script is.

    """
    paths: dict[Path, None] = {}
    skipped: dict[Path, None] = {}
    search = _Search(judge or look_at, recall)
    for argument in arguments:
        if argument == "":
            raise OptionError("an input is empty: name a file, a folder or a pattern")
        for path in _matches(argument):
            found, others = search.in_folder(path) if os.path.isdir(path) else ([path], [])  # noqa: PTH112 - as below
            paths.update(dict.fromkeys(found or [path]))
            skipped.update(dict.fromkeys(others if found else ()))
    return Inputs(tuple(paths), tuple(skipped), search.formats)


def _matches(argument: str | Path) -> list[Path]:
    """Return what a pattern matches; a file whose own name looks like a pattern is meant itself."""
    path = Path(argument)
    if os.path.exists(path) or not has_magic(str(argument)):  # noqa: PTH110 - never raises
        return [path]
    return [Path(found) for found in sorted(glob(str(argument), recursive=True))] or [path]  # noqa: PTH207 - patterns may be absolute


class _Search:
    """A search for exports in folders.

    Attributes:
        formats: what was found out about plain files on the way.

    """

    def __init__(self, judge: Judge, recall: Recall) -> None:
        self._judge = judge
        self._recall = recall
        self.formats: dict[Path, str] = {}

    def in_folder(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """Return the exports in a folder, which may be the folder itself, and what only looks like one."""
        found: list[Path] = []
        others: list[Path] = []
        waiting = [folder]  # no recursion: folders may be nested deeper than calls
        while waiting:
            here = waiting.pop()
            try:
                exports, rest, folders = self._search(here)
            except (OSError, SourceError):
                exports, rest, folders = [here], [], []  # to be reported when it is opened
            found += exports
            others += rest
            waiting += folders
        return sorted(found), others

    def _search(self, here: Path) -> tuple[list[Path], list[Path], list[Path]]:
        """Return the exports in a folder, what only looks like one, and folders in which to go on."""
        exports, rest = self._among_files(here)
        if self._is_one(here, exports) or (rest and not exports and self._recall(here)):
            return [here], [], []
        return exports, rest, [child for child in sorted(_children(here), reverse=True) if child.is_dir()]

    def _is_one(self, folder: Path, exports: list[Path]) -> bool:
        """Tell whether a folder with these files is one export; a file that was one by itself stays one."""
        single = len(exports) == 1 and not _is_zip(exports[0]) and not self._recall(exports[0])
        return (single or _is_marked(folder) or _are_gathered(exports)) and bool(_look(folder).known)

    def _among_files(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """Judge the files of a folder; a broken one counts as an export where a sound one is like it."""
        past = read_journal(folder / JOURNAL)
        files = [
            child
            for child in sorted(_children(folder))
            if child.is_file()
            and not past.made(identity(child))
            and (_is_worth_a_look(child) or self._recall(child))
        ]
        looks = dict(zip(files, self._judge(files), strict=True))
        self.formats |= {path: look.format for path, look in looks.items() if look.format}
        suffixes = {path.suffix.lower() for path, look in looks.items() if look.known}
        found = [
            path
            for path, look in looks.items()
            if look.known or (look.known is None and path.suffix.lower() in suffixes) or self._recall(path)
        ]
        chosen = frozenset(found)
        return found, [path for path in looks if path not in chosen]


def _is_marked(folder: Path) -> bool:
    """Tell whether a file in a folder makes all of it one input: an unpacked export, an app's data."""
    return any((folder / mark).is_file() for parser in find_parsers().values() for mark in marks_of(parser))


def _are_gathered(found: list[Path]) -> bool:
    """Tell whether several files are of one format, and belong together there: pages with links and media."""
    first = _parser(found[0]) if len(found) > 1 else None
    return first is not None and gathers(first) and all(_parser(path) is first for path in found[1:])


def _children(folder: Path) -> Iterator[Path]:
    """Yield what may be an export: nothing hidden, no links, and no results of ours."""
    try:
        children = list(folder.iterdir())
    except OSError as error:
        raise SourceError(f"{folder}: cannot be listed ({error.strerror})") from error
    for child in children:
        hidden = child.name.startswith(_HIDDEN) or child.is_symlink()
        if not hidden and not os.path.lexists(child / MARKER):
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


def _look(path: Path) -> Look:
    """Find out whether a parser knows a file or folder."""
    try:
        with closing(open_source(path)) as source:
            parser = detect(source)
            return Look(True, parser.name if source.kind == "file" else "")
    except AmbiguousFormatError:
        return Look(True)
    except (NoChatError, UnknownFormatError):
        return Look(False)
    except SourceError:
        return Look(None)
