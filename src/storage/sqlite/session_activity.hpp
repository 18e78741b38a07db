// The active_at of sessions, which moves with the messages of their users.
#pragma once

#include <unordered_set>

#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// Knows who has sessions, so that the messages of everybody else cost nothing. One connection, one thread at a time.
class SessionActivity {
 public:
  explicit SessionActivity(Connection& connection);

  // Inside the transaction that makes a session; harmless when it fails.
  void on_session_made(chat::UserId user) { users_.insert(user); }
  // Whether the user may have sessions; false is certain once load() has succeeded.
  bool may_have_sessions(chat::UserId user) const { return users_.contains(user); }
  // Called before the first question; costs nothing from the second time on.
  Outcome<void> load();
  // The user's sessions go on from `at`.
  Outcome<void> touch(chat::UserId user, Time at);

 private:
  Connection& connection_;
  Statement users_with_sessions_;
  Statement touch_sessions_;
  std::unordered_set<chat::UserId> users_;  // all who have sessions, perhaps more
  bool is_loaded_ = false;
};

}  // namespace vestnik::storage::sqlite
