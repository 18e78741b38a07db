// The ports of attachments in the hands of the test.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/blob_store.hpp"
#include "chat/attachment_store.hpp"

namespace vestnik::chat {

// Attachments of which the test says whether a message has them. Any thread.
class FakeAttachmentStore final : public AttachmentStore {
 public:
  // So many attachments that a message has let go of.
  void leave(int count) {
    const std::scoped_lock lock(mutex_);
    while (count-- > 0) unused_.push_back({.id = std::to_string(++last_), .sha256 = "of " + std::to_string(last_)});
    ++released_;
  }
  void fail_next_look(Error error) {
    const std::scoped_lock lock(mutex_);
    fate_ = std::move(error);
  }
  std::size_t left() const {
    const std::scoped_lock lock(mutex_);
    return unused_.size();
  }
  int looks() const {
    const std::scoped_lock lock(mutex_);
    return looks_;
  }
  // Waits until they have been asked for `count` times since the start; false when that does not happen.
  bool wait_for_looks(int count, std::chrono::seconds patience) {
    std::unique_lock lock(mutex_);
    return looked_.wait_for(lock, patience, [this, count] { return looks_ >= count; });
  }

  Result<void> add_attachment(const Attachment&, std::uint64_t) override { return {}; }
  Result<std::uint64_t> attachment_bytes(UserId) override { return 0; }
  Result<Attachment> get_attachment(std::string_view) override { return fail(ErrorCode::kNotFound, "unknown"); }
  Result<std::vector<Attachment>> list_unused(Time, std::int32_t limit) override {
    const std::scoped_lock lock(mutex_);
    ++looks_;
    looked_.notify_all();
    if (fate_) return std::unexpected(*std::exchange(fate_, std::nullopt));
    const auto count = std::min(unused_.size(), static_cast<std::size_t>(limit));
    return std::vector(unused_.begin(), unused_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  Result<std::vector<std::string>> remove_unused(std::span<const AttachmentId> ids) override {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> contents;
    for (const auto& id : ids) contents.push_back("of " + id);
    std::erase_if(unused_, [&](const auto& each) { return std::ranges::count(ids, each.id) > 0; });
    return contents;
  }
  Result<bool> has_content(std::string_view) override { return true; }
  std::uint64_t released() const override {
    const std::scoped_lock lock(mutex_);
    return released_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable looked_;
  std::vector<Attachment> unused_;
  std::optional<Error> fate_;
  int last_ = 0;
  int looks_ = 0;
  std::uint64_t released_ = 0;
};

// Remembers what was removed. Any thread.
class FakeBlobStore final : public BlobStore {
 public:
  std::vector<std::string> removed() const {
    const std::scoped_lock lock(mutex_);
    return removed_;
  }

  Result<std::unique_ptr<BlobUpload>> begin() override { return fail(ErrorCode::kUnavailable, "no uploads"); }
  Result<std::unique_ptr<BlobReader>> open(std::string_view) override { return fail(ErrorCode::kNotFound, "unknown"); }
  Error note_missing(std::string_view) override { return {.code = ErrorCode::kUnavailable, .detail = "missing"}; }
  Result<void> remove(std::string_view sha256) override {
    const std::scoped_lock lock(mutex_);
    removed_.emplace_back(sha256);
    return {};
  }
  std::uint64_t used_bytes() const override { return 0; }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> removed_;
};

}  // namespace vestnik::chat
