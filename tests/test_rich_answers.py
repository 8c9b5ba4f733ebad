"""Answers that Android stores as structure become Markdown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.rich_answers import rich_answer


def stored(*parts: object, key: str = "subMessages") -> bytes:
    """Write parts of an answer as the column holds them."""
    text = json.dumps({key: parts}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return len(text).to_bytes(2, "big") + text


def test_parts_stand_in_their_order_with_blank_lines_between() -> None:
    assert rich_answer(stored({"messageText": "# Bread"}, {"text": "Flour."}, {"messageText": ""})) == (
        "# Bread\n\nFlour."
    )


def test_names_are_known_in_any_spelling() -> None:
    assert rich_answer(stored({"message_text": "a"}, {"MESSAGETEXT": "b"}, key="sub_messages")) == "a\n\nb"


def test_code_becomes_a_fence_with_its_language() -> None:
    blocks = [{"codeContent": "x = 1\n"}, {"codeContent": "y = 2\n\n"}, {"other": 1}]
    part: dict[str, object] = {"codeMetadata": {"codeLanguage": "python", "codeBlocks": blocks}}
    assert rich_answer(stored(part)) == "```python\nx = 1\ny = 2\n```"
    for language in (None, 3, "c; rm", ""):
        part = {"codeMetadata": {"codeLanguage": language, "codeBlocks": blocks[:1]}}
        assert rich_answer(stored(part)) == "```\nx = 1\n```"


def test_a_table_has_a_heading_and_keeps_its_columns() -> None:
    rows = [{"items": ["a", "b|c"]}, {"items": ["1\n2", 3]}]
    assert rich_answer(stored({"tableMetadata": {"rows": rows}})) == (
        "| a | b\\|c |\n| --- | --- |\n| 1 2 | 3 |"
    )


def test_signs_beyond_16_bits_are_those_of_java() -> None:
    assert rich_answer(stored({"text": "a\ud83d\ude42"})) == "a🙂"


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"\0",
        b"\0\0no json",
        b"\0\0\xff\xfe",
        b"\0\0[]",
        b"\0\0{}",
        stored(),
        stored({"messageText": 3}, 4, None, ["x"]),
        b"\0\0" + b"[" * 100_000,
    ],
)
def test_what_holds_nothing_readable_is_none(blob: bytes) -> None:
    assert rich_answer(blob) is None


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "rows", "items", "codeBlocks", "codeContent", "x"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4), st.binary(max_size=8))
def test_any_structure_is_a_text_or_nothing(parts: list[object], end: bytes) -> None:
    found = rich_answer(stored(*parts))
    assert found is None or found
    rich_answer(stored(*parts) + end)
