"""Build the databases of the fixtures from SQL, so that they can be read and reviewed as text.

Every ``fixtures/parsers/<format>/<case>/sql/NAME.sql`` becomes ``input/NAME`` beside it. The same SQL gives
the same bytes: no journal, small pages, and no version of SQLite in the header. Other versions of SQLite may
arrange pages in another way, so ``--check`` compares what is in the databases.

Run ``python tools/build_databases.py`` to write them, with ``--check`` to compare only.
"""

import argparse
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

CASES: Final = Path(__file__).resolve().parent.parent / "fixtures" / "parsers"
_SETTINGS: Final = (
    "PRAGMA page_size = 1024",
    "PRAGMA encoding = 'UTF-8'",
    "PRAGMA auto_vacuum = NONE",
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
)
_VERSION: Final = slice(96, 100)
"""Where the header says which version of SQLite wrote last; https://sqlite.org/fileformat2.html, 1.3."""
_ANY_VERSION: Final = (3_024_000).to_bytes(4, "big")


def build(statements: str) -> bytes:
    """Return the database that SQL statements make."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "database")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for setting in _SETTINGS:
                connection.execute(setting)
            connection.executescript(f"BEGIN;\n{statements}\nCOMMIT;")
        data = bytearray(path.read_bytes())
    data[_VERSION] = _ANY_VERSION
    return bytes(data)


def dump(data: bytes) -> list[str]:
    """Return what is in a database, as SQL."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "database")
        path.write_bytes(data)
        with closing(sqlite3.connect(path)) as connection:
            return list(connection.iterdump())


def databases(cases: Path) -> dict[Path, bytes]:
    """Return the path and the wanted bytes of every database."""
    found: dict[Path, bytes] = {}
    for path in sorted(cases.glob("*/*/sql/**/*.sql")):
        case = next(parent for parent in path.parents if parent.name == "sql").parent
        place = case / "input" / path.relative_to(case / "sql").with_suffix("")
        found[place] = build(path.read_text(encoding="utf-8"))
    return found


def stale(cases: Path) -> list[Path]:
    """Return the databases that are missing or hold something else than their SQL says."""
    return [
        path
        for path, data in databases(cases).items()
        if not path.exists() or dump(path.read_bytes()) != dump(data)
    ]


def main() -> int:
    """Write or check the databases; return the exit status."""
    parser = argparse.ArgumentParser(description="Build the databases of the fixtures from SQL.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 if a database differs")
    if parser.parse_args().check:
        paths = stale(CASES)
        for path in paths:
            print(f"{path.relative_to(CASES)}: differs from its SQL; run python tools/build_databases.py")
        return int(bool(paths))
    for path, data in databases(CASES).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        print(f"{path.relative_to(CASES)}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
