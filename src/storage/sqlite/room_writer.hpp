// Makes rooms, moves cursors, and removes what closed rooms have left behind.
#pragma once

#include <cstdint>
#include <optional>

#include "chat/types.hpp"
#include "storage/sqlite/attachment_writer.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/history_sweeper.hpp"
#include "storage/sqlite/known_users.hpp"
#include "storage/sqlite/message_search.hpp"

namespace vestnik::storage::sqlite {

// The functions of ChatStore of the same names, inside a transaction of the caller. One connection, one thread at a
// time.
class RoomWriter {
 public:
  RoomWriter(Connection& connection, KnownUsers& known_users, AttachmentWriter& attachments);

  Outcome<Result<chat::Room>> create_room(const chat::NewRoom& room);
  Outcome<Result<void>> set_cursor(const chat::CursorKey& cursor, std::int64_t n, std::int64_t cursors_max);
  Outcome<bool> sweep();

 private:
  struct Remains;
  // The room whose turn it is; nullopt: nothing is left of any.
  Outcome<std::optional<Remains>> next_to_sweep();
  // Removes about `rows_max` rows at most, and the room itself after the last one. How many.
  Outcome<std::int64_t> sweep_room(const Remains& remains, std::int64_t rows_max);

  Connection& connection_;
  KnownUsers& known_users_;
  MessageSearch search_;
  HistorySweeper sweeper_;
  Statement room_taken_;
  Statement insert_room_;
  Statement room_state_;
  Statement cursor_;
  Statement count_cursors_;
  Statement put_cursor_;
  Statement room_to_sweep_;
  Statement update_swept_;
  Statement delete_some_members_;
  Statement delete_some_cursors_;
  Statement delete_some_nonces_;
  Statement delete_room_;
  std::int64_t swept_before_ = 0;  // key of the room that had the last turn
};

}  // namespace vestnik::storage::sqlite
