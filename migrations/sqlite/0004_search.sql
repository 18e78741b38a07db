-- Messages whose text has changed, in the order of the changes, until the search index has taken them in. New messages
-- need no row, as their ids grow; what is trimmed or closed is found by comparing the rooms.
CREATE TABLE text_changes (
  number INTEGER PRIMARY KEY AUTOINCREMENT,  -- without gaps, and never used again
  message_id INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;
