"""Somebody clicks Import in the page of Open WebUI, in headless Chromium, and finds every message."""

import shutil
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from wamigrate.model import Conversation, Message
from wamigrate.turns import Turns

from . import test_openwebui_client as openwebui
from .hard_archive import IMAGE, hard_archive, write_archive
from .node_programs import clients_folder, install_packages, run

pytestmark = pytest.mark.clients

_SCRIPT: Final = Path(__file__).parent / "openwebui" / "import_chats.mjs"
_PLAYWRIGHT: Final = "playwright-core@1.65.1"
_CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
_PASSWORD: Final = "secret-of-somebody-1"

server = openwebui.server
"""A server of this module's own."""


class Imported(NamedTuple):
    """What the page says, and what is stored then, by title."""

    said: str
    chats: dict[str, Any]


@pytest.fixture(scope="module")
def chromium() -> str:
    """Return the program of Chromium, or of Chrome."""
    found = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if found is None:
        pytest.fail("Chromium is not installed: apt-get install chromium", pytrace=False)
    return found


@pytest.fixture(scope="module")
def playwright(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with Playwright and the script that clicks."""
    folder = install_packages(clients_folder(tmp_path_factory) / "playwright", _PLAYWRIGHT)
    shutil.copy(_SCRIPT, folder)
    return folder


@pytest.fixture(scope="module", params=["chatgpt", "openwebui"])
def to(request: pytest.FixtureRequest) -> str:
    """Return the format of the file that is imported."""
    return str(request.param)


@pytest.fixture(scope="module")
def imported(
    chromium: str,
    playwright: Path,
    server: openwebui.Server,
    to: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Imported:
    """Import the hard archive as somebody who has no chats yet."""
    options = {"file": "json"} if to == "chatgpt" else {}
    path = write_archive(to, tmp_path_factory.mktemp("archive") / "conversations.json", **options)
    person = {"name": "Nora", "email": f"{to}@example.com", "password": _PASSWORD, "role": "user"}
    added = server.call("POST", "/api/v1/auths/add", person)
    said = run(
        playwright, "node", _SCRIPT.name, chromium, server.address, person["email"], person["password"], path
    )
    account = server._replace(token=added["token"])
    listed = account.call("GET", "/api/v1/chats/")
    stored = [account.call("GET", f"/api/v1/chats/{chat['id']}") for chat in listed]
    assert len(stored) == len({chat["title"] for chat in stored})
    return Imported(said.strip(), {chat["title"]: chat for chat in stored})


def lines(conversation: Conversation, to: str) -> list[tuple[str, str, str, int]]:
    """Return id, role, text and second of each message, as Open WebUI keeps them."""
    turns = Turns(conversation)
    return [
        (message.id, message.role, turns.text(message, _pictures(message, to)), _second(message))
        for message in conversation.messages
    ]


def _pictures(message: Message, to: str) -> list[Any]:
    """Return the pictures that the page shows: those of ChatGPT's archives it passes over."""
    return [file for file in message.attachments if to == "openwebui" and file.name == IMAGE]


def _second(message: Message) -> int:
    assert message.timestamp is not None
    return int(message.timestamp.timestamp())


def test_the_page_says_that_all_is_imported(imported: Imported) -> None:
    assert imported.said == "Successfully imported 2 chats."


def test_every_conversation_arrives_with_title_and_times(imported: Imported) -> None:
    found = {
        title: (chat["chat"]["title"], chat["created_at"], chat["updated_at"])
        for title, chat in imported.chats.items()
    }
    assert found == {
        str(conversation.title): (
            conversation.title,
            _second(conversation.messages[0]),
            _second(conversation.messages[-1]),
        )
        for conversation in hard_archive().conversations
    }


def test_every_message_arrives_in_order(imported: Imported, to: str) -> None:
    found = {
        title: [
            (message["id"], message["role"], message["content"], message["timestamp"])
            for message in openwebui.shown(chat)
        ]
        for title, chat in imported.chats.items()
    }
    assert found == {
        str(conversation.title): lines(conversation, to) for conversation in hard_archive().conversations
    }


def test_no_message_is_beside_those_that_are_shown(imported: Imported) -> None:
    for chat in imported.chats.values():
        messages = chat["chat"]["history"]["messages"]
        shown = [message["id"] for message in openwebui.shown(chat)]
        assert sorted(messages) == sorted(shown)
        children = [child for id_ in shown for child in messages[id_]["childrenIds"]]
        assert children == shown[1:]


def test_the_picture_of_our_own_format_arrives(imported: Imported, to: str) -> None:
    if to == "openwebui":
        openwebui.test_the_picture_arrives(imported.chats)
    else:
        shown = [message for chat in imported.chats.values() for message in openwebui.shown(chat)]
        assert any(f"📎 {IMAGE}" in message["content"] for message in shown)
