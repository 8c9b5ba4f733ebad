"""Texts without a time tie no two copies together."""

from merge_cases import chat_of, line

from wamigrate.kinship import find_kin
from wamigrate.model import Message, Participant
from wamigrate.strand import Strand

ANA, BEN = Participant("Ana", "other"), Participant("Ben", "other")


def between(messages: list[Message], source: str, title: str) -> Strand:
    return Strand(chat_of(messages, source, None, (ANA, BEN), title))


def test_texts_in_common_count_only_where_both_have_a_time() -> None:
    texts = [f"A text that is long enough, number {number}" for number in range(6)]
    dated = [line(text, 3601 * number, "Ana") for number, text in enumerate(texts)]
    undated = [line(text, None, "Ana") for text in texts]
    one = between(dated, "a", "Ben")
    assert [len(found) for found in find_kin([one, between(dated, "b", "Benny")])[0]] == [2]
    assert [len(found) for found in find_kin([one, between(undated, "b", "Benny")])[0]] == [1, 1]


def test_notices_in_common_prove_nothing() -> None:
    notices = [
        line(f"Ana changed the subject to number {number}", 3601 * number, None) for number in range(6)
    ]
    copies = [between(notices, "a", "Ben"), between(notices, "b", "Benny")]
    assert [len(found) for found in find_kin(copies)[0]] == [1, 1]
