"""SillyTavern, started for real, shows the folder that we write, and imports a single chat."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.request import Request, urlopen

import pytest

from wamigrate.turns import visible_text

from .hard_archive import IMAGE, PICTURE, hard_archive, write_archive
from .local_server import serving
from .node_programs import clients_folder, install_packages

pytestmark = pytest.mark.clients

_PACKAGE: Final = "sillytavern@1.19.0"
_START: Final = 300
"""Seconds that the server may take; on the first start it puts its page together."""
_CARD: Final = "ChatGPT (WhatsApp).png"
_BOUNDARY: Final = "end-of-part"


class Server(NamedTuple):
    """A running SillyTavern."""

    address: str
    data: Path

    def post(self, path: str, body: object) -> Any:
        return json.loads(self._send(path, json.dumps(body).encode(), "application/json"))

    def upload(self, path: str, fields: dict[str, str], content: bytes) -> Any:
        parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        parts.append(b'name="avatar"; filename="chat.jsonl"\r\nContent-Type: text/plain\r\n\r\n' + content)
        body = b"".join(
            f"--{_BOUNDARY}\r\nContent-Disposition: form-data; ".encode() + part + b"\r\n" for part in parts
        )
        end = f"--{_BOUNDARY}--\r\n".encode()
        return json.loads(self._send(path, body + end, f"multipart/form-data; boundary={_BOUNDARY}"))

    def get(self, path: str) -> bytes:
        with closing(urlopen(f"{self.address}{path}", timeout=60)) as answer:
            return bytes(answer.read())

    def _send(self, path: str, body: bytes, media_type: str) -> bytes:
        request = Request(f"{self.address}{path}", body, {"Content-Type": media_type}, method="POST")
        with closing(urlopen(request, timeout=60)) as answer:
            return bytes(answer.read())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start SillyTavern on a folder into which our result was copied."""
    program = install_packages(clients_folder(tmp_path_factory) / "sillytavern", _PACKAGE)
    folder = program / "node_modules" / "sillytavern"
    place = tmp_path_factory.mktemp("sillytavern")
    shutil.copy(folder / "default" / "config.yaml", place)
    written = write_archive("sillytavern", place / "written")
    shutil.copytree(written, place / "data" / "default-user")
    options = ["--browserLaunchEnabled=false", "--disableCsrf"]
    options += ["--dataRoot", str(place / "data"), "--configPath", str(place / "config.yaml")]

    def found(address: str) -> Server:
        return Server(address, place / "data" / "default-user")

    with serving(
        lambda port: ["node", "server.js", "--port", str(port), *options],
        lambda address: found(address).post("/api/characters/all", {}) is not None,
        folder,
        place / "log",
        patience=_START,
    ) as address:
        yield found(address)


def test_the_character_is_listed_with_its_chats(server: Server) -> None:
    (character,) = [one for one in server.post("/api/characters/all", {}) if one.get("avatar") == _CARD]
    assert character["name"] == "ChatGPT"
    chats = server.post("/api/characters/chats", {"avatar_url": _CARD})
    sizes = {chat["file_id"]: chat["chat_items"] for chat in chats}
    assert sorted(sizes.values()) == sorted(
        len(conversation.messages) for conversation in hard_archive().conversations
    )
    assert character["chat"] in sizes


def test_every_text_name_and_time_arrives_in_order(server: Server) -> None:
    chats = server.post("/api/characters/chats", {"avatar_url": _CARD})
    found = [
        server.post("/api/chats/get", {"avatar_url": _CARD, "file_name": chat["file_id"]}) for chat in chats
    ]
    by_title = {chat[0]["chat_metadata"]["wamigrate"]["title"]: chat[1:] for chat in found}
    for conversation in hard_archive().conversations:
        lines = by_title[" ".join(str(conversation.title).split())]
        expected = [
            (
                message.author,
                message.role == "user",
                visible_text(message, [file for file in message.attachments if file.name == IMAGE]),
                message.timestamp and message.timestamp.isoformat(),
            )
            for message in conversation.messages
        ]
        assert [(line["name"], line["is_user"], line["mes"], line["send_date"]) for line in lines] == expected


def test_the_picture_is_served(server: Server) -> None:
    title = str(hard_archive().conversations[0].title)
    (path,) = [
        path
        for path in server.data.glob("chats/*/*.jsonl")
        if json.loads(path.read_bytes().split(b"\n")[0])["chat_metadata"]["wamigrate"]["title"] == title
    ]
    lines = [json.loads(line) for line in path.read_bytes().split(b"\n")[1:]]
    (medium,) = [medium for line in lines for medium in line["extra"].get("media", ())]
    assert server.get(medium["url"]) == (PICTURE / IMAGE).read_bytes()


def test_a_single_chat_can_be_imported(server: Server) -> None:
    path = next(server.data.glob("chats/ChatGPT (WhatsApp)/*.jsonl"))
    fields = {
        "file_type": "jsonl",
        "avatar_url": "default_Seraphina.png",
        "character_name": "Seraphina",
        "user_name": "Nora",
    }
    server.post("/api/chats/get", {"avatar_url": "default_Seraphina.png"})  # as the page does before
    answer = server.upload("/api/chats/import", fields, path.read_bytes())
    (name,) = answer["fileNames"]
    stored = (server.data / "chats" / "default_Seraphina" / name).read_bytes()
    assert stored.split(b"\n")[1:] == path.read_bytes().split(b"\n")[1:]
