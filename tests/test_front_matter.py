"""Front matter, as an independent reader of YAML understands it."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from strategies import clocks, texts

from wamigrate.front_matter import Value, front_matter


def read(block: str) -> dict[str, Any]:
    """Read front matter as Obsidian and static site generators find it: between two lines of dashes."""
    first, *lines = block.split("\n")
    end = lines.index("---")
    assert (first, lines[end + 1 :]) == ("---", [])
    return yaml.safe_load("\n".join(lines[:end])) or {}


@given(title=texts(), names=st.lists(texts(), min_size=1, max_size=4))
def test_yaml_reads_exactly_the_strings_that_were_written(title: str, names: list[str]) -> None:
    assert read(front_matter({"title": title, "people": names})) == {"title": title, "people": names}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_front_matter_keeps_to_one_line_for_each_field(text: str) -> None:
    block = front_matter({"title": text, "tags": [text, text]})
    assert len(block.splitlines()) == 4


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "null",
        "~",
        "1e3",
        "0o17",
        "12:30:45",
        "2025-03-25",
        "---",
        "a: b",
        "# x",
        "[x]",
        "'",
        '"',
        "\\",
        "a\n---\nb",
    ],
)
def test_a_title_is_never_anything_but_a_string(text: str) -> None:
    assert read(front_matter({"title": text})) == {"title": text}


@pytest.mark.parametrize(
    "char", ["\0", "\x85", "\x9f", "\u2028", "\u2029", "\u202e", "\ufeff", "\uffff", "🙂", "\u200d"]
)
def test_a_character_that_yaml_or_an_editor_would_mistake_survives(char: str) -> None:
    assert read(front_matter({"title": f"a{char}b"})) == {"title": f"a{char}b"}


@given(clocks())
def test_a_date_is_read_as_the_same_date(time: datetime) -> None:
    found = read(front_matter({"created": time}))["created"]
    assert found == time
    assert (found.tzinfo is None) == (time.tzinfo is None)


def test_what_has_no_value_is_left_out() -> None:
    fields: dict[str, Value] = {"title": None, "tags": [], "messages": 0, "empty": ""}
    assert read(front_matter(fields)) == {"messages": 0, "empty": ""}
    assert read(front_matter({})) == {}


def test_an_offset_is_written_as_yaml_reads_it() -> None:
    time = datetime(2025, 3, 25, 21, 4, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert front_matter({"created": time}) == "---\ncreated: 2025-03-25T21:04:00+05:30\n---"
