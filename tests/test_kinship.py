"""Which copies are of the same chat."""

from collections.abc import Sequence
from datetime import UTC

import pytest
from merge_cases import PEOPLE, chat_of, line

from wamigrate.kinship import Apart, common_clock, find_kin
from wamigrate.model import Message, Participant, Span, replace
from wamigrate.shift import Anchor, Moment
from wamigrate.strand import Strand

DAY = 86_400
ANA, BEN, CARLA, DAN = (Participant(name, "other") for name in ("Ana", "Ben", "Carla", "Dan"))


def rows(words: Sequence[str], start: float = 7, author: str = "Ana") -> list[Message]:
    """Make messages an hour and a second apart."""
    return [line(text, start + 3601 * number, author) for number, text in enumerate(words)]


def between(
    messages: Sequence[Message],
    source: str,
    people: Sequence[Participant] = (ANA, BEN),
    title: str | None = None,
) -> Strand:
    """A copy of a chat between people."""
    return Strand(chat_of(messages, source, None, people, title))


def asking(messages: Sequence[Message], source: str, people: Sequence[Participant] = PEOPLE) -> Strand:
    """A copy of a chat with ChatGPT."""
    return Strand(chat_of(messages, source, "chatgpt", people))


def long(*numbers: int) -> list[str]:
    return [f"A text that is long enough, number {number}" for number in numbers]


def in_utc(messages: Sequence[Message]) -> list[Message]:
    return [replace(one, timestamp=one.timestamp and one.timestamp.replace(tzinfo=UTC)) for one in messages]


# --- texts in common of chats in which other people talk


@pytest.mark.parametrize(
    ("size", "common", "same"),
    [(8, 2, True), (9, 2, False), (12, 3, True), (2, 2, True), (2, 1, False), (4, 1, False), (1, 1, True)],
)
def test_a_quarter_of_the_long_texts_and_at_least_two_prove_one_chat(
    size: int, common: int, same: bool
) -> None:
    texts = long(*range(size))
    others = [text if number < common else f"{text} elsewhere" for number, text in enumerate(texts)]
    kin = find_kin([between(rows(texts), "a"), between(rows(others), "b", (CARLA, DAN))])
    assert kin.groups == ([[0, 1]] if same else [[0], [1]])
    assert kin.shared == ({(0, 1): common} if same else {})
    assert kin.apart == []


@pytest.mark.parametrize(
    ("size", "common", "same"), [(6, 3, True), (7, 3, False), (4, 4, True), (2, 2, False)]
)
def test_half_of_the_short_texts_and_at_least_three_prove_one_chat(
    size: int, common: int, same: bool
) -> None:
    texts = [f"no {number}" for number in range(size)]
    others = [text if number < common else f"{text}!" for number, text in enumerate(texts)]
    kin = find_kin([between(rows(texts), "a"), between(rows(others), "b", (CARLA, DAN))])
    assert kin.groups == ([[0, 1]] if same else [[0], [1]])


def test_texts_of_a_single_character_count_where_all_are_short() -> None:
    here, there = rows("abcdefg"), rows("abcDEFG")
    assert find_kin([between(here, "a"), between(there, "b", (CARLA, DAN))]).groups == [[0], [1]]
    assert find_kin([between(here[:6], "a"), between(there[:6], "b", (CARLA, DAN))]).groups == [[0, 1]]


def test_short_texts_count_nothing_beside_long_ones() -> None:
    texts = [*long(0, 1), *(f"no {number}" for number in range(30))]
    others = [*long(0, 1), *(f"yes {number}" for number in range(30))]
    assert find_kin([between(rows(texts), "a"), between(rows(others), "b", (CARLA, DAN))]).groups == [[0, 1]]


def test_only_the_time_that_both_cover_counts() -> None:
    older = rows(long(*range(100, 140)), start=7 - 50 * DAY)
    newer = rows(long(*range(200, 240)), start=7 + 50 * DAY)
    here = [*older, *rows(long(0, 1))]
    there = [*rows(long(0, 1)), *newer]
    assert find_kin([between(here, "a"), between(there, "b", (CARLA, DAN))]).groups == [[0, 1]]
    ahead = [*rows(long(0, 1), start=7 + 5 * 3600), *rows(long(*range(200, 240)), start=7 + 50 * DAY)]
    assert find_kin([between(here, "a"), between(ahead, "b", (CARLA, DAN))]).groups == [[0, 1]]
    inside = [*rows(long(0, 1)), *rows(long(*range(200, 240)), start=7 + 2 * 3601)]
    both = [*here, *rows(long(*range(300, 340)), start=8 + 2 * 3601)]
    assert find_kin([between(both, "a"), between(inside, "b", (CARLA, DAN))]).groups == [[0], [1]]


def test_texts_at_times_that_no_clock_explains_prove_nothing() -> None:
    moved = [
        line(text, 7 + 3601 * number + 400 + 900 * number, "Ana")
        for number, text in enumerate(long(*range(4)))
    ]
    assert find_kin([between(rows(long(*range(4))), "a"), between(moved, "b", (CARLA, DAN))]).groups == [
        [0],
        [1],
    ]


