// Writes messages.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "chat/types.hpp"
#include "storage/sqlite/attachment_writer.hpp"
#include "storage/sqlite/batch.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/message_reader.hpp"
#include "storage/sqlite/session_activity.hpp"

namespace vestnik::storage::sqlite {

// One connection, one thread at a time.
class DraftWriter {
 public:
  DraftWriter(Connection& connection, MessageReader& messages, AttachmentWriter& attachments,
              SessionActivity& activity);

  Answer apply(const chat::Draft& draft, Batch& batch, BatchRoom& room);

 private:
  // The answer to a draft with a nonce that the room remembers; nullopt: it is a new message.
  Outcome<std::optional<Result<chat::Appended>>> answer_to_nonce(const chat::Draft& draft, std::string_view digest,
                                                                 const BatchRoom& room);
  // `digest` is that of a draft with a nonce.
  Answer insert(const chat::Draft& draft, std::vector<chat::Attachment> attachments, std::string_view digest,
                Batch& batch, BatchRoom& room);

  MessageReader& messages_;
  AttachmentWriter& attachments_;
  SessionActivity& activity_;
  Statement nonce_;
  Statement put_nonce_;
  Statement insert_message_;
};

}  // namespace vestnik::storage::sqlite
