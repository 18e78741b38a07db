-- The key of a room is never used again, even that of the newest one: the search index removes the texts of a closed room
-- some time after the room has gone, and must not take another room for it. Such a key cannot be added to a table, so it
-- is made anew.
CREATE TABLE rooms_3 (
  key INTEGER PRIMARY KEY AUTOINCREMENT,  -- what all else refers to: shorter than the UUID, and in the order of creation
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  epoch TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  owner_id INTEGER,
  closed_at INTEGER,
  max_length INTEGER,
  message_limit INTEGER,
  expires_at INTEGER,
  client_seq_required INTEGER NOT NULL,
  read_only INTEGER NOT NULL,
  counter INTEGER NOT NULL DEFAULT 0,
  floor INTEGER NOT NULL DEFAULT 0,
  swept INTEGER NOT NULL DEFAULT 0,
  message_count INTEGER NOT NULL DEFAULT 0,
  message_total INTEGER NOT NULL DEFAULT 0,
  last_message_at INTEGER
) STRICT;
INSERT INTO rooms_3 SELECT * FROM rooms;
DROP TABLE rooms;
ALTER TABLE rooms_3 RENAME TO rooms;
CREATE UNIQUE INDEX open_rooms_by_id ON rooms (id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX open_rooms_by_name ON rooms (name) WHERE closed_at IS NULL;
CREATE INDEX rooms_to_sweep ON rooms (key) WHERE closed_at IS NOT NULL OR swept < floor;
