// Statements about API keys.
#pragma once

#include <string_view>

namespace vestnik::storage::sqlite::sql {

// Keys: columns name, hash, scopes, created_at, expires_at, then those of the user.
inline constexpr std::string_view kKeyPresence = "SELECT 1 FROM api_keys WHERE name = ?1";
inline constexpr std::string_view kInsertKey =
    "INSERT INTO api_keys (name, hash, scopes, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
inline constexpr std::string_view kListKeys = R"(
  SELECT name, hash, scopes, created_at, expires_at, users.id, username, email, guest
    FROM api_keys JOIN users ON users.id = user_id ORDER BY name)";
inline constexpr std::string_view kDeleteKey = "DELETE FROM api_keys WHERE name = ?1";
inline constexpr std::string_view kDeleteKeysOfUser = "DELETE FROM api_keys WHERE user_id = ?1";

// Whether the database has keys at all: one made by an older version does not.
inline constexpr std::string_view kKeysTable = "SELECT 1 FROM sqlite_schema WHERE name = 'api_keys'";

}  // namespace vestnik::storage::sqlite::sql
