"""Whether an answer was cut between two messages, by a service whose limit is not known."""

import pytest

from wamigrate.cuts import TRANSPORT_LIMITS, Cut, is_cut

NEXT = "The next line of the answer, which had no room there any more."


def text(size: int) -> str:
    """Make a text of a size that stops inside a sentence."""
    return ("Some words of an answer that goes on and on " * 100)[: size - 1] + "x"


def cut(before: str, after: str = NEXT, *, crowded: bool = False) -> bool:
    return is_cut(Cut(before, after, fence=False, crowded=crowded), None)


@pytest.mark.parametrize("limit", TRANSPORT_LIMITS)
def test_a_text_as_long_as_the_interfaces_for_businesses_take_goes_on(limit: int) -> None:
    assert cut(text(limit - 20))
    assert not cut(text(limit - 400))
    assert not cut(text(limit - 140), "Short")
    assert not cut(text(limit + 1))


def test_where_two_answers_are_expected_the_length_says_nothing() -> None:
    assert not cut(text(TRANSPORT_LIMITS[0] - 20), crowded=True)


def test_a_text_that_ends_with_a_sentence_was_not_cut() -> None:
    assert not cut(text(TRANSPORT_LIMITS[0] - 20) + ".")


def test_a_numbered_list_goes_on_with_the_next_number() -> None:
    before = text(400) + "\n7. Bread and butter"
    assert cut(before, "8. Cheese")
    assert not cut(before, "9. Cheese")
    assert not cut("7. Bread and butter", "8. Cheese")


def test_a_sentence_goes_on_with_a_small_letter() -> None:
    assert cut(text(700), "and so on.")
    assert not cut(text(700), "And so on.")
    assert not cut(text(500), "and so on.")
