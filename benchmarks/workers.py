"""Readers in processes that stay, so that they can take turns: their starts and imports are not timed."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, Self

from benchmarks.environments import MissingError, cache_folder, node_folder, python_environment
from benchmarks.peers import Reader

_HERE: Final = Path(__file__).parent
_START: Final = 60.0
"""Seconds for the imports of a reader."""


class Worker:
    """One reader.

    Raises:
        MissingError: it cannot be installed, or does not start.

    """

    def __init__(self, reader: Reader) -> None:
        self._process = subprocess.Popen(
            _command(reader),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_variables(reader),
            cwd=cache_folder(),
        )
        answer = self._answer(_START)
        if "error" in answer:
            self.close()
            raise MissingError(answer["error"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, path: Path, limit: float) -> dict[str, Any]:
        """Let it read a chat within so many seconds; see :mod:`benchmarks.worker` for the answer."""
        stream = self._process.stdin
        assert stream is not None
        try:
            stream.write(json.dumps({"path": str(path)}).encode() + b"\n")
            stream.flush()
        except (BrokenPipeError, ValueError):
            return {"error": "was ended before"}
        return self._answer(limit)

    def _answer(self, limit: float) -> dict[str, Any]:
        stream = self._process.stdout
        assert stream is not None
        ready, _, _ = select.select([stream], [], [], limit)
        if not ready:
            self.close()
            return {"error": f"more than {limit:.0f} s"}
        line = stream.readline()
        if not line:
            return {"error": f"ended with status {self._process.wait()}"}
        return dict(json.loads(line))

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None and not stream.closed:
                with_pipe_closed(stream)


def with_pipe_closed(stream: Any) -> None:
    """Close a pipe whose other end is gone."""
    try:
        stream.close()
    except BrokenPipeError:
        return


def _command(reader: Reader) -> list[str]:
    if reader.npm:
        folder = node_folder(reader.npm)
        module = folder / "read.mjs"
        module.write_text(reader.code, encoding="utf-8")
        return ["node", str(_HERE / "worker.mjs"), str(module)]
    interpreter = python_environment(reader.install, reader.python)
    return [str(interpreter), str(_HERE / "worker.py"), reader.code]


def _variables(reader: Reader) -> dict[str, str]:
    """Return the environment variables: our own readers find this package."""
    if reader.install or reader.npm:
        return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    path = os.pathsep.join([str(_HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}


def running_python() -> str:
    """Return the version of Python that wamigrate runs on here."""
    return sys.version.split()[0]
