"""Somebody uses the window in a real browser: with a mouse, a keyboard, a phone, in their language."""

import io
import json
import re
import tempfile
import time
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, FileChooser, Page, Route, expect
from window_client import AMBIGUOUS, CHAT, HOSTILE, NAME, NAMELESS, zipped
from window_program import Program, running

from wamigrate import window_sessions
from wamigrate.window_server import serve

from .conftest import Violations

pytestmark = pytest.mark.browser

RIGHT_TO_LEFT: Final = """\
13/03/2025, 09:12 - דנה: מה זה HTML?
13/03/2025, 09:12 - ChatGPT: שפת סימון. *חשוב* מאוד.
13/03/2025, 09:13 - דנה: thanks!
"""
SPLIT: Final = "".join(
    f"{day}/03/2025, {hour}:00 - Mira: what is {hour}?\n{day}/03/2025, {hour}:01 - ChatGPT: it is {hour}.\n"
    for day, hour in ((13, 10), (13, 22), (14, 0), (15, 10), (15, 20))
)
DROP: Final = """
async ([name, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name));
  const drop = document.getElementById("drop");
  for (const kind of ["dragover", "drop"])
    drop.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}
"""
WIDTH: Final = "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
"""How many pixels stand out of the window."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("window"), "--limit", "20MB") as program:
        yield program


@pytest.fixture
def at(page: Page, program: Program) -> Page:
    """Open the window."""
    page.goto(program.address)
    return page


def give(page: Page, chat: str, name: str = NAME) -> None:
    """Choose a file, and wait for what is said about it."""
    content = zipped(chat) if name.endswith(".zip") else chat.encode()
    page.set_input_files("#files", {"name": name, "mimeType": "application/zip", "buffer": content})
    expect(page.locator("#conversations, main .alert").first).to_be_visible()


def make(page: Page, wish: str) -> None:
    option = page.locator(f"input[value='{wish}']")
    if not option.is_visible():
        page.locator("details", has=option).locator("summary").click()
    option.check()
    page.get_by_role("button", name="Make the files").click()
    expect(page.locator("#download")).to_be_visible()


def download(page: Page) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.locator("#download").click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_a_file_is_dropped_checked_and_taken_along(at: Page, console: list[str]) -> None:
    at.evaluate(DROP, [NAME, list(zipped(CHAT))])
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()
    expect(at.locator(".facts")).to_contain_text("ChatGPT")
    make(at, "into:obsidian")
    expect(at.get_by_role("heading", name="Ready: Obsidian")).to_be_focused()
    expect(at.get_by_role("heading", name="What to do with it")).to_be_visible()
    name, content = download(at)
    assert name == "WhatsApp Chat with ChatGPT-obsidian.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "WhatsApp Chat with ChatGPT-obsidian/HOWTO.md" in archive.namelist()
        assert any(b"**Six minutes**" in archive.read(member) for member in archive.namelist())
    assert console == []


def test_the_key_does_not_stay_in_the_address(at: Page) -> None:
    assert "key" not in at.url
    assert at.evaluate("document.cookie") == ""


def test_the_assistant_and_what_a_conversation_is_are_corrected(at: Page) -> None:
    give(at, NAMELESS, "chat.zip")
    expect(at.get_by_text("Nobody here looks like an assistant.")).to_be_visible()
    at.get_by_label("Who is the assistant?").select_option("Bo")
    at.get_by_label("Which assistant is it?").select_option("Claude")
    at.get_by_label("One conversation is").select_option("gap")
    at.get_by_label("Hours that make a long pause").fill("1000")
    at.get_by_role("button", name="Apply").click()
    expect(at.get_by_role("heading", name="Found: 1 conversation")).to_be_focused()
    expect(at.locator(".facts")).to_contain_text("You said so.")
    make(at, "to:json")
    name, content = download(at)
    (conversation,) = json.loads(content)["conversations"]
    assert name == "chat.json"
    assert [message["role"] for message in conversation["messages"]] == [
        "user",
        "assistant",
        "user",
        "assistant",
    ]
    assert conversation["service"] == "claude"


def test_every_rule_for_what_a_conversation_is_changes_preview_and_download(at: Page) -> None:
    give(at, SPLIT)
    for rule, hours, lengths in (
        ("none", None, [10]),
        ("day", None, [4, 2, 4]),
        ("gap", "1000", [10]),
        ("gap", "3", [2, 4, 2, 2]),
        ("auto", None, [2, 2, 2, 2, 2]),
    ):
        at.get_by_text("Something is wrong?").click()
        at.get_by_label("One conversation is").select_option(rule)
        if hours:
            at.get_by_label("Hours that make a long pause").fill(hours)
        at.get_by_role("button", name="Apply").click()
        plural = "s" if len(lengths) > 1 else ""
        expect(at.locator("main h1:focus")).to_have_text(f"Found: {len(lengths)} conversation{plural}")
        assert at.get_by_label("One conversation is").input_value() == rule
        assert read_lengths(at) == lengths
        make(at, "to:json")
        found = json.loads(download(at)[1])["conversations"]
        assert [len(one["messages"]) for one in found] == lengths
        at.go_back()
        expect(at.locator("main h1:focus")).to_contain_text("Found")


def read_lengths(page: Page) -> list[int]:
    """Read every conversation in the preview, and return how many messages each shows."""
    found: list[int] = []
    for button in page.locator("[data-conversation]").all():
        button.click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator(".message").first).to_be_visible()
        found.append(dialog.locator(".message").count())
        page.keyboard.press("Escape")
        wait_until_closed(page)
    return found


def wait_until_closed(page: Page) -> None:
    """Wait until no conversation is read, in the history, too: a program is quicker than its own Back."""
    expect(page.get_by_role("dialog")).to_be_hidden()
    end = time.monotonic() + 30
    while page.evaluate("history.state.reading !== undefined"):
        assert time.monotonic() < end
        page.wait_for_timeout(20)


def test_another_name_for_the_assistant_changes_preview_and_download(at: Page) -> None:
    give(at, NAMELESS, "chat.zip")
    for assistant, person in (("Bo", "Mira"), ("Mira", "Bo")):
        correct(at, "Who is the assistant?", assistant)
        expect(at.locator(".facts")).to_contain_text(re.compile(rf"{assistant}\b.*\s+You said so\."))
        at.locator("[data-conversation]").first.click()
        dialog = at.get_by_role("dialog")
        expect(dialog.locator(".message.assistant .author").first).to_contain_text(assistant)
        expect(dialog.locator(".message.user .author").first).to_contain_text(person)
        at.keyboard.press("Escape")
        wait_until_closed(at)
        make(at, "to:json")
        roles = {
            (message["author"], message["role"])
            for one in json.loads(download(at)[1])["conversations"]
            for message in one["messages"]
        }
        assert roles == {(assistant, "assistant"), (person, "user")}
        at.go_back()
        expect(at.locator("main h1:focus")).to_contain_text("Found")


def test_the_field_for_hours_is_there_only_where_it_matters(at: Page) -> None:
    give(at, CHAT)
    at.get_by_text("Something is wrong?").click()
    hours = at.get_by_label("Hours that make a long pause")
    expect(hours).to_be_hidden()
    at.get_by_label("One conversation is").select_option("gap")
    expect(hours).to_be_visible()


def test_day_and_month_are_swapped_with_one_button(at: Page) -> None:
    give(at, AMBIGUOUS)
    expect(at.locator(".facts")).to_contain_text("3 April 2025 to 5 April 2025")
    at.get_by_role("button", name="Swap day and month").click()
    expect(at.locator(".facts")).to_contain_text("4 March 2025 to 4 May 2025")


def test_the_zone_of_this_computer_is_offered_first(chromium: Browser, program: Program) -> None:
    context = chromium.new_context(timezone_id="Asia/Kolkata", reduced_motion="reduce")
    page = context.new_page()
    page.goto(program.address)
    give(page, CHAT)
    options = page.locator("#zone option").all_text_contents()
    assert options[0] == "Not known"
    assert options[1] in {"Asia/Kolkata", "Asia/Calcutta"}
    context.close()


def test_a_conversation_is_read_and_closed_again(at: Page) -> None:
    give(at, CHAT)
    button = at.locator("[data-conversation]").first
    button.click()
    dialog = at.get_by_role("dialog")
    expect(dialog.locator("strong")).to_have_text("Six minutes")
    expect(dialog.get_by_role("heading").first).to_be_focused()
    at.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_long_lists_go_on_where_the_button_was(at: Page) -> None:
    days = [f"{day:02}/{month:02}/2025" for month in range(1, 11) for day in range(1, 29)]
    give(at, "".join(f"{day}, 10:00 - Mira: what\n{day}, 10:01 - ChatGPT: that\n" for day in days))
    at.get_by_text("Something is wrong?").click()
    at.get_by_label("One conversation is").select_option("day")
    at.get_by_role("button", name="Apply").click()
    expect(at.get_by_role("heading", name="Found: 280 conversations")).to_be_focused()
    at.get_by_role("button", name="Show 80 more conversations").click()
    expect(at.locator("[data-conversation]")).to_have_count(280)
    expect(at.locator("[data-conversation]").nth(200)).to_be_focused()


def test_two_tabs_work_at_once(context: BrowserContext, program: Program) -> None:
    one, other = context.new_page(), context.new_page()
    one.goto(program.address)
    other.goto(program.address)
    assert one.url != other.url
    give(one, CHAT)
    give(other, NAMELESS, "other.zip")
    make(one, "to:json")
    make(other, "to:json")
    assert b"crocus" in download(one)[1]
    name, content = download(other)
    assert name == "other.json"
    assert b"crocus" not in content


def test_back_leads_to_the_step_before_and_forward_returns(at: Page, console: list[str]) -> None:
    at.goto("about:blank")
    at.go_back()
    give(at, CHAT)
    make(at, "to:json")
    at.go_back()
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()
    at.go_back()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_focused()
    at.go_forward()
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()
    at.go_forward()
    expect(at.get_by_role("heading", name="Ready: ")).to_be_focused()
    assert b"crocus" in download(at)[1]
    at.reload()
    expect(at.get_by_role("heading", name="Ready: ")).to_be_visible()
    for name in ("Found: 2 conversations", "Take your chats with assistants"):
        at.go_back()
        expect(at.get_by_role("heading", name=name)).to_be_visible()
    at.reload()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_visible()
    assert console == []


def test_back_from_the_first_step_leaves(page: Page, program: Program) -> None:
    page.goto("data:text/html,<title>elsewhere</title>")
    page.goto(program.address)
    give(page, CHAT)
    page.go_back()
    expect(page.get_by_role("heading", name="Take your chats with assistants")).to_be_visible()
    page.go_back()
    expect(page).to_have_title("elsewhere")
    page.go_forward()
    page.go_forward()
    expect(page.get_by_role("heading", name="Found: 2 conversations")).to_be_visible()


def test_corrections_and_other_results_do_not_pile_up_in_the_history(at: Page) -> None:
    give(at, CHAT)
    for rule in ("none", "day"):
        correct(at, "One conversation is", rule)
    make(at, "to:json")
    at.get_by_role("button", name="Make something else of this chat").click()
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()
    make(at, "to:jsonl")
    at.go_back()
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_visible()
    at.go_back()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_visible()
    at.go_forward()
    at.go_forward()
    expect(at.get_by_role("heading", name="Ready: ")).to_be_visible()
    at.get_by_role("button", name="Take another chat").click()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_visible()
    at.go_forward()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_visible()


def correct(page: Page, label: str, value: str) -> None:
    """Choose something under "Something is wrong?"."""
    if not page.get_by_label(label).is_visible():
        page.get_by_text("Something is wrong?").click()
    page.get_by_label(label).select_option(value)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("main h1:focus")).to_contain_text("Found")


def test_back_stops_what_is_being_done(at: Page) -> None:
    give(at, CHAT)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    at.route("**/state?*", hold)  # as if the work took long
    at.get_by_role("button", name="Make the files").click()
    expect(at.get_by_role("heading", name="Making your files")).to_be_visible()
    with at.expect_request("**/cancel"):
        at.go_back()
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()
    at.unroute("**/state?*")
    for route in held:
        route.continue_()
    make(at, "to:json")
    at.go_back()
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()


def test_back_stops_a_file_that_is_being_sent(at: Page) -> None:
    at.route("**/file?*", _leave)
    at.set_input_files("#files", {"name": "a.zip", "mimeType": "application/zip", "buffer": bytes(1000)})
    expect(at.get_by_role("heading", name="Copying your file")).to_be_focused()
    at.go_back()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_focused()
    expect(at.locator("#upload")).to_be_hidden()
    at.unroute("**/file?*")
    give(at, CHAT)
    at.go_back()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_focused()


def test_back_closes_a_conversation_that_is_read(at: Page) -> None:
    give(at, CHAT)
    dialog = at.get_by_role("dialog")
    for _ in range(2):
        at.locator("[data-conversation]").nth(1).click()
        expect(dialog).to_be_visible()
        at.go_back()
        expect(dialog).to_be_hidden()
        expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_visible()
    at.go_forward()
    expect(dialog).to_contain_text("crocus")
    at.get_by_role("button", name="Close").click()
    wait_until_closed(at)
    at.go_back()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_visible()


def test_the_steps_at_the_top_lead_to_where_one_was(at: Page) -> None:
    give(at, CHAT)
    make(at, "to:json")
    at.get_by_role("link", name="Choose", exact=True).click()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_focused()
    at.get_by_role("link", name="Take along").click()
    expect(at.get_by_role("heading", name="Ready: ")).to_be_focused()
    at.get_by_role("link", name="Check", exact=True).click()
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()
    at.get_by_role("link", name="Français").click()
    expect(at.get_by_role("heading", name="Résultat : 2 conversations")).to_be_visible()


def test_what_a_closed_tab_held_is_removed_and_a_reloaded_one_keeps_it(
    context: BrowserContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(window_sessions, "_INTERVAL", 0.1)
    addresses: Queue[str] = Queue()
    server = Thread(target=partial(serve, 10**9, addresses.put, browser=False), daemon=True)
    server.start()
    page, other = context.new_page(), context.new_page()
    address = addresses.get(timeout=30)
    for tab in (page, other):
        tab.goto(address)
        give(tab, CHAT)
    page.reload()
    expect(page.get_by_role("heading", name="Found: 2 conversations")).to_be_visible()
    grace = window_sessions.GRACE
    monkeypatch.setattr(window_sessions, "GRACE", 0)  # not before: loading anew may take a slow machine long
    page.wait_for_timeout(1000)
    assert len(list(tmp_path.glob("wamigrate-web-*/tab-*"))) == 2
    page.goto("about:blank")
    end = time.monotonic() + 30
    while len(list(tmp_path.glob("wamigrate-web-*/tab-*"))) > 1:
        assert time.monotonic() < end
        page.wait_for_timeout(100)
    page.wait_for_timeout(1000)
    assert len(list(tmp_path.glob("wamigrate-web-*/tab-*"))) == 1
    monkeypatch.setattr(window_sessions, "GRACE", grace)
    page.go_back()
    expect(page.get_by_role("heading", name="What this tab held has been deleted.")).to_be_visible()
    give(page, CHAT)
    other.get_by_role("button", name="End and delete everything").click()
    server.join(30)
    assert list(tmp_path.iterdir()) == []


def test_reloading_the_page_loses_nothing(at: Page) -> None:
    give(at, CHAT)
    at.reload()
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_visible()
    make(at, "to:json")
    at.reload()
    assert b"crocus" in download(at)[1]


def test_everything_can_be_done_with_the_keyboard_alone(at: Page, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(zipped(CHAT))
    choosers: list[FileChooser] = []

    def take(chooser: FileChooser) -> None:
        choosers.append(chooser)

    at.on("filechooser", take)  # long before it opens: the system's own would open otherwise
    at.reload()
    reach(at, "#files")
    at.keyboard.press("Enter")
    while not choosers:
        at.wait_for_timeout(50)
    choosers[0].set_files(path)
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()
    reach(at, "[data-conversation]")
    at.keyboard.press("Enter")
    expect(at.get_by_role("dialog")).to_be_visible()
    at.keyboard.press("Escape")
    wait_until_closed(at)
    reach(at, "input[name=wish]")
    at.keyboard.press("Space")
    reach(at, "form.make button")
    at.keyboard.press("Enter")
    expect(at.get_by_role("heading", name=re.compile("Ready"))).to_be_focused()
    reach(at, "#download")
    with at.expect_download():
        at.keyboard.press("Enter")


def reach(page: Page, selector: str) -> None:
    """Press Tab until something has the focus; whatever has it on the way can be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        assert page.evaluate("document.activeElement.checkVisibility()")
    pytest.fail(f"{selector} is not reached")


