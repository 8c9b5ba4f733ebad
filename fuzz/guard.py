"""Watches the interpreter while hostile bytes are read: no file elsewhere, no network, no program."""

import os
import sys
from functools import cache
from pathlib import PurePath
from typing import Final

from .memory import scratch

_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PATHS: Final = frozenset(
    (
        "os.mkdir",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.symlink",
        "os.link",
        "os.truncate",
        "os.chmod",
        "shutil.rmtree",
    )
)
_NEVER: Final = (
    "socket.connect",
    "socket.bind",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "ctypes.dlopen",
)


class EscapeError(BaseException):
    """Reading did what reading never does; no ``except Exception`` may hide it."""


@cache
def the_guard() -> "Guard":
    """Return the only one of this process."""
    return Guard()


class Guard:
    """Raises :class:`EscapeError` from inside what leaves its place; can be paused, but not removed."""

    def __init__(self) -> None:
        self._home = os.fspath(scratch())
        self.watching: bool = False
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.watching:
            return
        if event == "open":
            path, mode, flags = arguments
            if (isinstance(flags, int) and flags & _WRITING) or (
                isinstance(mode, str) and set(mode) & set("wax+")
            ):
                self._check(event, path)
        elif event in _PATHS and not _is_inside_another(arguments):
            for path in arguments[: 2 if event in ("os.rename", "os.link") else 1]:
                self._check(event, path)
        elif event.startswith(_NEVER):
            raise EscapeError(f"{event} {arguments!r}")

    def _check(self, event: str, path: object) -> None:
        if isinstance(path, str | bytes | PurePath):
            place = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - Path would touch the disk
            if place != os.devnull and not place.startswith(self._home):
                raise EscapeError(f"{event} {place}")


def _is_inside_another(arguments: tuple[object, ...]) -> bool:
    """Tell whether a path is meant from an open folder: by ``shutil.rmtree``, whose own event was seen."""
    last = arguments[-1]
    return len(arguments) > 1 and isinstance(last, int) and last >= 0
