"""HTML as pages and other programs write it: elements in any order, closed or not."""

import pytest

from wamigrate.markup import parse_html, to_markdown


def test_a_fence_is_longer_than_the_backticks_in_the_code() -> None:
    assert to_markdown(parse_html("<pre>a ``` b ```` c</pre>")) == "`````\na ``` b ```` c\n`````"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<b>a <i>b</b> c", "**a _b_** c"),
        ("<b>a <i>b <code>c</b> d", "**a _b `c`_** d"),
        ("a</b> b", "a b"),
    ],
)
def test_an_element_that_ends_closes_what_is_open_inside_of_it(html: str, markdown: str) -> None:
    assert to_markdown(parse_html(html)) == markdown


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("a <b>b</b>", "a b"),
        ("a<br>b", "a b"),
        ("<code>a</code>", "a"),
        ('<a href="https://x.y">https://x.y</a>', "https://x.y"),
        ('<a href="https://x.y"><i>here</i></a>', "here"),
    ],
)
def test_code_keeps_the_characters_of_whatever_is_inside_of_it(inside: str, code: str) -> None:
    assert to_markdown(parse_html(f"<code>{inside}</code>")) == f"`{code}`"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>c</td></tr></table>", "| a | b |\n|---|---|\n| c | |"),
        ("<table><tr><td>a</td> lost <td>b</td></tr></table>", "| a | lost b |\n|---|---|"),
        ("<table><td>a<td>b</table>", "| a | b |\n|---|---|"),
    ],
)
def test_cells_of_a_table_end_where_they_are_closed_or_the_next_begins(html: str, markdown: str) -> None:
    assert to_markdown(parse_html(html)) == markdown


def test_elements_without_a_meaning_of_their_own_count_for_their_text() -> None:
    assert to_markdown(parse_html("<u>a</u> <font color=red>b</font><span>c</span>")) == "a bc"


def test_an_item_that_begins_with_a_list_is_an_empty_item_with_a_list() -> None:
    assert to_markdown(parse_html("<ol><li><ul><li>a</ul><li>b</ol>")) == "1.\n   - a\n2. b"
