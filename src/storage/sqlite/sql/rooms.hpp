// Statements about rooms, members and cursors. A room that was closed is found by none but those that sweep.
#pragma once

#include <string_view>

namespace vestnik::storage::sqlite::sql {

// Rooms: columns id, name, epoch, created_at, owner_id, max_length, message_limit, expires_at, client_seq_required,
// read_only, counter, floor, message_count, message_total, last_message_at.
inline constexpr std::string_view kInsertRoom = R"(
  INSERT INTO rooms (id, name, epoch, created_at, owner_id, max_length, message_limit, expires_at, client_seq_required,
                     read_only, name_key)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11))";
inline constexpr std::string_view kRoomTaken =
    "SELECT 1 FROM rooms WHERE id = ?1 AND closed_at IS NULL UNION ALL "
    "SELECT 1 FROM rooms WHERE name_key = ?2 AND closed_at IS NULL";
inline constexpr std::string_view kRoomById = R"(
  SELECT id, name, epoch, created_at, owner_id, max_length, message_limit, expires_at, client_seq_required, read_only,
         counter, max(floor, events_floor), message_count, message_total, last_message_at
    FROM rooms WHERE id = ?1 AND closed_at IS NULL)";
inline constexpr std::string_view kRoomByName = R"(
  SELECT id, name, epoch, created_at, owner_id, max_length, message_limit, expires_at, client_seq_required, read_only,
         counter, max(floor, events_floor), message_count, message_total, last_message_at
    FROM rooms WHERE name = ?1 AND closed_at IS NULL)";
// The newest of those with the key: earlier versions let several have it.
inline constexpr std::string_view kRoomByNameKey = R"(
  SELECT id, name, epoch, created_at, owner_id, max_length, message_limit, expires_at, client_seq_required, read_only,
         counter, max(floor, events_floor), message_count, message_total, last_message_at
    FROM rooms WHERE name_key = ?1 AND closed_at IS NULL ORDER BY key DESC LIMIT 1)";
inline constexpr std::string_view kListRooms = R"(
  SELECT id, name, epoch, created_at, owner_id, max_length, message_limit, expires_at, client_seq_required, read_only,
         counter, max(floor, events_floor), message_count, message_total, last_message_at
    FROM rooms WHERE closed_at IS NULL ORDER BY key LIMIT ?2 OFFSET ?1)";

// The state of a room's history: columns key, counter, floor, swept, events_floor, message_count, message_total.
inline constexpr std::string_view kRoomState = R"(
  SELECT key, counter, floor, swept, events_floor, message_count, message_total
    FROM rooms WHERE id = ?1 AND closed_at IS NULL)";
inline constexpr std::string_view kUpdateRoomState = R"(
  UPDATE rooms SET counter = ?2, floor = ?3, swept = ?4, events_floor = ?5, message_count = ?6, message_total = ?7,
                   last_message_at = coalesce(?8, last_message_at)
    WHERE key = ?1)";
// Open rooms with a message at or after a time.
inline constexpr std::string_view kRoomStatesSince = R"(
  SELECT key, counter, floor, swept, events_floor, message_count, message_total
    FROM rooms WHERE closed_at IS NULL AND last_message_at >= ?1)";

// Rules: columns max_length, message_limit, expires_at, client_seq_required, read_only.
inline constexpr std::string_view kRoomRules =
    "SELECT max_length, message_limit, expires_at, client_seq_required, read_only FROM rooms WHERE key = ?1";
inline constexpr std::string_view kUpdateRoomRules = R"(
  UPDATE rooms SET max_length = ?2, message_limit = ?3, expires_at = ?4, client_seq_required = ?5, read_only = ?6
    WHERE key = ?1)";

inline constexpr std::string_view kRoomOwner = "SELECT owner_id FROM rooms WHERE key = ?1";
inline constexpr std::string_view kCloseRoom = "UPDATE rooms SET closed_at = ?2 WHERE key = ?1";

