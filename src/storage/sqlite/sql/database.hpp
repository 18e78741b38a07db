// Statements about the database itself. In the headers of this folder is every statement of the SQLite storage, by
// name; values come only as parameters.
#pragma once

#include <cstdint>
#include <string_view>

namespace vestnik::storage::sqlite::sql {

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

// In microseconds, so that no two databases share it.
inline constexpr std::string_view kDatabaseMadeAt = "SELECT applied_at FROM migrations WHERE version = 1";

// Answers with the mode that is in use afterwards.
inline constexpr std::string_view kUseWriteAheadLog = "PRAGMA journal_mode = WAL";

}  // namespace vestnik::storage::sqlite::sql
