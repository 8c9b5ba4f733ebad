"""The page in Chromium: found, read and printed, with the keyboard alone, whatever chats say."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Browser, Dialog, Page, Request, expect

from wamigrate.formats import configure, find_exporter
from wamigrate.library import convert
from wamigrate.model import Conversation, Message, Participant, Role, SourceInfo, replace
from wamigrate.notes import Notes
from wamigrate.target import FileTarget, FolderTarget

pytestmark = pytest.mark.browser

ROOT: Final = Path(__file__).resolve().parent.parent.parent
EXAMPLE: Final = ROOT / "fixtures" / "examples" / "WhatsApp Chat with ChatGPT.zip"
COMMON: Final = ROOT / "fixtures" / "exporters" / "common.json"
PEOPLE: Final = (Participant("Ana", "user"), Participant("ChatGPT", "assistant", "chatgpt"))
HOSTILE: Final = (
    "</script><script>document.title = 'pwned'; alert(1)</script>",
    "<img src=x onerror=\"document.title = 'pwned'\">",
    "[click me](javascript:alert(1))",
    "<!--<script>",
    "<iframe src=https://example.org></iframe><svg onload=alert(1)>",
    "\x1b[31mred\x1b[0m \x00",
    "\u202egnp.exe",
    "![tracker](https://example.org/pixel.png)",
    "A" * 5000,
    "```html\n</code></pre><script>alert(1)</script>\n```",
)
READY: Final = "html[data-ready]"
FOUND: Final = re.compile(r"^[\d,]+ messages? found(,|$)")
"""Said once all is searched."""


def conversation(texts: list[str], title: str = "A title", id_: str = "c") -> Conversation:
    messages = tuple(_message(f"{id_}-{index}", index, text) for index, text in enumerate(texts))
    return Conversation(id_, title, "chatgpt", PEOPLE, None, None, messages, "s")


def _message(id_: str, index: int, text: str) -> Message:
    role: Role = "assistant" if index % 2 else "user"
    return Message(id_, role, "ChatGPT" if index % 2 else "Ana", None, "text", text)


def write(path: Path, *chats: Conversation, **options: str) -> str:
    """Export to a path and return the address of the (first) page."""
    exporter = configure(find_exporter("html"), options)
    target = FileTarget(path) if exporter.layout == "document" else FolderTarget(path)
    notes = Notes()
    notes.add_source(SourceInfo("s", "chat.zip", None, "whatsapp", "0" * 64, 1))
    with target:
        exporter.export(iter(chats), target, notes)
    return (path if path.is_file() else path / "index.html").as_uri()


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "example.html"
    convert(EXAMPLE, "html", path)
    return path.as_uri()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("pages") / "example"
    convert(EXAMPLE, "html", path, options={"html.pages": "many"})
    return (path / "index.html").as_uri()


@pytest.fixture
def quiet(page: Page, console: list[str]) -> Iterator[Page]:
    """Give a page that may ask for files only, opens no dialog and writes no error."""
    dialogs: list[Dialog] = []
    asked: list[str] = []

    def listen(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            asked.append(request.url)

    page.on("dialog", lambda dialog: dialogs.append(dialog))  # noqa: PLW0108 - Playwright wants a function
    page.on("request", listen)
    yield page
    assert (dialogs, asked, console) == ([], [], [])


def search(page: Page, words: str) -> int:
    """Search, and return how many messages are found."""
    forget(page)
    page.get_by_role("searchbox").fill(words)
    return found(page)


def choose(page: Page, label: str, value: str) -> int:
    """Choose a filter, and return how many messages are found."""
    forget(page)
    page.get_by_label(label, exact=True).select_option(value)
    return found(page)


def forget(page: Page) -> None:
    """Take away what was found before, which nobody could tell from what is found next."""
    page.get_by_role("status").evaluate("one => one.replaceChildren()")


def found(page: Page) -> int:
    """Wait for the end of the search, and return how many messages are found."""
    expect(page.get_by_role("status")).to_have_text(FOUND)
    return int((page.get_by_role("status").text_content() or "").split()[0].replace(",", ""))


def find_code(page: Page) -> None:
    page.get_by_text("Filters").click()
    choose(page, "With", "Code")
    expect(page.locator("#results a").first).to_be_visible()


@pytest.mark.parametrize("kind", ["one", "many"])
def test_words_are_found_whatever_their_case_and_accents(quiet: Page, tmp_path: Path, kind: str) -> None:
    chats = (
        conversation(["Wo ist das CAFÉ in der Straße?", "Am **Mar**kt."], id_="a"),
        conversation(["كَيْفَ أقول", "Über café"], id_="b"),
    )
    quiet.goto(write(tmp_path / "x.html", *chats, pages=kind))
    for words, count in {
        "cafe": 2,
        "strasse CAFÉ": 1,
        "markt": 1,
        "uber": 1,
        "كيف": 1,
        '"das café"': 1,
        '"cafe das"': 0,
    }.items():
        assert search(quiet, words) == count, words
    search(quiet, "markt")
    quiet.get_by_role("region", name="Search results").get_by_role("link").first.click()
    expect(quiet.locator("[id='m-a-1']")).to_be_in_viewport()
    assert quiet.url.endswith("#m-a-1")


@pytest.mark.parametrize("kind", ["one", "many"])
def test_filters_narrow_the_search(quiet: Page, example: str, folder: str, kind: str) -> None:
    quiet.goto(example if kind == "one" else folder)
    everything = search(quiet, "e")
    quiet.get_by_text("Filters").click()
    answers = choose(quiet, "From", "ChatGPT")
    assert search(quiet, "e") == answers
    assert 0 < choose(quiet, "With", "Code") < answers < everything
    quiet.get_by_role("button", name="Clear search").click()
    expect(quiet.get_by_role("navigation", name="Conversations by month")).to_be_visible()
    quiet.get_by_label("Last day", exact=True).fill("2025-12-31")
    expect(quiet.get_by_role("status")).to_have_text(FOUND)
    assert all("2025" in text for text in quiet.locator("#results .meta").all_text_contents())
    quiet.get_by_label("First day", exact=True).fill("2025-12-31")
    quiet.get_by_label("With", exact=True).select_option("Polls")
    expect(quiet.get_by_role("status")).to_have_text("0 messages found")


@pytest.mark.parametrize("kind", ["one", "many"])
def test_hostile_chats_show_as_text(quiet: Page, tmp_path: Path, kind: str) -> None:
    chats = [
        conversation(list(HOSTILE), title=title, id_=f'{number}"><b>')
        for number, title in enumerate(HOSTILE[:5])
    ]
    quiet.goto(write(tmp_path / "x.html", *chats, pages=kind))
    if kind == "one":
        quiet.locator(READY).wait_for(state="attached")
    quiet.locator("#list a").first.click()
    shown = quiet.locator("#messages")
    for text in HOSTILE[:2]:
        expect(shown).to_contain_text(text)
    expect(shown).to_contain_text("␛[31mred")
    expect(shown.locator("script, iframe, svg, img")).to_have_count(0)
    expect(shown.locator("a[href^='javascript']")).to_have_count(0)
    assert "pwned" not in quiet.title() or "<script>" in quiet.title()
    quiet.goto(
        quiet.url.partition("#")[0] if kind == "one" else (tmp_path / "x.html" / "index.html").as_uri()
    )
    assert search(quiet, "script alert") > 0


def test_the_theme_follows_the_system_until_it_is_switched(quiet: Page, example: str) -> None:
    def paper() -> str:
        return str(quiet.evaluate("getComputedStyle(document.body.parentElement).backgroundColor"))

    quiet.emulate_media(color_scheme="light")
    quiet.goto(example)
    light = paper()
    quiet.emulate_media(color_scheme="dark")
    dark = paper()
    assert light != dark
    button = quiet.get_by_role("button", name="Theme: system")
    button.click()
    assert paper() == light
    quiet.reload()
    expect(quiet.get_by_role("button", name="Theme: light")).to_be_visible()
    assert paper() == light
    quiet.get_by_role("button", name="Theme: light").click()
    assert paper() == dark


def test_the_keyboard_alone_is_enough(quiet: Page, example: str) -> None:
    quiet.goto(example)
    quiet.keyboard.press("Tab")
    expect(quiet.get_by_role("link", name="Skip to the conversation")).to_be_focused()
    quiet.keyboard.press("/")
    expect(quiet.get_by_role("searchbox")).to_be_focused()
    quiet.keyboard.type("bread")
    expect(quiet.locator("#results mark").first).to_have_text("bread", ignore_case=True)
    expect(quiet.get_by_role("status")).to_have_text(FOUND)
    for _ in range(3):
        quiet.keyboard.press("Tab")
    first = quiet.locator("#results a").first
    expect(first).to_be_focused()
    assert quiet.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    quiet.keyboard.press("Enter")
    expect(quiet.locator("article:focus")).to_contain_text("bread")
    quiet.keyboard.press("/")
    quiet.keyboard.press("Escape")
    expect(quiet.locator("#list")).to_be_visible()


def test_each_message_is_written_in_its_own_direction(quiet: Page, tmp_path: Path) -> None:
    texts = ["مرحبا (1) hello", "plain words", "```\nx = 1\n```\n\nמה זה?"]
    quiet.goto(write(tmp_path / "x.html", conversation(texts, title="كيف")) + "#c-c")
    articles = quiet.locator("article")
    expect(articles).to_have_count(3)

    def direction(place: int, selector: str) -> tuple[float, float]:
        """Return the room before and after the words of a line."""
        found: dict[str, float] = quiet.evaluate(
            "element => { const range = new Range(); range.selectNodeContents(element);"
            " const words = range.getBoundingClientRect(), box = element.getBoundingClientRect();"
            " return {left: words.left - box.left, right: box.right - words.right}; }",
            articles.nth(place).locator(selector).element_handle(),
        )
        return found["left"], found["right"]

    assert quiet.locator("article .text").nth(0).evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert quiet.locator("article .text").nth(1).evaluate("e => getComputedStyle(e).direction") == "ltr"
    assert quiet.locator("article pre").evaluate("e => getComputedStyle(e).direction") == "ltr"
    left, right = direction(2, "p:last-child")
    assert left > right
    assert quiet.locator("#conversation h2").evaluate("e => getComputedStyle(e).direction") == "rtl"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["one", "many"])
def test_axe_finds_nothing(page: Page, example: str, folder: str, scheme: Any, kind: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(example if kind == "one" else folder)
    find_code(page)
    check_axe(page)
    page.locator("#results a").first.click()
    expect(page.locator("pre").first).to_be_visible()
    check_axe(page)
    if kind == "one":
        for view in ("#statistics", "#about", "#"):
            page.goto(example + view)
            check_axe(page)


def test_the_page_says_whose_chats_it_shows(quiet: Page, tmp_path: Path) -> None:
    one = conversation(["hello"], title="First")
    other = replace(
        conversation(["hello"], title="Second", id_="d"),
        participants=(PEOPLE[0], Participant("Copilot", "assistant", "copilot")),
    )
    address = write(tmp_path / "x.html", one, other)
    quiet.goto(address)
    expect(quiet).to_have_title("Chats with ChatGPT and Copilot")
    expect(quiet.get_by_role("heading", level=1)).to_have_text("Chats with ChatGPT and Copilot")
    quiet.get_by_role("link", name="Second").click()
    expect(quiet).to_have_title("Second · Chats with ChatGPT and Copilot")
    quiet.get_by_role("link", name="Statistics").click()
    expect(quiet).to_have_title("Statistics · Chats with ChatGPT and Copilot")
    quiet.go_back()
    expect(quiet).to_have_title("Second · Chats with ChatGPT and Copilot")
    quiet.goto(write(tmp_path / "folder", one, other, pages="many"))
    expect(quiet).to_have_title("Chats with ChatGPT and Copilot")
    quiet.get_by_role("link", name="Second").click()
    expect(quiet).to_have_title("Second · Chat with Copilot")
    quiet.get_by_role("link", name="Chat with Copilot").click()
    expect(quiet).to_have_title("Chats with ChatGPT and Copilot")


def test_pages_of_a_folder_lead_to_the_ones_before_and_after(quiet: Page, tmp_path: Path) -> None:
    chats = [conversation(["hello"], title=f"Number {n}", id_=f"c{n}") for n in range(3)]
    quiet.goto(write(tmp_path / "x", *chats, pages="many"))
    quiet.get_by_role("link", name="Number 0").click()
    expect(quiet.locator("a[rel=prev]")).to_have_count(0)
    seen = [quiet.title()]
    for _ in range(2):
        quiet.get_by_role("link", name="Next conversation", exact=True).click()
        expect(quiet).not_to_have_title(seen[-1])
        seen.append(quiet.title())
    assert [title.partition(" · ")[0] for title in seen] == ["Number 0", "Number 1", "Number 2"]
    expect(quiet.locator("a[rel=next]")).to_have_count(0)
    quiet.get_by_role("link", name="Previous conversation Number 1").click()
    expect(quiet.get_by_role("heading", name="Number 1")).to_be_visible()


@pytest.mark.parametrize("way", ["back", "link", "neighbour"])
def test_a_search_is_still_there_when_one_comes_back_from_what_it_found(
    quiet: Page, folder: str, way: str
) -> None:
    quiet.goto(folder)
    quiet.get_by_role("searchbox").fill('"red wine" bread & more')
    expect(quiet.get_by_role("status")).to_have_text("0 messages found")
    quiet.get_by_role("searchbox").fill("bread")
    quiet.get_by_text("Filters").click()
    quiet.get_by_label("From", exact=True).select_option("ChatGPT")
    expect(quiet.get_by_role("status")).to_have_text("3 messages found")
    quiet.locator("#results a").first.click()
    message = quiet.locator("article:target")
    expect(message).to_be_in_viewport()
    assert re.search(r"#m-[0-9a-f-]+$", quiet.url), "the address is one that can be given to others"
    marked = quiet.evaluate("[...CSS.highlights.get('found')].map(String)")
    assert {word.lower() for word in marked} == {"bread"}
    quiet.reload()
    expect(message).to_be_in_viewport()
    if way == "back":
        quiet.go_back()
    else:
        if way == "neighbour":
            quiet.locator("a[rel=next]").first.click()
            expect(message).to_have_count(0)
        quiet.get_by_role("link", name="All conversations").click()
    expect(quiet.get_by_role("status")).to_have_text("3 messages found")
    expect(quiet.get_by_role("searchbox")).to_have_value("bread")
    expect(quiet.get_by_label("From", exact=True)).to_be_visible()
    quiet.get_by_role("button", name="Clear search").click()
    expect(quiet.locator("#results")).to_be_hidden()
    assert "#" not in quiet.url


@pytest.mark.parametrize("path", [EXAMPLE, COMMON], ids=["chat", "common"])
def test_bubbles_are_the_same_in_one_page_and_in_a_folder(quiet: Page, tmp_path: Path, path: Path) -> None:
    """Two programs make them: Python where no script may be needed, a script where size and time count."""
    one, many = tmp_path / "one.html", tmp_path / "many"
    convert(path, "html", one, options={"html.media": "omit"})
    convert(path, "html", many, options={"html.media": "omit", "html.pages": "many"})
    quiet.goto((many / "index.html").as_uri())
    pages = quiet.locator("#list a").evaluate_all("all => all.map(one => one.href)")
    quiet.goto(one.as_uri())
    quiet.locator(READY).wait_for(state="attached")
    chats = quiet.locator("#list a").evaluate_all("all => all.map(one => one.href)")
    assert len(pages) == len(chats) > 1
    seen = 0
    for chat, other in zip(chats, pages, strict=True):
        quiet.goto(chat)
        expect(quiet.locator("article").first).to_be_visible()
        quiet.evaluate("dispatchEvent(new Event('beforeprint'))")
        shown = bubbles(quiet)
        quiet.goto(other)
        assert shown == bubbles(quiet)
        seen += len(shown)
    assert seen > 10


def bubbles(page: Page) -> list[str]:
    """Return the messages and days that are shown; seconds, zones and links elsewhere are not in both."""
    shown: list[str] = page.locator("#messages > *").evaluate_all("all => all.map(one => one.outerHTML)")
    elsewhere = re.compile(r'<a href="#m-[^"]*">(in reply to an earlier message)</a>')
    return [
        elsewhere.sub(r"\1", re.sub(r'(datetime="[^"]{16})[^"]*', r"\1", one)).replace(' tabindex="-1"', "")
        for one in shown
    ]


def check_axe(page: Page) -> None:
    result: Any = Axe().run(page)  # pyright: ignore[reportUnknownMemberType] - it has no types
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("width", [320, 375, 768, 1280])
@pytest.mark.parametrize("kind", ["one", "many"])
def test_no_screen_needs_scrolling_to_the_side(
    quiet: Page, example: str, folder: str, kind: str, width: int
) -> None:
    quiet.set_viewport_size({"width": width, "height": 740})
    quiet.goto(example if kind == "one" else folder)
    assert outside(quiet) == []
    find_code(quiet)
    assert outside(quiet) == []
    quiet.locator("#results a").first.click()
    expect(quiet.locator("article pre").first).to_be_visible()
    assert outside(quiet) == []
    if kind == "one":
        for view in ("#statistics", "#about"):
            quiet.goto(example + view)
            expect(quiet.locator(view)).to_be_visible()
            assert outside(quiet) == []


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("kind", ["one", "many"])
def test_long_and_hostile_words_do_not_make_a_page_wider(
    quiet: Page, tmp_path: Path, kind: str, width: int
) -> None:
    people = (Participant("N" * 300, "user"), Participant("W" * 300, "assistant"))
    chats = [
        replace(conversation(list(HOSTILE), title="T" * 500, id_=f"c{number}"), participants=people)
        for number in range(3)
    ]
    quiet.set_viewport_size({"width": width, "height": 740})
    quiet.goto(write(tmp_path / "x.html", *chats, pages=kind))
    assert outside(quiet) == []
    quiet.locator("#list a").nth(1).click()
    expect(quiet.locator("article").first).to_be_visible()
    assert outside(quiet) == []


def outside(page: Page) -> list[str]:
    """Return what can be scrolled to the side, but for code and tables."""
    found: list[str] = page.evaluate(
        """() => {
          const wide = Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) > innerWidth;
          const all = [...document.querySelectorAll("body *:not(pre, .table)")].filter((element) =>
            element.scrollWidth > element.clientWidth + 1 &&
            ["auto", "scroll"].includes(getComputedStyle(element).overflowX));
          return [...(wide ? ["the page"] : []), ...all.map((element) => element.outerHTML.slice(0, 80))];
        }"""
    )
    return found


def test_only_the_conversation_is_printed_and_all_of_it(quiet: Page, tmp_path: Path) -> None:
    texts = [f"message number {number}" for number in range(500)]
    quiet.goto(write(tmp_path / "x.html", conversation(texts)) + "#c-c")
    expect(quiet.locator("article").first).to_be_visible()
    assert quiet.locator("article").count() < 500
    quiet.emulate_media(media="print")
    quiet.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(quiet.locator("article")).to_have_count(500)
    expect(quiet.locator("#search")).to_be_hidden()
    assert len(quiet.pdf()) > 10_000


def test_a_long_conversation_grows_in_both_directions(quiet: Page, tmp_path: Path) -> None:
    texts = [f"message number {number}" for number in range(2000)]
    address = write(tmp_path / "x.html", conversation(texts))
    quiet.goto(address + "#m-c-1000")
    expect(quiet.locator("[id='m-c-1000']")).to_be_in_viewport()
    assert quiet.locator("article").count() < 500
    quiet.get_by_role("button", name="Earlier messages").focus()
    quiet.keyboard.press("Enter")
    expect(quiet.locator("[id='m-c-900']")).to_have_count(1)
    ids = quiet.locator("article").evaluate_all("all => all.map(one => Number(one.id.slice(4)))")
    assert ids == list(range(ids[0], ids[-1] + 1))
    assert quiet.locator("h3.day").count() == 1


def test_files_are_shown_played_and_saved(quiet: Page, example: str, folder: str) -> None:
    for address in (example, folder):
        for label, selector in {"Pictures": "article img", "Audio": "article audio"}.items():
            quiet.goto("about:blank")
            quiet.goto(address)
            quiet.get_by_text("Filters").click()
            choose(quiet, "With", label)
            quiet.locator("#results a").first.click()
            element = quiet.locator(selector).first
            expect(element).to_be_attached()
            element.scroll_into_view_if_needed()
            if label == "Pictures":
                expect(element).to_have_js_property("complete", value=True)
                assert element.evaluate("e => e.naturalWidth") > 0
            else:
                loaded = (
                    "e => new Promise((yes, no) => { e.onloadedmetadata = () => yes(e.duration); "
                    "e.onerror = no; e.preload = 'auto'; e.load(); })"
                )
                assert element.evaluate(loaded) > 0


def test_code_is_coloured_and_can_be_copied(quiet: Page, tmp_path: Path) -> None:
    quiet.context.grant_permissions(["clipboard-read", "clipboard-write"])
    quiet.goto(
        write(tmp_path / "x.html", conversation(["```python\nif x < 1:  # why\n    pass\n```"])) + "#c-c"
    )
    colours = quiet.locator("pre .k, pre .c").evaluate_all("all => all.map(e => getComputedStyle(e).color)")
    assert len(set(colours)) == 2
    quiet.get_by_role("button", name="Copy").click()
    expect(quiet.get_by_role("button", name="Copied")).to_be_visible()
    assert quiet.evaluate("navigator.clipboard.readText()") == "if x < 1:  # why\n    pass"


def test_a_page_of_a_folder_needs_no_script(chromium: Browser, folder: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(folder)
    page.locator("#list a").first.click()
    expect(page.locator("article").first).to_be_visible()
    context.close()


def test_forty_thousand_messages_open_and_answer_quickly(
    quiet: Page, tmp_path: Path, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sourdough", "router", "Lisbon", "verbs", "garden", "invoice", "café", "train"]
    chats = [
        conversation(
            [
                f"{words[(n + m) % 8]} {words[n * m % 8]} number {n} **{m}** " + "and more of it " * 25
                for m in range(20)
            ],
            title=f"Conversation {n}",
            id_=f"c{n}",
        )
        for n in range(2000)
    ]
    address = write(tmp_path / "x.html", *chats)
    begin = time.perf_counter()
    quiet.goto(address)
    quiet.locator("#list a").first.wait_for()
    seen = time.perf_counter() - begin
    quiet.locator(READY).wait_for(state="attached")
    ready = time.perf_counter() - begin
    quiet.evaluate(
        "window.tasks = []; new PerformanceObserver(list => "
        "tasks.push(...list.getEntries().map(e => e.duration))).observe({entryTypes: ['longtask']})"
    )
    quiet.get_by_role("searchbox").press_sequentially("lisbon 1999", delay=150)
    expect(quiet.get_by_role("status")).to_have_text(FOUND)
    longest = quiet.evaluate("Math.max(0, ...tasks)")
    figures = {
        "shown": round(seen, 2),
        "searchable": round(ready, 2),
        "longest task while typing (ms)": longest,
    }
    record_property("figures", json.dumps(figures))
    with capsys.disabled():
        print(f"\n40,000 messages: {figures}")  # noqa: T201 - figures to be read, not to be checked
    assert longest < 10_000, "the page is never stuck, however busy the machine is"
