// What is asked of the database: users, sessions, rooms, members, what is unread, attachments, counts; and the history
// by its own reader. One connection, one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/history_reader.hpp"
#include "storage/sqlite/key_table.hpp"
#include "storage/sqlite/rows.hpp"
#include "storage/sqlite/text_reader.hpp"

namespace vestnik::storage::sqlite {

// Each function reads inside one snapshot when its caller has opened a transaction. nullopt: there is none.
class Reader {
 public:
  explicit Reader(std::unique_ptr<Connection> connection);

  Outcome<std::optional<chat::User>> get_user(chat::UserId id) { return user_by_id_.first(read_user, id); }
  Outcome<std::vector<chat::User>> list_users(std::int64_t offset, std::int32_t limit);
  Outcome<std::vector<chat::Session>> list_sessions(std::string_view after_key, std::int32_t limit);

  Outcome<std::optional<chat::Room>> find_room(std::string_view id_or_name);
  Outcome<std::vector<chat::Room>> list_rooms(std::int64_t offset, std::int32_t limit);
  Outcome<std::vector<chat::Member>> list_members(const chat::RoomId& room, std::int64_t offset, std::int32_t limit);

  Outcome<std::optional<chat::Unread>> get_unread(const chat::CursorKey& cursor);
  Outcome<std::vector<chat::Unread>> list_unread(chat::UserId user, std::string_view cursor_name, std::int64_t offset,
                                                 std::int32_t limit);

  Outcome<std::optional<chat::Attachment>> get_attachment(std::string_view id) {
    return attachment_by_id_.first(read_attachment, id);
  }
  Outcome<std::vector<chat::Attachment>> list_unused(Time before, std::int32_t limit);
  Outcome<std::uint64_t> attachment_bytes(chat::UserId user);
  Outcome<bool> has_content(std::string_view sha256);

  Outcome<chat::StoreStats> stats(Time since);
  // Reads something small, to see whether it can.
  Outcome<std::optional<std::int64_t>> probe() { return read_probe_.first(read_integer); }

  // nullopt: no open room has the id.
  Outcome<std::optional<std::int64_t>> room_key(std::string_view room_id) {
    return room_state_.first(read_integer, room_id);
  }

  KeyTable& keys() { return keys_; }
  HistoryReader& history() { return history_; }
  TextReader& texts() { return texts_; }
  Connection& connection() { return *connection_; }

 private:
  // Of so many messages that are held after a cursor of the user, those that are unread.
  Outcome<std::int64_t> count_unread(std::int64_t room_key, std::int64_t held, chat::UserId user);

  std::unique_ptr<Connection> connection_;  // before the statements, which end before it
  HistoryReader history_;
  KeyTable keys_;
  TextReader texts_;
  Statement user_by_id_;
  Statement list_users_;
  Statement list_sessions_;
  Statement room_by_id_;
  Statement room_by_name_;
  Statement room_by_name_key_;
  Statement list_rooms_;
  Statement room_state_;
  Statement list_members_;
  Statement cursor_;
  Statement list_unread_;
  Statement count_read_anyway_;
  Statement attachment_by_id_;
  Statement unused_attachments_;
  Statement attachment_bytes_;
  Statement has_content_;
  Statement counts_;
  Statement read_probe_;
};

}  // namespace vestnik::storage::sqlite
