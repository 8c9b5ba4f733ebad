"""Options and fixtures that all tests share."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Generator, Mapping
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

if TYPE_CHECKING:
    from window_client import Visitor, Window

Golden = Callable[[Path, Mapping[str, bytes]], None]
"""Compares files by name with what a folder holds, or writes them there with ``--update-goldens``."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="write what formats make of the fixtures as the expected files, to be reviewed in the diff",
    )


def pytest_configure(config: pytest.Config) -> None:
    _heed_signals()
    if config.getoption("--update-goldens") and os.environ.get("CI"):
        raise pytest.UsageError(
            "--update-goldens is refused in CI: a change of output is reviewed by a person"
        )


def _heed_signals() -> None:
    """Undo what ``nohup`` and shells do to background jobs: tests send signals, and children inherit it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def deep() -> Generator[Path]:
    """Make a folder for folders nested so deep that neither pytest nor shutil can remove them."""
    folder = tempfile.mkdtemp(prefix="wamigrate-deep-")
    try:
        yield Path(folder)
    finally:
        subprocess.run(["rm", "-r", folder], check=True)


@pytest.fixture
def window(tmp_path: Path) -> Generator["Window"]:
    """Give the window's application, without a server."""
    from window_client import Window  # noqa: PLC0415 - needs the extra `web`, which most tests do without

    window = Window(tmp_path)
    yield window
    window.sessions.close()


@pytest.fixture
def visitor(window: "Window") -> "Visitor":
    """Give a tab of that window."""
    return window.visit()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return _update if request.config.getoption("--update-goldens") else _compare


def _update(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _compare(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        if not path.exists():
            pytest.fail(f"{path} is missing; write it with `pytest --update-goldens` and read it")
        expected = path.read_bytes()
        if _unpacked(content) != _unpacked(expected):
            assert _readable(content) == _readable(expected), f"{path} differs"
            pytest.fail(f"{path} differs in bytes that are no text")


def _readable(content: bytes) -> list[str]:
    return content.decode(errors="backslashreplace").split("\n")


def _unpacked(content: bytes) -> object:
    """Return what a ZIP archive or a Parquet table holds, since libraries differ; or the content itself."""
    if content.startswith(b"PAR1"):
        return _table(content)
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as archive:
        return [
            (info.filename, info.date_time, info.external_attr, archive.read(info))
            for info in archive.infolist()
        ]


def _table(content: bytes) -> object:
    parquet: Any = import_module("pyarrow.parquet")
    table = parquet.read_table(BytesIO(content))
    return str(table.schema), table.to_pylist()
