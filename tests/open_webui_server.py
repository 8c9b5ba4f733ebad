"""A small server on this machine that answers as Open WebUI 0.12.4 does, and fails on request.

What it does follows from Open WebUI's source: a new id for every imported chat, so that importing twice
doubles; the imported ``chat`` kept as it is; whole seconds or status 422; lists of tagged chats, where an
empty answer makes the server forget the tag.
"""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from uuid import uuid4

TOKEN = "sk-of-the-test"
Fault = Literal[
    "",
    "import-breaks",
    "import-fails",
    "import-lies",
    "html",
    "not-json",
    "redirect",
    "teapot",
    "no-list",
    "nothing-there",
    "silent",
    "get-breaks",
]


@dataclass(slots=True)
class State:
    """What a server knows, and how it is to fail."""

    url: str = ""
    chats: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    imports: list[int] = field(default_factory=list[int])
    """Chats in each import."""
    fault: Fault = ""
    after: int = 0
    """Imports that succeed before the fault."""
    keep: bool = False
    """Whether an import is carried out although its answer gets lost."""
    secrets: list[str] = field(default_factory=list[str])
    """Headers ``Authorization`` that arrived."""

    def ids(self) -> list[str]:
        """Return our ids of all chats."""
        return [chat["chat"]["id"] for chat in self.chats.values()]


@contextmanager
def serving(base: str = "") -> Generator[State]:
    """Serve below a path while the block runs."""
    state = State()

    class Handler(_Handler):
        prefix = base
        known = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}{base}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    prefix = ""
    known: State

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self._common_faults() or not self._allowed():
            return
        if self.path == f"{self.prefix}/api/v1/chats/tags":
            self._tagged(json.loads(content))
        elif self.path == f"{self.prefix}/api/v1/chats/import":
            self._import(json.loads(content))
        else:
            self._json(405, {"detail": "Method Not Allowed"})

    def do_GET(self) -> None:
        state = self.known
        if state.fault == "get-breaks" and state.after > 0:
            state.after -= 1
            self.close_connection = True
            return
        if not self._allowed():
            return
        chat = state.chats.get(self.path.rpartition("/")[2])
        if chat is None:
            self._json(401, {"detail": "We could not find what you're looking for :/"})
        else:
            self._json(200, chat)

    def _common_faults(self) -> bool:
        match self.known.fault:
            case "html":
                self._send(200, "text/html", b"<!doctype html><title>Router</title>")
            case "not-json":
                self._send(200, "application/json", b"{")
            case "redirect":
                self._json(307, {})
            case "teapot":
                self._json(418, {"detail": "I am\na   teapot"})
            case "no-list":
                self._json(200, {"detail": "What would you like to know?"})
            case "nothing-there":
                self._json(404, {"detail": "Not Found"})
            case "silent":
                threading.Event().wait(2)
            case _:
                return False
        return True

    def _allowed(self) -> bool:
        self.known.secrets.append(self.headers.get("Authorization", ""))
        if self.known.secrets[-1] == f"Bearer {TOKEN}":
            return True
        self._json(401, {"detail": "401 Unauthorized"})
        return False

    def _tagged(self, query: dict[str, Any]) -> None:
        found = [chat for chat in self.known.chats.values() if query["name"] in chat["meta"].get("tags", ())]
        found = found[query.get("skip") or 0 :]
        if query.get("limit"):
            found = found[: query["limit"]]
        self._json(200, [{"id": chat["id"], "title": chat["title"]} for chat in found])

    def _import(self, form: dict[str, Any]) -> None:
        state = self.known
        failing = state.fault if len(state.imports) >= state.after else ""
        if any(
            not isinstance(chat.get(key), int)
            for chat in form["chats"]
            for key in ("created_at", "updated_at")
        ):
            self._json(422, {"detail": "Input should be a valid integer"})
            return
        if failing == "import-fails":
            self._json(400, {"detail": "[ERROR: Something went wrong :/]"})
            return
        if failing == "import-breaks" and not state.keep:
            self.close_connection = True
            return
        made = [
            {"id": str(uuid4()), "title": chat["chat"]["title"], **chat} | {"id": str(uuid4())}
            for chat in form["chats"]
        ]
        state.imports.append(len(made))
        if failing == "import-lies":
            self._json(200, [])
            return
        state.chats.update((chat["id"], chat) for chat in made)
        if failing == "import-breaks":
            self.close_connection = True
            return
        self._json(200, made)

    def _json(self, status: int, value: object) -> None:
        self._send(status, "application/json", json.dumps(value).encode())

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep quiet."""
