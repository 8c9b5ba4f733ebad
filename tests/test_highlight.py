"""Colours of code change no sign of it."""

from collections.abc import Iterable
from html import escape

import pytest

from wamigrate import highlight as module
from wamigrate.highlight import LIMIT, highlight


class Lexer:
    """A lexer of Pygments that is not to be relied on."""

    name = "bad"

    def __init__(self, tokens: Iterable[tuple[int, object, str]]) -> None:
        self.tokens = tokens

    def get_tokens_unprocessed(self, text: str) -> Iterable[tuple[int, object, str]]:
        assert text
        return self.tokens


@pytest.mark.parametrize(
    "tokens",
    [
        [(0, "Keyword", "if"), (3, "Name", "<x>")],
        [(0, "Keyword", "if"), (1, "Name", "f <x>")],
        [(1, "Name", "f <x>")],
    ],
)
def test_a_lexer_that_skips_or_repeats_signs_colours_nothing(
    tokens: list[tuple[int, object, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(_: str) -> Lexer:
        return Lexer(tokens)

    highlight.cache_clear()
    monkeypatch.setattr(module, "_lexer", find)
    assert highlight("if <x>", "bad") == escape("if <x>", quote=False)
    highlight.cache_clear()


def test_very_long_code_is_not_coloured() -> None:
    assert highlight("1" * LIMIT, "python") == f'<span class="n">{"1" * LIMIT}</span>'
    assert highlight("1" * (LIMIT + 1), "python") == "1" * (LIMIT + 1)
