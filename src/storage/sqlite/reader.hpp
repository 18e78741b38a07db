// What is asked of the database: users, rooms, pages of history, counts. One connection, one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/rows.hpp"

namespace vestnik::storage::sqlite {

// Each function reads inside one snapshot when its caller has opened a transaction.
class Reader {
 public:
  explicit Reader(std::unique_ptr<Connection> connection);

  Outcome<std::optional<chat::User>> get_user(chat::UserId id) { return user_by_id_.first(read_user, id); }
  Outcome<std::vector<chat::User>> list_users(std::int64_t offset, std::int32_t limit);
  Outcome<std::optional<chat::Room>> find_room(std::string_view id_or_name);
  Outcome<std::vector<chat::Room>> list_rooms(std::int64_t offset, std::int32_t limit);
  // A room that does not exist has no messages. Any page takes some dozen steps down a B-tree, wherever in the room it
  // is.
  Outcome<std::vector<chat::Message>> list_messages(const chat::HistoryQuery& query);
  Outcome<chat::StoreStats> stats(Time since);
  // Reads something small, to see whether it can.
  Outcome<std::optional<std::int64_t>> probe() {
    return read_probe_.first([](Row row) { return row.integer(0); });
  }

  Connection& connection() { return *connection_; }

 private:
  std::unique_ptr<Connection> connection_;  // before the statements, which end before it
  Statement user_by_id_;
  Statement list_users_;
  Statement room_by_id_;
  Statement room_by_name_;
  Statement list_rooms_;
  Statement room_state_;
  Statement messages_ascending_;
  Statement messages_descending_;
  Statement time_from_position_;
  Statement time_from_id_;
  Statement newest_message_;
  Statement counts_;
  Statement read_probe_;
};

}  // namespace vestnik::storage::sqlite
