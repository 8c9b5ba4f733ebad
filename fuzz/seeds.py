"""Where fuzzing begins: the fixtures, gathered when it starts, and what we make of them."""

import io
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path
from typing import Final

from wamigrate import read
from wamigrate.archived import is_verifiable
from wamigrate.canon import dumps, dumps_lines, loads
from wamigrate.formats import Exporter, find_exporter, find_exporters
from wamigrate.model import Archive
from wamigrate.notes import Notes
from wamigrate.source import Source, open_source
from wamigrate.target import MemoryTarget

from .memory import LOG, write
from .reading import BETWEEN

FIXTURES: Final = Path(__file__).resolve().parent.parent / "fixtures"
_MAGIC: Final = b"SQLite format 3\0"


def of_parser(parser: str, file: str) -> Iterator[bytes]:
    """Yield every input of a parser's fixtures that may be called like ``file``; folders as archives.

    Args:
        parser: its name.
        file: a file name; its suffix tells which of the parser's forms is meant.

    """
    suffix = Path(file).suffix
    for case in sorted((FIXTURES / "parsers" / parser).glob("*/input")):
        files = sorted(path for path in case.rglob("*") if path.is_file())
        if len(files) > 1 and any(path.suffix == suffix for path in files):
            yield _packed(case, files)
        for path in files:
            if path.suffix in (suffix, f"{suffix}l", ".zip", ".mhtml"):
                data = path.read_bytes()
                yield data
                if data.startswith(_MAGIC):
                    yield _with_log(data)
    if parser == "whatsapp":
        yield from (path.read_bytes() for path in sorted((FIXTURES / "examples").glob("*.*")))


def archives() -> Iterator[bytes]:
    """Yield archives: those of the fixtures, and everything else packed, stored and compressed."""
    for path in sorted(FIXTURES.rglob("*.zip")):
        yield path.read_bytes()
    for case in islice(sorted((FIXTURES / "parsers").glob("*/*/input")), 0, None, 6):
        files = sorted(path for path in case.rglob("*") if path.is_file())
        inner = _packed(case, files)
        yield inner
        yield _zip({"inner.zip": inner, "_chat.txt": b"25/03/2025, 21:04 - Ana: hi\n"}, zipfile.ZIP_STORED)
        yield _packed(case, files, zipfile.ZIP_LZMA)
        yield _packed(case, files, zipfile.ZIP_BZIP2)


def pairs() -> Iterator[bytes]:
    """Yield two chats each: the same twice, the same with parts missing, and different ones."""
    found = sorted((FIXTURES / "parsers" / "whatsapp").glob("*/input/*.txt"))
    for path, other in pairwise(found):
        first, second = path.read_bytes(), other.read_bytes()
        lines = first.split(b"\n")
        yield first + BETWEEN + first
        yield first + BETWEEN + b"\n".join(lines[len(lines) // 3 :])
        yield first + BETWEEN + second


def texts() -> Iterator[bytes]:
    """Yield marked-up texts: whole files of it, and single lines."""
    for path in sorted(FIXTURES.rglob("*.md")):
        yield path.read_bytes()[:2048]
    for path in sorted((FIXTURES / "parsers").glob("*/*/input/*.*")):
        if path.suffix in (".txt", ".html"):
            yield path.read_bytes()[:1024]


def documents() -> Iterator[bytes]:
    """Yield archives of the schema in both layouts."""
    whole = sorted((FIXTURES / "parsers" / "json").glob("*/input/*"))
    archives = [loads(path.read_bytes()) for path in (*whole, FIXTURES / "exporters" / "common.json")]
    archives += (read(path) for path in sorted((FIXTURES / "parsers").glob("*/*/input"))[::5])
    for archive in archives:
        yield dumps(archive)
        yield dumps_lines(archive)


def written() -> Iterator[bytes]:
    """Yield what every exporter that can read its archives makes of the common fixture."""
    archive = loads((FIXTURES / "exporters" / "common.json").read_bytes())
    with closing(open_source(FIXTURES / "exporters" / "media")) as media:
        for exporter in find_exporters().values():
            if is_verifiable(exporter):
                files = _exported(find_exporter(exporter.name), archive, media)
                yield files[""] if list(files) == [""] else _zip(files, zipfile.ZIP_DEFLATED)


def _exported(exporter: Exporter, archive: Archive, media: Source) -> dict[str, bytes]:
    notes = Notes()
    notes.sources.extend(archive.sources)
    with MemoryTarget() as target:
        target.sources = {info.id: media for info in archive.sources}
        exporter.export(iter(archive.conversations[:2]), target, notes)
    return target.files


def _packed(folder: Path, files: list[Path], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    return _zip({path.relative_to(folder).as_posix(): path.read_bytes() for path in files}, method)


def _zip(files: dict[str, bytes], method: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()


def _with_log(data: bytes) -> bytes:
    """Return a database with a write-ahead log beside it that holds a change."""
    path = write("seed.db", data)
    log = path.with_name("seed.db-wal")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE later (word TEXT)")
        connection.execute("INSERT INTO later VALUES ('x')")
        return path.read_bytes() + LOG + log.read_bytes()
