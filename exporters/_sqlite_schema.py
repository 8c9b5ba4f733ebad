"""The tables of our own database; ``docs/sqlite.md`` explains them.

``STRICT`` tables would need SQLite 3.37 of 2021 for reading, so that checks stand in their place. Order of
columns is the order in which rows are written.
"""

from typing import Final

APPLICATION_ID: Final = 0x77616D67
"""What tells our databases from others: ``wamg``; https://sqlite.org/fileformat2.html, section 1.3.17."""
VERSION: Final = 1
"""Of the schema."""

TABLES: Final = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {VERSION}",
    """CREATE TABLE sources (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT,
  member TEXT,
  format TEXT,
  sha256 TEXT,
  size INTEGER,
  platform TEXT,
  date_order TEXT,
  ambiguous INTEGER CHECK (ambiguous IN (0, 1)),
  time_zone TEXT,
  encoding TEXT,
  messages INTEGER
)""",
    """CREATE TABLE conversations (
  id TEXT PRIMARY KEY NOT NULL,
  title TEXT,
  service TEXT,
  started_at TEXT,
  ended_at TEXT,
  source_id TEXT REFERENCES sources (id)
)""",
    """CREATE TABLE participants (
  conversation_id TEXT NOT NULL REFERENCES conversations (id),
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'other', 'notice')),
  service TEXT,
  phone TEXT,
  reason TEXT,
  PRIMARY KEY (conversation_id, position)
)""",
    """CREATE TABLE messages (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  conversation_id TEXT NOT NULL REFERENCES conversations (id),
  position INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'other', 'notice')),
  author TEXT,
  timestamp TEXT,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  raw TEXT,
  words INTEGER NOT NULL,
  edited INTEGER NOT NULL CHECK (edited IN (0, 1)),
  forwarded INTEGER NOT NULL CHECK (forwarded IN (0, 1)),
  reply_to TEXT,
  flags TEXT NOT NULL
)""",
    """CREATE TABLE files (
  sha256 TEXT PRIMARY KEY NOT NULL,
  size INTEGER NOT NULL,
  content BLOB NOT NULL
)""",
    """CREATE TABLE attachments (
  message_id TEXT NOT NULL REFERENCES messages (id),
  position INTEGER NOT NULL,
  name TEXT,
  media_type TEXT,
  size INTEGER,
  sha256 TEXT,
  path TEXT,
  present INTEGER NOT NULL CHECK (present IN (0, 1)),
  caption TEXT,
  file TEXT REFERENCES files (sha256),
  PRIMARY KEY (message_id, position)
)""",
    """CREATE TABLE spans (
  message_id TEXT NOT NULL REFERENCES messages (id),
  source_id TEXT NOT NULL REFERENCES sources (id),
  line INTEGER NOT NULL,
  start_byte INTEGER NOT NULL,
  end_byte INTEGER NOT NULL,
  PRIMARY KEY (message_id, source_id, line, start_byte)
)""",
    """CREATE TABLE notes (
  number INTEGER PRIMARY KEY,
  code TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'loss')),
  text TEXT NOT NULL,
  source_id TEXT REFERENCES sources (id),
  line INTEGER
)""",
    """CREATE VIRTUAL TABLE messages_fts USING fts5 (
  text,
  content="messages",
  content_rowid="number",
  tokenize="unicode61 remove_diacritics 2"
)""",
    """CREATE VIEW questions AS
SELECT
  asked.id,
  asked.conversation_id,
  conversations.title,
  conversations.service,
  asked.timestamp AS asked_at,
  (
    SELECT min(timestamp) FROM messages
    WHERE conversation_id = asked.conversation_id AND turn = asked.turn AND role = 'assistant'
  ) AS answered_at,
  (
    SELECT group_concat(text, char(10, 10)) FROM (
      SELECT text FROM messages
      WHERE conversation_id = asked.conversation_id AND turn = asked.turn AND role IN ('user', 'other')
      ORDER BY position
    )
  ) AS question,
  (
    SELECT group_concat(text, char(10, 10)) FROM (
      SELECT text FROM messages
      WHERE conversation_id = asked.conversation_id AND turn = asked.turn AND role = 'assistant'
      ORDER BY position
    )
  ) AS answer
FROM messages AS asked JOIN conversations ON conversations.id = asked.conversation_id
WHERE asked.role IN ('user', 'other') AND NOT EXISTS (
  SELECT 1 FROM messages AS earlier
  WHERE earlier.conversation_id = asked.conversation_id AND earlier.turn = asked.turn
    AND earlier.position < asked.position AND earlier.role IN ('user', 'other')
)""",
    """CREATE VIEW per_month AS
SELECT
  substr(timestamp, 1, 7) AS month,
  count(DISTINCT conversation_id) AS conversations,
  count(*) AS messages,
  sum(role IN ('user', 'other')) AS questions,
  sum(role = 'assistant') AS answers,
  sum(words) AS words,
  sum(CASE WHEN role = 'assistant' THEN words ELSE 0 END) AS answer_words
FROM messages WHERE timestamp IS NOT NULL AND role <> 'notice'
GROUP BY substr(timestamp, 1, 7)""",
)

FINISH: Final = (
    "INSERT INTO messages_fts (messages_fts) VALUES ('rebuild')",
    "CREATE INDEX messages_in_order ON messages (conversation_id, turn, position)",
    "CREATE INDEX messages_by_time ON messages (timestamp)",
    "CREATE INDEX spans_by_source ON spans (source_id)",
    "CREATE INDEX attachments_by_file ON attachments (file)",
    """CREATE TRIGGER messages_inserted AFTER INSERT ON messages BEGIN
  INSERT INTO messages_fts (rowid, text) VALUES (new.number, new.text);
END""",
    """CREATE TRIGGER messages_deleted AFTER DELETE ON messages BEGIN
  INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', old.number, old.text);
END""",
    """CREATE TRIGGER messages_updated AFTER UPDATE OF number, text ON messages
WHEN old.number IS NOT new.number OR old.text IS NOT new.text BEGIN
  INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', old.number, old.text);
  INSERT INTO messages_fts (rowid, text) VALUES (new.number, new.text);
END""",
)
"""Indexes once all rows are there, which is faster than row by row; then triggers that keep the search up."""
