// Removes the rows of positions that no reader sees any more.
#pragma once

#include <cstdint>

#include "chat/types.hpp"
#include "storage/sqlite/attachment_writer.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/message_search.hpp"

namespace vestnik::storage::sqlite {

// What there is to remove besides a message itself.
struct Belongings {
  chat::MessageId message_id = 0;
  std::int64_t n = 0;  // its position
  std::int64_t emojis = 0;
  std::int64_t attachments = 0;
};

// One connection, one thread at a time.
class HistorySweeper {
 public:
  HistorySweeper(Connection& connection, AttachmentWriter& attachments);

  // Removes messages with what belongs to them and other changes from `range`, oldest first and at most `rows_max` rows
  // (and a few for each message with reactions or attachments). The first position that is left.
  Outcome<std::int64_t> remove(std::int64_t room_key, Range range, std::int64_t rows_max);
  // Lets go of the attachments of at most `messages_max` messages of `range`, whose rows stay. Of how many messages.
  Outcome<std::int64_t> release_attachments(std::int64_t room_key, Range range, std::int64_t messages_max);
  // Removes changes other than messages from `range`.
  Outcome<void> remove_changes(std::int64_t room_key, Range range);
  // What belongs to one message, of its reactions at most `rows_max`. How many reactions were removed.
  Outcome<std::int64_t> remove(const Belongings& belongings, std::int64_t rows_max);

 private:
  Outcome<std::int64_t> remove_reactions(chat::MessageId id, std::int64_t rows_max);

  Connection& connection_;
  AttachmentWriter& attachments_;
  Statement messages_with_belongings_;
  Statement messages_with_attachments_;
  Statement note_attachments_released_;
  Statement delete_some_reactions_;
  Statement delete_reaction_counts_;
  Statement delete_messages_;
  Statement delete_changes_;
};

}  // namespace vestnik::storage::sqlite
