#include "chat/attachment_service.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "chat/file_name.hpp"

namespace vestnik::chat {
namespace {

constexpr std::int32_t kRemovedAtOnce = 100;  // attachments removed in one go
constexpr int kCheckedPiece = 1'000;          // and contents looked at
constexpr std::chrono::milliseconds kLookInterval = std::chrono::minutes(10);
constexpr std::chrono::seconds kPauseAfterFailure{5};

Error too_large(std::uint64_t bytes_max) {
  const std::string reason = fmt::format("is larger than {} bytes (--max-attachment-bytes)", bytes_max);
  return {.code = ErrorCode::kResourceExhausted, .detail = "file: " + reason, .violations = {{"file", reason}}};
}

}  // namespace

Result<void> AttachmentUpload::write(std::string_view bytes) {
  const std::uint64_t bytes_max = service_->options_.bytes_max;
  if (bytes.size() > bytes_max - size_) return std::unexpected(too_large(bytes_max));
  // Other uploads of the user may end before this one does: this spares what cannot be, finish() decides.
  const std::uint64_t user_bytes_max = service_->options_.user_bytes_max;
  if (user_id_ && user_bytes_ + size_ + bytes.size() > user_bytes_max) return user_bytes_taken(user_bytes_max);
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

Result<AttachmentUpload> AttachmentService::begin(std::string_view name, std::optional<UserId> user_id) {
  auto user_bytes = user_id ? store_.attachment_bytes(*user_id) : 0;
  if (!user_bytes) return std::unexpected(std::move(user_bytes.error()));
  auto blob = blobs_.begin();
  if (!blob) return std::unexpected(std::move(blob.error()));
  return AttachmentUpload(*this, std::move(*blob), clean_file_name(name), user_id, *user_bytes);
}

Result<Attachment> AttachmentService::get(std::string_view id) {
  return store_.get_attachment(id);
}

Result<std::unique_ptr<BlobReader>> AttachmentService::open(const Attachment& attachment) {
  auto reader = blobs_.open(attachment.sha256);
  if (reader || reader.error().code != ErrorCode::kNotFound) return reader;
  if (auto still = store_.get_attachment(attachment.id); !still) return error_of(still);  // removed a moment ago
  return std::unexpected(blobs_.note_missing(attachment.sha256));
}

bool AttachmentService::any_due() const {
  const Time now = clock_();
  return now >= not_before_ && (!found_.empty() || now >= next_look_ || store_.released() != released_);
}

Result<std::size_t> AttachmentService::remove_unused() {
  const Time now = clock_();
  // Before the look: what messages let go of meanwhile is due again.
  const std::uint64_t released = store_.released();
  auto found = store_.list_unused(now - options_.unclaimed, kRemovedAtOnce);
  auto done = found ? remove(*found) : std::unexpected(std::move(found.error()));
  if (done) done = check_some();
  if (!done) {
    not_before_ = now + kPauseAfterFailure;
    return std::unexpected(std::move(done.error()));
  }
  if (found->size() < kRemovedAtOnce) {
    released_ = released;
    next_look_ = now + std::min(options_.unclaimed / 2, kLookInterval);
  }
  return found->size();
}

Result<void> AttachmentService::remove(std::span<const Attachment> attachments) {
  std::vector<AttachmentId> ids;
  std::set<std::mutex*> mutexes;
  for (const Attachment& attachment : attachments) {
    ids.push_back(attachment.id);
    mutexes.insert(&mutex_of(attachment.sha256));
  }
  std::vector<std::unique_lock<std::mutex>> locks;
  for (std::mutex* mutex : mutexes) locks.emplace_back(*mutex);

  auto gone = store_.remove_unused(ids);
  if (!gone) return std::unexpected(std::move(gone.error()));
  Result<void> done;
  for (const std::string& sha256 : *gone) {
    auto removed = blobs_.remove(sha256);
    if (done && !removed) done = std::move(removed);
  }
  return done;
}

// Uploads go on meanwhile: content that one of them brings has its attachment when its mutex is free again.
Result<void> AttachmentService::check_some() {
  for (int i = 0; i < kCheckedPiece && !found_.empty(); ++i) {
    const Blob blob = std::move(found_.back());
    found_.pop_back();
    const std::scoped_lock lock(mutex_of(blob.sha256));
    if (auto done = drop_unused(blob.sha256); !done) return done;
  }
  if (found_.empty()) found_.shrink_to_fit();
  return {};
}

Result<Attachment> AttachmentService::add(Attachment attachment, BlobUpload& content) {
  const std::scoped_lock lock(mutex_of(attachment.sha256));
  auto done = content.keep();
  if (done) done = store_.add_attachment(attachment, options_.user_bytes_max);
  if (done) return attachment;
  // What cannot be undone now is found at the next start.
  static_cast<void>(drop_unused(attachment.sha256));
  return std::unexpected(std::move(done.error()));
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