// Sweeping: the next room after a key of which something is to be removed, and up to which position it is.
inline constexpr std::string_view kRoomToSweep = R"(
  SELECT key, swept, iif(closed_at IS NULL, floor, counter), closed_at IS NOT NULL
    FROM rooms WHERE (closed_at IS NOT NULL OR swept < floor) AND key > ?1 ORDER BY key LIMIT 1)";
inline constexpr std::string_view kUpdateSwept = "UPDATE rooms SET swept = ?2 WHERE key = ?1";
inline constexpr std::string_view kDeleteSomeMembers = R"(
  DELETE FROM members WHERE room_key = ?1 AND n IN (SELECT n FROM members WHERE room_key = ?1 ORDER BY n LIMIT ?2))";
inline constexpr std::string_view kDeleteSomeCursors = R"(
  DELETE FROM cursors WHERE (user_id, name, room_key) IN
    (SELECT user_id, name, room_key FROM cursors WHERE room_key = ?1 LIMIT ?2))";
inline constexpr std::string_view kDeleteRoom = "DELETE FROM rooms WHERE key = ?1";

// Members: columns user_id, username, joined_at.
inline constexpr std::string_view kIsMember = "SELECT 1 FROM members WHERE user_id = ?1 AND room_key = ?2";
// Of open rooms.
inline constexpr std::string_view kCountMemberships =
    "SELECT count(*) FROM members JOIN rooms ON rooms.key = room_key WHERE user_id = ?1 AND closed_at IS NULL";
inline constexpr std::string_view kInsertMember =
    "INSERT INTO members (user_id, room_key, n, joined_at) VALUES (?1, ?2, ?3, ?4)";
inline constexpr std::string_view kDeleteMember = "DELETE FROM members WHERE user_id = ?1 AND room_key = ?2";
inline constexpr std::string_view kListMembers = R"(
  SELECT user_id, username, joined_at FROM members JOIN users ON users.id = user_id
    WHERE room_key = ?1 ORDER BY n LIMIT ?3 OFFSET ?2)";

// Cursors: columns n, ordinal.
inline constexpr std::string_view kCursor =
    "SELECT n, ordinal FROM cursors WHERE user_id = ?1 AND name = ?2 AND room_key = ?3";
// Of open rooms.
inline constexpr std::string_view kCountCursors =
    "SELECT count(*) FROM cursors JOIN rooms ON rooms.key = room_key WHERE user_id = ?1 AND closed_at IS NULL";
inline constexpr std::string_view kPutCursor = R"(
  INSERT INTO cursors (user_id, name, room_key, n, ordinal) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT DO UPDATE SET n = excluded.n, ordinal = excluded.ordinal)";
// Columns room's id, cursor's n, messages after it that are held, the room's key.
inline constexpr std::string_view kListUnread = R"(
  SELECT rooms.id, coalesce(cursors.n, 0), min(message_count, message_total - coalesce(cursors.ordinal, 0)), rooms.key
    FROM (SELECT room_key FROM members WHERE user_id = ?1 UNION
          SELECT room_key FROM cursors WHERE user_id = ?1 AND name = ?2) AS of_user
    JOIN rooms ON rooms.key = of_user.room_key
    LEFT JOIN cursors ON cursors.user_id = ?1 AND cursors.name = ?2 AND cursors.room_key = of_user.room_key
    WHERE closed_at IS NULL ORDER BY rooms.key LIMIT ?4 OFFSET ?3)";
// How many of the newest ?2 messages are of ?3 or deleted.
inline constexpr std::string_view kCountReadAnyway = R"(
  SELECT count(*) FROM (SELECT user_id, deleted FROM messages WHERE room_key = ?1 ORDER BY n DESC LIMIT ?2)
    WHERE deleted = 1 OR user_id = ?3)";

// Counts: users, sessions, rooms, messages.
inline constexpr std::string_view kCounts = R"(
  SELECT (SELECT count(*) FROM users WHERE listed = 1), (SELECT count(*) FROM sessions),
         (SELECT count(*) FROM rooms WHERE closed_at IS NULL),
         (SELECT coalesce(sum(message_count), 0) FROM rooms WHERE closed_at IS NULL))";

}  // namespace vestnik::storage::sqlite::sql
