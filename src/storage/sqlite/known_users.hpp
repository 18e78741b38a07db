// Which users there are, and that something refers to them.
#pragma once

#include <unordered_set>

#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// Remembers whom it has seen, so that the changes of one user cost one look. One connection, one thread at a time; not
// in a transaction that makes users.
class KnownUsers {
 public:
  explicit KnownUsers(Connection& connection);

  Outcome<bool> exists(chat::UserId user);
  // Something refers to the user from now on.
  Outcome<void> note_acted(chat::UserId user) { return note_acted_.run(user); }
  // The user has gone, or would have if the transaction were committed.
  void forget(chat::UserId user) { seen_.erase(user); }

 private:
  Statement user_exists_;
  Statement note_acted_;
  std::unordered_set<chat::UserId> seen_;
};

}  // namespace vestnik::storage::sqlite
