"""Starting programs that serve on this machine. What does not start fails the test."""

import socket
import subprocess
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

import pytest

_TRIES: Final = 3


@contextmanager
def serving(
    command: Callable[[int], Sequence[str]],
    answers: Callable[[str], bool],
    folder: Path,
    log: Path,
    *,
    patience: float,
    environment: Mapping[str, str] | None = None,
) -> Generator[str]:
    """Start a program, and give its address once it answers; it is ended afterwards.

    It may take minutes until it takes its port, and somebody else may do so before: where it ends, it is
    started anew, on another one.

    Args:
        command: returns the command line for a port.
        answers: asks the address; may raise an ``OSError`` until somebody listens there.
        folder: where it runs.
        log: a file for what it prints.
        patience: seconds that it may take until it answers.
        environment: its variables; those of this process by default.

    """
    for _ in range(_TRIES):
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        with log.open("wb") as printed:
            process = subprocess.Popen(
                command(port), cwd=folder, env=environment, stdout=printed, stderr=printed
            )
        try:
            if _is_there(process, partial(answers, address), patience):
                yield address
                return
            if process.poll() is None:
                break
        finally:
            process.terminate()
            process.wait(60)
    pytest.fail(f"the server does not start:\n{log.read_text(encoding='utf-8')[-3000:]}")


def _free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _is_there(process: subprocess.Popen[bytes], answers: Callable[[], bool], patience: float) -> bool:
    """Wait until a program answers: not for ever, and not for one that has ended."""
    end = time.monotonic() + patience
    while process.poll() is None and time.monotonic() < end:
        with suppress(OSError):
            if answers():
                return True
        time.sleep(1)
    return False
