// Rows of the statements in sql.hpp as the types of the domain.
#pragma once

#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

inline chat::User read_user(Row row) {
  return {.id = row.integer(0), .username = row.text(1), .email = row.maybe_text(2)};
}

inline chat::Room read_room(Row row) {
  const auto max_length = row.maybe_integer(4);
  return {.info = {.id = row.text(0),
                   .name = row.text(1),
                   .epoch = row.text(2),
                   .created_at = row.time(3),
                   .max_length = max_length ? std::optional(static_cast<std::int32_t>(*max_length)) : std::nullopt,
                   .client_seq_required = row.integer(5) != 0},
          .counter = row.integer(6),
          .floor = row.integer(7),
          .message_count = row.integer(8),
          .last_message_at = row.maybe_time(9)};
}

inline chat::Message read_message(Row row) {
  return {.id = row.integer(0),
          .n = row.integer(1),
          .created_at = row.time(2),
          .user_id = row.maybe_integer(3),
          .username = row.maybe_text(4),
          .content = row.text(5),
          .client_seq = row.maybe_integer(6),
          .nonce = row.maybe_text(7)};
}

// The state of a room's history while a transaction works on it.
struct RoomState {
  std::int64_t key = 0;
  std::int64_t counter = 0;
  std::int64_t floor = 0;
  std::int64_t message_count = 0;
};

inline RoomState read_room_state(Row row) {
  return {.key = row.integer(0), .counter = row.integer(1), .floor = row.integer(2), .message_count = row.integer(3)};
}

// A number along which time grows, and the time there.
struct TimeMark {
  std::int64_t number = 0;
  Time created_at;
};

inline TimeMark read_time_mark(Row row) {
  return {.number = row.integer(0), .created_at = row.time(1)};
}

}  // namespace vestnik::storage::sqlite
