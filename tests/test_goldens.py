"""Every folder below ``fixtures/parsers`` and ``fixtures/exporters`` is a case.

A parser's case holds ``input/``, ``case.toml`` and ``expected.json``; an exporter's folder holds the files
that the exporter makes of ``fixtures/exporters/common.json``.
"""

import importlib.metadata
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast, get_args

import msgspec
import pytest
from conftest import Golden
from golden_json import golden_json
from msgspec import Struct

from wamigrate import model
from wamigrate.canon import dumps, generator, loads
from wamigrate.formats import configure, detect, find_exporter, find_parser, names
from wamigrate.notes import Notes
from wamigrate.source import open_source
from wamigrate.target import MemoryTarget

FIXTURES: Final = Path(__file__).resolve().parent.parent / "fixtures"
EXPORTERS: Final = FIXTURES / "exporters"
COMMON: Final = EXPORTERS / "common.json"
PARSER_CASES: Final = sorted(path for path in FIXTURES.glob("parsers/*/*") if path.is_dir())


@pytest.fixture
def version_zero(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the version out of the expected files, so that a release does not change them all."""
    monkeypatch.setattr(importlib.metadata, "version", _version_zero)
    generator.cache_clear()
    yield
    generator.cache_clear()


@pytest.mark.parametrize("case", PARSER_CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_parser_reads_its_case_as_expected(case: Path, golden: Golden) -> None:
    about = tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))
    parser = configure(find_parser(case.parent.name), about.get("options", {}))
    notes = Notes()
    source = open_source(_input(case))
    try:
        assert detect(source).name == parser.name
        conversations = list(parser.parse(source, notes))
    finally:
        source.close()
    golden(case, {"expected.json": golden_json(conversations, notes.sources, notes.items)})


@pytest.mark.parametrize("case", PARSER_CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_case_says_what_it_is_about_and_where_the_knowledge_comes_from(case: Path) -> None:
    about = tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))
    assert about.keys() - {"options"} == {"about", "source"}
    assert all(about[key].endswith(".") for key in ("about", "source"))


@pytest.mark.usefixtures("version_zero")
@pytest.mark.parametrize("name", names("exporters"))
def test_an_exporter_writes_the_common_archive_as_expected(
    name: str, golden: Golden, request: pytest.FixtureRequest
) -> None:
    exporter = find_exporter(name)
    folder = EXPORTERS / name / "common"
    files = {path or f"common{exporter.suffix}": content for path, content in _export(name).items()}
    if request.config.getoption("--update-goldens"):
        shutil.rmtree(folder, ignore_errors=True)
    golden(folder, files)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(files)


@pytest.mark.parametrize("name", names("exporters"))
def test_an_exporter_writes_the_same_bytes_twice(name: str) -> None:
    assert _export(name) == _export(name)


def test_the_common_archive_is_written_in_canonical_form() -> None:
    assert dumps(loads(COMMON.read_bytes())) == COMMON.read_bytes()


def test_the_common_archive_uses_the_whole_schema() -> None:
    used: set[tuple[str, str]] = set()
    archive = loads(COMMON.read_bytes())
    for record in _records(archive):
        fields = msgspec.structs.fields(record)
        used.update((type(record).__name__, field.name) for field in fields if getattr(record, field.name))
    records = [kind for kind in vars(model).values() if isinstance(kind, type) and issubclass(kind, Struct)]
    every = {(kind.__name__, field.name) for kind in records for field in msgspec.structs.fields(kind)}
    assert every == used
    messages = [message for conversation in archive.conversations for message in conversation.messages]
    assert {message.kind for message in messages} == set(get_args(model.Kind))
    assert {message.role for message in messages} == set(get_args(model.Role))


def _records(record: Struct) -> Iterator[Struct]:
    """Yield a record and all that are inside it."""
    yield record
    for field in msgspec.structs.fields(record):
        value: Any = getattr(record, field.name)
        for inner in cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,):
            if isinstance(inner, Struct):
                yield from _records(inner)


def _version_zero(_distribution: str) -> str:
    return "0.0.0"


def _input(case: Path) -> Path:
    """Return what a case reads: the only file, or the folder of several."""
    inside = sorted((case / "input").iterdir())
    return inside[0] if len(inside) == 1 else case / "input"


def _export(name: str) -> dict[str, bytes]:
    archive = loads(COMMON.read_bytes())
    notes = Notes()
    notes.sources.extend(archive.sources)
    notes.items.extend(archive.notes)
    media = open_source(EXPORTERS / "media")
    with MemoryTarget() as target:
        target.sources = {info.id: media for info in archive.sources}
        find_exporter(name).export(iter(archive.conversations), target, notes)
    return target.files
