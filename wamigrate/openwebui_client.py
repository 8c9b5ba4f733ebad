"""Talking to a server of Open WebUI: which chats have a tag, what is in one, and importing more.

Seen in the source of Open WebUI 0.12.4 (``routers/chats.py``, ``models/chats.py``) and tried on it:
``POST /api/v1/chats/tags`` lists chats by tag, all of them where ``limit`` is null (a page beyond the last
one makes the server forget the tag); ``GET /api/v1/chats/{id}`` returns one;
``POST /api/v1/chats/import`` makes new ones, each with a new id, and keeps the imported ``chat`` as it is.
A chat that is gone is refused like a bad key, with 401, and only the words of the answer tell which it is.
The key goes into the header ``Authorization``, here and nowhere else.
"""

import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, Self, cast
from urllib.parse import SplitResult, quote, urlsplit

from wamigrate.errors import ExportError, OptionError
from wamigrate.json_values import Json, as_list, as_object

TIMEOUT: Final = 60.0
"""Seconds without any answer after which a server is given up; a chat of 5,000 messages takes nine."""
_LARGEST: Final = 1 << 30
"""Bytes of an answer that are read at most."""
_PORTS: Final = {"http": 80, "https": 443}
_MORE: Final = 4
"""How many times longer each megabyte of what is sent may take: where it is given up too early, the server
goes on importing what the next run does not see yet and sends again."""
_REFUSED: Final = (401, 403)
_GONE: Final = "We could not find what you're looking for"
_NOT_THERE: Final = (404, 405, 501)
_DETAIL: Final = 200


class OpenWebUI:
    """A server, with the key of one of its users; use as a context manager.

    Raises:
        OptionError: the address is none, or the key cannot be one.

    """

    def __init__(self, url: str, token: str, *, timeout: float = TIMEOUT) -> None:
        """Take note of where the server is; nothing is sent yet.

        Args:
            url: address as a browser shows it, without a path of a chat: ``http://localhost:8080``.
            token: API key or token of the user.
            timeout: seconds without any answer after which the server is given up; an import has more, by its
                size.

        """
        self._parts = _address(url)
        self.url: str = url.rstrip("/")
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise OptionError(
                "--token: is no API key of Open WebUI; copy it from Settings, Account, API keys"
            )
        self._token = token
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def tagged(self, tag: str) -> list[str]:
        """Return the server's ids of the user's chats that have a tag.

        Raises:
            ExportError: the server cannot be reached, refuses the key, or is no Open WebUI.

        """
        query = {"name": tag, "skip": 0, "limit": None}
        found = self._call("POST", "/api/v1/chats/tags", json.dumps(query).encode())
        if not isinstance(found, list):
            raise self._stranger()
        return [str(as_object(chat).get("id")) for chat in cast("list[object]", found)]

    def chat(self, id_: str) -> Json:
        """Return a chat as it was imported, by the server's id; empty where it is gone.

        Raises:
            ExportError: as :meth:`tagged`.

        """
        status, kind, content = self._reply("GET", f"/api/v1/chats/{quote(id_, safe='')}")
        if status == http.HTTPStatus.UNAUTHORIZED and _GONE in _detail(status, content):
            return {}
        return as_object(as_object(self._answer(status, kind, content)).get("chat"))

    def import_chats(self, chats: Sequence[bytes]) -> list[Json]:
        """Import chats, and return them as the server has them now.

        Args:
            chats: each in the form of Open WebUI's exports, as JSON.

        Raises:
            ExportError: as :meth:`tagged`; or the server does not take them.

        """
        found = self._call("POST", "/api/v1/chats/import", b'{"chats":[%b]}' % b",".join(chats))
        if not isinstance(found, list):
            raise self._stranger()
        return [as_object(as_object(chat).get("chat")) for chat in as_list(cast("object", found))]

    def _call(self, method: str, path: str, body: bytes | None = None) -> object:
        return self._answer(*self._reply(method, path, body))

    def _reply(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str, bytes]:
        if method != "GET":
            self.close()  # an idle connection may be closed already, and what is sent twice is there twice
        try:
            return self._exchange(method, path, body)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            self.close()
            if method != "GET":
                raise self._lost(error) from error
            return self._again(path)
        except (OSError, http.client.HTTPException) as error:
            raise self._lost(error) from error

    def _again(self, path: str) -> tuple[int, str, bytes]:
        try:
            return self._exchange("GET", path, None)
        except (OSError, http.client.HTTPException) as error:
            raise self._lost(error) from error

    def _exchange(self, method: str, path: str, body: bytes | None) -> tuple[int, str, bytes]:
        if self._connection is None:
            size = len(body or b"") / (1 << 20)
            self._connection = self._connect(self._timeout * (1 + _MORE * size))
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self._connection.request(method, self._parts.path.rstrip("/") + path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read(_LARGEST)
        return answer.status, answer.headers.get_content_type(), content

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        port = self._parts.port or _PORTS[self._parts.scheme]
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
        return http.client.HTTPConnection(host, port, timeout=timeout)

    def _answer(self, status: int, kind: str, content: bytes) -> object:
        if status in _REFUSED:
            raise ExportError(
                f"{self.url}: refuses the token ({_detail(status, content)}); make a new API key there, "
                "for a user who may import chats"
            )
        if http.HTTPStatus.MULTIPLE_CHOICES <= status < http.HTTPStatus.BAD_REQUEST:
            raise ExportError(f"{self.url}: sends on to another address ({status}); give that one with --url")
        if status in _NOT_THERE:
            raise self._stranger()
        if status != http.HTTPStatus.OK:
            raise ExportError(f"{self.url}: answers with an error ({_detail(status, content)})")
        if kind != "application/json":
            raise self._stranger()
        try:
            return cast("object", json.loads(content))
        except ValueError:
            raise self._stranger() from None

    def _stranger(self) -> ExportError:
        return ExportError(f"{self.url}: answers, but not as Open WebUI does; is the address right?")

    def _lost(self, error: Exception) -> ExportError:
        return ExportError(f"{self.url}: {_reason(error)}")

    def close(self) -> None:
        """End the connection; the next call makes another."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_exposed(url: str) -> bool:
    """Tell whether what is sent to an address can be read on its way: no encryption, and another machine.

    Raises:
        OptionError: it is no address.

    >>> is_exposed("http://localhost:8080"), is_exposed("http://192.168.1.5:3000")
    (False, True)

    """
    parts = _address(url)
    host = parts.hostname or ""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost" or host.endswith(".localhost")
    return parts.scheme == "http" and not here


def _address(url: str) -> SplitResult:
    plain = url.isascii() and url.isprintable() and " " not in url
    try:
        parts = urlsplit(url)
        sound = plain and parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound, parts = False, urlsplit("")
    if not sound or parts.query or parts.fragment or parts.username is not None:
        raise OptionError(f"--url {url}: must be an address such as http://localhost:8080")
    return parts


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "does not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "no server answers there; start Open WebUI, or look at --url"
    if isinstance(error, socket.gaierror):
        return "the name of the server is not known; look at --url"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection can be made ({error.reason or error})"
    words = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
    return f"the connection broke ({words})"


def _detail(status: int, content: bytes) -> str:
    """Return the number of an error, and what a server says about it, on one line."""
    found: object = None
    with suppress(ValueError):
        found = as_object(json.loads(content)).get("detail")
    words = " ".join(found.split())[:_DETAIL] if isinstance(found, str) else ""
    return f"{status}: {words}" if words else str(status)
