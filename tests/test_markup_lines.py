"""Where lines begin and end, whatever was asked before."""

from hypothesis import given
from hypothesis import strategies as st

from wamigrate.markup_lines import Lines


def check(text: str, places: list[int]) -> None:
    lines = Lines(text)
    for place in places:
        at = min(place, len(text))
        end = text.find("\n", at)
        assert lines.end(at) == (len(text) if end < 0 else end)
        assert lines.start(at) == text.rfind("\n", 0, at) + 1


def test_both_ends_are_found_in_any_order() -> None:
    text = "\nab\n\ncd"
    places = range(len(text) + 1)
    for first in places:
        for second in places:
            for third in places:
                check(text, [first, second, third])


@given(st.text(alphabet="a\n", max_size=12), st.lists(st.integers(0, 12), max_size=8))
def test_both_ends_are_what_a_search_finds(text: str, places: list[int]) -> None:
    check(text, places)
