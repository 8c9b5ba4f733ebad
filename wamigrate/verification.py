"""Verifying what was written: that its readers' rules hold, and that nothing of the source is missing.

What can be verified is defined by :mod:`wamigrate.archived`: an exporter that reads its own archives back,
independently of how it writes them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from typing import Final, Unpack

from msgspec import Struct

from wamigrate.accounting import unaccounted
from wamigrate.archived import Archived, Finding, Verifiable, is_selective, is_verifiable
from wamigrate.comparison import Comparison, Expected, expect
from wamigrate.errors import (
    AmbiguousFormatError,
    OptionError,
    ParseError,
    UnknownFormatError,
    VerificationError,
)
from wamigrate.formats import Exporter, find_exporter, find_exporters
from wamigrate.joint import reading_together
from wamigrate.migrated import Made, pieces_in
from wamigrate.model import replace
from wamigrate.pipeline import Reading, reading
from wamigrate.report import BETWEEN
from wamigrate.settings import ReadOptions, Settings
from wamigrate.source import Source, open_source
from wamigrate.wording import count_words

_SHOWN: Final = 20
"""Findings of one rule that are kept; the others are only counted."""


class Verification(Struct, frozen=True):
    """What verifying an archive found."""

    path: str
    """The archive, as given."""
    format: str
    """Name of the exporter whose rules were checked."""
    against: str | None
    """The source that it was compared with, as given; several are joined with ``+``."""
    conversations: int
    """Conversations in the archive."""
    messages: int
    """Messages in the archive."""
    compared: int
    """Messages of the source that are in the archive."""
    left_out: dict[str, int]
    """Messages of the source that are not in the archive for a reason: a setting (``notices``, ``after``) or
    what the format has no place for, in words."""
    findings: tuple[Finding, ...]
    """What is wrong; of each rule the first twenty."""
    counts: dict[str, int]
    """How many findings there are of each rule."""
    pieces: tuple["Verification", ...] = ()
    """Of the folder that a migration made: each file and folder in it that was written for the destination.
    Numbers of the whole are then those of the first piece that can be read back, findings those of all."""
    as_written: bool | None = None
    """Of such a piece: whether its files are as they were written, by SHA-256; null where nothing tells.
    Text for assistants and notes may be changed, and nothing else can be checked of them."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def is_archive(self) -> bool:
        """Whether it is of a format that can be read back; otherwise only ``as_written`` says something."""
        return any(is_verifiable(find_exporter(name)) for name in self.format.split(", "))

    def require(self) -> None:
        """Make sure that nothing is wrong.

        Raises:
            VerificationError: something is; the message names the first finding.

        """
        if not self.findings:
            return
        first = self.findings[0]
        readers = f" (matters to {', '.join(first.readers)})" if first.readers else ""
        others = sum(self.counts.values()) - 1
        more = f"; {count_words(others, 'more finding')}" if others else ""
        raise VerificationError(f"{self.path}: {first.where}: {first.text}{readers}{more}")


