"""The window, from the file to the download, as a browser speaks with it."""

import errno
import io
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from window_client import AMBIGUOUS, CHAT, HOSTILE, LIMIT, NAME, NAMELESS, Visitor, Window, plain, zipped

from wamigrate.window_words import Words, languages

EXAMPLES = Path(__file__).resolve().parent.parent / "fixtures" / "examples"
BEGIN = "import json, os, sys; os.mkdir(json.loads(sys.stdin.readline())['place']); sys.stdin.read()"
"""Begins a result, as a worker does, and waits to be stopped."""


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_first_page_asks_for_a_file_and_says_that_it_stays_here(visitor: Visitor) -> None:
    said = plain(visitor.page)
    assert "Choose a file" in said
    assert "Everything stays on this computer." in said
    assert "2 MB" in said


def test_it_says_at_once_what_the_file_is(visitor: Visitor) -> None:
    said = plain(visitor.bring(CHAT))
    assert "Found: 2 conversations" in said
    assert f"File {NAME} Chat exported by a phone (Android)" in said
    assert "Assistant ChatGPT Its name says so. (name is exactly 'ChatGPT')" in said
    assert "You Mira" in said
    assert (
        "3 March 2025 to 28 March 2025 Written as day, month, year. (the first number is above 12 on 1 day)"
        in said
    )
    assert "4 messages, 2 conversations" in said


def test_a_text_alone_is_read_as_well(visitor: Visitor) -> None:
    assert "Found: 2 conversations" in plain(visitor.bring(CHAT, "WhatsApp Chat with ChatGPT.txt"))


def test_a_folder_is_read_as_one_export(visitor: Visitor) -> None:
    chat = "03/03/2025, 09:12 - Mira: IMG-20250303-WA0001.jpg (file attached)\n" + CHAT
    visitor.put("Export/WhatsApp Chat with ChatGPT.txt", chat.encode())
    visitor.put("Export/IMG-20250303-WA0001.jpg", b"\xff\xd8\xff\xe0" + bytes(100))
    said = plain(visitor.look())
    assert "5 messages, 2 conversations, 1 file (104 bytes)" in said


def test_two_exports_become_one_history(visitor: Visitor) -> None:
    lines = CHAT.splitlines(keepends=True)
    visitor.put("old/" + NAME, zipped("".join(lines[:3])))
    visitor.put("new/" + NAME, zipped("".join(lines[1:])))
    said = plain(visitor.look())
    assert "4 messages, 2 conversations" in said
    assert "Copies of the same chat were put together." in said
    made = visitor.make("to:json")
    assert "It holds 4 messages in 2 conversations." in plain(made)
    archive = orjson.loads(visitor.get("result").content)
    assert sum(len(one["messages"]) for one in archive["conversations"]) == 4


