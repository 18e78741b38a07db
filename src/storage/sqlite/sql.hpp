// Every statement of the SQLite storage, by name. Values come only as parameters.
#pragma once

#include <cstdint>
#include <string_view>

namespace vestnik::storage::sqlite::sql {

// Users: columns id, username, email.
inline constexpr std::string_view kInsertUser =
    "INSERT INTO users (username, email) VALUES (?1, ?2) RETURNING id, username, email";
inline constexpr std::string_view kUserById = "SELECT id, username, email FROM users WHERE id = ?1";
inline constexpr std::string_view kUserByName = "SELECT id, username, email FROM users WHERE username = ?1";
inline constexpr std::string_view kListUsers = "SELECT id, username, email FROM users ORDER BY id LIMIT ?2 OFFSET ?1";

// Rooms: columns id, name, epoch, created_at, max_length, client_seq_required, counter, floor, message_count,
// last_message_at.
inline constexpr std::string_view kInsertRoom =
    "INSERT INTO rooms (id, name, epoch, created_at, max_length, client_seq_required) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
inline constexpr std::string_view kRoomTaken = "SELECT 1 FROM rooms WHERE id = ?1 OR name = ?2";
inline constexpr std::string_view kRoomById = R"(
  SELECT id, name, epoch, created_at, max_length, client_seq_required, counter, floor, message_count, last_message_at
    FROM rooms WHERE id = ?1)";
inline constexpr std::string_view kRoomByName = R"(
  SELECT id, name, epoch, created_at, max_length, client_seq_required, counter, floor, message_count, last_message_at
    FROM rooms WHERE name = ?1)";
inline constexpr std::string_view kListRooms = R"(
  SELECT id, name, epoch, created_at, max_length, client_seq_required, counter, floor, message_count, last_message_at
    FROM rooms ORDER BY key LIMIT ?2 OFFSET ?1)";

// The state of a room's history: columns key, counter, floor, message_count.
inline constexpr std::string_view kRoomState = "SELECT key, counter, floor, message_count FROM rooms WHERE id = ?1";
inline constexpr std::string_view kUpdateRoomState =
    "UPDATE rooms SET counter = ?2, message_count = ?3, last_message_at = ?4 WHERE key = ?1";

// Messages: columns id, n, created_at, user_id, username, content, client_seq, nonce.
inline constexpr std::string_view kNewestMessage = "SELECT id, created_at FROM messages ORDER BY id DESC LIMIT 1";
inline constexpr std::string_view kInsertMessage = R"(
  INSERT INTO messages (id, room_key, n, created_at, user_id, username, content, client_seq, nonce)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))";
inline constexpr std::string_view kMessageByNonce = R"(
  SELECT id, n, created_at, user_id, username, content, client_seq, nonce
    FROM messages WHERE room_key = ?1 AND coalesce(user_id, 0) = ?2 AND nonce = ?3)";
inline constexpr std::string_view kMessagesAscending = R"(
  SELECT id, n, created_at, user_id, username, content, client_seq, nonce
    FROM messages WHERE room_key = ?1 AND n >= ?2 AND n < ?3 ORDER BY n LIMIT ?5 OFFSET ?4)";
inline constexpr std::string_view kMessagesDescending = R"(
  SELECT id, n, created_at, user_id, username, content, client_seq, nonce
    FROM messages WHERE room_key = ?1 AND n >= ?2 AND n < ?3 ORDER BY n DESC LIMIT ?5 OFFSET ?4)";

// Probes of a search by time: the first message from a number on, as its number and its time.
inline constexpr std::string_view kTimeFromPosition =
    "SELECT n, created_at FROM messages WHERE room_key = ?1 AND n >= ?2 ORDER BY n LIMIT 1";
inline constexpr std::string_view kTimeFromId =
    "SELECT id, created_at FROM messages WHERE id >= ?1 ORDER BY id LIMIT 1";

// Counts: users, rooms, messages.
inline constexpr std::string_view kCounts =
    "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM rooms), (SELECT coalesce(sum(message_count), 0) FROM "
    "rooms)";

// Whether reading and writing work.
inline constexpr std::string_view kReadProbe = "SELECT 1 FROM rooms LIMIT 1";
inline constexpr std::string_view kWriteProbe =
    "UPDATE migrations SET probes = probes + 1 WHERE version = 1 RETURNING probes";

// A new file: "VSTN" tells this database from any other SQLite file; a table for the migrations to come.
inline constexpr std::int64_t kOurApplicationId = 1'448'301'646;
inline constexpr const char* kAdoptEmptyDatabase = R"(
  PRAGMA application_id = 1448301646;
  CREATE TABLE migrations (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    probes INTEGER NOT NULL DEFAULT 0  -- grows when the server looks whether a full disk takes writes again
  ) STRICT)";
inline constexpr std::string_view kCountTables = "SELECT count(*) FROM sqlite_schema";
inline constexpr std::string_view kApplicationId = "PRAGMA application_id";

// Applied migrations.
inline constexpr std::string_view kAppliedMigrations =
    "SELECT version, name, checksum FROM migrations ORDER BY version";
inline constexpr std::string_view kInsertMigration =
    "INSERT INTO migrations (version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)";

// Answers with the mode that is in use afterwards.
inline constexpr std::string_view kUseWriteAheadLog = "PRAGMA journal_mode = WAL";

}  // namespace vestnik::storage::sqlite::sql