class _Findings:
    """Keeps some findings of each rule, and counts all."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.kept: list[Finding] = []

    def extend(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.counts[finding.rule] += 1
            if self.counts[finding.rule] <= _SHOWN:
                self.kept.append(finding)


class _Tally:
    """Counts what an archive holds while it is read."""

    def __init__(self) -> None:
        self.conversations = 0
        self.messages = 0

    def counting(self, archived: Iterable[Archived]) -> Iterator[Archived]:
        for conversation in archived:
            self.conversations += 1
            self.messages += len(conversation.messages)
            yield conversation


def verify(
    path: Path | str,
    against: Path | str | Sequence[Path | str] | None = None,
    *,
    to: str | None = None,
    **options: Unpack[ReadOptions],
) -> Verification:
    """Read an archive back, check the rules of its readers, and compare it with its source.

    In the folder that a migration made, every piece is verified.

    Args:
        path: the archive, or the folder that a migration made.
        against: the export it was made from, or all that were merged; None: only the rules are checked.
        to: name of the exporter that wrote it; None: the one that recognises it.
        options: those with which it was written; see :class:`wamigrate.settings.Settings`.

    Returns:
        all findings; ``require()`` makes an error of them.

    Raises:
        SourceError: the archive or the source cannot be opened.
        DetectionError: no exporter recognises the archive, or several do.
        ParseError: the source is broken.
        OptionError: ``to`` names an exporter whose results cannot be verified, or an option does not fit.

    """
    settings = Settings(**options)
    inputs = [against] if isinstance(against, Path | str) else list(against or ())
    pieces = [piece for piece in pieces_in(Path(path)) if to in (None, piece.exporter)]
    if any(_can_be_told(piece) for piece in pieces):
        return _verify_migration(path, pieces, inputs, settings)
    with closing(open_source(path)) as source:
        return _verify_archive(str(path), [source], find_format(source, to), inputs, settings)


def _can_be_told(piece: Made) -> bool:
    """Tell whether anything can be said about a piece."""
    return is_verifiable(find_exporter(piece.exporter)) or piece.as_written is not None


def _verify_migration(
    path: Path | str, pieces: Sequence[Made], inputs: Sequence[Path | str], settings: Settings
) -> Verification:
    """Verify every piece in the folder of a migration.

    Raises:
        OptionError: the source is given, and no piece can be compared with it.

    """
    archives = [piece for piece in pieces if is_verifiable(find_exporter(piece.exporter))]
    if inputs and not archives:
        names = ", ".join(name for piece in pieces for name in piece.names)
        raise OptionError(f"--against: {path} holds text for people ({names}), no archive to compare")
    found = [_verify_piece(piece, Path(path), inputs, settings) for piece in pieces]
    whole = next((one for piece, one in zip(pieces, found, strict=True) if piece in archives), found[0])
    counts: Counter[str] = Counter()
    for one in found:
        counts.update(one.counts)
    told = [one.as_written for one in found]
    return replace(
        whole,
        path=str(path),
        format=", ".join(dict.fromkeys(one.format for one in found)),
        findings=tuple(
            replace(finding, where=f"{Path(one.path).name}: {finding.where}")
            for one in found
            for finding in one.findings
        ),
        counts=dict(counts),
        pieces=tuple(found),
        as_written=None if None in told else all(told),
    )


def _verify_piece(
    piece: Made, folder: Path, inputs: Sequence[Path | str], settings: Settings
) -> Verification:
    exporter = find_exporter(piece.exporter)
    name = BETWEEN.join(str(folder / name) for name in piece.names)
    with ExitStack() as stack:
        if is_verifiable(exporter) and piece.places:
            sources = [stack.enter_context(closing(open_source(place))) for place in piece.places]
            found = _verify_archive(name, sources, exporter, inputs, settings)
        else:
            found = Verification(name, exporter.name, None, 0, 0, 0, {}, (), {})
    gone = _Findings()
    gone.extend(piece.gone)
    return replace(
        found,
        findings=(*found.findings, *gone.kept),
        counts=found.counts | dict(gone.counts),
        as_written=piece.as_written,
    )


def _verify_archive(
    name: str,
    sources: Sequence[Source],
    exporter: Verifiable,
    inputs: Sequence[Path | str],
    settings: Settings,
) -> Verification:
    """Verify an archive that is in one place, or in several that belong together."""
    found, tally = _Findings(), _Tally()
    compared, left_out = 0, Counter[str]()
    for source in sources:
        found.extend(_checked(exporter, source))
    archived = tally.counting(one for source in sources for one in _read_back(exporter, source, found))
    if not inputs:
        for _ in archived:
            pass
    else:
        with _reading(inputs, settings) as read:
            found.extend(unaccounted(read))
            comparison = Comparison(list(_expected(read, find_exporter(exporter.name), settings)))
            found.extend(comparison.findings(archived))
        compared, left_out = comparison.found, comparison.left_out
    return Verification(
        path=name,
        format=exporter.name,
        against=BETWEEN.join(map(str, inputs)) or None,
        conversations=tally.conversations,
        messages=tally.messages,
        compared=compared,
        left_out=dict(left_out),
        findings=tuple(found.kept),
        counts=dict(found.counts),
    )


def find_format(source: Source, name: str | None = None) -> Verifiable:
    """Return the exporter whose result a source is.

    Args:
        source: the archive.
        name: of the exporter; None: the one that recognises the source.

    Raises:
        UnknownFormatError: none recognises it.
        SourceError: none recognises it, because the ZIP archive is damaged.
        AmbiguousFormatError: several do.
        OptionError: ``name`` names an exporter whose results cannot be verified.

    """
    if name is not None:
        exporter = find_exporter(name)
        if not is_verifiable(exporter):
            raise OptionError(f"{name}: what this exporter writes cannot be verified")
        return exporter
    exporters = [exporter for exporter in find_exporters().values() if is_verifiable(exporter)]
    found = [exporter for exporter in exporters if exporter.recognises(source)]
    if not found:
        if source.kind == "zip":
            for member in source.members:
                source.head(member)
        known = ", ".join(exporter.name for exporter in exporters)
        raise UnknownFormatError(f"{source.name}: is no archive that can be verified; these can: {known}")
    if len(found) > 1:
        candidates = tuple(exporter.name for exporter in found)
        raise AmbiguousFormatError(
            f"{source.name}: could be {' or '.join(candidates)}; say which with --to", candidates
        )
    return found[0]


def _reading(inputs: Sequence[Path | str], settings: Settings) -> AbstractContextManager[Reading]:
    return reading(inputs[0], settings) if len(inputs) == 1 else reading_together(inputs, settings)


def _checked(exporter: Verifiable, source: Source) -> Iterator[Finding]:
    try:
        yield from exporter.check(source)
    except ParseError as error:
        yield _unreadable(source, error)


def _read_back(exporter: Verifiable, source: Source, found: _Findings) -> Iterator[Archived]:
    """Yield the conversations up to where an archive is damaged."""
    try:
        yield from exporter.contents(source)
    except ParseError as error:
        found.extend([_unreadable(source, error)])


def _unreadable(source: Source, error: ParseError) -> Finding:
    return Finding("unreadable", source.name, str(error).removeprefix(f"{source.name}: "))


def _expected(read: Reading, exporter: Exporter, settings: Settings) -> Iterator[Expected]:
    """Yield the messages of a source, with the reasons why the archive may lack some."""
    chosen = settings.filter_for(exporter)
    for conversation in read.conversations:
        reasons = chosen.reasons(conversation.messages)
        kept = [message for message, reason in zip(conversation.messages, reasons, strict=True) if not reason]
        unheld: dict[int, str] = {}
        if is_selective(exporter):
            left_out = exporter.left_out(replace(conversation, messages=tuple(kept)))
            unheld = {id(message): reason for message, reason in left_out}
        excuses = [
            reason or unheld.get(id(message))
            for message, reason in zip(conversation.messages, reasons, strict=True)
        ]
        yield from expect(conversation, excuses)
