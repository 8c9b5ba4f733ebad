"""Looking into JSON of which nothing is certain."""

from contextlib import closing
from pathlib import Path

import pytest

from wamigrate.errors import ParseError
from wamigrate.loose import (
    as_list,
    as_object,
    as_text,
    begins_with,
    objects,
    parse_json,
    read_json,
    read_rows,
)
from wamigrate.source import open_source


@pytest.mark.parametrize("value", [None, 1, 1.5, True])
def test_what_is_of_another_kind_reads_as_empty(value: object) -> None:
    assert (as_object(value), as_list(value), as_text(value)) == ({}, [], "")


def test_what_is_of_the_right_kind_stays_and_of_the_wrong_one_is_empty() -> None:
    assert (as_object({"a": 1}), as_list([1]), as_text("text")) == ({"a": 1}, [1], "text")
    assert (as_object([1]), as_list("text"), as_text({"a": 1})) == ({}, [], "")


def test_elements_that_are_no_objects_are_empty_ones() -> None:
    assert list(objects([{"a": 1}, 2, None])) == [{"a": 1}, {}, {}]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_an_error_that_names_the_place(content: bytes) -> None:
    with pytest.raises(ParseError, match=r"^here: is n"):
        parse_json(content, "here")


def test_a_file_is_read_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for mark in (b"", b"\xef\xbb\xbf"):
        path.write_bytes(mark + b'[{"a": 1}, 2]')
        with closing(open_source(path)) as source:
            member = source.members[0]
            assert read_json(source, member) == [{"a": 1}, 2]
            assert list(read_rows(source, member)) == [("a.json[0]", {"a": 1}), ("a.json[1]", 2)]
            assert begins_with(source, b"[", "a")
            assert not begins_with(source, b"{", "a")
            assert not begins_with(source, b"[", "b")


def test_a_folder_begins_with_its_first_file_of_the_right_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"[]")
    (tmp_path / "b.json").write_bytes(b'{"a": 1}')
    with closing(open_source(tmp_path)) as source:
        assert begins_with(source, b"{", "a")
        assert not begins_with(source, b"{", "a", suffix=".jsonl")
