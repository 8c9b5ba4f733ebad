"""What every format keeps to, also those that are added later: they are all found and tried here."""

import ast
import dataclasses
import inspect
import random
import re
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from wamigrate.canon import loads
from wamigrate.catalogue import describe_type
from wamigrate.errors import NoChatError, OptionError, SourceError, WamigrateError
from wamigrate.formats import (
    Confidence,
    Exporter,
    Format,
    Parser,
    configure,
    detect,
    find_exporter,
    find_exporters,
    find_parser,
    find_parsers,
    names,
    option_types,
)
from wamigrate.notes import CODES, Notes
from wamigrate.source import open_source
from wamigrate.target import MemoryTarget

ROOT: Final = Path(__file__).resolve().parent.parent
FIXTURES: Final = ROOT / "fixtures"
FORMATS: Final[list[Format]] = [*find_parsers().values(), *find_exporters().values()]
INPUT_SECTIONS: Final = ("Where it comes from", "Layout", "What survives", "What is lost")
OUTPUT_SECTIONS: Final = ("Where it goes", "Layout", "What survives", "What is lost")


def _id(format_: Format) -> str:
    return f"{'exporter' if _writes(format_) else 'parser'}-{format_.name}"


def _writes(format_: Format) -> bool:
    return hasattr(format_, "export")


def _module(format_: Format) -> Any:
    module = inspect.getmodule(type(format_))
    assert module is not None
    return module


def _tree(format_: Format) -> ast.Module:
    return ast.parse(inspect.getsource(_module(format_)))


def _inputs() -> Iterator[tuple[str, Path]]:
    """Yield the parser and the input of every fixture, and of every bundled example."""
    for case in sorted(FIXTURES.glob("parsers/*/*/")):
        inside = sorted((case / "input").iterdir())
        yield case.parent.name, inside[0] if len(inside) == 1 else case / "input"
    for example in sorted((FIXTURES / "examples").iterdir()):
        if example.is_file():
            yield "whatsapp", example


INPUTS: Final = list(_inputs())


def _input_id(value: object) -> str:
    return value.parent.parent.name + "/" + value.name if isinstance(value, Path) else str(value)


@pytest.mark.parametrize("format_", FORMATS, ids=_id)
def test_a_format_is_called_like_its_module_and_found_under_that_name(format_: Format) -> None:
    assert Path(inspect.getfile(type(format_))).stem == format_.name
    find = find_exporter if _writes(format_) else find_parser
    assert find(format_.name) is format_
    assert re.fullmatch(r"[a-z][a-z0-9_]*", format_.name)
    assert format_.title
    assert format_.title.strip() == format_.title


@pytest.mark.parametrize("format_", FORMATS, ids=_id)
def test_a_format_is_a_frozen_dataclass(format_: Format) -> None:
    assert dataclasses.is_dataclass(format_)
    assert hash(format_) == hash(dataclasses.replace(format_))
    for field in dataclasses.fields(format_):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(format_, field.name, None)


@pytest.mark.parametrize("format_", FORMATS, ids=_id)
def test_a_module_describes_its_format_in_four_sections(format_: Format) -> None:
    text = inspect.getdoc(_module(format_)) or ""
    found = re.findall(r"^(\S.*?):?\n(?=    \S)", text, re.MULTILINE)
    assert tuple(found) == (OUTPUT_SECTIONS if _writes(format_) else INPUT_SECTIONS)
    first = text.partition("\n")[0]
    assert first.endswith(".")
    assert first[0].isupper() or first.startswith("wamigrate")


@pytest.mark.parametrize("format_", FORMATS, ids=_id)
def test_a_module_ends_with_its_typed_constant(format_: Format) -> None:
    last = _tree(format_).body[-1]
    assert isinstance(last, ast.AnnAssign)
    kind = "exporter" if _writes(format_) else "parser"
    assert ast.unparse(last.target) == kind
    assert ast.unparse(last.annotation) == f"Final[{kind.capitalize()}]"


