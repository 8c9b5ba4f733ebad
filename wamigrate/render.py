"""Everything that is printed. What comes out of a chat is escaped first: it could steer the terminal."""

import sys
import traceback
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO, TypeVar

from wamigrate.filters import NOTICES, SERVICE_NOTICES
from wamigrate.formats import find_parser
from wamigrate.media import count_unwritten
from wamigrate.model import replace
from wamigrate.notes import SELECTED
from wamigrate.render_batch import summary_lines
from wamigrate.report import BETWEEN, Outcome, Result

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from wamigrate.catalogue import Catalogue, Entry
    from wamigrate.inspection import Chat, Inspection, Inspections, Person, Piece
    from wamigrate.model import Note, SourceInfo

T = TypeVar("T")
_LABEL: Final = 12
_ENDS: Final = 10
"""Chats and conversations that are shown of the first, and of the last."""
_MANY: Final = 5
"""Findings that are printed in words, and inputs that are named; the rest is counted."""
_LISTED: Final = 20
"""Inputs that have a line each; more are summed up."""
_WIDE: Final = 160
"""Columns where no terminal says how many."""
_PLURALS: Final = {"loss": "losses"}
_SEVERITIES: Final = {"loss": "loss", "warning": "warning", "info": "remark"}
_PLATFORMS: Final = {"android": "Android", "ios": "iPhone", "web": "Web"}
_ORDERS: Final = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}


def printable(text: object) -> str:
    r"""Return text with everything escaped that would steer a terminal or turn the reading direction.

    >>> print(printable("Ana\x1b[2J\u202e"))
    Ana\x1b[2J\u202e
    """
    shown = str(text)
    if shown.isascii() and shown.isprintable():
        return shown
    return "".join(_escape(char) if _steers(char) else char for char in shown)


def _steers(char: str) -> bool:
    category = unicodedata.category(char)
    return category in ("Cc", "Cs", "Zl", "Zp") or (
        category == "Cf" and unicodedata.bidirectional(char) not in ("BN", "AN", "ON")
    )


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode()


def count(number: int, word: str) -> str:
    """Return a number with its word.

    >>> count(1, "message"), count(1200, "message"), count(2, "loss")
    ('1 message', '1,200 messages', '2 losses')
    """
    return f"{number:,} {word if number == 1 else _PLURALS.get(word, f'{word}s')}"


class Screen:
    """Prints what people read while and after a command runs.

    Attributes:
        out: where it goes: standard output, or standard error where the result itself goes to the former.
        beforehand: called before anything is printed; takes a progress bar out of the way.

    """

    def __init__(self, out: TextIO | None = None, *, quiet: bool = False, debug: bool = False) -> None:
        self.out: TextIO = out or sys.stdout
        self._quiet = quiet
        self._debug = debug
        self._many = False
        self.beforehand: Callable[[], None] = lambda: None

    def line(self, text: object = "") -> None:
        """Print a line."""
        self.beforehand()
        self.out.write(f"{printable(text)}\n")

    def remark(self, text: object) -> None:
        """Print a line that `--quiet` leaves out."""
        if not self._quiet:
            self.line(text)

    def error(self, text: object) -> None:
        """Print an error."""
        self.beforehand()
        self.out.flush()
        sys.stderr.write(f"error: {printable(text)}\n")

    def warning(self, text: object) -> None:
        """Print what a person should know before it happens."""
        self.beforehand()
        self.out.flush()
        sys.stderr.write(f"warning: {printable(text)}\n")

    def trace(self, error: BaseException) -> None:
        """Print where an error comes from, if that was asked for."""
        if self._debug:
            self.beforehand()
            for line in traceback.format_exception(error):
                shown = "\n".join(printable(part) for part in line.rstrip("\n").split("\n"))
                sys.stderr.write(f"{shown}\n")

    def skipped(self, paths: Sequence[Path]) -> None:
        """Say which files of a folder were not taken for exports."""
        if paths and not self._quiet:
            names = ", ".join(str(path) for path in paths[:_MANY]) + (", …" if len(paths) > _MANY else "")
            self.line(f"skipped {count(len(paths), 'file')} without a chat: {names}")

    def expects(self, inputs: int) -> None:
        """Take note of how many inputs there are: of many, only the sum is printed."""
        self._many = inputs > _LISTED

    def outcome(self, outcome: Outcome, *, alone: bool) -> None:
        """Say what became of an input: in full where it is the only one, else in a line."""
        if self._many:
            return
        if outcome.failure is not None:
            if not alone:
                self.error(outcome.failure.message)
        elif not self._quiet:
            if outcome.kept:
                self.line(f"{outcome.input}: done before, and nothing has changed since")
            else:
                for text in _summary(outcome) if alone else [_in_brief(outcome.results[0])]:
                    self.line(text)
            for result in () if alone else outcome.results:
                self.line(f"  {result.url or result.output}")

    def summary(self, outcomes: Sequence[Outcome]) -> None:
        """Sum up a run over many inputs: what failed, each in a line, and counts of the rest."""
        if not self._many:
            return
        for outcome in outcomes:
            if outcome.failure is not None:
                self.error(outcome.failure.message)
        if not self._quiet:
            for text in summary_lines(outcomes):
                self.line(text)

    def inspections(self, report: "Inspections") -> None:
        """Print what was found out about each input."""
        console = _console(self.out)
        for found in report.inputs:
            if found is not report.inputs[0]:
                self.line()
            self.line(found.input)
            _inspection(console, found)
        if len(report.inputs) + len(report.failures) > 1:
            for outcome in report.failures:
                self.outcome(outcome, alone=False)

    def formats(self, catalogue: "Catalogue") -> None:
        """Print what can be read and written."""
        console = _console(self.out)
        _print(console, _formats("Reads (--from)", catalogue.parsers), apart=False)
        _print(console, _formats("Writes (--to)", catalogue.exporters))

    def places(self, outcomes: Sequence[Outcome], folder: str | None) -> None:
        """Print where the results are: last of all, and all that is printed in quiet mode."""
        results = [result for outcome in outcomes for result in outcome.results]
        paths = [result.url or result.output for result in results if result.url or result.output]
        if paths and len(outcomes) > 1 and not self._quiet:
            self.place(folder if folder and results[0].url else Path(folder or "."))
        else:
            for path in paths:
                self.place(path)

    def place(self, path: Path | str | None) -> None:
        """Print where a result is: as it is where a program reads it."""
        self.beforehand()
        self.out.write(f"{printable(path) if self.out.isatty() else path}\n")


