"""Copies of one chat, added to each other."""

from collections.abc import Mapping, Sequence
from datetime import UTC

import pytest
from merge_cases import chat_of, line, strand_of

from wamigrate.model import Message, Participant, replace
from wamigrate.strand import Strand
from wamigrate.thread import Thread
from wamigrate.weaving import weave_copies

TALK = [
    ("How long does the dough have to rest?", "Mira"),
    ("About twelve hours in a cool room.", "ChatGPT"),
    ("And where do I put it meanwhile?", "Mira"),
    ("Into the cellar, below a wet towel.", "ChatGPT"),
]


def rows(
    start: float = 7, names: Mapping[str, str] | None = None, talk: Sequence[tuple[str, str]] = TALK
) -> list[Message]:
    names = names or {}
    return [
        replace(line(text, start + 100 * number, author), author=names.get(author, author))
        for number, (text, author) in enumerate(talk)
    ]


def in_utc(messages: Sequence[Message]) -> list[Message]:
    """Let the times of messages be UTC, and say so."""
    return [replace(one, timestamp=one.timestamp and one.timestamp.replace(tzinfo=UTC)) for one in messages]


def people(*named: Participant) -> tuple[Participant, ...]:
    return named


def order_of(thread: Thread) -> list[str]:
    return [strand.chat.source for strand in thread.strands]


def test_the_best_copy_comes_first_and_then_always_the_one_with_most_in_common() -> None:
    strands = [strand_of(rows(), source) for source in "abcd"]
    shared = {(0, 1): 1, (0, 2): 5, (1, 2): 3, (1, 3): 2, (2, 3): 2}
    assert order_of(weave_copies(strands, shared)) == ["a", "c", "b", "d"]
    assert order_of(weave_copies(strands, {(1, 3): 4, (0, 3): 1})) == ["a", "d", "b", "c"]
    assert order_of(weave_copies(strands, {})) == ["a", "b", "c", "d"]


def test_the_same_copy_in_another_zone_adds_no_message() -> None:
    thread = weave_copies([strand_of(rows(), "a"), strand_of(rows(3607), "b")], {(0, 1): 4})
    assert len(thread.entries) == 4
    assert thread.shifts == [(0, 0), (-3600, -3600)]


def test_one_text_proves_another_clock_only_where_it_was_all_that_was_counted() -> None:
    one, other = strand_of(rows(), "a"), strand_of([rows(3607)[0]], "b")
    assert weave_copies([one, other], {(0, 1): 1}).shifts[1] == (-3600, -3600)
    assert weave_copies([one, other], {(0, 1): 2}).shifts[1] == (0, 0)
    assert weave_copies([one, other], {}).shifts[1] == (0, 0)


def test_long_texts_tell_the_clock_where_there_are_some_and_short_ones_say_something_else() -> None:
    short = [(f"no {number}", "Mira") for number in range(9)]
    one = [*rows(), *rows(2007, talk=short)]
    other = [*rows(3607), *rows(9207, talk=short)]
    assert weave_copies([strand_of(one, "a"), strand_of(other, "b")], {(0, 1): 4}).shifts[1] == (-3600, -3600)


def test_one_text_is_enough_where_one_copy_knows_utc() -> None:
    thread = weave_copies([strand_of(in_utc(rows()), "a"), strand_of([rows(3607)[0]], "b")], {})
    assert thread.shifts[1] == (-3600, -3600)


def test_a_copy_without_a_text_in_common_has_the_clock_of_the_largest_copy_like_it() -> None:
    far = [line(f"Quite another subject, number {n}", 90_000 + n) for n in range(3)]
    copies = [
        strand_of(in_utc(rows()), "utc"),
        strand_of(rows(3607), "an hour ahead"),
        strand_of(rows(7207)[:3], "two hours ahead"),
        strand_of(far, "far"),
    ]
    shared = {(0, 1): 4, (0, 2): 3, (1, 2): 3}
    thread = weave_copies(copies, shared)
    assert order_of(thread)[-1] == "far"
    assert thread.shifts == [(0, 0), (-3600, -3600), (-7200, -7200), (-3600, -3600)]
    assert weave_copies([*copies[:3], strand_of(in_utc(far), "far")], shared).shifts[3] == (0, 0)
    assert weave_copies([copies[3]], {}).shifts == [(0, 0)]


def recognised(
    first: Sequence[Message],
    people_: Sequence[Participant],
    second: Sequence[Message],
    others: Sequence[Participant],
) -> dict[str, int]:
    """Return the numbers that the authors of a second copy get; those of the first have 0, 1, …"""
    one = Strand(chat_of(first, "a", people=people_))
    other = Strand(chat_of(second, "b", people=others))
    thread = weave_copies([one, other], {(0, 1): 4})
    assert list(thread.persons[0].values()) == list(range(len(people_)))
    return thread.persons[1]


