"""Targets that read what we write: the schema as JSON, and archives for other programs."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Final, TypeVar

from wamigrate.archived import is_verifiable
from wamigrate.canon import loads
from wamigrate.formats import find_exporters
from wamigrate.source import Source

from .memory import open_bytes
from .properties import allowed, check_archive, require

T = TypeVar("T")
_MOST: Final = 1000


def read_schema(data: bytes) -> None:
    """Read bytes as the schema; what can be read, is written and read again."""
    archive = allowed(lambda: loads(data, "archive.json"))
    if archive is not None:
        check_archive(archive)


def verify(data: bytes) -> None:
    """Let every exporter that can read its archives check these bytes."""
    with_source = allowed(lambda: open_bytes("conversations.json", data))
    if with_source is None:
        return
    with closing(with_source) as source:
        for exporter in find_exporters().values():
            if is_verifiable(exporter) and exporter.recognises(source):
                found = allowed(partial(_listed, exporter.check, source))
                require(found is None or all("\n" not in one.text for one in found[:_MOST]), "a long finding")
                allowed(partial(_listed, exporter.contents, source))


def _listed(read: Callable[[Source], Iterator[T]], source: Source) -> list[T]:
    return list(read(source))
