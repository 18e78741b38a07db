// Attachments from the first byte of their upload until their last reference has gone.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/attachments.hpp"
#include "chat/blob_store.hpp"
#include "chat/content_type.hpp"

namespace vestnik::chat {

class AttachmentService;

// One attachment on its way in; what is not finished leaves nothing behind. One thread at a time; calls block.
class AttachmentUpload {
 public:
  // Appends to the content. Errors: resource_exhausted (with a violation when the file is larger than the limit for
  // one, without when all attachments together are), unavailable.
  Result<void> write(std::string_view bytes);
  // Makes it durable and known. Errors: invalid_argument (it is empty), unavailable, those of AttachmentStore.
  Result<Attachment> finish();

 private:
  friend class AttachmentService;
  AttachmentUpload(AttachmentService& service, std::unique_ptr<BlobUpload> blob, std::string name,
                   std::optional<UserId> user_id)
      : service_(&service), blob_(std::move(blob)), name_(std::move(name)), user_id_(user_id) {}

  AttachmentService* service_;
  std::unique_ptr<BlobUpload> blob_;
  ContentSniffer sniffer_;
  std::uint64_t size_ = 0;
  std::string name_;
  std::optional<UserId> user_id_;
};

// Calls block. Any thread.
class AttachmentService {
 public:
  struct Options {
    std::uint64_t bytes_max = 25ull << 20;                         // of one attachment
    std::chrono::milliseconds unclaimed = std::chrono::hours(24);  // how long an upload waits for a message
  };

  AttachmentService(AttachmentStore& store, BlobStore& blobs, Options options, Clock clock)
      : store_(store), blobs_(blobs), options_(options), clock_(std::move(clock)) {}

  const Options& options() const { return options_; }

  // Removes content that no attachment has, which a crash may leave; how much that was. Before the first upload.
  Result<std::size_t> recover();

  // `name` as the client gave it. Errors: unavailable.
  Result<AttachmentUpload> begin(std::string_view name, std::optional<UserId> user_id);

  // Errors: not_found.
  Result<Attachment> get(std::string_view id);
  // Errors: not_found (it was removed a moment ago), unavailable.
  Result<std::unique_ptr<BlobReader>> open(const Attachment& attachment);

  // Removes those of `attachments` that no message refers to, and content that no attachment has any more. To be
  // called after the transaction in which a message let go of them.
  Result<void> release(std::span<const Attachment> attachments);
  // The same for all that have waited for a message too long, which covers what a crash kept from being released; how
  // many that were. From time to time.
  Result<std::size_t> remove_unclaimed();

 private:
  friend class AttachmentUpload;

  Result<Attachment> add(Attachment attachment, BlobUpload& content);
  Result<bool> remove(const Attachment& attachment);
  // With the content's mutex held.
  Result<void> drop_unused(std::string_view sha256);
  std::mutex& mutex_of(std::string_view sha256);

  AttachmentStore& store_;
  BlobStore& blobs_;
  const Options options_;
  const Clock clock_;
  // "This content gets an attachment" and "no attachment has this content, so it goes" never happen at the same time:
  // one mutex for each share of all contents.
  std::array<std::mutex, 64> mutexes_;
};

}  // namespace vestnik::chat
