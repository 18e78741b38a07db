// Adds and removes attachments, and keeps count of the messages that refer to them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "chat/types.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/known_users.hpp"

namespace vestnik::storage::sqlite {

// Inside a transaction of the caller. One connection, one thread at a time.
class AttachmentWriter {
 public:
  AttachmentWriter(Connection& connection, KnownUsers& known_users);

  // The functions of AttachmentStore of the same names.
  Outcome<Result<void>> add_attachment(const chat::Attachment& attachment, std::uint64_t user_bytes_max);
  Outcome<std::vector<std::string>> remove_unused(std::span<const chat::AttachmentId> ids);

  // Those that the draft refers to, or why it may not.
  Outcome<Result<std::vector<chat::Attachment>>> find(const chat::Draft& draft);
  Outcome<void> link(chat::MessageId message, std::span<const chat::Attachment> attachments);
  // The message lets go of its attachments.
  Outcome<void> release(chat::MessageId message);
  // Grows with each release, whether its transaction is committed or not.
  std::uint64_t released() const { return released_; }

 private:
  KnownUsers& known_users_;
  Statement insert_;
  Statement by_id_;
  Statement has_content_;
  Statement delete_unused_;
  Statement bytes_;
  Statement change_bytes_;
  Statement link_;
  Statement count_linked_;
  Statement count_released_;
  Statement unlink_;
  std::uint64_t released_ = 0;
};

}  // namespace vestnik::storage::sqlite
