#include "conformance/naive_store.hpp"

#include "conformance/support.hpp"

namespace vestnik::conformance {
namespace {

template <typename T>
std::vector<T> page_of(const std::vector<T>& all, std::int64_t offset, std::int32_t limit) {
  std::vector<T> page;
  for (std::int64_t i = offset; i < std::ssize(all) && std::ssize(page) < limit; ++i) page.push_back(all[i]);
  return page;
}

}  // namespace

Result<chat::User> NaiveStore::create_user(const chat::NewUser& user) {
  for (const auto& other : users_) {
    if (other.username == user.username) return fail(ErrorCode::kAlreadyExists, "taken");
  }
  users_.push_back({.id = std::ssize(users_) + 1, .username = user.username, .email = user.email});
  return users_.back();
}

Result<chat::User> NaiveStore::get_user(chat::UserId id) {
  for (const auto& user : users_) {
    if (user.id == id) return user;
  }
  return fail(ErrorCode::kNotFound, "unknown");
}

Result<std::vector<chat::User>> NaiveStore::list_users(std::int64_t offset, std::int32_t limit) {
  return page_of(users_, offset, limit);
}

Result<chat::Room> NaiveStore::create_room(const chat::NewRoom& room) {
  for (const auto& other : rooms_) {
    if (other.info.id == room.info.id || other.info.name == room.info.name)
      return fail(ErrorCode::kAlreadyExists, "taken");
  }
  rooms_.emplace_back().info = room.info;
  return rooms_.back();
}

Result<chat::Room> NaiveStore::find_room(std::string_view id_or_name) {
  for (const auto& room : rooms_) {
    if (room.info.id == id_or_name || room.info.name == id_or_name) return room;
  }
  return fail(ErrorCode::kNotFound, "unknown");
}

Result<std::vector<chat::Room>> NaiveStore::list_rooms(std::int64_t offset, std::int32_t limit) {
  return page_of(rooms_, offset, limit);
}

Result<std::vector<Result<chat::Appended>>> NaiveStore::append(std::span<const chat::Draft> drafts, Time now) {
  if (!messages_.empty()) now = std::max(now, messages_.back().message.created_at);
  std::vector<Result<chat::Appended>> results;
  for (const auto& draft : drafts) results.push_back(append_one(draft, now));
  return results;
}

Result<chat::Appended> NaiveStore::append_one(const chat::Draft& draft, Time created_at) {
  chat::Room* room = nullptr;
  for (auto& candidate : rooms_) {
    if (candidate.info.id == draft.room_id) room = &candidate;
  }
  if (room == nullptr) return fail(ErrorCode::kNotFound, "unknown");
  for (const auto& [id, message] : messages_) {
    if (!draft.nonce || id != draft.room_id || message.user_id != draft.user_id || message.nonce != draft.nonce)
      continue;
    if (message.content == draft.content) return chat::Appended{.message = message, .duplicate = true};
    return fail(ErrorCode::kAlreadyExists, "used");
  }
  messages_.push_back({.room = draft.room_id,
                       .message = {.id = std::ssize(messages_) + 1,
                                   .n = ++room->counter,
                                   .created_at = created_at,
                                   .user_id = draft.user_id,
                                   .username = draft.username,
                                   .content = draft.content,
                                   .client_seq = draft.client_seq,
                                   .nonce = draft.nonce}});
  ++room->message_count;
  room->last_message_at = created_at;
  return chat::Appended{.message = messages_.back().message};
}

Result<std::vector<chat::Message>> NaiveStore::list_messages(const chat::HistoryQuery& query) {
  std::vector<chat::Message> of_room;
  for (const auto& [id, message] : messages_) {
    if (id == query.room_id) of_room.push_back(message);
  }
  return filter(of_room, query);
}

Result<chat::StoreStats> NaiveStore::stats(Time since) {
  chat::StoreStats stats{.users = std::ssize(users_), .rooms = std::ssize(rooms_), .messages = std::ssize(messages_)};
  for (const auto& written : messages_) stats.messages_since += written.message.created_at >= since ? 1 : 0;
  return stats;
}

}  // namespace vestnik::conformance
