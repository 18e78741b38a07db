// Removes the rows of positions that no reader sees any more.
#pragma once

#include <cstdint>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/message_search.hpp"

namespace vestnik::storage::sqlite {

// One connection, one thread at a time.
class HistorySweeper {
 public:
  explicit HistorySweeper(Connection& connection);

  // Removes messages, their reactions and other changes from `range`, oldest first and at most `rows_max` rows (and a
  // few for each message with reactions). The first position that is left.
  Outcome<std::int64_t> remove(std::int64_t room_key, Range range, std::int64_t rows_max);
  // The reactions of one message, at most `rows_max`. How many were removed.
  Outcome<std::int64_t> remove_reactions(chat::MessageId id, std::int64_t rows_max);

 private:
  Connection& connection_;
  Statement messages_with_reactions_;
  Statement delete_some_reactions_;
  Statement delete_reaction_counts_;
  Statement delete_messages_;
  Statement delete_changes_;
};

}  // namespace vestnik::storage::sqlite