def test_the_first_key_leads_past_the_languages(at: Page) -> None:
    at.locator("body").focus()
    at.goto(at.url)
    at.keyboard.press("Tab")
    expect(at.get_by_role("link", name="Skip to the content")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_every_screen_is_for_everybody_and_fits(
    chromium: Browser, program: Program, violations: Violations, width: int, scheme: Any
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 740},
        color_scheme=scheme,
        reduced_motion="reduce",
        bypass_csp=True,
    )
    page = context.new_page()
    page.goto(program.address)
    assert (violations(page), page.evaluate(WIDTH)) == ([], 0)
    give(page, CHAT.replace("egg", "egg-" * 40), f"{'long' * 30}.zip")
    page.get_by_text("Something is wrong?").click()
    assert (violations(page), page.evaluate(WIDTH)) == ([], 0)
    page.locator("[data-conversation]").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert (violations(page), page.evaluate(WIDTH)) == ([], 0)
    page.get_by_role("button", name="Close").click()
    wait_until_closed(page)
    make(page, "into:claude")
    assert (violations(page), page.evaluate(WIDTH)) == ([], 0)
    page.get_by_role("button", name="Take another chat").click()
    give(page, "Dear all", "notes.txt")
    assert (violations(page), page.evaluate(WIDTH)) == ([], 0)
    context.close()


