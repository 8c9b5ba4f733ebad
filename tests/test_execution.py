"""What becomes of an input whose worker has no answer."""

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import pytest
from batch_chats import write_chats

from wamigrate.errors import WorkerError
from wamigrate.many import convert_many


class Failing(Executor):
    """Has nothing but an error for whatever it is asked."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        assert callable(fn)
        assert args or more
        future = Future[Any]()
        future.set_exception(self.error)
        return future


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BrokenExecutor("gone"), "ended before their time, again and again"),
        (WorkerError("it had no room"), "it had no room"),
    ],
)
def test_a_worker_that_died_is_said_of_each_input(error: Exception, words: str, tmp_path: Path) -> None:
    write_chats(tmp_path / "in", 2)
    found = convert_many(str(tmp_path / "in"), ["json"], str(tmp_path / "out"), executor=Failing(error))
    for outcome in found:
        assert outcome.failure is not None
        assert outcome.failure.message.startswith(f"{outcome.input}: ")
        assert outcome.failure.message.endswith(words)
        assert outcome.failure.exit_code == WorkerError.exit_code


def test_an_error_of_the_executor_itself_is_shown_as_it_is(tmp_path: Path) -> None:
    write_chats(tmp_path / "in", 2)
    error = InterruptedError("it was cancelled")
    found = convert_many(str(tmp_path / "in"), ["json"], str(tmp_path / "out"), executor=Failing(error))
    assert [outcome.failure and "it was cancelled" in outcome.failure.message for outcome in found] == [
        True
    ] * 2
    assert not list((tmp_path / "out").glob("*.json"))
