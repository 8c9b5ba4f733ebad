"""How long a target is fuzzed, and what that came to."""

from typing import NamedTuple


class Figures(NamedTuple):
    """What a run of a target came to."""

    runs: int
    seconds: float
    coverage: int
    """Places of the program that were reached."""
    features: int
    corpus: int
    findings: int


class Bounds(NamedTuple):
    """How long a target runs: whatever is over first; 0 is without end."""

    runs: int
    seconds: int
