#include "storage/sqlite/known_users.hpp"

#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/people.hpp"

namespace vestnik::storage::sqlite {
namespace {

constexpr std::size_t kSeenMax = 100'000;

}  // namespace

KnownUsers::KnownUsers(Connection& connection)
    : user_exists_(connection, sql::kUserExists), note_acted_(connection, sql::kNoteActed) {}

Outcome<bool> KnownUsers::exists(chat::UserId user) {
  if (seen_.contains(user)) return true;
  const auto found = user_exists_.first(read_presence, user);
  if (!found) return std::unexpected(found.error());
  if (!*found) return false;
  if (seen_.size() >= kSeenMax) seen_.clear();
  seen_.insert(user);
  return true;
}

}  // namespace vestnik::storage::sqlite
