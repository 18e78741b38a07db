-- Guests and sessions, rules and members of rooms, cursors, and changes other than messages.

-- Names are unique among accounts only, and among open rooms only; a constraint inside a table cannot be removed, so both
-- tables are made anew.
CREATE TABLE users_2 (
  id INTEGER PRIMARY KEY,
  username TEXT NOT NULL,
  email TEXT,
  guest INTEGER NOT NULL,
  listed INTEGER NOT NULL  -- an account, or a guest with a session
) STRICT;
INSERT INTO users_2 SELECT id, username, email, 0, 1 FROM users;
DROP TABLE users;
ALTER TABLE users_2 RENAME TO users;
CREATE UNIQUE INDEX accounts_by_name ON users (username) WHERE guest = 0;
CREATE INDEX users_listed ON users (id) WHERE listed = 1;

CREATE TABLE sessions (
  key TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  active_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);

-- A closed room keeps its row until everything that refers to its key has been removed.
-- Positions up to `floor` are gone for every reader; the rows of those up to `swept` are really removed.
CREATE TABLE rooms_2 (
  key INTEGER PRIMARY KEY,  -- what all else refers to: shorter than the UUID, and in the order of creation
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
INSERT INTO rooms_2 (key, id, name, epoch, created_at, max_length, client_seq_required, read_only, counter, floor, swept,
                     message_count, message_total, last_message_at)
  SELECT key, id, name, epoch, created_at, max_length, client_seq_required, 0, counter, floor, floor, message_count,
         counter, last_message_at FROM rooms;
DROP TABLE rooms;
ALTER TABLE rooms_2 RENAME TO rooms;
CREATE UNIQUE INDEX open_rooms_by_id ON rooms (id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX open_rooms_by_name ON rooms (name) WHERE closed_at IS NULL;
CREATE INDEX rooms_to_sweep ON rooms (key) WHERE closed_at IS NOT NULL OR swept < floor;

-- `others` counts the changes of the room before the message that are not messages: it is the room's message number
-- n - others. Most rooms have few, so this costs a row less than a number of its own, and grows along n as well.
ALTER TABLE messages ADD COLUMN others INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN reply_to INTEGER;
ALTER TABLE messages ADD COLUMN edited_at INTEGER;
ALTER TABLE messages ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN emojis INTEGER NOT NULL DEFAULT 0;  -- different ones in its reactions

-- What happened in a room besides messages. Every position above a room's `swept` is here or in messages.
CREATE TABLE changes (
  room_key INTEGER NOT NULL,
  n INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  at INTEGER NOT NULL,
  user_id INTEGER,
  message_id INTEGER,
  emoji TEXT,
  PRIMARY KEY (room_key, n)
) STRICT, WITHOUT ROWID;

-- How often a message was given an emoji; first_n orders the emojis of a message.
CREATE TABLE reaction_counts (
  message_id INTEGER NOT NULL,
  emoji TEXT NOT NULL,
  first_n INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (message_id, emoji)
) STRICT, WITHOUT ROWID;

CREATE TABLE reactions (
  message_id INTEGER NOT NULL,
  emoji TEXT NOT NULL,
  user_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (message_id, emoji, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reactions_in_order ON reactions (message_id, emoji, n);

CREATE TABLE members (
  user_id INTEGER NOT NULL,
  room_key INTEGER NOT NULL,
  n INTEGER NOT NULL,
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, room_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_in_order ON members (room_key, n);

-- `ordinal` is the number of the last message at or before n, so that what is unread is a difference.
CREATE TABLE cursors (
  user_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  room_key INTEGER NOT NULL,
  n INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  PRIMARY KEY (user_id, name, room_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX cursors_by_room ON cursors (room_key);

-- How far ids and time had come, where the newest message does not tell: when it has been removed, or when something
-- else changed after it. One row.
CREATE TABLE high_water (
  message_id INTEGER NOT NULL,
  changed_at INTEGER
) STRICT;
INSERT INTO high_water VALUES (0, NULL);
