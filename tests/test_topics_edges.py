"""What is kept in memory of the words of a chat."""

from typing import Any, cast

import pytest

from wamigrate import topics


def test_words_beyond_those_that_are_remembered_are_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = [f"bakery{number:02}" for number in range(20)]
    expected = topics.stems_of(" ".join(words))
    telling = cast("Any", topics)._Telling()
    monkeypatch.setattr(topics, "_KNOWN_WORDS", 5)
    monkeypatch.setattr(topics, "_telling", lambda: telling)
    assert topics.stems_of(" ".join(words)) == expected
    assert len(telling) == 5
    assert topics.stems_of(" ".join(words)) == expected
