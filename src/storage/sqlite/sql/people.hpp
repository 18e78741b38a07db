// Statements about users and sessions.
#pragma once

#include <string_view>

namespace vestnik::storage::sqlite::sql {

// Users: columns id, username, email, guest.
inline constexpr std::string_view kInsertUser =
    "INSERT INTO users (username, email, guest, listed, name_key) VALUES (?1, ?2, ?3, 1, ?4) "
    "RETURNING id, username, email, guest";
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
// Users are never removed, so every id up to the newest one is somebody's.
inline constexpr std::string_view kNewestUser = "SELECT id FROM users ORDER BY id DESC LIMIT 1";

// Sessions: columns key, created_at, active_at, then those of the user.
inline constexpr std::string_view kInsertSession =
    "INSERT INTO sessions (key, user_id, created_at, active_at) VALUES (?1, ?2, ?3, ?3)";
inline constexpr std::string_view kSessionUser = "SELECT user_id FROM sessions WHERE key = ?1";
inline constexpr std::string_view kListSessions = R"(
  SELECT key, created_at, active_at, users.id, username, email, guest
    FROM sessions JOIN users ON users.id = user_id WHERE key > ?1 ORDER BY key LIMIT ?2)";
inline constexpr std::string_view kDeleteSession = "DELETE FROM sessions WHERE key = ?1";
inline constexpr std::string_view kDeleteSessionsOfUser = "DELETE FROM sessions WHERE user_id = ?1";
inline constexpr std::string_view kUsersWithSessions = "SELECT DISTINCT user_id FROM sessions";
inline constexpr std::string_view kTouchSessions = "UPDATE sessions SET active_at = ?2 WHERE user_id = ?1";

}  // namespace vestnik::storage::sqlite::sql
