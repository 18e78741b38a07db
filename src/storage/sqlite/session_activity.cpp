#include "storage/sqlite/session_activity.hpp"

#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/people.hpp"

namespace vestnik::storage::sqlite {

SessionActivity::SessionActivity(Connection& connection)
    : connection_(connection),
      users_with_sessions_(connection, sql::kUsersWithSessions),
      touch_sessions_(connection, sql::kTouchSessions) {}

Outcome<void> SessionActivity::load() {
  if (is_loaded_) return {};
  const auto users = users_with_sessions_.all(read_integer);
  if (!users) return std::unexpected(users.error());
  users_.insert(users->begin(), users->end());
  is_loaded_ = true;
  return {};
}

Outcome<void> SessionActivity::touch(chat::UserId user, Time at) {
  if (auto touched = touch_sessions_.run(user, at); !touched) return touched;
  if (connection_.changed_rows() == 0) users_.erase(user);
  return {};
}

}  // namespace vestnik::storage::sqlite
