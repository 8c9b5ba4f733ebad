"""Somebody who uses the window without a browser, and the chats that they bring."""

import asyncio
import html
import io
import re
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
from starlette.types import ASGIApp

from wamigrate.window_app import make_app
from wamigrate.window_guard import Keys
from wamigrate.window_session import Session
from wamigrate.window_sessions import TIMES, Sessions

PORT: Final = 8000
HOST: Final = f"127.0.0.1:{PORT}"
ORIGIN: Final = f"http://{HOST}"
LIMIT: Final = 2_000_000
NAME: Final = "WhatsApp Chat with ChatGPT.zip"
_MEMBER: Final = "WhatsApp Chat with ChatGPT.txt"
_PATIENCE: Final = 60

CHAT: Final = """\
03/03/2025, 09:12 - Mira: Good morning! How long do I boil an egg?
03/03/2025, 09:12 - ChatGPT: *Six minutes* for a soft yolk, nine for a firm one.
28/03/2025, 18:40 - Mira: What flower is this?
28/03/2025, 18:41 - ChatGPT: That looks like a _crocus_.
"""
AMBIGUOUS: Final = """\
03/04/2025, 09:12 - Mira: Good morning! How long do I boil an egg?
03/04/2025, 09:12 - ChatGPT: *Six minutes* for a soft yolk.
05/04/2025, 18:40 - Mira: What flower is this?
05/04/2025, 18:41 - ChatGPT: A crocus.
"""
NAMELESS: Final = """\
03/03/2025, 09:12 - Mira: How long do I boil an egg?
03/03/2025, 09:12 - Bo: Six minutes.
28/03/2025, 18:40 - Mira: And a big one?
28/03/2025, 18:41 - Bo: Seven.
"""
HOSTILE: Final = """\
03/03/2025, 09:12 - <img src=x onerror=alert(1)>: <script>document.title = 'broken'</script> hello
03/03/2025, 09:12 - ChatGPT: <b onclick="alert(1)">bold</b> [a](javascript:alert(1)) ```<script>```
28/03/2025, 18:40 - <img src=x onerror=alert(1)>: <iframe src="http://example.com"></iframe>
28/03/2025, 18:41 - ChatGPT: ![x](http://example.com/x.png) {{ 7 * 7 }} </div></main>
"""


def zipped(chat: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """Return an export as a phone makes it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(_MEMBER, chat)
        for name, content in (files or {}).items():
            archive.writestr(name, content)
    return stream.getvalue()


class Browser:
    """What speaks with the application, and keeps its cookies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._cookies = httpx.Cookies()

    def get(self, path: str, **arguments: Any) -> httpx.Response:
        return self.request("GET", path, **arguments)

    def request(self, method: str, path: str, *, follow: bool = True, **arguments: Any) -> httpx.Response:
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url=ORIGIN, cookies=self._cookies, follow_redirects=follow
            ) as client:
                answer = await client.request(method, path, **arguments)
                self._cookies = client.cookies
                return answer

        return asyncio.run(sent())


class Visitor:
    """One tab of somebody who has the key."""

    def __init__(self, client: Browser, window: "Window", language: str = "en") -> None:
        self.client = client
        self._window = window
        first = client.get(f"/?key={window.keys.lasting}", headers={"Accept-Language": language})
        assert first.status_code == 200, first.text
        self.page = first.text
        self.base = first.url.path

    @property
    def session(self) -> Session:
        """What the server keeps of it."""
        found = self._window.sessions.find(self.base.strip("/"))
        assert found is not None
        return found

    def get(self, path: str, **arguments: Any) -> httpx.Response:
        return self.client.get(self.base + path, **arguments)

    def post(self, path: str, **form: str) -> httpx.Response:
        return self.client.request("POST", self.base + path, data=form, headers={"Origin": ORIGIN})

    def put(self, name: str, content: bytes) -> httpx.Response:
        return self.client.request(
            "PUT", f"{self.base}file", params={"path": name}, content=content, headers={"Origin": ORIGIN}
        )

    def bring(self, chat: str, name: str = NAME) -> str:
        """Upload a chat, and return the part of the page that says what it is."""
        answer = self.put(name, zipped(chat) if name.endswith(".zip") else chat.encode())
        assert answer.status_code == 204, answer.text
        return self.look()

    def look(self, **form: str) -> str:
        self.post("look", **form)
        return self.wait()

    def make(self, wish: str, **form: str) -> str:
        self.post("make", wish=wish, **form)
        return self.wait()

    def wait(self) -> str:
        """Return the part of the page that changes, once nothing is being done any more."""
        end = time.monotonic() + _PATIENCE
        while self.get("state").json()["state"] in {"looking", "making"}:
            assert time.monotonic() < end
            time.sleep(0.02)
        return self.get("view").text


class Window:
    """The program, without a server."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder = folder
        self.keys = Keys()
        self.now = 0.0
        """What the clock says that tabs are forgotten by."""
        self.sessions = Sessions(folder, TIMES * limit, clock=lambda: self.now)
        self.ended: list[bool] = []
        self._app = make_app(self.sessions, self.keys, PORT, limit, lambda: self.ended.append(True))

    def client(self) -> Browser:
        """Return a browser that was never here."""
        return Browser(self._app)

    def visit(self, language: str = "en") -> Visitor:
        """Return a tab of a browser of its own."""
        return Visitor(self.client(), self, language)


def plain(page: str) -> str:
    """Return what a page says, without its elements."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
