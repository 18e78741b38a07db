#include "chat/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "chat/unfit.hpp"

namespace vestnik::chat {
namespace {

constexpr std::int32_t kUnreadRoomsMax = 1'000;
// No message weighs more, whatever the limits are set to: four bytes for each of 65,536 characters, all the emoji that
// it can have, a hundred files, and what belongs to it.
constexpr std::int64_t kMessageWeightMax = 512 * 1024;

// n of a position of this room's own history. Errors: invalid_argument.
Result<std::int64_t> place_in(const RoomInfo& room, std::string_view field, std::string_view text) {
  auto position = parse_position(text, field);
  if (!position) return error_of(position);
  if (position->epoch != room.epoch) {
    return unfit(std::string(field),
                 fmt::format("is of another history; positions of {} begin with {}:", room.name, room.epoch));
  }
  return position->n;
}

// What is left for `limit` messages that all have the name of the room.
std::int64_t without_names(std::int64_t bytes_max, std::int32_t limit, const RoomInfo& room) {
  if (bytes_max == kUnlimited) return bytes_max;
  const auto name = static_cast<std::int64_t>(2 * room.name.size());  // at most, in JSON
  return bytes_max - std::min(limit * name, bytes_max / 2);
}

}  // namespace

Result<History::MessageInRoom> History::get_message(const Actor& actor, MessageId id) const {
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  auto found = store_.get_message(id);
  if (!found) return error_of(found);
  RoomPtr room = rooms_.find(found->first);
  if (!room) return fail(ErrorCode::kNotFound, fmt::format("There is no message {}.", id));
  return MessageInRoom{std::move(room), std::move(found->second)};
}

Result<RoomPtr> History::readable(const Actor& actor, std::string_view id_or_name) const {
  if (auto may = authorize(actor, Action::kRead, {}, access_); !may) return error_of(may);
  return rooms_.get(id_or_name);
}

Result<HistoryPage> History::list_messages(const Actor& actor, const HistoryRequest& request) const {
  auto room = readable(actor, request.room);
  if (!room) return error_of(room);
  auto limit = check_page_limit(request.limit, limits_);
  if (!limit) return error_of(limit);
  auto offset = check_page_offset(request.offset);
  if (!offset) return error_of(offset);

  HistoryQuery query{.room_id = (*room)->id,
                     .offset = *offset,
                     .limit = *limit,
                     .bytes_max = without_names(request.bytes_max, *limit, **room)};
  query.order = request.order.value_or(request.after ? Order::kAscending : Order::kDescending);
  if (request.after) {
    auto n = place_in(**room, "after", *request.after);
    if (!n) return error_of(n);
    query.after = *n;
  }
  if (request.before) {
    auto n = place_in(**room, "before", *request.before);
    if (!n) return error_of(n);
    query.before = *n;
  }
  if (request.from) {
    auto time = parse_time("from", *request.from, clock_());
    if (!time) return error_of(time);
    query.from = *time;
  }
  if (request.to) {
    auto time = parse_time("to", *request.to, clock_());
    if (!time) return error_of(time);
    query.to = *time;
  }

  return list_rest(std::move(*room), query);
}

Result<HistoryPage> History::list_rest(RoomPtr room, const HistoryQuery& query) const {
  auto messages = store_.list_messages(query);
  if (!messages) return error_of(messages);
  HistoryPage page{.room = std::move(room), .messages = std::move(*messages), .rest = {}};
  const auto read = static_cast<std::int32_t>(page.messages.size());
  if (read == 0 || read >= query.limit || query.bytes_max == kUnlimited) return page;

  // Positions hold where numbers would move on with every new message.
  HistoryQuery rest = query;
  rest.offset = 0;
  rest.limit -= read;
  if (query.order == Order::kAscending) {
    rest.after = page.messages.back().n;
  } else {
    rest.before = page.messages.back().n;
  }
  // Whether there is more is asked only where the next message may have been too much.
  std::int64_t weight = 0;
  for (const Message& message : page.messages) weight += weight_of(message);
  if (weight <= query.bytes_max - kMessageWeightMax) return page;
  HistoryQuery next = rest;
  next.limit = 1;
  auto more = store_.list_messages(next);
  if (!more) return error_of(more);
  if (!more->empty()) page.rest = std::move(rest);
  return page;
}

Result<UnreadPage> History::read_unread(const Actor& actor, const UnreadRequest& request) const {
  if (auto may = authorize(actor, Action::kReadUnread, {}, access_); !may) return error_of(may);
  auto room = rooms_.get(request.room);
  if (!room) return error_of(room);
  if (auto ok = check_cursor_name(request.cursor); !ok) return error_of(ok);
  const bool only_confirms = request.limit == 0;
  auto limit = check_page_limit(only_confirms ? std::nullopt : request.limit, limits_);
  if (!limit) return error_of(limit);

  if (request.ack || (request.commit && !only_confirms)) {
    if (auto ok = rates_.count_change(actor); !ok) return error_of(ok);
  }

  const CursorKey key{.room_id = (*room)->id, .user_id = *actor.user_id, .name = request.cursor};
  if (request.ack) {
    auto n = place_in(**room, "ack", *request.ack);
    if (!n) return error_of(n);
    auto state = store_.find_room(key.room_id);
    if (!state) return error_of(state);
    if (*n > state->counter) return unfit("ack", "is ahead of the room; give a position that was read there");
    if (auto ok = store_.set_cursor(key, *n, limits_.max_cursors_per_user); !ok) return error_of(ok);
  }
  auto unread = store_.get_unread(key);
  if (!unread) return error_of(unread);
  UnreadPage page{.room = std::move(*room), .messages = {}, .cursor_n = unread->cursor_n, .remaining = unread->count};
  if (only_confirms) return page;

  auto messages = store_.list_messages({.room_id = key.room_id,
                                        .after = unread->cursor_n,
                                        .limit = *limit,
                                        .order = Order::kAscending,
                                        .bytes_max = without_names(request.bytes_max, *limit, *page.room)});
  if (!messages) return error_of(messages);
  page.messages = std::move(*messages);
  const auto taken = std::ranges::count_if(
      page.messages, [&actor](const Message& message) { return !message.deleted && message.user_id != actor.user_id; });
  page.remaining = std::max<std::int64_t>(0, unread->count - taken);
  if (request.commit && !page.messages.empty()) {
    page.cursor_n = page.messages.back().n;
    if (auto ok = store_.set_cursor(key, page.cursor_n, limits_.max_cursors_per_user); !ok) return error_of(ok);
  }
  return page;
}

Result<std::vector<History::UnreadRoom>> History::list_unread(const Actor& actor, std::string_view cursor,
                                                              std::optional<std::int64_t> offset,
                                                              std::optional<std::int32_t> limit) const {
  if (auto may = authorize(actor, Action::kReadUnread, {}, access_); !may) return error_of(may);
  if (auto ok = check_cursor_name(cursor); !ok) return error_of(ok);
  if (limit && (*limit < 1 || *limit > kUnreadRoomsMax)) {
    return invalid("limit", fmt::format("{} is out of range; give 1 to {}", *limit, kUnreadRoomsMax));
  }
  auto skip = check_page_offset(offset);
  if (!skip) return error_of(skip);
  auto all = store_.list_unread(*actor.user_id, cursor, *skip, limit.value_or(kUnreadRoomsMax));
  if (!all) return error_of(all);
  std::vector<UnreadRoom> rooms;
  rooms.reserve(all->size());
  for (Unread& unread : *all) {
    if (RoomPtr room = rooms_.find(unread.room_id)) rooms.push_back({std::move(room), std::move(unread)});
  }
  return rooms;
}

Result<Room> History::read_room(const RoomInfo& room) const {
  if (room.id == kRoomsLog) {  // of which the live window holds all there is
    const std::int64_t n = rooms_.log_counter();
    return Room{.info = room, .rules = {}, .counter = n, .floor = n, .last_message_at = {}};
  }
  return store_.find_room(room.id);
}

Result<std::vector<Event>> History::read_events(const RoomInfo& room, std::int64_t after, std::int32_t limit,
                                                std::int64_t bytes_max) const {
  return store_.list_events(room.id, after, limit, bytes_max);
}

}  // namespace vestnik::chat
