"""What the window does in a process of its own: find out what files are, and write results.

This is the only module of the window that reads chats and writes results, and it does so as any program
would: through the library.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import BinaryIO, Final, cast

import msgspec
from msgspec import Struct

import wamigrate as wm
from wamigrate.formats import Exporter, takes_notices
from wamigrate.howto import NAME as HOWTO
from wamigrate.inputs import find_inputs
from wamigrate.inspection import Inspection
from wamigrate.library import result_name
from wamigrate.migration import MERGED
from wamigrate.model import Note
from wamigrate.report import Failure, Result, failure
from wamigrate.settings import ReadOptions
from wamigrate.target import MARKER
from wamigrate.window_job import News, Task

LOOK: Final = "look.json"
PREVIEW: Final = "preview.jsonl"
MADE: Final = "made.json"
RESULT: Final = "result"
_JOINED: Final = "joined.json"
_LINE: Final = b'{"id":'

Tell = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and of how much; zero of zero where that is unknown."""


class Look(Struct, frozen=True):
    """What was found out about the files, for ``look.json``."""

    inspection: Inspection
    names: tuple[str, ...]
    """The exports, without their folders."""
    skipped: tuple[str, ...]
    """Files beside them that are none."""
    lines: dict[str, tuple[int, int]]
    """Where each conversation stands in ``preview.jsonl``: offset and length, by its id."""


class Made(Struct, frozen=True):
    """What was written, for ``made.json``."""

    path: str
    """Name of the file or folder in ``result``."""
    folder: bool
    size: int
    files: int
    messages: int
    conversations: int
    notes: tuple[Note, ...]
    missing: tuple[str, ...]
    """Why a file is not there that the destination could have got."""
    howto: str
    """Steps, as Markdown; nothing where there are none."""


def main() -> int:
    """Do what the first line of the standard input says; return the exit status."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # nothing else may come between the lines
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    Thread(target=_end_with_parent, args=(sys.stdin.fileno(),), daemon=True).start()

    def tell(step: str, done: int = 0, total: int = 0) -> None:
        _say(out, News(step, done, total))

    try:
        _do(task, tell)
    except Exception as error:  # noqa: BLE001 - whatever it is, the page says it in words
        if task.trace:
            traceback.print_exception(error)
        _say(out, News(finished=True, failure=_described(error, task)))
        return 1
    _say(out, News(finished=True))
    return 0


def _do(task: Task, tell: Tell) -> None:
    """Do it, with every temporary file beside what comes of it: whoever kills this process removes both."""
    Path(task.place).mkdir()
    with tempfile.TemporaryDirectory(dir=task.place, ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder
        _WORK[task.work](task, tell)


def _end_with_parent(stdin: int) -> None:
    """Wait until the program that started us has ended, which closes our standard input; then end, too."""
    with suppress(OSError):
        while os.read(stdin, 1):
            pass
    os._exit(1)


def _say(out: BinaryIO, news: News) -> None:
    out.write(msgspec.json.encode(news) + b"\n")
    out.flush()


def _described(error: Exception, task: Task) -> Failure:
    """Describe an error without the private folder, which means nothing to anybody."""
    found = failure(error)
    if _is_disk_full(error):
        found = Failure("DiskFull", found.exit_code, found.message)
    message = found.message
    for folder in sorted(
        {str(Path(name).parent) for name in (*task.files, task.place)}, key=len, reverse=True
    ):
        message = message.replace(folder + os.sep, "").replace(folder, "")
    return Failure(found.error, found.exit_code, message)


def _is_disk_full(error: BaseException | None) -> bool:
    import errno  # noqa: PLC0415 - only where something failed

    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__
    return False


def look(task: Task, tell: Tell) -> None:
    """Find out what the files are, and keep their conversations for the preview."""
    place = Path(task.place)
    tell("reading", 0, 0)
    found = find_inputs(task.files)
    options = _options(task)
    options["text"] = "raw"
    preview = place / PREVIEW
    if len(found.paths) == 1:
        path = found.paths[0]
        inspection = wm.inspect(path, **options)
        tell("conversations", 0, 0)
        wm.convert(path, "jsonl", preview, **_with_notices(options))
    else:
        inspection = _look_together(found.paths, options, place, tell)
    names = tuple(path.name for path in found.paths)
    skipped = tuple(path.name for path in found.skipped)
    result = Look(inspection, names, skipped, dict(_lines(preview)))
    (place / LOOK).write_bytes(msgspec.json.encode(result))


def _look_together(paths: Sequence[Path], options: ReadOptions, place: Path, tell: Tell) -> Inspection:
    """Merge several exports, and look at what they are together."""
    tell("merging", 0, 0)
    split = options.pop("split", None) or "auto"
    options["split"] = "none"
    joined = place / _JOINED
    wm.write(wm.merge(paths, **_with_notices(options)), "json", joined)
    tell("conversations", 0, 0)
    inspection = wm.inspect(joined, text="raw", split=split)
    wm.convert(joined, "jsonl", place / PREVIEW, text="raw", split=split, notices=True)
    joined.unlink()
    return inspection


def _lines(path: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the id of each conversation in a file of JSON Lines with its offset and length."""
    offset = 0
    with path.open("rb") as stream:
        for line in stream:
            if line.startswith(_LINE):
                yield _id(line), (offset, len(line))
            offset += len(line)


