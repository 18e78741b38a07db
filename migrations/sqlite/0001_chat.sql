-- Users, rooms and messages. Times are microseconds since 1970-01-01 UTC.

CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  email TEXT
) STRICT;

-- The last four columns are the state of the room's history; they change in the transaction that changes the history.
CREATE TABLE rooms (
  key INTEGER PRIMARY KEY,  -- what messages refer to: shorter than the UUID, and in the order of creation
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  epoch TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  max_length INTEGER,
  client_seq_required INTEGER NOT NULL,
  counter INTEGER NOT NULL DEFAULT 0,
  floor INTEGER NOT NULL DEFAULT 0,
  message_count INTEGER NOT NULL DEFAULT 0,
  last_message_at INTEGER
) STRICT;

-- created_at grows along id and, in a room, along n: a range of time is found as a range of numbers, without an index.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  room_key INTEGER NOT NULL,
  n INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  user_id INTEGER,
  username TEXT,
  content TEXT NOT NULL,
  client_seq INTEGER,
  nonce TEXT
) STRICT;

CREATE UNIQUE INDEX messages_by_position ON messages (room_key, n);

-- 0 stands for "no user", so that nameless authors share one space of nonces.
CREATE UNIQUE INDEX messages_by_nonce ON messages (room_key, coalesce(user_id, 0), nonce) WHERE nonce IS NOT NULL;
