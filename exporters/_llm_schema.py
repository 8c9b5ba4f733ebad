"""The tables of ``logs.db`` as ``llm`` 0.19 made them, after its migration ``m012``.

Every ``llm`` from 0.13 on opens such a database and brings it to its own state by itself (newer tables stay
empty until then). The search index is declared word for word as sqlite-utils 3 declares it: ``llm`` looks
for these words when it rebuilds the table, and fails on an index that it does not find.
"""

from typing import Final

MIGRATIONS: Final = (
    "m001_initial",
    "m002_id_primary_key",
    "m003_chat_id_foreign_key",
    "m004_column_order",
    "m004_drop_provider",
    "m005_debug",
    "m006_new_logs_table",
    "m007_finish_logs_table",
    "m008_reply_to_id_foreign_key",
    "m008_fix_column_order_in_logs",
    "m009_delete_logs_table_if_empty",
    "m010_create_new_log_tables",
    "m011_fts_for_responses",
    "m012_attachments_tables",
)
"""Names of the migrations that count as done, in order."""

TABLES: Final = (
    """CREATE TABLE [_llm_migrations] (
   [name] TEXT PRIMARY KEY,
   [applied_at] TEXT
)""",
    """CREATE TABLE [conversations] (
   [id] TEXT PRIMARY KEY,
   [name] TEXT,
   [model] TEXT
)""",
    """CREATE TABLE [responses] (
   [id] TEXT PRIMARY KEY,
   [model] TEXT,
   [prompt] TEXT,
   [system] TEXT,
   [prompt_json] TEXT,
   [options_json] TEXT,
   [response] TEXT,
   [response_json] TEXT,
   [conversation_id] TEXT REFERENCES [conversations]([id]),
   [duration_ms] INTEGER,
   [datetime_utc] TEXT
)""",
    """CREATE TABLE [attachments] (
   [id] TEXT PRIMARY KEY,
   [type] TEXT,
   [path] TEXT,
   [url] TEXT,
   [content] BLOB
)""",
    """CREATE TABLE [prompt_attachments] (
   [response_id] TEXT REFERENCES [responses]([id]),
   [attachment_id] TEXT REFERENCES [attachments]([id]),
   [order] INTEGER,
   PRIMARY KEY ([response_id], [attachment_id])
)""",
    """CREATE VIRTUAL TABLE [responses_fts] USING FTS5 (
    [prompt], [response],
    content=[responses]
)""",
)

SEARCH: Final = (
    "INSERT INTO [responses_fts] ([responses_fts]) VALUES ('rebuild')",
    """CREATE TRIGGER [responses_ai] AFTER INSERT ON [responses] BEGIN
  INSERT INTO [responses_fts] (rowid, [prompt], [response])
  VALUES (new.rowid, new.[prompt], new.[response]);
END""",
    """CREATE TRIGGER [responses_ad] AFTER DELETE ON [responses] BEGIN
  INSERT INTO [responses_fts] ([responses_fts], rowid, [prompt], [response])
  VALUES ('delete', old.rowid, old.[prompt], old.[response]);
END""",
    """CREATE TRIGGER [responses_au] AFTER UPDATE ON [responses] BEGIN
  INSERT INTO [responses_fts] ([responses_fts], rowid, [prompt], [response])
  VALUES ('delete', old.rowid, old.[prompt], old.[response]);
  INSERT INTO [responses_fts] (rowid, [prompt], [response])
  VALUES (new.rowid, new.[prompt], new.[response]);
END""",
)
"""Fills the index when all rows are there, which is faster than row by row, and keeps it up from then on."""

APPLIED_AT: Final = "1970-01-01 00:00:00+00:00"
"""When the migrations ran. Nothing reads it, and a true one would make every file another."""