@pytest.mark.parametrize(
    ("locale", "found"),
    [("fr-FR", "Résultat"), ("de-DE", "Gefunden"), ("es-ES", "Resultado"), ("pt-BR", "Resultado")],
)
def test_a_phone_sized_window_fits_in_every_language(
    chromium: Browser, program: Program, locale: str, found: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 320, "height": 740}, locale=locale, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(program.address)
    assert page.evaluate(WIDTH) == 0
    give(page, CHAT)
    expect(page.locator("h1:visible")).to_contain_text(found)
    assert page.evaluate(WIDTH) == 0
    context.close()


def test_right_to_left_messages_run_from_right_to_left(at: Page) -> None:
    give(at, RIGHT_TO_LEFT)
    at.locator("[data-conversation]").first.click()
    texts = at.get_by_role("dialog").locator(".text")
    expect(texts).to_have_count(3)
    directions = [texts.nth(index).evaluate("one => getComputedStyle(one).direction") for index in range(3)]
    assert directions == ["rtl", "rtl", "ltr"]


def test_a_hostile_chat_shows_as_text(at: Page, console: list[str]) -> None:
    at.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    title = at.title()
    give(at, HOSTILE, "WhatsApp Chat with <img src=x onerror=alert(1)>.txt")
    for button in at.locator("[data-conversation]").all():
        button.click()
        expect(at.get_by_role("dialog").locator(".message").first).to_be_visible()
        assert at.locator("#preview-body :is(img, iframe, script, style, form, svg)").count() == 0
        at.get_by_role("button", name="Close").click()
        wait_until_closed(at)
    at.locator("[data-conversation]").first.click()
    expect(at.get_by_role("dialog")).to_contain_text("<script>document.title = 'broken'</script> hello")
    at.keyboard.press("Escape")
    assert at.locator("main :is(img, iframe, script)").count() == 0
    assert at.title() == title
    assert console == []


