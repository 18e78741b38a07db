// Members, rules and the end of rooms.
#pragma once

#include "chat/types.hpp"
#include "storage/sqlite/batch.hpp"
#include "storage/sqlite/change_log.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// One connection, one thread at a time.
class RoomChanger {
 public:
  RoomChanger(Connection& connection, ChangeLog& log);

  Answer apply(const chat::Membership& membership, Batch& batch, BatchRoom& room);
  Answer apply(const chat::RulesChange& change, Batch& batch, BatchRoom& room);
  Answer apply(const chat::Closing& closing, Batch& batch, BatchRoom& room);

 private:
  ChangeLog& log_;
  Statement user_by_id_;
  Statement is_member_;
  Statement count_memberships_;
  Statement insert_member_;
  Statement delete_member_;
  Statement room_rules_;
  Statement update_room_rules_;
  Statement room_owner_;
  Statement close_room_;
};

}  // namespace vestnik::storage::sqlite
