#include "storage/sqlite/people_writer.hpp"

#include <utility>

#include "chat/names.hpp"
#include "storage/answers.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/sql/keys.hpp"
#include "storage/sqlite/sql/people.hpp"

namespace vestnik::storage::sqlite {

using chat::Session;
using chat::User;

PeopleWriter::PeopleWriter(Connection& connection, SessionActivity& activity, KnownUsers& known_users)
    : activity_(activity),
      known_users_(known_users),
      user_by_id_(connection, sql::kUserById),
      account_by_name_key_(connection, sql::kAccountByNameKey),
      insert_user_(connection, sql::kInsertUser),
      promote_guest_(connection, sql::kPromoteGuest),
      demote_user_(connection, sql::kDemoteUser),
      delete_sessions_of_user_(connection, sql::kDeleteSessionsOfUser),
      delete_keys_of_user_(connection, sql::kDeleteKeysOfUser),
      update_listed_(connection, sql::kUpdateListed),
      session_user_(connection, sql::kSessionUser),
      insert_session_(connection, sql::kInsertSession),
      delete_session_(connection, sql::kDeleteSession),
      delete_cursors_of_gone_(connection, sql::kDeleteCursorsOfGone),
      delete_gone_(connection, sql::kDeleteGone),
      note_gone_(connection, sql::kNoteGone) {}

Outcome<Result<User>> PeopleWriter::create_user(const chat::NewUser& user) {
  const std::string key = chat::name_key(user.username);
  const auto taken = is_taken(key);
  if (!taken) return std::unexpected(taken.error());
  if (*taken) return Result<User>(answers::username_taken(user.username));
  auto made = insert_user_.first(read_user, user.username, user.email, std::int64_t{0}, key);
  if (!made) return std::unexpected(std::move(made.error()));
  return std::move(**made);
}

Outcome<Result<User>> PeopleWriter::promote_guest(chat::UserId id, const chat::NewUser& user) {
  const auto guest = user_by_id_.first(read_user, id);
  if (!guest) return std::unexpected(guest.error());
  if (!*guest) return Result<User>(answers::no_user(id));
  if (!(*guest)->guest) return Result<User>(answers::is_account(id));
  const std::string key = chat::name_key(user.username);
  const auto taken = is_taken(key);
  if (!taken) return std::unexpected(taken.error());
  if (*taken) return Result<User>(answers::username_taken(user.username));
  auto promoted = promote_guest_.first(read_user, id, user.username, user.email, key);
  if (!promoted) return std::unexpected(std::move(promoted.error()));
  return std::move(**promoted);
}

Outcome<Result<void>> PeopleWriter::remove_user(chat::UserId id) {
  const auto demoted = demote_user_.first(read_user, id);
  if (!demoted) return std::unexpected(demoted.error());
  if (!*demoted) return Result<void>(answers::no_user(id));
  for (Statement* const statement : {&delete_sessions_of_user_, &delete_keys_of_user_}) {
    if (auto done = statement->run(id); !done) return std::unexpected(std::move(done.error()));
  }
  return Result<void>();
}

Outcome<Result<Session>> PeopleWriter::create_session(const chat::NewSession& session, Time now) {
  const auto taken = session_user_.first(read_presence, session.key);
  if (!taken) return std::unexpected(taken.error());
  if (*taken) return Result<Session>(answers::session_exists());
  auto user = user_of(session);
  if (!user) return std::unexpected(std::move(user.error()));
  if (!*user) return Result<Session>(std::unexpected(std::move(user->error())));
  const chat::UserId id = (*user)->id;
  activity_.on_session_made(id);
  if (auto made = insert_session_.run(session.key, id, now); !made) return std::unexpected(std::move(made.error()));
  if (auto listed = update_listed_.run(id); !listed) return std::unexpected(std::move(listed.error()));
  return Session{.key = session.key, .user = std::move(**user), .created_at = now, .active_at = now};
}

// The user that the session is for; a guest is made on the way.
Outcome<Result<User>> PeopleWriter::user_of(const chat::NewSession& session) {
  if (!session.user_id) return make_guest(session.display_name);
  auto user = user_by_id_.first(read_user, *session.user_id);
  if (!user) return std::unexpected(std::move(user.error()));
  if (!*user) return Result<User>(answers::no_user(*session.user_id));
  return std::move(**user);
}

Outcome<Result<User>> PeopleWriter::make_guest(std::string_view name) {
  const std::string key = chat::name_key(name);
  const auto reserved = is_taken(key);
  if (!reserved) return std::unexpected(reserved.error());
  if (*reserved) return Result<User>(answers::name_reserved(name));
  auto made = insert_user_.first(read_user, name, std::optional<std::string>(), std::int64_t{1}, key);
  if (!made) return std::unexpected(std::move(made.error()));
  return std::move(**made);
}

Outcome<bool> PeopleWriter::is_taken(std::string_view name_key) {
  const auto account = account_by_name_key_.first(read_presence, name_key);
  if (!account) return std::unexpected(account.error());
  return account->has_value();
}

Outcome<Result<void>> PeopleWriter::end_session(std::string_view key, std::optional<Time> active_at) {
  const auto session = session_user_.first([](Row row) { return std::pair(row.integer(0), row.time(1)); }, key);
  if (!session) return std::unexpected(session.error());
  if (!*session) return Result<void>(answers::no_session());
  const auto& [user, last_active_at] = **session;
  if (active_at && *active_at < last_active_at) return Result<void>(answers::session_active());
  if (auto ended = delete_session_.run(key); !ended) return std::unexpected(std::move(ended.error()));
  if (auto listed = update_listed_.run(user); !listed) return std::unexpected(std::move(listed.error()));
  if (auto removed = remove_gone(user); !removed) return std::unexpected(std::move(removed.error()));
  return Result<void>();
}

Outcome<void> PeopleWriter::remove_gone(chat::UserId user) {
  if (auto done = delete_cursors_of_gone_.run(user); !done) return done;
  const auto gone = delete_gone_.first(read_integer, user);
  if (!gone) return std::unexpected(gone.error());
  if (!*gone) return {};
  known_users_.forget(user);
  return note_gone_.run(user);
}

}  // namespace vestnik::storage::sqlite
