"""What a phone prints for messages that are no plain text: places, contacts, polls, calls.

Databases hold these in parts. They are put together as phone exports print them in English, so that one chat
reads the same from either.
"""

import re
from collections.abc import Iterable
from typing import Final

_FOLD: Final = re.compile(r"\r?\n[ \t]")
_ESCAPE: Final = re.compile(r"\\([,;\\:])")
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


def location_text(latitude: float | None, longitude: float | None, *details: str) -> str:
    r"""Write a place.

    Args:
        latitude: degrees; None where unknown.
        longitude: degrees.
        details: name, address, link; empty ones are left out.

    >>> location_text(52.5163, 13.3777, "Brandenburger Tor", "", "Pariser Platz")
    'location: https://maps.google.com/?q=52.5163,13.3777\nBrandenburger Tor\nPariser Platz'
    >>> location_text(None, None, "Brandenburger Tor")
    'Brandenburger Tor'

    """
    lines = [detail for detail in details if detail]
    if latitude is not None and longitude is not None:
        lines.insert(0, f"location: https://maps.google.com/?q={_degrees(latitude)},{_degrees(longitude)}")
    return "\n".join(lines)


def _degrees(value: float) -> str:
    """Write degrees to a tenth of a metre; binary fractions go on and on."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def poll_words(question: str, options: Iterable[tuple[str, int | None]]) -> str:
    r"""Write a poll.

    Args:
        question: what is asked.
        options: each with the number of its votes; None where unknown.

    >>> poll_words("Tea?", [("Yes", 1), ("No", 0)])
    'POLL:\nTea?\nOPTION: Yes (1 vote)\nOPTION: No (0 votes)'

    """
    lines = ["POLL:", question]
    for option, votes in options:
        counted = "" if votes is None else f" ({votes} vote{'' if votes == 1 else 's'})"
        lines.append(f"OPTION: {option}{counted}")
    return "\n".join(lines)


def contact_words(vcards: Iterable[str]) -> str:
    r"""Write contacts with their numbers and addresses, one on each line.

    Args:
        vcards: contacts as vCards (RFC 6350).

    >>> contact_words(["BEGIN:VCARD\nFN:Nora Blum\nTEL;waid=491701234567:+49 170 1234567\nEND:VCARD"])
    'Nora Blum: +49 170 1234567'

    """
    return "\n".join(filter(None, map(_contact, vcards)))


def _contact(vcard: str) -> str:
    names: dict[str, str] = {}
    values: dict[str, None] = {}
    for line in _FOLD.sub("", vcard).replace("\r", "").split("\n"):
        head, _, value = line.partition(":")
        key = head.partition(";")[0].rpartition(".")[2].upper()
        if key == "FN":
            names["full"] = _unescape(value)
        elif key == "N":
            family, given = [*value.split(";"), ""][:2]
            names["parts"] = _unescape(f"{given} {family}")
        elif key in ("TEL", "EMAIL") and value:
            values[_unescape(value)] = None
    return ": ".join(filter(None, (names.get("full") or names.get("parts"), ", ".join(values))))


def _unescape(value: str) -> str:
    return _ESCAPE.sub(r"\1", value.replace("\\n", " ").replace("\\N", " ")).strip()


def call_words(*, video: bool, answered: bool, own: bool, seconds: int = 0) -> str:
    """Write a call.

    Args:
        video: whether it was with pictures.
        answered: whether the two talked.
        own: whether the owner of the phone called.
        seconds: how long.

    >>> call_words(video=False, answered=True, own=True, seconds=192)
    'Voice call, 3 min 12 sec'
    >>> call_words(video=True, answered=False, own=False), call_words(video=False, answered=False, own=True)
    ('Missed video call', 'Voice call, no answer')

    """
    kind = "video call" if video else "voice call"
    if answered:
        return f"{kind.capitalize()}, {length_words(seconds)}" if seconds > 0 else kind.capitalize()
    return f"{kind.capitalize()}, no answer" if own else f"Missed {kind}"


def length_words(seconds: int) -> str:
    """Write a length of time.

    >>> length_words(12), length_words(3600), length_words(7 * 86400)
    ('12 sec', '1 h', '7 days')
    """
    if seconds and seconds % _DAY == 0:
        return "1 day" if seconds == _DAY else f"{seconds // _DAY} days"
    parts = (
        (seconds // _HOUR, "h"),
        (seconds % _HOUR // _MINUTE, "min"),
        (seconds % _MINUTE, "sec"),
    )
    return " ".join(f"{value} {unit}" for value, unit in parts if value) or "0 sec"
