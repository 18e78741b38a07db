// Rows of the statements in sql/ as the types of the domain, and as what the storage itself works with.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

inline std::int64_t read_integer(Row row) {
  return row.integer(0);
}
inline bool read_presence(Row) {
  return true;
}

// The columns of a user from `first` on.
inline chat::User read_user_from(Row row, int first) {
  return {.id = row.integer(first),
          .username = row.text(first + 1),
          .email = row.maybe_text(first + 2),
          .guest = row.integer(first + 3) != 0};
}
inline chat::User read_user(Row row) {
  return read_user_from(row, 0);
}

inline chat::Session read_session(Row row) {
  return {.key = row.text(0), .user = read_user_from(row, 3), .created_at = row.time(1), .active_at = row.time(2)};
}

// The columns of a room's rules from `first` on.
inline chat::RoomRules read_rules_from(Row row, int first) {
  const auto max_length = row.maybe_integer(first);
  return {.max_length = max_length ? std::optional(static_cast<std::int32_t>(*max_length)) : std::nullopt,
          .message_limit = row.maybe_integer(first + 1),
          .expires_at = row.maybe_time(first + 2),
          .client_seq_required = row.integer(first + 3) != 0,
          .read_only = row.integer(first + 4) != 0};
}
inline chat::RoomRules read_rules(Row row) {
  return read_rules_from(row, 0);
}

inline chat::Room read_room(Row row) {
  return {.info = {.id = row.text(0),
                   .name = row.text(1),
                   .epoch = row.text(2),
                   .created_at = row.time(3),
                   .owner_id = row.maybe_integer(4)},
          .rules = read_rules_from(row, 5),
          .counter = row.integer(10),
          .floor = row.integer(11),
          .message_count = row.integer(12),
          .message_total = row.integer(13),
          .last_message_at = row.maybe_time(14)};
}

inline chat::Member read_member(Row row) {
  return {.user_id = row.integer(0), .username = row.text(1), .joined_at = row.time(2)};
}

// What is held after a cursor, whoever wrote it.
struct Held {
  chat::Unread unread;
  std::int64_t room_key = 0;
};

inline Held read_held(Row row) {
  return {.unread = {.room_id = row.text(0), .cursor_n = row.integer(1), .count = row.integer(2)},
          .room_key = row.integer(3)};
}

// Where a user has read to, and the number of messages that the room had had until there.
struct StoredCursor {
  std::int64_t n = 0;
  std::int64_t ordinal = 0;
};

inline StoredCursor read_cursor(Row row) {
  return {.n = row.integer(0), .ordinal = row.integer(1)};
}

// The state of a room's history.
struct RoomState {
  std::int64_t key = 0;
  std::int64_t counter = 0;
  std::int64_t floor = 0;
  std::int64_t swept = 0;         // rows of positions up to here are removed
  std::int64_t events_floor = 0;  // changes other than messages up to here are removed
  std::int64_t message_count = 0;
  std::int64_t message_total = 0;

  // The room's messages are numbered from 1; those from here on are held.
  std::int64_t first_ordinal() const { return message_total - message_count + 1; }
  // Every position after it is that of a message or of another change that is held.
  std::int64_t complete_after() const { return std::max(floor, events_floor); }
};

inline RoomState read_room_state(Row row) {
  return {.key = row.integer(0),
          .counter = row.integer(1),
          .floor = row.integer(2),
          .swept = row.integer(3),
          .events_floor = row.integer(4),
          .message_count = row.integer(5),
          .message_total = row.integer(6)};
}

inline chat::Attachment read_attachment(Row row) {
  return {.id = row.text(0),
          .sha256 = row.text(1),
          .size = static_cast<std::uint64_t>(row.integer(2)),
          .name = row.text(3),
          .content_type = row.text(4),
          .user_id = row.maybe_integer(5),
          .created_at = row.time(6)};
}

// A message without its reactions and attachments, and where it belongs.
struct StoredMessage {
  chat::Message message;
  std::int64_t room_key = 0;
  std::int64_t ordinal = 0;
  std::int64_t emojis = 0;  // different ones in its reactions
  std::int64_t attachments = 0;
};

inline StoredMessage read_message(Row row) {
  return {.message = {.id = row.integer(0),
                      .n = row.integer(1),
                      .created_at = row.time(2),
                      .user_id = row.maybe_integer(3),
                      .username = row.maybe_text(4),
                      .content = row.text(5),
                      .client_seq = row.maybe_integer(6),
                      .nonce = row.maybe_text(7),
                      .reply_to = row.maybe_integer(8),
                      .edited_at = row.maybe_time(9),
                      .deleted = row.integer(10) != 0},
          .room_key = row.integer(11),
          .ordinal = row.integer(12),
          .emojis = row.integer(13),
          .attachments = row.integer(14)};
}

// What a nonce was used for.
struct StoredNonce {
  chat::MessageId message_id = 0;
  std::int64_t n = 0;
  Time created_at;
  std::optional<std::string> digest;  // absent: written by a version that kept none
};

inline StoredNonce read_nonce(Row row) {
  return {.message_id = row.integer(0), .n = row.integer(1), .created_at = row.time(2), .digest = row.maybe_text(3)};
}

// What `changes.kind` says.
enum class ChangeKind : std::uint8_t {
  kEdited = 1,
  kDeleted = 2,
  kReactionAdded = 3,
  kReactionRemoved = 4,
  kJoined = 5,
  kLeft = 6,
  kRules = 7,
};

struct StoredChange {
  std::int64_t n = 0;
  ChangeKind kind = ChangeKind::kEdited;
  Time at;
  std::optional<chat::UserId> user_id;
  chat::MessageId message_id = 0;
  std::string emoji;
};

inline StoredChange read_change(Row row) {
  return {.n = row.integer(0),
          .kind = static_cast<ChangeKind>(row.integer(1)),
          .at = row.time(2),
          .user_id = row.maybe_integer(3),
          .message_id = row.integer(4),
          .emoji = row.text(5)};
}

}  // namespace vestnik::storage::sqlite
