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
#include <utility>
#include <vector>

#include "base/blob_store.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "chat/attachment_store.hpp"
#include "chat/content_type.hpp"

namespace vestnik::chat {

class AttachmentService;

// One attachment on its way in; what is not finished leaves nothing behind. One thread at a time; calls block.
class AttachmentUpload {
 public:
  // Appends to the content. Errors: resource_exhausted (with a violation when the file is larger than the limit for
  // one, without when the attachments of its user or all together are), unavailable.
  Result<void> write(std::string_view bytes);
  // Makes it durable and known. Errors: invalid_argument (it is empty), unavailable, those of AttachmentStore.
  Result<Attachment> finish();

 private:
  friend class AttachmentService;
  AttachmentUpload(AttachmentService& service, std::unique_ptr<BlobUpload> blob, std::string name,
                   std::optional<UserId> user_id, std::uint64_t user_bytes)
      : service_(&service),
        blob_(std::move(blob)),
        name_(std::move(name)),
        user_id_(user_id),
        user_bytes_(user_bytes) {}

  AttachmentService* service_;
  std::unique_ptr<BlobUpload> blob_;
  ContentSniffer sniffer_;
  std::uint64_t size_ = 0;
  std::string name_;
  std::optional<UserId> user_id_;
  std::uint64_t user_bytes_;  // of the user's attachments when it began
};

// Calls block. Any thread.
class AttachmentService {
 public:
  struct Options {
    std::uint64_t bytes_max = 25ull << 20;                         // of one attachment
    std::uint64_t user_bytes_max = 1ull << 30;                     // of all that one user has uploaded
    std::chrono::milliseconds unclaimed = std::chrono::hours(24);  // how long an upload waits for a message
  };

  AttachmentService(AttachmentStore& store, BlobStore& blobs, Options options, Clock clock)
      : store_(store), blobs_(blobs), options_(options), clock_(std::move(clock)) {}

  const Options& options() const { return options_; }

  // Of the content `found` at the start remove_unused() will remove what no attachment has, which a crash may leave.
  // Before the first call of that.
  void check(std::vector<Blob> found) { found_ = std::move(found); }

  // `name` as the client gave it. Errors: unavailable.
  Result<AttachmentUpload> begin(std::string_view name, std::optional<UserId> user_id);

  // Errors: not_found.
  Result<Attachment> get(std::string_view id);
  // Errors: not_found (it was removed a moment ago), unavailable.
  Result<std::unique_ptr<BlobReader>> open(const Attachment& attachment);

  // Whether remove_unused() has something to do, perhaps: messages have let go of attachments, it is time to look for
  // uploads that have waited too long, there is content to check, or this is the first time. Costs less than a
  // microsecond.
  bool any_due() const;
  // Removes a bounded piece of the attachments that a message has let go and of those that have waited for a message
  // too long, and the content that no attachment has any more; how many attachments that were. Checks a bounded piece
  // of the content that was found at the start. After an error it is due again some seconds later; content that could
  // not be removed goes at the next start. This and any_due(): one caller at a time.
  Result<std::size_t> remove_unused();

 private:
  friend class AttachmentUpload;

  Result<Attachment> add(Attachment attachment, BlobUpload& content);
  Result<void> remove(std::span<const Attachment> attachments);
  Result<void> check_some();
  std::mutex& mutex_of(std::string_view sha256);
  // With the content's mutex held.
  Result<void> drop_unused(std::string_view sha256);

  AttachmentStore& store_;
  BlobStore& blobs_;
  const Options options_;
  const Clock clock_;
  // "This content gets an attachment" and "no attachment has this content, so it goes" never happen at the same time:
  // one mutex for each share of all contents. Who holds several took them in the order of their addresses.
  std::array<std::mutex, 32> mutexes_;

  std::vector<Blob> found_;        // at the start, and not checked yet
  std::uint64_t released_ = 0;     // AttachmentStore::released() when nothing was left
  Time next_look_ = Time::min();   // for uploads that have waited too long, at first for what a crash left
  Time not_before_ = Time::min();  // after a failure
};

}  // namespace vestnik::chat
