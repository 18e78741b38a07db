-- Messages with attachments, which a room that is closed or trimmed lets go before anything else.
CREATE INDEX messages_with_attachments ON messages (room_key, n) WHERE attachments > 0;
