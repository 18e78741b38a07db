// The port behind which is kept what is known of attachments; their bytes are behind BlobStore. Every storage passes
// tests/conformance.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

// Why one more attachment of a user is refused.
inline std::unexpected<Error> user_bytes_taken(std::uint64_t bytes_max) {
  return fail(ErrorCode::kResourceExhausted,
              fmt::format("attachments of one user take up at most {} bytes (--max-attachments-user-bytes); delete "
                          "messages with some of yours to make room",
                          bytes_max));
}

// Part of the storage that is the ChatStore as well: messages refer to attachments, which begins and ends in the
// transactions of ChatStore::append and ChatStore::sweep_closed_rooms. Synchronous, any thread, errors of every call:
// as there.
class AttachmentStore {
 public:
  virtual ~AttachmentStore() = default;

  // An attachment that no message refers to yet; its id is a new one. Errors: user_bytes_taken (with it all of its
  // user, if it has one, would be more than `user_bytes_max` bytes).
  virtual Result<void> add_attachment(const Attachment& attachment, std::uint64_t user_bytes_max) = 0;
  // The bytes of all attachments of the user, whether messages refer to them or not. Cheap, however many they are.
  virtual Result<std::uint64_t> attachment_bytes(UserId user) = 0;
  // Errors: not_found.
  virtual Result<Attachment> get_attachment(std::string_view id) = 0;
  // At most `limit` of those that no message refers to: the ones that a message has let go, and the ones that were
  // created before `before`.
  virtual Result<std::vector<Attachment>> list_unused(Time before, std::int32_t limit) = 0;
  // Removes those of the attachments that no message refers to, which is looked at in the same transaction. The content
  // (as SHA-256, each once) that no attachment has any more.
  virtual Result<std::vector<std::string>> remove_unused(std::span<const AttachmentId> ids) = 0;
  // Whether any attachment has this content.
  virtual Result<bool> has_content(std::string_view sha256) = 0;
  // Grows whenever messages have let go of attachments, at the end of the transaction in which they did. Cheap.
  virtual std::uint64_t released() const = 0;
};

}  // namespace vestnik::chat
