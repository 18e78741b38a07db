// Gives changes other than messages their positions, and notes them.
#pragma once

#include <optional>
#include <string_view>

#include "chat/types.hpp"
#include "storage/sqlite/batch.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// One connection, one thread at a time.
class ChangeLog {
 public:
  explicit ChangeLog(Connection& connection);

  struct Subject {
    std::optional<chat::MessageId> message_id;
    std::optional<std::string_view> emoji;
  };
  // The event of a change that takes the room's next position, still without what happened.
  Outcome<chat::Event> add(Batch& batch, BatchRoom& room, ChangeKind kind, std::optional<chat::UserId> user_id,
                           const Subject& subject);

 private:
  Statement insert_change_;
};

}  // namespace vestnik::storage::sqlite
