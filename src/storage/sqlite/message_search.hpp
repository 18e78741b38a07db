// Finds places in a room's history by time and by number, with some twenty probes anywhere in a million messages.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/rows.hpp"

namespace vestnik::storage::sqlite {

// Positions begin <= n < end.
struct Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  bool empty() const { return begin >= end; }
};

// One message as a place in its room. All three grow together; positions have gaps, ordinals have none.
struct Mark {
  std::int64_t n = 0;
  Time created_at;
  std::int64_t ordinal = 0;
};

// The positions that are held.
inline Range held(const RoomState& room) {
  return {.begin = room.floor + 1, .end = room.counter + 1};
}

// One connection, one thread at a time.
class MessageSearch {
 public:
  explicit MessageSearch(Connection& connection);

  // The first message at or after a position; nullopt when there is none.
  Outcome<std::optional<Mark>> from(const RoomState& room, std::int64_t n);
  // The first position in `range` from which on all messages were created at or after `time`, or range.end.
  Outcome<std::int64_t> find_time(const RoomState& room, Range range, Time time);
  // The position of the message with this ordinal, one of those held, or counter + 1 when it is the next to come.
  Outcome<std::int64_t> find_ordinal(const RoomState& room, std::int64_t ordinal);
  // The ordinal of the first message at or after a position, or of the next to come.
  Outcome<std::int64_t> ordinal_from(const RoomState& room, std::int64_t n);

 private:
  template <typename IsThere>
  Outcome<std::int64_t> find(const RoomState& room, Range range, IsThere is_there);

  Statement mark_from_;
};

}  // namespace vestnik::storage::sqlite
