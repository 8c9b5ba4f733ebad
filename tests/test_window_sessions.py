"""What tabs of the window hold is removed when nobody can want it any more, and is never too much."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from window_client import CHAT, LIMIT, NAME, Visitor, Window, plain, zipped

from wamigrate import window_session
from wamigrate.window_page import step_of
from wamigrate.window_place import size_of
from wamigrate.window_session import STEPS, Session
from wamigrate.window_sessions import GRACE, IDLE, TIMES, Sessions


def close(visitor: Visitor) -> None:
    """Close the page, as a browser tells it."""
    key = visitor.page.partition('data-page="')[2].partition('"')[0]
    assert visitor.post(f"leave?page={key}").status_code == 204


def is_forgotten(window: Window, visitor: Visitor) -> bool:
    window.sessions.sweep()
    return not list(window.folder.glob("tab-*")) and visitor.get("state").status_code == 410


def test_what_a_closed_tab_held_is_removed_after_a_while(window: Window, visitor: Visitor) -> None:
    visitor.bring(CHAT)
    visitor.make("to:json")
    close(visitor)
    window.now += GRACE
    window.sessions.sweep()
    assert visitor.session.folder.exists()
    window.now += 2 * GRACE
    assert is_forgotten(window, visitor)


def test_a_page_that_is_loaded_anew_loses_nothing(window: Window, visitor: Visitor) -> None:
    visitor.bring(CHAT)
    close(visitor)
    window.now += GRACE / 2
    visitor.get("")
    window.now += GRACE * 10
    assert not is_forgotten(window, visitor)


def test_a_new_page_that_comes_before_the_old_one_says_goodbye_keeps_everything(
    window: Window, visitor: Visitor
) -> None:
    visitor.bring(CHAT)
    visitor.get("")
    close(visitor)
    window.now += GRACE * 10
    assert not is_forgotten(window, visitor)


def test_a_page_that_comes_back_from_the_cache_of_a_browser_says_so(window: Window, visitor: Visitor) -> None:
    visitor.bring(CHAT)
    close(visitor)
    visitor.get("state", params={"page": "the one that was closed"})
    window.now += GRACE * 10
    assert not is_forgotten(window, visitor)


def test_what_nobody_looks_at_for_long_is_removed(window: Window, visitor: Visitor) -> None:
    visitor.bring(CHAT)
    window.now += IDLE / 2
    visitor.get("state")
    window.now += IDLE
    assert not is_forgotten(window, visitor)
    window.now += IDLE + 1
    assert is_forgotten(window, visitor)


def test_work_for_a_closed_tab_is_stopped(window: Window, visitor: Visitor) -> None:
    visitor.put(NAME, zipped(CHAT))
    visitor.post("look")
    job = visitor.session.job
    close(visitor)
    window.now += GRACE + 1
    assert is_forgotten(window, visitor)
    assert job is None or job.process.poll() is not None


def test_a_download_is_never_cut_off(window: Window, visitor: Visitor) -> None:
    visitor.bring(CHAT)
    close(visitor)
    with window.sessions.serving(visitor.session):
        window.now += GRACE * 10
        window.sessions.sweep()
        assert window.sessions.find(visitor.base.strip("/")) is not None
    window.now += GRACE + 1
    assert is_forgotten(window, visitor)


def test_a_page_of_what_is_gone_begins_anew_and_says_why(window: Window, visitor: Visitor) -> None:
    visitor.bring(CHAT)
    close(visitor)
    window.now += GRACE + 1
    window.sessions.sweep()
    answer = visitor.get("")
    assert answer.url.path != visitor.base
    assert "What this tab held has been deleted." in plain(answer.text)
    assert "Choose a file" in plain(answer.text)


def test_all_tabs_together_hold_only_so_much(window: Window) -> None:
    visitors = [window.visit() for _ in range(TIMES + 1)]
    for visitor in visitors[:-1]:
        assert visitor.put("a.bin", bytes(LIMIT)).status_code == 204
    answer = visitors[-1].put("a.bin", bytes(1000))
    assert "There is too much in all tabs together. All tabs together may hold 8 MB." in plain(answer.text)
    assert size_of(window.folder) <= TIMES * LIMIT
    visitors[0].post("clear")
    assert visitors[-1].put("a.bin", bytes(1000)).status_code == 204


def test_tabs_that_are_closed_make_room_at_once(window: Window) -> None:
    visitors = [window.visit() for _ in range(TIMES + 1)]
    for visitor in visitors[:-1]:
        visitor.put("a.bin", bytes(LIMIT))
    close(visitors[1])
    assert visitors[-1].put("a.bin", bytes(1000)).status_code == 204
    assert visitors[1].get("state").status_code == 410
    assert visitors[0].get("state").status_code == 200


def test_files_that_are_on_their_way_count(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, 1000)
    session = sessions.add("en")
    with sessions.expecting(900):
        assert sessions.room(session, 500) == 100
    assert sessions.room(session, 500) == 1000


def test_a_tab_holds_what_was_given_and_what_was_made_of_it(visitor: Visitor) -> None:
    session = visitor.session
    visitor.bring(CHAT)
    assert session.size == size_of(session.folder) > len(zipped(CHAT))
    for wish in ("to:json", "into:obsidian"):
        visitor.make(wish)
        assert session.size == size_of(session.folder)
    visitor.post("clear")
    assert session.size == 0


def test_many_files_are_not_looked_at_again_with_each_one_that_comes(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []

    def look_at(folder: Path) -> int:
        looked.append(folder)
        return 0

    monkeypatch.setattr(window_session, "size_of", look_at)
    other, visitor = window.visit(), window.visit()
    other.bring(CHAT)
    looked.clear()
    for number in range(5):
        visitor.put(f"{number}.bin", bytes(10))
    assert looked == []


def _sweep(sessions: Sessions, _: Session) -> None:
    sessions.sweep()


def _make_room(sessions: Sessions, asking: Session) -> None:
    assert sessions.room(asking, 1000) == 1000


@pytest.mark.parametrize("forget", [_sweep, _make_room])
def test_pages_are_answered_while_the_files_of_others_are_removed(
    forget: Callable[[Sessions, Session], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    sessions = Sessions(tmp_path, 1000, clock=lambda: now)
    gone = sessions.add("en")
    gone.received = 400
    now += GRACE + 1
    asking = sessions.add("en")
    found: list[Session | None] = []

    def clear(session: Session) -> None:
        assert session is gone
        answering = threading.Thread(target=lambda: found.append(sessions.find(asking.id)), daemon=True)
        answering.start()
        answering.join(5)

    monkeypatch.setattr(Session, "clear", clear)
    forget(sessions, asking)
    assert found == [asking]
    assert sessions.find(gone.id) is None


def test_a_tab_that_receives_a_file_makes_no_room(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, 1000)
    receiving, asking = sessions.add("en"), sessions.add("en")
    receiving.received = 400

    async def room() -> int:
        async with receiving.receiving:
            return sessions.room(asking, 1000)

    assert asyncio.run(room()) == 600
    assert sessions.room(asking, 1000) == 1000


def test_nothing_is_made_where_there_is_no_room_for_it(window: Window, visitor: Visitor) -> None:
    visitor.bring(CHAT)
    window.visit().session.received = TIMES * LIMIT - 1500
    said = plain(visitor.make("to:json"))
    assert "There is too much in all tabs together." in said
    assert "Where do you want to take them?" in said


def test_the_time_is_looked_at_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swept = threading.Event()
    sessions = Sessions(tmp_path, 1000)
    monkeypatch.setattr("wamigrate.window_sessions._INTERVAL", 0.01)
    monkeypatch.setattr(sessions, "sweep", swept.set)
    sessions.watch()
    assert swept.wait(10)
    sessions.close()


@pytest.mark.parametrize("step", ["choose", "check", "take"])
def test_every_step_that_was_reached_can_be_seen_again(visitor: Visitor, step: str) -> None:
    words = {"choose": "Choose a file", "check": "Your conversations", "take": "Ready: "}
    visitor.bring(CHAT)
    visitor.make("to:json")
    answer = visitor.get("view", params={"step": step})
    assert answer.headers["X-Step"] == step
    assert words[step] in plain(answer.text)
    assert words[step] in plain(visitor.get("", params={"step": step}).text)
    assert visitor.get("result").status_code == 200


def test_a_step_that_was_not_reached_is_not_shown(visitor: Visitor) -> None:
    assert visitor.get("view", params={"step": "take"}).headers["X-Step"] == "choose"
    visitor.bring(CHAT)
    for step in ("take", "nonsense", ""):
        assert visitor.get("view", params={"step": step}).headers["X-Step"] == "check"


def test_every_state_has_a_step(tmp_path: Path) -> None:
    session = Session("key", tmp_path)
    assert [step_of(session.shown(step)) for step in STEPS] == ["choose", "choose", "choose"]
    assert step_of("making") == "busy"


def test_the_language_is_switched_at_the_step_that_is_shown(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    visitor.make("to:json")
    page = visitor.get("", params={"lang": "de", "step": "check"}).text
    assert 'data-step="check"' in page
    assert "Ihre Gespräche" in page
