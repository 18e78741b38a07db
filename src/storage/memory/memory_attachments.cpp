#include "storage/memory/memory_attachments.hpp"

#include <algorithm>

namespace vestnik::storage {
namespace {

std::unexpected<Error> unknown() {
  return fail(ErrorCode::kNotFound, "there is no such attachment");
}

}  // namespace

Result<void> MemoryAttachments::add_attachment(const chat::Attachment& attachment) {
  const std::scoped_lock lock(mutex_);
  rows_.insert_or_assign(attachment.id, Row{.attachment = attachment});
  ++attachments_by_content_[attachment.sha256];
  return {};
}

Result<chat::Attachment> MemoryAttachments::get_attachment(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  const auto found = rows_.find(id);
  if (found == rows_.end()) return unknown();
  return found->second.attachment;
}

Result<std::vector<chat::Attachment>> MemoryAttachments::list_unreferenced(Time before, std::int32_t limit) {
  const std::scoped_lock lock(mutex_);
  std::vector<chat::Attachment> found;
  for (const auto& [id, row] : rows_) {
    if (row.references == 0 && row.attachment.created_at < before) found.push_back(row.attachment);
  }
  std::ranges::sort(found, {}, &chat::Attachment::created_at);
  if (found.size() > static_cast<std::size_t>(limit)) found.resize(static_cast<std::size_t>(limit));
  return found;
}

Result<bool> MemoryAttachments::remove_attachment(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  const auto found = rows_.find(id);
  if (found == rows_.end() || found->second.references > 0) return false;
  const auto content = attachments_by_content_.find(found->second.attachment.sha256);
  if (--content->second == 0) attachments_by_content_.erase(content);
  rows_.erase(found);
  return true;
}

Result<bool> MemoryAttachments::has_content(std::string_view sha256) {
  const std::scoped_lock lock(mutex_);
  return attachments_by_content_.contains(sha256);
}

Result<void> MemoryAttachments::refer(std::string_view id, int change) {
  const std::scoped_lock lock(mutex_);
  const auto found = rows_.find(id);
  if (found == rows_.end()) return unknown();
  found->second.references += change;
  return {};
}

}  // namespace vestnik::storage
