"""CSV: a message on each row, for spreadsheets and statistics.

Where it goes:
    Excel, LibreOffice, Google Sheets, pandas, R, DuckDB.

Layout:
    One table as RFC 4180 has it: UTF-8, comma, CRLF, quotes where they are needed, a line of headings. The
    columns are those of ``docs/tables.md``, the same as of ``parquet``; times look like
    ``2025-03-25 21:04:00``, which spreadsheets know; flags and names of files are parted by `` | ``. The
    file begins with a byte order mark, without which Excel takes it for another encoding.

    A cell that a spreadsheet would take for a formula is led by an apostrophe: one that begins with ``=``,
    ``+``, ``-``, ``@``, with their full-width forms, with a tab, a carriage return or a line feed. So is a
    cell that begins with an apostrophe itself: whoever takes one apostrophe off the beginning of a cell has
    the message again, always. The option ``raw`` turns that off, for programs.

What survives:
    Every message with its conversation, role, author, time, text, and the names and types of its files.

What is lost:
    The files, bodies as received (``raw``), parts of answers, participants who wrote nothing, findings. A
    table cannot tell an empty text from none. Excel shows 32,767 characters of a cell at most.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final, Literal

from wamigrate.formats import Exporter, Layout
from wamigrate.message_rows import MessageRow, message_rows
from wamigrate.model import Conversation
from wamigrate.notes import Notes
from wamigrate.target import Target

_DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t"}
_BOM: Final = b"\xef\xbb\xbf"
_BETWEEN: Final = " | "
_DANGEROUS: Final = frozenset("=+-@\t\r\n'＝＋－＠")
"""Characters that begin a formula, as https://owasp.org/www-community/attacks/CSV_Injection lists them, and
the apostrophe, so that those we add can be told."""
_COLUMNS: Final = (
    *MessageRow._fields[: MessageRow._fields.index("attachments")],
    "files",
    "file_types",
    "files_present",
    *MessageRow._fields[MessageRow._fields.index("attachments") + 1 :],
)


@dataclass(frozen=True)
class CsvTable:
    """Writes a row for each message."""

    name: str = field(default="csv", init=False)
    title: str = field(default="CSV table", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".csv", init=False)
    raw: bool = False
    """Whether cells are written as they are, even where a spreadsheet would take them for formulas."""
    bom: bool = True
    """Whether the file begins with a byte order mark, which Excel needs."""
    delimiter: Literal["comma", "semicolon", "tab"] = "comma"
    """What stands between cells; Excel in many countries of Europe wants ``semicolon``."""

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write all messages as they come."""
        del notes  # nothing is doubtful
        guard = _as_it_is if self.raw else harmless
        with target.writing() as stream:
            stream.write(_BOM if self.bom else b"")
            table = _Table(stream, _DELIMITERS[self.delimiter])
            table.write([_COLUMNS])
            for conversation in conversations:
                table.write(_cells(row, guard) for row in message_rows(conversation))


class _Table:
    """Writes rows into a stream of bytes."""

    def __init__(self, stream: BinaryIO, delimiter: str) -> None:
        import csv  # noqa: PLC0415 - only here

        self._stream = stream
        self._writer = csv.writer(self, delimiter=delimiter, lineterminator="\r\n")
        self._lines: list[str] = []

    def write(self, rows: Iterable[Iterable[str]] | str) -> None:
        """Write rows; the writer of the standard library hands its lines to the same method."""
        if isinstance(rows, str):
            self._lines.append(rows)
            return
        self._writer.writerows(rows)
        self._stream.write("".join(self._lines).encode())
        self._lines.clear()


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("- milk"), harmless("'s morgens"), harmless("1+1")
    ("'=1+1", "'- milk", "''s morgens", '1+1')
    """
    return f"'{cell}" if cell[:1] in _DANGEROUS and cell else cell


def _as_it_is(cell: str) -> str:
    return cell


def _cells(row: MessageRow, guard: Callable[[str], str]) -> list[str]:
    files = row.attachments
    return [
        guard(row.conversation_id),
        guard(row.title or ""),
        guard(row.service or ""),
        guard(row.message_id),
        str(row.position),
        _time(row.timestamp),
        _time(row.timestamp_utc),
        row.role,
        guard(row.author or ""),
        row.kind,
        guard(row.text),
        str(row.words),
        str(row.characters),
        _truth(row.edited),
        _truth(row.forwarded),
        guard(row.reply_to or ""),
        guard(_BETWEEN.join(row.flags)),
        guard(_BETWEEN.join([file.name or "" for file in files])) if files else "",
        guard(_BETWEEN.join([file.media_type or "" for file in files])) if files else "",
        str(sum(file.present for file in files)),
        guard(row.source_id or ""),
        "" if row.line is None else str(row.line),
    ]


def _time(time: datetime | None) -> str:
    return "" if time is None else time.isoformat(" ")


def _truth(value: bool) -> str:
    return "true" if value else "false"


exporter: Final[Exporter] = CsvTable()
