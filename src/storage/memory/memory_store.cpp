#include "storage/memory/memory_store.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <ranges>

namespace vestnik::storage {
namespace {

using chat::Message;

// The page [offset, offset + limit) of `items`, as what `read` makes of each.
template <typename Items, typename Read>
auto page_of(const Items& items, std::int64_t offset, std::int64_t limit, Read read) {
  std::vector<std::decay_t<std::invoke_result_t<Read, decltype(*items.begin())>>> page;
  const auto size = static_cast<std::int64_t>(std::ranges::size(items));
  const auto begin = std::clamp<std::int64_t>(offset, 0, size);
  const auto end = begin + std::clamp<std::int64_t>(limit, 0, size - begin);
  page.reserve(static_cast<std::size_t>(end - begin));
  for (auto i = begin; i < end; ++i) page.push_back(read(items.begin()[i]));
  return page;
}

// The messages that the query's conditions name, oldest first.
auto select(const std::deque<Message>& messages, const chat::HistoryQuery& query) {
  auto begin = std::ranges::upper_bound(messages, query.after, {}, &Message::n);
  auto end = messages.end();
  if (query.from) begin = std::max(begin, std::ranges::lower_bound(messages, *query.from, {}, &Message::created_at));
  if (query.before) end = std::min(end, std::ranges::lower_bound(messages, *query.before, {}, &Message::n));
  if (query.to) end = std::min(end, std::ranges::lower_bound(messages, *query.to, {}, &Message::created_at));
  return std::ranges::subrange(begin, std::max(begin, end));
}

}  // namespace

Result<chat::User> MemoryStore::create_user(const chat::NewUser& user) {
  const std::lock_guard lock(mutex_);
  const auto id = static_cast<chat::UserId>(users_.size()) + 1;
  if (!users_by_name_.try_emplace(user.username, id).second) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("The username \"{}\" is taken.", user.username));
  }
  users_.push_back({.id = id, .username = user.username, .email = user.email});
  return users_.back();
}

Result<chat::User> MemoryStore::get_user(chat::UserId id) {
  const std::lock_guard lock(mutex_);
  if (id < 1 || id > static_cast<chat::UserId>(users_.size())) {
    return fail(ErrorCode::kNotFound, fmt::format("There is no user {}.", id));
  }
  return users_[static_cast<std::size_t>(id - 1)];
}

Result<std::vector<chat::User>> MemoryStore::list_users(std::int64_t offset, std::int32_t limit) {
  const std::lock_guard lock(mutex_);
  return page_of(users_, offset, limit, std::identity{});
}

Result<chat::Room> MemoryStore::create_room(const chat::NewRoom& room) {
  const std::lock_guard lock(mutex_);
  if (rooms_by_id_.contains(room.info.id) || rooms_by_name_.contains(room.info.name)) {
    return fail(ErrorCode::kAlreadyExists, fmt::format("The room \"{}\" exists.", room.info.name));
  }
  auto* history = rooms_.emplace_back(std::make_unique<RoomHistory>()).get();
  history->room.info = room.info;
  rooms_by_id_.emplace(room.info.id, history);
  rooms_by_name_.emplace(room.info.name, history);
  return history->room;
}

Result<chat::Room> MemoryStore::find_room(std::string_view id_or_name) {
  const std::lock_guard lock(mutex_);
  if (const auto* history = find(id_or_name)) return history->room;
  return fail(ErrorCode::kNotFound, fmt::format("There is no room \"{:.64}\".", id_or_name));
}

Result<std::vector<chat::Room>> MemoryStore::list_rooms(std::int64_t offset, std::int32_t limit) {
  const std::lock_guard lock(mutex_);
  return page_of(rooms_, offset, limit, [](const auto& history) { return history->room; });
}

Result<std::vector<Result<chat::Appended>>> MemoryStore::append(std::span<const chat::Draft> drafts, Time now) {
  const std::lock_guard lock(mutex_);
  const Time created_at = std::max(now, last_created_at_);
  std::vector<Result<chat::Appended>> results;
  results.reserve(drafts.size());
  for (const auto& draft : drafts) results.push_back(append_one(draft, created_at));
  return results;
}

Result<chat::Appended> MemoryStore::append_one(const chat::Draft& draft, Time created_at) {
  const auto found = rooms_by_id_.find(draft.room_id);
  if (found == rooms_by_id_.end()) {
    return fail(ErrorCode::kNotFound, fmt::format("There is no room \"{}\".", draft.room_id));
  }
  auto& [room, messages, nonces_by_author] = *found->second;

  if (draft.nonce) {
    auto& nonces = nonces_by_author[draft.user_id.value_or(0)];
    const auto [earlier, is_new] = nonces.try_emplace(*draft.nonce, messages.size());
    if (!is_new) {
      const Message& first = messages[earlier->second];
      if (first.content == draft.content) return chat::Appended{.message = first, .duplicate = true};
      return fail(ErrorCode::kAlreadyExists, "The nonce was used for a message with another content.");
    }
  }

  messages.push_back({.id = ++last_message_id_,
                      .n = ++room.counter,
                      .created_at = created_at,
                      .user_id = draft.user_id,
                      .username = draft.username,
                      .content = draft.content,
                      .client_seq = draft.client_seq,
                      .nonce = draft.nonce});
  ++room.message_count;
  room.last_message_at = last_created_at_ = created_at;
  return chat::Appended{.message = messages.back()};
}

Result<std::vector<Message>> MemoryStore::list_messages(const chat::HistoryQuery& query) {
  const std::lock_guard lock(mutex_);
  const auto found = rooms_by_id_.find(query.room_id);
  if (found == rooms_by_id_.end()) return std::vector<Message>{};
  const auto selected = select(found->second->messages, query);
  if (query.order == chat::Order::kAscending) return page_of(selected, query.offset, query.limit, std::identity{});
  return page_of(std::views::reverse(selected), query.offset, query.limit, std::identity{});
}

Result<chat::StoreStats> MemoryStore::stats(Time since) {
  const std::lock_guard lock(mutex_);
  chat::StoreStats stats{.users = std::ssize(users_), .rooms = std::ssize(rooms_), .messages = last_message_id_};
  for (const auto& history : rooms_) {
    const auto& messages = history->messages;
    stats.messages_since += messages.end() - std::ranges::lower_bound(messages, since, {}, &Message::created_at);
  }
  return stats;
}

MemoryStore::RoomHistory* MemoryStore::find(std::string_view id_or_name) {
  if (const auto by_id = rooms_by_id_.find(id_or_name); by_id != rooms_by_id_.end()) return by_id->second;
  if (const auto by_name = rooms_by_name_.find(id_or_name); by_name != rooms_by_name_.end()) return by_name->second;
  return nullptr;
}

}  // namespace vestnik::storage
