-- What all names have in common that people would take for one (chat/names.hpp): of new accounts and open rooms no two
-- have the same. Earlier versions compared names byte by byte, so older ones may; they keep their names.
-- name_key() is a function of ours, there while migrations are applied.
ALTER TABLE users ADD COLUMN name_key TEXT;
UPDATE users SET name_key = name_key(username);
CREATE INDEX accounts_by_name_key ON users (name_key) WHERE guest = 0;

ALTER TABLE rooms ADD COLUMN name_key TEXT;
UPDATE rooms SET name_key = name_key(name);
CREATE INDEX open_rooms_by_name_key ON rooms (name_key) WHERE closed_at IS NULL;
