#include "conformance/naive_store.hpp"

#include <algorithm>
#include <functional>
#include <variant>

#include "chat/names.hpp"
#include "chat/search_match.hpp"
#include "conformance/support.hpp"

namespace vestnik::conformance {

chat::User* NaiveStore::find_user(chat::UserId id) {
  for (auto& user : users_) {
    if (user.id == id) return &user;
  }
  return nullptr;
}

bool NaiveStore::is_account(std::string_view name) const {
  return std::ranges::any_of(
      users_, [&](const auto& user) { return !user.guest && chat::name_key(user.username) == chat::name_key(name); });
}

bool NaiveStore::is_listed(const chat::User& user) const {
  return !user.guest || std::ranges::any_of(sessions_, [&](const auto& each) { return each.user.id == user.id; });
}

Result<chat::User> NaiveStore::create_user(const chat::NewUser& user) {
  if (is_account(user.username)) return taken();
  users_.push_back({.id = ++newest_user_id_, .username = user.username, .email = user.email});
  return users_.back();
}

Result<chat::User> NaiveStore::promote_guest(chat::UserId id, const chat::NewUser& account) {
  auto* user = find_user(id);
  if (user == nullptr) return not_found();
  if (!user->guest || is_account(account.username)) return taken();
  *user = {.id = id, .username = account.username, .email = account.email};
  return *user;
}

Result<chat::User> NaiveStore::get_user(chat::UserId id) {
  if (const auto* user = find_user(id)) return *user;
  return not_found();
}

Result<void> NaiveStore::remove_user(chat::UserId id) {
  auto* user = find_user(id);
  if (user == nullptr) return not_found();
  user->guest = true;
  user->email.reset();
  std::erase_if(sessions_, [&](const auto& session) { return session.user.id == id; });
  std::erase_if(keys_, [&](const auto& key) { return key.user.id == id; });
  return {};
}

Result<std::vector<chat::User>> NaiveStore::list_users(std::int64_t offset, std::int32_t limit) {
  std::vector<chat::User> listed;
  for (const auto& user : users_) {
    if (is_listed(user)) listed.push_back(user);
  }
  return page_of(listed, offset, limit);
}

Result<chat::Session> NaiveStore::create_session(const chat::NewSession& session, Time now) {
  for (const auto& other : sessions_) {
    if (other.key == session.key) return taken();
  }
  chat::User user;
  if (session.user_id) {
    const auto* known = find_user(*session.user_id);
    if (known == nullptr) return not_found();
    user = *known;
  } else {
    if (is_account(session.display_name)) return taken();
    user = {.id = ++newest_user_id_, .username = session.display_name, .email = {}, .guest = true};
    users_.push_back(user);
  }
  const chat::Session made{.key = session.key, .user = user, .created_at = now, .active_at = now};
  sessions_.push_back(made);
  std::ranges::sort(sessions_, {}, &chat::Session::key);
  return made;
}

Result<std::vector<chat::Session>> NaiveStore::list_sessions(std::string_view after_key, std::int32_t limit) {
  std::vector<chat::Session> above;
  for (auto session : sessions_) {
    session.user = *find_user(session.user.id);
    if (session.key > after_key) above.push_back(session);
  }
  return page_of(above, 0, limit);
}

Result<void> NaiveStore::end_session(std::string_view key, std::optional<Time> active_at) {
  const auto ended = std::ranges::find(sessions_, key, &chat::Session::key);
  if (ended == sessions_.end()) return not_found();
  if (active_at && ended->active_at > *active_at) return fail(ErrorCode::kFailedPrecondition, "active");
  const auto id = ended->user.id;
  sessions_.erase(ended);
  if (is_listed(*find_user(id))) return {};
  for (auto& room : rooms_) std::erase_if(room.cursors, [&](const auto& cursor) { return cursor.user_id == id; });
  if (!acted_.contains(id)) std::erase_if(users_, [&](const auto& user) { return user.id == id; });
  return {};
}

Result<chat::ApiKey> NaiveStore::create_key(const chat::NewApiKey& key) {
  if (find_user(key.user_id) == nullptr) return not_found();
  if (std::ranges::find(keys_, key.name, &chat::ApiKey::name) != keys_.end()) return taken();
  chat::ApiKey made{.name = key.name,
                    .hash = key.hash,
                    .scopes = key.scopes,
                    .user = *find_user(key.user_id),
                    .created_at = key.created_at,
                    .expires_at = key.expires_at};
  keys_.push_back(made);
  acted_.insert(key.user_id);
  std::ranges::sort(keys_, {}, &chat::ApiKey::name);
  return made;
}

Result<std::vector<chat::ApiKey>> NaiveStore::list_keys() {
  auto keys = keys_;
  for (auto& key : keys) key.user = *find_user(key.user.id);
  return keys;
}

Result<void> NaiveStore::revoke_key(std::string_view name) {
  if (std::erase_if(keys_, [&](const auto& key) { return key.name == name; }) == 0) return not_found();
  return {};
}

Result<chat::Room> NaiveStore::create_room(const chat::NewRoom& room) {
  for (const auto& other : rooms_) {
    if (other.room.info.id == room.info.id || chat::name_key(other.room.info.name) == chat::name_key(room.info.name))
      return taken();
  }
  if (room.info.owner_id && find_user(*room.info.owner_id) != nullptr) acted_.insert(*room.info.owner_id);
  rooms_.emplace_back().room = {.info = room.info, .rules = room.rules};
  return rooms_.back().room;
}

NaiveStore::RoomState* NaiveStore::find(std::string_view id) {
  for (auto& room : rooms_) {
    if (room.room.info.id == id) return &room;
  }
  return nullptr;
}

Result<chat::Room> NaiveStore::find_room(std::string_view id_or_name) {
  for (const auto& room : rooms_) {
    if (room.room.info.id == id_or_name || chat::name_key(room.room.info.name) == chat::name_key(id_or_name))
      return room.room;
  }
  return not_found();
}

Result<std::vector<chat::Room>> NaiveStore::list_rooms(std::int64_t offset, std::int32_t limit) {
  std::vector<chat::Room> rooms;
  for (const auto& room : rooms_) rooms.push_back(room.room);
  return page_of(rooms, offset, limit);
}

Result<std::vector<chat::Member>> NaiveStore::list_members(const chat::RoomId& id, std::int64_t offset,
                                                           std::int32_t limit) {
  std::vector<chat::Member> members;
  if (const auto* room = find(id)) members = room->members;
  for (auto& member : members) member.username = find_user(member.user_id)->username;
  return page_of(members, offset, limit);
}

Result<std::vector<chat::Message>> NaiveStore::list_messages(const chat::HistoryQuery& query) {
  const auto* room = find(query.room_id);
  auto page = room == nullptr ? std::vector<chat::Message>{} : filter(room->messages, query);
  cut(page, query.bytes_max);
  return page;
}

Result<std::pair<chat::RoomId, chat::Message>> NaiveStore::get_message(chat::MessageId id) {
  for (auto& room : rooms_) {
    if (const auto* message = find_message(room, id)) return std::pair(room.room.info.id, *message);
  }
  return not_found();
}

Result<std::vector<chat::Event>> NaiveStore::list_events(const chat::RoomId& id, std::int64_t after, std::int32_t limit,
                                                         std::int64_t bytes_max) {
  std::vector<chat::Event> events;
  if (auto* room = find(id)) {
    for (const auto& event : room->events) {
      if (event.n > after && event.n > room->room.floor) events.push_back(present(*room, event));
    }
  }
  events = page_of(events, 0, limit);
  cut(events, bytes_max);
  return events;
}

chat::Event NaiveStore::present(RoomState& room, const chat::Event& event) {
  auto now = event;
  if (auto* sent = std::get_if<chat::MessageSent>(&now.what)) {
    sent->message = *find_message(room, sent->message.id);
  } else if (auto* edited = std::get_if<chat::MessageEdited>(&now.what)) {
    const auto id = edited->message.id;
    if (const auto* message = find_message(room, id)) {
      edited->message = *message;
    } else {
      now.what = chat::MessageDeleted{id};
    }
  } else if (auto* reaction = std::get_if<chat::ReactionChanged>(&now.what)) {
    const auto id = reaction->message_id;
    reaction->count = 0;
    for (const auto& given : room.reactions) {
      if (given.message_id == id && given.emoji == reaction->emoji) reaction->count = std::ssize(given.user_ids);
    }
    if (find_message(room, id) == nullptr) now.what = chat::MessageDeleted{id};
  } else if (auto* member = std::get_if<chat::MemberChanged>(&now.what)) {
    member->username = find_user(*event.user_id)->username;
  } else if (auto* rules = std::get_if<chat::RulesChanged>(&now.what)) {
    rules->rules = room.room.rules;
  }
  return now;
}

Result<void> NaiveStore::set_cursor(const chat::CursorKey& key, std::int64_t n, std::int64_t cursors_max) {
  auto* room = find(key.room_id);
  if (room == nullptr || find_user(key.user_id) == nullptr) return not_found();
  n = std::clamp<std::int64_t>(n, 0, room->room.counter);
  for (auto& cursor : room->cursors) {
    if (cursor.user_id != key.user_id || cursor.name != key.name) continue;
    cursor.n = std::max(cursor.n, n);
    return {};
  }
  std::int64_t others = 0;
  for (const auto& each : rooms_) others += std::ranges::count(each.cursors, key.user_id, &Cursor::user_id);
  if (others >= cursors_max) return fail(ErrorCode::kResourceExhausted, "too many");
  room->cursors.push_back({.user_id = key.user_id, .name = key.name, .n = n});
  return {};
}

Result<chat::Unread> NaiveStore::get_unread(const chat::CursorKey& key) {
  const auto* room = find(key.room_id);
  if (room == nullptr) return not_found();
  chat::Unread unread{.room_id = key.room_id};
  for (const auto& cursor : room->cursors) {
    if (cursor.user_id == key.user_id && cursor.name == key.name) unread.cursor_n = cursor.n;
  }
  std::int64_t examined = 0;
  for (auto message = room->messages.rbegin(); message != room->messages.rend(); ++message) {
    if (message->n <= unread.cursor_n) break;
    const bool read_anyway = message->deleted || message->user_id == key.user_id;
    if (++examined > chat::kUnreadExamined || !read_anyway) ++unread.count;
  }
  return unread;
}

Result<std::vector<chat::Unread>> NaiveStore::list_unread(chat::UserId user, std::string_view cursor_name,
                                                          std::int64_t offset, std::int32_t limit) {
  std::vector<chat::Unread> all;
  for (const auto& [room, events, messages, reactions, members, cursors] : rooms_) {
    const bool is_member = std::ranges::any_of(members, [&](const auto& each) { return each.user_id == user; });
    const bool has_cursor = std::ranges::any_of(
        cursors, [&](const auto& each) { return each.user_id == user && each.name == cursor_name; });
    if (!is_member && !has_cursor) continue;
    all.push_back(*get_unread({.room_id = room.info.id, .user_id = user, .name = std::string(cursor_name)}));
  }
  return page_of(all, offset, limit);
}

Result<chat::StoreStats> NaiveStore::stats(Time since) {
  chat::StoreStats stats{.sessions = std::ssize(sessions_), .rooms = std::ssize(rooms_)};
  for (const auto& user : users_) stats.users += is_listed(user) ? 1 : 0;
  for (const auto& room : rooms_) {
    stats.messages += std::ssize(room.messages);
    for (const auto& message : room.messages) stats.messages_since += message.created_at >= since ? 1 : 0;
  }
  return stats;
}

Result<chat::FoundTexts> NaiveStore::search(const chat::SearchQuery& query, const chat::SearchFilter& filter) {
  chat::FoundTexts found;
  for (const auto& room : rooms_) {
    if (filter.room_id && *filter.room_id != room.room.info.id) continue;
    for (const auto& message : room.messages) {
      const bool in_time =
          (!filter.from || message.created_at >= *filter.from) && (!filter.to || message.created_at < *filter.to);
      const bool wanted = in_time && (!filter.before || message.id < *filter.before) && !message.deleted;
      if (!wanted || !chat::matches(query, tokenizer_.tokenize(message.content))) continue;
      found.messages.emplace_back(room.room.info.id, message);
    }
  }
  std::ranges::sort(found.messages, std::greater(), [](const auto& each) { return each.second.id; });
  if (std::ssize(found.messages) > filter.limit) {
    found.messages.resize(static_cast<std::size_t>(filter.limit));
    found.next = found.messages.back().second.id;
  }
  return found;
}

NaiveStore::StoredAttachment* NaiveStore::find_attachment(std::string_view id) {
  for (auto& stored : attachments_) {
    if (stored.attachment.id == id) return &stored;
  }
  return nullptr;
}

bool NaiveStore::is_used(std::string_view attachment_id) const {
  for (const auto& room : rooms_) {
    for (const auto& message : room.messages) {
      for (const auto& attachment : message.attachments) {
        if (attachment.id == attachment_id) return true;
      }
    }
  }
  return false;
}

Result<void> NaiveStore::add_attachment(const chat::Attachment& attachment, std::uint64_t user_bytes_max) {
  const auto& user = attachment.user_id;
  if (user && *attachment_bytes(*user) + attachment.size > user_bytes_max) {
    return fail(ErrorCode::kResourceExhausted, "taken");
  }
  attachments_.push_back({.attachment = attachment});
  if (user && find_user(*user) != nullptr) acted_.insert(*user);
  return {};
}

Result<std::uint64_t> NaiveStore::attachment_bytes(chat::UserId user) {
  std::uint64_t bytes = 0;
  for (const auto& stored : attachments_) bytes += stored.attachment.user_id == user ? stored.attachment.size : 0;
  return bytes;
}

Result<chat::Attachment> NaiveStore::get_attachment(std::string_view id) {
  if (const auto* stored = find_attachment(id)) return stored->attachment;
  return not_found();
}

Result<std::vector<chat::Attachment>> NaiveStore::list_unused(Time before, std::int32_t limit) {
  std::vector<chat::Attachment> unused;
  for (const auto& [attachment, was_sent] : attachments_) {
    if (!is_used(attachment.id) && (was_sent || attachment.created_at < before)) unused.push_back(attachment);
  }
  return page_of(unused, 0, limit);
}

Result<std::vector<std::string>> NaiveStore::remove_unused(std::span<const chat::AttachmentId> ids) {
  std::vector<std::string> contents;
  for (const auto& id : ids) {
    const auto* stored = find_attachment(id);
    if (stored == nullptr || is_used(id)) continue;
    const auto content = stored->attachment.sha256;
    std::erase_if(attachments_, [&](const auto& each) { return each.attachment.id == id; });
    if (!*has_content(content)) contents.push_back(content);
  }
  return contents;
}

Result<bool> NaiveStore::has_content(std::string_view sha256) {
  return std::ranges::any_of(attachments_, [&](const auto& each) { return each.attachment.sha256 == sha256; });
}

}  // namespace vestnik::conformance
