"""Text of messages on a page: coloured, safe, and with the words unchanged."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wamigrate.embedding import content_hash, content_policy, embedded_json
from wamigrate.highlight import LIMIT, highlight
from wamigrate.markup_html import to_html
from wamigrate.markup_markdown_reader import parse_markdown
from wamigrate.rendered import render, shown_text


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words = ""

    def handle_data(self, data: str) -> None:
        self.words += data


def words(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    reader.close()
    return reader.words


@given(
    st.text(max_size=200),
    st.sampled_from(["python", "js", "bash", "json", "html", "yaml", "c++", "diff", "", "?"]),
)
@settings(max_examples=200, deadline=None)
def test_colours_change_no_character_of_the_code(code: str, language: str) -> None:
    html = highlight(code, language)
    assert words(html) == code
    assert html.count("<") == 2 * html.count('<span class="')


def test_code_that_is_too_long_is_not_coloured() -> None:
    assert "<span" in highlight("if x: pass", "PYTHON")
    assert "<span" not in highlight("x = 1\n" * LIMIT, "python")


@pytest.mark.parametrize(
    "text", ["# A\n\n```py\nx\n```", "- a\n  - [b](https://c.d)\n\n# e\n\n| f |  |\n|---|---|"]
)
def test_the_quick_way_and_the_tree_look_the_same(text: str) -> None:
    tree_only = f"{text}\n\n&copy;"
    assert render(tree_only).startswith(render(text).removesuffix("</ul>"))
    assert 'class="h1"' in render(text)


def test_control_characters_become_signs() -> None:
    assert render("a\x1b[31m\x00b\x7f") == "<p>a␛[31m�b␡</p>" or "␛" in render("a\x1b[31m\x00b\x7f")
    assert "\x1b" not in render("`\x1b`")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"]
)
def test_an_address_that_may_run_something_is_no_link(address: str) -> None:
    assert "<a " not in render(f"[x]({address}) <{address}> {address}")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
@settings(max_examples=200, deadline=None)
def test_the_words_that_are_searched_are_those_that_are_seen(text: str) -> None:
    seen = words(to_html(parse_markdown(text)))
    assert shown_text(render(text)).split() == seen.split()


def test_embedded_data_cannot_leave_its_element() -> None:
    written = embedded_json({"<!--": "</ScRipt>\u2028\u2029<script"})
    assert b"<" not in written
    assert "\u2028".encode() not in written


def test_a_policy_names_what_is_allowed() -> None:
    allowed = {"script-src": (content_hash("x"),)}
    assert content_policy(allowed).startswith("default-src 'none'; script-src 'sha256-")