def test_who_wrote_the_same_texts_is_the_same_person_whatever_the_name() -> None:
    people_ = people(Participant("Ana", "other"), Participant("Ben", "other"))
    talk = [
        ("a long text of the first one", "Ana"),
        ("a long text of the second", "Ben"),
        ("and one more long text", "Ana"),
    ]
    others = people(Participant("Ben", "other"), Participant("~ Ana", "other"))
    swapped = rows(names={"Ana": "Ben", "Ben": "~ Ana"}, talk=talk)
    assert recognised(rows(talk=talk), people_, swapped, others) == {"Ben": 0, "~ Ana": 1}


def test_the_author_of_most_texts_decides() -> None:
    people_ = people(Participant("Ana", "other"), Participant("Ben", "other"))
    talk = [(f"a long text with the number {n}", "Ana" if n < 2 else "Ben") for n in range(5)]
    mixed = rows(names={"Ana": "X", "Ben": "X"}, talk=talk)
    assert recognised(rows(talk=talk), people_, mixed, people(Participant("X", "other"))) == {"X": 1}


def test_texts_at_other_times_tell_nobody() -> None:
    people_ = people(Participant("Ana", "other"), Participant("Ben", "other"))
    talk = [(f"a long text with the number {n}", "Ana") for n in range(4)]
    moved = rows(names={"Ana": "X"}, talk=talk)
    moved = [
        replace(one, timestamp=one.timestamp.replace(day=2 + 3 * n))
        for n, one in enumerate(moved)
        if one.timestamp
    ]
    assert recognised(rows(talk=talk), people_, moved, people(Participant("X", "other"))) == {"X": 2}


def test_the_same_number_is_the_same_person_and_another_number_another() -> None:
    known = people(Participant("Ana", "other", phone="+4915112345"), Participant("Ben", "other"))
    others = people(
        Participant("Somebody", "other", phone="+4915112345"),
        Participant("Ana", "other", phone="+4917699999"),
        Participant("BEN", "other", phone="+1800"),
    )
    assert recognised([], known, [], others) == {"Somebody": 0, "Ana": 2, "BEN": 1}


def test_the_same_name_is_one_person_once() -> None:
    known = people(Participant("Ana", "other"), Participant("Ben", "other"))
    others = people(Participant("ana", "other"), Participant("ANA", "other"), Participant("Carla", "other"))
    assert recognised([], known, [], others) == {"ana": 0, "ANA": 2, "Carla": 3}


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_a_role_that_one_person_has_in_both_copies_is_one_person(role: str) -> None:
    known = people(Participant("Zoe", "other"), replace(Participant("Ana", "other"), role=role))
    other = replace(Participant("Somebody else", "other"), role=role)
    assert recognised([], known, [], people(other)) == {"Somebody else": 1}
    assert recognised([], known, [], people(other, replace(other, name="B"))) == {"Somebody else": 2, "B": 3}
    twice = people(*known, replace(known[1], name="C"))
    assert recognised([], twice, [], people(other)) == {"Somebody else": 3}


def test_a_role_makes_nobody_a_person_whom_a_name_shows_already() -> None:
    known = people(Participant("Ana", "user"), Participant("Bot", "assistant"))
    others = people(Participant("Ana", "other"), Participant("Eve", "user"))
    assert recognised([], known, [], others) == {"Ana": 0, "Eve": 2}


def test_people_of_other_roles_are_new() -> None:
    known = people(Participant("Ana", "other"))
    assert recognised([], known, [], people(Participant("Ben", "other"))) == {"Ben": 1}


def test_texts_without_an_author_and_without_a_time_tell_nobody() -> None:
    people_ = people(Participant("Ana", "other"))
    talk = [("a long text of the first one", "Ana"), ("a long text of the second", "Ana")]
    first = rows(talk=talk)
    nobody = [replace(one, author=None) for one in first]
    assert recognised(first, people_, nobody, people(Participant("X", "other"))) == {"X": 1}
    assert recognised(nobody, people_, first, people(Participant("X", "other"))) == {"X": 1}
    timeless = [replace(one, author="X", timestamp=None) for one in first]
    assert recognised(first, people_, timeless, people(Participant("X", "other"))) == {"X": 1}
    assert recognised(
        timeless, people_, [replace(one, author="X") for one in first], people(Participant("X", "other"))
    ) == {"X": 1}
