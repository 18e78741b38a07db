// The storage that forgets at exit: standard containers behind one mutex. It is also the reference model of
// tests/conformance.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "chat/chat_store.hpp"

namespace vestnik::storage {

class MemoryStore final : public chat::ChatStore {
 public:
  Result<chat::User> create_user(const chat::NewUser& user) override;
  Result<chat::User> get_user(chat::UserId id) override;
  Result<std::vector<chat::User>> list_users(std::int64_t offset, std::int32_t limit) override;

  Result<chat::Room> create_room(const chat::NewRoom& room) override;
  Result<chat::Room> find_room(std::string_view id_or_name) override;
  Result<std::vector<chat::Room>> list_rooms(std::int64_t offset, std::int32_t limit) override;

  Result<std::vector<Result<chat::Appended>>> append(std::span<const chat::Draft> drafts, Time now) override;
  Result<std::vector<chat::Message>> list_messages(const chat::HistoryQuery& query) override;
  Result<chat::StoreStats> stats(Time since) override;
  Result<void> check() override { return {}; }
  std::string_view description() const override { return "memory:"; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <typename T>
  using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  struct RoomHistory {
    chat::Room room;
    std::deque<chat::Message> messages;                            // n and created_at grow along it
    std::map<chat::UserId, ByText<std::size_t>> nonces_by_author;  // index into messages; 0 stands for "no user"
  };

  Result<chat::Appended> append_one(const chat::Draft& draft, Time created_at);
  RoomHistory* find(std::string_view id_or_name);

  std::mutex mutex_;  // guards everything below
  std::vector<chat::User> users_;
  ByText<chat::UserId> users_by_name_;
  std::vector<std::unique_ptr<RoomHistory>> rooms_;
  ByText<RoomHistory*> rooms_by_id_;
  ByText<RoomHistory*> rooms_by_name_;
  chat::MessageId last_message_id_ = 0;
  Time last_created_at_ = Time::min();
};

}  // namespace vestnik::storage
