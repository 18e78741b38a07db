// What changes the database. Each function runs inside a transaction that its caller opens and commits.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/chat_store.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/rows.hpp"

namespace vestnik::storage::sqlite {

// One connection, one thread at a time.
class Writer {
 public:
  explicit Writer(std::unique_ptr<Connection> connection);

  // nullopt: the name is taken.
  Outcome<std::optional<chat::User>> create_user(const chat::NewUser& user);
  // nullopt: the name or id is taken.
  Outcome<std::optional<chat::Room>> create_room(const chat::NewRoom& room);
  // As ChatStore::append.
  Outcome<std::vector<Result<chat::Appended>>> append(std::span<const chat::Draft> drafts, Time now);
  // Writes something harmless, to see whether it can.
  Outcome<std::optional<std::int64_t>> probe() {
    return write_probe_.first([](Row row) { return row.integer(0); });
  }

  Connection& connection() { return *connection_; }

 private:
  struct RoomInBatch {
    std::optional<RoomState> state;  // nullopt: there is no such room
    bool has_grown = false;
  };
  using Rooms = std::unordered_map<std::string_view, RoomInBatch>;  // keys live in the drafts

  Outcome<Result<chat::Appended>> append_one(const chat::Draft& draft, Rooms& rooms, TimeMark& newest);

  std::unique_ptr<Connection> connection_;  // before the statements, which end before it
  Statement user_by_name_;
  Statement insert_user_;
  Statement room_taken_;
  Statement insert_room_;
  Statement room_state_;
  Statement update_room_state_;
  Statement newest_message_;
  Statement message_by_nonce_;
  Statement insert_message_;
  Statement write_probe_;
};

}  // namespace vestnik::storage::sqlite
