"""Markdown in which something is nearly a sign: it is read as CommonMark means it."""

import pytest

from wamigrate.markup import parse_markdown, to_html, to_markdown, to_plain
from wamigrate.markup_assistant import parse_assistant


def rewritten(markdown: str, *, breaks: bool = False) -> str:
    return to_markdown(parse_markdown(markdown, breaks=breaks))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("**a\u3000\n\u3000b**", "**a**\u3000  \n\u3000**b**"),
        ("**a\n\u3000\nb**", "**a**  \n\u3000  \n**b**"),
        ("~~a\nb~~", "~~a~~  \n~~b~~"),
    ],
)
def test_a_span_over_lines_is_one_on_each_and_has_no_blanks_at_its_edges(text: str, wanted: str) -> None:
    assert rewritten(text, breaks=True) == wanted
    assert rewritten(wanted) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("!<mailto:a@b.c>", "\\![mailto:a@b.c](mailto:a@b.c)"),
        ("so!<mailto:a@b.c>", "so\\![mailto:a@b.c](mailto:a@b.c)"),
        ("so!<https://x.y>", "so!<https://x.y>"),
    ],
)
def test_an_exclamation_mark_before_a_link_makes_no_picture_of_it(text: str, wanted: str) -> None:
    assert rewritten(text) == wanted
    assert "<img" not in to_html(parse_markdown(wanted))
    assert rewritten(wanted) == wanted


def test_a_formula_in_a_link_is_read_as_one() -> None:
    assert rewritten("[$a*b*c$](https://x.y)") == "[$a*b*c$](https://x.y)"
    assert "<em>b</em>" in to_html(parse_markdown("[$a*b*c](https://x.y)"))


@pytest.mark.parametrize(
    ("text", "plain"), [("- [ ] &nbsp;", "• [ ] \xa0"), ("- [x] a", "• ☑ a"), ("- [ ] **a**", "• ☐ a")]
)
def test_a_box_is_to_be_ticked_only_before_words(text: str, plain: str) -> None:
    assert to_plain(parse_markdown(text)) == plain


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<!-- a\n\n", "\\<!-- a\n"),
        ("<!-- a\n\nb\n\n\n", "\\<!-- a\n\nb\n"),
        ("<pre>\n\n  \n", "\\<pre>\n"),
    ],
)
def test_html_that_ends_with_blank_lines_makes_no_empty_paragraph(text: str, wanted: str) -> None:
    assert rewritten(text) == wanted


def test_code_in_an_item_below_words_in_a_quotation_leaves_no_mark_that_underlines_them() -> None:
    wanted = "> a\n>\n> -\n\n```\nx\n```"
    assert rewritten("> a\n> - ```\n>   x\n>   ```") == wanted
    assert "<h" not in to_html(parse_markdown(wanted))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# a &#35;", "# a \\#"),
        ("# a &#35;&#35;", "# a \\##"),
        ("# *a* &#35;", "# *a* \\#"),
        ("# a #", "# a"),
        ("# a&#35;", "# a#"),
    ],
)
def test_a_sign_at_the_end_of_a_heading_is_kept_where_it_closes_nothing(text: str, wanted: str) -> None:
    assert rewritten(text) == wanted
    assert to_plain(parse_markdown(wanted)) == to_plain(parse_markdown(text))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://x.y/a&amp;.,;!", "https://x.y/a"),
        ("www.x.y;;", "www.x.y"),
        ("www.x.y/&amp;&quot;", "www.x.y/"),
        ("https://x.y/a*_~", "https://x.y/a"),
    ],
)
def test_signs_and_entities_at_the_end_of_an_address_are_none_of_it(text: str, address: str) -> None:
    html = to_html(parse_markdown(text))
    assert html.startswith('<p><a href="')
    assert f">{address}</a>" in html


@pytest.mark.parametrize(
    ("text", "wanted"), [("*a*_b_", "*ab*"), ("**a**__b__", "**ab**"), ("*a***b**", "_a_**b**")]
)
def test_spans_of_one_kind_beside_each_other_become_one(text: str, wanted: str) -> None:
    assert rewritten(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "[`dict[str, int]`](https://x.y)",
        "[**`a]`** b\\]c](https://x.y)",
        "[**b\\]c**](https://x.y)",
        "![`a]`](https://x.y)",
        "[$x[0]$](https://x.y)",
        "[*a `b]` c\\]*](https://x.y)",
    ],
)
def test_brackets_in_the_text_of_a_link_are_escaped_but_not_in_its_code_and_formulas(text: str) -> None:
    assert rewritten(text) == text
    assert to_html(parse_markdown(rewritten(text))) == to_html(parse_markdown(text))


def test_an_assistants_code_with_brackets_in_a_link_stays_as_it_was_written() -> None:
    text = "See [`list[0]`](https://x.y), [a\\]b](https://x.y) and [*a]*](https://x.y)."
    assert "\\" not in to_markdown(parse_assistant("[`list[0]`](https://x.y)"))
    shown = to_plain(parse_assistant(text))
    assert to_plain(parse_markdown(to_markdown(parse_assistant(text)))) == shown


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("> a\n>\n> ***", "> a\n>\n> ***"), ("> \\\n> a", "> a"), ("> - \\\n>   a", "> - a")],
)
def test_in_quotations_rules_are_text_and_empty_first_lines_are_left_out(text: str, wanted: str) -> None:
    assert rewritten(text) == wanted
