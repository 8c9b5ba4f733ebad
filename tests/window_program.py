"""`wamigrate web`, started as a program of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

_PATIENCE: Final = 30


class Program(NamedTuple):
    """A running `wamigrate web`."""

    process: subprocess.Popen[str]
    address: str
    """As printed, with the key."""
    folder: Path
    """Where it may put temporary files."""

    @property
    def port(self) -> int:
        return int(self.address.split(":")[2].split("/")[0])

    @property
    def kept(self) -> list[Path]:
        """The private folders that are there."""
        return sorted(self.folder.glob("wamigrate-web-*"))

    def end(self, number: int = signal.SIGTERM) -> str:
        """Send a signal; return what it printed after its address."""
        assert self.process.stdout is not None
        self.process.send_signal(number)
        self.process.wait(_PATIENCE)
        return self.process.stdout.read()


def command(*flags: str) -> list[str]:
    return [sys.executable, "-m", "wamigrate", "web", "--no-browser", *flags]


@contextmanager
def running(folder: Path, *flags: str) -> Generator[Program]:
    """Start it, with its temporary files in a folder; it is ended afterwards."""
    environment = os.environ | {"TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    process = subprocess.Popen(
        command(*flags), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    assert process.stdout is not None
    try:
        yield Program(process, process.stdout.readline().strip(), folder)
    finally:
        process.kill()
        process.communicate()
