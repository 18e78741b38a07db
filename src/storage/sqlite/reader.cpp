#include "storage/sqlite/reader.hpp"

#include <algorithm>
#include <utility>

#include "storage/sqlite/sql.hpp"

namespace vestnik::storage::sqlite {
namespace {

// Numbers begin <= x < end.
struct Range {
  std::int64_t begin;
  std::int64_t end;

  bool empty() const { return begin >= end; }
};

// The first number in `range` whose message was created at or after `time`, or range.end. `mark_from(x)` gives the
// first message with a number from x on; numbers may have gaps.
template <typename MarkFrom>
Outcome<std::int64_t> find_time(Range range, Time time, MarkFrom mark_from) {
  const std::int64_t end = range.end;
  while (!range.empty()) {
    const std::int64_t middle = range.begin + (range.end - range.begin) / 2;
    Outcome<std::optional<TimeMark>> mark = mark_from(middle);
    if (!mark) return std::unexpected(std::move(mark.error()));
    if (!*mark || (*mark)->created_at >= time) {
      range.end = middle;
    } else {
      range.begin = std::max(range.begin, (*mark)->number + 1);
    }
  }
  return std::min(range.begin, end);
}

}  // namespace

Reader::Reader(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)),
      user_by_id_(*connection_, sql::kUserById),
      list_users_(*connection_, sql::kListUsers),
      room_by_id_(*connection_, sql::kRoomById),
      room_by_name_(*connection_, sql::kRoomByName),
      list_rooms_(*connection_, sql::kListRooms),
      room_state_(*connection_, sql::kRoomState),
      messages_ascending_(*connection_, sql::kMessagesAscending),
      messages_descending_(*connection_, sql::kMessagesDescending),
      time_from_position_(*connection_, sql::kTimeFromPosition),
      time_from_id_(*connection_, sql::kTimeFromId),
      newest_message_(*connection_, sql::kNewestMessage),
      counts_(*connection_, sql::kCounts),
      read_probe_(*connection_, sql::kReadProbe) {}

Outcome<std::vector<chat::User>> Reader::list_users(std::int64_t offset, std::int32_t limit) {
  return list_users_.all(read_user, offset, std::max(limit, 0));
}

Outcome<std::optional<chat::Room>> Reader::find_room(std::string_view id_or_name) {
  auto room = room_by_id_.first(read_room, id_or_name);
  if (!room || *room) return room;
  return room_by_name_.first(read_room, id_or_name);
}

Outcome<std::vector<chat::Room>> Reader::list_rooms(std::int64_t offset, std::int32_t limit) {
  return list_rooms_.all(read_room, offset, std::max(limit, 0));
}

Outcome<std::vector<chat::Message>> Reader::list_messages(const chat::HistoryQuery& query) {
  const auto room = room_state_.first(read_room_state, query.room_id);
  if (!room) return std::unexpected(room.error());
  if (!*room) return std::vector<chat::Message>{};
  const auto& [key, counter, floor, message_count] = **room;

  Range range{.begin = std::clamp(query.after, floor, counter) + 1,
              .end = std::min(query.before.value_or(counter + 1), counter + 1)};
  const auto mark_from = [this, key](std::int64_t n) { return time_from_position_.first(read_time_mark, key, n); };
  if (query.from) {
    const auto begin = find_time(range, *query.from, mark_from);
    if (!begin) return std::unexpected(begin.error());
    range.begin = *begin;
  }
  if (query.to) {
    const auto end = find_time(range, *query.to, mark_from);
    if (!end) return std::unexpected(end.error());
    range.end = *end;
  }

  std::int64_t skipped = std::max<std::int64_t>(query.offset, 0);
  const bool ascending = query.order == chat::Order::kAscending;
  const bool dense = message_count == counter - floor;
  if (dense) {
    // Every number is a message: skip by arithmetic instead of walking over what is skipped.
    if (range.empty() || skipped >= range.end - range.begin) return std::vector<chat::Message>{};
    (ascending ? range.begin : range.end) += ascending ? skipped : -skipped;
    skipped = 0;
  }
  auto& messages = ascending ? messages_ascending_ : messages_descending_;
  return messages.all(read_message, key, range.begin, range.end, skipped, std::max(query.limit, 0));
}

Outcome<chat::StoreStats> Reader::stats(Time since) {
  const auto counts = counts_.first([](Row row) {
    return chat::StoreStats{.users = row.integer(0), .rooms = row.integer(1), .messages = row.integer(2)};
  });
  if (!counts) return std::unexpected(counts.error());
  const auto newest = newest_message_.first(read_time_mark);
  if (!newest) return std::unexpected(newest.error());

  chat::StoreStats stats = **counts;
  if (*newest) {
    // Ids have no gaps, so the distance between two of them is a count.
    const std::int64_t end = (*newest)->number + 1;
    const auto first = find_time({.begin = 1, .end = end}, since,
                                 [this](std::int64_t id) { return time_from_id_.first(read_time_mark, id); });
    if (!first) return std::unexpected(first.error());
    stats.messages_since = end - *first;
  }
  return stats;
}

}  // namespace vestnik::storage::sqlite
