// Makes users and sessions.
#pragma once

#include <optional>
#include <string_view>

#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/known_users.hpp"
#include "storage/sqlite/session_activity.hpp"

namespace vestnik::storage::sqlite {

// The functions of ChatStore of the same names, inside a transaction of the caller. One connection, one thread at a
// time.
class PeopleWriter {
 public:
  PeopleWriter(Connection& connection, SessionActivity& activity, KnownUsers& known_users);

  Outcome<Result<chat::User>> create_user(const chat::NewUser& user);
  Outcome<Result<chat::User>> promote_guest(chat::UserId id, const chat::NewUser& user);
  Outcome<Result<void>> remove_user(chat::UserId id);
  Outcome<Result<chat::Session>> create_session(const chat::NewSession& session, Time now);
  Outcome<Result<void>> end_session(std::string_view key, std::optional<Time> active_at);

 private:
  // What a guest without a session has left behind, and the guest if nothing refers to them.
  Outcome<void> remove_gone(chat::UserId user);
  Outcome<Result<chat::User>> user_of(const chat::NewSession& session);
  Outcome<Result<chat::User>> make_guest(std::string_view name);
  // Whether an account has a name with this key.
  Outcome<bool> is_taken(std::string_view name_key);

  SessionActivity& activity_;
  KnownUsers& known_users_;
  Statement user_by_id_;
  Statement account_by_name_key_;
  Statement insert_user_;
  Statement promote_guest_;
  Statement demote_user_;
  Statement delete_sessions_of_user_;
  Statement delete_keys_of_user_;
  Statement update_listed_;
  Statement session_user_;
  Statement insert_session_;
  Statement delete_session_;
  Statement delete_cursors_of_gone_;
  Statement delete_gone_;
  Statement note_gone_;
};

}  // namespace vestnik::storage::sqlite
