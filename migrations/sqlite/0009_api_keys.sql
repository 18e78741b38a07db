-- Credentials of programs; the secret itself is not kept. scopes: 1 chat, 2 delivery, 4 ops, 8 admin, added up.
CREATE TABLE api_keys (
  name TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  scopes INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;
