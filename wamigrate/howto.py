"""``HOWTO.md``: what lies in the folder of a migration, what to do with it, and what is not in it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from wamigrate.archived import is_verifiable
from wamigrate.destinations import Destination, Step
from wamigrate.filters import left_out_words
from wamigrate.formats import find_exporter
from wamigrate.model import Note
from wamigrate.nesting import escape
from wamigrate.notes import SELECTED
from wamigrate.origin import generator_words
from wamigrate.parcels import Delivery, Parcel
from wamigrate.report import Result
from wamigrate.wording import count_words, period_words, size_words

NAME: Final = "HOWTO.md"
_EVIDENCE: Final = {
    "proven": "Proven",
    "documented": "Documented, not tried by the project",
    "unproven": "**Unproven**",
}
_BAD: Final = ("loss", "warning")
_MANY: Final = 5
"""Findings of one kind that are listed."""


def howto(destination: Destination, delivery: Delivery) -> str:
    """Write the instructions for a destination.

    Args:
        destination: where the conversations are to go.
        delivery: what was written.

    """
    blocks = [
        f"# To {escape(destination.title)}",
        f"{_EVIDENCE[destination.evidence]}: {destination.remark}",
        "## What is here",
        "\n".join(_table(delivery.parcels)),
        *delivery.missing.values(),
        "## What to do",
        f"*As of {destination.as_of}; applications move their menus now and then.*",
        "\n".join(_steps(destination.steps, delivery)),
    ]
    remarks = [*destination.limits, *destination.notes, *_too_large(delivery.parcels)]
    if remarks:
        blocks += ["## Good to know", "\n".join(f"- {remark}" for remark in remarks)]
    contents = [*_contents(delivery), *_proof(delivery)]
    blocks += ["## What is in it, and what is not", "\n".join(contents)]
    blocks.append(f"*Made by {generator_words()}. Chats are private: so is this folder.*")
    return "\n\n".join(blocks) + "\n"


def _table(parcels: Sequence[Parcel]) -> Iterator[str]:
    yield "| file | size | what |"
    yield "|---|---:|---|"
    for parcel in parcels:
        number = f", {count_words(parcel.files, 'file')}" if parcel.path.endswith("/") else ""
        yield f"| `{parcel.path}` | {size_words(parcel.size)}{number} | {parcel.what} |"


def _steps(steps: Sequence[Step], delivery: Delivery) -> Iterator[str]:
    """Yield the steps for which there is something, numbered."""
    paths: dict[int, list[str]] = {number: [] for number in delivery.missing}
    for parcel in delivery.parcels:
        paths.setdefault(parcel.piece, []).append(f"`{parcel.path}`")
    number = 0
    for step in steps:
        text = _filled(step, paths)
        if text is not None:
            number += 1
            yield f"{number}. {text}"


def _filled(step: Step, paths: Mapping[int, Sequence[str]]) -> str | None:
    """Return a step with the names of files in it; None where it is about one that is not there."""
    named = [piece for piece in paths if f"{{{piece}}}" in step.text]
    if any(not paths[piece] for piece in (*named, *([] if step.piece is None else [step.piece]))):
        return None
    text = step.text
    for piece in named:
        text = text.replace(f"{{{piece}}}", ", ".join(paths[piece]))
    return text


def _too_large(parcels: Iterable[Parcel]) -> Iterator[str]:
    for parcel in parcels:
        if parcel.too_large:
            yield f"`{parcel.path}` is larger than that: it holds one conversation; `--split` makes more."


def _contents(delivery: Delivery) -> Iterator[str]:
    """Yield what the destination gets of the chat, and every reason why it does not get all."""
    results = delivery.results
    first = results[0]
    starts = [result.started_at for result in results if result.started_at is not None]
    ends = [result.ended_at for result in results if result.ended_at is not None]
    days = f", {period_words(min(starts).date(), max(ends).date())}" if starts and ends else ""
    names = ", ".join(dict.fromkeys(escape(info.name) for info in first.sources))
    messages = sum(result.messages_out for result in results if result.to == first.to)
    conversations = sum(result.conversations for result in results if result.to == first.to)
    yield (
        f"- {count_words(messages, 'message')} in {count_words(conversations, 'conversation')}{days} "
        f"were read from {names or 'the input'}."
    )
    yield from _left_out(delivery)
    if first.media_missing:
        them = "it" if first.media_missing == 1 else "them"
        missing = count_words(first.media_missing, "file")
        yield f"- {missing} that messages mention: the export does not hold {them}."
    for words in main_notes(all_notes(results)):
        yield f"- {escape(words)}"


def _left_out(delivery: Delivery) -> Iterator[str]:
    """Yield what was left out on request, and of which files if not of all."""
    places: dict[str, list[str]] = {}
    for parcel, result in zip(delivery.parcels, delivery.results, strict=True):
        for reason, number in result.left_out.items():
            places.setdefault(left_out_words(reason, number), []).append(f"`{parcel.path}`")
    for words, paths in places.items():
        where = "" if len(paths) == len(delivery.parcels) else f" ({', '.join(paths)})"
        yield f"- {words}{where}."


def _proof(delivery: Delivery) -> Iterator[str]:
    """Yield how to prove that a piece is complete, where it is in one place and can be read back."""
    each = ", `--against` for each input" if len(delivery.results[0].sources) > 1 else ""
    for parcel in delivery.parcels:
        alone = sum(other.piece == parcel.piece for other in delivery.parcels) == 1
        if alone and is_verifiable(find_exporter(parcel.exporter)):
            yield (
                f"- `wamigrate verify {parcel.path} --against INPUT`{each}, with the options of this "
                "migration, proves that nothing else is missing."
            )


def main_notes(notes: Iterable[Note]) -> Iterator[str]:
    """Yield what was selected, then losses and warnings; each text once with how often it stands there.

    Of each kind there are five at most.

    >>> list(main_notes([Note("gap", "warning", "a gap"), Note("gap", "warning", "a gap", line=2)]))
    ['warning: a gap (2 times)']
    """
    counts = Counter((note.severity, note.code, note.text) for note in notes)
    yield from (text for _, code, text in counts if code == SELECTED)
    for severity in _BAD:
        kinds: Counter[str] = Counter()
        for (found, code, text), times in counts.items():
            if found == severity and kinds[code] < _MANY:
                kinds[code] += 1
                yield f"{severity}: {text}" + (f" ({times:,} times)" if times > 1 else "")


def all_notes(results: Iterable[Result]) -> tuple[Note, ...]:
    """Return the findings of all results; one that several have, only once."""
    return tuple(dict.fromkeys(note for result in results for note in result.notes))
