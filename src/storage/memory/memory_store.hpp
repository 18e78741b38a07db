// The storage that forgets at exit: standard containers behind one mutex. It is also the reference model of
// tests/conformance.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/memory/attachment_table.hpp"
#include "storage/memory/room_history.hpp"
#include "storage/memory/text_index.hpp"
#include "storage/store.hpp"

namespace vestnik::storage {

class MemoryStore final : public Store {
 public:
  Result<chat::User> create_user(const chat::NewUser& user) override;
  Result<chat::User> promote_guest(chat::UserId id, const chat::NewUser& user) override;
  Result<chat::User> get_user(chat::UserId id) override;
  Result<void> remove_user(chat::UserId id) override;
  Result<std::vector<chat::User>> list_users(std::int64_t offset, std::int32_t limit) override;

  Result<chat::Session> create_session(const chat::NewSession& session, Time now) override;
  Result<std::vector<chat::Session>> list_sessions(std::string_view after_key, std::int32_t limit) override;
  Result<void> end_session(std::string_view key, std::optional<Time> active_at) override;

  Result<chat::ApiKey> create_key(const chat::NewApiKey& key) override;
  Result<std::vector<chat::ApiKey>> list_keys() override;
  Result<void> revoke_key(std::string_view name) override;

  Result<chat::Room> create_room(const chat::NewRoom& room) override;
  Result<chat::Room> find_room(std::string_view id_or_name) override;
  Result<std::vector<chat::Room>> list_rooms(std::int64_t offset, std::int32_t limit) override;
  Result<std::vector<chat::Member>> list_members(const chat::RoomId& room, std::int64_t offset,
                                                 std::int32_t limit) override;
  Result<bool> sweep_closed_rooms() override { return false; }

  Result<std::vector<Result<chat::Appended>>> append(std::span<const chat::Change> changes, Time now) override;

  Result<std::vector<chat::Message>> list_messages(const chat::HistoryQuery& query) override;
  Result<std::pair<chat::RoomId, chat::Message>> get_message(chat::MessageId id) override;
  Result<std::vector<chat::Event>> list_events(const chat::RoomId& room, std::int64_t after, std::int32_t limit,
                                               std::int64_t bytes_max) override;

  Result<void> set_cursor(const chat::CursorKey& cursor, std::int64_t n, std::int64_t cursors_max) override;
  Result<chat::Unread> get_unread(const chat::CursorKey& cursor) override;
  Result<std::vector<chat::Unread>> list_unread(chat::UserId user, std::string_view cursor_name, std::int64_t offset,
                                                std::int32_t limit) override;

  Result<chat::FoundTexts> search(const chat::SearchQuery& query, const chat::SearchFilter& filter) override;
  Result<chat::IndexStep> index_some(std::int32_t limit) override;
  Result<void> clear_index() override;

  Result<chat::StoreStats> stats(Time since) override;
  Result<std::int64_t> repair_times(Time now) override;
  Result<void> check() override { return {}; }
  std::string_view description() const override { return "memory:"; }

  Result<void> add_attachment(const chat::Attachment& attachment, std::uint64_t user_bytes_max) override;
  Result<std::uint64_t> attachment_bytes(chat::UserId user) override;
  Result<chat::Attachment> get_attachment(std::string_view id) override;
  Result<std::vector<chat::Attachment>> list_unused(Time before, std::int32_t limit) override;
  Result<std::vector<std::string>> remove_unused(std::span<const chat::AttachmentId> ids) override;
  Result<bool> has_content(std::string_view sha256) override;
  std::uint64_t released() const override { return attachments_.released(); }

 private:
  struct StoredSession {
    chat::UserId user_id = 0;
    Time created_at;
    Time active_at;
  };

  // All of these are called with the mutex held.
  bool is_user(chat::UserId id) const {
    return id >= 1 && id <= std::ssize(users_) && users_[static_cast<std::size_t>(id - 1)].id == id;
  }
  bool is_listed(const chat::User& user) const { return !user.guest || sessions_by_user_.contains(user.id); }
  chat::User& user(chat::UserId id) { return users_[static_cast<std::size_t>(id - 1)]; }
  std::vector<chat::User> listed_users() const;
  chat::ApiKey key_of(const chat::NewApiKey& key);
  Result<chat::Appended> apply(const chat::Change& change, memory::Moment& moment);
  Result<void> check_joining(const chat::Membership& membership, const memory::RoomHistory& history) const;
  void remove_gone(chat::UserId guest);
  void touch_sessions(chat::UserId user, Time at);
  void remove_room(const memory::RoomHistory& history);
  memory::RoomHistory* find(std::string_view room_id);

  std::mutex mutex_;  // guards everything below
  memory::Users users_;
  std::unordered_set<chat::UserId> acted_;         // to whom a change, a room or an attachment refers
  memory::ByText<chat::UserId> accounts_by_name_;  // by chat::name_key
  memory::AttachmentTable attachments_;
  std::map<std::string, StoredSession, std::less<>> sessions_;
  std::map<std::string, chat::NewApiKey, std::less<>> keys_;
  std::unordered_map<chat::UserId, std::vector<StoredSession*>> sessions_by_user_;
  std::vector<std::unique_ptr<memory::RoomHistory>> rooms_;
  memory::ByText<memory::RoomHistory*> rooms_by_id_;
  memory::ByText<memory::RoomHistory*> rooms_by_name_;  // by chat::name_key
  chat::MessageId newest_message_id_ = 0;
  Time newest_change_at_ = Time::min();
  std::deque<memory::ChangedText> changed_texts_;  // not yet in the index

  memory::TextIndex texts_;  // after mutex_ when both are locked: it has its own
};

}  // namespace vestnik::storage
