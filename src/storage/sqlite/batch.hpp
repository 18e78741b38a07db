// One transaction of changes while it is worked on: what it knows of the store, and what it has done so far.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "chat/chat_store.hpp"
#include "storage/answers.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/rows.hpp"

namespace vestnik::storage::sqlite {

struct BatchRoom {
  RoomState state;                      // with what the batch has added; written at its end
  std::int64_t grown = 0;               // positions taken by the batch
  std::optional<Time> last_message_at;  // of a message of the batch
  bool has_trimmed = false;             // its floor is to be found at the end
  bool is_closed = false;

  std::int64_t take_position() {
    ++grown;
    return ++state.counter;
  }
  // The oldest messages beyond a limit leave.
  void keep(std::int64_t message_limit) {
    if (state.message_count <= answers::kept(message_limit)) return;
    state.message_count = answers::kept(message_limit);
    has_trimmed = true;
  }
  bool holds(const StoredMessage& message) const {
    return message.room_key == state.key && message.ordinal >= state.first_ordinal();
  }
};

struct Batch {
  Time at;  // of everything in it
  chat::MessageId newest_message_id = 0;
  bool has_other_changes = false;                                        // than messages
  std::unordered_map<std::string_view, std::optional<BatchRoom>> rooms;  // keys live in the changes
  std::unordered_set<chat::UserId> active_users;                         // whose sessions go on
  std::unordered_set<chat::UserId> acting_users;                         // with sessions, who changed something
};

using Answer = Outcome<Result<chat::Appended>>;

inline Answer refused(answers::Refusal refusal) {
  return Result<chat::Appended>(std::move(refusal));
}
inline Answer failed(const Failure& failure) {
  return std::unexpected(failure);
}
inline Answer committed(chat::Event event) {
  return chat::Appended{.event = std::move(event), .duplicate = false};
}
inline Answer duplicate(chat::Event event) {
  return chat::Appended{.event = std::move(event), .duplicate = true};
}

// That nothing had to be done; `what` is as it is.
template <typename What>
Answer unchanged(const Batch& batch, const BatchRoom& room, std::optional<chat::UserId> user_id, What what) {
  return duplicate({.n = room.state.counter, .at = batch.at, .user_id = user_id, .what = std::move(what)});
}

}  // namespace vestnik::storage::sqlite
