#include "chat/attachment_service.hpp"

#include <fmt/core.h>

#include <functional>
#include <utility>

#include "base/ids.hpp"
#include "chat/file_name.hpp"

namespace vestnik::chat {
namespace {

constexpr std::int32_t kBatch = 500;  // attachments looked at in one call of the storage

Error too_large(std::uint64_t bytes_max) {
  const std::string reason = fmt::format("is larger than {} bytes (--max-attachment-bytes)", bytes_max);
  return {.code = ErrorCode::kResourceExhausted, .detail = "file: " + reason, .violations = {{"file", reason}}};
}

}  // namespace

Result<void> AttachmentUpload::write(std::string_view bytes) {
  const std::uint64_t bytes_max = service_->options_.bytes_max;
  if (bytes.size() > bytes_max - size_) return std::unexpected(too_large(bytes_max));
  if (auto written = blob_->write(bytes); !written) return written;
  sniffer_.add(bytes);
  size_ += bytes.size();
  return {};
}

Result<Attachment> AttachmentUpload::finish() {
  if (size_ == 0) return invalid("file", "is empty; send at least one byte");
  auto blob = blob_->finish();
  if (!blob) return std::unexpected(std::move(blob.error()));
  return service_->add({.id = make_uuid(),
                        .sha256 = std::move(blob->sha256),
                        .size = blob->size,
                        .name = std::move(name_),
                        .content_type = std::string(sniffer_.content_type()),
                        .user_id = user_id_,
                        .created_at = service_->clock_()},
                       *blob_);
}

Result<std::size_t> AttachmentService::recover() {
  auto blobs = blobs_.list();
  if (!blobs) return std::unexpected(std::move(blobs.error()));
  std::size_t removed = 0;
  for (const Blob& blob : *blobs) {
    auto known = store_.has_content(blob.sha256);
    if (!known) return std::unexpected(std::move(known.error()));
    if (*known) continue;
    if (auto gone = blobs_.remove(blob.sha256); !gone) return std::unexpected(std::move(gone.error()));
    ++removed;
  }
  return removed;
}

Result<AttachmentUpload> AttachmentService::begin(std::string_view name, std::optional<UserId> user_id) {
  auto blob = blobs_.begin();
  if (!blob) return std::unexpected(std::move(blob.error()));
  return AttachmentUpload(*this, std::move(*blob), clean_file_name(name), user_id);
}

Result<Attachment> AttachmentService::get(std::string_view id) {
  return store_.get_attachment(id);
}

Result<std::unique_ptr<BlobReader>> AttachmentService::open(const Attachment& attachment) {
  return blobs_.open(attachment.sha256);
}

Result<void> AttachmentService::release(std::span<const Attachment> attachments) {
  for (const Attachment& attachment : attachments) {
    if (auto removed = remove(attachment); !removed) return std::unexpected(std::move(removed.error()));
  }
  return {};
}

Result<std::size_t> AttachmentService::remove_unclaimed() {
  std::size_t count = 0;
  while (true) {
    auto found = store_.list_unreferenced(clock_() - options_.unclaimed, kBatch);
    if (!found) return std::unexpected(std::move(found.error()));
    const std::size_t before = count;
    for (const Attachment& attachment : *found) {
      auto removed = remove(attachment);
      if (!removed) return std::unexpected(std::move(removed.error()));
      if (*removed) ++count;
    }
    if (count == before) return count;
  }
}

Result<Attachment> AttachmentService::add(Attachment attachment, BlobUpload& content) {
  const std::scoped_lock lock(mutex_of(attachment.sha256));
  auto done = content.keep();
  if (done) done = store_.add_attachment(attachment);
  if (done) return attachment;
  // What cannot be undone now is found by recover() at the next start.
  static_cast<void>(drop_unused(attachment.sha256));
  return std::unexpected(std::move(done.error()));
}

Result<bool> AttachmentService::remove(const Attachment& attachment) {
  const std::scoped_lock lock(mutex_of(attachment.sha256));
  auto removed = store_.remove_attachment(attachment.id);
  if (!removed) return removed;
  if (auto dropped = drop_unused(attachment.sha256); !dropped) return std::unexpected(std::move(dropped.error()));
  return removed;
}

Result<void> AttachmentService::drop_unused(std::string_view sha256) {
  auto used = store_.has_content(sha256);
  if (!used) return std::unexpected(std::move(used.error()));
  if (*used) return {};
  return blobs_.remove(sha256);
}

std::mutex& AttachmentService::mutex_of(std::string_view sha256) {
  return mutexes_[std::hash<std::string_view>()(sha256) % mutexes_.size()];
}

}  // namespace vestnik::chat
