"""Formats that other distributions add: found by their entry points, and named where they are no good."""

import sys
from collections.abc import Callable, Generator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from wamigrate import formats
from wamigrate.errors import OptionError, PluginError
from wamigrate.formats import (
    Confidence,
    Group,
    configure,
    find_exporter,
    find_exporters,
    find_parser,
    find_parsers,
    names,
    option_types,
)
from wamigrate.source import open_source

PARSER = '''
class Diary:
    """Reads a diary; without options."""

    name = "diary"
    title = "Diary"

    def sniff(self, source):
        return 2 if source.head(source.members[0]).startswith(b"Dear diary") else 0

    def parse(self, source, notes):
        return iter(())


diary = Diary()
half = "a text has no method that reads"
'''
Add = Callable[[Group, str, str], None]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Add]:
    """Return a function that adds a format to a group, as installing a distribution does."""
    folder = tmp_path / "tests"  # so Hypothesis takes none of its constants for later tests
    folder.mkdir()
    (folder / "wamigrate_diary.py").write_text(PARSER, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    added: dict[Group, list[EntryPoint]] = {"parsers": [], "exporters": []}

    def installed(group: Group) -> tuple[EntryPoint, ...]:
        return tuple(added[group])

    monkeypatch.setattr(formats, "_plugins", installed)
    yield lambda group, name, value: added[group].append(EntryPoint(name, value, group))
    sys.modules.pop("wamigrate_diary", None)
    find_parser.cache_clear()
    find_exporter.cache_clear()


def test_a_parser_of_another_distribution_reads_what_it_knows(add: Add, tmp_path: Path) -> None:
    add("parsers", "diary", "wamigrate_diary:diary")
    assert "diary" in names("parsers")
    path = tmp_path / "today.txt"
    path.write_text("Dear diary, it rained.", encoding="utf-8")
    found = formats.detect(open_source(path))
    assert found is find_parser("diary") is find_parsers()["diary"]
    assert found.sniff(open_source(path)) == Confidence.SIGNATURE


def test_a_format_without_options_takes_none(add: Add) -> None:
    add("parsers", "diary", "wamigrate_diary:diary")
    diary = find_parser("diary")
    assert option_types(diary) == {}
    assert configure(diary, {}) is diary
    with pytest.raises(OptionError, match="diary has no option 'ink'; it has: none"):
        configure(diary, {"ink": "blue"})


def test_a_parser_that_cannot_do_all_is_named_with_what_it_lacks(add: Add) -> None:
    add("parsers", "half", "wamigrate_diary:half")
    with pytest.raises(
        PluginError, match=r"parsers/half\.py has no valid 'parser': lacks name, parse, sniff"
    ) as caught:
        find_parsers()
    assert (caught.value.module, caught.value.exit_code) == ("half", 8)


def test_an_exporter_that_cannot_do_all_is_named_with_what_it_lacks(add: Add) -> None:
    add("exporters", "diary", "wamigrate_diary:diary")
    with pytest.raises(PluginError, match="has no valid 'exporter': lacks export, layout, suffix"):
        find_exporters()


@pytest.mark.parametrize("value", ["wamigrate_missing:parser", "wamigrate_diary:missing"])
def test_a_format_that_cannot_be_imported_is_named(value: str, add: Add) -> None:
    add("parsers", "lost", value)
    with pytest.raises(PluginError, match=f"^{value}: ") as caught:
        find_parser("lost")
    assert caught.value.module == value


def test_a_format_that_nobody_offers_is_refused_with_those_there_are(add: Add) -> None:
    add("parsers", "diary", "wamigrate_diary:diary")
    with pytest.raises(OptionError, match=r"there is no parser 'diery'; there are: .*diary"):
        find_parser("diery")
