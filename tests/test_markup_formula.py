r"""The formulas of assistants."""

import pytest

from wamigrate.markup_formula import read_formula


def written(text: str, start: int = 0) -> str | None:
    """Return what a formula is in Markdown; None where none begins there."""
    formula = read_formula(text, start)
    if formula is not None:
        assert formula.shown == formula.source == text[start : start + len(formula.source)]
    return None if formula is None else formula.markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("\\(x\\)", "$x$"),
        ("\\( x_1 + \\frac{a}{b} \\)", "$x_1 + \\frac{a}{b}$"),
        ("\\(a < b\\)", "$a < b$"),
        ("\\(a <b\\)", None),
        ("\\(x", None),
        ("\\(\\)", None),
        ("\\( \\)", None),
        ("\\(a\nb\\)", None),
        ("\\(`a`\\)", None),
        ("\\(&lt;\\)", None),
        ("\\(a & b;\\)", "$a & b;$"),
        ("\\(a](b\\)", None),
        ("\\(a]: b\\)", None),
        ("\\(50%\\)", None),
        ("\\(a\\\\\\)", "\\\\(a\\\\\\\\\\\\)"),
        ("\\{x\\}", None),
    ],
)
def test_what_stands_between_backslashes_and_parentheses_is_a_formula(
    text: str, markdown: str | None
) -> None:
    assert written(text) == markdown


@pytest.mark.parametrize(
    ("before", "after", "dollars"),
    [
        (" ", " ", True),
        ("", ".", True),
        ("\n", ",", True),
        ("(", ")x", False),
        ("(", "", True),
        ("a", "", False),
        ("", "a", False),
        ("1", "", False),
        ("", "é", False),
        *((sign, "", False) for sign in "\\)_*~"),
        *(("", sign, False) for sign in "_*~"),
    ],
)
def test_dollars_stand_free_or_the_formula_stays_as_it_was_written(
    before: str, after: str, dollars: bool
) -> None:
    found = written(f"{before}\\(x\\){after}", len(before))
    assert found == ("$x$" if dollars else "\\\\(x\\\\)")


def test_another_dollar_anywhere_keeps_formulas_from_dollars() -> None:
    assert written("\\(x\\) costs $5") == "\\\\(x\\\\)"
    assert written("\\[x\\]\ncosts $5") == "\\\\\\[x\\\\]"
    assert written("\\[x\ny\\]\ncosts $5") is None


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("\\[x\\]", "$$x$$"),
        ("\\[ x \\]  ", "$$x$$"),
        ("\\[\nx\n\\]\nand", "$$\nx\n$$"),
        ("\\[\nx\n\n\\]", None),
        ("\\[x\\] and", "\\\\\\[x\\\\]"),
        ("\\[x\ny\\] and", None),
        ("\\[\n- x\n\\]", None),
        ("\\[\n> x\n\\]", None),
        ("\\[\n# x\n\\]", None),
        ("\\[\n1. x\n\\]", None),
        ("\\[\n=\n\\]", None),
        ("\\[\n= x\n\\]", "$$\n= x\n$$"),
        ("\\[\n-x\n\\]", "$$\n-x\n$$"),
        ("\\[x\\\\\\]", "\\\\\\[x\\\\\\\\\\\\]"),
    ],
)
def test_what_fills_its_lines_between_brackets_is_a_displayed_formula(
    text: str, markdown: str | None
) -> None:
    assert written(text) == markdown


def test_a_displayed_formula_has_nothing_before_it_in_its_line() -> None:
    assert written("a\n \t\\[x\\]", 4) == "$$x$$"
    assert written("a \\[x\\]", 2) == "\\\\\\[x\\\\]"
    assert written("a\nb \\[x\\]", 4) == "\\\\\\[x\\\\]"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$x$", True),
        ("$x^2 + y$.", True),
        ("$$x$$", True),
        ("$$x$$$", False),
        ("$ x$", False),
        ("$x $", False),
        ("$x$y", False),
        ("$x$1", False),
        ("$5 and $6", False),
        ("$x\ny$", False),
        ("$$x", False),
        ("$$", False),
        ("$", False),
        ("$&amp;$", False),
        ("$[a](b)$", False),
    ],
)
def test_formulas_between_dollars_stay_as_they_are(text: str, found: bool) -> None:
    formula = read_formula(text, 0)
    assert (formula is not None) is found
    if formula is not None:
        assert formula.markdown == formula.source == text.rstrip(".")
