"""What a person chose of an input: ``--chat`` of any input, and ``--from`` what it is not."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner, Result

import wamigrate as wm
from wamigrate import phone_parts, streaming
from wamigrate.chosen import is_called
from wamigrate.cli import app
from wamigrate.errors import NoChatError, OptionError, ParseError
from wamigrate.model import Conversation, Participant
from wamigrate.notes import Notes
from wamigrate.settings import Settings

CHAT: Final = "25/03/2025, 20:10 - Ana: How long?\n25/03/2025, 20:11 - {}: *Ten* minutes.\n"
PNG: Final = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("WhatsApp Chat with ChatGPT.txt").write_text(CHAT.format("ChatGPT"), encoding="utf-8")
    Path("chat.txt").write_text(CHAT.format("ChatGPT"), encoding="utf-8")
    with zipfile.ZipFile("both.zip", "w") as archive:
        archive.writestr("WhatsApp Chat with ChatGPT.txt", CHAT.format("ChatGPT"))
        archive.writestr("WhatsApp Chat with Copilot.txt", CHAT.format("Copilot"))
    Path("photo.png").write_bytes(PNG)
    return tmp_path


@pytest.fixture
def run(place: Path) -> Callable[..., Result]:
    assert place == Path.cwd()
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def chat(title: str | None, *people: str, id_: str = "") -> Conversation:
    everybody = tuple(
        Participant(name, "user" if name == "Me" else "other", raw_names=(name,)) for name in people
    )
    return Conversation(id_, title, None, everybody, None, None, (), "s")


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (chat("ChatGPT", "Ana", "ChatGPT"), "chatgpt"),
        (chat("ChatGPT", "Ana", "ChatGPT"), "+1 (800) 242-8478"),
        (chat("My helper", "Ana", "+1 (800) 242-8478"), "My Helper"),
        (chat("My helper", "Ana", "+1 (800) 242-8478"), "ChatGPT"),
        (chat("My helper", "Ana", "+49 170 1234567"), "00491701234567"),
        (chat(None, "Ana", "Bob"), "Bob"),
        (chat(None, "Ana", "~\u202fBob"), "bob"),
        (chat("Family", "Ana", "Bob", "Eve"), "family"),
        (chat(None, "Ana", "Bob", "Eve"), "Eve"),
        (chat("How long do eggs take?", "Me", "ChatGPT", id_="c"), "ChatGPT"),
    ],
)
def test_a_chat_goes_by_its_title_and_by_the_other_one(found: Conversation, name: str) -> None:
    assert is_called(found, name)


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (chat("ChatGPT", "Ana", "ChatGPT"), "Ana"),
        (chat("ChatGPT", "Ana", "ChatGPT"), "Chat"),
        (chat("ChatGPT", "Ana", "ChatGPT"), ""),
        (chat("Family", "Ana", "Bob", "Eve"), "Bob"),
        (chat("How long do eggs take?", "Me", "ChatGPT", id_="c"), "Me"),
        (chat(None), "Ana"),
        (chat(None), " "),
    ],
)
def test_a_chat_goes_by_no_other_name(found: Conversation, name: str) -> None:
    assert not is_called(found, name)


def test_an_input_of_one_chat_with_another_name_is_refused(run: Callable[..., Result]) -> None:
    for command in (("export", "--to", "json", "-o", "out.json"), ("inspect",), ("stats",)):
        done = run(*command, "WhatsApp Chat with ChatGPT.txt", "--chat", "Bob")
        assert (done.exit_code, done.stdout) == (2, "")
        words = "chat 'Bob': there is no such chat in WhatsApp Chat with ChatGPT.txt; there are: ChatGPT"
        assert done.stderr == f"error: {words}\n"
    assert not Path("out.json").exists()
    with pytest.raises(OptionError, match=r"there are: Ana and ChatGPT$"):
        wm.read("chat.txt", chat="Bob")


def test_an_input_of_one_chat_with_that_name_is_read(place: Path) -> None:
    for name in ("ChatGPT", "+1 800 242 8478"):
        assert wm.read(place / "WhatsApp Chat with ChatGPT.txt", chat=name) == wm.read(
            place / "WhatsApp Chat with ChatGPT.txt"
        )


def test_of_several_chats_in_an_archive_one_can_be_chosen(place: Path) -> None:
    found = wm.read(place / "both.zip", chat="Copilot")
    assert {one.title for one in found.conversations} == {"Copilot, 25 March 2025"}
    assert [info.member for info in found.sources] == ["WhatsApp Chat with Copilot.txt"]
    assert {one.service for one in found.conversations} == {"copilot"}
    with pytest.raises(OptionError, match=r"there are: ChatGPT, Copilot$"):
        wm.read(place / "both.zip", chat="Bob")


def test_of_an_archive_of_ours_the_conversations_with_somebody_are_chosen(place: Path) -> None:
    wm.convert("both.zip", "json", "all.json")
    found = wm.read("all.json", chat="ChatGPT")
    assert [one.service for one in found.conversations] == ["chatgpt"]
    with pytest.raises(OptionError, match=r"there are: ChatGPT, Copilot$"):
        wm.read(place / "all.json", chat="Ana")


def test_what_was_chosen_is_all_that_is_compared(place: Path) -> None:
    wm.convert("both.zip", "json", "one.json", chat="Copilot")
    found = wm.verify("one.json", "both.zip", chat="Copilot")
    assert (found.sound, found.compared) == (True, 2)
    assert not wm.verify(place / "one.json", place / "both.zip").sound


def test_long_chats_are_chosen_as_others_are(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile("long.zip", "w") as archive:
        for name in ("ChatGPT", "Copilot"):
            days = (CHAT.format(name).replace("25/", f"{day}/") for day in range(13, 29))
            archive.writestr(f"WhatsApp Chat with {name}.txt", "".join(days))
    short = wm.convert("long.zip", "json", "short.json", chat="Copilot")
    monkeypatch.setattr(streaming, "LONG", 1)
    monkeypatch.setattr(phone_parts, "PART", 1000)
    with streaming.streaming("long.zip", Settings(chat="Copilot")) as found:
        assert found.stream is not None
        assert {chat.service for chat in found.stream.run(Notes())} == {"copilot"}
    long = wm.convert("long.zip", "json", "long.json", chat="Copilot")
    assert (long.messages_out, long.conversations) == (short.messages_out, short.conversations) == (32, 16)
    with pytest.raises(OptionError, match=r"there are: ChatGPT, Copilot$"):
        wm.convert(place / "long.zip", "json", "other.json", chat="Bob")


def test_an_archive_without_a_chat_is_no_chat_whatever_was_said(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile("photos.zip", "w") as archive:
        archive.writestr("photo.png", PNG)
    for least in (streaming.LONG, 1):
        monkeypatch.setattr(streaming, "LONG", least)
        for format_ in ("whatsapp", "whatsapp_web"):
            with pytest.raises(NoChatError, match=r"photos\.zip: "):
                wm.convert(place / "photos.zip", "json", "out.json", from_=format_)
    assert not Path("out.json").exists()


@pytest.mark.parametrize("name", ["whatsapp_web", "whatsapp_html", "json", "msgstore", "chatstorage"])
def test_what_is_of_another_format_than_was_said_is_named(name: str, place: Path) -> None:
    with pytest.raises((NoChatError, ParseError)) as caught:
        wm.read(place / "chat.txt", from_=name)
    assert str(caught.value).startswith("chat.txt: cannot be read as ")
    assert str(caught.value).endswith(
        "it looks like WhatsApp phone export: leave --from out, or give --from whatsapp"
    )
    with pytest.raises((NoChatError, ParseError), match=r"photo\.png: cannot be read as .*; it is a picture"):
        wm.read(place / "photo.png", from_=name)


def test_what_is_broken_in_the_format_that_was_said_says_so(place: Path) -> None:
    (place / "old.json").write_text(json.dumps({"schema": "wamigrate/99"}), encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        wm.read(place / "old.json", from_="json")
    assert "looks like" not in str(caught.value)
    (place / "notes.txt").write_text("nothing", encoding="utf-8")
    with pytest.raises(ParseError, match="no line that begins like a WhatsApp message"):
        wm.read(place / "notes.txt", from_="whatsapp")
