"""The window: a page on this machine for people who use no terminal, and the server that shows it."""

import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from wamigrate.errors import OptionError
from wamigrate.window_app import make_app
from wamigrate.window_guard import ADDRESS, Keys
from wamigrate.window_place import PrivateFolder
from wamigrate.window_sessions import TIMES, Sessions

_GRACE: Final = 2
"""Seconds that running answers get when the program ends."""
_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""What ends a program, by the system it runs on."""


def serve(
    limit: int, told: Callable[[str], None], *, port: int = 0, browser: bool = True, trace: bool = False
) -> None:
    """Show the window until it is closed, and remove everything it was given.

    Args:
        limit: bytes that may be uploaded in one tab.
        told: told the address, with its secret.
        port: where to listen; 0: any that is free.
        browser: whether to open the address in the browser of this person.
        trace: whether to show where errors come from, on the standard error.

    Raises:
        OptionError: the port cannot be used.

    """
    servers: list[uvicorn.Server] = []
    ended = threading.Event()

    def end() -> None:
        ended.set()
        for server in servers:
            server.should_exit = True

    with _ending_gently(end), _listening(port) as listener, PrivateFolder() as folder:
        keys, sessions = Keys(), Sessions(folder.path, TIMES * limit, trace=trace)
        sessions.watch()
        found: int = listener.getsockname()[1]
        app = make_app(sessions, keys, found, limit, end)
        servers.append(uvicorn.Server(_configuration(app, trace=trace)))
        servers[0].should_exit = ended.is_set()
        told(f"http://{ADDRESS}:{found}/?key={keys.lasting}")
        if browser:
            address = f"http://{ADDRESS}:{found}/?key={keys.once()}"
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        try:
            servers[0].run(sockets=[listener])
        finally:
            sessions.close()


def _configuration(app: ASGIApp, *, trace: bool) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="error" if trace else "critical",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )


@contextmanager
def _listening(port: int) -> Generator[socket.socket]:
    """Listen on this machine alone."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((ADDRESS, port))
            listener.listen()
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OptionError(f"--port {port}: cannot be used ({reason}); leave it out to use any") from error
        yield listener


@contextmanager
def _ending_gently(end: Callable[[], None]) -> Generator[None]:
    """Let signals that end a program end the server only, so that everything is removed then.

    What was ignored stays so: ``nohup`` lets a program outlive its terminal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def heard(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what Python calls
        end()

    known = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    heeded = [number for number in known if signal.getsignal(number) is not signal.SIG_IGN]
    before = [signal.signal(number, heard) for number in heeded]
    try:
        yield
    finally:
        for number, handler in zip(heeded, before, strict=True):
            signal.signal(number, handler)
