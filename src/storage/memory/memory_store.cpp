#include "storage/memory/memory_store.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <ranges>
#include <utility>
#include <variant>

#include "chat/names.hpp"
#include "storage/answers.hpp"

namespace vestnik::storage {

using memory::page_of;
using memory::RoomHistory;

Result<chat::User> MemoryStore::create_user(const chat::NewUser& user) {
  const std::lock_guard lock(mutex_);
  const auto id = static_cast<chat::UserId>(users_.size()) + 1;
  if (!accounts_by_name_.try_emplace(chat::name_key(user.username), id).second)
    return answers::username_taken(user.username);
  users_.push_back({.id = id, .username = user.username, .email = user.email});
  return users_.back();
}

Result<chat::User> MemoryStore::promote_guest(chat::UserId id, const chat::NewUser& account) {
  const std::lock_guard lock(mutex_);
  if (!is_user(id)) return answers::no_user(id);
  if (!user(id).guest) return answers::is_account(id);
  if (!accounts_by_name_.try_emplace(chat::name_key(account.username), id).second)
    return answers::username_taken(account.username);
  return user(id) = {.id = id, .username = account.username, .email = account.email};
}

Result<chat::User> MemoryStore::get_user(chat::UserId id) {
  const std::lock_guard lock(mutex_);
  if (!is_user(id)) return answers::no_user(id);
  return user(id);
}

Result<void> MemoryStore::remove_user(chat::UserId id) {
  const std::lock_guard lock(mutex_);
  if (!is_user(id)) return answers::no_user(id);
  auto& removed = user(id);
  if (!removed.guest) accounts_by_name_.erase(chat::name_key(removed.username));
  removed.guest = true;
  removed.email.reset();
  sessions_by_user_.erase(id);
  std::erase_if(sessions_, [id](const auto& session) { return session.second.user_id == id; });
  std::erase_if(keys_, [id](const auto& key) { return key.second.user_id == id; });
  return {};
}

Result<std::vector<chat::User>> MemoryStore::list_users(std::int64_t offset, std::int32_t limit) {
  const std::lock_guard lock(mutex_);
  return page_of(listed_users(), offset, limit, std::identity{});
}

std::vector<chat::User> MemoryStore::listed_users() const {
  std::vector<chat::User> listed;
  std::ranges::copy_if(users_, std::back_inserter(listed), [this](const auto& user) { return is_listed(user); });
  return listed;
}

Result<chat::Session> MemoryStore::create_session(const chat::NewSession& session, Time now) {
  const std::lock_guard lock(mutex_);
  if (sessions_.contains(session.key)) return answers::session_exists();
  if (session.user_id && !is_user(*session.user_id)) return answers::no_user(*session.user_id);
  if (!session.user_id && accounts_by_name_.contains(chat::name_key(session.display_name))) {
    return answers::name_reserved(session.display_name);
  }
  const auto id = session.user_id.value_or(std::ssize(users_) + 1);
  if (!session.user_id) users_.push_back({.id = id, .username = session.display_name, .email = {}, .guest = true});
  const auto [made, is_new] =
      sessions_.emplace(session.key, StoredSession{.user_id = id, .created_at = now, .active_at = now});
  sessions_by_user_[id].push_back(&made->second);
  return chat::Session{.key = session.key, .user = user(id), .created_at = now, .active_at = now};
}

Result<std::vector<chat::Session>> MemoryStore::list_sessions(std::string_view after_key, std::int32_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<chat::Session> page;
  for (auto next = sessions_.upper_bound(after_key); next != sessions_.end() && std::ssize(page) < limit; ++next) {
    const auto& [key, session] = *next;
    page.push_back(
        {.key = key, .user = user(session.user_id), .created_at = session.created_at, .active_at = session.active_at});
  }
  return page;
}

Result<void> MemoryStore::end_session(std::string_view key, std::optional<Time> active_at) {
  const std::lock_guard lock(mutex_);
  const auto session = sessions_.find(key);
  if (session == sessions_.end()) return answers::no_session();
  if (active_at && *active_at < session->second.active_at) return answers::session_active();
  const auto of_user = sessions_by_user_.find(session->second.user_id);
  std::erase(of_user->second, &session->second);
  const auto id = session->second.user_id;
  sessions_.erase(session);
  if (!of_user->second.empty()) return {};
  sessions_by_user_.erase(of_user);
  if (user(id).guest) remove_gone(id);
  return {};
}

Result<chat::ApiKey> MemoryStore::create_key(const chat::NewApiKey& key) {
  const std::lock_guard lock(mutex_);
  if (!is_user(key.user_id)) return answers::no_user(key.user_id);
  if (!keys_.try_emplace(key.name, key).second) return answers::key_exists(key.name);
  acted_.insert(key.user_id);
  return key_of(key);
}

Result<std::vector<chat::ApiKey>> MemoryStore::list_keys() {
  const std::lock_guard lock(mutex_);
  std::vector<chat::ApiKey> keys;
  for (const auto& [name, key] : keys_) keys.push_back(key_of(key));
  return keys;
}

Result<void> MemoryStore::revoke_key(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto key = keys_.find(name);
  if (key == keys_.end()) return answers::no_key(name);
  keys_.erase(key);
  return {};
}

chat::ApiKey MemoryStore::key_of(const chat::NewApiKey& key) {
  return {.name = key.name,
          .hash = key.hash,
          .scopes = key.scopes,
          .user = user(key.user_id),
          .created_at = key.created_at,
          .expires_at = key.expires_at};
}

void MemoryStore::remove_gone(chat::UserId guest) {
  for (const auto& room : rooms_) room->forget_cursors(guest);
  if (!acted_.contains(guest)) user(guest) = {.id = 0, .username = {}, .email = {}, .guest = true};
}

void MemoryStore::touch_sessions(chat::UserId user, Time at) {
  const auto sessions = sessions_by_user_.find(user);
  if (sessions == sessions_by_user_.end()) return;
  for (auto* session : sessions->second) session->active_at = std::max(session->active_at, at);
}

Result<chat::Room> MemoryStore::create_room(const chat::NewRoom& room) {
  const std::lock_guard lock(mutex_);
  if (rooms_by_id_.contains(room.info.id) || rooms_by_name_.contains(chat::name_key(room.info.name))) {
    return answers::room_exists(room.info.name);
  }
  auto* history = rooms_.emplace_back(std::make_unique<RoomHistory>(room, users_, attachments_)).get();
  rooms_by_id_.emplace(room.info.id, history);
  rooms_by_name_.emplace(chat::name_key(room.info.name), history);
  if (room.info.owner_id && is_user(*room.info.owner_id)) acted_.insert(*room.info.owner_id);
  return history->room();
}

Result<chat::Room> MemoryStore::find_room(std::string_view id_or_name) {
  const std::lock_guard lock(mutex_);
  if (const auto* history = find(id_or_name)) return history->room();
  if (const auto named = rooms_by_name_.find(chat::name_key(id_or_name)); named != rooms_by_name_.end()) {
    return named->second->room();
  }
  return answers::no_room(id_or_name);
}

Result<std::vector<chat::Room>> MemoryStore::list_rooms(std::int64_t offset, std::int32_t limit) {
  const std::lock_guard lock(mutex_);
  return page_of(rooms_, offset, limit, [](const auto& history) { return history->room(); });
}

Result<std::vector<chat::Member>> MemoryStore::list_members(const chat::RoomId& room, std::int64_t offset,
                                                            std::int32_t limit) {
  const std::lock_guard lock(mutex_);
  if (const auto* history = find(room)) return history->list_members(offset, limit);
  return std::vector<chat::Member>{};
}

Result<std::vector<Result<chat::Appended>>> MemoryStore::append(std::span<const chat::Change> changes, Time now) {
  const std::lock_guard lock(mutex_);
  memory::Moment moment{.at = answers::time_of_changes(now, newest_change_at_),
                        .newest_message_id = newest_message_id_,
                        .changed_texts = changed_texts_};
  std::vector<Result<chat::Appended>> results;
  results.reserve(changes.size());
  for (const auto& change : changes) {
    results.push_back(apply(change, moment));
    if (results.back() && !results.back()->duplicate) newest_change_at_ = moment.at;
  }
  return results;
}

Result<chat::Appended> MemoryStore::apply(const chat::Change& change, memory::Moment& moment) {
  auto* history = find(chat::room_of(change));
  if (history == nullptr) return answers::no_room(chat::room_of(change));
  const auto user = std::visit([](const auto& each) -> std::optional<chat::UserId> { return each.user_id; }, change);
  if (user && !is_user(*user)) return answers::no_user(*user);
  if (const auto* membership = std::get_if<chat::Membership>(&change)) {
    if (auto may = check_joining(*membership, *history); !may) return std::unexpected(std::move(may.error()));
  }
  auto result = std::visit([&](const auto& each) { return history->apply(each, moment); }, change);
  if (!result || result->duplicate) return result;
  if (user) acted_.insert(*user);
  if (std::holds_alternative<chat::Draft>(change) && user) touch_sessions(*user, moment.at);
  if (std::holds_alternative<chat::Closing>(change)) {
    if (const auto owner = history->room().info.owner_id) touch_sessions(*owner, moment.at);
    history->give_up_texts(changed_texts_, moment.at);
    remove_room(*history);
  }
  return result;
}

Result<void> MemoryStore::check_joining(const chat::Membership& membership, const RoomHistory& history) const {
  // With fewer rooms than that nobody can have too many.
  if (!membership.join || std::ssize(rooms_) <= membership.rooms_max) return {};
  const auto has_joined = [&](const auto& room) { return room->is_member(membership.user_id); };
  if (history.is_member(membership.user_id) || std::ranges::count_if(rooms_, has_joined) < membership.rooms_max)
    return {};
  return answers::too_many_rooms(membership.rooms_max);
}

void MemoryStore::remove_room(const RoomHistory& history) {
  rooms_by_id_.erase(history.room().info.id);
  rooms_by_name_.erase(chat::name_key(history.room().info.name));
  std::erase_if(rooms_, [&](const auto& other) { return other.get() == &history; });
}

Result<std::vector<chat::Message>> MemoryStore::list_messages(const chat::HistoryQuery& query) {
  const std::lock_guard lock(mutex_);
  if (const auto* history = find(query.room_id)) return history->list_messages(query);
  return std::vector<chat::Message>{};
}

Result<std::pair<chat::RoomId, chat::Message>> MemoryStore::get_message(chat::MessageId id) {
  const std::lock_guard lock(mutex_);
  for (const auto& history : rooms_) {
    if (const auto* message = history->find(id)) return std::pair(history->room().info.id, *message);
  }
  return answers::no_message(id);
}

Result<std::vector<chat::Event>> MemoryStore::list_events(const chat::RoomId& room, std::int64_t after,
                                                          std::int32_t limit, std::int64_t bytes_max) {
  const std::lock_guard lock(mutex_);
  if (const auto* history = find(room)) return history->list_events(after, limit, bytes_max);
  return std::vector<chat::Event>{};
}

Result<void> MemoryStore::set_cursor(const chat::CursorKey& cursor, std::int64_t n, std::int64_t cursors_max) {
  const std::lock_guard lock(mutex_);
  auto* history = find(cursor.room_id);
  if (history == nullptr) return answers::no_room(cursor.room_id);
  if (!is_user(cursor.user_id)) return answers::no_user(cursor.user_id);
  if (!history->has_cursor(cursor.user_id, cursor.name)) {
    const auto count = [&](std::int64_t sum, const auto& room) { return sum + room->cursors_of(cursor.user_id); };
    if (std::accumulate(rooms_.begin(), rooms_.end(), std::int64_t{0}, count) >= cursors_max) {
      return answers::too_many_cursors(cursors_max);
    }
  }
  history->set_cursor(cursor.user_id, cursor.name, n);
  return {};
}

Result<chat::Unread> MemoryStore::get_unread(const chat::CursorKey& cursor) {
  const std::lock_guard lock(mutex_);
  if (const auto* history = find(cursor.room_id)) return history->unread(cursor.user_id, cursor.name);
  return answers::no_room(cursor.room_id);
}

Result<std::vector<chat::Unread>> MemoryStore::list_unread(chat::UserId user, std::string_view cursor_name,
                                                           std::int64_t offset, std::int32_t limit) {
  const std::lock_guard lock(mutex_);
  const std::string name(cursor_name);
  std::vector<const RoomHistory*> read;
  for (const auto& history : rooms_) {
    if (history->concerns(user, name)) read.push_back(history.get());
  }
  return page_of(read, offset, limit, [&](const auto* history) { return history->unread(user, name); });
}

Result<chat::StoreStats> MemoryStore::stats(Time since) {
  const std::lock_guard lock(mutex_);
  chat::StoreStats stats{.users = std::ranges::count_if(users_, [this](const auto& user) { return is_listed(user); }),
                         .sessions = std::ssize(sessions_),
                         .rooms = std::ssize(rooms_)};
  for (const auto& history : rooms_) {
    stats.messages += history->room().message_count;
    stats.messages_since += history->count_since(since);
  }
  return stats;
}

Result<std::int64_t> MemoryStore::repair_times(Time now) {
  const std::lock_guard lock(mutex_);
  std::int64_t messages = 0;
  for (const auto& history : rooms_) messages += history->repair_times(now);
  for (auto& [key, session] : sessions_) {
    session.created_at = std::min(session.created_at, now);
    session.active_at = std::min(session.active_at, now);
  }
  for (auto& changed : changed_texts_) changed.at = std::min(changed.at, now);
  attachments_.repair_times(now);
  newest_change_at_ = std::min(newest_change_at_, now);
  return messages;
}

Result<void> MemoryStore::add_attachment(const chat::Attachment& attachment, std::uint64_t user_bytes_max) {
  const std::lock_guard lock(mutex_);
  auto added = attachments_.add(attachment, user_bytes_max);
  if (added && attachment.user_id && is_user(*attachment.user_id)) acted_.insert(*attachment.user_id);
  return added;
}

Result<std::uint64_t> MemoryStore::attachment_bytes(chat::UserId user) {
  const std::lock_guard lock(mutex_);
  return attachments_.bytes_of(user);
}

Result<chat::Attachment> MemoryStore::get_attachment(std::string_view id) {
  const std::lock_guard lock(mutex_);
  return attachments_.get(id);
}

Result<std::vector<chat::Attachment>> MemoryStore::list_unused(Time before, std::int32_t limit) {
  const std::lock_guard lock(mutex_);
  return attachments_.list_unused(before, limit);
}

Result<std::vector<std::string>> MemoryStore::remove_unused(std::span<const chat::AttachmentId> ids) {
  const std::lock_guard lock(mutex_);
  return attachments_.remove_unused(ids);
}

Result<bool> MemoryStore::has_content(std::string_view sha256) {
  const std::lock_guard lock(mutex_);
  return attachments_.has_content(sha256);
}

RoomHistory* MemoryStore::find(std::string_view room_id) {
  const auto found = rooms_by_id_.find(room_id);
  return found == rooms_by_id_.end() ? nullptr : found->second;
}

}  // namespace vestnik::storage