def test_texts_without_a_time_prove_nothing() -> None:
    timeless = [replace(one, timestamp=None) for one in rows(long(0, 1, 2))]
    assert find_kin([between(rows(long(0, 1, 2)), "a"), between(timeless, "b", (CARLA, DAN))]).groups == [
        [0],
        [1],
    ]


@pytest.mark.parametrize(("copies", "groups"), [(64, 1), (65, 65)])
def test_a_text_that_more_than_64_copies_hold_proves_nothing(copies: int, groups: int) -> None:
    strands = [between(rows(long(0)), f"{n}", (Participant(f"P{n}", "other"), ANA)) for n in range(copies)]
    assert len(find_kin(strands).groups) == groups


def test_copies_are_of_one_chat_through_a_third_one() -> None:
    first, middle, last = rows(long(0, 1)), rows(long(0, 1, 2, 3)), rows(long(2, 3), start=7 + 2 * 3601)
    strands = [between(first, "a"), between(last, "b", (CARLA, DAN)), between(middle, "c", (BEN, DAN))]
    strands.append(between(rows(long(*range(50, 60)), start=7 + 9 * DAY), "d", (CARLA, BEN)))
    kin = find_kin(strands)
    assert kin.groups == [[0, 1, 2], [3]]
    assert kin.shared == {(0, 2): 2, (1, 2): 2}


# --- copies that look like one chat


def test_the_same_assistant_and_person_at_different_times_are_one_chat() -> None:
    kin = find_kin([asking(rows(long(0, 1)), "a"), asking(rows(long(2, 3), start=9 * DAY), "b")])
    assert (kin.groups, kin.shared, kin.apart) == ([[0, 1]], {(0, 1): 0}, [])


def test_different_texts_of_the_same_time_are_two_chats_and_that_is_said() -> None:
    kin = find_kin([asking(rows(long(0, 1, 2)), "a"), asking(rows(long(3, 4, 5), start=9), "b")])
    assert (kin.groups, kin.shared) == ([[0], [1]], {})
    assert kin.apart == [Apart(0, 1, "nothing-in-common")]


def test_one_long_text_of_the_same_time_is_no_contradiction() -> None:
    few = rows([*long(0), "ok", "no"])
    for strands in (
        [asking(few, "a"), asking(rows(long(2, 3), start=9), "b")],
        [asking(rows(long(2, 3), start=9), "a"), asking(few, "b")],
    ):
        assert find_kin(strands).groups == [[0, 1]]


def test_a_copy_without_times_contradicts_nothing() -> None:
    timeless = [replace(one, timestamp=None) for one in rows(long(0, 1, 2))]
    for strands in (
        [asking(rows(long(3, 4)), "a"), asking(timeless, "b")],
        [asking(timeless, "a"), asking(rows(long(3, 4)), "b")],
    ):
        assert find_kin(strands).groups == [[0, 1]]


def test_the_same_texts_at_times_that_no_clock_explains_are_said() -> None:
    moved = [
        line(text, 7 + 3601 * number + 400 + 900 * number) for number, text in enumerate(long(*range(4)))
    ]
    kin = find_kin([asking(rows(long(*range(4))), "a"), asking(moved, "b")])
    assert kin.groups == [[0], [1]]
    assert kin.apart == [Apart(0, 1, "clock")]


def test_a_wall_clock_beside_utc_without_a_text_in_common_is_said() -> None:
    kin = find_kin([asking(in_utc(rows(long(0, 1))), "a"), asking(rows(long(2, 3), start=9 * DAY), "b")])
    assert kin.groups == [[0], [1]]
    assert kin.apart == [Apart(0, 1, "zone")]
    one = find_kin([asking(in_utc(rows(long(0, 1))), "a"), asking(rows(long(1, 3), start=9 * 3600), "b")])
    assert one.groups == [[0, 1]]


def test_what_a_third_copy_connects_is_not_said_to_be_apart() -> None:
    everything = rows([*long(0, 1, 2), *long(10, 11, 12)])
    evens, odds = everything[:3], everything[3:]
    late = [replace(one, text=f"{one.text}, or so") for one in everything]
    strands = [asking(evens, "a"), asking([*odds, *late[:2]], "b"), asking([*everything, *late[:2]], "c")]
    kin = find_kin(strands)
    assert kin.groups == [[0, 1, 2]]
    assert kin.apart == []


def test_two_assistants_are_two_chats_whatever_is_in_common() -> None:
    copilot = Strand(chat_of(rows(long(0, 1, 2)), "b", "copilot", PEOPLE))
    kin = find_kin([asking(rows(long(0, 1, 2)), "a"), copilot])
    assert (kin.groups, kin.apart) == ([[0], [1]], [])


def test_texts_in_common_tell_the_assistant_that_one_copy_does_not_know() -> None:
    assert find_kin([asking(rows(long(0, 1)), "a"), between(rows(long(0, 1)), "b", PEOPLE)]).groups == [
        [0, 1]
    ]
    assert find_kin([asking(rows(long(0)), "a"), between(rows(long(2), 9 * DAY), "b", PEOPLE)]).groups == [
        [0],
        [1],
    ]