@pytest.mark.parametrize("format_", FORMATS, ids=_id)
def test_every_option_is_typed_explained_and_takes_its_own_default(format_: Format) -> None:
    options = option_types(format_)
    (class_,) = (
        node
        for node in _tree(format_).body
        if isinstance(node, ast.ClassDef) and node.name == type(format_).__name__
    )
    for field, text in zip(class_.body, class_.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and ast.unparse(field.target) in options:
            assert isinstance(text, ast.Expr), f"{ast.unparse(field.target)} has no docstring"
    for name, type_ in options.items():
        assert describe_type(type_)
        default = getattr(format_, name)
        if default is not None:
            given = str(default).lower() if isinstance(default, bool) else str(default)
            assert configure(format_, {name: given}) == format_


@pytest.mark.parametrize("format_", FORMATS, ids=_id)
def test_an_option_that_does_not_exist_is_refused(format_: Format) -> None:
    with pytest.raises(OptionError, match="has no option 'no_such_option'"):
        configure(format_, {"no_such_option": "1"})


@pytest.mark.parametrize("format_", FORMATS, ids=_id)
def test_a_format_has_fixtures(format_: Format) -> None:
    if _writes(format_):
        assert list((FIXTURES / "exporters" / format_.name).rglob("*.*"))
    else:
        assert list((FIXTURES / "parsers" / format_.name).glob("*/case.toml"))


@pytest.mark.parametrize("format_", FORMATS, ids=_id)
def test_findings_of_a_format_have_known_codes(format_: Format) -> None:
    used = {
        node.args[0].value
        for node in ast.walk(_tree(format_))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "notes.add"
        and isinstance(node.args[0], ast.Constant)
    }
    assert used <= CODES.keys()


def test_every_fixture_belongs_to_a_format() -> None:
    parsers = {path.name for path in (FIXTURES / "parsers").iterdir() if path.is_dir()}
    exporters = {path.name for path in (FIXTURES / "exporters").iterdir() if path.is_dir()} - {"media"}
    assert parsers == set(names("parsers"))
    assert exporters == set(names("exporters"))


@pytest.mark.parametrize(("name", "path"), INPUTS, ids=_input_id)
def test_a_fixture_is_recognised_by_its_own_parser_alone(name: str, path: Path) -> None:
    with closing(open_source(path)) as source:
        sure = {
            parser.name for parser in find_parsers().values() if parser.sniff(source) is not Confidence.NO
        }
        assert sure == {name}
        assert detect(source).name == name


@pytest.mark.parametrize(("name", "path"), INPUTS, ids=_input_id)
def test_reading_twice_gives_the_same(name: str, path: Path) -> None:
    case = path.parent.parent if path.name != "input" else path.parent
    about = case / "case.toml"
    text = about.read_text(encoding="utf-8") if about.is_file() else ""
    options: dict[str, str] = tomllib.loads(text).get("options", {})
    parser = configure(find_parser(name), options)
    assert _read(parser, path) == _read(parser, path)


@pytest.mark.parametrize("parser", find_parsers().values(), ids=_id)
@pytest.mark.parametrize("seed", range(5))
def test_noise_is_nobodys(parser: Parser, seed: int, tmp_path: Path) -> None:
    path = tmp_path / "noise.txt"
    path.write_bytes(random.Random(seed).randbytes(5000))
    assert _sniff(parser, path) is Confidence.NO


@pytest.mark.parametrize("parser", find_parsers().values(), ids=_id)
@pytest.mark.parametrize(
    "content",
    [
        b"\0",
        b"\n" * 100,
        b"{}",
        b"[]",
        b'"',
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"Dear Ana,\n\nall well.\n",
    ],
    ids=repr,
)
def test_what_is_next_to_nothing_is_nobodys(parser: Parser, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "input.txt"
    path.write_bytes(content)
    assert _sniff(parser, path) is Confidence.NO


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04"], ids=repr)
def test_an_empty_file_and_a_damaged_archive_reach_no_parser(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "input.zip"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"input\.zip"):
        open_source(path)


@pytest.mark.parametrize("parser", find_parsers().values(), ids=_id)
def test_an_empty_folder_and_an_empty_archive_are_nobodys(parser: Parser, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w"):
        pass
    for path in (folder, archive):
        with closing(open_source(path)) as source:
            assert parser.sniff(source) is Confidence.NO
            with pytest.raises(NoChatError, match="an empty "):
                detect(source)


@pytest.mark.parametrize(("name", "path"), [case for case in INPUTS if case[1].is_file()], ids=_input_id)
def test_a_file_cut_off_anywhere_gives_messages_or_one_clear_error(
    name: str, path: Path, tmp_path: Path
) -> None:
    content = path.read_bytes()
    errors: list[str] = []
    for tenths in range(10):
        cut = tmp_path / f"{tenths} {path.name}"
        cut.write_bytes(content[: len(content) * tenths // 10])
        try:
            conversations, _ = _read(find_parser(name), cut)
            assert conversations
        except WamigrateError as error:
            errors.append(str(error))
    assert errors, "nothing at all is no chat"
    assert all(error and "\n" not in error for error in errors)


@pytest.mark.parametrize("exporter", find_exporters().values(), ids=_id)
def test_writing_twice_gives_the_same_bytes(exporter: Exporter) -> None:
    assert _written(exporter) == _written(exporter)


@pytest.mark.parametrize("exporter", find_exporters().values(), ids=_id)
def test_an_exporter_keeps_to_its_layout(exporter: Exporter) -> None:
    files = _written(exporter)
    if exporter.layout == "document":
        assert list(files) == [""]
        assert re.fullmatch(r"\.[a-z0-9.]+", exporter.suffix)
    else:
        assert "" not in files
        assert not exporter.suffix
    assert all(files.values()), "no file is empty"


def _sniff(parser: Parser, path: Path) -> Confidence:
    with closing(open_source(path)) as source:
        return parser.sniff(source)


def _read(parser: Parser, path: Path) -> tuple[object, object]:
    notes = Notes()
    with closing(open_source(path)) as source:
        return list(parser.parse(source, notes)), (notes.sources, notes.items)


def _written(exporter: Exporter) -> dict[str, bytes]:
    archive = loads((FIXTURES / "exporters" / "common.json").read_bytes())
    notes = Notes()
    notes.sources.extend(archive.sources)
    notes.items.extend(archive.notes)
    with closing(open_source(FIXTURES / "exporters" / "media")) as media, MemoryTarget() as target:
        target.sources = {info.id: media for info in archive.sources}
        exporter.export(iter(archive.conversations), target, notes)
    return target.files
