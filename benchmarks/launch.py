"""Run a command, and tell what it took: wall and processor time, and the most memory at a time.

As a script, ``python -I -S launch.py CPU WALL COMMAND ARGUMENT...``, it runs the command silently within so
many seconds of processor and of wall time (0: as many as it takes) and prints JSON. It is a process of its
own, and a small one: a child's peak memory counts from its parent's size on. Children of the command count.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from types import FrameType
from typing import NamedTuple


class Run(NamedTuple):
    """What one run of a command took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of processor time, in the program and in the system."""
    peak: int
    """Bytes of memory: the most that any one of its processes held."""
    status: int
    """Exit status; negative: the signal that ended it."""
    over: bool
    """Whether it was ended because it took too long."""
    words: str
    """The last line it wrote on standard error."""


def run(
    argv: Sequence[str],
    *,
    cpu: float = 0,
    wall: float = 0,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Run:
    """Run a command.

    Args:
        argv: the command and its arguments.
        cpu: seconds of processor time after which it is ended; 0: none.
        wall: seconds after which it and its children are ended; 0: none.
        environment: variables beside those of this process.
        folder: where it runs; None: here.

    """
    launcher = [sys.executable, "-I", "-S", __file__, str(cpu), str(wall)]
    variables = {**os.environ, **(environment or {})}
    done = subprocess.run([*launcher, *argv], check=True, stdout=subprocess.PIPE, env=variables, cwd=folder)
    return Run(**json.loads(done.stdout))


def _main(cpu: float, wall: float, argv: list[str]) -> None:
    read, write = os.pipe()
    start = perf_counter()
    process = os.fork()
    if process == 0:
        _become(argv, write, cpu)
    with suppress(OSError):  # it has done so itself already
        os.setpgid(process, process)
    os.close(write)
    signal.signal(signal.SIGALRM, _ending(process))
    signal.setitimer(signal.ITIMER_REAL, wall)
    words = b""
    while part := os.read(read, 65_536):
        words = (words + part)[-2000:]
    _, status, usage = os.wait4(process, 0)
    seconds = perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    used = usage.ru_utime + usage.ru_stime
    over = (0 < wall <= seconds) or code == -signal.SIGXCPU
    lines = words.decode(errors="replace").strip().splitlines() or [""]
    print(json.dumps(Run(seconds, used, usage.ru_maxrss * 1024, code, over, lines[-1])._asdict()))


def _ending(process: int) -> Callable[[int, FrameType | None], None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):  # it has ended just now
            os.killpg(process, signal.SIGKILL)

    return end


def _become(argv: list[str], words: int, cpu: float) -> None:
    """Turn this process into the command, in a process group of its own."""
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream, there in ((0, nothing), (1, nothing), (2, words)):
        os.dup2(there, stream)
    if cpu:
        limit = int(cpu + 0.999)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        os.write(2, str(error).encode())
        os._exit(127)


if __name__ == "__main__":
    _main(float(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
