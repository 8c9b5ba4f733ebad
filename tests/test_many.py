"""The library's way to convert many inputs."""

import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from batch_chats import contents, write_chats

from wamigrate.errors import OptionError
from wamigrate.many import convert_many

if TYPE_CHECKING:
    from wamigrate.report import Outcome


@pytest.fixture
def chats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.chdir(tmp_path)
    return write_chats(Path("in"), 5)


def test_every_input_has_its_outcome_in_the_order_given(chats: list[Path]) -> None:
    wanted: list[str | Path] = [chats[3], "none.zip", chats[0]]
    told: list[Outcome] = []
    found = convert_many(wanted, "json", "out", on_outcome=told.append)
    assert [outcome.input for outcome in found] == [str(path) for path in wanted]
    assert [bool(outcome.failure) for outcome in found] == [False, True, False]
    assert tuple(told) == found
    assert found[0].results[0].output == Path("out/chat 003.json")


@pytest.mark.usefixtures("chats")
def test_it_is_the_same_whoever_works() -> None:
    alone = convert_many("in", ["json", "markdown"], "alone", split="day")
    assert len(alone) == 5
    workers = convert_many("in", ["json", "markdown"], "workers", split="day", jobs=2)
    with ThreadPoolExecutor(2) as executor:
        threads = convert_many("in", ["json", "markdown"], "threads", split="day", executor=executor)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        pool = convert_many("in", ["json", "markdown"], "pool", split="day", executor=processes)
    assert (
        contents(Path("alone"))
        == contents(Path("workers"))
        == contents(Path("threads"))
        == contents(Path("pool"))
    )
    for found in (workers, threads, pool):
        assert [len(outcome.results) for outcome in found] == [2] * 5


@pytest.mark.usefixtures("chats")
def test_a_process_pool_that_breaks_fails_its_inputs_and_not_the_run() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        (first,) = convert_many("in/chat 000.txt", "json", "out", executor=processes)
        assert first.failure is None
        for process in processes._processes.values():
            process.kill()
        found = convert_many("in", "json", "out2", executor=processes)
    assert {outcome.failure.error for outcome in found if outcome.failure} == {"WorkerError"}


@pytest.mark.usefixtures("chats")
def test_it_goes_on_where_it_stopped() -> None:
    convert_many(["in/chat 000.txt", "in/chat 001.txt"], "json", "out")
    found = convert_many("in", "json", "out", resume=True)
    assert [outcome.kept for outcome in found] == [True, True, False, False, False]


@pytest.mark.usefixtures("chats")
def test_options_of_formats_and_settings_hold() -> None:
    convert_many("in", "markdown", "out", options={"markdown.media": "omit"}, after="2030-01-01")
    found = convert_many("in", "json", "out", after="2030-01-01")
    assert {outcome.failure.error for outcome in found if outcome.failure} == {"NothingToExportError"}
    with pytest.raises(OptionError, match="has no option"):
        convert_many("in", "markdown", "out", options={"markdown.colour": "red"})


@pytest.mark.usefixtures("chats")
def test_results_that_are_there_are_replaced_only_if_that_is_asked_for() -> None:
    convert_many("in", "json", "out")
    assert {o.failure.error for o in convert_many("in", "json", "out") if o.failure} == {"TargetExistsError"}
    assert not any(outcome.failure for outcome in convert_many("in", "json", "out", overwrite=True))


@pytest.mark.usefixtures("chats")
def test_results_go_into_the_current_folder_by_default() -> None:
    convert_many("in/chat 000.txt", "json")
    assert Path("chat 000.json").exists()


def test_a_journal_that_fails_is_a_warning(chats: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    from wamigrate.journal import Journal  # noqa: PLC0415 - here only

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "finish", full)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        assert not any(outcome.failure for outcome in convert_many(chats, "json", "out"))
    assert "cannot be written (No space left on device)" in str(found[0].message)
