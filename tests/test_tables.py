import tomllib
from importlib.resources import files

import pytest

from wamigrate.tables import read_table

TABLES = sorted(entry.name for entry in files("wamigrate").iterdir() if entry.name.endswith(".toml"))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_the_package_reads_as_utf8_toml(name: str) -> None:
    assert read_table(name)


def test_a_table_is_parsed_once() -> None:
    assert read_table("dialects.toml") is read_table("dialects.toml")


def test_a_table_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        read_table("no-such-table.toml")


def test_the_cache_does_not_change_what_a_table_says() -> None:
    text = (files("wamigrate") / "dialects.toml").read_text(encoding="utf-8")
    assert read_table("dialects.toml") == tomllib.loads(text)
