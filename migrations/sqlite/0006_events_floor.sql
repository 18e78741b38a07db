-- Changes other than messages leave a room before its messages do, when there are very many of them: those of positions up to
-- here are removed.
ALTER TABLE rooms ADD COLUMN events_floor INTEGER NOT NULL DEFAULT 0;
