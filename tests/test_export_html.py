"""The page: what it writes is safe, complete and the same each time, as independent readers see it."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from bs4.element import Tag
from conftest import Golden
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import conversations

from wamigrate.canon import generator, loads
from wamigrate.formats import configure, find_exporter
from wamigrate.model import Attachment, Conversation, Message, Participant, Role, SourceInfo, Span, replace
from wamigrate.notes import Notes
from wamigrate.source import open_source
from wamigrate.target import MemoryTarget

ROOT: Final = Path(__file__).resolve().parent.parent
EXPORTERS: Final = ROOT / "fixtures" / "exporters"
EXAMPLES: Final = ROOT / "fixtures" / "examples"
ANA: Final = Participant("Ana", "user")
BOT: Final = Participant("ChatGPT", "assistant", "chatgpt")
INFO: Final = SourceInfo("s", "chat.zip", "chat.txt", "whatsapp", "0" * 64, 1, "android")
OURS: Final = frozenset(
    (
        *("a", "article", "bdi", "blockquote", "br", "button", "code", "dd", "del", "details", "div"),
        *("dl", "dt", "em", "figure", "footer", "form", "h1", "h2", "h3", "h4", "head", "header", "html"),
        *("body", "hr", "img", "input", "kbd", "label", "li", "link", "main", "mark", "meta", "nav"),
        *("noscript", "ol", "option", "p", "pre", "section", "select", "small", "span", "strong", "style"),
        *("summary", "table", "tbody", "td", "th", "thead", "time", "title", "tr", "ul", "script"),
        *("audio", "video", "svg", "desc", "defs", "pattern", "path", "rect", "text", "circle", "g"),
        *("line"),
    )
)
"""Every element that a page of ours may hold."""
HOSTILE: Final = (
    "</script><script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "[click](javascript:alert(1))",
    "javascript:alert(1) data:text/html,<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "<!--<script>",
    "\x1b[31mred\x1b[0m \x00 \x07",
    "\u202egnp.exe\u202c \u2066isolated",
    "\u2028\u2029]]>",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "| <b> | a |\n|---|---|\n| ![x](javascript:alert(1)) | [y](vbscript:x) |",
    "&lt;script&gt; &#60;script&#62;",
    'https://example.org/"onmouseover=alert(1)',
    "[a](https://b.c/'\"onclick=alert(1))",
    "A" * 100_000,
)


def said(text: str, author: str = "Ana", **fields: Any) -> Message:
    role: Role = "assistant" if author == "ChatGPT" else "user"
    message = Message(
        f"id-{abs(hash(text)) % 10**9}", role, author, None, "text", text, spans=(Span("s", 1, 0, 1),)
    )
    return replace(message, **fields)


def chat(*messages: Message, title: str | None = "A title") -> Conversation:
    return Conversation("c", title, "chatgpt", (ANA, BOT), None, None, messages, "s")


def export(*chats: Conversation, notes: Notes | None = None, **options: str) -> dict[str, bytes]:
    target = MemoryTarget()
    found = notes or Notes()
    if not found.sources:
        found.add_source(INFO)
    configure(find_exporter("html"), options).export(iter(chats), target, found)
    return target.files


def page(*messages: Message, **fields: Any) -> str:
    return export(chat(*messages, **fields))[""].decode()


def blocks(html: str) -> list[Any]:
    """Return the conversations that a page holds: id, title, words, rows."""
    return [json.loads(script.string or "") for script in BeautifulSoup(html, "lxml").select("script.c")]


def bodies(html: str) -> list[Tag]:
    return [BeautifulSoup(row[5], "html.parser") for block in blocks(html) for row in block[3]]


class _Reader(HTMLParser):
    """Collects elements and attributes, as a reader that is not lxml sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def elements(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.seen


def check_safe(html: str) -> None:
    """Every element is one of ours, none runs something, and links lead to the web, mail or telephone."""
    for tag, attributes in elements(html):
        assert tag in OURS, tag
        assert not any(name.startswith("on") or name in ("style", "srcdoc") for name in attributes)
        if attributes.get("target") == "_blank":
            assert re.match(r"(?:https?|ftp|mailto|tel):", attributes["href"] or "", re.IGNORECASE)
            assert attributes["rel"] == "noreferrer noopener"
        elif tag == "a":
            assert not re.match(r"\s*[a-z][a-z0-9+.-]*:|\s*//", attributes.get("href") or "", re.IGNORECASE)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_is_text(text: str) -> None:
    html = page(said(text), said(text, "ChatGPT"), title=text)
    check_safe(html)
    for block in blocks(html):
        for row in block[3]:
            check_safe(row[5])
    if "<" in text and "```" not in text and "|" not in text:
        assert (
            text.replace("&lt;", "<").replace("&gt;", ">").replace("&#60;", "<").replace("&#62;", ">")
            in bodies(html)[0].get_text()
        )


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_hostile_text_is_text_in_a_folder_too(text: str) -> None:
    for name, content in export(chat(said(text), said(text, "ChatGPT"), title=text), pages="many").items():
        if name.endswith(".html"):
            check_safe(content.decode())
        elif name.startswith("search/"):
            match = re.fullmatch(r"wamigrate\(0, (\{.*\})\);\n", content.decode(), re.DOTALL)
            assert match is not None
            assert "<" not in match[1]
            assert not re.search("[\u2028\u2029]", match[1])
            json.loads(match[1])


@given(st.lists(conversations(), min_size=1, max_size=3))
@settings(max_examples=25, deadline=None)
@example(
    [replace(chat(said("x", reply_to='"><script>', id="<!--"), title="</title><script>"), id="</script>")]
)
def test_any_archive_gives_a_safe_page_that_has_every_message(chats: list[Conversation]) -> None:
    html = export(*chats)[""].decode()
    check_safe(html)
    found = blocks(html)
    assert [[row[0] for row in block[3]] for block in found] == [[m.id for m in c.messages] for c in chats]
    for block in found:
        for row in block[3]:
            check_safe(row[5])


@given(st.lists(conversations(), min_size=1, max_size=3))
@settings(max_examples=15, deadline=None)
def test_any_archive_gives_safe_pages_that_have_every_message(chats: list[Conversation]) -> None:
    files = export(*chats, pages="many")
    pages = [text.decode() for name, text in files.items() if name.endswith(".html") and name != "index.html"]
    for html in (*pages, files["index.html"].decode()):
        check_safe(html)
    anchors = sorted(
        attributes["id"] or "" for html in pages for tag, attributes in elements(html) if tag == "article"
    )
    assert anchors == sorted(f"m-{message.id}" for c in chats for message in c.messages)


def _policy(html: str) -> dict[str, list[str]]:
    meta = BeautifulSoup(html, "lxml").find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert isinstance(meta, Tag)
    rules = (rule.split() for rule in str(meta["content"]).split("; "))
    return {name: sources for name, *sources in rules}


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_allows_just_the_script_and_the_style_of_the_page() -> None:
    html = page(said("hi"))
    soup = BeautifulSoup(html, "lxml")
    policy = _policy(html)
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == ["'none'"]
    scripts = [script for script in soup.find_all("script") if not script.get("type")]
    assert [_hash(script.string or "") for script in scripts] == policy["script-src"]
    assert [_hash(style.string or "") for style in soup.find_all("style")] == policy["style-src"]
    assert policy["img-src"] == ["data:", "blob:"]
    assert policy["media-src"] == ["blob:"]
    assert policy.keys() == {
        "default-src",
        "script-src",
        "style-src",
        "img-src",
        "media-src",
        "base-uri",
        "form-action",
    }


def test_no_page_asks_the_network_for_anything() -> None:
    files = export(chat(said("hi")), pages="many")
    for name, content in {**files, "one.html": page(said("hi")).encode()}.items():
        if name.endswith(".html"):
            for tag, attributes in elements(content.decode()):
                for key in ("src", "href"):
                    if tag != "a" and (address := attributes.get(key)):
                        assert not re.match(r"[a-z]+:(?!,$)|//", address), address
        assert b"http://" not in content.replace(b"http://www.w3.org/2000/svg", b"")
        assert b"https://" not in content


def test_the_same_conversations_give_the_same_bytes() -> None:
    archive = loads((EXPORTERS / "common.json").read_bytes())
    for pages in ("one", "many"):
        assert export(*archive.conversations, pages=pages) == export(*archive.conversations, pages=pages)


def _with_media(**options: str) -> dict[str, bytes]:
    archive = loads((EXPORTERS / "common.json").read_bytes())
    notes = Notes()
    notes.sources.extend(archive.sources)
    notes.items.extend(archive.notes)
    media = open_source(EXPORTERS / "media")
    with MemoryTarget() as target:
        target.sources = {info.id: media for info in archive.sources}
        configure(find_exporter("html"), options).export(iter(archive.conversations), target, notes)
    return target.files


def _version_zero(_distribution: str) -> str:
    return "0.0.0"


@pytest.fixture
def version_zero(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the version out of the expected files."""
    monkeypatch.setattr("importlib.metadata.version", _version_zero)
    generator.cache_clear()
    yield
    generator.cache_clear()


@pytest.mark.usefixtures("version_zero")
def test_the_folder_is_as_expected(golden: Golden) -> None:
    files = _with_media(pages="many")
    texts = {name: text for name, text in files.items() if not name.startswith(("assets/", "media/"))}
    golden(EXPORTERS / "html" / "folder", texts)
    assert files.keys() - texts.keys() >= {"assets/page.css", "assets/page.js", "assets/index.js"}


def test_files_stand_in_the_page_once_and_are_shown_as_what_they_are() -> None:
    html = _with_media()[""].decode()
    soup = BeautifulSoup(html, "lxml")
    inside = {str(script["id"]): script.string or "" for script in soup.select("script[type='text/plain']")}
    image = (EXPORTERS / "media" / "IMG-20250325-WA0001.png").read_bytes()
    assert f"data:image/png;base64,{base64.b64encode(image).decode()}" in inside.values()
    assert len(inside) == len(set(inside.values())) == 4
    shown = [tag for body in bodies(html) for tag in body.select("[data-file]")]
    assert {tag.name for tag in shown} == {"img", "audio", "a"}
    assert {str(tag["data-file"]) for tag in shown} == inside.keys()
    missing = [body.get_text() for body in bodies(html) if body.select(".missing")]
    assert any("not in the export" in text for text in missing)


def test_files_of_a_folder_lie_beside_its_pages() -> None:
    files = _with_media(pages="many")
    for name, content in files.items():
        for _, attributes in elements(content.decode()) if name.endswith(".html") else ():
            for key in ("src", "href"):
                address = (attributes.get(key) or "").partition("#")[0]
                if address and not re.match(r"[a-z]+:", address):
                    folder = name.rpartition("/")[0]
                    path = Path("/", folder, unquote(address))
                    parts = [part for part in path.parts[1:] if part != ".."]
                    parts = parts[1:] if ".." in path.parts and folder else parts
                    assert "/".join(parts) in files, f"{name}: {address}"


def test_omitted_files_are_named() -> None:
    html = _with_media(media="omit")[""].decode()
    assert not BeautifulSoup(html, "lxml").select("script[type='text/plain']")
    assert any("left out" in body.get_text() for body in bodies(html))


def test_a_file_with_a_false_type_becomes_no_page(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"<script>alert(1)</script>")
    attachment = Attachment("a.bin", 'text/html"></script><script>', 25, None, "a.bin", present=True)
    with MemoryTarget() as target:
        target.sources = {"s": open_source(tmp_path)}
        find_exporter("html").export(
            iter([chat(said("", kind="media", attachments=(attachment,)))]), target, Notes()
        )
    html = target.files[""].decode()
    check_safe(html)
    assert "data:application/octet-stream;base64," in html


def test_everything_about_a_message_is_said() -> None:
    first = said("The *first* one", id="one")
    parts = (
        said("x", forwarded=True),
        said("x", edited=True, flags=("view-once",)),
        said("answer", reply_to="one"),
        said("answer", reply_to="elsewhere"),
        said("", kind="deleted"),
        said("", kind="empty"),
        said("", kind="unsupported"),
    )
    words = [body.get_text(" ", strip=True) for body in bodies(page(first, *parts))]
    rows = blocks(page(first, *parts))[0][3]
    assert words[1].startswith("forwarded")
    assert rows[2][6] == "view once, edited"
    assert words[3] == "Ana The first one answer"
    assert BeautifulSoup(rows[3][5], "html.parser").select("a")[0]["href"] == "#m-one"
    assert words[4].startswith("in reply to an earlier message")
    assert words[5:] == ["message deleted", "empty message", "WhatsApp exported no content for this message"]


def test_a_page_with_very_many_messages_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys  # noqa: PLC0415 - only to find the module of the format

    module = sys.modules[type(find_exporter("html")).__module__.replace(".html", "._html_one")]
    monkeypatch.setattr(module, "LARGE", 1)
    notes = Notes()
    export(chat(said("a"), said("b")), notes=notes)
    assert notes.count()["large-page"] == 1
    assert "html.pages=many" in notes.items[-1].text


def test_a_big_folder_has_a_list_for_each_month(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys  # noqa: PLC0415 - only to find the module of the format

    module = sys.modules[type(find_exporter("html")).__module__.replace(".html", "._html_many")]
    monkeypatch.setattr(module, "_WHOLE", 1)
    monkeypatch.setattr(module, "_PIECE", 10)
    archive = loads((EXPORTERS / "common.json").read_bytes())
    files = export(*archive.conversations, pages="many")
    index = BeautifulSoup(files["index.html"], "lxml")
    months = [unquote(str(link["href"])) for link in index.select("#list a")]
    assert months == ["2025-03/index.html", "undated/index.html"]
    listed = [
        str(link["href"])
        for month in months
        for link in BeautifulSoup(files[month], "lxml").select("#list a")
    ]
    assert len(listed) == len(archive.conversations)
    assert all(unquote(address.removeprefix("../")) in files for address in listed)
    assert len([name for name in files if name.startswith("search/")]) == len(archive.conversations)


def test_layout_and_suffix_follow_the_option() -> None:
    one, many = find_exporter("html"), configure(find_exporter("html"), {"pages": "many"})
    assert (one.layout, one.suffix, many.layout, many.suffix) == ("document", ".html", "folder", "")
