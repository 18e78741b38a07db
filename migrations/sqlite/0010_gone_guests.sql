-- A guest goes with their last session, unless something refers to them: a change of a room, a room, an attachment, an API key.
-- Nobody knows that of those who are here already.
ALTER TABLE users ADD COLUMN acted INTEGER NOT NULL DEFAULT 1;

-- The highest number of a user who has gone: none is given twice.
ALTER TABLE high_water ADD COLUMN user_id INTEGER NOT NULL DEFAULT 0;
