-- What a nonce was used for, which is remembered for longer than a room may hold the message.
CREATE TABLE nonces (
  room_key INTEGER NOT NULL,
  user_id INTEGER NOT NULL,  -- 0 stands for "no user", so that nameless authors share one space of nonces
  nonce TEXT NOT NULL,
  message_id INTEGER NOT NULL,
  n INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  digest TEXT,  -- SHA-256 of content and attachments as they were sent; unknown for messages of earlier versions
  PRIMARY KEY (room_key, user_id, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_by_position ON nonces (room_key, n);
INSERT INTO nonces SELECT room_key, coalesce(user_id, 0), nonce, id, n, created_at, NULL FROM messages
  WHERE nonce IS NOT NULL ORDER BY id;
DROP INDEX messages_by_nonce;