def test_a_conversation_can_be_read(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    key = next(iter(visitor.session.look.lines)) if visitor.session.look else ""
    html = visitor.get("conversation", params={"id": key}).text
    assert "Mira 09:12 Good morning! How long do I boil an egg?" in plain(html)
    assert "<strong>Six minutes</strong> for a soft yolk" in html


def test_a_long_conversation_comes_in_pieces_that_hold_every_message_once(visitor: Visitor) -> None:
    chat = "".join(
        f"13/03/2025, 10:{i // 10:02} - {'Mira' if i % 2 else 'ChatGPT'}: number {i:03}.\n"
        for i in range(250)
    )
    visitor.bring(chat)
    visitor.look(split="none")
    assert visitor.session.look is not None
    (key,) = visitor.session.look.lines
    pieces = [
        visitor.get("conversation", params={"id": key, "from": str(start)}).text for start in (0, 100, 200)
    ]
    numbers = [f"number {i:03}." for i in range(250)]
    assert [number for piece in pieces for number in numbers if number in piece] == numbers
    assert ['data-rest="100"' in pieces[0], 'data-rest="200"' in pieces[1], "data-rest" in pieces[2]] == [
        True,
        True,
        False,
    ]


def test_a_conversation_that_does_not_exist_is_not_shown(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    assert visitor.get("conversation", params={"id": "../../etc/passwd"}).status_code == 404


def test_many_conversations_are_listed_in_pieces(visitor: Visitor) -> None:
    days = [f"{day:02}/{month:02}/2025" for month in range(1, 13) for day in range(1, 29)]
    chat = "".join(f"{day}, 10:00 - Mira: what\n{day}, 10:01 - ChatGPT: that\n" for day in days)
    visitor.bring(chat)
    html = visitor.look(split="day")
    assert html.count("data-conversation=") == 200
    assert 'data-more="200"' in html
    assert "Show 136 more conversations" in html
    rest = visitor.get("conversations", params={"from": "200"}).text
    assert rest.count("data-conversation=") == 136
    assert "data-more" not in rest


def test_nobody_is_guessed_to_be_the_assistant_and_a_person_says_who_it_is(visitor: Visitor) -> None:
    said = plain(visitor.bring(NAMELESS, "chat.zip"))
    assert "Nobody here looks like an assistant." in said
    said = plain(visitor.look(assistant="Bo", service="claude", me="Mira"))
    assert "Assistant Bo (Claude) You said so." in said
    visitor.make("to:json")
    archive = orjson.loads(visitor.get("result").content)
    roles = {
        one["name"]: (one["role"], one["service"]) for one in archive["conversations"][0]["participants"]
    }
    assert roles == {"Mira": ("user", None), "Bo": ("assistant", "claude")}


def test_day_and_month_can_be_swapped_where_that_is_not_sure(visitor: Visitor) -> None:
    html = visitor.bring(AMBIGUOUS)
    said = plain(html)
    assert "Probably written as day, month, year, but it could be the other way round." in said
    assert "3 April 2025 to 5 April 2025" in said
    assert '<input type="hidden" name="date_order" value="mdy">' in html
    said = plain(visitor.look(date_order="mdy"))
    assert "4 March 2025 to 4 May 2025" in said
    assert "Probably" not in said


@pytest.mark.parametrize(
    ("form", "count"), [({"split": "none"}, 1), ({"split": "day"}, 2), ({"split": "gap", "hours": "1000"}, 1)]
)
def test_what_a_conversation_is_can_be_chosen(visitor: Visitor, form: dict[str, str], count: int) -> None:
    visitor.bring(CHAT)
    visitor.look(**form)
    assert visitor.session.look is not None
    assert len(visitor.session.look.inspection.conversations) == count
    visitor.make("to:json")
    assert len(orjson.loads(visitor.get("result").content)["conversations"]) == count


def test_the_time_zone_of_the_phone_reaches_the_result(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    visitor.look(zone="Europe/Berlin")
    visitor.make("to:json")
    archive = orjson.loads(visitor.get("result").content)
    assert archive["conversations"][0]["started_at"].endswith("+01:00")


def test_a_choice_that_does_not_fit_says_so_and_leaves_what_was_found(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    said = plain(visitor.look(assistant="Nobody of that name"))
    assert "This choice does not fit this chat." in said
    assert "Found: 2 conversations" in said
    assert "Found: 2 conversations" in plain(visitor.look())


def test_a_destination_gets_a_folder_with_its_howto_which_the_page_shows(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    html = visitor.make("into:obsidian")
    said = plain(html)
    assert "Ready: Obsidian" in said
    assert "It holds 4 messages in 2 conversations." in said
    assert "What to do with it" in said
    answer = visitor.get("result")
    assert answer.headers["content-type"] == "application/zip"
    assert 'filename="WhatsApp Chat with ChatGPT-obsidian.zip"' in answer.headers["content-disposition"]
    files = unpacked(answer.content)
    howto = files["WhatsApp Chat with ChatGPT-obsidian/HOWTO.md"].decode()
    assert howto.startswith("# To Obsidian")
    assert plain(howto.partition("## What to do")[2].partition("\n1. ")[2].partition("`")[0]) in said
    assert any(b"Six minutes" in content for content in files.values())
    assert not any(name.endswith("/.wamigrate") for name in files)


def test_a_document_comes_as_it_is(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    visitor.make("to:json")
    answer = visitor.get("result")
    assert 'filename="WhatsApp Chat with ChatGPT.json"' in answer.headers["content-disposition"]
    assert orjson.loads(answer.content)["schema"] == "wamigrate/1"


def test_media_come_along_in_the_folder(visitor: Visitor) -> None:
    picture = b"\xff\xd8\xff\xe0" + bytes(range(256))
    chat = "03/03/2025, 09:11 - Mira: IMG-20250303-WA0001.jpg (file attached)\n" + CHAT
    visitor.put(NAME, zipped(chat, {"IMG-20250303-WA0001.jpg": picture}))
    visitor.look()
    visitor.make("to:markdown")
    assert picture in unpacked(visitor.get("result").content).values()


def test_private_numbers_are_hidden_on_request_in_names_of_files_too(visitor: Visitor) -> None:
    chat = CHAT.replace("Good morning!", "Call me: +49 170 1234567.")
    visitor.put("WhatsApp Chat with +49 170 1234567.zip", zipped(chat))
    visitor.look()
    visitor.make("to:markdown", redact="1")
    answer = visitor.get("result")
    assert "1234567" not in answer.headers["content-disposition"]
    assert not any(b"1234567" in content for content in unpacked(answer.content).values())
    visitor.make("to:json")
    assert b"1234567" in visitor.get("result").content


def test_after_a_result_another_one_can_be_made(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    visitor.make("to:json")
    assert "Where do you want to take them?" in plain(visitor.post("reconsider").text)
    assert visitor.get("result").status_code == 404
    visitor.make("into:openwebui")
    assert visitor.get("result").status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.txt", b"Dear all,\nthe meeting is on Tuesday.\n", "This is not an exported chat."),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "This is not an exported chat."),
        ("half.zip", zipped(CHAT)[:200], "This file cannot be read."),
        ("empty.txt", b"", "This file cannot be read."),
    ],
)
def test_a_wrong_file_is_refused_in_plain_words(
    visitor: Visitor, name: str, content: bytes, words: str
) -> None:
    visitor.put(name, content)
    html = visitor.look()
    assert words in plain(html)
    assert "Choose a file" in plain(html)
    assert "Traceback" not in html
    assert str(visitor.session.folder) not in html


def test_details_of_an_error_name_no_private_folder(visitor: Visitor) -> None:
    visitor.put("half.zip", zipped(CHAT)[:200])
    assert "half.zip: the ZIP archive is damaged" in plain(visitor.look())


def test_a_wish_that_does_not_exist_is_an_error_in_words(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    assert "This choice does not fit this chat." in plain(visitor.make("to:docx"))
    assert "This choice does not fit this chat." in plain(visitor.make("into:nowhere"))
    assert "Found: 2 conversations" in plain(visitor.post("make", wish="nonsense").text)


def test_nothing_is_made_before_there_is_a_chat(visitor: Visitor) -> None:
    assert "Choose a file" in plain(visitor.post("make", wish="to:json").text)
    assert visitor.get("result").status_code == 404


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function after which no worker comes to an end by itself."""

    def patch() -> None:
        start = subprocess.Popen

        def waiting(command: list[str], **options: Any) -> Any:
            assert command[-1] == "wamigrate.window_work"
            return start([sys.executable, "-c", BEGIN], **options)

        monkeypatch.setattr(subprocess, "Popen", waiting)

    return patch


def test_work_can_be_cancelled_and_what_was_there_stays(visitor: Visitor, hold: Callable[[], None]) -> None:
    visitor.bring(CHAT)
    hold()
    visitor.post("make", wish="to:markdown")
    job = visitor.session.job
    assert job is not None
    end = time.monotonic() + 60
    while not list(visitor.session.folder.glob("make-*")):
        assert time.monotonic() < end
        time.sleep(0.01)
    assert "Where do you want to take them?" in plain(visitor.post("cancel").text)
    assert visitor.session.state == "looked"
    assert job.process.poll() is not None
    assert not list(visitor.session.folder.glob("make-*"))


def test_what_is_done_is_told_while_it_is_done(visitor: Visitor, hold: Callable[[], None]) -> None:
    visitor.put(NAME, zipped(CHAT))
    hold()
    html = visitor.post("look").text
    assert "Reading your chat" in plain(html)
    state = visitor.get("state").json()
    assert state["state"] == "looking"
    assert "second" in state["words"]
    visitor.post("cancel")


def test_a_worker_that_dies_is_an_error_in_words(visitor: Visitor, hold: Callable[[], None]) -> None:
    visitor.bring(CHAT)
    hold()
    visitor.post("make", wish="to:markdown")
    job = visitor.session.job
    assert job is not None
    job.process.kill()
    assert "The work ended unexpectedly." in plain(visitor.wait())


def test_a_worker_that_cannot_be_started_is_an_error_in_words(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*arguments: object, **options: object) -> object:
        assert arguments
        assert options
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    visitor.bring(CHAT)
    monkeypatch.setattr(subprocess, "Popen", failing)
    said = plain(visitor.post("make", wish="to:json").text)
    assert "The file could not be stored." in said
    assert "Resource temporarily unavailable" in said


def test_more_than_the_limit_is_refused_and_nothing_of_it_stays(visitor: Visitor) -> None:
    answer = visitor.put("big.zip", bytes(LIMIT + 1))
    assert answer.status_code == 200
    assert "This is too large. At most 2 MB can be taken at once." in plain(answer.text)
    assert not visitor.session.folder.exists()


def test_the_limit_is_one_for_all_files_of_a_tab(visitor: Visitor) -> None:
    assert visitor.put("a.txt", bytes(LIMIT - 10)).status_code == 204
    assert "too large" in visitor.put("b.txt", bytes(20)).text
    assert visitor.put("c.txt", bytes(20)).status_code == 204


def test_a_full_disk_is_said_in_words(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil  # noqa: PLC0415 - only to be replaced

    usage = shutil.disk_usage(".")

    def full(path: Path) -> object:
        assert path.is_dir()
        return usage._replace(free=1000)

    monkeypatch.setattr(shutil, "disk_usage", full)
    assert "There is no room left on this computer." in plain(visitor.put("a.zip", bytes(2000)).text)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("../../../escape.txt", "escape.txt"),
        ("/etc/escape.txt", "etc/escape.txt"),
        ("..\\..\\escape.txt", "escape.txt"),
        ("a/../../b/./c.txt", "a/b/c.txt"),
        ("", "file"),
        ("..", "file"),
        ("a\0b.txt", "ab.txt"),
        ("x\u202etxt.exe", "xtxt.exe"),
        ("Größe +49 170 (1).txt", "Größe +49 170 (1).txt"),
    ],
)
def test_a_name_never_leads_out_of_the_folder(visitor: Visitor, name: str, stored: str) -> None:
    assert visitor.put(name, b"x").status_code == 204
    found = [
        path.relative_to(visitor.session.input).as_posix()
        for path in visitor.session.input.rglob("*")
        if path.is_file()
    ]
    assert found == [stored]


def test_files_of_one_name_both_stay(visitor: Visitor) -> None:
    visitor.put("a.txt", b"one")
    visitor.put("a.txt", b"two")
    contents = {path.name: path.read_bytes() for path in visitor.session.input.iterdir()}
    assert contents == {"a.txt": b"one", "a (2).txt": b"two"}


def test_a_very_long_name_is_shortened(visitor: Visitor) -> None:
    assert visitor.put("x" * 400 + ".zip", b"x").status_code == 204
    (path,) = visitor.session.input.iterdir()
    assert path.suffix == ".zip"


def test_only_this_person_can_look_into_the_folders(visitor: Visitor) -> None:
    visitor.put("Export/" + NAME, zipped(CHAT))
    for path in (visitor.session.folder, visitor.session.input / "Export"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_new_chat_forgets_the_last_one_on_the_disk_too(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    visitor.make("to:json")
    assert "Choose a file" in plain(visitor.post("clear").text)
    assert not visitor.session.folder.exists()
    assert visitor.get("result").status_code == 404


def test_two_tabs_know_nothing_of_each_other(window: Window) -> None:
    one, other = window.visit(), window.visit("de")
    one.put(NAME, zipped(CHAT))
    other.put("chat.zip", zipped(NAMELESS))
    one.post("look")
    other.post("look", assistant="Bo")
    assert NAME in one.wait()
    found = other.wait()
    assert NAME not in found
    assert "Gefunden: 2 Gespräche" in plain(found)
    one.post("make", wish="to:json")
    other.post("make", wish="to:json")
    one.wait()
    other.wait()
    assert b"crocus" in one.get("result").content
    assert b"crocus" not in other.get("result").content
    one.post("clear")
    assert other.get("result").status_code == 200


def test_the_server_answers_while_it_works(visitor: Visitor) -> None:
    visitor.put(NAME, zipped(CHAT))
    visitor.post("look")
    start = time.monotonic()
    assert visitor.get("state").status_code == 200
    assert visitor.get("").status_code == 200
    assert time.monotonic() - start < 5
    visitor.wait()


def test_a_chat_is_text_on_the_page_whatever_it_says(visitor: Visitor) -> None:
    html = visitor.bring(HOSTILE)
    assert visitor.session.look is not None
    pages = [visitor.get("conversation", params={"id": key}).text for key in visitor.session.look.lines]
    made = visitor.make("to:markdown")
    for text in (html, visitor.get("").text, made, *pages):
        assert "<script>" not in text
        assert "<img" not in text
        assert "<iframe" not in text
        assert "<b onclick" not in text
        assert 'href="javascript' not in text
    assert any("{{ 7 * 7 }}" in page for page in pages)
    assert "&lt;script&gt;document.title" in "".join(pages)


def test_links_in_a_chat_open_elsewhere_and_tell_nothing(visitor: Visitor) -> None:
    visitor.bring(CHAT.replace("_crocus_", "https://example.com/crocus"))
    assert visitor.session.look is not None
    html = "".join(visitor.get("conversation", params={"id": key}).text for key in visitor.session.look.lines)
    assert '<a target="_blank" rel="noopener noreferrer" href="https://example.com/crocus">' in html


@pytest.mark.parametrize("language", languages())
def test_every_page_is_in_the_language_of_the_browser(window: Window, language: str) -> None:
    words = Words(language)
    visitor = window.visit(f"{language};q=0.9, xx")
    assert f'<html lang="{language}">' in visitor.page
    assert words("welcome") in visitor.page.replace("&#39;", "'")
    said = plain(visitor.bring(CHAT))
    assert words("found", conversations=words.count("conversations", 2)) in said
    assert words("choose_title") in said
    made = plain(visitor.make("into:obsidian"))
    assert words("ready", title="Obsidian") in made
    assert (words("howto_english") in made) == (language != "en")


def test_the_language_can_be_switched_without_losing_anything(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    answer = visitor.get("", params={"lang": "fr"})
    assert answer.url.query == b""
    assert "Résultat : 2 conversations" in plain(answer.text)
    assert "Quelque chose ne va pas" in answer.text
    assert '<html lang="fr">' in visitor.get("", params={"lang": "xx"}).text


@pytest.mark.parametrize("language", [key for key in languages() if key != "en"])
def test_english_words_are_marked_as_such_in_other_languages(window: Window, language: str) -> None:
    visitor = window.visit(language)
    html = visitor.bring(CHAT)
    assert '<p lang="en" dir="ltr">name is exactly' in html


def test_a_form_that_is_too_long_is_none(visitor: Visitor) -> None:
    visitor.bring(CHAT)
    visitor.post("look", assistant="x" * 100_000)
    assert visitor.session.choice.assistant == ""
    visitor.wait()


def test_ending_the_program_is_one_button(window: Window, visitor: Visitor) -> None:
    assert "Everything is deleted" in plain(visitor.post("quit").text)
    assert window.ended == [True]


def test_every_example_of_ours_can_be_looked_at(window: Window) -> None:
    for path in sorted(EXAMPLES.glob("WhatsApp*")):
        visitor = window.visit()
        visitor.put(path.name, path.read_bytes())
        assert "Found: " in plain(visitor.look()), path.name
