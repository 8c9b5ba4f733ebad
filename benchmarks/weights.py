"""Fit the weights of ``wamigrate/topics.toml``: ``python -m benchmarks.weights``.

Logistic regression by Adagrad, on the train part of the segmentation benchmark alone. The result is
rounded by hand, and weights that the invented threads cannot teach are kept as they are.
"""

from collections.abc import Iterator
from math import exp, sqrt
from typing import Final

from benchmarks.threads import make_threads
from wamigrate.segments import evidence
from wamigrate.topics import weights

_THREADS: Final = 150
_ROUNDS: Final = 40
_RATE: Final = 0.5
_SHRINK: Final = 0.0002


def main() -> None:
    """Print each weight as it is and as the train part would have it."""
    names = [name for name in weights() if name != "base"]
    samples = list(_samples(names))
    found, base = _fit(samples, len(names))
    print(f"{len(samples):,} exchanges; base {weights()['base']:.1f} -> {base:.2f}")
    for name, weight in zip(names, found, strict=True):
        used = sum(1 for values, _ in samples if values[names.index(name)])
        print(f"{name:15} {weights()[name]:5.1f} -> {weight:6.2f}   ({used} times)")


def _samples(names: list[str]) -> Iterator[tuple[tuple[float, ...], bool]]:
    for thread in make_threads("train", _THREADS):
        for start, found in evidence(thread.chat.messages, thread.starts):
            yield tuple(found.get(name, 0.0) for name in names), start in thread.starts


def _fit(samples: list[tuple[tuple[float, ...], bool]], size: int) -> tuple[list[float], float]:
    """Go down the slope sample by sample, each weight with steps that shrink as it moves (Adagrad)."""
    found, moved = [0.0] * (size + 1), [1.0] * (size + 1)
    rows = [([(number, value) for number, value in enumerate((*values, 1.0)) if value], starts)
            for values, starts in samples]  # fmt: skip
    for _ in range(_ROUNDS):
        for values, starts in rows:
            score = sum([found[number] * value for number, value in values])
            error = starts - 1 / (1 + exp(-score))
            for number, value in values:
                slope = error * value - _SHRINK * found[number]
                moved[number] += slope * slope
                found[number] += _RATE * slope / sqrt(moved[number])
    return found[:-1], found[-1]


if __name__ == "__main__":
    main()
