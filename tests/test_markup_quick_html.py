"""The quick way to HTML writes what the tree writes, or leaves it to the tree."""

from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wamigrate.markup_html import to_html
from wamigrate.markup_markdown import to_markdown
from wamigrate.markup_markdown_reader import parse_markdown
from wamigrate.markup_quick_html import Look, quick_html
from wamigrate.markup_whatsapp import parse_person

PIECES: Final = (
    *("a", "b c", "word", "é", "مرحبا", "7", "\n", "\n\n", "\n\n\n", "  \n", " ", "  ", "    ", "\\\n", "\t"),
    *(
        "- ",
        "\n- ",
        "* ",
        "+ ",
        "1. ",
        "\n2. ",
        "\n3) ",
        "# ",
        "\n## ",
        "### x #",
        "> ",
        "\n> ",
        "---",
        "\n---\n",
    ),
    *(
        "***",
        "===",
        "- [ ] ",
        "[x] ",
        "`",
        "``",
        "```",
        "```py\n",
        "\n```\n",
        "\n```",
        "~~~",
        "~",
        "~~",
        "*",
        "**",
    ),
    *(
        "_",
        "__",
        "a_b",
        "**bold**",
        "*it*",
        "~~no~~",
        "`code`",
        "**a:**",
        "[l](https://a.b/c)",
        "![i](x)",
        "[",
        "]",
    ),
    *(
        "](",
        "]: ",
        "(",
        ")",
        "https://a.b/c",
        "http://a.b/c?d=e&f",
        "www.a.b",
        "://",
        "ftp://x",
        "mailto:a@b.c",
        ".",
    ),
    *(
        "<",
        ">",
        "<b>",
        "</script>",
        "<https://a.b>",
        "<!--",
        "&",
        "&amp;",
        "&lt;",
        "\\*",
        "\\-",
        "\\#",
        "\\",
        "\\<",
    ),
    *(
        "| a | b |\n|---|:-:|\n| 1 | 2 |",
        "|",
        "\n| c |",
        "|--|",
        "\n",
        ":",
        "$",
        "$x$",
        "\r",
        "\0",
        "\x1b[31m",
    ),
    *(
        "\u202e",
        "\u2028",
        "\x85",
        "\x0b",
        "\xa0",
        "=",
        '"',
        "'",
        "!",
        "#tag",
        "\n\n- a\n- b\n\n",
        "\n\n1. a\n2. b",
    ),
)
TEXTS: Final = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def slow(text: str) -> str:
    return to_html(parse_markdown(text))


@given(TEXTS)
@settings(max_examples=1500, deadline=None)
@example("a\n- b\n\nc")
@example("- a\n\n\n- b")
@example("> a\n\n> b")
@example("**a** b **c**d")
@example("(*a*)")
@example("| a |\n|---|\n\n| b |")
@example("1. a\n1. b")
def test_both_ways_write_the_same(text: str) -> None:
    quick = quick_html(text)
    assert quick is None or quick == slow(text)


@given(st.text(max_size=40))
@settings(max_examples=500, deadline=None)
def test_both_ways_write_the_same_for_any_characters(text: str) -> None:
    quick = quick_html(text)
    assert quick is None or quick == slow(text)


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_what_we_write_of_people_is_read_the_same_both_ways(text: str) -> None:
    markdown = to_markdown(parse_person(text))
    quick = quick_html(markdown)
    assert quick is None or quick == slow(markdown)


@pytest.mark.parametrize(
    "text",
    [
        "Plain words.",
        "Sure:\n\n**Step 1:** do *it*, then ~~rest~~ `stop`.\n\n- a\n- b\n\n1. c\n2. d",
        "# Title\n\nText  \nand more  \nof it.\n\n---\n\nEnd.",
        "```python\nx = 1 < 2\n\ny\n```",
        "before\n\n```\n```\n\nafter",
        "| a | b |\n|:--|--:|\n| **c** |  |",
        "> one  \n> two",
        "See https://example.org/a-b?c=d, or [there](https://example.org).",
        "snake_case, 2 * 3, ~5 km, R&D, <3, a > b, \\*stars\\*",
    ],
)
def test_what_assistants_write_takes_no_tree(text: str) -> None:
    assert quick_html(text) == slow(text)


@pytest.mark.parametrize(
    "text",
    [
        "- a\n  - b",
        "- a\n\n  b",
        "> - a",
        "**a *b* c**",
        "[a]\n\n[a]: https://b.c",
        "Title\n===",
        "<b>",
        "&copy;",
        "$a$ and $b$",
        "www.example.org",
        "a\rb",
        "\0",
    ],
)
def test_what_needs_pairing_is_left_to_the_tree(text: str) -> None:
    assert quick_html(text) is None


def _bracketed(code: str, word: str) -> str:
    return f"[{word}:{code}]"


def test_a_page_may_choose_how_elements_look() -> None:
    look = Look(link='<a rel="x" href="', table="<T>", table_end="</T>", code=_bracketed)
    assert (
        quick_html("https://a.b\n\n```py\n<\n```", look)
        == '<p><a rel="x" href="https://a.b">https://a.b</a></p>\n[py:<]'
    )
    assert quick_html("| a |\n|---|", look) == "<T><thead><tr><th>a</th></tr></thead></T>"
