"""Short chats in which day and month could be confused: ``python -m benchmarks dates``."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.accuracy import read
from benchmarks.align import score
from benchmarks.corpus import Corpus, make
from benchmarks.dice import Dice
from benchmarks.styles import Style
from wamigrate.errors import WamigrateError

_RIGHT = 0.99


def run(styles: Sequence[Style], chats: int, seed: int) -> None:
    """Read short chats of every style whose dates can be ambiguous and print a table."""
    print(f"{chats} chats a style, 2 to 100 messages, all parts of all dates up to 12, seed {seed}")
    print(f"{'style':<22}  chats  right %  wrong  flagged: of the wrong  of the right")
    total = [0, 0, 0, 0]
    for style in styles:
        if style.order == "ymd" or "{b}" in style.header:
            continue
        counts = _count(style, chats, seed)
        total = [sum(both) for both in zip(total, counts, strict=True)]
        _row(style.name, *counts)
    _row("all", *total)


def _row(name: str, right: int, wrong: int, flagged_right: int, flagged_wrong: int) -> None:
    chats = right + wrong
    share = 100 * right / chats if chats else 0
    print(
        f"{name:<22}{chats:7}{share:9.1f}{wrong:7}{flagged_wrong:16}/{wrong:<6}{flagged_right:7}/{right}",
        flush=True,
    )


def _count(style: Style, chats: int, seed: int) -> list[int]:
    """Return how many chats are right, how many wrong, and how many of each say that they are ambiguous."""
    counts = [0, 0, 0, 0]
    for number in range(chats):
        dice = Dice("dates", style.name, seed, number)
        corpus = make(style, "short", 2 + dice.below(dice.pick((9, 33, 99))), seed * 1000 + number)
        if any(truth.time.day != truth.time.month for truth in corpus.truths):
            right, flagged = _judge(corpus)
            counts[0 if right else 1] += 1
            counts[2 if right else 3] += flagged
    return counts


def _judge(corpus: Corpus) -> tuple[bool, bool]:
    """Return whether the times are right, and whether the reader called them ambiguous."""
    with TemporaryDirectory() as folder:
        try:
            found, notes = read(corpus.write(Path(folder)))
        except WamigrateError as error:
            print(f"{corpus.style.name}: {type(error).__name__}: {error}")
            return False, False
    return score(corpus.truths, found).share("time") >= _RIGHT, any(
        source.ambiguous for source in notes.sources
    )
