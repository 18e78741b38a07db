#include "storage/sqlite/message_search.hpp"

#include <algorithm>
#include <utility>

#include "storage/sqlite/sql/history.hpp"

namespace vestnik::storage::sqlite {
namespace {

Mark read_mark(Row row) {
  return {.n = row.integer(0), .created_at = row.time(1), .ordinal = row.integer(2)};
}

}  // namespace

MessageSearch::MessageSearch(Connection& connection) : mark_from_(connection, sql::kMarkFrom) {}

Outcome<std::optional<Mark>> MessageSearch::from(const RoomState& room, std::int64_t n) {
  return mark_from_.first(read_mark, room.key, std::max(n, room.floor + 1));
}

// `is_there(mark)` is false for the messages before the place and true for those from it on.
template <typename IsThere>
Outcome<std::int64_t> MessageSearch::find(const RoomState& room, Range range, IsThere is_there) {
  const std::int64_t end = range.end;
  while (!range.empty()) {
    const std::int64_t middle = range.begin + (range.end - range.begin) / 2;
    const auto mark = from(room, middle);
    if (!mark) return std::unexpected(mark.error());
    if (!*mark || is_there(**mark)) {
      range.end = middle;
    } else {
      range.begin = std::max(range.begin, (*mark)->n + 1);
    }
  }
  return std::min(range.begin, end);
}

Outcome<std::int64_t> MessageSearch::find_time(const RoomState& room, Range range, Time time) {
  return find(room, range, [time](const Mark& mark) { return mark.created_at >= time; });
}

Outcome<std::int64_t> MessageSearch::find_ordinal(const RoomState& room, std::int64_t ordinal) {
  // A message has at least as many positions before it as messages, and the same is true of what follows it.
  const Range range{.begin = std::max(ordinal, room.floor + 1),
                    .end = room.counter - (room.message_total - ordinal) + 1};
  const auto found = find(room, range, [ordinal](const Mark& mark) { return mark.ordinal >= ordinal; });
  if (!found) return found;
  const auto mark = from(room, *found);
  if (!mark) return std::unexpected(mark.error());
  return *mark ? (*mark)->n : room.counter + 1;
}

Outcome<std::int64_t> MessageSearch::ordinal_from(const RoomState& room, std::int64_t n) {
  const auto mark = from(room, n);
  if (!mark) return std::unexpected(mark.error());
  return *mark ? (*mark)->ordinal : room.message_total + 1;
}

}  // namespace vestnik::storage::sqlite
