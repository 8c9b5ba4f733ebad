"""Writing the pieces that a destination gets, each in as many files as its limits demand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as renew
from typing import Final

from msgspec import Struct

from wamigrate import pipeline
from wamigrate.branch import Branch
from wamigrate.destinations import Piece
from wamigrate.errors import NothingToExportError
from wamigrate.formats import Exporter, configure
from wamigrate.model import Conversation, replace
from wamigrate.pipeline import Reading, Watch, watch_nothing
from wamigrate.report import Result
from wamigrate.settings import Settings
from wamigrate.target import Target

_FOLDER: Final = "/"


class Parcel(Struct, frozen=True):
    """A file or folder that was written for a destination."""

    path: str
    """Inside the result; a folder ends with a slash."""
    piece: int
    """Number of the destination's piece that it is, or is part of."""
    what: str
    """What is in it, in words."""
    exporter: str
    size: int
    """Bytes; of a folder those of all its files."""
    files: int
    conversations: int
    """Conversations that the exporter was given."""
    too_large: bool = False
    """Whether it is larger than the destination takes: it holds one conversation, which is not torn."""


@dataclass(slots=True)
class Delivery:
    """What was written of the pieces of a destination.

    Attributes:
        parcels: files and folders.
        results: one for each time an exporter wrote.
        missing: why a piece is not there, in words, by its number.

    """

    parcels: list[Parcel] = field(default_factory=list[Parcel])
    results: list[Result] = field(default_factory=list[Result])
    missing: dict[int, str] = field(default_factory=dict[int, str])


def write_pieces(
    read: Reading,
    pieces: Sequence[Piece],
    target: Target,
    settings: Settings,
    watch: Watch = watch_nothing,
) -> Delivery:
    """Write every piece into a target.

    Args:
        read: the conversations.
        pieces: what to write, with the options of its exporters; those of ``settings`` come first.
        target: where it goes; commits are left to the caller.
        settings: with which the conversations were read.
        watch: told what is being done.

    Raises:
        NothingToExportError: there is nothing to put into a piece that is not optional.
        ExportError: something cannot be written.
        OptionError: an option does not exist or does not fit.

    """
    target.sources = read.media
    delivery = Delivery()
    for number, piece in enumerate(pieces):
        writer = _Writer(number, piece, read, target, settings, watch)
        try:
            written = list(writer.write())
        except NothingToExportError as error:
            if not piece.optional:
                raise
            delivery.missing[number] = f"{piece.path} was not written: {error}"
            continue
        delivery.parcels += (parcel for parcel, _ in written)
        delivery.results += (result for _, result in written)
    return delivery


@dataclass(slots=True)
class _Writer:
    """Writes one piece."""

    number: int
    piece: Piece
    read: Reading
    target: Target
    settings: Settings
    watch: Watch
    parts: int = 0

    def write(self) -> Iterator[tuple[Parcel, Result]]:
        """Write it whole, or in parts where that is too large."""
        exporter = configured(self.piece, self.settings)
        limit = self.piece.max_conversations
        kept, _ = self.settings.filter_for(exporter).keep(self.read.conversations)
        if limit is None or len(kept) <= limit:
            parcel, result, branch = self._export(exporter, self.read, self.piece.path)
            if self._fits(parcel) or len(kept) < 2 or exporter.layout == "folder":  # noqa: PLR2004 - to be parted
                yield replace(parcel, too_large=not self._fits(parcel)), result
                return
            branch.remove()
            yield from self._parts(exporter, _halves(kept))
        else:
            yield from self._parts(exporter, [kept[at : at + limit] for at in range(0, len(kept), limit)])

    def _parts(
        self, exporter: Exporter, groups: Sequence[Sequence[Conversation]]
    ) -> Iterator[tuple[Parcel, Result]]:
        for group in groups:
            read = renew(self.read, chats=tuple(group), conversations=tuple(group), merged=0)
            parcel, result, branch = self._export(exporter, read, _numbered(self.piece.path, self.parts + 1))
            if not self._fits(parcel) and len(group) > 1:
                branch.remove()
                yield from self._parts(exporter, _halves(group))
            else:
                self.parts += 1
                yield replace(parcel, too_large=not self._fits(parcel)), result

    def _fits(self, parcel: Parcel) -> bool:
        return self.piece.max_bytes is None or parcel.size <= self.piece.max_bytes

    def _export(self, exporter: Exporter, read: Reading, path: str) -> tuple[Parcel, Result, Branch]:
        branch = Branch(self.target, path)
        try:
            result = pipeline.export(read, exporter, branch, self.settings, self.watch)
        except NothingToExportError:
            branch.remove()
            raise
        folder = _FOLDER if exporter.layout == "folder" else ""
        parcel = Parcel(
            path + folder,
            self.number,
            self.piece.what,
            exporter.name,
            sum(branch.sizes.values()),
            len(branch.sizes),
            result.conversations,
        )
        return parcel, result, branch


def configured(piece: Piece, settings: Settings) -> Exporter:
    """Return the exporter of a piece with its options; those that a person gave come first.

    Raises:
        OptionError: an option does not exist or does not fit.

    """
    given = settings.options or {}
    own = {key: value for key, value in piece.options.items() if f"{piece.exporter}.{key}" not in given}
    return configure(settings.exporter(piece.exporter), own) if own else settings.exporter(piece.exporter)


def _halves(conversations: Sequence[Conversation]) -> list[Sequence[Conversation]]:
    """Part conversations into two of about as many messages; each has one conversation at least."""
    half = sum(len(conversation.messages) for conversation in conversations) / 2
    seen = 0
    for index, conversation in enumerate(conversations[:-1], 1):
        seen += len(conversation.messages)
        if seen >= half:
            return [conversations[:index], conversations[index:]]
    return [conversations[:-1], conversations[-1:]]


def _numbered(path: str, number: int) -> str:
    """Return the name of one of several files: the number goes before the suffix.

    >>> _numbered("chats.json", 2)
    'chats-2.json'
    """
    stem, dot, suffix = path.partition(".")
    return f"{stem}-{number}{dot}{suffix}"
