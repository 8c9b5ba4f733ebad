"""A reader in a process of its own, in whatever environment it needs: ``python worker.py CODE``.

For each line of JSON on standard input it answers one: ``{"path": ...}`` by seconds of wall and processor
time, the number of messages, and the most memory so far, in bytes; anything raised is answered as
``{"error": ...}``. The first answer says that the code, which defines ``read(path)``, is ready. Needs
nothing but Python's own library.
"""

import contextlib
import gc
import io
import json
import os
import re
import resource
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any


def main(code: str) -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    space: dict[str, Any] = {}
    answer = _safely(lambda: exec(code, space))
    while True:
        print(json.dumps(answer), file=answers, flush=True)
        line = sys.stdin.readline()
        if not line or "read" not in space:
            return
        answer = _time(space["read"], json.loads(line)["path"])


def _time(read: Any, path: str) -> dict[str, Any]:
    found: list[int] = []
    gc.collect()
    wall, cpu = perf_counter(), process_time()
    answer = _safely(lambda: found.append(read(path)))
    wall, cpu = perf_counter() - wall, process_time() - cpu
    return {"wall": wall, "cpu": cpu, "messages": found[0] if found else None, "peak": peak(), **answer}


def _safely(run: Any) -> dict[str, Any]:
    """Run silently; whatever is raised becomes words."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            run()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a peer may raise anything, and that is its result
        words = " ".join(str(error).split())
        return {"error": f"{type(error).__name__}: {words}"[:200]}
    return {}


def peak() -> int:
    """Return the most memory that this process has held: not that of its parent, unlike ``ru_maxrss``."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    main(sys.argv[1])
