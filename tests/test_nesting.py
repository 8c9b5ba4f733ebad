"""Setting Markdown into a larger document: an independent reader sees the structure that was meant."""

from typing import Final
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token
from strategies import texts

from wamigrate.nesting import escape, link, nest, one_line, quote

COMMONMARK: Final = MarkdownIt("commonmark")
GFM: Final = MarkdownIt("gfm-like", {"linkify": False})


def shown(tokens: list[Token]) -> str:
    """Return the characters that a reader shows."""
    return "".join(
        token.content
        for outer in tokens
        for token in outer.children or []
        if token.type in ("text", "text_special")
    )


def top_level(markdown: str) -> list[str]:
    return [token.type for token in GFM.parse(markdown) if token.level == 0]


@given(texts())
def test_words_are_shown_as_they_are_in_a_heading(text: str) -> None:
    tokens = GFM.parse(f"### {escape(text)}")
    assert [token.type for token in tokens] == ["heading_open", "inline", "heading_close"]
    assert shown(tokens) == one_line(text)


@given(texts())
def test_words_are_shown_as_they_are_in_a_link(text: str) -> None:
    tokens = COMMONMARK.parse(f"- {link(text, 'a b.md')} · more")
    inline = next(token for token in tokens if token.type == "inline")
    kinds = [child.type for child in inline.children or [] if child.type not in ("text", "text_special")]
    assert kinds == ["link_open", "link_close"]
    assert shown(tokens) == f"{one_line(text)} · more"


@given(texts())
def test_one_line_has_no_line_ends_and_no_marks_that_reorder(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert not set(line) & set("\0\x07\x7f\u200e\u202e\u2066\ufeff")
    assert one_line(line) == line


@pytest.mark.parametrize(
    "path", ["a b.md", "media/100% #1.png", "media/(x).png", "ü/é.md", "a &amp; b & c.md"]
)
def test_a_link_leads_to_its_file(path: str) -> None:
    (inline,) = (token for token in COMMONMARK.parse(link("x", path)) if token.type == "inline")
    opening = next(child for child in inline.children or [] if child.type == "link_open")
    parts = urlsplit(str(opening.attrs["href"]))
    assert unquote(parts.path) == path
    assert not parts.fragment


def test_an_address_is_linked_as_it_is() -> None:
    assert link("x", "file:///a%20b/c%23.jpg") == "[x](<file:///a%20b/c%23.jpg>)"


@given(texts(80))
def test_nothing_in_a_quote_gets_out_of_it(text: str) -> None:
    markdown = text.replace("\r\n", "\n").replace("\r", "\n")
    assert top_level(f"{quote(markdown)}\n\nsentinel") == [
        *("blockquote_open", "blockquote_close", "paragraph_open", "paragraph_close")
    ]


@given(texts(80))
def test_nothing_that_was_nested_swallows_what_follows(text: str) -> None:
    markdown = text.replace("\r\n", "\n").replace("\r", "\n")
    tokens = GFM.parse(f"### turn\n\n{nest(markdown, 3)}\n\n### next\n\nsentinel")
    first, *inner, last = (token.tag for token in tokens if token.type == "heading_open" and token.level == 0)
    assert (first, last) == ("h3", "h3")
    assert all(tag > "h3" for tag in inner)
    assert tokens[-2].content == "sentinel"


@pytest.mark.parametrize(
    ("markdown", "nested"),
    [
        ("plain", "plain"),
        ("# a\n\n## b\n\n###### c", "#### a\n\n##### b\n\n###### c"),
        ("### a\n\n#### b", "#### a\n\n##### b"),
        ("##### deep", "##### deep"),
        ("   # a", "   #### a"),
        ("#", "####"),
        ("#tag\n\n    # code", "#tag\n\n    # code"),
        ("```sh\n# comment\n```\n\n# a", "```sh\n# comment\n```\n\n#### a"),
        ("~~~~\n# x\n~~~\n# y\n~~~~\n# a", "~~~~\n# x\n~~~\n# y\n~~~~\n#### a"),
        ("````\n```\n# x\n````", "````\n```\n# x\n````"),
        ("- ```py\n  # x\n  ```\n\n# a", "- ```py\n  # x\n  ```\n\n#### a"),
        ("``` not a `fence`\n# a", "``` not a `fence`\n#### a"),
        ("a < b <b>\n# c", "a < b <b>\n#### c"),
        ("a\n\n---\n\n# b", "a\n\n---\n\n#### b"),
        ("```\na\n---\n```", "```\na\n---\n```"),
    ],
)
def test_headings_move_below_the_turn_and_code_stays(markdown: str, nested: str) -> None:
    assert nest(markdown, 3) == nested


@pytest.mark.parametrize(
    "markdown",
    [
        "```py\nx",
        "~~~\nx\n```",
        "````\n```",
        "- ```\n  x",
        "<!-- x",
        "a\n\n<script>\nx",
        "<![CDATA[",
        "<?php",
        "<pre>",
        "a\n===",
        "a\n  -",
    ],
)
def test_what_stays_open_is_quoted_as_a_whole(markdown: str) -> None:
    assert nest(markdown, 3) == quote(markdown)
