"""The file of conversations that archives have in common: what is none is one clear error."""

from pathlib import Path

import pytest

from wamigrate.conversations_json import NAME, read_rows
from wamigrate.errors import ParseError
from wamigrate.source import open_source


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_conversations_come_one_by_one_with_their_places(start: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(start + b'[{"id": 1}, {"id": 2}]')
    found = list(read_rows(open_source(tmp_path / NAME)))
    assert found == [(f"{NAME}[0]", {"id": 1}), (f"{NAME}[1]", {"id": 2})]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[{"id": 1}, {"title": "\xff"}]', rf"{NAME}\[1\]: is no JSON \("),
        (b'[{"id": 1}, {"size": 1e999999}]', rf"{NAME}\[1\]: is no JSON \("),
        (b'[{"id": 1}, 2]', rf"{NAME}\[1\]: is no object"),
        (b'[{"id": 1},', rf"{NAME}: is no list of conversations"),
        (b"{}", rf"{NAME}: is no list of conversations"),
    ],
)
def test_what_cannot_be_read_is_named(content: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(ParseError, match=words):
        list(read_rows(open_source(tmp_path / NAME)))


def test_a_folder_without_the_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ParseError, match=f"holds no {NAME}"):
        list(read_rows(open_source(tmp_path)))
