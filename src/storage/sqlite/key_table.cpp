#include "storage/sqlite/key_table.hpp"

#include <utility>

#include "storage/answers.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/keys.hpp"
#include "storage/sqlite/sql/people.hpp"

namespace vestnik::storage::sqlite {
namespace {

using chat::ApiKey;

ApiKey read_key(Row row) {
  return {.name = row.text(0),
          .hash = row.text(1),
          .scopes = chat::Scopes::from_bits(row.integer(2)),
          .user = read_user_from(row, 5),
          .created_at = row.time(3),
          .expires_at = row.maybe_time(4)};
}

}  // namespace

KeyTable::KeyTable(Connection& connection)
    : connection_(connection),
      user_by_id_(connection, sql::kUserById),
      presence_(connection, sql::kKeyPresence),
      insert_(connection, sql::kInsertKey),
      note_acted_(connection, sql::kNoteActed),
      list_(connection, sql::kListKeys),
      delete_(connection, sql::kDeleteKey) {}

Outcome<Result<ApiKey>> KeyTable::create_key(const chat::NewApiKey& key) {
  auto user = user_by_id_.first(read_user, key.user_id);
  if (!user) return std::unexpected(std::move(user.error()));
  if (!*user) return Result<ApiKey>(answers::no_user(key.user_id));
  const auto taken = presence_.first(read_presence, key.name);
  if (!taken) return std::unexpected(taken.error());
  if (*taken) return Result<ApiKey>(answers::key_exists(key.name));
  auto made = insert_.run(key.name, key.hash, key.scopes.bits(), key.user_id, key.created_at, key.expires_at);
  if (!made) return std::unexpected(std::move(made.error()));
  if (auto noted = note_acted_.run(key.user_id); !noted) return std::unexpected(std::move(noted.error()));
  return ApiKey{.name = key.name,
                .hash = key.hash,
                .scopes = key.scopes,
                .user = std::move(**user),
                .created_at = key.created_at,
                .expires_at = key.expires_at};
}

Outcome<std::vector<ApiKey>> KeyTable::list_keys() {
  return list_.all(read_key);
}

Outcome<Result<void>> KeyTable::revoke_key(std::string_view name) {
  if (auto done = delete_.run(name); !done) return std::unexpected(std::move(done.error()));
  if (connection_.changed_rows() == 0) return Result<void>(answers::no_key(name));
  return Result<void>();
}

}  // namespace vestnik::storage::sqlite
