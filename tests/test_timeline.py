"""What the times of a chat tell of their order is what looking at them one by one would tell."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from wamigrate.timeline import Timeline

BEGIN = datetime(2025, 3, 1)  # noqa: DTZ001 - the phone's wall clock
MOMENTS = st.lists(st.none() | st.integers(0, 9).map(lambda hours: BEGIN + timedelta(hours=hours * 8)))


def went_back(moments: list[datetime | None]) -> dict[int, timedelta]:
    """Return the places whose time is before the last one, and by how much."""
    found: dict[int, timedelta] = {}
    last: datetime | None = None
    for place, moment in enumerate(moments):
        if moment is None:
            continue
        if last is not None and moment < last:
            found[place] = last - moment
        last = moment
    return found


@given(MOMENTS)
def test_places_and_ends_are_those_of_a_plain_look(moments: list[datetime | None]) -> None:
    timeline = Timeline(moments)
    known = [moment for moment in moments if moment is not None]
    assert timeline.undated == [place for place, moment in enumerate(moments) if moment is None]
    assert timeline.descents == list(went_back(moments))
    assert (timeline.first, timeline.last) == (min(known, default=None), max(known, default=None))


@given(MOMENTS, st.integers(0, 80).map(lambda hours: timedelta(hours=hours)))
def test_steps_back_are_counted_from_their_size_on(moments: list[datetime | None], least: timedelta) -> None:
    assert Timeline(moments).steps_back(least) == sum(gap >= least for gap in went_back(moments).values())


def test_times_that_came_in_since_are_noticed() -> None:
    moments: list[datetime | None] = [BEGIN]
    timeline = Timeline(moments)
    assert timeline.is_of(moments)
    moments.append(BEGIN)
    assert not timeline.is_of(moments)
    assert not timeline.is_of([BEGIN])
