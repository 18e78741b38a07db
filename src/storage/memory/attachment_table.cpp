#include "storage/memory/attachment_table.hpp"

#include <algorithm>
#include <utility>

#include "chat/attachment_store.hpp"
#include "storage/answers.hpp"

namespace vestnik::storage::memory {

using chat::Attachment;

Result<void> AttachmentTable::add(const Attachment& attachment, std::uint64_t user_bytes_max) {
  if (const auto user = attachment.user_id) {
    if (bytes_of(*user) + attachment.size > user_bytes_max) return chat::user_bytes_taken(user_bytes_max);
    bytes_by_user_[*user] += attachment.size;
  }
  rows_.emplace(attachment.id, Row{.attachment = attachment});
  ++attachments_by_content_[attachment.sha256];
  return {};
}

std::uint64_t AttachmentTable::bytes_of(chat::UserId user) const {
  const auto found = bytes_by_user_.find(user);
  return found == bytes_by_user_.end() ? 0 : found->second;
}

Result<Attachment> AttachmentTable::get(std::string_view id) const {
  const auto found = rows_.find(id);
  if (found == rows_.end()) return answers::unknown_attachment();
  return found->second.attachment;
}

std::vector<Attachment> AttachmentTable::list_unused(Time before, std::int32_t limit) const {
  std::vector<Attachment> unused;
  for (const auto& [id, row] : rows_) {
    if (std::ssize(unused) >= limit) break;
    if (row.messages == 0 && (row.was_released || row.attachment.created_at < before)) unused.push_back(row.attachment);
  }
  return unused;
}

std::vector<std::string> AttachmentTable::remove_unused(std::span<const chat::AttachmentId> ids) {
  std::vector<std::string> contents;
  for (const auto& id : ids) {
    const auto found = rows_.find(id);
    if (found == rows_.end() || found->second.messages > 0) continue;
    const Attachment& attachment = found->second.attachment;
    if (attachment.user_id) bytes_by_user_[*attachment.user_id] -= attachment.size;
    const auto content = attachments_by_content_.find(attachment.sha256);
    if (--content->second == 0) {
      contents.push_back(content->first);
      attachments_by_content_.erase(content);
    }
    rows_.erase(found);
  }
  return contents;
}

Result<std::vector<Attachment>> AttachmentTable::find(const chat::Draft& draft) const {
  std::vector<Attachment> attachments;
  for (const auto& id : draft.attachment_ids) {
    const auto found = rows_.find(id);
    if (found == rows_.end()) return answers::no_attachment(id);
    if (!answers::may_attach(draft, found->second.attachment)) return answers::foreign_attachment(id);
    attachments.push_back(found->second.attachment);
  }
  return attachments;
}

void AttachmentTable::link(std::span<const Attachment> attachments) {
  for (const auto& attachment : attachments) ++rows_.at(attachment.id).messages;
}

void AttachmentTable::release(std::span<const Attachment> attachments) {
  if (attachments.empty()) return;
  for (const auto& attachment : attachments) {
    Row& row = rows_.at(attachment.id);
    --row.messages;
    row.was_released = true;
  }
  released_.fetch_add(1, std::memory_order_release);
}

void AttachmentTable::repair_times(Time now) {
  for (auto& [id, row] : rows_) row.attachment.created_at = std::min(row.attachment.created_at, now);
}

}  // namespace vestnik::storage::memory
