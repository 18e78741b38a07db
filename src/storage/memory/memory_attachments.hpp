// What is known of attachments, in standard containers behind one mutex: forgotten at exit.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "chat/attachments.hpp"

namespace vestnik::storage {

class MemoryAttachments final : public chat::AttachmentStore {
 public:
  Result<void> add_attachment(const chat::Attachment& attachment) override;
  Result<chat::Attachment> get_attachment(std::string_view id) override;
  Result<std::vector<chat::Attachment>> list_unreferenced(Time before, std::int32_t limit) override;
  Result<bool> remove_attachment(std::string_view id) override;
  Result<bool> has_content(std::string_view sha256) override;

  // One more message refers to the attachment, or one less. Errors: not_found.
  Result<void> refer(std::string_view id, int change);

 private:
  struct Row {
    chat::Attachment attachment;
    int references = 0;
  };

  std::mutex mutex_;  // guards everything below
  std::map<std::string, Row, std::less<>> rows_;
  std::map<std::string, int, std::less<>> attachments_by_content_;
};

}  // namespace vestnik::storage
