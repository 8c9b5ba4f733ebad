"""A second process that helps with long chats: the same results, sooner, and nothing left behind."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Final, TypeVar

import pytest
import worker_calls

from wamigrate import sharing
from wamigrate.batch import Order, carry_out
from wamigrate.render import Screen
from wamigrate.sharing import ENOUGH, begin_shared, map_ahead, map_shared, prepare_sharing
from wamigrate.workers import WorkerPool

MANY: Final = list(range(40_000))
T = TypeVar("T")
R = TypeVar("R")


def in_one(function: Callable[[list[T]], list[R]], items: Sequence[T]) -> list[R]:
    """Return what a function makes of all groups, as one list."""
    return [one for group in map_shared(function, items) for one in group]


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "processors", lambda: 2)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[WorkerPool]:
    """Collect the pools that are made."""
    pools: list[WorkerPool] = []
    make: Callable[[int], WorkerPool] = WorkerPool

    def watched(jobs: int) -> WorkerPool:
        pools.append(make(jobs))
        return pools[-1]

    monkeypatch.setattr(sharing, "WorkerPool", watched)
    return pools


def test_both_processes_work_and_the_order_stays(started: list[WorkerPool]) -> None:
    with sharing.sharing():
        prepare_sharing(ENOUGH)
        wake(started)
        assert in_one(worker_calls.double_all, MANY) == [2 * one for one in MANY]
        processes = set(in_one(worker_calls.slow_processes, MANY))
    assert os.getpid() in processes
    assert len(processes) == 2


def test_the_other_process_goes_on_while_the_caller_is_busy(started: list[WorkerPool]) -> None:
    with sharing.sharing():
        prepare_sharing(ENOUGH)
        wake(started)
        processes: list[int] = []
        for number, group in enumerate(map_shared(worker_calls.slow_processes, MANY)):
            if number == 0:
                last = started[0].submit(worker_calls.double, 1)  # done after all groups
                assert last.result() == 2
            processes += group[:1]
    assert len(processes) == len(MANY) // 1000
    assert processes.count(os.getpid()) < len(processes) / 2
    assert os.getpid() not in processes[:1]


@pytest.mark.parametrize(
    "items",
    [
        MANY,
        [],
        [*MANY[:1500], *MANY[1507:]],
        [-5, *MANY[:999], -6, -7, *MANY[1003:39_000], -8],
        [1, 1, 1, *MANY, 7, 7, 7],
        MANY[::-1],
        [-1] * 3000,
    ],
)
def test_what_was_begun_may_change_before_it_is_asked_for(
    started: list[WorkerPool], items: list[int]
) -> None:
    with sharing.sharing():
        prepare_sharing(ENOUGH)
        wake(started)
        begun = begin_shared(worker_calls.double_all, MANY)
        assert begun is not None
        groups = list(map_shared(worker_calls.double_all, items, begun))
    assert [one for group in groups for one in group] == [2 * one for one in items]


def test_what_was_begun_is_not_done_again_because_others_are_gone(started: list[WorkerPool]) -> None:
    with sharing.sharing():
        prepare_sharing(ENOUGH)
        wake(started)
        begun = begin_shared(worker_calls.slow_processes, MANY)
        assert started[0].submit(worker_calls.double, 1).result() == 2  # done after all groups
        left = [one for one in MANY if one % 1000 > 20]
        found = [
            one for group in map_shared(worker_calls.slow_processes, [*left, -1], begun) for one in group
        ]
    assert found[-1] == os.getpid()
    assert os.getpid() not in found[:-1]


def test_nothing_is_begun_without_a_second_process() -> None:
    assert begin_shared(worker_calls.double_all, MANY) is None


def test_a_stream_is_worked_on_ahead_but_not_far() -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in count():
            taken.append(number)
            yield number

    with sharing.sharing():
        prepare_sharing(ENOUGH)
        stream = map_ahead(worker_calls.double_all, numbers(), lambda number: [number])
        assert [next(stream) for _ in range(30)] == [(number, [2 * number]) for number in range(30)]
    assert len(taken) < 50


def test_a_stream_ends_with_its_last_item() -> None:
    for size in (0, 1, 8, 9, 40):
        with sharing.sharing():
            prepare_sharing(ENOUGH)
            found = list(map_ahead(worker_calls.double_all, range(size), lambda number: [number]))
        assert found == [(number, [2 * number]) for number in range(size)]


def wake(started: list[WorkerPool]) -> None:
    """Wait until the second process works."""
    assert started[0].submit(worker_calls.double, 1).result() == 2


def test_what_a_killed_process_did_not_do_is_done_here(started: list[WorkerPool]) -> None:
    with sharing.sharing():
        prepare_sharing(ENOUGH)
        here = str(os.getpid())
        wake(started)
        assert in_one(worker_calls.die_elsewhere, [here] * 4000) == [here] * 4000
        ahead = map_ahead(worker_calls.die_elsewhere, [here] * 20, lambda one: [one])
        assert [made for _, made in ahead] == [[here]] * 20


def test_an_error_is_raised_here_whoever_met_it() -> None:
    with sharing.sharing():
        prepare_sharing(ENOUGH)
        with pytest.raises(ValueError, match="no such thing"):
            in_one(worker_calls.fail_all, ["no such thing"] * 4000)


def test_threads_take_turns_as_before_once_it_is_done() -> None:
    usual = sys.getswitchinterval()
    with sharing.sharing():
        assert sys.getswitchinterval() == usual
        prepare_sharing(ENOUGH)
        assert sys.getswitchinterval() < usual
    assert sys.getswitchinterval() == usual


def test_nobody_gets_a_process_who_did_not_ask(started: list[WorkerPool]) -> None:
    prepare_sharing(ENOUGH)
    assert set(in_one(worker_calls.slow_processes, MANY)) == {os.getpid()}
    assert not started


def test_a_short_chat_needs_no_process(started: list[WorkerPool]) -> None:
    with sharing.sharing():
        prepare_sharing(ENOUGH - 1)
        assert set(in_one(worker_calls.slow_processes, MANY)) == {os.getpid()}
        assert not started[0].pids


def test_one_processor_gets_no_second_process(
    monkeypatch: pytest.MonkeyPatch, started: list[WorkerPool]
) -> None:
    monkeypatch.setattr(sharing, "processors", lambda: 1)
    with sharing.sharing():
        prepare_sharing(ENOUGH)
        assert set(in_one(worker_calls.slow_processes, MANY)) == {os.getpid()}
    assert not started


def test_the_process_is_gone_afterwards_also_after_an_error(started: list[WorkerPool]) -> None:
    def interrupted() -> None:
        with sharing.sharing():
            prepare_sharing(ENOUGH)
            in_one(worker_calls.slow_processes, MANY)
            assert started[0].pids
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not started[0].pids


@pytest.mark.parametrize("to", ["json", "html", "markdown"])
def test_results_are_the_same_with_a_second_process(
    tmp_path: Path, to: str, started: list[WorkerPool]
) -> None:
    words = "and so on, " * 40
    lines = [
        f"2{number // 1440 % 9}/03/2025, {number // 60 % 24:02}:{number % 60:02} - "
        f"{('Ana', 'ChatGPT')[number % 2]}: *Tip* {number}: `x_{number}` <b> & _why_\n- a\n- b\n{words}"
        for number in range(ENOUGH // len(words))
    ]
    (tmp_path / "WhatsApp Chat with ChatGPT.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    written: list[dict[str, bytes]] = []
    for share in (True, False):
        place = tmp_path / f"{share}"
        place.mkdir()
        chat = str(tmp_path / "WhatsApp Chat with ChatGPT.txt")
        order = Order(inputs=(chat,), to=(to,), reading={}, output=f"{place}/", share=share)
        assert carry_out(order, Screen(quiet=True)).exit_code == 0
        files = (path for path in sorted(place.rglob("*")) if path.is_file())
        written.append({str(path.relative_to(place)): path.read_bytes() for path in files})
    assert written[0] == written[1]
    assert len(started) == 1
