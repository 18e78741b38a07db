#include "storage/sqlite/migrations.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "chat/names.hpp"
#include "storage/sqlite/sql/database.hpp"

namespace vestnik::storage::sqlite {
namespace {

// What the database remembers of a migration.
struct Noted {
  std::string name;
  std::string checksum;
};
using Applied = std::map<std::int64_t, Noted>;  // by version

std::unexpected<Error> failed(std::string_view path, const Failure& failure) {
  return fail(ErrorCode::kUnavailable, fmt::format("The database {} cannot be used: {}.", path, failure.message));
}

std::int64_t version_of(std::string_view file) {
  std::int64_t version = 0;
  std::from_chars(file.data(), file.data() + file.size(), version);
  return version;
}

// Marks an empty database as ours. One with tables but without our mark is somebody else's: nothing is added to it.
Result<void> adopt(Connection& connection, std::string_view path) {
  const auto integer = [](Row row) { return row.integer(0); };
  const auto id = Statement(connection, sql::kApplicationId).first(integer);
  if (!id) return failed(path, id.error());
  if (*id == sql::kOurApplicationId) return {};

  const auto tables = Statement(connection, sql::kCountTables).first(integer);
  if (!tables) return failed(path, tables.error());
  if (*tables != 0) {
    return fail(ErrorCode::kFailedPrecondition, fmt::format("{} is a database of another program.", path));
  }
  const auto adopted =
      in_transaction(connection, kBeginWrite, [&] { return connection.execute(sql::kAdoptEmptyDatabase); });
  if (!adopted) return failed(path, adopted.error());
  return {};
}

Outcome<Applied> read_applied(Connection& connection) {
  const auto rows = Statement(connection, sql::kAppliedMigrations).all([](Row row) {
    return std::pair(row.integer(0), Noted{.name = row.text(1), .checksum = row.text(2)});
  });
  if (!rows) return std::unexpected(rows.error());
  return Applied(rows->begin(), rows->end());
}

// That everything applied is what this version would have applied.
Result<void> check_applied(const Applied& applied, std::string_view path, std::span<const EmbeddedFile> migrations) {
  for (const auto& [version, noted] : applied) {
    const auto known = std::ranges::find(migrations, version, [](const auto& file) { return version_of(file.path); });
    if (known == migrations.end()) {
      return fail(ErrorCode::kFailedPrecondition,
                  fmt::format("The database {} is from a newer version of vestnik: it has the migration {}, which this "
                              "version does not know. Use that version or a later one.",
                              path, noted.name));
    }
    if (noted.checksum != checksum_of(known->bytes)) {
      return fail(
          ErrorCode::kFailedPrecondition,
          fmt::format("The migration {} was changed after it had been applied to the database {}. Use the version "
                      "of vestnik that applied it.",
                      noted.name, path));
    }
  }
  return {};
}

// What migrations ask of the domain.
Outcome<void> register_functions(Connection& connection) {
  const auto name_key = [](sqlite3_context* context, int, sqlite3_value** values) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    const std::string key = text == nullptr ? std::string() : chat::name_key({text, size});
    sqlite3_result_text64(context, key.data(), key.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  };
  const int code = sqlite3_create_function(connection.handle(), "name_key", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                           nullptr, name_key, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(connection.failure(code));
  return {};
}

Outcome<void> apply(Connection& connection, const EmbeddedFile& migration, Time now) {
  return in_transaction(connection, kBeginWrite, [&]() -> Outcome<void> {
    // The lock is ours; a large database may take its time.
    connection.set_deadline(Deadline::max());
    if (auto done = connection.execute(std::string(migration.bytes).c_str()); !done) return done;
    return Statement(connection, sql::kInsertMigration)
        .run(version_of(migration.path), migration.path, checksum_of(migration.bytes), now);
  });
}

}  // namespace

Result<void> migrate(Connection& connection, std::string_view path, std::span<const EmbeddedFile> migrations,
                     Time now) {
  if (auto adopted = adopt(connection, path); !adopted) return adopted;
  const auto applied = read_applied(connection);
  if (!applied) return failed(path, applied.error());
  if (auto checked = check_applied(*applied, path, migrations); !checked) return checked;

  if (auto registered = register_functions(connection); !registered) return failed(path, registered.error());
  for (const auto& migration : migrations) {
    if (applied->contains(version_of(migration.path))) continue;
    if (auto done = apply(connection, migration, now); !done) return failed(path, done.error());
  }
  return {};
}

std::string checksum_of(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001b3;
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace vestnik::storage::sqlite
