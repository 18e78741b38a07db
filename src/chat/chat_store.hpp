// The port behind which users, rooms and messages are kept. Every storage passes tests/conformance.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

// What became of one draft of a batch.
struct Appended {
  Message message;         // the committed message; the first one when it is a duplicate
  bool duplicate = false;  // the same (room, author, nonce) and content had been committed before
};

// Synchronous: a call is one transaction that returns when it is durable, within the store's time-out. Any thread may
// call; `append` is called by one thread at a time. Errors of every call: unavailable (the storage failed or is
// closed), deadline_exceeded. After a failed write nothing of that call is visible, ever (or the store reports itself
// failed).
class ChatStore {
 public:
  virtual ~ChatStore() = default;

  // Errors: already_exists (the name is taken).
  virtual Result<User> create_user(const NewUser& user) = 0;
  // Errors: not_found.
  virtual Result<User> get_user(UserId id) = 0;
  // In the order of ids.
  virtual Result<std::vector<User>> list_users(std::int64_t offset, std::int32_t limit) = 0;

  // Errors: already_exists (the name or id is taken).
  virtual Result<Room> create_room(const NewRoom& room) = 0;
  // By id (UUID) or name. Errors: not_found.
  virtual Result<Room> find_room(std::string_view id_or_name) = 0;
  // In the order of creation.
  virtual Result<std::vector<Room>> list_rooms(std::int64_t offset, std::int32_t limit) = 0;

  // Commits the drafts in their order, all in one transaction. Each new message takes the next n of its room, inside
  // the commit, without gaps, and the next id. created_at is max(now, the newest created_at in the store), so time
  // never goes back along ids or positions. A draft with a nonce already committed for the same (room, author) gives
  // the first message (same content) or already_exists (other content); within one batch too. An unknown room gives
  // not_found for that draft. The outer error means that nothing was applied.
  virtual Result<std::vector<Result<Appended>>> append(std::span<const Draft> drafts, Time now) = 0;

  // One page of history in the query's order. An unknown room is an empty page.
  virtual Result<std::vector<Message>> list_messages(const HistoryQuery& query) = 0;

  // Counts; `since` bounds messages_since.
  virtual Result<StoreStats> stats(Time since) = 0;

  // Cheap check that the storage answers, for health.
  virtual Result<void> check() = 0;

  // What the storage is, for logs and errors, such as "sqlite:data/vestnik.db"; never a secret.
  virtual std::string_view description() const = 0;
};

}  // namespace vestnik::chat
