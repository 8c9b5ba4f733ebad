"""What the worst inputs cost: ``python -m benchmarks worst``.

``worst.toml`` lists them; more are made of every expression in wamigrate (:mod:`benchmarks.pumps`). Each goes
through the whole command to JSON and Markdown at sizes that double. Counted is the processor's time, without
that of a tiny chat, so that a busy machine tells the same.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

import msgspec
from msgspec import Struct

from benchmarks.launch import Run, run
from benchmarks.pumps import Pump, expressions, pumps
from benchmarks.tables import read_table

SIZES: Final = (1_250_000, 2_500_000, 5_000_000, 10_000_000)
LIMIT: Final = 40.0
"""Seconds of processor time after which a run is ended."""
_STEEPEST: Final = 1.3
"""More than this exponent of growth is a finding, ..."""
_SLOWEST: Final = 10.0
"""... and so are more seconds than these for the largest size."""
_MEASURABLE: Final = 0.2
"""Seconds below which growth is not told from noise."""
_REFUSED: Final = (3, 4, 5, 6)
"""Exit codes of inputs that are no chat."""
_EACH: Final = 4
"""Pumps of each expression."""

Beginning = tuple[str, str, str]
Where = Literal[
    "answer", "question", "marked", "both", "android", "ios", "web", "paste", "page", "json", "lines", "bare"
]


class Input(Struct, frozen=True):
    """A row of ``worst.toml``, which explains the fields."""

    name: str
    in_: Where = msgspec.field(name="in")
    unit: str
    lead: str = ""
    tail: str = ""
    turn: str = ""
    back: str = ""

    def text(self, size: int) -> str:
        """Return the text, of about ``size`` bytes.

        >>> Input("x", "bare", "[", "<", ">", "a", "]").text(9)
        '<[[[a]]]>'
        """
        if not self.turn:
            return self.lead + self.unit * (size // len(self.unit.encode())) + self.tail
        half, back = size // 2, self.back or self.unit
        room = half - len((self.lead + self.tail + self.turn).encode()) // 2
        first, second = room // len(self.unit.encode()), room // len(back.encode())
        return f"{self.lead}{self.unit * first}{self.turn}{back * second}{self.tail}"


class Case(Struct, frozen=True):
    """An input in its place."""

    name: str
    where: str
    input: Input | None = None
    """None: pumps of every expression."""

    def write(self, folder: Path, size: int) -> Path:
        """Write the file and return where it is."""
        file, before, after = _beginnings()["android" if self.where in _SPEAKERS else self.where]
        path = folder / file
        path.write_bytes(f"{before}{self._middle(size)}{after}".encode())
        return path

    def _middle(self, size: int) -> str:
        bodies = _pumped(size) if self.input is None else [self.input.text(size)]
        if self.where not in _SPEAKERS:
            return bodies[0]
        head = f"25/03/2025, 10:02 - {_SPEAKERS[self.where]}"
        last = "25/03/2025, 10:03 - Anna: thank you\n"
        return "".join(f"{head}{body}\n" for body in bodies) + last


class Result(Struct, frozen=True):
    """What a case took."""

    case: str
    where: str
    seconds: dict[int, float]
    """Processor time by size, start-up left out."""
    status: int
    """The last exit status; negative: of a signal."""
    limit: bool = False
    """Whether a run was ended because it took too long."""

    @property
    def exponent(self) -> float | None:
        """How the time grows with the size: 1 is in step with it; None: too short to tell."""
        points = [(log(size), log(used)) for size, used in self.seconds.items() if used > _MEASURABLE]
        if len(points) < 2:  # noqa: PLR2004 - two points make a line
            return None
        middle = sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
        spread = sum((x - middle[0]) ** 2 for x, _ in points)
        return sum((x - middle[0]) * (y - middle[1]) for x, y in points) / spread

    @property
    def finding(self) -> str:
        """What is wrong, in words; empty: nothing."""
        found: list[str] = []
        if self.limit:
            found.append(f"ended after {LIMIT:.0f} s")
        elif self.status not in (0, *_REFUSED):
            found.append(f"exit status {self.status}")
        if (exponent := self.exponent) is not None and exponent > _STEEPEST:
            found.append("grows too fast")
        if max(self.seconds.values(), default=0) > _SLOWEST:
            found.append("slow")
        return ", ".join(found)


_SPEAKERS: Final = {"answer": "ChatGPT: a", "question": "Anna: a", "marked": "ChatGPT: \u200e"}


def _beginnings() -> dict[str, Beginning]:
    return msgspec.convert(read_table("worst.toml")["beginnings"], dict[str, Beginning])


def cases(only: Sequence[str] = ()) -> Iterator[Case]:
    """Yield every case, or those whose name holds one of the words."""
    inputs = msgspec.convert(read_table("worst.toml")["inputs"], list[Input])
    for speaker in _SPEAKERS:
        case = Case("pumps of every expression", speaker)
        if _wanted(case.name, only):
            yield case
    for input_ in inputs:
        if _wanted(input_.name, only):
            for where in ("answer", "question") if input_.in_ == "both" else (input_.in_,):
                yield Case(input_.name, where, input_)


def _wanted(name: str, only: Sequence[str]) -> bool:
    return not only or any(word in name for word in only)


def _pumped(size: int) -> list[str]:
    """Return bodies, together of a size, in which every expression finds what could hold it up."""
    found: dict[Pump, None] = {}
    for _, expression in expressions():
        some = pumps(expression)
        found.update(dict.fromkeys(islice(some, 0, None, max(1, len(some) // _EACH))))
    return [_in_one_message(pump.text(size // len(found))) for pump in found]


def _in_one_message(text: str) -> str:
    """Take the digits after line feeds away: they would begin the next message."""
    return text.encode("utf-8", "replace").decode().replace("\n2", "\n").replace("\n[", "\n")


def measure(case: Case, sizes: Sequence[int], start: float) -> Result:
    """Convert a case at every size, until one takes too long."""
    seconds: dict[int, float] = {}
    status = 0
    for size in sizes:
        done = _convert(case, size)
        seconds[size] = max(0.0, done.cpu - start)
        status = done.status
        if done.over:
            return Result(case.name, case.where, seconds, status, limit=True)
    return Result(case.name, case.where, seconds, status)


def _convert(case: Case, size: int) -> Run:
    with TemporaryDirectory() as folder:
        path = case.write(Path(folder), size)
        command = str(Path(sys.executable).with_name("wamigrate"))
        arguments = ["export", str(path), "--to", "json", "--to", "markdown", "-o", f"{folder}/out/", "-q"]
        return run([command, *arguments], cpu=LIMIT)


def start_up() -> float:
    """Return the processor time that a tiny chat takes."""
    case = Case("tiny", "answer", Input("tiny", "answer", "a"))
    return min(_convert(case, 10).cpu for _ in range(3))


def main(sizes: Sequence[int], only: Sequence[str]) -> list[Result]:
    """Measure and print; return the findings."""
    start = start_up()
    print(f"start-up, left out below: {start:.2f} s")
    print(f"{'':42}{'where':<9}", *(f"{size / 1e6:>6.2f}M" for size in sizes), " growth   MB/s", sep=" ")
    found: list[Result] = []
    for case in cases(only):
        result = measure(case, sizes, start)
        print(row(result, sizes), flush=True)
        if result.finding:
            found.append(result)
    print(f"{len(found)} findings")
    return found


def row(result: Result, sizes: Sequence[int]) -> str:
    """Render a result as a line of the table.

    >>> row(Result("stars", "answer", {1_000_000: 1.0, 2_000_000: 4.0}, 0), (1_000_000, 2_000_000))
    'stars                                     answer       1.00    4.00    2.00    0.5  grows too fast'
    """
    times = " ".join(
        f"{result.seconds[size]:7.2f}" if size in result.seconds else f"{'':7}" for size in sizes
    )
    growth = f"{result.exponent:7.2f}" if result.exponent is not None else f"{'':7}"
    size, used = max(result.seconds.items())
    rate = f"{size / 1e6 / used:6.1f}" if used > _MEASURABLE else f"{'':6}"
    words = result.finding or ("refused" if result.status in _REFUSED else "")
    return f"{result.case:<42}{result.where:<9} {times} {growth} {rate}  {words}".rstrip()
