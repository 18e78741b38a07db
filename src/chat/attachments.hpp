// Files that messages refer to: what is known of each, and the port behind which that is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/types.hpp"

namespace vestnik::chat {

using AttachmentId = std::string;  // UUID

struct Attachment {
  AttachmentId id;
  std::string sha256;  // of its content, which several attachments may share
  std::uint64_t size = 0;
  std::string name;               // for people; never a path
  std::string content_type;       // found in the content, not what the client said
  std::optional<UserId> user_id;  // who uploaded it
  Time created_at;
};

// Synchronous: a call is one transaction that returns when it is durable. Any thread. Errors of every call: as
// ChatStore.
class AttachmentStore {
 public:
  virtual ~AttachmentStore() = default;

  // An attachment that no message refers to yet.
  virtual Result<void> add_attachment(const Attachment& attachment) = 0;
  // Errors: not_found.
  virtual Result<Attachment> get_attachment(std::string_view id) = 0;
  // Those that no message refers to and that were created before `before`, oldest first.
  virtual Result<std::vector<Attachment>> list_unreferenced(Time before, std::int32_t limit) = 0;
  // Removes the attachment unless a message refers to it, which is looked at in the same transaction. Whether it has
  // removed one.
  virtual Result<bool> remove_attachment(std::string_view id) = 0;
  // Whether any attachment has this content.
  virtual Result<bool> has_content(std::string_view sha256) = 0;
};

}  // namespace vestnik::chat
