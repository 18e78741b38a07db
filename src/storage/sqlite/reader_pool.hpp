// A few connections for reading, so that readers wait neither for the writer nor, mostly, for each other.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

// `Reader` has a connection. Any thread.
template <typename Reader>
class ReaderPool {
 public:
  // A reader that comes back by itself.
  class Lease {
   public:
    Lease() = default;
    Lease(ReaderPool& pool, std::unique_ptr<Reader> reader) : pool_(&pool), reader_(std::move(reader)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (reader_) pool_->give_back(std::move(reader_));
    }

    explicit operator bool() const { return reader_ != nullptr; }
    Reader& operator*() const { return *reader_; }
    Reader* operator->() const { return reader_.get(); }

   private:
    ReaderPool* pool_ = nullptr;
    std::unique_ptr<Reader> reader_;
  };

  explicit ReaderPool(std::vector<std::unique_ptr<Reader>> readers) : free_(std::move(readers)) {}

  // An empty lease when no reader became free before `deadline`.
  Lease acquire(Deadline deadline) {
    std::unique_lock lock(mutex_);
    if (!has_free_.wait_until(lock, deadline, [this] { return !free_.empty(); })) return {};
    Lease lease(*this, std::move(free_.back()));
    free_.pop_back();
    return lease;
  }

 private:
  void give_back(std::unique_ptr<Reader> reader) {
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(std::move(reader));
    }
    has_free_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable has_free_;
  std::vector<std::unique_ptr<Reader>> free_;  // guarded by mutex_
};

}  // namespace vestnik::storage::sqlite
