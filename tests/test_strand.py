"""One copy of a chat as columns."""

from datetime import UTC, timedelta, timezone

from merge_cases import NOON, chat_of, line, strand_of

from wamigrate.shift import Moment
from wamigrate.strand import has_offsets, has_seconds

LONG = "A text that is long enough to be told from others"


def test_a_time_at_the_full_minute_stands_for_the_whole_minute() -> None:
    strand = strand_of([line("a", 0), line("b", 1), line("c", 59.9), line("d", None)])
    noon = strand.moments[0]
    assert noon is not None
    assert noon.high - noon.low == 59
    assert strand.moments[1:] == [
        Moment(noon.low + 1, noon.low + 1),
        Moment(noon.low + 59, noon.low + 59),
        None,
    ]


def test_wall_clocks_count_as_utc_and_offsets_are_taken_off() -> None:
    (wall,) = strand_of([line("a", 7)]).moments
    east = NOON.replace(tzinfo=timezone(timedelta(hours=9))) + timedelta(seconds=7)
    (zoned,) = strand_of([line("a", timestamp=east)]).moments
    assert wall is not None
    assert zoned is not None
    assert wall.low - zoned.low == 9 * 3600
    assert wall.low == 1742904007


def test_a_copy_is_zoned_if_any_time_has_an_offset() -> None:
    zoned = NOON.replace(tzinfo=UTC)
    assert not has_offsets(chat_of([line("a"), line("b", None)]))
    assert has_offsets(chat_of([line("a"), line("b", timestamp=zoned), line("c")]))
    assert strand_of([line("a"), line("b", timestamp=zoned)]).zoned
    assert not strand_of([line("a")]).zoned


def test_seconds_are_told_if_nearly_all_times_have_some() -> None:
    full, exact = line("a", 0), line("b", 1)
    assert has_seconds(chat_of([*[exact] * 8, *[full] * 2, line("c", None)]))
    assert not has_seconds(chat_of([*[exact] * 7, *[full] * 3]))
    assert not has_seconds(chat_of([exact]))
    assert has_seconds(chat_of([exact] * 2))
    assert not has_seconds(chat_of([full] * 4))
    assert not has_seconds(chat_of([]))


def test_the_range_is_that_of_what_people_wrote() -> None:
    strand = strand_of(
        [line("n", -500, None), line("a", 61), line("b", 5), line("c", None), line("n", 999, None)]
    )
    moment = strand.moments[2]
    assert moment is not None
    assert strand.range() == (moment.low, moment.low + 56)
    assert strand_of([line("n", 5, None), line("a", None)]).range() is None
    assert len(strand) == 5


def test_words_and_gists_are_those_of_the_texts() -> None:
    strand = strand_of([line("\u200e*Mix*  it"), line("")])
    assert strand.words == ["*Mix* it", ""]
    assert strand.gists == ["Mix it", ""]


def test_landmarks_are_texts_of_people_that_stand_once_and_have_a_time() -> None:
    rows = [
        line(LONG, 1),
        line("once", 2),
        line("twice", 3),
        line("twice", 4),
        line("a text without any time at all", None),
        line("a notice that is long enough to be told", 5, None),
        line("", 6),
        line("exactly twenty chars", 7),
    ]
    strand = strand_of(rows)
    assert strand.landmarks() == {LONG: 0, "exactly twenty chars": 7}
    assert strand.landmarks(1) == {LONG: 0, "once": 1, "exactly twenty chars": 7}


def test_landmarks_are_counted_between_two_times_both_included() -> None:
    strand = strand_of([*(line(f"{LONG} {n}", 10 * n + 1) for n in range(5)), line("short", 22)])
    second, fourth = strand.moments[1], strand.moments[3]
    assert second is not None
    assert fourth is not None
    assert strand.landmarks_within(second.low, fourth.low) == 3
    assert strand.landmarks_within(second.low, fourth.low, 1) == 4
    assert strand.landmarks_within(second.low + 1, fourth.low - 1) == 1
