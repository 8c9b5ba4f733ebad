"""``wamigrate.json``: what an archive was made from, beside what its readers look at."""

from typing import Final

from msgspec import Struct
from msgspec.json import encode
from msgspec.json import format as indent

from wamigrate.canon import generator
from wamigrate.model import Generator, Note, SourceInfo
from wamigrate.notes import Notes

MANIFEST: Final = "wamigrate.json"


class Manifest(Struct, frozen=True):
    """What an archive was made from."""

    generator: Generator
    sources: tuple[SourceInfo, ...]
    notes: tuple[Note, ...]


def manifest(notes: Notes) -> bytes:
    """Return the file's content; call it once everything else is written."""
    found = Manifest(generator(), tuple(notes.sources), tuple(notes.items))
    return indent(encode(found), indent=2) + b"\n"
