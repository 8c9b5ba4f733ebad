"""Copies of one chat in which some messages have no time."""

from merge_cases import strand_of
from test_weaving import TALK, rows

from wamigrate.model import replace
from wamigrate.weaving import weave_copies


def test_a_text_without_a_time_tells_no_clock_and_those_with_one_do() -> None:
    ahead = rows(3607)
    ahead[1] = replace(ahead[1], timestamp=None)
    thread = weave_copies([strand_of(rows(), "a"), strand_of(ahead, "b")], {(0, 1): 4})
    assert [len(entry.members) for entry in thread.entries] == [2] * len(TALK)
    assert [min(shifts) for shifts in thread.shifts] == [0, -3600]


def test_without_any_time_in_a_copy_its_texts_still_stand_once() -> None:
    bare = [replace(message, timestamp=None) for message in rows()]
    thread = weave_copies([strand_of(rows(), "a"), strand_of(bare, "b")], {(0, 1): 4})
    assert [len(entry.members) for entry in thread.entries] == [2] * len(TALK)
