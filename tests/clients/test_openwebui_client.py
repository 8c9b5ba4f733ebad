"""Open WebUI, started for real with an empty folder, imports our file and gives everything back."""

import json
import os
import shutil
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from wamigrate.model import Message
from wamigrate.turns import Turns

from .client_programs import InstallClient
from .hard_archive import IMAGE, PICTURE, hard_archive, write_archive
from .local_server import serving

pytestmark = pytest.mark.clients

_START: Final = 240
"""Seconds that the server may take until it answers."""
_SPACE: Final = 4 << 30
"""Bytes that it takes on the disk."""
_PERSON: Final = {"name": "Nora", "email": "nora@example.com", "password": "secret-of-nora-1"}


class Server(NamedTuple):
    """A running Open WebUI, with somebody signed up."""

    address: str
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        return _call(f"{self.address}{path}", method, body, self.token)


def _call(address: str, method: str, body: object = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    with closing(urlopen(Request(address, data, headers, method=method), timeout=120)) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def server(client: InstallClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("open-webui")
    if shutil.disk_usage(folder).free < _SPACE:
        pytest.fail("Open WebUI needs 4 GB of space")
    program = _installed(client)
    with serving(
        lambda port: [str(program), "serve", "--host", "127.0.0.1", "--port", str(port)],
        lambda address: _call(f"{address}/health", "GET")["status"] is True,
        folder,
        folder / "log",
        patience=_START,
        environment=_environ(folder),
    ) as address:
        yield Server(address, _call(f"{address}/api/v1/auths/signup", "POST", _PERSON)["token"])


def _installed(client: InstallClient) -> Path:
    """Install the server; with the machine's own wheels, where it has some: PyTorch's others are huge."""
    wheels = os.environ.get("PIP_FIND_LINKS")
    with pytest.MonkeyPatch.context() as patch:
        if wheels:
            patch.setenv("UV_FIND_LINKS", wheels)
        return client("open-webui").program("open-webui")


def _environ(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "DATA_DIR": str(folder / "data"),
        "WEBUI_SECRET_KEY": "of no use",
        "OFFLINE_MODE": "true",
        "HF_HUB_OFFLINE": "1",
        "ENABLE_OLLAMA_API": "false",
        "ENABLE_OPENAI_API": "false",
        "RAG_EMBEDDING_ENGINE": "openai",
        "BYPASS_EMBEDDING_AND_RETRIEVAL": "true",
        "ANONYMIZED_TELEMETRY": "false",
        "DO_NOT_TRACK": "true",
    }


@pytest.fixture(scope="module")
def chats(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Import the hard archive, as the page does with the file; return what is stored, by title."""
    path = write_archive("openwebui", tmp_path_factory.mktemp("archive") / "chats.json")
    imported = server.call(
        "POST", "/api/v1/chats/import", {"chats": json.loads(path.read_text(encoding="utf-8"))}
    )
    stored = [server.call("GET", f"/api/v1/chats/{chat['id']}") for chat in imported]
    return {chat["title"]: chat for chat in stored}


def shown(chat: Any) -> list[Any]:
    """Return the messages that the page shows: from the current one up to the root."""
    history = chat["chat"]["history"]
    found: list[Any] = []
    key = history["currentId"]
    while key is not None:
        found.append(history["messages"][key])
        key = found[-1]["parentId"]
    return found[::-1]


def _seconds(message: Message) -> int:
    assert message.timestamp is not None
    return int(message.timestamp.timestamp())


def test_every_text_role_and_time_arrives_in_order(chats: dict[str, Any]) -> None:
    for conversation in hard_archive().conversations:
        turns = Turns(conversation)
        pictures = {
            message.id: [file for file in message.attachments if file.name == IMAGE]
            for message in conversation.messages
        }
        assert [
            (message["id"], message["role"], message["content"], message["timestamp"])
            for message in shown(chats[str(conversation.title)])
        ] == [
            (message.id, message.role, turns.text(message, pictures[message.id]), _seconds(message))
            for message in conversation.messages
        ]


def test_conversations_keep_their_times_and_tags(server: Server, chats: dict[str, Any]) -> None:
    for conversation in hard_archive().conversations:
        chat = chats[str(conversation.title)]
        first, last = conversation.messages[0], conversation.messages[-1]
        assert (chat["created_at"], chat["updated_at"]) == (_seconds(first), _seconds(last))
        assert chat["meta"]["tags"] == ["whatsapp", "chatgpt"]
        assert chat["meta"]["wamigrate"]["platform"] == "WhatsApp"
    tagged = server.call("POST", "/api/v1/chats/tags", {"name": "whatsapp"})
    assert {chat["title"] for chat in tagged} == set(chats)


def test_the_picture_arrives(chats: dict[str, Any]) -> None:
    title = str(hard_archive().conversations[0].title)
    (file,) = [file for message in shown(chats[title]) for file in message.get("files", ())]
    assert file["type"] == "image"
    assert b64decode(file["url"].partition(",")[2]) == (PICTURE / IMAGE).read_bytes()


@pytest.mark.parametrize("words", ["مقهى", "skin"])
def test_words_are_found(words: str, server: Server, chats: dict[str, Any]) -> None:
    found = server.call("GET", f"/api/v1/chats/search?text={quote(words)}")
    assert {chat["title"] for chat in found} <= set(chats)
    assert str(hard_archive().conversations[0].title) in {chat["title"] for chat in found}
