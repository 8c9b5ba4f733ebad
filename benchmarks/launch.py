"""Run a command and print its wall time (s), peak memory (KB) and exit status.

A process of its own, and a small one: a child's peak memory counts from its parent's size on.
Usage: ``python -I -S launch.py COMMAND ARGUMENT...``
"""

import os
import sys
from time import perf_counter


def main() -> None:
    """Run the command in the arguments, silently."""
    silence = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in range(3)]
    start = perf_counter()
    process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=silence)
    _, status, usage = os.wait4(process, 0)
    print(perf_counter() - start, usage.ru_maxrss, os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
