"""What the page shows of a session, in words: findings, people, dates, and what can be made."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from wamigrate.destinations import list_destinations
from wamigrate.formats import find_exporters, find_parser, option_types
from wamigrate.inspection import Inspection
from wamigrate.model import Note, SourceInfo
from wamigrate.register import register
from wamigrate.report import Failure
from wamigrate.tables import read_table
from wamigrate.window_sessions import TIMES
from wamigrate.window_words import TABLE, Words

LISTED: Final = 200
"""Conversations that are listed at once."""
_NAMES: Final = 100
"""Names that can be chosen from; a database may hold thousands."""
_FEW: Final = 5
"""Chats whose names a person can oversee."""
_DETAILS: Final = 5
_SEVERITIES: Final = ("loss", "warning", "info")


class Finding(NamedTuple):
    """Notes of one kind."""

    severity: str
    words: str
    times: int
    details: tuple[str, ...]
    """In English."""


class Dating(NamedTuple):
    """What was found out about the order of day and month."""

    order: str
    words: str
    sure: bool
    details: str
    """In English."""


class Option(NamedTuple):
    """Something that can be made."""

    value: str
    title: str
    words: str
    evidence: str
    """``proven``, ``documented``, ``unproven``; nothing for formats."""


class Trouble(NamedTuple):
    """Why something could not be done."""

    title: str
    advice: str
    details: str
    """In English."""


def findings(notes: Iterable[Note], words: Words) -> list[Finding]:
    """Return the notes by kind, the worst first."""
    by_code: dict[tuple[str, str], list[str]] = {}
    for note in notes:
        by_code.setdefault((note.severity, note.code), []).append(note.text)
    known = words.table("findings")
    found = [
        Finding(
            severity,
            known.get(code) or known[f"some-{severity}"],
            len(texts),
            tuple(dict.fromkeys(texts))[:_DETAILS],
        )
        for (severity, code), texts in by_code.items()
    ]
    return sorted(found, key=lambda one: _SEVERITIES.index(one.severity))


def dating(sources: Sequence[SourceInfo], words: Words) -> Dating | None:
    """Return what is known about day and month; of several files, of the least sure."""
    known = [info for info in sources if info.date_order is not None]
    if not known:
        return None
    info = next((one for one in known if one.ambiguous), known[0])
    order = info.date_order or ""
    return Dating(order, words.table("orders")[order], not info.ambiguous, info.date_order_evidence or "")


def swapped(order: str) -> str:
    """Return the other order of day and month.

    >>> swapped("dmy"), swapped("mdy"), swapped("ymd")
    ('mdy', 'dmy', 'dmy')
    """
    return "mdy" if order == "dmy" else "dmy"


def reason_words(reason: str | None, words: Words) -> str:
    """Return why somebody is taken for an assistant, as far as there are words for it."""
    for start, key in read_table(TABLE)["reasons"].items():
        if reason is not None and reason.startswith(start):
            return words.table("why")[str(key)]
    return ""


def names(inspection: Inspection) -> list[str]:
    """Return everybody who writes, those who write most first."""
    counts: dict[str, int] = {}
    for chat in inspection.chats:
        for person in chat.participants:
            counts[person.name] = counts.get(person.name, 0) + person.messages
    return sorted(counts, key=lambda name: -counts[name])[:_NAMES]


def chats(inspection: Inspection) -> list[str]:
    """Return the names of chats of which one can be chosen; none where the format has no such choice."""
    parsers = [find_parser(name) for name in inspection.format.split(", ")]
    if len(inspection.chats) == 1 or not any("chat" in option_types(parser) for parser in parsers):
        return []
    return [chat.title for chat in inspection.chats if chat.title]


def can_name(inspection: Inspection) -> bool:
    """Tell whether names can be corrected: of one chat, or of as few as people have."""
    return len(inspection.chats) <= _FEW


def services() -> list[tuple[str, str]]:
    """Return every assistant of the register: key and title."""
    return [(bot.key, bot.title) for bot in register()]


def service_title(key: str | None) -> str:
    """Return what people call an assistant.

    >>> service_title("copilot"), service_title(None)
    ('Copilot', '')
    """
    return next((title for known, title in services() if known == key), "")


def choices(words: Words) -> list[tuple[str, list[Option]]]:
    """Return everything that can be made, in groups; what no group names is in the last ones."""
    options = {option.value: option for option in _options(words)}
    groups: list[tuple[str, list[Option]]] = []
    for name, values in read_table(TABLE)["groups"].items():
        listed = [options.pop(value) for value in values if value in options]
        groups.append((str(name), listed))
    rest = dict(groups)
    for option in options.values():
        rest["programs" if option.value.startswith("into:") else "formats"].append(option)
    return [(name, listed) for name, listed in groups if listed]


def _options(words: Words) -> Iterator[Option]:
    known = words.table("choices")
    for destination in list_destinations():
        usual = words("imports_chats") if destination.chats else ""
        said = known.get(f"into:{destination.key}", usual)
        title = words.table("titles").get(f"into:{destination.key}", destination.title)
        yield Option(f"into:{destination.key}", title, said, destination.evidence)
    for name, exporter in find_exporters().items():
        title = words.table("titles").get(f"to:{name}", exporter.title)
        yield Option(f"to:{name}", title, known.get(f"to:{name}", ""), "")


def trouble(failure: Failure, words: Words, limit: int) -> Trouble:
    """Say what went wrong and what to do, in the language of the page."""
    table = words.table("troubles")
    key = failure.error if failure.error in table else "other"
    title = table[key]
    advice = words.table("advice")[key].format(limit=words.size(limit), total=words.size(TIMES * limit))
    return Trouble(title, advice, failure.message)
