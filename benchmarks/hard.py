"""What breaks readers: lines inside messages that look like the head of a message."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from benchmarks.dice import Dice
from benchmarks.styles import Style, find_styles
from benchmarks.talk import Speaker


class Place(NamedTuple):
    """Where a line stands: in which phone's file, when, and between whom."""

    style: Style
    time: datetime
    names: tuple[str, str]
    dice: Dice
    speaker: Speaker


def _now(place: Place) -> list[str]:
    """Make a line of a stranger's, with the time of the message itself."""
    return [_line(place, place.time, _stranger(place))]


def _past(place: Place) -> list[str]:
    """Make lines of strangers, days to years ago."""
    time = _ago(place)
    return [
        _line(place, time + timedelta(minutes=3 * number), _stranger(place)) for number in range(_few(place))
    ]


def _agenda(place: Place) -> list[str]:
    """List dates to come, as a plan does."""
    day = place.time.replace(hour=9, minute=0, second=0)
    return [
        _line(place, day + timedelta(days=number, minutes=90), _stranger(place))
        for number in range(1, 2 + _few(place))
    ]


def _known(place: Place) -> list[str]:
    """Quote an older piece of this very chat."""
    time = _ago(place)
    return [
        _line(place, time + timedelta(minutes=number), place.names[number % 2])
        for number in range(_few(place))
    ]


def _bare_now(place: Place) -> list[str]:
    """Make lines without a name, with the time of the message: only the words tell them from notices."""
    return [
        f"{place.style.head(place.time)}{place.speaker.one('bare')}" for _ in range(place.dice.between(1, 2))
    ]


def _bare_past(place: Place) -> list[str]:
    """Make lines without a name, with times of other days."""
    return [
        f"{place.style.head(_ago(place))}{place.speaker.one('bare')}" for _ in range(place.dice.between(1, 2))
    ]


def _other(place: Place) -> list[str]:
    """Quote a piece of another phone's chat."""
    other = find_styles()[place.dice.pick(_OTHERS)]
    if other.header == place.style.header:
        other = find_styles()["android-fi"]
    moved = place._replace(style=other)
    return _known(moved) if place.dice.chance(500) else _past(moved)


def _log(place: Place) -> list[str]:
    return place.speaker.one("log").split("\n")


def _bracket(place: Place) -> list[str]:
    return [place.speaker.one("bracket") for _ in range(_few(place))]


def _odd(place: Place) -> list[str]:
    return [place.speaker.one("odd")]


def _blank(place: Place) -> list[str]:
    return ["", "", *([""] if place.dice.chance(500) else []), place.speaker.one("sentence")]


def _return(place: Place) -> list[str]:
    """Separate lines as text pasted from Windows does."""
    lines = [place.speaker.one("item") for _ in range(3)]
    return ["\r\n".join(lines)] if place.style.ending == "lf" else lines


def _edges(place: Place) -> list[str]:
    """End in white space, as texts of programs do."""
    return [place.speaker.one("sentence") + place.dice.pick((" ", "\n", " \n\n", "\t"))]


_OTHERS: Final = (
    "android-eu-24h",
    "android-us-12h",
    "android-de",
    "android-se-iso",
    "ios-us-12h",
    "ios-eu",
    "ios-de",
    "ios-colon",
)
TRAPS: Final[dict[str, tuple[float, Callable[[Place], list[str]]]]] = {
    "stranger-now": (3.5, _now),
    "stranger-past": (4, _past),
    "stranger-agenda": (4, _agenda),
    "known-past": (4, _known),
    "no-name-now": (1.5, _bare_now),
    "no-name-past": (3.5, _bare_past),
    "other-phone": (10, _other),
    "log": (20, _log),
    "bracket": (7, _bracket),
    "odd-characters": (10, _odd),
    "blank-lines": (5, _blank),
    "carriage-return": (4, _return),
    "edges": (3, _edges),
}
"""Every trap: how many of a thousand answers hold it, and what makes its lines."""


def draw(dice: Dice) -> str:
    """Draw a trap for a message, or, mostly, none (empty)."""
    roll = dice.below(100_000) / 100
    for name, (in_thousand, _) in TRAPS.items():
        if roll < in_thousand:
            return name
        roll -= in_thousand
    return ""


def spring(trap: str, place: Place) -> str:
    """Write a message with the trap in it: an answer, or a paste of the person's.

    The trap's lines never stand first, since there they would follow the name.
    """
    dice, speaker = place.dice, place.speaker
    lines = TRAPS[trap][1](place)
    if trap == "edges":
        return dice.pick(("", " ", "\n\n")) + lines[0]
    if trap not in ("blank-lines", "log") and dice.chance(300):
        lines = ["```", *lines, "```"]
    intro = dice.pick((speaker.one("opening"), speaker.paragraph(), speaker.answer(), "Here it is:", ""))
    after = dice.pick(("", "", f"\n{speaker.one('closing')}", f"\n\n{speaker.answer()}"))
    return f"{intro}\n{chr(10).join(lines)}{after}"


def _line(place: Place, time: datetime, name: str) -> str:
    return f"{place.style.head(time)}{name}: {place.speaker.one('said')}"


def _stranger(place: Place) -> str:
    return place.speaker.one("stranger")


def _ago(place: Place) -> datetime:
    return place.time - timedelta(minutes=place.dice.between(2 * 24 * 60, 600 * 24 * 60))


def _few(place: Place) -> int:
    return place.dice.pick((1, 1, 2, 3, 5))
