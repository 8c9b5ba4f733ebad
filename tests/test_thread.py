"""The history that copies make, while one copy after the other is added."""

from collections.abc import Mapping, Sequence

from merge_cases import PEOPLE, line, strand_of

from wamigrate.likeness import NOBODY, exact_key
from wamigrate.model import Message
from wamigrate.shift import Clock, Moment
from wamigrate.strand import Strand
from wamigrate.thread import Member, Thread

PERSONS: Mapping[str, int] = {"Mira": 0, "ChatGPT": 1}
CLOCK = Clock(())


def add(
    thread: Thread,
    rows: Sequence[Message],
    matches: Sequence[int] | None = None,
    shifts: Sequence[int] | None = None,
    persons: Mapping[str, int] = PERSONS,
) -> Strand:
    strand = strand_of(rows, f"copy {len(thread.strands)}")
    none = [-1] * len(rows)
    thread.add(strand, dict(persons), CLOCK, matches or none, shifts or [0] * len(rows))
    return strand


def texts(thread: Thread) -> list[str]:
    """Return the history, as the first copy of each message has it."""
    members = [thread.entries[number].members[0] for number in thread.order]
    return [thread.strands[one.strand].messages[one.place].text for one in members]


def test_messages_of_a_first_copy_are_all_new() -> None:
    thread = Thread()
    strand = add(thread, [line("a", 1), line("b", 2, "ChatGPT"), line("n", 3, None), line("c", 4, "Ben")])
    assert [entry.person for entry in thread.entries] == [0, 1, NOBODY, NOBODY]
    assert [entry.moment for entry in thread.entries] == strand.moments
    assert [entry.members for entry in thread.entries] == [[Member(0, place, 0)] for place in range(4)]
    assert thread.entries[0].keys == (exact_key(strand.messages[0], "a", 0),)
    assert (thread.order, thread.rank, thread.chains) == ([0, 1, 2, 3], [0, 1, 2, 3], [[0, 1, 2, 3]])
    assert (thread.strands, thread.persons, thread.clocks) == ([strand], [PERSONS], [CLOCK])
    assert thread.shifts == [(0, 0)]


def test_a_message_that_is_known_gets_a_place_in_another_copy() -> None:
    thread = Thread()
    add(thread, [line("a", 1), line("b", 9)])
    strand = add(thread, [line("*b*", 9), line("x", 20)], [1, -1])
    assert thread.entries[1].members == [Member(0, 1, 0), Member(1, 0, 0)]
    assert thread.entries[1].keys == ((0, "b"), (0, "*b*"))
    assert thread.chains == [[0, 1], [1, 2]]
    assert thread.entries[2].members == [Member(1, 1, 0)]
    assert list(thread.messages(thread.entries[1])) == [thread.strands[0].messages[1], strand.messages[0]]
    assert texts(thread) == ["a", "b", "x"]


def test_a_key_that_is_known_is_not_kept_twice_and_what_has_none_has_none() -> None:
    thread = Thread()
    add(thread, [line("a", 1), line("", 2)])
    add(thread, [line("a", 1), line("", 2)], [0, 1])
    assert thread.entries[0].keys == ((0, "a"),)
    assert thread.entries[1].keys == ()


def test_an_author_that_one_copy_names_is_the_messages() -> None:
    thread = Thread()
    add(thread, [line("a", 1, None, role="other", kind="text"), line("b", 2)])
    assert thread.entries[0].person == NOBODY
    add(thread, [line("a", 1), line("b", 2, "ChatGPT")], [0, 1])
    assert [entry.person for entry in thread.entries] == [0, 0]


def test_times_are_moved_and_remember_by_how_much() -> None:
    thread = Thread()
    strand = add(thread, [line("a", 1), line("b", None), line("c", 60)], shifts=[3600, 3600, -900])
    first, last = strand.moments[0], strand.moments[2]
    assert first is not None
    assert last is not None
    assert [entry.moment for entry in thread.entries] == [
        Moment(first.low + 3600, first.high + 3600),
        None,
        Moment(last.low - 900, last.high - 900),
    ]
    assert [entry.members[0].shift for entry in thread.entries] == [3600, 3600, -900]
    assert thread.shifts == [(-900, 3600)]
    add(thread, [])
    assert thread.shifts[1] == (0, 0)


