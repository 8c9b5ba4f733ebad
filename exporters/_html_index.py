"""What pages say about all conversations: the list by month, the statistics, sources and findings."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter
from typing import Final, NamedTuple

from markupsafe import Markup

from wamigrate.canon import generator
from wamigrate.history_stats import Gatherer
from wamigrate.model import Conversation, Platform, Severity, SourceInfo, replace
from wamigrate.notes import CODES, Notes
from wamigrate.stats_charts import charts
from wamigrate.turns import conversation_title
from wamigrate.wording import anniversary_words, count_words, date_words, month_words, period_words

from ._html_names import ChatNames

_PLATFORMS: Final[dict[Platform, str]] = {"android": "Android", "ios": "iPhone", "web": "WhatsApp Web"}
_SEVERITIES: Final[tuple[Severity, ...]] = ("loss", "warning", "info")
_MANY: Final = 10
"""Findings of one kind that are listed one by one."""
_UNDATED: Final = "undated"
_LONG_TITLE: Final = 200


class Entry(NamedTuple):
    """What the list says about a conversation."""

    address: str
    title: str
    assistant: str
    start: datetime | None
    """By the clock on the wall, so that all can be compared."""
    end: datetime | None
    messages: int

    @property
    def month(self) -> str:
        """``2025-03``, or a word for those without a date."""
        return f"{self.start:%Y-%m}" if self.start else _UNDATED

    @property
    def about(self) -> str:
        """Day, assistant and length in words, for a list of one month."""
        return self._said(anniversary_words(self.start) if self.start else "")

    @property
    def heading(self) -> str:
        """The same with the year."""
        return self._said(date_words(self.start) if self.start else "")

    def _said(self, day: str) -> str:
        return " · ".join(filter(None, (day, self.assistant, count_words(self.messages, "message"))))


class Month(NamedTuple):
    """A month with its conversations, the newest first."""

    key: str
    title: str
    entries: list[Entry]

    @property
    def about(self) -> str:
        """How much is in it."""
        messages = sum(entry.messages for entry in self.entries)
        return f"{count_words(len(self.entries), 'conversation')}, {count_words(messages, 'message')}"


class Finding(NamedTuple):
    """A finding in words."""

    severity: Severity
    text: str


class Picture(NamedTuple):
    """A chart, ready to be put into a page."""

    key: str
    title: str
    description: str
    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


class Index:
    """Collects what is said about conversations while they are written."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.messages = 0
        self.names = ChatNames()
        self._gatherer = Gatherer()

    def add(self, conversation: Conversation, address: str) -> Entry:
        """Take a conversation in; ``address`` leads to it."""
        if len(conversation.title or "") > _LONG_TITLE:  # pictures have no room for it
            self._gatherer.add(replace(conversation, title=(conversation.title or "")[:_LONG_TITLE]))
        else:
            self._gatherer.add(conversation)
        self.messages += len(conversation.messages)
        self.names.add(conversation)
        people = conversation.participants
        entry = Entry(
            address,
            conversation_title(conversation),
            next((person.name for person in people if person.role == "assistant"), ""),
            _wall_clock(conversation.started_at),
            _wall_clock(conversation.ended_at),
            len(conversation.messages),
        )
        self.entries.append(entry)
        return entry

    def months(self) -> list[Month]:
        """Return the list, the newest first, those without a date at the end."""
        found: dict[str, list[Entry]] = {}
        several = len({entry.assistant for entry in self.entries}) > 1
        entries = self.entries if several else [entry._replace(assistant="") for entry in self.entries]
        dated = [(entry.start, entry) for entry in entries if entry.start]
        for _, entry in sorted(dated, key=itemgetter(0), reverse=True):
            found.setdefault(entry.month, []).append(entry)
        undated = [entry for entry in entries if not entry.start]
        if undated:
            found[_UNDATED] = undated
        return [
            Month(key, month_words(group[0].start) if group[0].start else "Without a date", group)
            for key, group in found.items()
        ]

    def about(self) -> str:
        """Say in words how much there is, and of which time."""
        counts = f"{count_words(len(self.entries), 'conversation')}, {count_words(self.messages, 'message')}"
        return f"{counts}, {self.period()}" if self.period() else counts

    def period(self) -> str:
        """Say in words from when to when, if that is known."""
        times = [time for entry in self.entries for time in (entry.start, entry.end) if time]
        return period_words(min(times).date(), max(times).date()) if times else ""

    def pictures(self) -> list[Picture]:
        """Draw the statistics."""
        return [
            Picture(
                chart.key,
                chart.title,
                chart.description,
                Markup(chart.svg),  # noqa: S704 - a picture of ours, in which everything is escaped
                chart.columns,
                chart.rows,
            )
            for chart in charts(self._gatherer.result())
        ]


def program() -> str:
    """Name the program that wrote the page."""
    maker = generator()
    return f"{maker.name} {maker.version}"


def source_words(info: SourceInfo) -> str:
    """Say in words what was read."""
    parts = (
        info.name,
        _PLATFORMS[info.platform] if info.platform else "",
        count_words(info.messages, "message"),
    )
    return " · ".join(filter(None, parts))


def findings(notes: Notes) -> Iterator[Finding]:
    """Yield findings, the gravest first; where there are many of one kind, only how many."""
    for severity in _SEVERITIES:
        items = [note for note in notes.items if note.severity == severity]
        for code in dict.fromkeys(note.code for note in items):
            found = [note for note in items if note.code == code]
            if len(found) > _MANY:
                yield Finding(severity, f"{CODES[code][1]} ({len(found):,} times)")
            else:
                yield from (Finding(severity, note.text) for note in found)


def people_of(entries: Iterable[str]) -> list[str]:
    """Sort names as people expect it."""
    return sorted(entries, key=str.casefold)


def _wall_clock(time: datetime | None) -> datetime | None:
    return time and time.replace(tzinfo=None)