def _id(line: bytes) -> str:
    return line[len(_LINE) + 1 : line.index(b'"', len(_LINE) + 1)].decode()


def make(task: Task, tell: Tell) -> None:
    """Write what was asked for into the folder ``result``, with what became of it beside that."""
    place = Path(task.place)
    (place / RESULT).mkdir()
    os.chdir(place / RESULT)  # results are named by the library, and go to the current folder
    made = _migrate(task, tell) if task.into is not None else _export(task, tell)
    (place / MADE).write_bytes(msgspec.json.encode(made))


def _migrate(task: Task, tell: Tell) -> Made:
    assert task.into is not None
    tell("reading", 0, 0)
    found = wm.migrate(task.files, task.into, watch=tell, **_options(task))
    first = found.results[0]
    messages = sum(result.messages_out for result in found.results if result.to == first.to)
    conversations = sum(result.conversations for result in found.results if result.to == first.to)
    howto = (found.output / HOWTO).read_text("utf-8", "replace")
    return _made(found.output, messages, conversations, found.notes, found.missing, howto)


def _export(task: Task, tell: Tell) -> Made:
    assert task.to is not None
    exporter = wm.find_exporter(task.to)
    tell("writing", 0, 0)
    result = _converted(find_inputs(task.files).paths, exporter, _options(task))
    assert result.output is not None
    return _made(result.output, result.messages_out, result.conversations, result.notes)


def _converted(paths: Sequence[Path], exporter: Exporter, options: ReadOptions) -> Result:
    if len(paths) == 1:
        return wm.convert(paths[0], exporter.name, **options)
    options["notices"] = takes_notices(exporter)
    return wm.write(
        wm.merge(paths, **options), exporter.name, result_name(MERGED, exporter), media_from=paths
    )


def _made(
    path: Path,
    messages: int,
    conversations: int,
    notes: tuple[Note, ...],
    missing: tuple[str, ...] = (),
    howto: str = "",
) -> Made:
    files = [path]
    if path.is_dir():
        files = [file for file in path.rglob("*") if file.is_file() and file.name != MARKER]
    size = sum(file.stat().st_size for file in files)
    return Made(path.name, path.is_dir(), size, len(files), messages, conversations, notes, missing, howto)


def _options(task: Task) -> ReadOptions:
    return cast("ReadOptions", dict(task.options))  # `Settings` checks every one


def _with_notices(options: ReadOptions) -> ReadOptions:
    return {**options, "notices": True}


_WORK: Final[dict[str, Callable[[Task, Tell], None]]] = {"look": look, "make": make}

if __name__ == "__main__":
    sys.exit(main())
