#include "chat/chat_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ids.hpp"

namespace vestnik::chat {
namespace {

constexpr std::int32_t kStreamLengthMax = 128;
constexpr std::size_t kEpochLength = 8;
constexpr std::int32_t kReadPage = 500;

template <typename T>
std::unexpected<Error> error_of(Result<T>& result) {
  return std::unexpected(std::move(result.error()));
}

// n of a position of this room's own history. Errors: invalid_argument.
Result<std::int64_t> place_in(const RoomInfo& room, std::string_view field, std::string_view text) {
  auto position = parse_position(text, field);
  if (!position) return error_of(position);
  if (position->epoch != room.epoch) {
    return invalid(std::string(field),
                   fmt::format("is of another history; positions of {} begin with {}:", room.name, room.epoch));
  }
  return position->n;
}

}  // namespace

ChatService::ChatService(ChatStore& store, Limits limits, Clock clock)
    : store_(store), limits_(limits), clock_(std::move(clock)) {}

Result<void> ChatService::open() {
  auto users = store_.list_users(0, 1);
  if (!users) return error_of(users);
  if (users->empty()) {
    auto admin = store_.create_user({.username = std::string(kAdmin), .email = "admin@example.com"});
    if (!admin) return error_of(admin);
  }
  if (auto ok = ensure_room(kLobby, std::nullopt, false); !ok) return ok;
  if (auto ok = ensure_room(kStream, kStreamLengthMax, true); !ok) return ok;

  std::int64_t offset = 0;
  while (true) {
    auto page = store_.list_rooms(offset, kReadPage);
    if (!page) return error_of(page);
    if (page->empty()) return {};
    offset += static_cast<std::int64_t>(page->size());
    for (Room& room : *page) rooms_.add(std::move(room.info));
  }
}

Result<void> ChatService::ensure_room(std::string_view name, std::optional<std::int32_t> max_length,
                                      bool client_seq_required) {
  auto found = store_.find_room(name);
  if (found) return {};
  if (found.error().code != ErrorCode::kNotFound) return error_of(found);
  RoomInfo info = new_room(std::string(name));
  info.max_length = max_length;
  info.client_seq_required = client_seq_required;
  auto created = store_.create_room({std::move(info)});
  if (!created) return error_of(created);
  return {};
}

RoomInfo ChatService::new_room(std::string name) const {
  return {.id = make_uuid(), .name = std::move(name), .epoch = make_token(kEpochLength), .created_at = clock_()};
}

Result<User> ChatService::create_user(const NewUser& user) {
  if (auto ok = check_new_user(user); !ok) return error_of(ok);
  const std::scoped_lock lock(creating_);
  auto stats = store_.stats(clock_());
  if (!stats) return error_of(stats);
  if (stats->users >= limits_.max_users) {
    return fail(ErrorCode::kResourceExhausted,
                fmt::format("there are {} users, as many as --max-users allows", stats->users));
  }
  return store_.create_user(user);
}

Result<User> ChatService::get_user(UserId id) {
  return store_.get_user(id);
}

Result<std::vector<User>> ChatService::list_users(std::optional<std::int64_t> offset,
                                                  std::optional<std::int32_t> limit) {
  auto count = check_page_limit(limit, limits_);
  if (!count) return error_of(count);
  auto skip = check_page_offset(offset);
  if (!skip) return error_of(skip);
  return store_.list_users(*skip, *count);
}

Result<Room> ChatService::create_room(std::string name, std::optional<std::int32_t> max_length) {
  if (auto ok = check_room_name(name); !ok) return error_of(ok);
  if (max_length) {
    if (auto ok = check_max_length(*max_length, limits_); !ok) return error_of(ok);
  }
  const std::scoped_lock lock(creating_);
  if (static_cast<std::int64_t>(rooms_.size()) >= limits_.max_rooms) {
    return fail(ErrorCode::kResourceExhausted,
                fmt::format("there are {} rooms, as many as --max-rooms allows", rooms_.size()));
  }
  RoomInfo info = new_room(std::move(name));
  info.max_length = max_length;
  auto room = store_.create_room({std::move(info)});
  if (room) rooms_.add(room->info);
  return room;
}

Result<Room> ChatService::get_room(std::string_view id_or_name) {
  return store_.find_room(id_or_name);
}

Result<std::vector<Room>> ChatService::list_rooms(std::optional<std::int64_t> offset,
                                                  std::optional<std::int32_t> limit) {
  auto count = check_page_limit(limit, limits_);
  if (!count) return error_of(count);
  auto skip = check_page_offset(offset);
  if (!skip) return error_of(skip);
  return store_.list_rooms(*skip, *count);
}

Result<RoomPtr> ChatService::find_room(std::string_view id_or_name) const {
  if (id_or_name.empty()) id_or_name = kLobby;
  if (RoomPtr room = rooms_.find(id_or_name)) return room;
  return fail(ErrorCode::kNotFound, fmt::format("There is no room \"{:.64}\".", id_or_name));
}

Result<Draft> ChatService::check_message(NewMessage message, const RoomInfo& room) const {
  return chat::check_message(std::move(message), room, limits_);
}

Result<HistoryPage> ChatService::list_messages(const HistoryRequest& request) {
  auto room = find_room(request.room);
  if (!room) return error_of(room);
  auto limit = check_page_limit(request.limit, limits_);
  if (!limit) return error_of(limit);
  auto offset = check_page_offset(request.offset);
  if (!offset) return error_of(offset);
  if (request.offset && (request.after || request.before)) {
    return invalid("offset", "give either offset or a position, not both");
  }

  HistoryQuery query{.room_id = (*room)->id, .offset = *offset, .limit = *limit};
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
    auto time = parse_time("from", *request.from);
    if (!time) return error_of(time);
    query.from = *time;
  }
  if (request.to) {
    auto time = parse_time("to", *request.to);
    if (!time) return error_of(time);
    query.to = *time;
  }
  if (query.from && query.to && *query.from > *query.to) return invalid("from", "is later than to");

  auto messages = store_.list_messages(query);
  if (!messages) return error_of(messages);
  return HistoryPage{std::move(*room), std::move(*messages)};
}

Result<Time> ChatService::parse_time(std::string_view field, std::string_view text) const {
  if (text.starts_with('-')) {
    if (const auto back = parse_duration(text.substr(1))) return clock_() - *back;
  } else if (const auto time = parse_rfc3339(text)) {
    return *time;
  }
  return invalid(std::string(field),
                 "not a time; write RFC 3339 such as 2024-01-01T12:00:00Z, or -10m for ten "
                 "minutes ago");
}

Result<std::vector<Message>> ChatService::read_after(const RoomInfo& room, std::int64_t after, std::int32_t limit) {
  return store_.list_messages({.room_id = room.id, .after = after, .limit = limit, .order = Order::kAscending});
}

Result<std::vector<Message>> ChatService::read_newest(const RoomInfo& room, std::int32_t limit) {
  auto messages = store_.list_messages({.room_id = room.id, .limit = limit, .order = Order::kDescending});
  if (messages) std::reverse(messages->begin(), messages->end());
  return messages;
}

Result<StoreStats> ChatService::stats() {
  return store_.stats(clock_() - std::chrono::hours(1));
}

}  // namespace vestnik::chat
