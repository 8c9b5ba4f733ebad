"""What the quick way to HTML leaves to the tree because blocks meet, one by one."""

import pytest

from wamigrate.markup import parse_markdown, to_html
from wamigrate.markup_quick_html import quick_html


@pytest.mark.parametrize(
    ("tree", "quick"),
    [
        ("**see https://x.y/z**", "**see** https://x.y/z"),
        ("# a\nb", "# a\n\nb"),
        ("a\n\n---\nb", "a\n\n---\n\nb"),
        ("> a\nb", "> a\n\nb"),
        ("- a\nb", "- a\n\nb"),
        ("| a |", "| a |\n|---|"),
        ("| a |\n|---|\nb |", "| a |\n|---|\n| b |"),
        ("| a \\| b |\n|---|\n| c |", "| a b |\n|---|\n| c |"),
    ],
)
def test_blocks_that_are_not_plainly_parted_take_a_tree(tree: str, quick: str) -> None:
    assert quick_html(tree) is None
    assert quick_html(quick) == to_html(parse_markdown(quick))
