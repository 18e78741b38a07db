// Whether the storage can still be trusted, and SQLite's failures as errors of the port. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "storage/on_failure.hpp"
#include "storage/sqlite/connection.hpp"

namespace vestnik::storage::sqlite {

class StoreState {
 public:
  // `description` names the storage in errors; `on_failure` is told every failure.
  StoreState(std::string description, std::chrono::milliseconds timeout, OnFailure on_failure)
      : description_(std::move(description)), timeout_(timeout), on_failure_(std::move(on_failure)) {}

  const std::string& description() const { return description_; }

  // unavailable once a call has failed in a way that leaves the file's content in doubt; from then on nothing is
  // written. An fsync that failed is never repeated: the system may have dropped the pages that it could not write, and
  // the second call would succeed without them.
  std::optional<Error> failure() const;

  // Whether the last write found no space. Nothing of it was applied, and later writes may succeed.
  bool is_disk_full() const { return is_disk_full_; }

  void on_written();
  // Notes what a failed write or checkpoint means for later ones.
  Error on_write_failure(const Failure& failure);
  // A failed reading harms nobody else, unless it tells that the file is not whole any more.
  Error on_read_failure(const Failure& failure);
  // The search index stands beside the storage, and fails alone.
  Error on_index_failure(const Failure& failure) const;
  // The error of a call that found no connection free in time.
  Error timed_out() const;
  // The error, once `on_failure` has been told.
  Error told(Error error) const;

 private:
  // Nothing is written any more.
  Error give_up(const Failure& failure);
  Error unavailable(std::string_view reason) const;

  const std::string description_;
  const std::chrono::milliseconds timeout_;
  const OnFailure on_failure_;
  std::atomic<bool> has_failed_ = false;
  std::atomic<bool> is_disk_full_ = false;
  mutable std::mutex mutex_;
  std::string reason_;  // guarded by mutex_; why it has failed
};

}  // namespace vestnik::storage::sqlite
