"""Signals that ask a run to stop: each becomes a :class:`KeyboardInterrupt`, so that all is put in order.

Ctrl-C does that by itself. ``kill``, a service manager and a terminal that is closed send other signals,
which would end the process on the spot.
"""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Final

INTERRUPTED: Final = 130
"""Exit code of a run that was asked to stop; a shell reports the same of a program that Ctrl-C ended."""
_NAMES: Final = ("SIGTERM", "SIGHUP")
"""``SIGHUP`` exists on POSIX only; whoever ignores it (``nohup``) goes on ignoring it."""


class InterruptedRunError(KeyboardInterrupt):
    """A run was asked to stop, and has put everything in order; the message says what to do."""


@contextmanager
def stoppable() -> Generator[None]:
    """Let every signal that asks to stop raise a :class:`KeyboardInterrupt` in the main thread.

    Elsewhere than in the main thread nothing changes, as only that one may say what signals do.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [number for name in _NAMES if (number := getattr(signal, name, None)) is not None]
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is signal.SIG_DFL:
            signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    del frame
    raise KeyboardInterrupt(signal.Signals(number).name)
