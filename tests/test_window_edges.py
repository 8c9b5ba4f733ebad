"""What happens to the window seldom: a browser that goes, a disk that is full, other systems."""

import asyncio
import errno
import io
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, MutableMapping
from datetime import datetime
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any, Final, cast
from unittest.mock import Mock

import httpx
import msgspec
import pytest
import uvicorn
from starlette.requests import ClientDisconnect
from stored_cases import android, message
from window_client import CHAT, LIMIT, NAME, PORT, Visitor, Window, plain, zipped

import wamigrate as wm
from wamigrate import (
    window_app,
    window_page,
    window_place,
    window_server,
    window_session,
    window_upload,
    window_work,
)
from wamigrate.model import Attachment, Conversation, Message
from wamigrate.window_download import pack
from wamigrate.window_guard import Guard, Keys
from wamigrate.window_job import Task
from wamigrate.window_place import PrivateFolder, stale_folders
from wamigrate.window_preview import extract
from wamigrate.window_sessions import TIMES, Sessions
from wamigrate.window_upload import DiskFullError, TooLargeError, store
from wamigrate.window_view import chats, dating
from wamigrate.window_words import Words
from wamigrate.window_work import PREVIEW

FULL: Final = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def chunks(*parts: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
    if error is not None:
        raise error


def raising(error: Exception) -> Any:
    """Return something to call that only fails."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def inner(thing: object) -> Any:
    """Return what has parts that only it knows."""
    return thing


# what comes in


def test_a_browser_that_goes_while_it_sends_is_no_failure_that_somebody_sees(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_app, "store", raising(ClientDisconnect()))
    assert visitor.put(NAME, zipped(CHAT)).status_code == 400
    assert visitor.get("state").json()["state"] == "empty"
    assert visitor.session.failure is None


def test_a_file_that_cannot_be_stored_is_said_with_what_the_system_says(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_app, "store", raising(PermissionError(errno.EACCES, "Permission denied")))
    said = plain(visitor.put(NAME, zipped(CHAT)).text)
    assert "The file could not be stored." in said
    assert "Permission denied" in said


def test_a_disk_that_is_full_is_told_from_other_errors_and_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(DiskFullError):
        asyncio.run(store(chunks(b"1", error=FULL), tmp_path / "a", 10))
    assert list(tmp_path.iterdir()) == []


class Full(io.RawIOBase):
    """A file on a disk that is full."""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        assert data
        raise FULL


def test_a_disk_that_is_full_is_told_even_if_closing_the_file_fails_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.BufferedWriter(Full(), 100)
    monkeypatch.setattr(Path, "open", Mock(return_value=stream))
    with pytest.raises(DiskFullError):
        asyncio.run(store(chunks(b"1234"), tmp_path / "a", 10))
    assert stream.closed


def test_of_a_file_that_is_much_too_large_the_rest_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_upload, "_DRAINED", 5)
    sent = chunks(*[b"123"] * 10)
    with pytest.raises(TooLargeError):
        asyncio.run(store(sent, tmp_path / "a", 5))
    assert list(tmp_path.iterdir()) == []


# what is shown


def test_there_is_no_list_before_anything_was_looked_at(visitor: Visitor) -> None:
    assert visitor.get("conversations").status_code == 404


def test_a_fault_of_the_program_is_one_line_without_what_it_is(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_page, "conversations", raising(RuntimeError("secret")))
    answer = visitor.get("conversations")
    assert answer.status_code == 500
    assert answer.text == "Something went wrong in wamigrate itself; reload the page.\n"


@pytest.mark.parametrize(
    ("name", "type_"), [("window.js", "text/javascript"), ("window.css", "text/css"), ("x.js", None)]
)
def test_the_page_gets_its_style_and_its_script_and_no_other_file(
    name: str, type_: str | None, visitor: Visitor
) -> None:
    answer = visitor.client.get(f"/static/{name}")
    assert answer.status_code == (404 if type_ is None else 200)
    assert type_ is None or answer.headers["content-type"].startswith(type_)


def test_a_conversation_that_is_too_long_for_a_page_is_said_to_be(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.bring(CHAT)
    look = visitor.session.look
    assert look is not None
    key = next(iter(look.lines))
    assert "Six minutes" in visitor.get("conversation", params={"id": key}).text
    monkeypatch.setattr(window_page, "LONGEST", 10)
    assert "too long to be shown here" in plain(visitor.get("conversation", params={"id": key}).text)


def test_a_conversation_whose_file_is_gone_is_gone(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    look = visitor.session.look
    assert look is not None
    (preview,) = visitor.session.folder.glob(f"*/{PREVIEW}")
    preview.unlink()
    assert visitor.get("conversation", params={"id": next(iter(look.lines))}).status_code == 404


def test_files_and_notices_are_shown_in_words() -> None:
    when = datetime(2025, 3, 25, 21, 4)  # noqa: DTZ001 - the phone's wall clock
    files = (
        Attachment("a.jpg", "image/jpeg", 2_000_000, present=True),
        Attachment("b.jpg", "image/jpeg"),
        Attachment(None, "video", None, present=True),
    )
    messages = (
        Message("1", "notice", None, when, "notice", "<Ana> *left*"),
        Message("2", "notice", None, when, "notice", ""),
        Message("3", "user", "Ana", when, "media", "", attachments=files),
    )
    data = msgspec.json.encode(Conversation("", None, None, (), None, None, messages, "s"))
    said, silent, sent = extract(data, 0, Words("en")).lines
    assert (said.html, silent.html) == ("<p>&lt;Ana&gt; *left*</p>", "")
    assert sent.files == ("a.jpg (2\u00a0MB)", "b.jpg – not in the export", "video")


def test_nothing_is_said_about_the_order_of_dates_that_tell_it_themselves() -> None:
    assert dating((), Words("en")) is None


def test_of_a_database_with_several_chats_one_can_be_chosen(tmp_path: Path) -> None:
    one, other = message(1, "hi", own=1), message(2, "hello", chat=3)
    assert chats(wm.inspect(android(tmp_path / "one" / "msgstore.db", one))) == []
    several = wm.inspect(android(tmp_path / "two" / "msgstore.db", one, other))
    assert set(chats(several)) == {"ChatGPT", "Allotment"}


# what is made


def test_what_cannot_be_read_back_is_a_failure(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_session, "_read", raising(OSError(errno.EIO, "Input/output error")))
    said = plain(visitor.bring(CHAT))
    assert "Input/output error" in said
    assert visitor.session.look is None
    assert list(visitor.session.folder.iterdir()) == [visitor.session.input]


def test_work_is_done_only_once_its_result_is_there(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, seen = visitor.session, list[tuple[str, int]]()
    read = inner(window_session)._read

    def look_around(*arguments: Any) -> object:
        seen.append((session.state, session.turn))
        return read(*arguments)

    monkeypatch.setattr(window_session, "_read", look_around)
    visitor.bring(CHAT)
    looked = session.turn
    visitor.make("to:json")
    assert [state for state, _ in seen] == ["looking", "making"]
    assert seen[0][1] < looked
    assert seen[1][1] < session.turn


def test_what_comes_of_work_that_nobody_waits_for_any_more_changes_nothing(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    session = visitor.session
    before = (session.turn, session.look, session.failure)
    inner(session)._ended(object())
    assert (session.turn, session.look, session.failure) == before


def test_no_piece_of_a_download_is_empty(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "zeros.txt").write_bytes(bytes(3_000_000))
    assert all(pack(tmp_path / "out"))


def task(folder: Path) -> Task:
    return Task("look", (str(folder / "in" / "a.txt"),), str(folder / "look-1"), {}, "", "")


def test_a_disk_that_is_full_while_something_is_made_is_said_without_the_private_folder(
    tmp_path: Path,
) -> None:
    error = RuntimeError(f"{tmp_path}/look-1/x: cannot be written")
    described: Any = inner(window_work)._described
    assert described(error, task(tmp_path)).error != "DiskFull"
    error.__cause__ = FULL
    found = described(error, task(tmp_path))
    assert found.error == "DiskFull"
    assert str(tmp_path) not in found.message


def test_work_ends_with_the_program_that_asked_for_it_and_not_with_what_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    ours, theirs = os.pipe()
    waiting = threading.Thread(target=inner(window_work)._end_with_parent, args=(ours,))
    waiting.start()
    os.write(theirs, b"more")
    waiting.join(0.1)
    assert codes == []
    os.close(theirs)
    waiting.join(10)
    assert codes == [1]
    os.close(ours)


def test_where_errors_come_from_is_printed_if_that_is_asked_for(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    window = Window(tmp_path)
    window.sessions = Sessions(tmp_path, TIMES * LIMIT, trace=True)
    inner(window)._app = window_app.make_app(window.sessions, window.keys, PORT, LIMIT, lambda: None)
    window.visit().bring("no chat", "notes.txt")
    assert "Traceback (most recent call last)" in capfd.readouterr().err


# tabs


def test_a_tab_that_was_forgotten_can_be_left_and_served(tmp_path: Path) -> None:
    sessions, others = Sessions(tmp_path, 1000), Sessions(tmp_path / "others", 1000)
    gone = others.add("en")
    sessions.leave(gone, "page")
    with sessions.serving(gone):
        assert sessions.find(gone.id) is None


def test_no_more_closed_tabs_are_forgotten_than_there_must_be(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, 1000)
    first, second, asking = (sessions.add("en") for _ in range(3))
    for session in (first, second):
        session.received = 400
    assert sessions.room(asking, 500) >= 500
    assert [sessions.find(one.id) is None for one in (first, second)] == [True, False]


# the server


def test_a_wrong_key_uses_up_no_key_for_the_browser() -> None:
    keys = Keys()
    key = keys.once()
    assert [keys.take("guess"), keys.take(key)] == [False, True]


def test_what_is_no_request_passes_the_guard_unchanged() -> None:
    seen: list[MutableMapping[str, Any]] = []

    async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        del receive, send
        seen.append(scope)

    scope = {"type": "lifespan"}
    asyncio.run(Guard(app, Keys(), PORT)(scope, raising(OSError()), raising(OSError())))
    assert seen == [scope]


def test_the_browser_is_opened_with_a_key_for_one_use(monkeypatch: pytest.MonkeyPatch) -> None:
    opened, told = SimpleQueue[str](), SimpleQueue[str]()
    monkeypatch.setattr("webbrowser.open", opened.put)
    serving = threading.Thread(target=window_server.serve, args=(LIMIT, told.put), daemon=True)
    serving.start()
    address, other = opened.get(timeout=30), told.get(timeout=30)
    assert address.partition("?")[0] == other.partition("?")[0]
    with httpx.Client(follow_redirects=True, timeout=60) as client:
        page = client.get(address)
        assert "wamigrate" in page.text
        assert httpx.get(address, timeout=60).status_code == 403
        origin = address.partition("/?")[0]
        assert client.post(f"{page.url}quit", headers={"Origin": origin}).status_code == 200
    serving.join(30)
    assert not serving.is_alive()


def test_on_windows_no_other_program_can_take_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_server, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_KEEPALIVE, raising=False)
    with inner(window_server)._listening(0) as listener:
        assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert not listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_does_not_end_it_before_everything_is_removed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = getattr(signal, name)
    before = signal.getsignal(number)

    class Hurried(PrivateFolder):
        def close(self) -> None:
            signal.raise_signal(number)
            super().close()

    monkeypatch.setattr(window_server, "PrivateFolder", partial(Hurried, tmp_path))
    monkeypatch.setattr(uvicorn.Server, "run", Mock())
    window_server.serve(LIMIT, Mock(), browser=False)
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) == before


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_signal_that_was_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with inner(window_server)._ending_gently(raising(AssertionError())):
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_folder_that_another_program_removes_before_it_is_locked_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock: Any = inner(window_place)._lock
    seen: list[Path] = []

    def late(stream: Any, *, wait: bool = False) -> bool:
        if wait and not seen:
            seen.extend(tmp_path.iterdir())
            inner(window_place)._remove_stale(tmp_path)
        return bool(lock(stream, wait=wait))

    monkeypatch.setattr(window_place, "_lock", late)
    with PrivateFolder(tmp_path) as folder:
        assert len(seen) == 1
        assert list(tmp_path.iterdir()) == [folder.path] != seen
        with PrivateFolder(tmp_path):
            assert folder.path.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="locks of POSIX")
def test_a_folder_is_locked_as_long_as_it_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = PrivateFolder(tmp_path)
    inner(dead)._lock.close()
    wipe, seen = window_place.wipe, list[bool]()

    def wiping(path: Path) -> None:
        with (path / "lock").open("r+b") as stream:
            seen.append(inner(window_place)._lock(stream))
        wipe(path)

    with monkeypatch.context() as patch:
        patch.setattr(window_place, "wipe", wiping)
        living = PrivateFolder(tmp_path)
    assert seen == [False]
    living.close()


def test_a_lock_that_the_system_does_not_remove_with_its_folder_goes_once_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = PrivateFolder(tmp_path)
    inner(dead)._lock.close()
    with monkeypatch.context() as patch:
        patch.setattr(window_place, "wipe", Mock())  # as on Windows, of a folder with nothing else
        living = PrivateFolder(tmp_path)
    assert list(tmp_path.iterdir()) == [living.path]
    living.close()


def test_a_private_folder_removes_what_a_dead_program_left_and_nothing_else(tmp_path: Path) -> None:
    dead, living = PrivateFolder(tmp_path), PrivateFolder(tmp_path)
    inner(dead)._lock.close()
    with PrivateFolder(tmp_path) as folder:
        assert not dead.path.exists()
        assert living.path.exists()
        assert set(tmp_path.iterdir()) == {living.path, folder.path}
    living.close()


def test_on_windows_a_folder_is_locked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: set[int] = set()
    hows: list[int] = []

    def locking(handle: int, how: int, length: int) -> None:
        assert length == 1
        hows.append(how)
        file = os.fstat(handle).st_ino
        if file in held:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        held.add(file)

    monkeypatch.setattr(window_place, "sys", SimpleNamespace(platform="win32"))
    msvcrt = SimpleNamespace(LK_LOCK=1, LK_NBLCK=2, locking=locking)
    monkeypatch.setitem(sys.modules, "msvcrt", cast("Any", msvcrt))
    with PrivateFolder(tmp_path):
        assert list(stale_folders(tmp_path)) == []
        held.clear()
        assert len(list(stale_folders(tmp_path))) == 1
    assert hows == [1, 2, 2]
