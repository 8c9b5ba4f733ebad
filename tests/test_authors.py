"""Who stands in the headers once names are settled, and how often."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from wamigrate.authors import settle_authors
from wamigrate.lines import cut, find_lock

HEADER = "25/03/2025, 21:04 - "
LINES = st.sampled_from(
    [
        "Ana: hello",
        "Ana: and\nmore",
        "Ana:tight",
        "Bob: hello",
        "Dr: Who: hello",
        "Dr: Who: again",
        "Dr: alone",
        'Ana changed the subject from "Plan: A" to "Plan: B"',
        "Ana changed the subject from “Plan: A” to “Plan: B”",
        "Messages and calls are end-to-end encrypted. Only people in this chat can read them.",
        "just words",
    ]
)


@given(st.lists(LINES, min_size=1, max_size=12), st.sampled_from([None, "Ana", "Dr: Who"]))
def test_counts_are_those_of_the_names_in_the_end(lines: list[str], title: str | None) -> None:
    data = "\n".join(HEADER + line for line in lines).encode()
    lock = find_lock(data)
    assert lock is not None
    pieces = cut(data, lock)
    counts = settle_authors(pieces, lambda text: b"changed the subject" in text, title)
    assert counts == Counter(pieces.author)
    assert [author + body for author, body in zip(pieces.author, pieces.body, strict=True)] == [
        line.encode() for line in lines
    ]


def test_each_correction_happens() -> None:
    lines = ["Dr: Who: hello", "Dr: Who: again", "Ana: hello", "Ana:tight", 'Eva renamed "A: B" to "C"']
    data = "\n".join(HEADER + line for line in lines).encode()
    lock = find_lock(data)
    assert lock is not None
    pieces = cut(data, lock)
    settle_authors(pieces, lambda text: b"renamed" in text)
    assert pieces.author == [b"Dr: Who: ", b"Dr: Who: ", b"Ana: ", b"Ana:", b""]
