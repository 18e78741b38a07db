// Edits and deletes messages, gives and takes reactions.
#pragma once

#include <optional>

#include "chat/types.hpp"
#include "storage/sqlite/batch.hpp"
#include "storage/sqlite/change_log.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/history_sweeper.hpp"
#include "storage/sqlite/message_reader.hpp"

namespace vestnik::storage::sqlite {

// One connection, one thread at a time.
class MessageChanger {
 public:
  MessageChanger(Connection& connection, MessageReader& messages, ChangeLog& log, HistorySweeper& sweeper);

  Answer apply(const chat::Edit& edit, Batch& batch, BatchRoom& room);
  Answer apply(const chat::Deletion& deletion, Batch& batch, BatchRoom& room);
  Answer apply(const chat::ReactionChange& change, Batch& batch, BatchRoom& room);

 private:
  // The message, when the room holds it.
  Outcome<std::optional<StoredMessage>> find(chat::MessageId id, const BatchRoom& room);
  Outcome<void> add_reaction(const chat::ReactionChange& change, std::int64_t n, std::int64_t count);
  Outcome<void> remove_reaction(const chat::ReactionChange& change, std::int64_t count);

  MessageReader& messages_;
  ChangeLog& log_;
  HistorySweeper& sweeper_;
  Statement edit_message_;
  Statement empty_message_;
  Statement insert_text_change_;
  Statement add_emojis_;
  Statement has_reaction_;
  Statement insert_reaction_;
  Statement delete_reaction_;
  Statement put_reaction_count_;
  Statement delete_reaction_count_;
};

}  // namespace vestnik::storage::sqlite
