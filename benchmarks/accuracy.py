"""How right wamigrate reads every phone style: ``python -m benchmarks accuracy``."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from msgspec.structs import replace

from benchmarks.align import ASPECTS, Found, Pair, Score, score
from benchmarks.corpus import Corpus, Flavour, make
from benchmarks.hard import TRAPS
from benchmarks.styles import Style
from wamigrate.errors import WamigrateError
from wamigrate.formats import find_parser
from wamigrate.notes import Notes
from wamigrate.source import open_source

_WIDTH: Final = 100
_BAR: Final = 0.999
"""Share of messages whose time, author and text have to be right."""


def read(path: Path) -> tuple[list[Found], Notes]:
    """Read a chat with wamigrate."""
    notes = Notes()
    source = open_source(path)
    try:
        chats = list(find_parser("whatsapp").parse(source, notes))
    finally:
        source.close()
    found = [
        Found(
            message.timestamp,
            message.author,
            message.text if message.raw is None else message.raw,
            message.kind,
            tuple(attachment.name for attachment in message.attachments),
            message.edited,
        )
        for chat in chats
        for message in chat.messages
    ]
    return found, notes


def measure(corpus: Corpus) -> Score | WamigrateError:
    """Write a chat, read it back and score it; an error of the reader is a result, too."""
    with TemporaryDirectory() as folder:
        try:
            found, _ = read(corpus.write(Path(folder)))
        except WamigrateError as error:
            return error
    if corpus.style.ending == "all-crlf":
        found = [replace(one, body=one.body.replace("\r\n", "\n")) for one in found]
    return score(corpus.truths, found)


def run(
    styles: Sequence[Style], flavours: Iterable[Flavour], messages: int, seed: int
) -> Iterator[tuple[Flavour, Style, Score | WamigrateError]]:
    """Score every style in every flavour."""
    for flavour in flavours:
        for style in styles:
            yield flavour, style, measure(make(style, flavour, messages, seed))


def report(scores: Iterable[tuple[Flavour, Style, Score | WamigrateError]], failures: int) -> bool:
    """Print a table; tell whether of every style 99.9 % of the messages are right.

    Args:
        scores: what :func:`run` yields.
        failures: how many wrong messages of a style to show.

    """
    good = True
    for flavour, rows in groupby(scores, lambda row: row[0]):
        print(
            f"\n{flavour:<22}{'right':>8}",
            *(f"{aspect:>7}" for aspect in ASPECTS),
            "  extra  lost  traps kept",
        )
        results: list[Score] = []
        for _, style, result in rows:
            good &= _row(style, result, failures)
            if isinstance(result, Score):
                results.append(result)
        _traps(results)
    return good


def _row(style: Style, result: Score | WamigrateError, failures: int) -> bool:
    if isinstance(result, WamigrateError):
        print(f"{style.name:<22} {type(result).__name__}: {result}")
        return False
    kept, traps = result.traps()
    shares = "".join(f"{100 * result.share(aspect):8.1f}" for aspect in ("whole", *ASPECTS))
    print(f"{style.name:<22}{shares}{result.extra:8}{result.lost:6}{kept:8}/{traps}", flush=True)
    for pair in [pair for pair in result.pairs if not all(pair.right.values())][:failures]:
        _explain(pair)
    return result.share("whole") >= _BAR


def _traps(results: Iterable[Score]) -> None:
    """Print how many messages with each trap kept their text, over all styles."""
    traps = Counter((pair.truth.trap, pair.right["text"]) for result in results for pair in result.pairs)
    for trap in TRAPS:
        if whole := traps[trap, True] + traps[trap, False]:
            print(f"  {trap:<20}{traps[trap, True]:6} of {whole} messages with it kept their text")


def _explain(pair: Pair) -> None:
    """Print a truth, and in what the finding differs from it."""
    truth, found = pair.truth, pair.found
    trap = f", trap {truth.trap}" if truth.trap else ""
    print(f"    line {truth.line}: {truth.time} {truth.author!a} {truth.kind}{trap}")
    if found is None:
        print(f"      not found: {truth.body[:_WIDTH]!a}")
        return
    if not pair.right["time"]:
        print(f"      time: {found.time}")
    if not pair.right["author"]:
        print(f"      author: {found.author!a}")
    if not pair.right["kind"]:
        print(f"      kind: {found.kind}, edited: {found.edited}; {truth.body[:_WIDTH]!a}")
    if not pair.right["files"]:
        print(f"      files: {found.attachments!a} for {truth.attachment!a}")
    if not pair.right["text"]:
        _compare(truth.body, found.body)


def _compare(true: str, found: str) -> None:
    """Print where two texts part."""
    common = next(
        (place for place, (one, two) in enumerate(zip(true, found, strict=False)) if one != two),
        min(len(true), len(found)),
    )
    start = max(0, common - 20)
    print(f"      text: {len(true)} characters, found {len(found)}; they part at {common}:")
    print(f"        true:  {true[start : common + _WIDTH]!a}")
    print(f"        found: {found[start : common + _WIDTH]!a}")
