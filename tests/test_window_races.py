"""What happens in the window at the same time: downloads, work, uploads, and people who change their mind."""

import asyncio
import io
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from starlette.responses import Response, StreamingResponse
from window_client import CHAT, NAME, ORIGIN, Visitor, plain, zipped

from wamigrate import window_app, window_session, window_work
from wamigrate.scratch import scratch_folder
from wamigrate.window_download import pack
from wamigrate.window_job import Task
from wamigrate.window_session import Choice, Session, State

# a download, and what becomes of the tab meanwhile


def _reconsider(visitor: Visitor) -> None:
    visitor.post("reconsider")


def _make(visitor: Visitor) -> None:
    visitor.make("to:json")


def _look(visitor: Visitor) -> None:
    visitor.look(split="none")


def _clear(visitor: Visitor) -> None:
    visitor.post("clear")


@pytest.mark.parametrize("act", [_reconsider, _make, _look, _clear])
def test_a_download_comes_to_its_end_whatever_is_wanted_next(
    act: Callable[[Visitor], None], visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.bring(CHAT)
    visitor.make("into:obsidian")
    whole = visitor.get("result").content
    served: list[Path] = []

    def interrupted(path: Path) -> Response:
        def pieces() -> Iterator[bytes]:
            served.append(path)
            rest = pack(path)
            yield next(rest)
            act(visitor)
            yield from rest

        return StreamingResponse(pieces())

    monkeypatch.setattr(window_app, "download", interrupted)
    content = visitor.get("result").content
    assert content == whole
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
    assert not served[0].parent.parent.exists()


def test_the_last_of_several_downloads_removes_what_nobody_wants_any_more(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    visitor.make("to:json")
    session = visitor.session
    first, second = session.take(), session.take()
    assert first is not None
    assert first is second
    held = session.size
    session.reconsider()
    assert (session.take(), session.size) == (None, held)
    session.let_go(first)
    assert first.content.exists()
    session.let_go(first)
    assert not first.folder.exists()
    assert session.size < held


def test_a_result_that_is_still_wanted_stays_after_its_download(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    visitor.make("to:json")
    assert visitor.get("result").content == visitor.get("result").content != b""


# work, and who stops it


class Endless:
    """Work that goes on until it is cancelled."""

    def __init__(self, task: Task, ended: object) -> None:
        assert callable(ended)
        self.task = task

    def cancel(self) -> None:
        """End it."""


def test_a_correction_that_was_stopped_is_not_heeded(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.bring(CHAT)
    visitor.look(split="day")
    with monkeypatch.context() as patch:
        patch.setattr(window_session, "Job", Endless)
        visitor.session.start_look(Choice(split="none"))
        assert visitor.session.state == "looking"
        visitor.session.cancel()
    assert visitor.session.choice == Choice(split="day")
    assert "4 messages in 2 conversations" in plain(visitor.make("to:json"))


def test_a_correction_that_failed_is_not_heeded(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    assert "This choice does not fit this chat." in plain(visitor.look(assistant="Nobody of that name"))
    assert "4 messages in 2 conversations" in plain(visitor.make("to:json"))


def test_a_page_never_waits_for_a_turn_that_was_there_before_it(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = visitor.session
    turn = session.turn

    def shown(session: Session, step: str) -> State:
        assert step == ""
        session.turn += 1  # the work ends just now
        return "looking"

    monkeypatch.setattr(Session, "shown", shown)
    page = visitor.get("").text
    assert "data-busy" in page
    assert f'data-turn="{turn}"' in page


def test_what_grows_counts(tmp_path: Path) -> None:
    session, place = Session("key", tmp_path), tmp_path / "make-1"
    place.mkdir()
    (place / "a.bin").write_bytes(bytes(10))
    assert session.size == 0
    session.job = cast("Any", SimpleNamespace(task=Task("make", (), str(place), {})))
    assert session.size == 10


def test_copies_that_work_makes_are_where_its_result_is_and_do_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)
    place = tmp_path / "look-1"
    copies: list[Path] = []

    def copying(task: Task, tell: object) -> None:
        assert (task.place, tell) == (str(place), print)
        with scratch_folder() as folder:
            copies.append(folder)
        (Path(tempfile.mkdtemp()) / "forgotten").write_text("a message")
        (place / "result").write_text("done")

    worker: Any = window_work
    monkeypatch.setitem(worker._WORK, "look", copying)
    worker._do(Task("look", (), str(place), {}), print)
    assert copies[0].is_relative_to(place)
    assert list(place.iterdir()) == [place / "result"]


# a file that comes in, and who stops it


def test_a_file_that_arrives_while_everything_is_forgotten_goes_too(visitor: Visitor) -> None:
    client: Any = visitor.client

    async def both() -> list[int]:
        arrived, go_on = asyncio.Event(), asyncio.Event()

        async def body() -> AsyncIterator[bytes]:
            yield b"begin"
            arrived.set()
            await go_on.wait()
            yield b"end"

        headers, params = {"Origin": ORIGIN}, {"path": NAME}
        transport = httpx.ASGITransport(client._app)
        async with httpx.AsyncClient(
            transport=transport, base_url=ORIGIN + visitor.base, cookies=client._cookies, headers=headers
        ) as browser:
            sending = asyncio.create_task(browser.put("file", params=params, content=body()))
            await arrived.wait()
            clearing = asyncio.create_task(browser.post("clear"))
            await asyncio.wait({clearing}, timeout=0.3)
            go_on.set()
            return [(await task).status_code for task in (sending, clearing)]

    assert asyncio.run(both()) == [204, 200]
    assert visitor.session.received == 0
    assert not visitor.session.folder.exists()
    assert visitor.put(NAME, zipped(CHAT)).status_code == 204
    assert [path.name for path in visitor.session.input.iterdir()] == [NAME]
