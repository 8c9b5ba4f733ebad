"""What is printed at the end of a run over many inputs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from wamigrate.report import Outcome, Result
from wamigrate.wording import count_words

_LABEL: Final = 15
_SEVERITIES: Final = {
    "loss": ("loss", "losses"),
    "warning": ("warning", "warnings"),
    "info": ("remark", "remarks"),
}


def summary_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a table of counts over all inputs; results in several formats count once.

    >>> for line in summary_lines([Outcome("a.zip", kept=True), Outcome("b.zip")]):
    ...     print(line)
    2 inputs       1 converted, 1 done before
    """
    failed = sum(outcome.failure is not None for outcome in outcomes)
    kept = sum(outcome.kept for outcome in outcomes)
    parts = [(len(outcomes) - failed - kept, "converted"), (kept, "done before"), (failed, "failed")]
    yield _line(count_words(len(outcomes), "input"), ", ".join(f"{n:,} {words}" for n, words in parts if n))
    firsts = [outcome.results[0] for outcome in outcomes if outcome.results]
    if firsts:
        yield from _counts(firsts)
        yield _line("notes", _notes(outcomes) or "none")


def _counts(results: Sequence[Result]) -> Iterator[str]:
    yield _line("conversations", f"{sum(result.conversations for result in results):,}")
    yield _line("messages", f"{sum(result.messages_out for result in results):,}")
    present = sum(result.media_present for result in results)
    missing = sum(result.media_missing for result in results)
    if present or missing:
        yield _line("media", f"{count_words(present, 'file')} in the exports, {missing:,} missing")
    days = [time.date() for result in results for time in (result.started_at, result.ended_at) if time]
    if days:
        yield _line("dates", f"{min(days)} to {max(days)}")


def _notes(outcomes: Sequence[Outcome]) -> str:
    found: Counter[str] = Counter(
        note.severity
        for outcome in outcomes
        for note in dict.fromkeys(note for result in outcome.results for note in result.notes)
    )
    parts = [(found[severity], *words) for severity, words in _SEVERITIES.items() if found[severity]]
    return ", ".join(f"{number:,} {one if number == 1 else more}" for number, one, more in parts)


def _line(label: str, value: str) -> str:
    return f"{label:<{_LABEL}}{value}"
