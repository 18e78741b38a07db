// Writes messages.
#pragma once

#include <optional>
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
  Outcome<std::optional<StoredMessage>> find_nonce(const chat::Draft& draft, const BatchRoom& room);
  Answer insert(const chat::Draft& draft, std::vector<chat::Attachment> attachments, Batch& batch, BatchRoom& room);

  MessageReader& messages_;
  AttachmentWriter& attachments_;
  SessionActivity& activity_;
  Statement message_by_nonce_;
  Statement forget_nonce_;
  Statement insert_message_;
};

}  // namespace vestnik::storage::sqlite
