// What is known of attachments in memory, and how many messages refer to each.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "chat/types.hpp"

namespace vestnik::storage::memory {

// One thread at a time, except released(), which any may call.
class AttachmentTable {
 public:
  // The functions of chat::AttachmentStore.
  Result<void> add(const chat::Attachment& attachment, std::uint64_t user_bytes_max);
  std::uint64_t bytes_of(chat::UserId user) const;
  Result<chat::Attachment> get(std::string_view id) const;
  std::vector<chat::Attachment> list_unused(Time before, std::int32_t limit) const;
  std::vector<std::string> remove_unused(std::span<const chat::AttachmentId> ids);
  bool has_content(std::string_view sha256) const { return attachments_by_content_.contains(sha256); }
  std::uint64_t released() const { return released_.load(std::memory_order_acquire); }

  // As Store::repair_times.
  void repair_times(Time now);

  // Those of the draft. Errors: as ChatStore::append.
  Result<std::vector<chat::Attachment>> find(const chat::Draft& draft) const;
  // One more message refers to these.
  void link(std::span<const chat::Attachment> attachments);
  // One message less.
  void release(std::span<const chat::Attachment> attachments);

 private:
  struct Row {
    chat::Attachment attachment;
    int messages = 0;           // that refer to it
    bool was_released = false;  // by a message
  };

  std::map<std::string, Row, std::less<>> rows_;
  std::map<std::string, int, std::less<>> attachments_by_content_;
  std::unordered_map<chat::UserId, std::uint64_t> bytes_by_user_;
  std::atomic<std::uint64_t> released_{0};
};

}  // namespace vestnik::storage::memory
