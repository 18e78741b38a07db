-- Who may be written to. attributes: lines of name=value.
CREATE TABLE recipients (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  phone TEXT NOT NULL UNIQUE,
  operator_code TEXT NOT NULL,
  tag TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  telegram TEXT,
  viber TEXT,
  whatsapp TEXT,
  attributes TEXT NOT NULL,
  unsubscribed INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX recipients_by_filter ON recipients (operator_code, tag);
