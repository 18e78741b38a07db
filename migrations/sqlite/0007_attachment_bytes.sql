-- Bytes of all attachments that a user has uploaded: to sum them up would take longer with each.
CREATE TABLE attachment_bytes (
  user_id INTEGER PRIMARY KEY,
  bytes INTEGER NOT NULL
) STRICT;
INSERT INTO attachment_bytes SELECT user_id, sum(size) FROM attachments WHERE user_id IS NOT NULL GROUP BY user_id;
