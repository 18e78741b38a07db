-- Files that messages refer to; their bytes are kept outside of the database, named by their SHA-256.

-- `messages` counts those that refer to it. At 0 it goes once `unused_since` is long past: the time of the upload, or 0
-- when a message has let go of it.
CREATE TABLE attachments (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  user_id INTEGER,
  created_at INTEGER NOT NULL,
  messages INTEGER NOT NULL DEFAULT 0,
  unused_since INTEGER NOT NULL
) STRICT;
CREATE INDEX attachments_by_content ON attachments (sha256);
CREATE INDEX attachments_unused ON attachments (unused_since) WHERE messages = 0;

CREATE TABLE message_attachments (
  message_id INTEGER NOT NULL,
  place INTEGER NOT NULL,
  attachment_key INTEGER NOT NULL,
  PRIMARY KEY (message_id, place)
) STRICT, WITHOUT ROWID;

-- How many it has, so that nobody looks for those of a message without any.
ALTER TABLE messages ADD COLUMN attachments INTEGER NOT NULL DEFAULT 0;
