"""Who may ask the window for anything: the browser of the person who started it, and no page but its own.

Other programs on the machine, other people on it, and pages of the web can all reach a local port. So every
request needs the secret; its ``Host`` must be our address (a page of the web whose name was made to point
here sends its own name); what changes anything must come from our page; and the page loads and runs nothing
but its own files.
"""

import secrets
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ADDRESS: Final = "127.0.0.1"
"""The only address that is listened on: no other machine can reach it."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types wamigrate"
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_READING: Final = ("GET", "HEAD")
_OWN: Final = ("none", "same-origin")
_KEY: Final = "key"


class Keys:
    """The secrets that open the window.

    The browser that is started gets a key for one use, because everybody on the machine can see with which
    address a program was started. Whoever types the printed address has the lasting one.
    """

    def __init__(self) -> None:
        self.lasting: Final = secrets.token_urlsafe(32)
        self._once: set[str] = set()

    def once(self) -> str:
        """Return a new key that is good for one use."""
        key = secrets.token_urlsafe(32)
        self._once.add(key)
        return key

    def take(self, key: str) -> bool:
        """Tell whether a key opens the window; one for a single use is void then."""
        if self.holds(key):
            return True
        for known in self._once:
            if compare_digest(known.encode(), key.encode()):
                self._once.remove(known)
                return True
        return False

    def holds(self, key: str) -> bool:
        """Tell whether a key is the lasting one."""
        return compare_digest(self.lasting.encode(), key.encode("utf-8", "replace"))


class Guard:
    """Lets through what comes from the page of the person who started the program, and adds the headers."""

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        self._app = app
        self._keys = keys
        self._host = f"{ADDRESS}:{port}"
        self._cookie = f"wamigrate-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        answer = self._refusal(scope) or self._entrance(scope)
        await (answer or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        """Return why a request of another page, or under another name, is not answered."""
        headers = Headers(scope=scope)
        if headers.getlist("host") != [self._host]:
            return PlainTextResponse("This address is not known here.\n", 421)
        if headers.get("origin", self._origin) != self._origin:
            return PlainTextResponse("Other pages may not ask for anything here.\n", 403)
        if scope["method"] not in _READING and "origin" not in headers:
            return PlainTextResponse("Only the page itself may do that.\n", 403)
        to_page = scope["method"] in _READING and headers.get("sec-fetch-mode") == "navigate"
        if headers.get("sec-fetch-site", "none") not in _OWN and not (to_page and scope["path"] == "/"):
            return PlainTextResponse("Other pages may not ask for anything here.\n", 403)
        return None

    def _entrance(self, scope: Scope) -> Response | None:
        """Exchange the secret of an address for a cookie; refuse a request that has neither."""
        given = parse_qs(scope["query_string"].decode("latin-1")).get(_KEY, [])
        if (
            scope["path"] == "/"
            and scope["method"] in _READING
            and len(given) == 1
            and self._keys.take(given[0])
        ):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(self._cookie, self._keys.lasting, httponly=True, samesite="strict", path="/")
            return answer
        cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
        if self._keys.holds(cookies.get(self._cookie, "")):
            return None
        return PlainTextResponse("Open the address that wamigrate printed when it was started.\n", 403)

    @property
    def _origin(self) -> str:
        return f"http://{self._host}"
