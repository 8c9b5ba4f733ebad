"""Parquet: a message on each row, typed and compressed, for statistics on long histories.

Where it goes:
    pandas, Polars, DuckDB, Spark, R, and every program that reads Apache Parquet.

Layout:
    One table in Zstandard-compressed row groups, its columns those of ``docs/tables.md``, the same as of
    ``csv``: ``timestamp`` is a wall clock without zone, ``timestamp_utc`` a moment and null where the zone
    is not known; ``role``, ``kind``, ``service`` and ``author`` are dictionary-encoded; ``flags`` is a list
    of texts and ``attachments`` a list of records. The extra ``parquet`` brings what writes it:
    ``.venv/bin/pip install --editable '.[parquet]'``.

What survives:
    Every message with its conversation, role, author, time, text, and what is known of its files.

What is lost:
    The files, bodies as received (``raw``), parts of answers, participants who wrote nothing, findings.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

from wamigrate.errors import OptionError
from wamigrate.formats import Exporter, Layout
from wamigrate.message_rows import MessageRow, message_rows
from wamigrate.model import Attachment, Conversation
from wamigrate.notes import Notes
from wamigrate.target import Target

_ROWS: Final = 20_000
"""Rows of a group."""
_CHARACTERS: Final = 16 << 20
"""Characters after which a group is written, however few rows it has."""
_FILE: Final = ("name", "media_type", "size", "sha256", "member", "present", "caption")
_REPEATED: Final = ("title", "service", "conversation_id", "role", "author", "kind", "source_id")
"""Columns with few different values."""


@dataclass(frozen=True)
class ParquetTable:
    """Writes a row for each message."""

    name: str = field(default="parquet", init=False)
    title: str = field(default="Apache Parquet table", init=False)
    layout: Layout = field(default="document", init=False)
    suffix: str = field(default=".parquet", init=False)

    def export(self, conversations: Iterable[Conversation], target: Target, notes: Notes) -> None:
        """Write all messages; no more than a row group is held at a time.

        Raises:
            OptionError: the library that writes it is not there.

        """
        del notes  # nothing is doubtful
        arrow = _library()
        with (
            target.writing() as stream,
            arrow.parquet.ParquetWriter(
                stream,
                _schema(arrow),
                version="2.6",
                compression="zstd",
                use_dictionary=list(_REPEATED),
            ) as writer,
        ):
            group: list[MessageRow] = []
            size = 0
            for conversation in conversations:
                for row in message_rows(conversation):
                    group.append(row)
                    size += row.characters
                    if len(group) == _ROWS or size > _CHARACTERS:
                        writer.write_table(_table(arrow, group))
                        group, size = [], 0
            if group:
                writer.write_table(_table(arrow, group))


def _library() -> Any:
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError:
        raise OptionError("--to parquet: needs pyarrow; pip install 'wamigrate[parquet]'") from None


def _schema(arrow: Any) -> Any:
    """Return the columns with their types; all may be null but those that every message has."""
    text, number, truth = arrow.string(), arrow.int64(), arrow.bool_()
    word = arrow.dictionary(arrow.int32(), text)
    file = arrow.struct(
        [(name, number if name == "size" else truth if name == "present" else text) for name in _FILE]
    )
    types = {
        "service": word,
        "role": word,
        "author": word,
        "kind": word,
        "position": arrow.int32(),
        "words": arrow.int32(),
        "characters": arrow.int32(),
        "timestamp": arrow.timestamp("us"),
        "timestamp_utc": arrow.timestamp("us", "UTC"),
        "edited": truth,
        "forwarded": truth,
        "flags": arrow.list_(text),
        "attachments": arrow.list_(file),
        "line": number,
    }
    always = {"conversation_id", "message_id", "position", "role", "kind", "text", "words", "characters"}
    always |= {"edited", "forwarded", "flags", "attachments"}
    return arrow.schema(
        [arrow.field(name, types.get(name, text), name not in always) for name in MessageRow._fields]
    )


def _table(arrow: Any, rows: list[MessageRow]) -> Any:
    schema = _schema(arrow)
    columns = dict(zip(MessageRow._fields, zip(*rows, strict=True), strict=True))
    columns["attachments"] = tuple([_file(file) for file in files] for files in columns["attachments"])
    arrays = [arrow.array(columns[field.name], field.type) for field in schema]
    return arrow.Table.from_arrays(arrays, schema=schema)


def _file(file: Attachment) -> dict[str, Any]:
    return {name: getattr(file, name) for name in _FILE}


exporter: Final[Exporter] = ParquetTable()