def _summary(outcome: Outcome) -> Iterator[str]:
    result = outcome.results[0]
    yield _inputs(result.input)
    for label, value in (*_facts(result), *_media(outcome.results), *_counts(outcome.results)):
        yield f"  {label:<{_LABEL}}{value}"
    notes = dict.fromkeys(note for each in outcome.results for note in each.notes)
    yield f"  {'notes':<{_LABEL}}{_severities(notes) or 'none'}"
    yield from _findings(notes)


def _inputs(given: str) -> str:
    """Return the names of the inputs, without their paths; of many, the first."""
    names = [Path(name).name or name for name in given.split(BETWEEN)]
    more = [f"{len(names) - _MANY:,} more"] if len(names) > _MANY else []
    return BETWEEN.join([*names[:_MANY], *more])


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    titles = ", ".join(find_parser(name).title for name in result.format.split(", "))
    yield "format", _with_platforms(titles, result.sources)
    yield (
        "assistant",
        ", ".join(result.assistants) or "nobody could be told to be one; say who with --assistant",
    )
    yield "dates", _range(result.started_at, result.ended_at)
    yield (
        "messages",
        f"{count(result.messages_out, 'message')} in {count(result.conversations, 'conversation')}",
    )


def _media(results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    """Count files; one that a result could not be given does not count as one that is there."""
    first = results[0]
    unwritten = max(count_unwritten(result.notes) for result in results)
    written = max(first.media_present - unwritten, 0)
    if first.media_present or first.media_missing:
        here = count(written, "file") if first.media_present else "none in the export"
        others = ((unwritten, "not written"), (first.media_missing, "missing"))
        yield "media", ", ".join((here, *(f"{number:,} {words}" for number, words in others if number)))


def _counts(results: Sequence[Result]) -> Iterator[tuple[str, str]]:
    """Show that what was read is what was written, left out and put together."""
    for result in results:
        if result.left_out or result.joined or result.merged:
            yield "read", _equation(result)
        for reason, number in result.left_out.items():
            yield "left out", _left_out(reason, number, result.to)


def _equation(result: Result) -> str:
    left_out = sum(result.left_out.values())
    parts = [f"{result.messages_out:,} written to {result.to}"]
    parts += [f"{left_out:,} left out"] if left_out else []
    parts += [f"{result.merged:,} that another copy holds too"] if result.merged else []
    answers = "an answer" if result.joined == 1 else "answers"
    parts += [f"{count(result.joined, 'part')} of {answers} put together"] if result.joined else []
    return f"{count(result.messages_in + result.joined, 'message')} = {' + '.join(parts)}"


def _in_brief(result: Result) -> str:
    who = f" with {', '.join(result.assistants)}" if result.assistants else ""
    what = f"{count(result.messages_out, 'message')} in {count(result.conversations, 'conversation')}{who}"
    when = _range(result.started_at, result.ended_at)
    return f"{result.input}: {', '.join(filter(None, (what, when, _severities(result.notes))))}"


def _left_out(reason: str, number: int, to: str) -> str:
    them = "it" if number == 1 else "them"
    if reason == NOTICES:
        return f"{count(number, 'notice')} of WhatsApp's own from {to}; --notices keeps {them}"
    if reason == SERVICE_NOTICES:
        return f"{count(number, 'notice')} of the service from {to}; --notices keeps {them}"
    return f"{count(number, 'message')} from {to} because of --{reason}"


def _range(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None:
        return "none readable"
    return f"{start:%Y-%m-%d}" if start.date() == end.date() else f"{start:%Y-%m-%d} to {end:%Y-%m-%d}"


def _severities(notes: Iterable["Note"]) -> str:
    found: Counter[str] = Counter(note.severity for note in notes)
    return ", ".join(count(found[name], word) for name, word in _SEVERITIES.items() if found[name])


def _findings(notes: Iterable["Note"]) -> Iterator[str]:
    """Print warnings, losses and what was selected in words, the first of each kind."""
    kinds: dict[str, list[Note]] = {}
    for note in notes:
        if note.severity != "info" or note.code == SELECTED:
            kinds.setdefault(note.code, []).append(note)
    for found in list(kinds.values())[:_MANY]:
        place = f" (line {found[0].line:,})" if found[0].line else ""
        more = f", and {len(found) - 1:,} more like it" if len(found) > 1 else ""
        yield f"  {'':<{_LABEL}}{_SEVERITIES[found[0].severity]}: {found[0].text}{place}{more}"


def _inspection(console: "Console", found: "Inspection") -> None:
    for info in found.sources:
        _print(console, _facts_of_source(found.title, info), apart=info is not found.sources[0])
    people = _together(found.chats)
    first, hidden, last = _ends(found.chats)
    for chat in first:
        _chat(console, chat)
        if people is None:
            _people(console, chat.participants)
    if hidden:
        console.file.write(f"\n{_more(hidden)}\n")
    for chat in last:
        _chat(console, chat)
        if people is None:
            _people(console, chat.participants)
    if people:
        _people(console, people)
    _conversations(console, found.conversations)
    if found.notes:
        _print_notes(console, found.notes)


def _with_platforms(title: str, sources: Iterable["SourceInfo"]) -> str:
    """Name what exported a chat, too, unless the format's title says it."""
    platforms = (_PLATFORMS[info.platform] for info in sources if info.platform)
    return ", ".join(dict.fromkeys([title, *(platform for platform in platforms if platform not in title)]))


def _facts_of_source(title: str, info: "SourceInfo") -> "Table":
    doubt = "; AMBIGUOUS, overrule with --date-order" if info.ambiguous else ""
    evidence = f" ({info.date_order_evidence})" if info.date_order_evidence else ""
    facts = _table("", "")
    facts.show_header = False
    _row(facts, "Format", _with_platforms(title, (info,)))
    if info.member is not None:
        _row(facts, "Chat file", info.member)
    _row(facts, "Size", f"{info.size:,} bytes, {info.encoding}, {count(info.messages, 'message')}")
    if info.date_order is not None:  # what is no text knows its dates
        _row(facts, "Dates are", f"{_ORDERS[info.date_order]}{evidence}{doubt}")
    if info.time_zone is not None:
        _row(facts, "Time zone", info.time_zone)
    return facts


def _chat(console: "Console", chat: "Chat") -> None:
    facts = _table("", "")
    facts.show_header = False
    _row(facts, "Chat", chat.title or "without a title")
    zone = " UTC" if chat.started_at is not None and chat.started_at.tzinfo is UTC else ""
    _row(facts, "Dates", f"{_minute(chat.started_at)} to {_minute(chat.ended_at)}{zone}")
    _row(facts, "Messages", ", ".join(f"{number:,} {kind}" for kind, number in chat.kinds.items()))
    files = chat.attachments
    if files.present or files.missing:
        here = f"{files.present:,} here ({files.size:,} bytes), {files.missing:,} not in the export"
        _row(facts, "Attachments", here)
    _print(console, facts)


def _together(chats: Sequence["Chat"]) -> "list[Person] | None":
    """Return the participants with all their messages, if they are the same in every chat."""
    first, *others = [[replace(person, messages=0) for person in chat.participants] for chat in chats] or [[]]
    if any(other != first for other in others):
        return None
    written = (sum(chat.participants[n].messages for chat in chats) for n in range(len(first)))
    return [replace(person, messages=number) for person, number in zip(first, written, strict=True)]


def _ends(items: Sequence[T]) -> tuple[Sequence[T], int, Sequence[T]]:
    """Return the first items, how many follow that are not shown, and the last ones."""
    hidden = len(items) - 2 * _ENDS
    return (items[:_ENDS], hidden, items[-_ENDS:]) if hidden > 0 else (items, 0, ())


def _more(hidden: int) -> str:
    return f"… {hidden:,} more, --json lists all"


def _conversations(console: "Console", parts: Sequence["Piece"]) -> None:
    why = ("Why it starts here",) if any(part.reasons for part in parts) else ()
    table = _table("Conversation", "From", "To", "Turns", "Messages", *why, right=2, at=3)
    first, hidden, last = _ends(parts)
    for part in first:
        _conversation(table, part)
    if hidden:
        _row(table, _more(hidden))
    for part in last:
        _conversation(table, part)
    _print(console, table)


def _conversation(table: "Table", part: "Piece") -> None:
    reasons = ("; ".join(part.reasons),) if part.reasons else ()
    started, ended = _minute(part.started_at), _minute(part.ended_at)
    _row(table, part.title, started, ended, part.turns, part.messages, *reasons)


def _people(console: "Console", participants: "Sequence[Person]") -> None:
    people = _table("Participant", "Role", "Service", "Phone", "Messages", "Why", right=1, at=4)
    for person in participants:
        _row(people, person.name, person.role, person.service, person.phone, person.messages, person.reason)
    _print(console, people)


def _print_notes(console: "Console", notes: Sequence["Note"]) -> None:
    table = _table("Note", "Severity", "Times", "First", right=1, at=2)
    first = {note.code: note for note in reversed(notes)}
    for code, times in Counter(note.code for note in notes).items():
        note = first[code]
        place = f"line {note.line:,}: " if note.line else ""
        _row(table, code, note.severity, times, f"{place}{note.text}")
    _print(console, table)


def _formats(title: str, entries: Sequence["Entry"]) -> "Table":
    table = _table(title, "What it is", "Options (--option FORMAT.KEY=VALUE)")
    for entry in entries:
        options = (
            f"{option.key}={option.values}" + (f" [{option.default}]" if option.default else "")
            for option in entry.options
        )
        layout = f", a {entry.layout}" if entry.layout else ""
        _row(table, entry.name, f"{entry.title}{layout}", "\n".join(options))
    return table


def _console(out: TextIO) -> "Console":
    from rich.console import Console  # noqa: PLC0415 - slow to import; `export` does without

    return Console(
        file=out, markup=False, emoji=False, highlight=False, width=None if out.isatty() else _WIDE
    )


def _print(console: "Console", table: "Table", *, apart: bool = True) -> None:
    """Print a table after a blank line; where words in it would be broken, each of its rows as a list."""
    from rich.text import Text  # noqa: PLC0415 - as above

    shown = _rendered(console, table)
    if table.show_header and Counter(_words(table)) - Counter(Text.from_ansi(shown).plain.split()):
        shown = "\n".join([_rendered(console, row) for row in _rows_as_lists(table)])
    console.file.write("\n" * apart + shown)


def _rendered(console: "Console", table: "Table") -> str:
    """Return a table as text, without the blanks that fill its last column."""
    with console.capture() as printed:
        console.print(table)
    return "\n".join([line.rstrip() for line in printed.get().split("\n")])


def _words(table: "Table") -> Iterator[str]:
    for column in table.columns:
        for cell in (column.header, *column.cells):
            yield from str(cell).split()


def _rows_as_lists(table: "Table") -> "Iterator[Table]":
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        facts = _table("", "")
        facts.show_header = False
        for column, cell in zip(table.columns, cells, strict=True):
            if str(cell):
                facts.add_row(column.header, cell)
        yield facts


def _table(*headings: str, right: int = 0, at: int | None = None) -> "Table":
    """Make a table whose ``right`` columns from ``at`` on (else the last ones) are numbers."""
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    first = len(headings) - right if at is None else at
    for index, heading in enumerate(headings):
        numeric = first <= index < first + right
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    return table


def _row(table: "Table", *cells: object) -> None:
    from rich.text import Text  # noqa: PLC0415 - as above

    shown = (f"{cell:,}" if isinstance(cell, int) else "" if cell is None else str(cell) for cell in cells)
    table.add_row(*(Text("\n".join(printable(line) for line in cell.split("\n"))) for cell in shown))


def _minute(time: datetime | None) -> str:
    return "unknown" if time is None else f"{time:%Y-%m-%d %H:%M}"
