"""Blocks of code between backticks are found with their places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wamigrate.fences import code_blocks, count_fences


def blocks(text: str) -> list[tuple[str, str, bool]]:
    return [(block.language, block.code, block.closed) for block in code_blocks(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("```\nx\n```", [("", "x\n", True)]),
        ("```PY\nx\n```", [("py", "x\n", True)]),
        ("``` c++ \nx\n```", [("c++", "x\n", True)]),
        ("a\n````\n`x` and ``y``\n````\nb", [("", "`x` and ``y``\n", True)]),
        ("```\none\n``` and\n```js\ntwo\n```", [("", "one\n", True), ("js", "two\n", True)]),
        ("```\nopen", [("", "open", False)]),
        ("```inside``` and ```\nx\n```", [("", "x\n", True)]),
        ("```\n```", []),
        ("no `code` here", []),
        ("```not a language\nx\n```", []),
    ],
)
def test_blocks_are_found_with_language_and_end(text: str, found: list[tuple[str, str, bool]]) -> None:
    assert blocks(text) == found


def test_a_block_says_where_its_code_is() -> None:
    text = "So:\n```py\nx = 1\n```\nand\n```\ny"
    for block in code_blocks(text):
        assert text[block.start : block.end] == block.code


@pytest.mark.parametrize(("text", "count"), [("", 0), ("``", 0), ("```", 1), ("````", 1), ("```a```", 2)])
def test_runs_of_three_and_more_are_counted(text: str, count: int) -> None:
    assert count_fences(text) == count


@given(st.text(alphabet="`a \n", max_size=40))
def test_blocks_lie_in_the_text_one_after_the_other(text: str) -> None:
    end = 0
    for block in code_blocks(text):
        assert end < block.start < block.end <= len(text)
        assert text[block.start : block.end] == block.code
        assert block.closed == text.startswith("```", block.end)
        end = block.end
