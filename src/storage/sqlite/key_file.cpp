#include "storage/sqlite/key_file.hpp"

#include <fmt/core.h>

#include <chrono>
#include <utility>

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/keys.hpp"

namespace vestnik::storage::sqlite {
namespace {

constexpr std::chrono::seconds kTimeout{5};

// What `body() -> Outcome<T>` gives inside a transaction.
template <typename Body>
auto run(Connection& connection, const char* begin, Body body)
    -> Result<typename std::invoke_result_t<Body>::value_type> {
  connection.set_deadline(std::chrono::steady_clock::now() + kTimeout);
  auto result = in_transaction(connection, begin, body);
  if (result) return std::move(*result);
  return fail(ErrorCode::kUnavailable, fmt::format("The database failed: {}.", result.error().message));
}

}  // namespace

KeyFile::KeyFile(std::unique_ptr<Connection> connection) : connection_(std::move(connection)), keys_(*connection_) {}

Result<std::unique_ptr<chat::KeyStore>> KeyFile::open(const std::string& path) {
  auto connection = Database::connect_beside(path);
  if (!connection) return std::unexpected(std::move(connection.error()));
  const auto table = Statement(**connection, sql::kKeysTable).first(read_presence);
  if (!table) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("The database {} cannot be read: {}.", path, table.error().message));
  }
  if (!*table) {
    return fail(
        ErrorCode::kFailedPrecondition,
        fmt::format("The database {} was made by an older version: start this version's server on it once.", path));
  }
  return std::unique_ptr<chat::KeyStore>(new KeyFile(std::move(*connection)));
}

Result<chat::ApiKey> KeyFile::create_key(const chat::NewApiKey& key) {
  const std::scoped_lock lock(mutex_);
  return answer_of(run(*connection_, kBeginWrite, [&] { return keys_.create_key(key); }));
}

Result<std::vector<chat::ApiKey>> KeyFile::list_keys() {
  const std::scoped_lock lock(mutex_);
  return run(*connection_, kBeginRead, [&] { return keys_.list_keys(); });
}

Result<void> KeyFile::revoke_key(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  return answer_of(run(*connection_, kBeginWrite, [&] { return keys_.revoke_key(name); }));
}

}  // namespace vestnik::storage::sqlite
