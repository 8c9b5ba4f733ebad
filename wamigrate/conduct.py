"""How somebody behaves in a chat between two, and whether that is how assistants do."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal

from wamigrate.model import Message

WINDOW: Final = 120
WINDOWS: Final = 6
"""Long chats are judged by this many runs of this many messages, spread evenly."""
PROMPT: Final = 120
"""Seconds within which assistants answer; exports without seconds round by up to one minute."""
_PAUSE: Final = 600
"""Seconds of silence after which the next message opens an exchange."""
_FEW: Final = 3
"""Fewer messages, answers or pauses than this say nothing."""
_FORMATTED: Final = re.compile(
    r"^[ \t]*(?:[-*•][ \t]\S|\d{1,2}[.)][ \t]\S|\#{1,6}[ \t]\S|---$)|(?<!\w)\*[^\s*][^*\n]*\*(?!\w)|```",
    re.MULTILINE,
)


def sample(messages: tuple[Message, ...]) -> list[tuple[Message, ...]]:
    """Return all messages of a short chat, or runs of a long one."""
    if len(messages) <= WINDOW * WINDOWS:
        return [messages]
    step = (len(messages) - WINDOW) // (WINDOWS - 1)
    return [messages[at * step : at * step + WINDOW] for at in range(WINDOWS)]


@dataclass(slots=True)
class Conduct:
    """What the sample says of one of two writers."""

    sizes: list[int]
    other_sizes: list[int]
    formatted: int = 0
    other_formatted: int = 0
    asked: int = 0
    """Turns of the other that were answered, or left alone for longer than an assistant needs."""
    prompt: int = 0
    pauses: int = 0
    opened: int = 0

    def signs(self) -> list[Literal["prompt", "never opens", "long", "formatted"]]:
        """Which signs of an assistant hold."""
        found: list[Literal["prompt", "never opens", "long", "formatted"]] = []
        if self.asked >= _FEW and self.prompt >= 0.85 * self.asked:
            found.append("prompt")
        if self.pauses >= _FEW and self.opened <= 0.1 * self.pauses:
            found.append("never opens")
        if len(self.sizes) < _FEW or not self.other_sizes:
            return found
        if _median(self.sizes) >= max(120, 2.5 * _median(self.other_sizes)):
            found.append("long")
        if self._share() >= max(0.2, 3 * self._other_share()):
            found.append("formatted")
        return found

    def convinces(self, other: "Conduct", *, named: bool) -> bool:
        """Tell whether the signs suffice; without a name that fits, more of them and more answers do.

        Prompt answers and one sign of the text are always needed, the other side has far fewer signs, and
        who opens many exchanges is a person.
        """
        signs = self.signs()
        least, answers = (2, _FEW) if named else (3, 2 * _FEW)
        needed = "prompt" in signs and ("long" in signs or "formatted" in signs) and self.asked >= answers
        margin = len(signs) >= least and len(other.signs()) <= len(signs) - 2
        return needed and margin and 3 * self.opened <= self.pauses

    def describe(self) -> str:
        """Give the figures."""
        return (
            f"answered {self.prompt} of {self.asked} messages within {PROMPT // 60} minutes, "
            f"opened {self.opened} of {self.pauses} exchanges, "
            f"median {_median(self.sizes):.0f} characters against {_median(self.other_sizes):.0f}, "
            f"{self._share():.0%} of messages formatted against {self._other_share():.0%}"
        )

    def _share(self) -> float:
        return self.formatted / max(len(self.sizes), 1)

    def _other_share(self) -> float:
        return self.other_formatted / max(len(self.other_sizes), 1)


def _median(sizes: list[int]) -> float:
    return median(sizes or [0])


def measure(windows: Iterable[Sequence[Message]], name: str, other: str) -> Conduct:
    """Measure how ``name`` behaves towards ``other`` in runs of consecutive messages."""
    conduct = Conduct([], [])
    for window in windows:
        previous: Message | None = None
        for message in window:
            if message.role == "notice" or message.author not in (name, other):
                continue
            _note_text(conduct, message, mine=message.author == name)
            if previous is not None:
                _note_turn(conduct, previous, message, name)
            previous = message
    return conduct


def _note_text(conduct: Conduct, message: Message, *, mine: bool) -> None:
    if message.kind != "text":
        return
    formatted = _FORMATTED.search(message.text[:2000]) is not None
    if mine:
        conduct.sizes.append(len(message.text))
        conduct.formatted += formatted
    else:
        conduct.other_sizes.append(len(message.text))
        conduct.other_formatted += formatted


def _note_turn(conduct: Conduct, previous: Message, message: Message, name: str) -> None:
    if previous.timestamp is None or message.timestamp is None:
        return
    # Both as the clock showed them: a chat may mix times with and without offset.
    gap = (message.timestamp.replace(tzinfo=None) - previous.timestamp.replace(tzinfo=None)).total_seconds()
    if gap > _PAUSE:
        conduct.pauses += 1
        conduct.opened += message.author == name
    if previous.author != name and (message.author == name or gap > PROMPT):
        conduct.asked += 1
        conduct.prompt += message.author == name and gap <= PROMPT
