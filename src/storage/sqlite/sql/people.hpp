// Statements about users and sessions.
#pragma once

#include <string_view>

namespace vestnik::storage::sqlite::sql {

// Users: columns id, username, email, guest.
inline constexpr std::string_view kInsertUser = R"(
  INSERT INTO users (id, username, email, guest, listed, acted, name_key)
    SELECT 1 + max(user_id, coalesce((SELECT max(id) FROM users), 0)), ?1, ?2, ?3, 1, 0, ?4 FROM high_water
    RETURNING id, username, email, guest)";
inline constexpr std::string_view kAccountByNameKey =
    "SELECT id, username, email, guest FROM users WHERE name_key = ?1 AND guest = 0";
inline constexpr std::string_view kUserById = "SELECT id, username, email, guest FROM users WHERE id = ?1";
inline constexpr std::string_view kListUsers =
    "SELECT id, username, email, guest FROM users WHERE listed = 1 ORDER BY id LIMIT ?2 OFFSET ?1";
inline constexpr std::string_view kPromoteGuest =
    "UPDATE users SET username = ?2, email = ?3, guest = 0, listed = 1, name_key = ?4 WHERE id = ?1 "
    "RETURNING id, username, email, guest";
inline constexpr std::string_view kDemoteUser =
    "UPDATE users SET email = NULL, guest = 1, listed = 0 WHERE id = ?1 RETURNING id, username, email, guest";
inline constexpr std::string_view kUpdateListed =
    "UPDATE users SET listed = guest = 0 OR EXISTS (SELECT 1 FROM sessions WHERE user_id = ?1) WHERE id = ?1";
inline constexpr std::string_view kUserExists = "SELECT 1 FROM users WHERE id = ?1";
inline constexpr std::string_view kNoteActed = "UPDATE users SET acted = 1 WHERE id = ?1 AND acted = 0";
// A guest without a session to whom nothing refers.
inline constexpr std::string_view kDeleteGone =
    "DELETE FROM users WHERE id = ?1 AND guest = 1 AND listed = 0 AND acted = 0 RETURNING id";
inline constexpr std::string_view kNoteGone = "UPDATE high_water SET user_id = max(user_id, ?1)";

// Of a guest without a session.
inline constexpr std::string_view kDeleteCursorsOfGone =
    "DELETE FROM cursors WHERE user_id = ?1 AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND listed = 0)";

// Sessions: columns key, created_at, active_at, then those of the user.
inline constexpr std::string_view kInsertSession =
    "INSERT INTO sessions (key, user_id, created_at, active_at) VALUES (?1, ?2, ?3, ?3)";
inline constexpr std::string_view kSessionUser = "SELECT user_id, active_at FROM sessions WHERE key = ?1";
inline constexpr std::string_view kListSessions = R"(
  SELECT key, created_at, active_at, users.id, username, email, guest
    FROM sessions JOIN users ON users.id = user_id WHERE key > ?1 ORDER BY key LIMIT ?2)";
inline constexpr std::string_view kDeleteSession = "DELETE FROM sessions WHERE key = ?1";
inline constexpr std::string_view kDeleteSessionsOfUser = "DELETE FROM sessions WHERE user_id = ?1";
inline constexpr std::string_view kUsersWithSessions = "SELECT DISTINCT user_id FROM sessions";
inline constexpr std::string_view kTouchSessions =
    "UPDATE sessions SET active_at = max(active_at, ?2) WHERE user_id = ?1";

}  // namespace vestnik::storage::sqlite::sql
