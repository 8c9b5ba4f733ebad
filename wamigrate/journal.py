"""The journal of a run over many inputs: what was begun and what is finished, so that ``--resume`` can go on.

It lies beside the results and grows line by line, in JSON. Each line is written at once, so a run may be
killed at any moment: the last line may then be missing or cut off, and is done again. It can be deleted; a
later ``--resume`` then knows of nothing that was finished.
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from wamigrate.fingerprint import Fingerprint
from wamigrate.formats import names
from wamigrate.report import Result
from wamigrate.settings import Settings

JOURNAL: Final = ".wamigrate-journal"
_SYNC: Final = 1.0
"""Seconds after which what was written is brought to the disk; a power cut costs no more than that."""


class Begun(Struct, frozen=True, tag="begun"):
    """A run was begun."""

    free: tuple[str, ...]
    """Places where nothing was then; what is there later may be ours."""


class Finished(Struct, frozen=True, tag="finished"):
    """A result is whole and in its place."""

    input: str
    """What the input is known by."""
    stem: str
    """What its results are named after."""
    output: str
    """What the place of the result is known by."""
    settings: str
    """SHA-256 over everything that was asked for and can change the result."""
    version: str
    """Of wamigrate."""
    read: Fingerprint
    """Of the input."""
    written: Fingerprint
    """Of the result."""
    result: Result


Line = Begun | Finished


class Past:
    """What a journal tells of earlier runs.

    Attributes:
        stems: what results of inputs were named after, by input.

    """

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self._finished: dict[tuple[str, str], Finished] = {}
        self._free: set[str] = set()
        self._inputs: set[str] = set()
        self._outputs: set[str] = set()
        self.stems: dict[str, str] = {}
        for line in lines:
            if isinstance(line, Begun):
                self._free.update(line.free)
            else:
                self._finished[line.input, line.output] = line
                self._inputs.add(line.input)
                self._outputs.add(line.output)
                if line.stem:
                    self.stems[line.input] = line.stem

    def finished(self, input_: str, output: str) -> Finished | None:
        """Return what became of an input in a place."""
        return self._finished.get((input_, output))

    def knows(self, input_: str) -> bool:
        """Tell whether anything was ever made of an input."""
        return input_ in self._inputs

    def made(self, output: str) -> bool:
        """Tell whether a place holds a result, or held one."""
        return output in self._outputs

    def was_free(self, output: str) -> bool:
        """Tell whether a place was free when a run began that meant to write there."""
        return output in self._free


class Journal:
    """A journal that is being written; use as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open it at the first line.

        Args:
            path: where it is, or will be.

        """
        self.path = path
        self._handle: int | None = None
        self._synced = 0.0
        self._parents = [folder for folder in path.parents if not os.path.lexists(folder)]
        self._is_new = not os.path.lexists(path)
        self._finished = False
        self._written = 0

    def begin(self, free: Iterable[str]) -> None:
        """Write that a run begins.

        Raises:
            OSError: it cannot be written.

        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        self._handle = os.open(self.path, flags | getattr(os, "O_BINARY", 0), 0o600)
        self._write(b"\n" + _encode(Begun(tuple(free))))  # a line that a killed run began ends here
        self._sync()

    def finish(self, finished: Iterable[Finished]) -> None:
        """Write that results are finished.

        Raises:
            OSError: it cannot be written.

        """
        lines = b"".join(map(_encode, finished))
        if lines:
            self._finished = True
            self._write(lines)
            if time.monotonic() - self._synced > _SYNC:
                self._sync()

    def close(self) -> None:
        """Bring it to the disk."""
        if self._handle is not None:
            try:
                self._sync()
            finally:
                os.close(self._handle)
                self._handle = None

    def end(self) -> None:
        """Close it after a run that was not broken off; where nothing was finished nothing stays of it."""
        self.close()
        if self._is_new and not self._finished and self._is_alone():
            self.path.unlink(missing_ok=True)
            for folder in self._parents:
                try:
                    folder.rmdir()
                except OSError:
                    break

    def _is_alone(self) -> bool:
        """Tell whether no other run has written into it, which goes on with it."""
        try:
            return self.path.lstat().st_size <= self._written
        except FileNotFoundError:
            return True

    def _write(self, data: bytes) -> None:
        if self._handle is None:
            return
        written = os.write(self._handle, data)
        self._written += written
        if written < len(data):
            raise OSError("the disk is full")

    def _sync(self) -> None:
        if self._handle is not None:
            os.fsync(self._handle)
            self._synced = time.monotonic()


def read_journal(path: Path) -> Past:
    """Read what earlier runs wrote; what cannot be read, or was cut off, is left out."""
    try:
        data = path.read_bytes()
    except OSError:
        return Past()
    return Past(_lines(data))


def _lines(data: bytes) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(Line, dec_hook=_path)
    for line in data.split(b"\n")[:-1]:
        try:
            yield decoder.decode(line)
        except msgspec.MsgspecError:
            continue


def _path(type_: type, value: Any) -> Path:
    del type_
    return Path(value)


def _encode(line: Line) -> bytes:
    """Write a line; names that no JSON can hold make none, and what they belong to is done again."""
    try:
        return msgspec.json.encode(line, enc_hook=str) + b"\n"
    except UnicodeEncodeError:
        return b""


def settings_key(settings: Settings, exporter: str, more: Mapping[str, object]) -> str:
    """Return what changes when anything is asked for that can change a result of an exporter.

    Args:
        settings: how inputs are read.
        exporter: its name.
        more: what else was asked for.

    """
    asked = {field.name: getattr(settings, field.name) for field in fields(settings) if field.init}
    concerned = {*names("parsers"), exporter}
    options = (settings.options or {}).items()
    asked["options"] = {key: value for key, value in options if key.partition(".")[0] in concerned}
    data = msgspec.json.encode([exporter, more, asked], enc_hook=str, order="sorted")
    return sha256(data).hexdigest()
