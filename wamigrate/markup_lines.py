"""Where the lines of a text begin and end."""

from typing import Final

_LINE_FEED: Final = "\n"


class Lines:
    r"""Finds both ends of lines; a long line is looked through once, however often it is asked for.

    >>> lines = Lines("ab\ncd")
    >>> lines.start(4), lines.end(4), lines.end(0)
    (3, 5, 2)
    >>> lines.start(5), lines.start(1), lines.start(2)
    (3, 0, 0)
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._after = range(0)
        """From a place that was asked for to the end of its line."""
        self._before = range(0)
        """From the start of a line to a place in it that was asked for."""

    def end(self, at: int) -> int:
        """Return where the line ends that a place is in."""
        if at not in self._after:
            found = self._text.find(_LINE_FEED, at)
            self._after = range(at, (len(self._text) if found < 0 else found) + 1)
        return self._after[-1]

    def start(self, at: int) -> int:
        """Return where the line begins that a place is in."""
        known = self._before
        if at not in known:
            goes_on = len(known) > 0 and at > known[-1]
            # Only what lies between the place asked for before and this one is new.
            found = self._text.rfind(_LINE_FEED, known[-1] if goes_on else 0, at)
            self._before = range(known.start if found < 0 and goes_on else found + 1, at + 1)
        return self._before.start
