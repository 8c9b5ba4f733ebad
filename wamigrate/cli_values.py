"""What flags take: each value is checked here, so that what does not fit is refused in words of our own."""

from collections.abc import Callable
from pathlib import Path

import typer


class RefusedError(typer.BadParameter):
    """A value that does not fit; the message says where, what it must be, and needs nothing around it."""

    def format_message(self) -> str:
        """Return the message as it is, without what the library says before others."""
        return self.message


def one_of(flag: str, *values: str) -> Callable[[str], str]:
    """Make what takes one of a few words.

    Args:
        flag: the flag, for messages.
        values: the words.

    """

    def parse(text: str) -> str:
        if text not in values:
            raise RefusedError(f"{flag} {text}: must be {', '.join(values[:-1])} or {values[-1]}")
        return text

    return parse


def completing(*values: str) -> Callable[[str], list[str]]:
    """Make what completes one of a few words in a shell."""

    def matching(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete)]

    return matching


def whole_number(flag: str, least: int, most: int, what: str) -> Callable[[str], int]:
    """Make what takes a whole number.

    Args:
        flag: the flag, for messages.
        least: the smallest number.
        most: the largest number.
        what: what it must be, in words.

    """

    def parse(text: str) -> int:
        digits = str(text).strip()  # the library also shows it the default
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= len(str(most))):
            raise RefusedError(f"{flag} {text}: must be {what}")
        if not least <= int(digits) <= most:
            raise RefusedError(f"{flag} {text}: must be {what}")
        return int(digits)

    return parse


def filled(what: str) -> Callable[[str], str]:
    """Make what takes any text but an empty one, as an unset variable of a script is.

    Args:
        what: the flag or argument with a verb, for messages: ``-o is``.

    """

    def parse(text: str) -> str:
        if not text:
            raise RefusedError(f"{what} empty: name a file or a folder")
        return text

    return parse


def path(what: str) -> Callable[[str], Path]:
    """Make what takes a path; the argument is that of :func:`filled`."""
    parse_text = filled(what)

    def parse(text: str) -> Path:
        return Path(parse_text(str(text)))

    return parse
