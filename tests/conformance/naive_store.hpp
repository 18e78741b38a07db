// The port in its plainest form: vectors that are looked through from end to end. The model of the model.
#pragma once

#include <vector>

#include "chat/chat_store.hpp"

namespace vestnik::conformance {

// One thread at a time.
class NaiveStore final : public chat::ChatStore {
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
  std::string_view description() const override { return "naive:"; }

 private:
  struct Written {
    chat::RoomId room;
    chat::Message message;
  };

  Result<chat::Appended> append_one(const chat::Draft& draft, Time created_at);

  std::vector<chat::User> users_;
  std::vector<chat::Room> rooms_;
  std::vector<Written> messages_;
};

}  // namespace vestnik::conformance
