"""Rare things that assistants and people write: code and formulas at odd places."""

import pytest

from wamigrate.markup import to_markdown, to_plain, to_whatsapp
from wamigrate.markup_assistant import parse_assistant
from wamigrate.markup_inline import read_inline
from wamigrate.markup_tree import Code, Text, Url


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("```a b```", "```\na b\n```"),
        ("- x\n  ```a b```", "- x\n  ```\n  a b\n  ```"),
        ("so ```a b```", "so `a b`"),
    ],
)
def test_code_that_fills_its_line_between_fences_is_a_block(text: str, markdown: str) -> None:
    assert to_markdown(parse_assistant(text)) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("```\nx = 1\n``` (done)", "```\nx = 1\n```\n\n(done)"),
        ("```\nx = 1\n```py\ny\n```", "````\nx = 1\n```py\ny\n````"),
    ],
)
def test_a_fence_closes_code_at_the_start_of_a_line_unless_a_language_follows(
    text: str, markdown: str
) -> None:
    assert to_markdown(parse_assistant(text)) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("- a\n  \\[\n  x\n  \\]\n  b", "- a  \n  $$\n  x\n  $$  \n  b"),
        ("- a\n  b\n  \\[\n  x\n  \\]", "- a  \n  b  \n  $$\n  x\n  $$"),
        ("- a\n\n\tb", "- a\n\n  b"),
    ],
)
def test_lines_below_an_item_are_written_with_its_indent_whatever_they_begin_with(
    text: str, markdown: str
) -> None:
    document = parse_assistant(text)
    assert to_markdown(document) == markdown
    assert to_whatsapp(document) == text


@pytest.mark.parametrize(
    ("text", "markdown"), [("> - a", "> - a"), ("> 12) *a*", "> 12) **a**"), ("> -a", "> -a")]
)
def test_an_item_in_a_quotation_keeps_its_mark(text: str, markdown: str) -> None:
    assert to_markdown(parse_assistant(text)) == markdown


def test_backticks_behind_escaped_ones_that_nothing_closes_are_text() -> None:
    document = parse_assistant("a \\``` b \\``` c `d` \\```")
    assert to_plain(document) == "a ``` b ``` c d ```"
    assert to_markdown(document) == "a \\`\\`\\` b \\`\\`\\` c `d` \\`\\`\\`"


def test_backticks_left_of_a_run_after_code_in_it_may_open_code_again() -> None:
    assert read_inline("````````") == (Code("`", "```"), Text("`"))
    assert read_inline("````````a`") == (Code("`", "```"), Code("a"))


@pytest.mark.parametrize("text", ["see http://, ok", "see http://)!? ok", "www.a."])
def test_the_punctuation_of_a_sentence_is_no_address(text: str) -> None:
    found = [node for node in read_inline(text) if isinstance(node, Url)]
    assert found == ([Url("www.a")] if "www" in text else [])
