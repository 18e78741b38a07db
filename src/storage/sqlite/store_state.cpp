#include "storage/sqlite/store_state.hpp"

#include <fmt/core.h>

#include <utility>

#include "base/log.hpp"

namespace vestnik::storage::sqlite {
namespace {

// What a failure says about the database.
enum class Kind {
  kTooLate,   // the deadline has passed; nothing was applied
  kDiskFull,  // nothing was applied
  kRefused,   // this call cannot be served; nothing was applied
  kBroken,    // the file, or what the system knows of it, is in doubt
};

constexpr int kPrimaryCode = 0xff;

Kind kind_of(int code) {
  switch (code & kPrimaryCode) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
      return Kind::kTooLate;
    case SQLITE_FULL:
      return Kind::kDiskFull;
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
      return Kind::kRefused;
    default:
      return Kind::kBroken;
  }
}

constexpr std::chrono::seconds kRetryAfterFullDisk{5};

}  // namespace

std::optional<Error> StoreState::failure() const {
  if (!has_failed_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return unavailable(reason_ + "; nothing is written until a restart");
}

void StoreState::on_written() {
  if (is_disk_full_ && is_disk_full_.exchange(false)) {
    log::info("the disk has room again", {{"store", description_}});
  }
}

Error StoreState::on_write_failure(const Failure& failure) {
  switch (kind_of(failure.code)) {
    case Kind::kTooLate:
      return timed_out();
    case Kind::kDiskFull: {
      is_disk_full_ = true;
      Error error = unavailable("the disk is full");
      error.retry_after = kRetryAfterFullDisk;
      return told(std::move(error));
    }
    case Kind::kRefused:
      return told(unavailable(failure.message));
    case Kind::kBroken:
      break;
  }
  return give_up(failure);
}

Error StoreState::on_read_failure(const Failure& failure) {
  if (kind_of(failure.code) == Kind::kTooLate) return timed_out();
  // The file was cut or overwritten: the writer, which has its pages in memory, would go on until a restart that finds
  // nothing.
  const bool is_no_database = (failure.code & kPrimaryCode) == SQLITE_NOTADB;
  if (is_no_database || failure.code == SQLITE_IOERR_SHORT_READ) return give_up(failure);
  return told(unavailable(failure.message));
}

Error StoreState::give_up(const Failure& failure) {
  {
    const std::lock_guard lock(mutex_);
    if (!has_failed_) reason_ = failure.message;
    has_failed_ = true;
  }
  return told(unavailable(failure.message));
}

Error StoreState::on_index_failure(const Failure& failure) const {
  if (kind_of(failure.code) == Kind::kTooLate) {
    // A query that is too much for the time says nothing of the index.
    return {.code = ErrorCode::kDeadlineExceeded,
            .detail = fmt::format("The search index of {} did not answer in time.", description_)};
  }
  return told({.code = ErrorCode::kUnavailable,
               .detail = fmt::format("The search index of {} failed: {}.", description_, failure.message)});
}

Error StoreState::timed_out() const {
  return told({.code = ErrorCode::kDeadlineExceeded,
               .detail = fmt::format("The storage {} did not answer within {} ms.", description_, timeout_.count())});
}

Error StoreState::told(Error error) const {
  if (on_failure_) on_failure_(error);
  return error;
}

Error StoreState::unavailable(std::string_view reason) const {
  return {.code = ErrorCode::kUnavailable, .detail = fmt::format("The storage {} failed: {}.", description_, reason)};
}

}  // namespace vestnik::storage::sqlite