def test_a_time_is_as_exact_as_all_copies_together_tell() -> None:
    thread = Thread()
    minute = add(thread, [line("a", 0), line("b", None), line("c", 0), line("d", 7)]).moments[0]
    assert minute is not None
    add(thread, [line("a", 30), line("b", 40), line("c", 90), line("d", 3)], [0, 1, 2, 3])
    low = minute.low
    assert [entry.moment for entry in thread.entries] == [
        Moment(low + 30, low + 30),  # inside the minute
        Moment(low + 40, low + 40),  # the only one
        Moment(low + 90, low + 90),  # past it: the shorter one
        Moment(low + 3, low + 3),  # of two as short, the earlier
    ]
    add(thread, [line("a", None)], [0])
    assert thread.entries[0].moment == Moment(low + 30, low + 30)


def test_minutes_that_one_copy_moved_overlap_in_part() -> None:
    thread = Thread()
    minute = add(thread, [line("a", 60)]).moments[0]
    assert minute is not None
    add(thread, [line("a", 60)], [0], [30])
    assert thread.entries[0].moment == Moment(minute.low + 30, minute.high)
    add(thread, [line("a", 60)], [0], [-20])
    assert thread.entries[0].moment == Moment(minute.low + 30, minute.high - 20)


def test_people_are_what_all_copies_say_of_them() -> None:
    thread = Thread()
    add(thread, [line("a")])
    add(thread, [line("b")], persons={"Mira": 0, "ChatGPT": 5})
    mira, assistant = PEOPLE
    assert thread.people() == {0: [mira, mira], 1: [assistant], 5: [assistant]}


def test_landmarks_stand_once_and_have_a_time() -> None:
    thread = Thread()
    add(
        thread, [line("once", 1), line("twice", 2), line("twice", 3), line("late", None), line("*mar*ked", 4)]
    )
    assert thread.landmarks(1) == {"once": 0, "marked": 4}
    assert thread.landmarks(5) == {"marked": 4}
    add(thread, [line("once", 1), line("other", 2)], [0, 4])
    assert thread.landmarks(1) == {"once": 0, "marked": 4, "other": 4}
    add(thread, [line("once", 900)])
    assert thread.landmarks(1) == {"marked": 4, "other": 4}


def test_messages_stand_in_the_order_of_their_times_where_no_copy_knows_better() -> None:
    thread = Thread()
    add(thread, [line("a", 1), line("d", 400)])
    add(thread, [line("b", 100), line("c", 300)])
    assert texts(thread) == ["a", "b", "c", "d"]
    assert [thread.order[thread.rank[number]] for number in range(4)] == [0, 1, 2, 3]


def test_a_message_without_a_time_follows_the_one_before_it() -> None:
    thread = Thread()
    add(thread, [line("a", 100), line("b", None), line("d", 900)])
    add(thread, [line("c", 500)])
    assert texts(thread) == ["a", "b", "c", "d"]


def test_first_messages_without_a_time_stand_right_before_the_next() -> None:
    thread = Thread()
    add(thread, [line("b", None), line("c", 500)])
    add(thread, [line("a", 100), line("d", 900)])
    assert texts(thread) == ["a", "b", "c", "d"]


def test_a_time_that_another_copy_tells_places_what_has_none_in_this_one() -> None:
    thread = Thread()
    add(thread, [line("c", None), line("d", None)])
    add(thread, [line("a", 100), line("c", 500), line("e", 900)], [-1, 0, -1])
    add(thread, [line("b", 300), line("f", 950)])
    assert texts(thread) == ["a", "b", "c", "d", "e", "f"]


def test_without_any_time_the_order_is_that_of_the_copy() -> None:
    thread = Thread()
    add(thread, [line("a", None), line("b", None)])
    assert texts(thread) == ["a", "b"]


def test_within_a_minute_what_people_ask_comes_before_what_another_copy_answers() -> None:
    thread = Thread()
    add(thread, [line("answer", 0, "ChatGPT")])
    add(thread, [line("question", 0, "Mira")])
    assert texts(thread) == ["question", "answer"]
