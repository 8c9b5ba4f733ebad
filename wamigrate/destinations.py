"""Where conversations can go: what each destination takes, how sure that is, and the steps to bring it there.

All of it is data, in ``destinations.toml``.
"""

from functools import cache
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from wamigrate.errors import OptionError
from wamigrate.tables import read_table

Evidence = Literal["proven", "documented", "unproven"]
_Size = Annotated[int, Meta(ge=1)]


class Piece(Struct, frozen=True, forbid_unknown_fields=True):
    """A file or folder that a destination gets."""

    exporter: str
    path: str
    """File name, or folder name of an exporter that writes a folder; numbered where it has to be split."""
    what: str
    """What is in it, in words."""
    options: dict[str, str] = {}
    """Options of the exporter."""
    max_bytes: _Size | None = None
    """Largest file that the destination takes; of more, several are made."""
    max_conversations: _Size | None = None
    """Most conversations in a file that the destination takes."""
    optional: bool = False
    """Whether it is left out where there is nothing to put into it."""


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a person has to do."""

    text: str
    """In Markdown; ``{0}`` stands for the first piece."""
    piece: int | None = None
    """Number of the piece without which there is nothing to do, where the text names none."""


class Destination(Struct, frozen=True, forbid_unknown_fields=True):
    """An application or service that conversations can go to."""

    key: str
    """What ``--into`` takes."""
    title: str
    chats: bool
    """Whether it imports conversations; otherwise they go along as text."""
    evidence: Evidence
    """``proven``: the application or its import code was run; ``documented``: somebody says so;
    ``unproven``: nobody outside can tell."""
    remark: str
    """What the evidence is, in a sentence or two."""
    as_of: str
    """Month in which the steps were last compared with what is known: ``2026-11``."""
    pieces: tuple[Piece, ...]
    steps: tuple[Step, ...]
    limits: tuple[str, ...] = ()
    """Sizes, regions and the like, as far as they are known."""
    notes: tuple[str, ...] = ()
    direct: bool = False
    """Whether wamigrate can bring the conversations there itself, over the network."""


class _Row(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    title: str
    chats: bool
    evidence: Evidence
    remark: str
    steps: tuple[str | Step, ...]
    pieces: tuple[Piece, ...] = ()
    packs: tuple[str, ...] = ()
    options: dict[str, dict[str, str]] = {}
    """Options of the packs, by their exporter."""
    limits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    direct: bool = False


class _Table(Struct, frozen=True, forbid_unknown_fields=True):
    as_of: str
    packs: dict[str, Piece]
    destinations: tuple[_Row, ...]


_TABLE: Final = "destinations.toml"


@cache
def list_destinations() -> tuple[Destination, ...]:
    """Return all destinations, the assistants first.

    >>> [destination.key for destination in list_destinations()][:2]
    ['chatgpt', 'copilot']
    """
    table = msgspec.convert(read_table(_TABLE), _Table)
    return tuple(_destination(row, table) for row in table.destinations)


def find_destination(key: str) -> Destination:
    """Return the destination called ``key``.

    Raises:
        OptionError: there is none; the message names all.

    >>> find_destination("openwebui").title
    'Open WebUI'

    """
    wanted = key.strip().lower()
    for destination in list_destinations():
        if destination.key == wanted:
            return destination
    known = ", ".join(destination.key for destination in list_destinations())
    raise OptionError(f"there is no destination {key!r}; there are: {known}")


def _destination(row: _Row, table: _Table) -> Destination:
    packs = (table.packs[name] for name in row.packs)
    pieces = (*row.pieces, *(_with_options(pack, row.options.get(pack.exporter, {})) for pack in packs))
    return Destination(
        row.key,
        row.title,
        row.chats,
        row.evidence,
        row.remark,
        table.as_of,
        pieces,
        tuple(Step(step) if isinstance(step, str) else step for step in row.steps),
        row.limits,
        row.notes,
        row.direct,
    )


def _with_options(piece: Piece, options: dict[str, str]) -> Piece:
    return msgspec.structs.replace(piece, options=piece.options | options)
