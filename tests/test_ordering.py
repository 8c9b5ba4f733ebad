"""One order out of several."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from wamigrate.ordering import Place, weave


@given(st.integers(0, 30), st.lists(st.sets(st.integers(0, 29)), max_size=5), st.randoms())
def test_the_order_of_copies_that_agree_is_kept(count: int, parts: list[set[int]], dice: Random) -> None:
    truth = list(range(count))
    dice.shuffle(truth)
    chains = [[number for number in truth if number in part] for part in parts]
    places = [Place(dice.randrange(100), dice.randrange(2)) for _ in truth]
    order = weave(chains, places)
    assert sorted(order) == sorted(truth)
    rank = {number: place for place, number in enumerate(order)}
    for chain in chains:
        assert [rank[number] for number in chain] == sorted(rank[number] for number in chain)


@given(
    st.lists(st.permutations(range(8)), min_size=1, max_size=4),
    st.lists(st.integers(0, 9), min_size=8, max_size=8),
)
def test_copies_that_contradict_each_other_lose_nothing(chains: list[list[int]], times: list[int]) -> None:
    order = weave(chains, [Place(time, 0) for time in times])
    assert sorted(order) == list(range(8))


def test_time_decides_where_no_copy_knows() -> None:
    places = [Place(10, 0), Place(40, 0), Place(20, 0), Place(30, 0)]
    assert weave([[0, 1], [2, 3]], places) == [0, 2, 3, 1]


def test_within_a_minute_a_question_comes_before_an_answer_of_another_copy() -> None:
    assert weave([[0], [1]], [Place(60, 1), Place(60, 0)]) == [1, 0]


def test_within_a_minute_an_answer_stays_with_its_question() -> None:
    places = [Place(60, 0), Place(60, 1), Place(60, 0), Place(60, 1)]
    assert weave([[0, 1], [2, 3]], places) == [0, 1, 2, 3]


def test_a_file_that_is_not_in_order_of_time_keeps_its_order() -> None:
    assert weave([[0, 1, 2]], [Place(90, 0), Place(10, 0), Place(20, 0)]) == [0, 1, 2]


def test_where_copies_contradict_each_other_the_earliest_goes_first_each_time() -> None:
    times = [40, 10, 30, 20, 60, 50]
    knots = [[0, 1], [1, 0], [2, 3], [3, 2], [4, 5], [5, 4]]
    assert weave(knots, [Place(time, 0) for time in times]) == [1, 0, 3, 2, 5, 4]


def test_long_chains_take_no_recursion() -> None:
    count = 50_000
    chains = [list(range(count)), list(range(0, count, 2))]
    assert weave(chains, [Place(number, 0) for number in range(count)]) == list(range(count))