def test_the_language_is_switched_without_losing_the_chat(at: Page) -> None:
    give(at, CHAT)
    at.get_by_role("link", name="Deutsch").click()
    expect(at.get_by_role("heading", name="Gefunden: 2 Gespräche")).to_be_visible()
    assert at.locator("html").get_attribute("lang") == "de"


def test_a_wrong_file_is_refused_in_words_and_another_can_be_chosen(at: Page) -> None:
    give(at, "Dear all,\nthe meeting is on Tuesday.\n", "notes.txt")
    expect(at.get_by_role("heading", name="This is not an exported chat.")).to_be_focused()
    give(at, CHAT)
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_visible()


def test_a_file_that_is_too_large_is_not_even_sent(at: Page, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(bytes(20_000_001))
    sent: list[str] = []
    at.on("request", lambda request: sent.append(request.method))
    at.set_input_files("#files", tmp_path / "a.zip")
    expect(at.locator("#alert")).to_contain_text("At most 20 MB can be taken at once.")
    assert sent == []


def test_a_server_that_refuses_while_a_file_is_sent_is_heard(at: Page, tmp_path: Path) -> None:
    at.evaluate("document.body.dataset.limit = 1e12")
    (tmp_path / "a.zip").write_bytes(bytes(30_000_000))
    at.set_input_files("#files", tmp_path / "a.zip")
    expect(at.get_by_role("heading", name="This is too large.")).to_be_focused()


def _leave(route: Route) -> None:
    """Never answer."""
    assert route.request.method == "PUT"


def test_sending_can_be_stopped(at: Page) -> None:
    at.evaluate("document.body.dataset.limit = 1e12")
    at.route("**/file?*", _leave)
    at.set_input_files("#files", {"name": "a.zip", "mimeType": "application/zip", "buffer": bytes(1000)})
    expect(at.get_by_role("heading", name="Copying your file")).to_be_focused()
    at.locator("#upload").get_by_role("button", name="Cancel").click()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_visible()


def test_sending_that_is_stopped_before_it_began_sends_nothing(at: Page) -> None:
    held: list[Route] = []
    sent: list[str] = []

    def hold_first(route: Route) -> None:
        route.continue_() if held else held.append(route)

    at.route("**/clear", hold_first)
    at.on("request", lambda request: sent.append(request.method))
    with at.expect_request("**/clear"):
        at.set_input_files("#files", {"name": "a.zip", "mimeType": "application/zip", "buffer": b"x"})
    at.locator("#upload").get_by_role("button", name="Cancel").click()
    expect(at.get_by_role("heading", name="Take your chats with assistants")).to_be_focused()
    with at.expect_response("**/clear"):
        held[0].continue_()
    give(at, CHAT)
    assert sent.count("PUT") == 1


def test_what_is_dropped_while_something_else_is_sent_is_not_sent(at: Page) -> None:
    sent: list[str] = []
    at.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    chat = "{ path: name, file: new File([text], name) }"
    at.evaluate(
        f"([text]) => {{ for (const name of ['one.txt', 'two.txt']) send([{chat}]); }}",
        [CHAT],
    )
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()
    assert [url.rpartition("=")[2] for url in sent] == ["one.txt"]


def test_a_page_that_waits_for_work_that_is_done_shows_what_came_of_it(at: Page) -> None:
    give(at, CHAT)
    at.evaluate(
        """() => {
          const busy = document.createElement("section");
          busy.dataset.busy = "";
          main.replaceChildren(busy);
          watch();
        }"""
    )
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()


def test_a_page_that_the_browser_kept_says_that_it_is_there_again(at: Page) -> None:
    give(at, CHAT)
    key = at.evaluate("document.body.dataset.page")
    with at.expect_request(f"**/leave?page={key}"):
        at.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    with at.expect_request(f"**/state?page={key}"), at.expect_request("**/view?step=check"):
        at.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(at.get_by_role("heading", name="Found: 2 conversations")).to_be_focused()


def test_a_program_that_is_gone_is_said_in_words(at: Page) -> None:
    give(at, CHAT)
    at.route("**/make", lambda route: route.abort())
    at.locator("input[value='into:obsidian']").check()
    at.get_by_role("button", name="Make the files").click()
    expect(at.locator("#alert")).to_contain_text("The program behind this page does not answer.")


def test_another_page_cannot_show_or_use_the_window(context: BrowserContext, program: Program) -> None:
    page = context.new_page()
    page.goto(program.address)
    address = page.url.partition("?")[0]
    stranger = context.new_page()
    stranger.goto("data:text/html,<h1>stranger</h1>")
    answers = stranger.evaluate(
        """async address => {
             const found = [];
             for (const [method, path] of [["GET", "view"], ["POST", "clear"], ["PUT", "file?path=a"]])
               found.push(await fetch(address + path, { method, mode: "no-cors" }).then(String, String));
             return found;
           }""",
        address,
    )
    assert len(answers) == 3
    page.reload()
    expect(page.get_by_role("heading", name="Take your chats with assistants")).to_be_visible()


def test_the_last_button_ends_everything(chromium: Browser, tmp_path: Path) -> None:
    with running(tmp_path) as program:
        context = chromium.new_context(reduced_motion="reduce")
        page = context.new_page()
        page.goto(program.address)
        give(page, CHAT)
        page.get_by_role("button", name="End and delete everything").click()
        expect(page.get_by_role("heading", name="Everything is deleted")).to_be_focused()
        context.close()
        assert program.process.wait(30) == 0
        assert program.kept == []
