"""Pack the bundled examples from their sources, so that the archives can be read and reviewed as text.

Every folder in ``fixtures/examples/src`` becomes the ZIP archive of the same name beside ``src``, with its
files at the root as WhatsApp packs them. Members are stored, not deflated, sorted and of a fixed date, so the
same sources give the same bytes with every version of Python and zlib.

Run ``python tools/build_examples.py`` to write the archives, with ``--check`` to compare them only.
"""

import argparse
import io
import sys
import zipfile
from pathlib import Path
from typing import Final

EXAMPLES: Final = Path(__file__).resolve().parent.parent / "fixtures" / "examples"
EXPORTED: Final = (2026, 1, 17, 8, 0, 0)
"""When all members were last changed: after the last message of every example."""
UNIX: Final = 3
"""System that the archive says it was made on, whichever it is made on."""
MODE: Final = 0o100644


def pack(folder: Path) -> bytes:
    """Return the ZIP archive of a folder's files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.iterdir()):
            info = zipfile.ZipInfo(path.name, EXPORTED)
            info.create_system = UNIX
            info.external_attr = MODE << 16
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()


def archives(examples: Path) -> dict[Path, bytes]:
    """Return the path and the wanted bytes of every archive."""
    folders = sorted(path for path in (examples / "src").iterdir() if path.is_dir())
    return {examples / f"{folder.name}.zip": pack(folder) for folder in folders}


def stale(examples: Path) -> list[str]:
    """Name the archives that are missing, differ from their source, or have none."""
    wanted = archives(examples)
    changed = [path.name for path, data in wanted.items() if not path.exists() or path.read_bytes() != data]
    return changed + [path.name for path in sorted(examples.glob("*.zip")) if path not in wanted]


def main() -> int:
    """Write or check the archives; return the exit status."""
    parser = argparse.ArgumentParser(description="Pack the bundled examples from their sources.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 if an archive differs")
    if parser.parse_args().check:
        names = stale(EXAMPLES)
        for name in names:
            print(f"fixtures/examples/{name}: differs from its source; run python tools/build_examples.py")
        return int(bool(names))
    for path, data in archives(EXAMPLES).items():
        path.write_bytes(data)
        print(f"{path.name}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
