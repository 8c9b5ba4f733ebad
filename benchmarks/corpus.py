"""Invented chats between a person and an assistant, as phones export them, and the truth about every message.

The same style, flavour, length and seed give the same bytes on every machine.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from benchmarks import hard, kinds
from benchmarks.dice import Dice
from benchmarks.hard import Place
from benchmarks.kinds import Body
from benchmarks.styles import Style
from benchmarks.talk import Speaker, phrases
from wamigrate.model import Kind

Flavour = Literal["plain", "nasty", "group", "short"]
FLAVOURS: Final[tuple[Flavour, ...]] = ("plain", "nasty", "group")

_FIRST_DAY: Final = datetime(2023, 5, 1)  # noqa: DTZ001 - phones export wall clocks without a zone
_PASTES: Final = 500
"""A person's message holds a trap that often, in a thousand times that an answer does."""
_LAST_OPEN_DAY: Final = 12
"""Up to this day of a month a day could be a month, too."""


class Truth(Struct, frozen=True):
    """What a reader should find."""

    time: datetime
    """As exact as the file tells it."""
    author: str | None
    """As printed; null where nobody is."""
    body: str
    """Everything between the head and the line end that closes the message."""
    kind: Kind
    attachment: str | None = None
    edited: bool = False
    trap: str = ""
    """Key of :data:`benchmarks.hard.TRAPS` where the body holds one."""
    line: int = 1
    """Line of the head, counted from 1."""


class Corpus(Struct, frozen=True):
    """A chat file and the truth about it."""

    style: Style
    flavour: Flavour
    data: bytes
    truths: list[Truth]

    def write(self, folder: Path) -> Path:
        """Write the file; the truth goes nowhere, it can be made again."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.style.name}.txt"
        path.write_bytes(self.data)
        return path


def make(style: Style, flavour: Flavour, messages: int, seed: int = 1) -> Corpus:
    """Make a chat.

    Args:
        style: whose phone.
        flavour: ``plain``: a chat like any; ``nasty``: with every trap of :mod:`benchmarks.hard`; ``group``:
            several people, some of whom write but once; ``short``: plain, inside the first twelve days of a
            month, so that day and month could be confused.
        messages: how many, notices included; ``short`` may end earlier.
        seed: another number gives another chat.

    """
    chat = _Chat(style, flavour, messages, seed)
    return Corpus(style, flavour, b"".join(chat.render()), chat.truths)


def names(style: Style, flavour: Flavour, messages: int, seed: int = 1) -> tuple[str, str]:
    """Return how the person and the assistant of a chat are called, without making the chat."""
    return _Chat(style, flavour, messages, seed).names


def write(style: Style, flavour: Flavour, messages: int, path: Path, seed: int = 1) -> None:
    """Write a chat of any length message by message, without keeping it or the truth about it.

    The arguments are those of :func:`make`; the bytes are the same, too.
    """
    chat = _Chat(style, flavour, messages, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        for piece in chat.render():
            stream.write(piece)
            chat.truths.clear()


class _Chat:
    """One chat in the making."""

    def __init__(self, style: Style, flavour: Flavour, messages: int, seed: int) -> None:
        self.truths: list[Truth] = []
        self._style, self._flavour, self._messages = style, flavour, messages
        self._dice = dice = Dice(style.name, flavour, messages, seed)
        self.names = (
            style.user or dice.pick(phrases()["users"]),
            style.assistant or dice.pick(phrases()["assistants"]),
        )
        start = dice.below(4)
        self._members = (self.names[0], *phrases()["users"][start : start + 4])
        self._speaker = Speaker(dice)
        self._line = 1

    def render(self) -> Iterator[bytes]:
        """Yield the file, message by message, and collect the truth."""
        for number, (time, author, body) in enumerate(self._talk()):
            yield self._message(time, author, body, first=number == 0)

    def _talk(self) -> Iterator[tuple[datetime, str | None, Body]]:
        """Yield time, author and body of every message."""
        times = self._times()
        start = next(times)
        first = start + timedelta(seconds=self._dice.below(400) - 200)
        opening = kinds.opening_notices(self._place(start))
        for text in opening:
            yield first, self.names[1] if self._style.ios else None, Body(text, "notice")
        speaks = 0
        for time in (start, *(next(times) for _ in range(self._messages - len(opening) - 1))):
            if self._flavour == "short" and time.day > _LAST_OPEN_DAY:
                return
            place = self._place(time)
            if self._dice.chance(4):
                yield time, self.names[1] if self._style.ios else None, Body(kinds.notice(place), "notice")
                continue
            author = self.names[1] if speaks else self._person()
            yield time, author, self._body(place, speaks)
            speaks = 1 - speaks if self._dice.chance(930 - 80 * speaks) else speaks

    def _body(self, place: Place, speaks: int) -> Body:
        if found := kinds.draw(place):
            return found
        pastes = speaks == 1 or self._dice.chance(_PASTES)
        if self._flavour == "nasty" and pastes and (trap := hard.draw(self._dice)):
            return Body(hard.spring(trap, place), trap=trap)
        return Body(self._speaker.answer() if speaks else self._speaker.question())

    def _person(self) -> str:
        """Return who asks: in a group one of four, now and then somebody who is not seen again soon."""
        if self._flavour != "group":
            return self.names[0]
        people: Sequence[str] = phrases()["passers"] if self._dice.chance(15) else self._members
        return self._dice.pick(people)

    def _place(self, time: datetime) -> Place:
        return Place(self._style, time, self.names, self._dice, self._speaker)

    def _times(self) -> Iterator[datetime]:
        """Yield wall clocks: quick turns, long pauses between sittings, now and then a step back."""
        dice = self._dice
        days = max(1, min(900, self._messages // 12))
        time = _FIRST_DAY + timedelta(
            days=dice.below(1250 - days), minutes=dice.below(24 * 60), seconds=dice.below(60)
        )
        if self._flavour == "short":
            days = dice.between(1, 11)
            time = time.replace(day=dice.between(1, _LAST_OPEN_DAY - days + 1))
        pause = days * 24 * 60 * 12 // max(12, self._messages)
        left = dice.between(4, 20)
        while True:
            yield time - timedelta(minutes=dice.between(1, 9)) if dice.chance(1) else time
            left -= 1
            time += timedelta(seconds=dice.between(3, 90))
            if left == 0:
                left = dice.between(4, 20)
                time += timedelta(minutes=dice.between(pause // 4, pause * 7 // 4))

    def _message(self, time: datetime, author: str | None, body: Body, *, first: bool) -> bytes:
        style, text = self._style, body.text
        told = time.replace(microsecond=0) if style.seconds else time.replace(second=0, microsecond=0)
        lead = "\u200e" if style.ios and body.kind in ("media", "contact") else ""
        if style.bom == "each" or (style.bom == "first" and first):
            lead = "\ufeff" + lead
        name = "" if author is None else f"{author}: " if text else f"{author}:"
        truth = Truth(told, author, text, body.kind, body.attachment, body.edited, body.trap, self._line)
        self.truths.append(truth)
        self._line += text.count("\n") + 1
        whole = f"{lead}{style.head(time)}{name}{text}"
        if style.ending == "all-crlf":
            whole = whole.replace("\r\n", "\n").replace("\n", "\r\n")
        return (whole + ("\n" if style.ending == "lf" else "\r\n")).encode()