def test_another_person_who_asks_the_same_assistant_is_another_chat() -> None:
    eve = (Participant("Eve", "user"), PEOPLE[1])
    later = rows(long(2, 3), start=9 * DAY)
    kin = find_kin([asking(rows(long(0, 1)), "a"), asking(later, "b", eve)])
    assert (kin.groups, kin.apart) == ([[0], [1]], [])
    for name in ("You", "Du"):
        unnamed = (Participant(name, "user"), PEOPLE[1])
        assert find_kin([asking(rows(long(0, 1)), "a"), asking(later, "b", unnamed)]).groups == [[0, 1]]
        assert find_kin([asking(rows(long(0, 1)), "a", unnamed), asking(later, "b", eve)]).groups == [[0, 1]]
    assert find_kin([asking(rows(long(0, 1)), "a"), asking(later, "b", (PEOPLE[1],))]).groups == [[0, 1]]


def test_a_person_is_known_by_number_and_by_other_names_too() -> None:
    later = rows(long(2, 3), start=9 * DAY)
    mira = Participant("Mira", "user", phone="+4915112345", raw_names=("~ mira", "Mimi"))
    for name in ("MIMI", "+4915112345", "mira"):
        other = (Participant(name, "user"), PEOPLE[1])
        assert find_kin(
            [asking(rows(long(0)), "a", (mira, PEOPLE[1])), asking(later, "b", other)]
        ).groups == [[0, 1]]


def test_the_same_two_people_at_different_times_are_one_chat_if_it_has_one_title() -> None:
    later = rows(long(2, 3), start=9 * DAY)
    first = between(rows(long(0, 1)), "a", (ANA, BEN), "Ben")
    assert find_kin([first, between(later, "b", (BEN, ANA), "BEN")]).groups == [[0, 1]]
    assert find_kin([first, between(later, "b", (ANA, BEN), "Work")]).groups == [[0], [1]]
    assert find_kin([first, between(later, "b", (ANA, CARLA), "Ben")]).groups == [[0], [1]]
    untitled = between(rows(long(0, 1)), "a")
    assert find_kin([untitled, between(later, "b")]).groups == [[0, 1]]


def test_a_chat_in_which_only_one_person_is_known_is_like_no_other() -> None:
    later = rows(long(2, 3), start=9 * DAY)
    assert find_kin([between(rows(long(0)), "a", (ANA,)), between(later, "b", (ANA,))]).groups == [[0], [1]]


# --- several chats of one file


def test_a_file_that_was_read_twice_is_one_chat() -> None:
    some = find_kin([asking(rows(long(0, 1, 2)), "a"), asking(rows(long(0, 1)), "a")])
    assert (some.groups, some.shared) == ([[0, 1]], {(0, 1): 2})
    strange = find_kin(
        [asking(rows(long(0, 1)), "a"), asking(rows(long(5)), "a", (Participant("Eve", "user"),))]
    )
    assert (strange.groups, strange.shared) == ([[0, 1]], {(0, 1): 1})


def test_two_chats_of_one_file_are_two_however_many_texts_they_have_in_common() -> None:
    def at(place: int, people: Sequence[Participant]) -> Strand:
        messages = [
            replace(one, spans=(Span("db", place + n, 0, 0),)) for n, one in enumerate(rows(long(0, 1, 2)))
        ]
        return between(messages, "db", people)

    kin = find_kin([at(1, (ANA, BEN)), at(100, (CARLA, DAN))])
    assert (kin.groups, kin.apart) == ([[0], [1]], [])
    assert find_kin([at(1, (ANA, BEN)), at(100, (ANA, BEN))]).groups == [[0, 1]]


# --- clocks


def anchors(*shifts: int, long: bool = True, start: int = 0) -> list[Anchor]:
    return [
        Anchor(Moment(at, at), Moment(at + shift, at + shift), long)
        for at, shift in zip(range(start, start + len(shifts) * DAY, DAY), shifts, strict=True)
    ]


def test_a_clock_that_differs_takes_two_texts_unless_it_is_likely() -> None:
    assert common_clock(anchors(3600), mixed=False) is None
    for clock in (
        common_clock(anchors(3600, 3600), mixed=False),
        common_clock(anchors(3600), mixed=True),
        common_clock(anchors(3600), mixed=False, proof=1),
    ):
        assert clock is not None
        assert clock.extremes() == (3600, 3600)
    same = common_clock(anchors(0), mixed=False)
    assert same is not None
    assert same.extremes() == (0, 0)
    assert common_clock([], mixed=True) is None


def test_short_texts_are_asked_only_where_there_are_fewer_than_three_long_ones() -> None:
    short = anchors(*[7200] * 9, long=False, start=500)
    clock = common_clock([*anchors(*[3600] * 3), *short], mixed=False)
    assert clock is not None
    assert (clock.extremes(), clock.support) == ((3600, 3600), 3)
    clock = common_clock([*anchors(*[3600] * 2), *short], mixed=False)
    assert clock is not None
    assert clock.extremes()[1] == 7200
